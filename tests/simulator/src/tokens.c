/* tokens.c - codes, grants, access and refresh tokens. One lock; everything inside is in memory. */
#include "tokens.h"

#include "civil.h"
#include "clock.h"
#include "crypt.h"
#include "map.h"
#include "secrets.h"
#include "settings.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum kind { ACCESS, REFRESH, OAUTH1 };

struct grant {
    struct grant *next;
    int64_t id, created_s;
    enum provider provider;
    const struct person *person;
    unsigned perms;
    bool revoked;
};

struct token {
    struct token *next;
    char *value, *secret;
    enum kind kind;
    struct grant *grant;
    int64_t expires_s; /* 0: never */
    int64_t rotated_s; /* refresh: when its successor was made; 0: it is the newest */
    struct token *heir_access, *heir_refresh;
    bool touched; /* was used by the client since it was issued */
    int in_flight;
    long uses;
};

struct code {
    struct code *next;
    char *value, *redirect_uri, *challenge;
    enum provider provider;
    const struct person *person;
    unsigned perms;
    int64_t expires_s;
    bool used;
};

struct overlap {
    struct overlap *next;
    char *person, *token;
    const char *what;
    int64_t at_us;
    enum provider provider;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct grant *grants;
static struct token *tokens;
static struct code *codes;
static struct overlap *overlaps;
static struct map token_map, code_map;
static int64_t last_grant;
static long refreshes, refused, reused, overlapped;
static char *jwt_key;

/* ---- permissions ---- */

static const char *const perm_names[] = {"ACTIVITY_EXPORT", "HEALTH_EXPORT", "WORKOUT_IMPORT",
                                         "COURSE_IMPORT",   "MCT_EXPORT",    "HISTORICAL_DATA_EXPORT"};

const char *perm_name(unsigned bit)
{
    for (unsigned i = 0; i < sizeof perm_names / sizeof perm_names[0]; i++)
        if (bit == 1u << i)
            return perm_names[i];
    return NULL;
}

unsigned perm_find(const char *name)
{
    for (unsigned i = 0; i < sizeof perm_names / sizeof perm_names[0]; i++)
        if (strcmp(perm_names[i], name) == 0)
            return 1u << i;
    return 0;
}

json_t *perm_list(unsigned perms)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < sizeof perm_names / sizeof perm_names[0]; i++)
        if (perms & 1u << i)
            json_array_append_new(list, json_string(perm_names[i]));
    return list;
}

/* ---- making ---- */

static char *jwt(const struct grant *g, int64_t now_s, int64_t expires_s)
{
    if (!jwt_key)
        jwt_key = crypt_hex(32);
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
    char *signed_text = crypt_jwt(text, jwt_key);
    json_decref(claims);
    free(text);
    free(id);
    free(mail);
    return signed_text;
}

static struct token *keep_token(struct token made)
{
    struct token *t = malloc(sizeof *t);
    if (!t)
        abort();
    *t = made;
    t->next = tokens;
    tokens = t;
    map_put(&token_map, t->value, t);
    return t;
}

static const char *kind_name(enum kind k)
{
    return k == ACCESS ? "access_token" : k == REFRESH ? "refresh_token" : "oauth1_token";
}

static struct token *new_token(struct grant *g, enum kind kind, long life_s)
{
    int64_t now_s = clock_now_s();
    struct token made = {.kind = kind, .grant = g, .expires_s = life_s ? now_s + life_s : 0};
    made.value = kind == ACCESS && g->provider != POLAR ? jwt(g, now_s, made.expires_s) : crypt_hex(24);
    secrets_add(kind_name(kind), g->provider, g->person->name, made.value);
    return keep_token(made);
}

static struct grant *new_grant(enum provider p, const struct person *person, unsigned perms)
{
    struct grant *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    *g = (struct grant){grants, ++last_grant, clock_now_s(), p, person, perms, false};
    grants = g;
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

static struct token *issue(struct grant *g, struct issued *ret, struct token **ret_refresh)
{
    struct token *access = new_token(g, ACCESS, access_life(g->provider));
    struct token *refresh = g->provider == POLAR ? NULL : new_token(g, REFRESH, refresh_life(g->provider));
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

/* ---- codes ---- */

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
    pthread_mutex_lock(&lock);
    made->next = codes;
    codes = made;
    map_put(&code_map, made->value, made);
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    struct code *c = map_get(&code_map, code);
    enum token_result result = check_code(c, p, redirect_uri, verifier);
    if (result == TOKEN_OK) {
        c->used = true;
        issue(new_grant(p, c->person, c->perms), ret, &refresh);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

/* ---- refresh ---- */

static void note_overlap(const struct token *t, const char *what)
{
    struct overlap *o = calloc(1, sizeof *o);
    if (!o)
        abort();
    *o = (struct overlap){
        overlaps, text_dup(t->grant->person->name), text_dup(t->value), what, clock_real_us(), t->grant->provider};
    overlaps = o;
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
        reused++;
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
    pthread_mutex_lock(&lock);
    struct token *t = map_get(&token_map, refresh);
    enum token_result result = check_refresh(t, p);
    if (result == TOKEN_OK) {
        t->touched = true;
        t->uses++;
        t->rotated_s = clock_now_s();
        t->heir_access = issue(t->grant, ret, &t->heir_refresh);
        refreshes++;
    } else {
        refused++;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void tokens_refresh_begin(const char *refresh)
{
    pthread_mutex_lock(&lock);
    struct token *t = map_get(&token_map, refresh);
    if (t && t->in_flight++ > 0) {
        overlapped++;
        note_overlap(t, "overlap");
    }
    pthread_mutex_unlock(&lock);
}

void tokens_refresh_end(const char *refresh)
{
    pthread_mutex_lock(&lock);
    struct token *t = map_get(&token_map, refresh);
    if (t && t->in_flight > 0)
        t->in_flight--;
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    struct token *t = map_get(&token_map, access);
    enum token_result result = check_access(t, p);
    if (t && t->grant->provider == p)
        *ret = (struct auth){t->grant->person, t->grant->id, t->grant->perms};
    if (result == TOKEN_OK)
        t->touched = true;
    pthread_mutex_unlock(&lock);
    return result;
}

static const struct person *person_of_token(const char *value)
{
    pthread_mutex_lock(&lock);
    const struct token *t = map_get(&token_map, value);
    const struct code *c = map_get(&code_map, value);
    const struct person *p = t ? t->grant->person : c ? c->person : NULL;
    pthread_mutex_unlock(&lock);
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

/* ---- what users and tests do to grants ---- */

static bool chosen(const struct grant *g, enum provider p, const char *person)
{
    return g->provider == p && !g->revoked && (!person || strcmp(g->person->name, person) == 0);
}

static int expire(enum provider p, const char *person, enum kind kind)
{
    int n = 0;
    int64_t now_s = clock_now_s();
    pthread_mutex_lock(&lock);
    for (struct token *t = tokens; t; t = t->next) {
        if (t->kind != kind || !chosen(t->grant, p, person))
            continue;
        if (t->expires_s == 0 || t->expires_s > now_s) {
            t->expires_s = now_s;
            n++;
        }
    }
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g; g = g->next)
        if (chosen(g, p, person)) {
            g->revoked = true;
            n++;
        }
    pthread_mutex_unlock(&lock);
    return n;
}

bool tokens_revoke_grant(int64_t grant)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g && !found; g = g->next)
        if (g->id == grant)
            found = g->revoked = true;
    pthread_mutex_unlock(&lock);
    return found;
}

int tokens_set_perms(const struct person *person, unsigned perms)
{
    int n = 0;
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g; g = g->next)
        if (chosen(g, GARMIN, person->name)) {
            g->perms = perms;
            n++;
        }
    pthread_mutex_unlock(&lock);
    return n;
}

unsigned tokens_perms(const struct person *person)
{
    unsigned perms = 0;
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g; g = g->next)
        if (chosen(g, GARMIN, person->name))
            perms |= g->perms;
    pthread_mutex_unlock(&lock);
    return perms;
}

bool tokens_connected(enum provider p, const struct person *person)
{
    bool found = false;
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g && !found; g = g->next)
        found = chosen(g, p, person->name);
    pthread_mutex_unlock(&lock);
    return found;
}

int64_t tokens_first_connected_s(enum provider p, const struct person *person)
{
    int64_t first = 0;
    pthread_mutex_lock(&lock);
    for (struct grant *g = grants; g; g = g->next)
        if (g->provider == p && g->person == person && (!first || g->created_s < first))
            first = g->created_s;
    pthread_mutex_unlock(&lock);
    return first;
}

/* ---- OAuth 1.0a ---- */

static struct grant *grant_by_id(int64_t id)
{
    for (struct grant *g = grants; g; g = g->next)
        if (g->id == id)
            return g;
    return NULL;
}

void tokens_oauth1(const struct consent *c, struct issued1 *ret)
{
    pthread_mutex_lock(&lock);
    struct token *t = new_token(new_grant(c->provider, c->person, c->perms), OAUTH1, 0);
    t->secret = crypt_hex(20);
    ret->token = text_dup(t->value);
    ret->secret = text_dup(t->secret);
    pthread_mutex_unlock(&lock);
    secrets_add("oauth1_token_secret", c->provider, c->person->name, ret->secret);
}

static void retire_oauth1(const struct grant *g)
{
    for (struct token *t = tokens; t; t = t->next)
        if (t->grant == g && t->kind == OAUTH1)
            t->expires_s = clock_now_s();
}

bool tokens_migrate(int64_t grant, struct issued *ret)
{
    struct token *refresh;
    pthread_mutex_lock(&lock);
    struct grant *g = grant_by_id(grant);
    if (g) {
        retire_oauth1(g);
        issue(g, ret, &refresh);
    }
    pthread_mutex_unlock(&lock);
    return g != NULL;
}

char *tokens_oauth1_secret(const char *token)
{
    pthread_mutex_lock(&lock);
    const struct token *t = map_get(&token_map, token);
    char *secret = t && t->kind == OAUTH1 ? text_dup(t->secret) : NULL;
    pthread_mutex_unlock(&lock);
    return secret;
}

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
    pthread_mutex_lock(&lock);
    for (const struct grant *g = grants; g; g = g->next)
        json_array_append_new(list, grant_json(g));
    pthread_mutex_unlock(&lock);
    return list;
}

json_t *tokens_counters(void)
{
    pthread_mutex_lock(&lock);
    json_t *o = json_pack("{s:I, s:I, s:I, s:I}", "refreshes", (json_int_t)refreshes, "refused", (json_int_t)refused,
                          "reused", (json_int_t)reused, "overlaps", (json_int_t)overlapped);
    pthread_mutex_unlock(&lock);
    return o;
}

json_t *tokens_overlaps(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (const struct overlap *o = overlaps; o; o = o->next)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "what", o->what, "provider",
                                              provider_name(o->provider), "person", o->person, "refresh_token",
                                              o->token, "time", civil_iso_ms(o->at_us / 1000, 0).s));
    pthread_mutex_unlock(&lock);
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
    pthread_mutex_lock(&lock);
    for (const struct grant *g = grants; g; g = g->next)
        json_array_append_new(gs, json_pack("{s:I, s:I, s:s, s:s, s:i, s:b}", "id", (json_int_t)g->id, "created_s",
                                            (json_int_t)g->created_s, "provider", provider_name(g->provider), "person",
                                            g->person->name, "perms", (int)g->perms, "revoked", g->revoked));
    for (const struct token *t = tokens; t; t = t->next)
        if (!t->rotated_s)
            json_array_append_new(ts, token_json(t));
    pthread_mutex_unlock(&lock);
    return json_pack("{s:o, s:o}", "grants", gs, "tokens", ts);
}

static void load_grant(const json_t *o)
{
    const struct person *p = people_find(json_string_value(json_object_get(o, "person")));
    enum provider provider = provider_find(json_string_value(json_object_get(o, "provider")));
    if (!p || provider == NO_PROVIDER)
        return;
    struct grant *g = new_grant(provider, p, (unsigned)json_integer_value(json_object_get(o, "perms")));
    g->id = json_integer_value(json_object_get(o, "id"));
    g->created_s = json_integer_value(json_object_get(o, "created_s"));
    g->revoked = json_is_true(json_object_get(o, "revoked"));
    if (g->id > last_grant)
        last_grant = g->id;
}

static void load_token(const json_t *o)
{
    struct token made = {.grant = grant_by_id(json_integer_value(json_object_get(o, "grant")))};
    const char *value = json_string_value(json_object_get(o, "value"));
    if (!made.grant || !value)
        return;
    made.value = text_dup(value);
    made.secret = text_dup(json_string_value(json_object_get(o, "secret")));
    made.kind = (enum kind)json_integer_value(json_object_get(o, "kind"));
    made.expires_s = json_integer_value(json_object_get(o, "expires_s"));
    secrets_add(kind_name(made.kind), made.grant->provider, made.grant->person->name, made.value);
    keep_token(made);
}

void tokens_load(const json_t *saved)
{
    size_t i;
    json_t *o;
    pthread_mutex_lock(&lock);
    json_array_foreach(json_object_get(saved, "grants"), i, o) load_grant(o);
    json_array_foreach(json_object_get(saved, "tokens"), i, o) load_token(o);
    pthread_mutex_unlock(&lock);
}

static void free_tokens(void)
{
    while (tokens) {
        struct token *t = tokens;
        tokens = t->next;
        free(t->value);
        free(t->secret);
        free(t);
    }
    while (grants) {
        struct grant *g = grants;
        grants = g->next;
        free(g);
    }
}

static void free_codes(void)
{
    while (codes) {
        struct code *c = codes;
        codes = c->next;
        free(c->value);
        free(c->redirect_uri);
        free(c->challenge);
        free(c);
    }
    while (overlaps) {
        struct overlap *o = overlaps;
        overlaps = o->next;
        free(o->person);
        free(o->token);
        free(o);
    }
}

void tokens_reset(void)
{
    pthread_mutex_lock(&lock);
    free_tokens();
    free_codes();
    map_fini(&token_map);
    map_fini(&code_map);
    refreshes = refused = reused = overlapped = 0;
    free(jwt_key);
    jwt_key = NULL;
    pthread_mutex_unlock(&lock);
}
