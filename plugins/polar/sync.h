/* One sync at work: what sync.c and its helpers share. */
#ifndef POLAR_SYNC_H
#define POLAR_SYNC_H

#include "polar.h"

/* ---- offsets.c: the user's offset through time, learnt from data that bear one ---- */

#define POLAR_OFFSETS_MAX 256

struct polar_offset {
    int64_t local_s; /* seconds of the user's clock since 1970-01-01 */
    int32_t offset_s;
};

struct polar_offsets {
    struct polar_offset at[POLAR_OFFSETS_MAX]; /* ascending */
    uint32_t count;
    int has_last; /* from an earlier sync, for when nothing else is known */
    int32_t last;
};

void polar_offsets_learn(struct polar_offsets *o, int64_t local_s, int32_t offset_s);
/* That of the moment nearest to local_s of which it is known. 0, or -1 when none is known. */
int polar_offsets_find(const struct polar_offsets *o, int64_t local_s, int32_t *ret);
/* Also keeps the newest offset for the next sync. */
aorta_status polar_offsets_load(struct polar_offsets *o, aorta_ctx *ctx);
aorta_status polar_offsets_save(const struct polar_offsets *o, aorta_ctx *ctx);

/* ---- known.c: which exercises were fetched before, and with how much detail ---- */

#define POLAR_DETAIL_SAMPLES 1u
#define POLAR_DETAIL_ZONES   2u
#define POLAR_DETAIL_ROUTE   4u

struct polar_known {
    aorta_str text; /* lines "<id> <digest of the list's entry> <detail>" of the last sync */
    sdk_text next;
};

aorta_status polar_known_load(struct polar_known *k, aorta_ctx *ctx);
/* *ret_detail: what was fetched of it before; *ret_same: and its entry in the list has not changed since. */
aorta_status polar_known_find(const struct polar_known *k, aorta_ctx *ctx, aorta_str id, aorta_str entry,
                              uint32_t *ret_detail, int *ret_same);
aorta_status polar_known_add(struct polar_known *k, aorta_ctx *ctx, aorta_str id, aorta_str entry, uint32_t detail);
/* What was added takes the place of what was loaded; entries not added in this sync are kept until `all` says
 * that the whole list was seen. */
aorta_status polar_known_save(struct polar_known *k, aorta_ctx *ctx, int all);

/* ---- cursor.c: where a sync stands ---- */

enum polar_step {
    POLAR_STEP_SLEEP,
    POLAR_STEP_EXERCISES,
    POLAR_STEP_RECHARGE,
    POLAR_STEP_HEART_RATE,
    POLAR_STEP_ACTIVITIES,
    POLAR_STEP_CARDIO,
    POLAR_STEP_DONE
};

enum polar_plan {
    POLAR_PLAN_ALL,     /* somebody asked: everything of the last 28 days, told anew */
    POLAR_PLAN_CHANGES, /* by the clock: what is new or may have changed */
    POLAR_PLAN_HISTORY  /* as far back as Polar goes */
};

#define POLAR_CURSOR_MAX 60000 /* bytes; the host takes 64 KiB */

struct polar_walk {
    const struct polar *polar;
    aorta_ctx *ctx;
    uint32_t data;   /* AORTA_DATA_* wanted */
    uint32_t detail; /* POLAR_DETAIL_* wanted of each exercise */
    enum polar_plan plan;
    enum polar_step step;
    int64_t next_day; /* of a step that goes by windows: the last day of the next window; 0 = at its beginning */
    sdk_text done;    /* ids of the exercises that this sync has emitted, as JSON strings with commas */
    struct polar_offsets offsets;
    struct polar_known known;
};

/* Fills step, plan, next_day, done and offsets. DATA when it is no cursor of ours. */
aorta_status polar_cursor_read(struct polar_walk *w, aorta_bytes cursor);
/* Commits what was emitted since the last one. OK, YIELD, or a failure. */
aorta_status polar_checkpoint(struct polar_walk *w);

/* ---- fetch.c: one request, and what its answer means to a sync ---- */

/* A 200 with content is parsed: ret->node is set. "Nothing there" in all of Polar's ways (204, 404, an empty
 * body) and a refusal that concerns only this request (any other 4xx) leave it NULL. */
aorta_status polar_fetch(struct polar_walk *w, const char *path, const sdk_query *query, const char *what,
                         const aorta_http_resp **resp, sdk_json *ret);
void polar_release(struct polar_walk *w, const aorta_http_resp *resp);

#endif
