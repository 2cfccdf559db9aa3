/* control.c - the table of control calls, and the ones about the simulator itself. */
#include "control.h"

#include "civil.h"
#include "clock.h"
#include "day.h"
#include "deliver.h"
#include "events.h"
#include "faults.h"
#include "garmin.h"
#include "garmin_watch.h"
#include "limits.h"
#include "oauth1.h"
#include "people.h"
#include "polar.h"
#include "record.h"
#include "secrets.h"
#include "settings.h"
#include "text.h"
#include "tokens.h"

#include <string.h>

static control_fn health, clock_get, clock_post, reset, settings_get, settings_post, people_get;

static const struct {
    const char *method, *path;
    control_fn *run;
} table[] = {
    {"GET", "/control/health", health},
    {"GET", "/control/clock", clock_get},
    {"POST", "/control/clock", clock_post},
    {"POST", "/control/reset", reset},
    {"GET", "/control/settings", settings_get},
    {"POST", "/control/settings", settings_post},
    {"GET", "/control/people", people_get},
    {"GET", "/control/faults", control_faults_get},
    {"POST", "/control/faults", control_faults_post},
    {"DELETE", "/control/faults", control_faults_delete},
    {"GET", "/control/requests", control_requests_get},
    {"DELETE", "/control/requests", control_requests_delete},
    {"GET", "/control/counters", control_counters},
    {"GET", "/control/secrets", control_secrets},
    {"GET", "/control/deliveries", control_deliveries_get},
    {"DELETE", "/control/deliveries", control_deliveries_delete},
    {"GET", "/control/connections", control_connections},
    {"POST", "/control/tokens", control_tokens},
    {"POST", "/control/correction", control_correction},
    {"POST", "/control/event", control_event},
    {"GET", "/control/truth", control_truth},
    {"GET", "/control/garmin", control_garmin_get},
    {"POST", "/control/garmin/webhook", control_garmin_webhook},
    {"POST", "/control/garmin/send", control_garmin_send},
    {"POST", "/control/garmin/deregister", control_garmin_deregister},
    {"POST", "/control/garmin/permissions", control_garmin_permissions},
    {"POST", "/control/garmin/pull-token", control_garmin_pull_token},
    {"POST", "/control/garmin/raw", control_garmin_raw},
    {"POST", "/control/polar/user", control_polar_user},
    {"POST", "/control/polar/member-id", control_polar_member},
    {"POST", "/control/suunto/webhook", control_suunto_webhook},
};

void control_wrong(struct reply *a, const char *why)
{
    reply_json(a, 400, json_pack("{s:s}", "error", why));
}

void control_done(struct reply *a)
{
    reply_json(a, 200, json_pack("{s:b}", "ok", 1));
}

const char *control_text(const json_t *body, const char *key)
{
    return json_string_value(json_object_get(body, key));
}

long control_number(const json_t *body, const char *key, long otherwise)
{
    const json_t *v = json_object_get(body, key);
    return json_is_number(v) ? (long)json_number_value(v) : otherwise;
}

const struct person *control_person(const json_t *body, struct reply *a)
{
    const struct person *p = people_find(control_text(body, "person"));
    if (!p)
        control_wrong(a, "person is missing or unknown");
    return p;
}

bool control_provider(const json_t *body, struct reply *a, enum provider *ret)
{
    *ret = provider_find(control_text(body, "provider"));
    if (*ret == NO_PROVIDER)
        control_wrong(a, "provider is missing or unknown");
    return *ret != NO_PROVIDER;
}

bool control_moment(const json_t *v, int64_t *ret_us)
{
    if (json_is_number(v)) {
        *ret_us = (int64_t)(json_number_value(v) * 1e6);
        return true;
    }
    return json_is_string(v) && civil_parse_us(json_string_value(v), ret_us);
}

static json_t *clock_json(void)
{
    int64_t us = clock_now_us();
    return json_pack("{s:s, s:I, s:s}", "now", civil_iso_ms(us / 1000, 0).s, "now_s", (json_int_t)(us / 1000000),
                     "mode", clock_mode());
}

static void health(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    json_t *o = clock_json();
    json_object_set_new(o, "status", json_string("ok"));
    json_object_set_new(o, "seed", json_integer((json_int_t)people_seed_now()));
    reply_json(a, 200, o);
}

static void clock_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    reply_json(a, 200, clock_json());
}

static void clock_post(const struct req *r, const json_t *body, struct reply *a)
{
    const json_t *set = json_object_get(body, "set"), *frozen = json_object_get(body, "frozen");
    bool freeze = frozen ? json_is_true(frozen) : strcmp(clock_mode(), "frozen") == 0;
    int64_t us = clock_now_us();
    if (json_is_true(json_object_get(body, "real"))) {
        clock_use_real();
    } else if (set && !control_moment(set, &us)) {
        control_wrong(a, "set is neither an ISO text nor Unix seconds");
        return;
    } else {
        const json_t *by = json_object_get(body, "advance_s");
        us += json_is_number(by) ? (int64_t)(json_number_value(by) * 1e6) : 0;
        clock_set_us(us, freeze);
    }
    clock_get(r, body, a);
}

static void reset(const struct req *r, const json_t *body, struct reply *a)
{
    deliver_clear();
    garmin_watch_reset();
    events_reset();
    polar_reset();
    limits_reset();
    oauth1_reset();
    tokens_reset();
    revisions_reset();
    faults_clear();
    record_clear();
    secrets_reset();
    if (!json_is_true(json_object_get(body, "keep_settings")))
        settings_reset();
    if (!json_is_true(json_object_get(body, "keep_clock")))
        clock_use_real();
    if (json_is_integer(json_object_get(body, "seed")))
        people_seed((uint64_t)json_integer_value(json_object_get(body, "seed")));
    health(r, body, a);
}

static void settings_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    reply_json(a, 200, settings_json(!req_flag(r, "short")));
}

static void settings_post(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(size_t)body, name, value)
    {
        long number = json_is_boolean(value) ? json_is_true(value) : (long)json_number_value(value);
        if (json_is_string(value) || !settings_put(name, number)) {
            control_wrong(a, "no such setting, or not a number");
            return;
        }
    }
    reply_json(a, 200, settings_json(false));
}

static json_t *person_json(const struct person *p)
{
    return json_pack("{s:s, s:i, s:b, s:i, s:s, s:I, s:s}", "name", p->name, "offset_min", p->offset_min, "eu_dst",
                     p->eu_dst, "offset_now_min", person_offset_min(p, clock_now_s()), "garmin_user_id",
                     garmin_user_id(p).s, "polar_user_id", (json_int_t)polar_user_id(p), "suunto_username", p->name);
}

static void people_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    json_t *list = json_array();
    const struct person *one = people_find(req_query(r, "person"));
    for (int i = 0; !one && i < people_named_count(); i++)
        json_array_append_new(list, person_json(people_named(i)));
    if (one)
        json_array_append_new(list, person_json(one));
    reply_json(a, 200, json_pack("{s:o}", "people", list));
}

/* DELETE /control/faults/7 runs the call of /control/faults. */
static bool path_fits(const char *path, const char *want)
{
    size_t n = strlen(want);
    return strncmp(path, want, n) == 0 && (path[n] == '\0' || (path[n] == '/' && strcmp(want, "/control/faults") == 0));
}

void control_handle(const struct req *r, struct reply *a)
{
    json_t *body = req_json(r);
    bool known = false;
    reply_json(a, 404, json_pack("{s:s}", "error", "no such control call"));
    if (r->body_len && !body) {
        control_wrong(a, "the body is not JSON");
        return;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0] && !known; i++) {
        if (strcmp(table[i].method, r->method) != 0 || !path_fits(r->path, table[i].path))
            continue;
        table[i].run(r, body, a);
        known = true;
    }
    json_decref(body);
}
