/* oauth1.c - OAuth 1.0a (RFC 5849) with HMAC-SHA1. Signatures are really verified, nonces are good once. */
#include "oauth1.h"

#include "consent.h"
#include "crypt.h"
#include "errors.h"
#include "garmin_watch.h"
#include "map.h"
#include "secrets.h"
#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A request token on its way from leg one to leg three. */
struct pending {
    struct pending *next;
    char *token, *secret, *callback, *verifier;
    const struct person *person; /* once confirmed */
    unsigned perms;
    bool used;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pending *list;
static struct map by_token, nonces;

void oauth1_reset(void)
{
    pthread_mutex_lock(&lock);
    while (list) {
        struct pending *gone = list;
        list = gone->next;
        free(gone->token);
        free(gone->secret);
        free(gone->callback);
        free(gone->verifier);
        free(gone);
    }
    map_fini(&by_token);
    map_fini(&nonces);
    pthread_mutex_unlock(&lock);
}

/* ---- the header ---- */

bool oauth1_present(const struct req *r)
{
    const char *value = req_header(r, "Authorization");
    return value && strncasecmp(value, "OAuth ", 6) == 0;
}

/* OAuth a="1", b="2" with percent coded values. */
static void parse_header(const char *s, struct pairs *out)
{
    for (s += 6; *s;) {
        s += strspn(s, ", \t");
        size_t name_n = strcspn(s, "=");
        if (s[name_n] != '=' || s[name_n + 1] != '"')
            return;
        const char *value = s + name_n + 2;
        size_t value_n = strcspn(value, "\"");
        char *name = text_urldecode(s, name_n, false), *decoded = text_urldecode(value, value_n, false);
        pairs_add(out, name, decoded);
        free(name);
        free(decoded);
        s = value + value_n + (value[value_n] == '"');
    }
}

/* ---- the signature ---- */

static int by_coded(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void collect(char **out, size_t *n, const struct pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->v[i].name, "oauth_signature") == 0 || strcmp(p->v[i].name, "realm") == 0)
            continue;
        struct buf b = {0};
        text_urlencode(&b, p->v[i].name);
        buf_str(&b, "\001"); /* sorts before anything; becomes '=' later */
        text_urlencode(&b, p->v[i].value);
        out[(*n)++] = buf_take(&b);
    }
}

static char *normalized(const struct req *r, const struct pairs *oauth)
{
    size_t n = 0;
    char **parts = calloc(r->query.n + r->form.n + oauth->n + 1, sizeof(char *));
    if (!parts)
        abort();
    collect(parts, &n, &r->query);
    collect(parts, &n, &r->form);
    collect(parts, &n, oauth);
    qsort(parts, n, sizeof(char *), by_coded);
    struct buf b = {0};
    for (size_t i = 0; i < n; i++) {
        *strchr(parts[i], '\001') = '=';
        buf_printf(&b, "%s%s", i ? "&" : "", parts[i]);
        free(parts[i]);
    }
    free(parts);
    return buf_take(&b);
}

char *oauth1_base_string(const struct req *r, const struct pairs *oauth)
{
    struct buf b = {0};
    char *url = text_printf("%s%s", r->base, r->raw_path), *params = normalized(r, oauth);
    buf_printf(&b, "%s&", r->method);
    text_urlencode(&b, url);
    buf_str(&b, "&");
    text_urlencode(&b, params);
    free(url);
    free(params);
    return buf_take(&b);
}

static bool signature_fits(const struct req *r, const struct pairs *oauth, const char *token_secret)
{
    struct buf key = {0};
    text_urlencode(&key, provider_client[GARMIN].secret);
    buf_str(&key, "&");
    text_urlencode(&key, token_secret);
    char *base = oauth1_base_string(r, oauth), *want = crypt_hmac_sha1_base64(key.s, base);
    bool fits = text_same(pairs_get(oauth, "oauth_signature"), want);
    free(base);
    free(want);
    buf_fini(&key);
    return fits;
}

static bool nonce_is_new(const struct pairs *oauth)
{
    static char seen;
    const char *token = pairs_get(oauth, "oauth_token");
    char *key = text_printf("%s %s %s", pairs_get(oauth, "oauth_timestamp"), pairs_get(oauth, "oauth_nonce"),
                            token ? token : "");
    pthread_mutex_lock(&lock);
    bool fresh = !map_get(&nonces, key);
    map_put(&nonces, key, &seen);
    pthread_mutex_unlock(&lock);
    free(key);
    return fresh;
}

/* NULL: the header is in order. */
static const char *wrong_header(const struct req *r, const struct pairs *oauth, const char *token_secret)
{
    static const char *const needed[] = {"oauth_consumer_key", "oauth_nonce", "oauth_timestamp",
                                         "oauth_signature_method", "oauth_signature"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!pairs_get(oauth, needed[i]))
            return "parameter_absent";
    if (!text_same(pairs_get(oauth, "oauth_consumer_key"), provider_client[GARMIN].id))
        return "consumer_key_unknown";
    if (!text_same(pairs_get(oauth, "oauth_signature_method"), "HMAC-SHA1"))
        return "signature_method_rejected";
    if (!token_secret)
        return "token_rejected";
    if (!signature_fits(r, oauth, token_secret))
        return "signature_invalid";
    return nonce_is_new(oauth) ? NULL : "nonce_used";
}

static void refuse(struct reply *a, const char *problem)
{
    char *text = text_printf("oauth_problem=%s", problem);
    reply_text(a, 401, "application/x-www-form-urlencoded", text);
    free(text);
}

/* ---- signed API calls ---- */

bool oauth1_check(const struct req *r, struct reply *a, struct auth *ret)
{
    struct pairs oauth = {0};
    parse_header(req_header(r, "Authorization"), &oauth);
    const char *token = pairs_get(&oauth, "oauth_token");
    char *secret = token ? tokens_oauth1_secret(token) : NULL;
    const char *wrong = wrong_header(r, &oauth, secret);
    enum token_result result = wrong ? TOKEN_UNKNOWN : tokens_check(GARMIN, token, ret);
    if (wrong)
        refuse(a, wrong);
    else if (result == TOKEN_REVOKED)
        error_garmin(a, 403, "User has withdrawn the consent");
    else if (result != TOKEN_OK)
        refuse(a, "token_rejected");
    free(secret);
    pairs_fini(&oauth);
    return result == TOKEN_OK;
}

/* ---- leg one ---- */

static void send_form(struct reply *a, const char *token, const char *secret)
{
    char *text = text_printf("oauth_token=%s&oauth_token_secret=%s", token, secret);
    reply_text(a, 200, "application/x-www-form-urlencoded", text);
    free(text);
}

static void new_pending(struct reply *a, const char *callback)
{
    struct pending *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->token = crypt_uuid();
    p->secret = crypt_hex(18);
    p->callback = text_dup(callback);
    secrets_add("oauth1_request_token", GARMIN, NULL, p->token);
    secrets_add("oauth1_request_secret", GARMIN, NULL, p->secret);
    send_form(a, p->token, p->secret);
    pthread_mutex_lock(&lock);
    p->next = list;
    list = p;
    map_put(&by_token, p->token, p);
    pthread_mutex_unlock(&lock);
}

void oauth1_request_token(const struct req *r, struct reply *a)
{
    struct pairs oauth = {0};
    if (oauth1_present(r))
        parse_header(req_header(r, "Authorization"), &oauth);
    const char *wrong = wrong_header(r, &oauth, "");
    if (wrong)
        refuse(a, wrong);
    else
        new_pending(a, pairs_get(&oauth, "oauth_callback"));
    pairs_fini(&oauth);
}

/* ---- leg two ---- */

static struct pending *pending_of(const char *token)
{
    pthread_mutex_lock(&lock);
    struct pending *p = token ? map_get(&by_token, token) : NULL;
    pthread_mutex_unlock(&lock);
    return p;
}

static void confirm(struct pending *p, const struct decision *d)
{
    pthread_mutex_lock(&lock);
    p->person = d->person;
    p->perms = d->perms;
    free(p->verifier);
    p->verifier = crypt_hex(8);
    secrets_add("oauth1_verifier", GARMIN, d->person->name, p->verifier);
    pthread_mutex_unlock(&lock);
}

void oauth1_confirm(const struct req *r, struct reply *a)
{
    struct pending *p = pending_of(req_query(r, "oauth_token"));
    const char *callback = req_query(r, "oauth_callback");
    struct decision d = {0};
    if (p && !callback)
        callback = p->callback;
    if (!p || p->used || !callback || (!text_starts(callback, "http://") && !text_starts(callback, "https://"))) {
        consent_error(a, 400, "oauth_token is unknown, or there is no http callback.");
        return;
    }
    if (!consent_decide(r, a, &d))
        return;
    if (d.approved)
        confirm(p, &d);
    char *url = consent_url(callback, "oauth_token", p->token, "oauth_verifier", d.approved ? p->verifier : "null",
                            (char *)NULL);
    reply_redirect(a, url);
    free(url);
    a->person = d.person;
}

/* ---- leg three ---- */

static bool take(struct pending *p, const char *verifier)
{
    pthread_mutex_lock(&lock);
    bool good = p->person && !p->used && text_same(p->verifier, verifier);
    if (good)
        p->used = true;
    pthread_mutex_unlock(&lock);
    return good;
}

static void grant(struct reply *a, const struct pending *p)
{
    struct consent c = {.provider = GARMIN, .person = p->person, .perms = p->perms};
    struct issued1 made;
    tokens_oauth1(&c, &made);
    send_form(a, made.token, made.secret);
    free(made.token);
    free(made.secret);
    garmin_watch_connected(p->person);
    a->person = p->person;
}

void oauth1_access_token(const struct req *r, struct reply *a)
{
    struct pairs oauth = {0};
    if (oauth1_present(r))
        parse_header(req_header(r, "Authorization"), &oauth);
    struct pending *p = pending_of(pairs_get(&oauth, "oauth_token"));
    const char *wrong = wrong_header(r, &oauth, p ? p->secret : NULL);
    if (wrong)
        refuse(a, wrong);
    else if (!take(p, pairs_get(&oauth, "oauth_verifier")))
        refuse(a, "permission_denied");
    else
        grant(a, p);
    pairs_fini(&oauth);
}
