/* polar.h - Polar AccessLink v3: everything under /polar. */
#ifndef SIM_POLAR_H
#define SIM_POLAR_H

#include "day.h"
#include "wire.h"

void polar_handle(const struct req *r, struct reply *a);

int64_t polar_user_id(const struct person *p);
char *polar_user_url(const struct person *p); /* given to you */

/* ---- polar_users.c: who is registered to our client ---- */
void polar_users_post(const struct req *r, struct reply *a, const struct person *p);
void polar_users_get(struct reply *a, const struct person *p);
void polar_users_delete(struct reply *a, const struct person *p);
int64_t polar_registered_s(const struct person *p); /* 0: not registered */
bool polar_consented(const struct person *p);
void polar_set_consent(const struct person *p, bool given);
void polar_register(const struct person *p, const char *member_id); /* as if it had happened before */
void polar_unregister(const struct person *p);
void polar_take_member_id(const char *member_id); /* somebody else has it */
void polar_clash(long times);                     /* the next registrations clash, whatever their id */
int polar_registered_count(void);
json_t *polar_save(void);
void polar_load(const json_t *saved);
void polar_reset(void);

/* What may be seen: uploads from here on. */
int64_t polar_visible_from_s(const struct person *p);

/* ---- what the pages are made of; ret_json are new references, NULL: nothing to show ---- */
struct polar_wish {
    bool samples, zones, route;
    bool steps, activity_zones, inactivity;
};
struct polar_wish polar_wish(const struct req *r);

void polar_exercises(const struct req *r, struct reply *a, const struct person *p);
void polar_exercise(const struct req *r, struct reply *a, const struct person *p, const char *id, const char *form);
json_t *polar_exercise_json(const struct workout *w, const struct polar_wish *wish);

json_t *polar_activity_json(const struct person *p, int day, const struct polar_wish *wish);
json_t *polar_activity_samples_json(const struct day *d, const struct polar_wish *wish, int64_t until_s);
json_t *polar_heart_json(const struct person *p, int day);
struct polar_beat {
    int64_t t;
    int hr; /* 0: no signal */
};
enum { POLAR_BEATS_MAX = 2048 };
int polar_heart_samples(const struct day *d, int64_t until, struct polar_beat *out, int max);
json_t *polar_sleep_json(const struct person *p, int day);
json_t *polar_recharge_json(const struct person *p, int day);
json_t *polar_load_json(const struct person *p, int day);
json_t *polar_alertness_json(const struct person *p, int day);
json_t *polar_bedtime_json(const struct person *p, int day);
json_t *polar_skin_json(const struct person *p, int day);
json_t *polar_body_json(const struct person *p, int day);
json_t *polar_spo2_json(const struct person *p, int day);

/* Whether the sleep of that day can be seen now. */
bool polar_night(const struct person *p, int day, struct night *ret);
bool polar_workout_seen(const struct workout *w);

/* ---- polar_webhooks.c ---- */
void polar_webhooks(const struct req *r, struct reply *a, const char *rest);

#endif
