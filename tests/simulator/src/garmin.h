/* garmin.h - Garmin: everything under /garmin, and the summary types behind it. */
#ifndef SIM_GARMIN_H
#define SIM_GARMIN_H

#include "civil.h"
#include "day.h"
#include "tokens.h"
#include "wire.h"

void garmin_handle(const struct req *r, struct reply *a);

struct stamp garmin_user_id(const struct person *p);

/* ---- the summary types ---- */

enum garmin_type {
    G_DAILIES,
    G_EPOCHS,
    G_SLEEPS,
    G_BODY,
    G_STRESS,
    G_METRICS,
    G_PULSEOX,
    G_RESPIRATION,
    G_SNAPSHOT,
    G_HRV,
    G_PRESSURE,
    G_SKIN,
    G_SOLAR,
    G_ACTIVITIES,
    G_MANUAL,
    G_DETAILS,
    G_FILES,
    G_MOVEIQ,
    G_MCT,
    G_TYPES
};

/* Which items are wanted: by the time of their upload (pull endpoints, new data) or of their data (backfill). */
struct garmin_ask {
    const struct person *person;
    bool by_data;
    int64_t from_s, to_s; /* upload: both ends included; data: the end is not */
    int64_t now_s;        /* nothing later is known */
};

typedef void garmin_items_fn(const struct garmin_ask *ask, int day, json_t *out);

struct garmin_row {
    const char *key;      /* in the envelope */
    const char *path;     /* of the pull endpoint */
    const char *backfill; /* NULL: none */
    unsigned perm;
    bool activity; /* backfill of at most 30 days, else 90 */
    garmin_items_fn *items;
};
extern const struct garmin_row garmin_rows[G_TYPES];
int garmin_type_by_key(const char *key); /* -1: unknown */

json_t *garmin_items(enum garmin_type type, const struct garmin_ask *ask); /* new list */
/* The upload to show, given all uploads of an item in order; 0: it is not asked for. */
int64_t garmin_shown(const struct garmin_ask *ask, int64_t data_s, const int64_t *uploads, int n);

garmin_items_fn garmin_dailies, garmin_epochs, garmin_sleeps, garmin_body, garmin_stress, garmin_metrics,
    garmin_pulseox, garmin_respiration, garmin_snapshot, garmin_hrv, garmin_pressure, garmin_skin, garmin_solar,
    garmin_activities, garmin_manual, garmin_details, garmin_files, garmin_moveiq, garmin_mct;
char *garmin_tcx(const struct person *p, int64_t activity_id, int64_t now_s); /* given to you, or NULL */

/* Which part of `d` the dailies' heart rate map covers when it was uploaded at `asof`. */
int64_t garmin_day_until(const struct day *d, int64_t asof_s);

/* ---- garmin_pull.c: pull tokens ---- */

struct garmin_pull {
    const struct person *person; /* NULL: anyone (portal) */
    int type;                    /* -1: any (portal) */
    int64_t from_s, to_s;        /* the window of the callback URL */
    bool by_data;                /* a backfill: what is shown is the data of: */
    int64_t data_from_s, data_to_s;
};
char *garmin_pull_mint(const struct garmin_pull *what, int64_t *ret_expires_s); /* given to you */
char *garmin_file_mint(const struct person *p, int64_t activity_id);            /* good once */
int garmin_pull_expire(void);                                                   /* all of them, now */
void garmin_pull_get(const struct req *r, struct reply *a, const struct auth *who, enum garmin_type type);
void garmin_pull_file(const struct req *r, struct reply *a, const struct auth *who);
void garmin_pull_reset(void);
void garmin_denied(struct reply *a, unsigned perm);
/* Both times from the query, in seconds and in order; else a 400 is written. */
bool garmin_times(const struct req *r, struct reply *a, const char *from, const char *to, int64_t *ret_from,
                  int64_t *ret_to);

/* ---- garmin_backfill.c ---- */

void garmin_backfill(const struct req *r, struct reply *a, const struct auth *who, enum garmin_type type);
void garmin_backfill_forget(const struct person *p); /* NULL: everybody's; a reconnect opens a new right */

#endif
