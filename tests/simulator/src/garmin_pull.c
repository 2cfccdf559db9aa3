/* garmin_pull.c - pull tokens and the GETs that need one.
 *
 * Garmin forbids polling: without a live token from a ping's callback URL (or from the portal's tool) a GET is
 * refused, however good its OAuth is.
 */
#include "clock.h"
#include "crypt.h"
#include "errors.h"
#include "garmin.h"
#include "map.h"
#include "secrets.h"
#include "server.h"
#include "settings.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pull {
    struct pull *next;
    struct garmin_pull what;
    int64_t expires_s, activity_id; /* activity_id: of a file, good once */
    bool used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pull *list;
static struct map map;

static char *keep(const struct garmin_pull *what, int64_t activity_id, int64_t *ret_expires_s)
{
    struct pull *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    char *token = crypt_hex(16);
    p->what = *what;
    p->activity_id = activity_id;
    p->expires_s = clock_now_s() + setting(SET_GARMIN_PULL_TOKEN_S);
    *ret_expires_s = p->expires_s;
    secrets_add("pull_token", GARMIN, what->person ? what->person->name : NULL, token);
    pthread_mutex_lock(&lock);
    p->next = list;
    list = p;
    map_put(&map, token, p);
    pthread_mutex_unlock(&lock);
    return token;
}

char *garmin_pull_mint(const struct garmin_pull *what, int64_t *ret_expires_s)
{
    return keep(what, 0, ret_expires_s);
}

char *garmin_file_mint(const struct person *p, int64_t activity_id)
{
    struct garmin_pull what = {.person = p, .type = G_FILES};
    int64_t expires_s;
    char *token = keep(&what, activity_id, &expires_s), *base = server_url();
    char *url =
        text_printf("%s/garmin/wellness-api/rest/activityFile?id=%lld&token=%s", base, (long long)activity_id, token);
    free(base);
    free(token);
    return url;
}

int garmin_pull_expire(void)
{
    int n = 0;
    pthread_mutex_lock(&lock);
    for (struct pull *p = list; p; p = p->next, n++)
        p->expires_s = 0;
    pthread_mutex_unlock(&lock);
    return n;
}

void garmin_pull_reset(void)
{
    pthread_mutex_lock(&lock);
    while (list) {
        struct pull *gone = list;
        list = gone->next;
        free(gone);
    }
    map_fini(&map);
    pthread_mutex_unlock(&lock);
}

/* ---- checks ---- */

void garmin_denied(struct reply *a, unsigned perm)
{
    char *text = text_printf("Access denied for consumer required %s", perm_name(perm));
    error_garmin(a, (int)setting(SET_GARMIN_DENIED_STATUS), text);
    free(text);
}

static bool read_time(const struct req *r, struct reply *a, const char *name, int64_t *ret)
{
    const char *text = req_query(r, name);
    char *end, *why = NULL;
    if (!text || !*text) {
        error_garmin(a, 400, "Missing time range parameters");
        return false;
    }
    *ret = strtoll(text, &end, 10);
    if (*end || *ret < 0)
        why = text_printf("%s is not a valid Unix timestamp", name);
    else if (*ret >= 100000000000)
        why = text_printf("timestamp '%s' appears to be in milliseconds. Please provide unix timestamps in seconds.",
                          text);
    if (why)
        error_garmin(a, 400, why);
    free(why);
    return !why;
}

bool garmin_times(const struct req *r, struct reply *a, const char *from, const char *to, int64_t *ret_from,
                  int64_t *ret_to)
{
    if (!read_time(r, a, from, ret_from) || !read_time(r, a, to, ret_to))
        return false;
    if (*ret_from <= *ret_to)
        return true;
    error_garmin(a, 400, "end is before start");
    return false;
}

static bool find(const char *token, struct pull *ret)
{
    pthread_mutex_lock(&lock);
    const struct pull *p = token ? map_get(&map, token) : NULL;
    if (p)
        *ret = *p;
    pthread_mutex_unlock(&lock);
    return p && clock_now_s() < ret->expires_s;
}

static bool good_for(const struct pull *p, const struct person *person, int type)
{
    return (!p->what.person || p->what.person == person) && (p->what.type < 0 || p->what.type == type);
}

static bool within_window(const struct pull *p, int64_t from_s, int64_t to_s)
{
    return !p->what.to_s || (from_s >= p->what.from_s && to_s <= p->what.to_s);
}

/* ---- answers ---- */

static void send_items(struct reply *a, const struct pull *p, const struct person *person, enum garmin_type type,
                       int64_t from_s, int64_t to_s)
{
    struct garmin_ask ask = {person, false, from_s, to_s, clock_now_s()};
    if (p->what.by_data) {
        ask.by_data = true;
        ask.from_s = p->what.data_from_s;
        ask.to_s = p->what.data_to_s;
    }
    reply_json(a, 200, garmin_items(type, &ask));
}

void garmin_pull_get(const struct req *r, struct reply *a, const struct auth *who, enum garmin_type type)
{
    struct pull pull;
    int64_t from_s, to_s;
    if (!find(req_query(r, "token"), &pull) || !good_for(&pull, who->person, (int)type))
        error_pull_token(a);
    else if (!garmin_times(r, a, "uploadStartTimeInSeconds", "uploadEndTimeInSeconds", &from_s, &to_s))
        return;
    else if (to_s - from_s > DAY_S)
        error_garmin(a, 400, "The requested time range exceeds the maximum of 86400 seconds");
    else if (!within_window(&pull, from_s, to_s))
        error_pull_token(a);
    else if (!(who->perms & garmin_rows[type].perm))
        garmin_denied(a, garmin_rows[type].perm);
    else
        send_items(a, &pull, who->person, type, from_s, to_s);
}

static bool use_once(const char *token)
{
    pthread_mutex_lock(&lock);
    struct pull *p = map_get(&map, token);
    bool first = p && !p->used;
    if (p)
        p->used = true;
    pthread_mutex_unlock(&lock);
    return first;
}

void garmin_pull_file(const struct req *r, struct reply *a, const struct auth *who)
{
    const char *token = req_query(r, "token"), *id = req_query(r, "id");
    struct pull pull;
    if (!find(token, &pull) || pull.what.type != G_FILES || !good_for(&pull, who->person, G_FILES)) {
        error_pull_token(a);
        return;
    }
    char *text = id && strtoll(id, NULL, 10) == pull.activity_id
                     ? garmin_tcx(who->person, pull.activity_id, clock_now_s())
                     : NULL;
    if (!text)
        error_garmin(a, 404, "No such file");
    else if (!use_once(token))
        error_garmin(a, 410, "The file was downloaded before");
    else
        reply_text(a, 200, "application/vnd.garmin.tcx+xml", text);
    free(text);
}
