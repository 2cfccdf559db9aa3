/* events.c - webhooks of Polar and Suunto: signed POSTs when a watch has uploaded something. */
#include "events.h"

#include "civil.h"
#include "clock.h"
#include "crypt.h"
#include "deliver.h"
#include "map.h"
#include "polar.h"
#include "secrets.h"
#include "settings.h"
#include "suunto.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const polar_names[] = {"EXERCISE",
                                          "SLEEP",
                                          "CONTINUOUS_HEART_RATE",
                                          "ACTIVITY_SUMMARY",
                                          "SLEEP_WISE_ALERTNESS",
                                          "SLEEP_WISE_CIRCADIAN_BEDTIME"};
enum { POLAR_NAMES = sizeof polar_names / sizeof polar_names[0] };

struct watched {
    struct watched *next;
    const struct person *person;
    enum provider provider;
    int64_t last_s, next_s;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct event_hook polar_hook;
static struct event_hook suunto_hook;
static struct watched *list;
static struct map known;

/* ---- the hooks ---- */

static void hook_clear(struct event_hook *h)
{
    free(h->id);
    free(h->url);
    free(h->secret);
    memset(h, 0, sizeof *h);
}

static bool hook_copy(const struct event_hook *h, struct event_hook *ret)
{
    pthread_mutex_lock(&lock);
    bool there = h->url && h->active;
    if (there)
        *ret = (struct event_hook){text_dup(h->id), text_dup(h->url), text_dup(h->secret), h->events, true};
    pthread_mutex_unlock(&lock);
    return there;
}

unsigned events_polar_bit(const char *name)
{
    for (unsigned i = 0; i < POLAR_NAMES; i++)
        if (strcmp(polar_names[i], name) == 0)
            return 1u << i;
    return 0;
}

json_t *events_polar_names(unsigned events)
{
    json_t *names = json_array();
    for (unsigned i = 0; i < POLAR_NAMES; i++)
        if (events & 1u << i)
            json_array_append_new(names, json_string(polar_names[i]));
    return names;
}

bool events_polar_get(json_t **ret)
{
    pthread_mutex_lock(&lock);
    bool there = polar_hook.url != NULL;
    if (there)
        *ret = json_pack("{s:s, s:o, s:s, s:b}", "id", polar_hook.id, "events", events_polar_names(polar_hook.events),
                         "url", polar_hook.url, "active", polar_hook.active);
    pthread_mutex_unlock(&lock);
    return there;
}

bool events_polar_add(const char *url, unsigned events, char **ret_id, char **ret_secret)
{
    pthread_mutex_lock(&lock);
    bool vacant = polar_hook.url == NULL;
    if (vacant) {
        polar_hook = (struct event_hook){crypt_hex(6), text_dup(url), crypt_hex(24), events, true};
        *ret_id = text_dup(polar_hook.id);
        *ret_secret = text_dup(polar_hook.secret);
        secrets_add("webhook_secret", POLAR, NULL, polar_hook.secret);
    }
    pthread_mutex_unlock(&lock);
    return vacant;
}

bool events_polar_change(const char *id, const char *url, unsigned events)
{
    pthread_mutex_lock(&lock);
    bool fits = text_same(polar_hook.id, id);
    if (fits && url) {
        free(polar_hook.url);
        polar_hook.url = text_dup(url);
    }
    if (fits && events)
        polar_hook.events = events;
    pthread_mutex_unlock(&lock);
    return fits;
}

bool events_polar_remove(const char *id)
{
    pthread_mutex_lock(&lock);
    bool fits = text_same(polar_hook.id, id);
    if (fits)
        hook_clear(&polar_hook);
    pthread_mutex_unlock(&lock);
    return fits;
}

bool events_polar_activate(bool active)
{
    pthread_mutex_lock(&lock);
    bool there = polar_hook.url != NULL;
    polar_hook.active = there && active;
    pthread_mutex_unlock(&lock);
    return there;
}

void events_suunto_set(const char *url, const char *secret)
{
    pthread_mutex_lock(&lock);
    hook_clear(&suunto_hook);
    if (url) {
        suunto_hook = (struct event_hook){NULL, text_dup(url), text_dup(secret ? secret : ""), 0, true};
        secrets_add("notification_secret", SUUNTO, NULL, suunto_hook.secret);
    }
    pthread_mutex_unlock(&lock);
}

/* ---- sending ---- */

static void post(enum provider prov, const struct event_hook *h, const char *name, const struct person *p,
                 json_t *take_body)
{
    static const char *const headers[PROVIDERS] = {"", "Polar-Webhook-Signature", "X-HMAC-SHA256-Signature"};
    struct parcel parcel = {.provider = prov,
                            .label = text_dup(name),
                            .person = text_dup(p->name),
                            .delay_ms = 100,
                            .retry_ms = 1000,
                            .timeout_ms = setting(SET_EVENTS_TIMEOUT_MS)};
    parcel.tries = prov == POLAR ? 6 : 2; /* Suunto soon gives up and does not replay */
    parcel.url = text_dup(h->url);
    parcel.body = wire_dump(take_body);
    json_decref(take_body);
    char *mac = crypt_hmac_sha256_hex(h->secret, parcel.body, strlen(parcel.body));
    pairs_add(&parcel.headers, "Content-Type", "application/json");
    pairs_add(&parcel.headers, headers[prov], mac);
    if (prov == POLAR)
        pairs_add(&parcel.headers, "Polar-Webhook-Event", name);
    free(mac);
    deliver_put(&parcel);
}

static json_t *polar_body(const struct person *p, const char *event, const char *what, const char *value,
                          const char *path)
{
    char *url = text_printf("https://www.polaraccesslink.com/v3/%s/%s", path, value);
    json_t *o = json_pack("{s:s, s:I, s:s, s:s, s:s}", "event", event, "user_id", (json_int_t)polar_user_id(p), what,
                          value, "timestamp", civil_utc(clock_now_s()).s, "url", url);
    free(url);
    return o;
}

/* from and to instead of one date */
static json_t *polar_range(const struct person *p, const char *event, int day, const char *path)
{
    json_t *o = polar_body(p, event, "from", civil_date(day).s, path);
    json_object_set_new(o, "to", json_string(civil_date(day).s));
    return o;
}

static void polar_post(const struct event_hook *h, const struct person *p, const char *event, json_t *take_body)
{
    if (h->events & events_polar_bit(event))
        post(POLAR, h, event, p, take_body);
    else
        json_decref(take_body);
}

static void polar_day(const struct event_hook *h, const struct person *p, const char *event, int day)
{
    struct stamp stamp = civil_date(day);
    const char *date = stamp.s;
    if (strcmp(event, "SLEEP") == 0)
        polar_post(h, p, event, polar_body(p, event, "date", date, "users/sleep"));
    else if (strcmp(event, "CONTINUOUS_HEART_RATE") == 0)
        polar_post(h, p, event, polar_body(p, event, "date", date, "users/continuous-heart-rate"));
    else if (strcmp(event, "ACTIVITY_SUMMARY") == 0)
        polar_post(h, p, event, polar_body(p, event, "date", date, "users/activities"));
    else
        polar_post(h, p, event, polar_range(p, event, day, "users/sleepwise"));
}

static json_t *suunto_workout_body(const struct workout *w)
{
    json_t *workout = suunto_workout_json(w, NULL);
    json_object_del(workout, "extensionTypes");
    return json_pack("{s:s, s:s, s:o, s:{s:s, s:s, s:s}}", "type", "WORKOUT_CREATED", "username", w->person->name,
                     "workout", workout, "gear", "manufacturer", "Suunto", "name", "Suunto Simulated", "productType",
                     "SPORT_WATCH");
}

static void suunto_rows(const struct event_hook *h, const struct person *p, const char *type, json_t *take_rows)
{
    if (json_array_size(take_rows) == 0) {
        json_decref(take_rows);
        return;
    }
    post(SUUNTO, h, type, p, json_pack("{s:s, s:s, s:o}", "type", type, "username", p->name, "samples", take_rows));
}

bool events_polar_send(const struct person *p, const char *event, int day)
{
    struct event_hook h;
    struct workout ws[WORKOUTS_MAX];
    if (!hook_copy(&polar_hook, &h))
        return false;
    int n = workouts_make(p, POLAR, day, ws), sent = 0;
    if (strcmp(event, "EXERCISE") != 0 && ++sent)
        polar_day(&h, p, event, day);
    for (int i = 0; i < n && strcmp(event, "EXERCISE") == 0; i++, sent++)
        polar_post(&h, p, event, polar_body(p, event, "entity_id", ws[i].key, "exercises"));
    hook_clear(&h);
    return sent > 0;
}

bool events_suunto_send(const struct person *p, const char *type, int day)
{
    struct event_hook h;
    struct workout ws[WORKOUTS_MAX];
    int64_t from = person_day_start(p, day), to = person_day_start(p, day + 1);
    bool good = true;
    if (!hook_copy(&suunto_hook, &h))
        return false;
    int n = workouts_make(p, SUUNTO, day, ws);
    if (strcmp(type, "SUUNTO_247_SLEEP_CREATED") == 0)
        suunto_rows(&h, p, type, suunto_sleep_rows(p, day));
    else if (strcmp(type, "SUUNTO_247_ACTIVITY_CREATED") == 0)
        suunto_rows(&h, p, type, suunto_activity_rows(p, day, from, to));
    else if (strcmp(type, "SUUNTO_247_RECOVERY_CREATED") == 0)
        suunto_rows(&h, p, type, suunto_recovery_rows(p, day, from, to));
    else if (strcmp(type, "ROUTE_CREATED") == 0)
        post(SUUNTO, &h, type, p,
             json_pack("{s:s, s:s, s:{s:s}}", "type", type, "username", p->name, "route", "id", "route-1"));
    else if (strcmp(type, "WORKOUT_CREATED") == 0)
        for (int i = 0; i < n; i++)
            post(SUUNTO, &h, type, p, suunto_workout_body(&ws[i]));
    else
        good = false;
    hook_clear(&h);
    return good;
}

/* ---- as the clock moves ---- */

static struct watched *watched_of(enum provider prov, const struct person *p)
{
    char *key = text_printf("%d/%s", (int)prov, p->name);
    struct watched *w = map_get(&known, key);
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            abort();
        *w = (struct watched){list, p, prov, 0, 0};
        list = w;
        map_put(&known, key, w);
    }
    free(key);
    return w;
}

void events_connected(enum provider prov, const struct person *p)
{
    pthread_mutex_lock(&lock);
    struct watched *w = watched_of(prov, p);
    w->last_s = clock_now_s();
    w->next_s = 0;
    pthread_mutex_unlock(&lock);
}

static bool within(const struct watched *w, int64_t at_s, int64_t now_s)
{
    return at_s > w->last_s && at_s <= now_s;
}

static bool synced_within(const struct watched *w, int day, int64_t now_s)
{
    int64_t syncs[SYNCS];
    bool any = false;
    day_syncs(w->person, w->provider, day, syncs);
    for (int i = 0; i < SYNCS; i++)
        any = any || within(w, syncs[i], now_s);
    return any;
}

static void polar_news(const struct event_hook *h, const struct watched *w, int day, int64_t now_s)
{
    struct workout ws[WORKOUTS_MAX];
    struct night night;
    int n = workouts_make(w->person, POLAR, day, ws);
    for (int i = 0; i < n; i++)
        if (within(w, ws[i].upload_s, now_s))
            polar_post(h, w->person, "EXERCISE",
                       polar_body(w->person, "EXERCISE", "entity_id", ws[i].key, "exercises"));
    night_make(w->person, POLAR, day, &night);
    for (int i = 0; night.present && within(w, night.upload_s, now_s) && i <= setting(SET_POLAR_DOUBLE_SLEEP); i++)
        polar_day(h, w->person, "SLEEP", day);
    if (synced_within(w, day, now_s)) {
        polar_day(h, w->person, "ACTIVITY_SUMMARY", day);
        polar_day(h, w->person, "CONTINUOUS_HEART_RATE", day);
    }
}

static void suunto_news(const struct event_hook *h, const struct watched *w, int day, int64_t now_s)
{
    struct workout ws[WORKOUTS_MAX];
    struct night night;
    struct nap nap;
    const struct person *p = w->person;
    int n = workouts_make(p, SUUNTO, day, ws);
    for (int i = 0; i < n; i++)
        if (within(w, ws[i].upload_s, now_s))
            post(SUUNTO, h, "WORKOUT_CREATED", p, suunto_workout_body(&ws[i]));
    night_make(p, SUUNTO, day, &night);
    nap_make(p, SUUNTO, day, &nap);
    if ((night.present && within(w, night.upload_s, now_s)) || (nap.present && within(w, nap.upload_s, now_s)))
        suunto_rows(h, p, "SUUNTO_247_SLEEP_CREATED", suunto_sleep_rows(p, day));
    if (!synced_within(w, day, now_s))
        return;
    int64_t from = w->last_s - DAY_S / 2;
    suunto_rows(h, p, "SUUNTO_247_ACTIVITY_CREATED", suunto_activity_rows(p, day, from, now_s));
    suunto_rows(h, p, "SUUNTO_247_RECOVERY_CREATED", suunto_recovery_rows(p, day, from, now_s));
}

static void news(const struct event_hook *h, const struct watched *w, int64_t now_s)
{
    int last = person_day_of(w->person, now_s);
    for (int day = person_day_of(w->person, w->last_s) - DAY_LATEST_UPLOAD; day <= last; day++) {
        if (w->provider == POLAR)
            polar_news(h, w, day, now_s);
        else
            suunto_news(h, w, day, now_s);
    }
}

/* Copies who has news, moves the marks on, and sends outside the lock. */
static struct watched *take_due(enum provider prov, int64_t now_s, int *ret_n)
{
    struct watched *due = NULL;
    int n = 0;
    pthread_mutex_lock(&lock);
    for (struct watched *w = list; w; w = w->next) {
        if (w->provider != prov || (now_s < w->next_s && now_s >= w->last_s))
            continue;
        due = realloc(due, (size_t)(n + 1) * sizeof *due);
        if (!due)
            abort();
        due[n++] = *w;
        w->last_s = now_s;
        w->next_s = day_next_upload(w->person, prov, now_s);
    }
    pthread_mutex_unlock(&lock);
    *ret_n = n;
    return due;
}

static void tick_provider(enum provider prov, const struct event_hook *hook, int64_t now_s)
{
    struct event_hook h;
    int n;
    struct watched *due = take_due(prov, now_s, &n);
    bool there = n > 0 && hook_copy(hook, &h);
    for (int i = 0; there && i < n; i++)
        news(&h, &due[i], now_s);
    if (there)
        hook_clear(&h);
    free(due);
}

void events_tick(void)
{
    int64_t now_s = clock_now_s();
    tick_provider(POLAR, &polar_hook, now_s);
    tick_provider(SUUNTO, &suunto_hook, now_s);
}

void events_reset(void)
{
    pthread_mutex_lock(&lock);
    hook_clear(&polar_hook);
    hook_clear(&suunto_hook);
    while (list) {
        struct watched *gone = list;
        list = gone->next;
        free(gone);
    }
    map_fini(&known);
    pthread_mutex_unlock(&lock);
}
