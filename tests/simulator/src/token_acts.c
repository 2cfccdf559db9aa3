/* token_acts.c - what users and tests do to grants: expiry, revocation, other permissions. */
#include "clock.h"
#include "tokens_inside.h"

#include <string.h>

static bool chosen(const struct grant *g, enum provider p, const char *person)
{
    return g->provider == p && !g->revoked && (!person || strcmp(g->person->name, person) == 0);
}

static int expire(enum provider p, const char *person, enum kind kind)
{
    int n = 0;
    int64_t now_s = clock_now_s();
    pthread_mutex_lock(&ledger.lock);
    for (struct token *t = ledger.tokens; t; t = t->next) {
        if (t->kind != kind || !chosen(t->grant, p, person))
            continue;
        if (t->expires_s == 0 || t->expires_s > now_s) {
            t->expires_s = now_s;
            n++;
        }
    }
    pthread_mutex_unlock(&ledger.lock);
    return n;
}

int tokens_expire_access(enum provider p, const char *person)
{
    return expire(p, person, ACCESS);
}

int tokens_expire_refresh(enum provider p, const char *person)
{
    return expire(p, person, REFRESH);
}

int tokens_revoke(enum provider p, const char *person)
{
    int n = 0;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g; g = g->next)
        if (chosen(g, p, person)) {
            g->revoked = true;
            n++;
        }
    pthread_mutex_unlock(&ledger.lock);
    return n;
}

bool tokens_revoke_grant(int64_t grant)
{
    bool found = false;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g && !found; g = g->next)
        if (g->id == grant)
            found = g->revoked = true;
    pthread_mutex_unlock(&ledger.lock);
    return found;
}

int tokens_set_perms(const struct person *person, unsigned perms)
{
    int n = 0;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g; g = g->next)
        if (chosen(g, GARMIN, person->name)) {
            g->perms = perms;
            n++;
        }
    pthread_mutex_unlock(&ledger.lock);
    return n;
}

unsigned tokens_perms(const struct person *person)
{
    unsigned perms = 0;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g; g = g->next)
        if (chosen(g, GARMIN, person->name))
            perms |= g->perms;
    pthread_mutex_unlock(&ledger.lock);
    return perms;
}

bool tokens_connected(enum provider p, const struct person *person)
{
    bool found = false;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g && !found; g = g->next)
        found = chosen(g, p, person->name);
    pthread_mutex_unlock(&ledger.lock);
    return found;
}

int64_t tokens_first_connected_s(enum provider p, const struct person *person)
{
    int64_t first = 0;
    pthread_mutex_lock(&ledger.lock);
    for (struct grant *g = ledger.grants; g; g = g->next)
        if (g->provider == p && g->person == person && (!first || g->created_s < first))
            first = g->created_s;
    pthread_mutex_unlock(&ledger.lock);
    return first;
}
