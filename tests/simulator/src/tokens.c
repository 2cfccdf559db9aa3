/* tokens.c - codes and tokens: making them, handing them out, and whether one is good. */
#include "clock.h"
#include "crypt.h"
#include "secrets.h"
#include "settings.h"
#include "text.h"
#include "tokens_inside.h"

#include <stdlib.h>
#include <string.h>

struct ledger ledger = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- making ---- */

static char *jwt(const struct grant *g, int64_t now_s, int64_t expires_s)
{
    if (!ledger.jwt_key)
        ledger.jwt_key = crypt_hex(32);
    char *id = crypt_uuid(), *mail = text_printf("%s@mail.example", g->person->name);
    json_t *claims;
    if (g->provider == SUUNTO)
        claims = json_pack("{s:s, s:s, s:s, s:[s], s:I, s:I, s:s, s:s}", "user", g->person->name, "email", mail,
                           "client_id", provider_client[SUUNTO].id, "scope", "workout", "iat", (json_int_t)now_s, "exp",
                           (json_int_t)expires_s, "jti", id, "iss", "cloudapi-oauth.suunto.com");
    else
        claims = json_pack("{s:[s,s,s,s], s:s, s:I, s:I, s:s, s:s, s:s}", "scope", "PARTNER_WRITE", "PARTNER_READ",
                           "CONNECT_READ", "CONNECT_WRITE", "iss", "https://diauth.garmin.com", "exp",
                           (json_int_t)expires_s, "iat", (json_int_t)now_s, "jti", id, "client_id",
                           provider_client[GARMIN].id, "sub", "connect-user");
    char *text = wire_dump(claims);
    char *signed_text = crypt_jwt(text, ledger.jwt_key);
    json_decref(claims);
    free(text);
    free(id);
    free(mail);
    return signed_text;
}

static const char *kind_name(enum kind k)
{
    return k == ACCESS ? "access_token" : k == REFRESH ? "refresh_token" : "oauth1_token";
}

struct token *ledger_token(struct token made)
{
    struct token *t = malloc(sizeof *t);
    if (!t)
        abort();
    *t = made;
    t->next = ledger.tokens;
    ledger.tokens = t;
    map_put(&ledger.token_map, t->value, t);
    secrets_add(kind_name(t->kind), t->grant->provider, t->grant->person->name, t->value);
    return t;
}

struct token *ledger_new_token(struct grant *g, enum kind kind, long life_s)
{
    int64_t now_s = clock_now_s();
    struct token made = {.kind = kind, .grant = g, .expires_s = life_s ? now_s + life_s : 0};
    made.value = kind == ACCESS && g->provider != POLAR ? jwt(g, now_s, made.expires_s) : crypt_hex(24);
    return ledger_token(made);
}

struct grant *ledger_grant(enum provider p, const struct person *person, unsigned perms)
{
    struct grant *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    *g = (struct grant){ledger.grants, ++ledger.last_grant, clock_now_s(), p, person, perms, false};
    ledger.grants = g;
    return g;
}

static long access_life(enum provider p)
{
    static const enum setting which[] = {SET_GARMIN_ACCESS_S, SET_POLAR_ACCESS_S, SET_SUUNTO_ACCESS_S};
    return setting(which[p]);
}

static long refresh_life(enum provider p)
{
    return p == POLAR ? 0 : setting(p == GARMIN ? SET_GARMIN_REFRESH_S : SET_SUUNTO_REFRESH_S);
}

struct token *ledger_issue(struct grant *g, struct issued *ret, struct token **ret_refresh)
{
    struct token *access = ledger_new_token(g, ACCESS, access_life(g->provider));
    struct token *refresh = g->provider == POLAR ? NULL : ledger_new_token(g, REFRESH, refresh_life(g->provider));
    ret->person = g->person;
    ret->access = text_dup(access->value);
    ret->refresh = refresh ? text_dup(refresh->value) : NULL;
    ret->access_s = access_life(g->provider);
    ret->refresh_s = refresh_life(g->provider);
    *ret_refresh = refresh;
    return access;
}

void issued_fini(struct issued *i)
{
    free(i->access);
    free(i->refresh);
    memset(i, 0, sizeof *i);
}

struct grant *ledger_grant_by_id(int64_t id)
{
    for (struct grant *g = ledger.grants; g; g = g->next)
        if (g->id == id)
            return g;
    return NULL;
}

/* ---- ledger.codes ---- */

char *tokens_code(const struct consent *c)
{
    struct code *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    made->value = crypt_hex(16);
    made->redirect_uri = text_dup(c->redirect_uri);
    made->challenge = text_dup(c->challenge);
    made->provider = c->provider;
    made->person = c->person;
    made->perms = c->perms;
    made->expires_s = clock_now_s() + setting(SET_CODE_S);
    secrets_add("code", c->provider, c->person->name, made->value);
    char *value = text_dup(made->value);
    pthread_mutex_lock(&ledger.lock);
    made->next = ledger.codes;
    ledger.codes = made;
    map_put(&ledger.code_map, made->value, made);
    pthread_mutex_unlock(&ledger.lock);
    return value;
}

static bool verifier_fits(const struct code *c, const char *verifier)
{
    if (!c->challenge || c->provider == POLAR)
        return true;
    if (!verifier || strlen(verifier) < 43 || strlen(verifier) > 128)
        return false;
    char *digest = crypt_s256(verifier);
    bool same = strcmp(digest, c->challenge) == 0;
    free(digest);
    return same;
}

static bool redirect_fits(const struct code *c, const char *redirect_uri)
{
    if (!c->redirect_uri)
        return !redirect_uri;
    return text_same(c->redirect_uri, redirect_uri);
}

static enum token_result check_code(const struct code *c, enum provider p, const char *redirect_uri,
                                    const char *verifier)
{
    if (!c || c->provider != p)
        return TOKEN_UNKNOWN;
    if (c->used)
        return TOKEN_USED;
    if (clock_now_s() > c->expires_s)
        return TOKEN_EXPIRED;
    if (!redirect_fits(c, redirect_uri))
        return TOKEN_BAD_REDIRECT;
    return verifier_fits(c, verifier) ? TOKEN_OK : TOKEN_BAD_VERIFIER;
}

enum token_result tokens_exchange(enum provider p, const char *code, const char *redirect_uri, const char *verifier,
                                  struct issued *ret)
{
    struct token *refresh;
    pthread_mutex_lock(&ledger.lock);
    struct code *c = map_get(&ledger.code_map, code);
    enum token_result result = check_code(c, p, redirect_uri, verifier);
    if (result == TOKEN_OK) {
        c->used = true;
        ledger_issue(ledger_grant(p, c->person, c->perms), ret, &refresh);
    }
    pthread_mutex_unlock(&ledger.lock);
    return result;
}

/* ---- use ---- */

static enum token_result check_access(const struct token *t, enum provider p)
{
    if (!t || t->kind == REFRESH || t->grant->provider != p)
        return TOKEN_UNKNOWN;
    if (t->grant->revoked)
        return TOKEN_REVOKED;
    return t->expires_s && clock_now_s() >= t->expires_s ? TOKEN_EXPIRED : TOKEN_OK;
}

enum token_result tokens_check(enum provider p, const char *access, struct auth *ret)
{
    pthread_mutex_lock(&ledger.lock);
    struct token *t = map_get(&ledger.token_map, access);
    enum token_result result = check_access(t, p);
    if (t && t->grant->provider == p)
        *ret = (struct auth){t->grant->person, t->grant->id, t->grant->perms};
    if (result == TOKEN_OK)
        t->touched = true;
    pthread_mutex_unlock(&ledger.lock);
    return result;
}

static const struct person *person_of_token(const char *value)
{
    pthread_mutex_lock(&ledger.lock);
    const struct token *t = map_get(&ledger.token_map, value);
    const struct code *c = map_get(&ledger.code_map, value);
    const struct person *p = t ? t->grant->person : c ? c->person : NULL;
    pthread_mutex_unlock(&ledger.lock);
    return p;
}

/* oauth_token="…" out of an OAuth 1.0a Authorization header; given to you, or NULL. */
static char *oauth1_field(const char *header, const char *field)
{
    const char *at = header ? strstr(header, field) : NULL;
    if (!at)
        return NULL;
    at += strlen(field);
    return text_urldecode(at, strcspn(at, "\""), false);
}

const struct person *tokens_whose(const struct req *r)
{
    char *held[] = {req_bearer(r), oauth1_field(req_header(r, "Authorization"), "oauth_token=\""),
                    text_dup(req_form(r, "refresh_token")), text_dup(req_form(r, "code"))};
    const struct person *p = NULL;
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        if (held[i] && !p)
            p = person_of_token(held[i]);
        free(held[i]);
    }
    return p ? p : people_find(req_query(r, "person"));
}

/* ---- OAuth 1.0a ---- */

void tokens_oauth1(const struct consent *c, struct issued1 *ret)
{
    pthread_mutex_lock(&ledger.lock);
    struct token *t = ledger_new_token(ledger_grant(c->provider, c->person, c->perms), OAUTH1, 0);
    t->secret = crypt_hex(20);
    ret->token = text_dup(t->value);
    ret->secret = text_dup(t->secret);
    pthread_mutex_unlock(&ledger.lock);
    secrets_add("oauth1_token_secret", c->provider, c->person->name, ret->secret);
}

static void retire_oauth1(const struct grant *g)
{
    for (struct token *t = ledger.tokens; t; t = t->next)
        if (t->grant == g && t->kind == OAUTH1)
            t->expires_s = clock_now_s();
}

bool tokens_migrate(int64_t grant, struct issued *ret)
{
    struct token *refresh;
    pthread_mutex_lock(&ledger.lock);
    struct grant *g = ledger_grant_by_id(grant);
    if (g) {
        retire_oauth1(g);
        ledger_issue(g, ret, &refresh);
    }
    pthread_mutex_unlock(&ledger.lock);
    return g != NULL;
}

char *tokens_oauth1_secret(const char *token)
{
    pthread_mutex_lock(&ledger.lock);
    const struct token *t = map_get(&ledger.token_map, token);
    char *secret = t && t->kind == OAUTH1 ? text_dup(t->secret) : NULL;
    pthread_mutex_unlock(&ledger.lock);
    return secret;
}
