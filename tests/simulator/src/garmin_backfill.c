/* garmin_backfill.c - asking for history: 202 at once, the data come later by themselves. */
#include "clock.h"
#include "errors.h"
#include "garmin.h"
#include "garmin_portal.h"
#include "garmin_send.h"
#include "limits.h"
#include "settings.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct asked {
    struct asked *next;
    const struct person *person;
    enum garmin_type type;
    int64_t from_s, to_s, at_s;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct asked *list;

void garmin_backfill_forget(const struct person *p)
{
    pthread_mutex_lock(&lock);
    for (struct asked **a = &list; *a;) {
        struct asked *gone = *a;
        if (p && gone->person != p) {
            a = &gone->next;
            continue;
        }
        *a = gone->next;
        free(gone);
    }
    pthread_mutex_unlock(&lock);
}

static struct asked *find(const struct asked *want)
{
    for (struct asked *a = list; a; a = a->next)
        if (a->person == want->person && a->type == want->type && a->from_s <= want->from_s && a->to_s >= want->to_s)
            return a;
    return NULL;
}

/* False: the range was asked before; *ret tells when. */
static bool remember(const struct asked *want, struct asked *ret)
{
    pthread_mutex_lock(&lock);
    const struct asked *before = find(want);
    if (before) {
        *ret = *before;
    } else {
        struct asked *a = malloc(sizeof *a);
        if (!a)
            abort();
        *a = *want;
        a->next = list;
        list = a;
    }
    pthread_mutex_unlock(&lock);
    return !before;
}

static void refuse_again(struct reply *a, const struct asked *before)
{
    char *text = text_printf("User already requested backfill of %s from %s to %s at %s", garmin_rows[before->type].key,
                             civil_utc(before->from_s).s, civil_utc(before->to_s).s, civil_utc(before->at_s).s);
    error_garmin(a, 409, text);
    free(text);
}

static bool too_early(struct reply *a, const struct asked *want)
{
    long reach = setting(SET_GARMIN_BACKFILL_REACH_DAYS);
    int64_t least = tokens_first_connected_s(GARMIN, want->person) - reach * DAY_S;
    if (!reach || want->from_s >= least)
        return false;
    char *text = text_printf("start %s before min start time of %s", civil_utc(want->from_s).s, civil_utc(least).s);
    error_garmin(a, 400, text);
    free(text);
    return true;
}

static bool too_long(struct reply *a, const struct asked *want)
{
    int days = garmin_rows[want->type].activity ? 30 : 90;
    if (want->to_s - want->from_s <= (int64_t)days * DAY_S)
        return false;
    char *text = text_printf("Requested backfill range exceeds the maximum of %d days", days);
    error_garmin(a, 400, text);
    free(text);
    return true;
}

static bool too_fast(struct reply *a, const struct asked *want)
{
    long most = setting(SET_GARMIN_RATE_DAYS), days = (long)((want->to_s - want->from_s + DAY_S - 1) / DAY_S);
    if (!most || limits_count(LIMIT_GARMIN_DAYS, 60, days) <= most)
        return false;
    error_status(a, GARMIN, 429, limits_reset_in(LIMIT_GARMIN_DAYS, 60));
    return true;
}

static bool not_enabled(struct reply *a, const struct asked *want)
{
    if (garmin_portal_mode(want->type) != PORTAL_OFF)
        return false;
    char *text = text_printf("Endpoint not enabled for summary type: %s", garmin_rows[want->type].key);
    error_garmin(a, 400, text);
    free(text);
    return true;
}

static void send_type(const struct asked *want, enum garmin_type type)
{
    int64_t step = setting(SET_GARMIN_CHUNK_DAYS) * DAY_S;
    bool ping = garmin_portal_mode(type) == PORTAL_PING;
    for (int64_t from = want->from_s; from < want->to_s; from += step) {
        struct send_part part = {type, {want->person, true, from, from + step, want->at_s}, ping};
        if (part.ask.to_s > want->to_s)
            part.ask.to_s = want->to_s;
        garmin_send(&part, 1, setting(SET_GARMIN_PUSH_DELAY_MS));
    }
}

void garmin_backfill(const struct req *r, struct reply *a, const struct auth *who, enum garmin_type type)
{
    struct asked want = {NULL, who->person, type, 0, 0, clock_now_s()}, before;
    if (!garmin_times(r, a, "summaryStartTimeInSeconds", "summaryEndTimeInSeconds", &want.from_s, &want.to_s))
        return;
    if (want.from_s == want.to_s)
        error_garmin(a, 400, "The requested time range is empty");
    else if (!(who->perms & PERM_HISTORY))
        garmin_denied(a, PERM_HISTORY);
    else if (!(who->perms & garmin_rows[type].perm))
        garmin_denied(a, garmin_rows[type].perm);
    else if (not_enabled(a, &want) || too_long(a, &want) || too_early(a, &want) || too_fast(a, &want))
        return;
    else if (!remember(&want, &before))
        refuse_again(a, &before);
    else {
        send_type(&want, type);
        if (type == G_ACTIVITIES && garmin_portal_mode(G_FILES) != PORTAL_OFF)
            send_type(&want, G_FILES);
        reply_empty(a, 202);
    }
}
