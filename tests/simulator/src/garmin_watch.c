/* garmin_watch.c - the watches that upload, and Garmin's pushes and pings about it.
 *
 * One thread looks ten times a second at every connected person: whose watch has uploaded something since the
 * last look gets a push or a ping for each summary type that is enabled. Bodies are made when they are sent.
 */
#include "garmin_watch.h"

#include "clock.h"
#include "deliver.h"
#include "events.h"
#include "map.h"
#include "server.h"
#include "settings.h"
#include "state.h"
#include "text.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct user {
    struct user *next;
    const struct person *person;
    bool registered;
    int64_t greet_ms; /* monotonic: when the first upload is due; 0: was */
    int64_t last_s;   /* uploads up to here are announced */
    int64_t next_s;   /* nothing new before */
};

struct config {
    char *url, *urls[G_TYPES];
    enum watch_mode modes[G_TYPES];
};

enum { FIRST_UPLOAD_WAIT_MS = 500, PARTS_MAX = 40 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct user *users;
static struct map by_name;
static struct config now_used = {
    .modes = {[G_DAILIES] = WATCH_PUSH, [G_SLEEPS] = WATCH_PUSH, [G_ACTIVITIES] = WATCH_PUSH}};
static struct config kept = {.modes = {[G_DAILIES] = WATCH_PUSH, [G_SLEEPS] = WATCH_PUSH, [G_ACTIVITIES] = WATCH_PUSH}};
static pthread_t thread;
static atomic_bool stopping;

/* ---- configuration ---- */

static void set_url(char **url, const char *value)
{
    free(*url);
    *url = text_dup(value);
}

static void copy_config(struct config *to, const struct config *from)
{
    set_url(&to->url, from->url);
    for (int t = 0; t < G_TYPES; t++) {
        set_url(&to->urls[t], from->urls[t]);
        to->modes[t] = from->modes[t];
    }
}

void garmin_watch_url(const char *type, const char *url)
{
    pthread_mutex_lock(&lock);
    int t = type ? garmin_type_by_key(type) : -1;
    set_url(t >= 0 ? &now_used.urls[t] : &now_used.url, url);
    pthread_mutex_unlock(&lock);
}

static void set_mode(int t, enum watch_mode mode)
{
    if (t == G_FILES && mode == WATCH_PUSH) /* there is no push of files */
        mode = WATCH_PING;
    now_used.modes[t] = mode;
}

bool garmin_watch_modes(const char *names, enum watch_mode mode)
{
    bool known = true;
    pthread_mutex_lock(&lock);
    for (int t = 0; strcmp(names, "all") == 0 && t < G_TYPES; t++)
        if (t != G_FILES)
            set_mode(t, mode);
    while (*names && strcmp(names, "all") != 0) {
        size_t n = strcspn(names, ",");
        char *name = text_printf("%.*s", (int)n, names);
        int t = garmin_type_by_key(name);
        if (t >= 0)
            set_mode(t, mode);
        known = known && t >= 0;
        free(name);
        names += n + (names[n] == ',');
    }
    pthread_mutex_unlock(&lock);
    return known;
}

enum watch_mode garmin_watch_mode(enum garmin_type type)
{
    pthread_mutex_lock(&lock);
    enum watch_mode mode = now_used.modes[type];
    pthread_mutex_unlock(&lock);
    return mode;
}

void garmin_watch_keep(void)
{
    pthread_mutex_lock(&lock);
    copy_config(&kept, &now_used);
    pthread_mutex_unlock(&lock);
}

static char *url_for(int type)
{
    pthread_mutex_lock(&lock);
    const char *url = type >= 0 && now_used.urls[type] ? now_used.urls[type] : now_used.url;
    char *copy = text_dup(url);
    pthread_mutex_unlock(&lock);
    return copy;
}

static const char *mode_name(enum watch_mode mode)
{
    return mode == WATCH_PUSH ? "push" : mode == WATCH_PING ? "ping" : "off";
}

json_t *garmin_watch_json(void)
{
    json_t *types = json_object(), *urls = json_object(), *list = json_array();
    pthread_mutex_lock(&lock);
    for (int t = 0; t < G_TYPES; t++) {
        json_object_set_new(types, garmin_rows[t].key, json_string(mode_name(now_used.modes[t])));
        if (now_used.urls[t])
            json_object_set_new(urls, garmin_rows[t].key, json_string(now_used.urls[t]));
    }
    for (const struct user *u = users; u; u = u->next)
        if (u->registered)
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "person", u->person->name, "user_id",
                                                  garmin_user_id(u->person).s, "announced_until",
                                                  civil_utc(u->last_s).s, "next_upload", civil_utc(u->next_s).s));
    json_t *o = json_pack("{s:s?, s:o, s:o, s:o}", "url", now_used.url, "urls", urls, "types", types, "users", list);
    pthread_mutex_unlock(&lock);
    return o;
}

/* ---- bodies ---- */

struct batch {
    int n;
    struct watch_part parts[PARTS_MAX];
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
static void add_pings(json_t *list, const struct watch_part *part)
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

static void add_part(json_t *body, const struct watch_part *part)
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

/* ---- sending ---- */

static bool post(int type, char *label, const char *person, struct parcel *p, long delay_ms)
{
    p->url = url_for(type);
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

static char *label_of(const struct watch_part *parts, int n)
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

static const char *only_person(const struct watch_part *parts, int n)
{
    for (int i = 1; i < n; i++)
        if (parts[i].ask.person != parts[0].ask.person)
            return NULL;
    return n ? parts[0].ask.person->name : NULL;
}

bool garmin_watch_send(const struct watch_part *parts, int n, long delay_ms)
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

bool garmin_watch_event(const char *key, json_t *take_item)
{
    json_t *body = json_pack("{s:[o]}", key, take_item);
    struct parcel p = {.body = wire_dump(body)};
    json_decref(body);
    return post(-1, text_dup(key), NULL, &p, setting(SET_GARMIN_PUSH_DELAY_MS));
}

bool garmin_watch_raw(const char *type, const char *body)
{
    struct parcel p = {.body = text_dup(body)};
    return post(type ? garmin_type_by_key(type) : -1, text_dup("raw"), NULL, &p, 0);
}

/* ---- the watches ---- */

static struct user *user_of(const struct person *p)
{
    struct user *u = map_get(&by_name, p->name);
    if (u)
        return u;
    u = calloc(1, sizeof *u);
    if (!u)
        abort();
    u->person = p;
    u->next = users;
    users = u;
    map_put(&by_name, p->name, u);
    return u;
}

void garmin_watch_connected(const struct person *p)
{
    garmin_backfill_forget(p);
    pthread_mutex_lock(&lock);
    struct user *u = user_of(p);
    u->registered = true;
    u->greet_ms = clock_mono_ms() + 4 * FIRST_UPLOAD_WAIT_MS;
    pthread_mutex_unlock(&lock);
}

void garmin_watch_seen(const struct person *p)
{
    pthread_mutex_lock(&lock);
    struct user *u = user_of(p);
    if (u->greet_ms)
        u->greet_ms = clock_mono_ms() + FIRST_UPLOAD_WAIT_MS;
    pthread_mutex_unlock(&lock);
}

void garmin_watch_forget(const struct person *p)
{
    garmin_backfill_forget(p);
    pthread_mutex_lock(&lock);
    struct user *u = user_of(p);
    u->registered = false;
    u->greet_ms = 0;
    pthread_mutex_unlock(&lock);
}

void garmin_watch_poke(const struct person *p)
{
    pthread_mutex_lock(&lock);
    user_of(p)->next_s = 0;
    pthread_mutex_unlock(&lock);
}

struct due {
    const struct person *person;
    int64_t from_s, to_s;
};

/* Under the lock: whether this user's watch has news; moves the marks on. */
static bool take_due(struct user *u, int64_t now_s, int64_t now_ms, struct due *ret)
{
    if (!u->registered || (u->greet_ms && now_ms < u->greet_ms))
        return false;
    bool greet = u->greet_ms != 0;
    u->greet_ms = 0;
    if (greet)
        u->last_s = now_s - setting(SET_GARMIN_CONNECT_UPLOAD_S);
    if (u->last_s > now_s) /* the clock was set back */
        u->last_s = now_s;
    if (!greet && (!setting(SET_GARMIN_AUTO) || now_s < u->next_s || now_s == u->last_s))
        return false;
    *ret = (struct due){u->person, u->last_s + 1, now_s};
    u->last_s = now_s;
    u->next_s = day_next_upload(u->person, GARMIN, now_s);
    return true;
}

static int parts_of(const struct due *due, struct watch_part out[G_TYPES])
{
    int n = 0;
    for (int t = 0; t < G_TYPES; t++) {
        enum watch_mode mode = garmin_watch_mode((enum garmin_type)t);
        if (mode == WATCH_OFF)
            continue;
        out[n++] = (struct watch_part){
            (enum garmin_type)t, {due->person, false, due->from_s, due->to_s, due->to_s}, mode == WATCH_PING};
    }
    return n;
}

static void announce_each(const struct due *due, int n)
{
    struct watch_part parts[G_TYPES];
    for (int i = 0; i < n; i++) {
        int count = parts_of(&due[i], parts);
        for (int k = 0; k < count; k++)
            garmin_watch_send(&parts[k], 1, setting(SET_GARMIN_PUSH_DELAY_MS));
    }
}

static void announce_together(const struct due *due, int n)
{
    struct watch_part *all = calloc((size_t)n * G_TYPES + 1, sizeof *all);
    int count = 0;
    if (!all)
        abort();
    for (int i = 0; i < n; i++)
        count += parts_of(&due[i], all + count);
    garmin_watch_send(all, count, setting(SET_GARMIN_PUSH_DELAY_MS));
    free(all);
}

static void tick(void)
{
    struct due *due = NULL, one;
    int n = 0, cap = 0;
    int64_t now_s = clock_now_s(), now_ms = clock_mono_ms();
    pthread_mutex_lock(&lock);
    for (struct user *u = users; u; u = u->next) {
        if (!take_due(u, now_s, now_ms, &one))
            continue;
        if (n == cap) {
            cap = cap ? cap * 2 : 64;
            due = realloc(due, (size_t)cap * sizeof *due);
            if (!due)
                abort();
        }
        due[n++] = one;
    }
    pthread_mutex_unlock(&lock);
    if (n && setting(SET_GARMIN_BATCH))
        announce_together(due, n);
    else
        announce_each(due, n);
    free(due);
}

static void *run(void *ctx)
{
    (void)ctx;
    while (!atomic_load(&stopping)) {
        tick();
        events_tick();
        state_tick();
        usleep(100000);
    }
    return NULL;
}

void garmin_watch_start(void)
{
    if (pthread_create(&thread, NULL, run, NULL) != 0)
        abort();
}

void garmin_watch_stop(void)
{
    atomic_store(&stopping, true);
    pthread_join(thread, NULL);
}

void garmin_watch_reset(void)
{
    garmin_pull_reset();
    garmin_backfill_forget(NULL);
    pthread_mutex_lock(&lock);
    while (users) {
        struct user *gone = users;
        users = gone->next;
        free(gone);
    }
    map_fini(&by_name);
    copy_config(&now_used, &kept);
    pthread_mutex_unlock(&lock);
}

/* ---- over a restart ---- */

json_t *garmin_watch_save(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (const struct user *u = users; u; u = u->next)
        if (u->registered)
            json_array_append_new(list,
                                  json_pack("{s:s, s:I}", "person", u->person->name, "last_s", (json_int_t)u->last_s));
    pthread_mutex_unlock(&lock);
    return list;
}

void garmin_watch_load(const json_t *saved)
{
    size_t i;
    json_t *o;
    pthread_mutex_lock(&lock);
    json_array_foreach(saved, i, o)
    {
        const struct person *p = people_find(json_string_value(json_object_get(o, "person")));
        if (!p)
            continue;
        struct user *u = user_of(p);
        u->registered = true;
        u->last_s = json_integer_value(json_object_get(o, "last_s"));
    }
    pthread_mutex_unlock(&lock);
}
