/* garmin_send.c - the bodies of Garmin's pushes, pings and events, and putting them on their way. */
#include "garmin_send.h"

#include "clock.h"
#include "deliver.h"
#include "garmin_portal.h"
#include "server.h"
#include "settings.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS_MAX = 40 };

struct batch {
    int n;
    struct send_part parts[PARTS_MAX];
};

static json_t *list_of(json_t *body, enum garmin_type type)
{
    json_t *list = json_object_get(body, garmin_rows[type].key);
    if (list)
        return list;
    list = json_array();
    json_object_set_new(body, garmin_rows[type].key, list);
    return list;
}

static void add_ping(json_t *list, enum garmin_type type, const struct garmin_pull *window)
{
    int64_t expires_s;
    char *token = garmin_pull_mint(window, &expires_s), *base = server_url();
    char *url = text_printf("%s/garmin/wellness-api/rest/%s?uploadStartTimeInSeconds=%lld&uploadEndTimeInSeconds=%lld"
                            "&token=%s",
                            base, garmin_rows[type].path, (long long)window->from_s, (long long)window->to_s, token);
    json_t *o = json_pack("{s:s, s:s}", "userId", garmin_user_id(window->person).s, "callbackURL", url);
    if (setting(SET_GARMIN_OLD_PING)) {
        json_object_set_new(o, "userAccessToken", json_string("not-used-any-more"));
        json_object_set_new(o, "uploadStartTimeInSeconds", json_integer(window->from_s));
        json_object_set_new(o, "uploadEndTimeInSeconds", json_integer(window->to_s));
    }
    json_array_append_new(list, o);
    free(token);
    free(base);
    free(url);
}

static bool has_items(enum garmin_type type, const struct garmin_ask *ask)
{
    json_t *items = garmin_items(type, ask);
    bool any = json_array_size(items) > 0;
    json_decref(items);
    return any;
}

/* A callback URL covers at most a day: of uploads, or for a backfill of data behind a nominal window. */
static void add_pings(json_t *list, const struct send_part *part)
{
    for (int64_t from = part->ask.from_s; from <= part->ask.to_s; from += DAY_S) {
        struct garmin_ask ask = part->ask;
        ask.from_s = from;
        if (ask.to_s > from + DAY_S - 1 + ask.by_data)
            ask.to_s = from + DAY_S - 1 + ask.by_data;
        if (ask.from_s > ask.to_s || !has_items(part->type, &ask))
            continue;
        struct garmin_pull window = {ask.person,  (int)part->type, ask.from_s, ask.to_s,
                                     ask.by_data, ask.from_s,      ask.to_s};
        if (ask.by_data) {
            window.from_s = ask.now_s;
            window.to_s = ask.now_s + 60;
        }
        add_ping(list, part->type, &window);
    }
}

static void add_part(json_t *body, const struct send_part *part)
{
    if (!(tokens_perms(part->ask.person) & garmin_rows[part->type].perm))
        return;
    if (part->ping && part->type != G_FILES) {
        json_t *pings = json_array();
        add_pings(pings, part);
        if (json_array_size(pings))
            json_array_extend(list_of(body, part->type), pings);
        json_decref(pings);
        return;
    }
    json_t *items = garmin_items(part->type, &part->ask);
    if (json_array_size(items))
        json_array_extend(list_of(body, part->type), items);
    json_decref(items);
}

static char *build(void *ctx)
{
    const struct batch *b = ctx;
    json_t *body = json_object();
    for (int i = 0; i < b->n; i++)
        add_part(body, &b->parts[i]);
    char *text = json_object_size(body) ? wire_dump(body) : NULL;
    json_decref(body);
    return text;
}

static bool post(int type, char *label, const char *person, struct parcel *p, long delay_ms)
{
    p->url = garmin_portal_url_for(type);
    if (!p->url || !*p->url) {
        free(p->url);
        free(label);
        free(p->body);
        free(p->ctx);
        return false;
    }
    p->provider = GARMIN;
    p->label = label;
    p->person = text_dup(person);
    p->delay_ms = delay_ms;
    p->retry_ms = setting(SET_GARMIN_RETRY_MS);
    p->timeout_ms = setting(SET_GARMIN_TIMEOUT_MS);
    p->tries = (int)setting(SET_GARMIN_RETRY_MAX);
    pairs_add(&p->headers, "Content-Type", "application/json;charset=UTF-8");
    pairs_add(&p->headers, "User-Agent", "Garmin Health API");
    pairs_add(&p->headers, "garmin-client-id", provider_client[GARMIN].id);
    deliver_put(p);
    return true;
}

static char *label_of(const struct send_part *parts, int n)
{
    struct buf b = {0};
    for (int i = 0; i < n; i++) {
        const char *key = garmin_rows[parts[i].type].key;
        if (!b.s || !strstr(b.s, key))
            buf_printf(&b, "%s%s", b.n ? "," : "", key);
    }
    buf_printf(&b, " %s%s", n && parts[0].ping ? "ping" : "push", n && parts[0].ask.by_data ? " backfill" : "");
    return buf_take(&b);
}

static const char *only_person(const struct send_part *parts, int n)
{
    for (int i = 1; i < n; i++)
        if (parts[i].ask.person != parts[0].ask.person)
            return NULL;
    return n ? parts[0].ask.person->name : NULL;
}

bool garmin_send(const struct send_part *parts, int n, long delay_ms)
{
    bool sent = n > 0;
    for (int at = 0; at < n && sent; at += PARTS_MAX) {
        struct batch *b = calloc(1, sizeof *b);
        if (!b)
            abort();
        b->n = n - at < PARTS_MAX ? n - at : PARTS_MAX;
        memcpy(b->parts, parts + at, (size_t)b->n * sizeof *parts);
        struct parcel p = {.build = build, .ctx = b, .free_ctx = free};
        sent =
            post(n == 1 ? (int)parts[0].type : -1, label_of(b->parts, b->n), only_person(b->parts, b->n), &p, delay_ms);
    }
    return sent;
}

bool garmin_send_event(const char *key, json_t *take_item)
{
    json_t *body = json_pack("{s:[o]}", key, take_item);
    struct parcel p = {.body = wire_dump(body)};
    json_decref(body);
    return post(-1, text_dup(key), NULL, &p, setting(SET_GARMIN_PUSH_DELAY_MS));
}

bool garmin_send_raw(const char *type, const char *body)
{
    struct parcel p = {.body = text_dup(body)};
    return post(type ? garmin_type_by_key(type) : -1, text_dup("raw"), NULL, &p, 0);
}
