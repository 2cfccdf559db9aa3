/* control.h - /control: how a test turns the simulator's knobs and reads what happened. JSON in, JSON out. */
#ifndef SIM_CONTROL_H
#define SIM_CONTROL_H

#include "wire.h"

struct person;

void control_handle(const struct req *r, struct reply *a);

/* For the control_*.c files. */
typedef void control_fn(const struct req *r, const json_t *body, struct reply *a);
void control_wrong(struct reply *a, const char *why);          /* 400 {"error": …} */
void control_done(struct reply *a);                            /* 200 {"ok": true} */
const char *control_text(const json_t *body, const char *key); /* NULL when absent */
long control_number(const json_t *body, const char *key, long otherwise);
const struct person *control_person(const json_t *body, struct reply *a); /* NULL: 400 is written */
bool control_provider(const json_t *body, struct reply *a, enum provider *ret);
bool control_moment(const json_t *v, int64_t *ret_us); /* ISO text or Unix seconds */

control_fn control_faults_get, control_faults_post, control_faults_delete;
control_fn control_requests_get, control_requests_delete, control_counters, control_secrets, control_deliveries_get,
    control_deliveries_delete;
control_fn control_connections, control_tokens, control_correction, control_polar_user, control_polar_member;
control_fn control_garmin_get, control_garmin_webhook, control_garmin_send, control_garmin_deregister,
    control_garmin_permissions, control_garmin_pull_token, control_garmin_raw;
control_fn control_suunto_webhook, control_event;
control_fn control_truth;

#endif
