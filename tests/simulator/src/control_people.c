/* control_people.c - what people and their accounts do: expiry, revocation, consents, corrections, events. */
#include "control.h"

#include "civil.h"
#include "clock.h"
#include "day.h"
#include "events.h"
#include "garmin.h"
#include "garmin_watch.h"
#include "people.h"
#include "polar.h"
#include "text.h"
#include "tokens.h"

#include <string.h>

void control_connections(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    reply_json(a, 200, json_pack("{s:o}", "connections", tokens_grants()));
}

void control_tokens(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    enum provider prov;
    const char *action = control_text(body, "action"), *person = control_text(body, "person");
    int n = -1;
    if (!control_provider(body, a, &prov))
        return;
    if (text_same(action, "expire"))
        n = tokens_expire_access(prov, person);
    else if (text_same(action, "expire_refresh"))
        n = tokens_expire_refresh(prov, person);
    else if (text_same(action, "revoke"))
        n = tokens_revoke(prov, person);
    else if (text_same(action, "expire_pull"))
        n = garmin_pull_expire();
    if (n < 0)
        control_wrong(a, "action is expire, expire_refresh, revoke or expire_pull");
    else
        reply_json(a, 200, json_pack("{s:i}", "touched", n));
}

/* The day in question: "day": "2026-11-20", or else the newest one with something in it. */
static bool read_day(const json_t *body, struct reply *a, const struct person *p, int *ret)
{
    const char *day = control_text(body, "day");
    *ret = person_day_of(p, clock_now_s());
    if (!day || civil_parse_date(day, ret))
        return true;
    control_wrong(a, "day is not a date");
    return false;
}

static const char *correct_sleep(const struct person *p, enum provider prov, int day, bool given)
{
    struct night n;
    for (int back = 0; back < (given ? 1 : 14); back++) {
        night_make(p, prov, day - back, &n);
        if (!n.present || n.upload_s > clock_now_s())
            continue;
        revision_add(p, prov, REVISED_SLEEP, n.day, 0, clock_now_s());
        return NULL;
    }
    return "there is no such sleep yet";
}

static const char *correct_workout(const struct person *p, enum provider prov, int day, bool given)
{
    for (int back = 0; back < (given ? 1 : 30); back++) {
        struct workout ws[WORKOUTS_MAX];
        int n = workouts_make(p, prov, day - back, ws);
        while (n > 0 && ws[n - 1].upload_s > clock_now_s())
            n--;
        if (!n)
            continue;
        revision_add(p, prov, REVISED_WORKOUT, ws[n - 1].day, ws[n - 1].index, clock_now_s());
        return NULL;
    }
    return "there is no such workout yet";
}

void control_correction(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    enum provider prov;
    int day;
    const char *kind = control_text(body, "kind"), *why = "kind is sleep or workout";
    const struct person *p = control_person(body, a);
    if (!p || !control_provider(body, a, &prov) || !read_day(body, a, p, &day))
        return;
    bool given = control_text(body, "day") != NULL;
    if (text_same(kind, "sleep"))
        why = correct_sleep(p, prov, day, given);
    else if (text_same(kind, "workout"))
        why = correct_workout(p, prov, day, given);
    if (why) {
        control_wrong(a, why);
        return;
    }
    if (prov == GARMIN)
        garmin_watch_poke(p);
    control_done(a);
}

void control_event(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    enum provider prov;
    int day;
    const char *event = control_text(body, "event");
    const struct person *p = control_person(body, a);
    if (!p || !control_provider(body, a, &prov) || !read_day(body, a, p, &day))
        return;
    bool sent = event && ((prov == POLAR && events_polar_send(p, event, day)) ||
                          (prov == SUUNTO && events_suunto_send(p, event, day)));
    if (sent)
        control_done(a);
    else
        control_wrong(a, "no such event, no webhook, or nothing on that day");
}

void control_suunto_webhook(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    events_suunto_set(control_text(body, "url"), control_text(body, "secret"));
    control_done(a);
}

void control_polar_user(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const struct person *p = control_person(body, a);
    const json_t *consent = json_object_get(body, "consent"), *registered = json_object_get(body, "registered_as");
    if (!p)
        return;
    if (consent)
        polar_set_consent(p, json_is_true(consent));
    if (json_is_string(registered))
        polar_register(p, json_string_value(registered));
    else if (json_is_null(registered) && registered)
        polar_unregister(p);
    reply_json(a, 200,
               json_pack("{s:b, s:b}", "consent", polar_consented(p), "registered", polar_registered_s(p) != 0));
}

void control_polar_member(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const char *id = control_text(body, "member_id");
    long clash = control_number(body, "clash", -1);
    if (!id && clash < 0) {
        control_wrong(a, "member_id or clash is missing");
        return;
    }
    if (id)
        polar_take_member_id(id);
    if (clash >= 0)
        polar_clash(clash);
    control_done(a);
}
