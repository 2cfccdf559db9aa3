/* token_refresh.c - rotation: what a refresh token is good for once it has a successor. */
#include "clock.h"
#include "settings.h"
#include "text.h"
#include "tokens_inside.h"

#include <stdlib.h>

static void note_overlap(const struct token *t, const char *what)
{
    struct overlap *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    *o =
        (struct overlap){ledger.overlaps,   text_dup(t->grant->person->name), text_dup(t->value), what, clock_real_us(),
                         t->grant->provider};
    ledger.overlaps = o;
}

static bool rotated_still_good(const struct token *t)
{
    if (setting(SET_REFRESH_MODE) != 0)
        return false;
    if (t->heir_access->touched || t->heir_refresh->touched)
        return false;
    return clock_now_s() - t->rotated_s <= setting(SET_GRACE_S);
}

static enum token_result check_refresh(struct token *t, enum provider p)
{
    if (!t || t->kind != REFRESH || t->grant->provider != p)
        return TOKEN_UNKNOWN;
    if (t->grant->revoked)
        return TOKEN_REVOKED;
    if (t->rotated_s) {
        ledger.reused++;
        note_overlap(t, "reuse");
        if (rotated_still_good(t))
            return TOKEN_OK;
        if (setting(SET_REFRESH_MODE) == 2)
            t->grant->revoked = true;
        return TOKEN_USED;
    }
    return t->expires_s && clock_now_s() >= t->expires_s ? TOKEN_EXPIRED : TOKEN_OK;
}

enum token_result tokens_refresh(enum provider p, const char *refresh, struct issued *ret)
{
    pthread_mutex_lock(&ledger.lock);
    struct token *t = map_get(&ledger.token_map, refresh);
    enum token_result result = check_refresh(t, p);
    if (result == TOKEN_OK) {
        t->touched = true;
        t->uses++;
        t->rotated_s = clock_now_s();
        t->heir_access = ledger_issue(t->grant, ret, &t->heir_refresh);
        ledger.refreshes++;
    } else {
        ledger.refused++;
    }
    pthread_mutex_unlock(&ledger.lock);
    return result;
}

void tokens_refresh_begin(const char *refresh)
{
    pthread_mutex_lock(&ledger.lock);
    struct token *t = map_get(&ledger.token_map, refresh);
    if (t && t->in_flight++ > 0) {
        ledger.overlapped++;
        note_overlap(t, "overlap");
    }
    pthread_mutex_unlock(&ledger.lock);
}

void tokens_refresh_end(const char *refresh)
{
    pthread_mutex_lock(&ledger.lock);
    struct token *t = map_get(&ledger.token_map, refresh);
    if (t && t->in_flight > 0)
        t->in_flight--;
    pthread_mutex_unlock(&ledger.lock);
}
