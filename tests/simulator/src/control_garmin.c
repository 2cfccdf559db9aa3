/* control_garmin.c - Garmin's portal and its users' consent screen: webhooks, sending now, events. */
#include "control.h"

#include "clock.h"
#include "garmin.h"
#include "garmin_portal.h"
#include "garmin_send.h"
#include "garmin_watch.h"
#include "people.h"
#include "settings.h"
#include "text.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 2000 };

void control_garmin_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    json_t *o = garmin_portal_json();
    json_object_set_new(o, "users", garmin_watch_json());
    reply_json(a, 200, o);
}

static bool mode_of(const char *name, enum portal_mode *ret)
{
    static const char *const names[] = {"off", "push", "ping"};
    for (int m = 0; name && m < 3; m++) {
        if (strcmp(names[m], name) != 0)
            continue;
        *ret = (enum portal_mode)m;
        return true;
    }
    return false;
}

static bool set_modes(const json_t *types)
{
    const char *type;
    json_t *name;
    bool good = true;
    json_object_foreach((json_t *)(size_t)types, type, name)
    {
        enum portal_mode mode = PORTAL_OFF;
        good = mode_of(json_string_value(name), &mode) && garmin_portal_modes(type, mode) && good;
    }
    return good;
}

void control_garmin_webhook(const struct req *r, const json_t *body, struct reply *a)
{
    const char *type;
    json_t *url;
    bool good = true;
    if (json_object_get(body, "url"))
        garmin_portal_url(NULL, control_text(body, "url"));
    json_object_foreach(json_object_get(body, "urls"), type, url)
    {
        good = good && garmin_type_by_key(type) >= 0;
        if (good)
            garmin_portal_url(type, json_string_value(url));
    }
    if (!good || !set_modes(json_object_get(body, "types")))
        control_wrong(a, "unknown summary type, or a mode other than push, ping, off");
    else
        control_garmin_get(r, body, a);
}

/* ---- send now ---- */

static json_t *one_or_list(const json_t *body, const char *one, const char *many)
{
    json_t *list = json_object_get(body, many), *single = json_object_get(body, one);
    if (json_is_array(list))
        return json_incref(list);
    json_t *made = json_array();
    if (single)
        json_array_append(made, single);
    return made;
}

static bool read_window(const json_t *body, struct garmin_ask *ask)
{
    int64_t from_us, to_us;
    const json_t *from = json_object_get(body, "from"), *to = json_object_get(body, "to");
    ask->now_s = clock_now_s();
    ask->by_data = text_same(control_text(body, "by"), "data");
    ask->to_s = ask->now_s;
    ask->from_s = ask->now_s - control_number(body, "days", 1) * DAY_S;
    if ((from && !control_moment(from, &from_us)) || (to && !control_moment(to, &to_us)))
        return false;
    if (from)
        ask->from_s = from_us / 1000000;
    if (to)
        ask->to_s = to_us / 1000000;
    return true;
}

/* Every person with every type, in one body. -1: a name is unknown. */
static int fill_parts(struct send_part *parts, const json_t *persons, const json_t *types, struct garmin_ask ask,
                      bool ping)
{
    size_t i, k;
    json_t *person, *type;
    int n = 0;
    json_array_foreach(persons, i, person)
    {
        ask.person = people_find(json_string_value(person));
        json_array_foreach(types, k, type)
        {
            const char *name = json_string_value(type);
            int t = name ? garmin_type_by_key(name) : -1;
            if (!ask.person || t < 0 || n == PARTS_MAX)
                return -1;
            parts[n++] = (struct send_part){(enum garmin_type)t, ask, ping};
        }
    }
    return n;
}

void control_garmin_send(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    struct garmin_ask ask = {0};
    if (!read_window(body, &ask)) {
        control_wrong(a, "from or to is not a moment");
        return;
    }
    json_t *persons = one_or_list(body, "person", "persons"), *types = one_or_list(body, "type", "types");
    struct send_part *parts = calloc(PARTS_MAX, sizeof *parts);
    if (!parts)
        abort();
    int n = fill_parts(parts, persons, types, ask, text_same(control_text(body, "mode"), "ping"));
    if (n <= 0)
        control_wrong(a, "person(s) or type(s) missing or unknown");
    else if (!garmin_send(parts, n, control_number(body, "delay_ms", 0)))
        control_wrong(a, "no webhook URL is set");
    else
        control_done(a);
    free(parts);
    json_decref(persons);
    json_decref(types);
}

/* ---- events ---- */

static bool quiet(const json_t *body)
{
    return json_is_true(json_object_get(body, "quiet"));
}

void control_garmin_deregister(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const struct person *p = control_person(body, a);
    if (!p)
        return;
    int n = tokens_revoke(GARMIN, p->name);
    garmin_watch_forget(p);
    if (!quiet(body))
        garmin_send_event("deregistrations", json_pack("{s:s}", "userId", garmin_user_id(p).s));
    reply_json(a, 200, json_pack("{s:i}", "touched", n));
}

static bool read_permissions(const json_t *names, unsigned *ret)
{
    size_t i;
    json_t *name;
    *ret = 0;
    json_array_foreach(names, i, name)
    {
        unsigned bit = json_is_string(name) ? perm_find(json_string_value(name)) : 0;
        if (!bit)
            return false;
        *ret |= bit;
    }
    return json_is_array(names);
}

void control_garmin_permissions(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    unsigned perms;
    const struct person *p = control_person(body, a);
    if (!p)
        return;
    if (!read_permissions(json_object_get(body, "permissions"), &perms)) {
        control_wrong(a, "permissions is not a list of permission names");
        return;
    }
    int n = tokens_set_perms(p, perms);
    char *id = text_printf("%s-perm", garmin_user_id(p).s);
    if (!quiet(body))
        garmin_send_event("userPermissionsChange",
                          json_pack("{s:s, s:s, s:o, s:I}", "userId", garmin_user_id(p).s, "summaryId", id,
                                    "permissions", perm_list(perms), "changeTimeInSeconds", (json_int_t)clock_now_s()));
    free(id);
    reply_json(a, 200, json_pack("{s:i}", "touched", n));
}

/* The portal's tool: good for everyone and everything. */
void control_garmin_pull_token(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    struct garmin_pull what = {.type = -1};
    int64_t expires_s;
    if (json_object_get(body, "person")) {
        what.person = control_person(body, a);
        if (!what.person)
            return;
    }
    char *token = garmin_pull_mint(&what, &expires_s);
    reply_json(a, 200, json_pack("{s:s, s:I}", "token", token, "expires_s", (json_int_t)expires_s));
    free(token);
}

void control_garmin_raw(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const json_t *what = json_object_get(body, "body");
    char *text = json_is_string(what) ? text_dup(json_string_value(what)) : what ? wire_dump(what) : NULL;
    if (!text)
        control_wrong(a, "body is missing");
    else if (!garmin_send_raw(control_text(body, "type"), text))
        control_wrong(a, "no webhook URL is set");
    else
        control_done(a);
    free(text);
}
