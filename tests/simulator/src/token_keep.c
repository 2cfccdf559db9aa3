/* token_keep.c - reports about grants and tokens, keeping them over a restart, forgetting them. */
#include "civil.h"
#include "text.h"
#include "tokens_inside.h"

#include <stdlib.h>

/* ---- reports ---- */

static json_t *grant_json(const struct grant *g)
{
    json_t *o =
        json_pack("{s:I, s:s, s:s, s:s, s:b}", "grant", (json_int_t)g->id, "provider", provider_name(g->provider),
                  "person", g->person->name, "created", civil_utc(g->created_s).s, "revoked", g->revoked);
    if (g->provider == GARMIN)
        json_object_set_new(o, "permissions", perm_list(g->perms));
    return o;
}

json_t *tokens_grants(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&ledger.lock);
    for (const struct grant *g = ledger.grants; g; g = g->next)
        json_array_append_new(list, grant_json(g));
    pthread_mutex_unlock(&ledger.lock);
    return list;
}

json_t *tokens_counters(void)
{
    pthread_mutex_lock(&ledger.lock);
    json_t *o = json_pack("{s:I, s:I, s:I, s:I}", "refreshes", (json_int_t)ledger.refreshes, "refused",
                          (json_int_t)ledger.refused, "reused", (json_int_t)ledger.reused, "overlaps",
                          (json_int_t)ledger.overlapped);
    pthread_mutex_unlock(&ledger.lock);
    return o;
}

json_t *tokens_overlaps(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&ledger.lock);
    for (const struct overlap *o = ledger.overlaps; o; o = o->next)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "what", o->what, "provider",
                                              provider_name(o->provider), "person", o->person, "refresh_token",
                                              o->token, "time", civil_iso_ms(o->at_us / 1000, 0).s));
    pthread_mutex_unlock(&ledger.lock);
    return list;
}

/* ---- keeping over a restart ---- */

static json_t *token_json(const struct token *t)
{
    return json_pack("{s:s, s:s?, s:i, s:I, s:I, s:I}", "value", t->value, "secret", t->secret, "kind", (int)t->kind,
                     "grant", (json_int_t)t->grant->id, "expires_s", (json_int_t)t->expires_s, "rotated_s",
                     (json_int_t)t->rotated_s);
}

json_t *tokens_save(void)
{
    json_t *gs = json_array(), *ts = json_array();
    pthread_mutex_lock(&ledger.lock);
    for (const struct grant *g = ledger.grants; g; g = g->next)
        json_array_append_new(gs, json_pack("{s:I, s:I, s:s, s:s, s:i, s:b}", "id", (json_int_t)g->id, "created_s",
                                            (json_int_t)g->created_s, "provider", provider_name(g->provider), "person",
                                            g->person->name, "perms", (int)g->perms, "revoked", g->revoked));
    for (const struct token *t = ledger.tokens; t; t = t->next)
        if (!t->rotated_s)
            json_array_append_new(ts, token_json(t));
    pthread_mutex_unlock(&ledger.lock);
    return json_pack("{s:o, s:o}", "grants", gs, "tokens", ts);
}

static void load_grant(const json_t *o)
{
    const struct person *p = people_find(json_string_value(json_object_get(o, "person")));
    enum provider provider = provider_find(json_string_value(json_object_get(o, "provider")));
    if (!p || provider == NO_PROVIDER)
        return;
    struct grant *g = ledger_grant(provider, p, (unsigned)json_integer_value(json_object_get(o, "perms")));
    g->id = json_integer_value(json_object_get(o, "id"));
    g->created_s = json_integer_value(json_object_get(o, "created_s"));
    g->revoked = json_is_true(json_object_get(o, "revoked"));
    if (g->id > ledger.last_grant)
        ledger.last_grant = g->id;
}

static void load_token(const json_t *o)
{
    struct token made = {.grant = ledger_grant_by_id(json_integer_value(json_object_get(o, "grant")))};
    const char *value = json_string_value(json_object_get(o, "value"));
    if (!made.grant || !value)
        return;
    made.value = text_dup(value);
    made.secret = text_dup(json_string_value(json_object_get(o, "secret")));
    made.kind = (enum kind)json_integer_value(json_object_get(o, "kind"));
    made.expires_s = json_integer_value(json_object_get(o, "expires_s"));
    ledger_token(made);
}

void tokens_load(const json_t *saved)
{
    size_t i;
    json_t *o;
    pthread_mutex_lock(&ledger.lock);
    json_array_foreach(json_object_get(saved, "grants"), i, o) load_grant(o);
    json_array_foreach(json_object_get(saved, "tokens"), i, o) load_token(o);
    pthread_mutex_unlock(&ledger.lock);
}

static void free_tokens(void)
{
    while (ledger.tokens) {
        struct token *t = ledger.tokens;
        ledger.tokens = t->next;
        free(t->value);
        free(t->secret);
        free(t);
    }
    while (ledger.grants) {
        struct grant *g = ledger.grants;
        ledger.grants = g->next;
        free(g);
    }
}

static void free_codes(void)
{
    while (ledger.codes) {
        struct code *c = ledger.codes;
        ledger.codes = c->next;
        free(c->value);
        free(c->redirect_uri);
        free(c->challenge);
        free(c);
    }
    while (ledger.overlaps) {
        struct overlap *o = ledger.overlaps;
        ledger.overlaps = o->next;
        free(o->person);
        free(o->token);
        free(o);
    }
}

void tokens_reset(void)
{
    pthread_mutex_lock(&ledger.lock);
    free_tokens();
    free_codes();
    map_fini(&ledger.token_map);
    map_fini(&ledger.code_map);
    ledger.refreshes = ledger.refused = ledger.reused = ledger.overlapped = 0;
    free(ledger.jwt_key);
    ledger.jwt_key = NULL;
    pthread_mutex_unlock(&ledger.lock);
}
