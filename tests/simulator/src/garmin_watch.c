/* garmin_watch.c - the watches that upload.
 *
 * One thread looks ten times a second at every connected person: whose watch has uploaded something since the
 * last look gets a push or a ping for each summary type that is enabled.
 */
#include "garmin_watch.h"

#include "clock.h"
#include "events.h"
#include "garmin_portal.h"
#include "garmin_send.h"
#include "map.h"
#include "settings.h"
#include "state.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct user {
    struct user *next;
    const struct person *person;
    bool registered;
    int64_t greet_ms; /* monotonic: when the first upload is due; 0: was */
    int64_t last_s;   /* uploads up to here are announced */
    int64_t next_s;   /* nothing new before */
};

enum { FIRST_UPLOAD_WAIT_MS = 500 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct user *users;
static struct map by_name;
static pthread_t thread;
static atomic_bool stopping;

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

static int parts_of(const struct due *due, struct send_part out[G_TYPES])
{
    int n = 0;
    for (int t = 0; t < G_TYPES; t++) {
        enum portal_mode mode = garmin_portal_mode((enum garmin_type)t);
        if (mode == PORTAL_OFF)
            continue;
        out[n++] = (struct send_part){
            (enum garmin_type)t, {due->person, false, due->from_s, due->to_s, due->to_s}, mode == PORTAL_PING};
    }
    return n;
}

static void announce_each(const struct due *due, int n)
{
    struct send_part parts[G_TYPES];
    for (int i = 0; i < n; i++) {
        int count = parts_of(&due[i], parts);
        for (int k = 0; k < count; k++)
            garmin_send(&parts[k], 1, setting(SET_GARMIN_PUSH_DELAY_MS));
    }
}

static void announce_together(const struct due *due, int n)
{
    struct send_part *all = calloc((size_t)n * G_TYPES + 1, sizeof *all);
    int count = 0;
    if (!all)
        abort();
    for (int i = 0; i < n; i++)
        count += parts_of(&due[i], all + count);
    garmin_send(all, count, setting(SET_GARMIN_PUSH_DELAY_MS));
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
    garmin_portal_reset();
    garmin_backfill_forget(NULL);
    pthread_mutex_lock(&lock);
    while (users) {
        struct user *gone = users;
        users = gone->next;
        free(gone);
    }
    map_fini(&by_name);
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

json_t *garmin_watch_json(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (const struct user *u = users; u; u = u->next)
        if (u->registered)
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s}", "person", u->person->name, "user_id",
                                                  garmin_user_id(u->person).s, "announced_until",
                                                  civil_utc(u->last_s).s, "next_upload", civil_utc(u->next_s).s));
    pthread_mutex_unlock(&lock);
    return list;
}
