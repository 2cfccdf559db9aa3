/* suunto.h - Suunto Cloud API: everything under /suunto. */
#ifndef SIM_SUUNTO_H
#define SIM_SUUNTO_H

#include "day.h"
#include "wire.h"

void suunto_handle(const struct req *r, struct reply *a);

/* suunto_workout.c */
void suunto_workouts(const struct req *r, struct reply *a, const struct person *p);
void suunto_workout(const struct req *r, struct reply *a, const struct person *p, const char *key);
json_t *suunto_workout_json(const struct workout *w, const char *extensions); /* NULL: none */
bool suunto_workout_seen(const struct workout *w);
int64_t suunto_modified_ms(const struct workout *w);

/* suunto_247.c */
void suunto_samples(const struct req *r, struct reply *a, const struct person *p, const char *what);
void suunto_statistics(const struct req *r, struct reply *a, const struct person *p);
bool suunto_night_seen(const struct night *n);
bool suunto_nap_seen(const struct nap *n);
json_t *suunto_sleep_rows(const struct person *p, int day); /* night and nap that ended that day */
json_t *suunto_activity_rows(const struct person *p, int day, int64_t from_s, int64_t to_s);
json_t *suunto_recovery_rows(const struct person *p, int day, int64_t from_s, int64_t to_s);
/* Mean heart rate of the ten minutes from `t`; 0: none. */
int suunto_ten_minutes(const struct day *d, int64_t t, int *ret_min, int *ret_max);

#endif
