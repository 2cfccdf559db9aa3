/* OAuth 1.0a (RFC 5849) with HMAC-SHA1, which Garmin retires on 2026-12-31: request token, access token,
 * signatures. */
#include "garmin.h"

#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 48
#define SHA1_LEN   20
#define TIMEOUT_MS 2500 /* authorize has three seconds in all */
#define FLOW_KEY   "request_token"

static const aorta_str nothing = {NULL, 0};

/* ---- the signature ---- */

struct params {
    aorta_pair pair[PARAMS_MAX]; /* percent-encoded, as they are sorted and signed */
    uint32_t count;
    int failed;
};

static aorta_str percent(aorta_ctx *ctx, aorta_str s) {
    aorta_str out;
    return ctx->host->encode(ctx, AORTA_CODEC_PERCENT, s.ptr, s.len, &out) == AORTA_OK ? out : nothing;
}

static void add(aorta_ctx *ctx, struct params *p, aorta_str name, aorta_str value) {
    if (p->count == PARAMS_MAX) {
        p->failed = 1;
        return;
    }
    aorta_pair pair = {percent(ctx, name), percent(ctx, value)};
    if ((name.len && !pair.name.len) || (value.len && !pair.value.len))
        p->failed = 1;
    p->pair[p->count++] = pair;
}

static int compare(aorta_str a, aorta_str b) {
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_name_and_value(const void *a, const void *b) {
    const aorta_pair *x = a, *y = b;
    int order = compare(x->name, y->name);
    return order ? order : compare(x->value, y->value);
}

static void add_query(aorta_ctx *ctx, struct params *p, aorta_str url) {
    const char *mark = memchr(url.ptr, '?', url.len);
    if (!mark)
        return;
    aorta_str form = {mark + 1, url.len - (size_t)(mark + 1 - url.ptr)};
    aorta_pair pair;
    while (garmin_form_next(ctx, &form, &pair))
        add(ctx, p, pair.name, pair.value);
}

/* Scheme and host in lower case, no default port, no query (RFC 5849, 3.4.1.2). */
static aorta_str base_uri(aorta_ctx *ctx, aorta_str url) {
    const char *mark = memchr(url.ptr, '?', url.len);
    aorta_str whole = {url.ptr, mark ? (size_t)(mark - url.ptr) : url.len};
    aorta_str path = garmin_url_path(whole);
    size_t head = whole.len - path.len;
    char *text = sdk_cstr(ctx, whole);
    if (!text)
        return nothing;
    for (size_t i = 0; i < head; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] + ('a' - 'A'));
    size_t drop = 0;
    if (head > 12 && strncmp(text, "https://", 8) == 0 && memcmp(text + head - 4, ":443", 4) == 0)
        drop = 4;
    else if (head > 10 && strncmp(text, "http://", 7) == 0 && memcmp(text + head - 3, ":80", 3) == 0)
        drop = 3;
    memmove(text + head - drop, text + head, path.len + 1);
    return (aorta_str){text, whole.len - drop};
}

/* METHOD&base URI&parameters, all encoded once more. */
static aorta_str base_string(aorta_ctx *ctx, const char *method, aorta_str url, struct params *p) {
    struct garmin_text list = {.ctx = ctx};
    qsort(p->pair, p->count, sizeof(p->pair[0]), by_name_and_value);
    for (uint32_t i = 0; i < p->count; i++) {
        if (i)
            garmin_text_add(&list, "&", 1);
        garmin_text_str(&list, p->pair[i].name);
        garmin_text_add(&list, "=", 1);
        garmin_text_str(&list, p->pair[i].value);
    }
    aorta_str uri = percent(ctx, base_uri(ctx, url)), params = percent(ctx, garmin_text_done(&list));
    if (p->failed || !uri.len || !params.len)
        return nothing;
    return sdk_format(ctx, "%s&%.*s&%.*s", method, (int)uri.len, uri.ptr, (int)params.len, params.ptr);
}

static aorta_str sign(const struct garmin *g, aorta_ctx *ctx, aorta_str token_secret, aorta_str text) {
    aorta_str a = percent(ctx, g->client_secret), b = percent(ctx, token_secret), out;
    uint8_t mac[SHA1_LEN];
    if (!a.len || (token_secret.len && !b.len))
        return nothing;
    aorta_str key = sdk_format(ctx, "%.*s&%.*s", (int)a.len, a.ptr, (int)b.len, b.len ? b.ptr : "");
    if (!key.ptr ||
        ctx->host->hmac(ctx, AORTA_DIGEST_SHA1, key.ptr, key.len, text.ptr, text.len, mac, sizeof(mac)) !=
            AORTA_OK ||
        ctx->host->encode(ctx, AORTA_CODEC_B64, mac, sizeof(mac), &out) != AORTA_OK)
        return nothing;
    return out;
}

static aorta_str nonce(aorta_ctx *ctx) {
    uint8_t bytes[16];
    aorta_str out;
    if (ctx->host->random(ctx, bytes, sizeof(bytes)) != AORTA_OK ||
        ctx->host->encode(ctx, AORTA_CODEC_HEX, bytes, sizeof(bytes), &out) != AORTA_OK)
        return nothing;
    return out;
}

aorta_str garmin_oauth1_header(const struct garmin *g, aorta_ctx *ctx, const char *method, aorta_str url,
                               const struct garmin_grant *grant, const aorta_pair *more,
                               uint32_t more_count) {
    struct params p = {.count = 0}, own;
    aorta_str once = nonce(ctx);
    aorta_str now = sdk_format(ctx, "%lld", (long long)(ctx->host->now_us(ctx) / US_PER_S));
    if (!once.len || !now.len)
        return nothing;
    add(ctx, &p, AORTA_S("oauth_consumer_key"), g->client_id);
    add(ctx, &p, AORTA_S("oauth_nonce"), once);
    add(ctx, &p, AORTA_S("oauth_signature_method"), AORTA_S("HMAC-SHA1"));
    add(ctx, &p, AORTA_S("oauth_timestamp"), now);
    add(ctx, &p, AORTA_S("oauth_version"), AORTA_S("1.0"));
    if (grant && grant->token.len)
        add(ctx, &p, AORTA_S("oauth_token"), grant->token);
    for (uint32_t i = 0; i < more_count; i++)
        add(ctx, &p, more[i].name, more[i].value);
    own = p; /* the header holds these; the query is signed with them but stays in the URL */
    add_query(ctx, &p, url);
    aorta_str text = base_string(ctx, method, url, &p);
    aorta_str signature = text.len ? sign(g, ctx, grant ? grant->secret : nothing, text) : nothing;
    if (!signature.len)
        return nothing;
    add(ctx, &own, AORTA_S("oauth_signature"), signature);
    struct garmin_text header = {.ctx = ctx};
    for (uint32_t i = 0; i < own.count; i++) {
        garmin_text_add(&header, i ? ", " : "OAuth ", i ? 2 : 6);
        garmin_text_str(&header, own.pair[i].name);
        garmin_text_add(&header, "=\"", 2);
        garmin_text_str(&header, own.pair[i].value);
        garmin_text_add(&header, "\"", 1);
    }
    return own.failed ? nothing : garmin_text_done(&header);
}

/* ---- tokens ---- */

/* A signed POST whose answer is a form with a token and its secret. */
static aorta_status fetch_token(const struct garmin *g, aorta_ctx *ctx, aorta_str url,
                                const struct garmin_grant *with, const aorta_pair *more, const char *what,
                                struct garmin_grant *ret) {
    const aorta_http_resp *resp;
    aorta_str right = garmin_oauth1_header(g, ctx, "POST", url, with, more, 1);
    if (!right.ptr)
        return AORTA_ERR_NOMEM;
    aorta_pair headers[] = {{AORTA_S("Authorization"), right}};
    aorta_http_req req = {
        .struct_size = sizeof(req),
        .flags = AORTA_HTTP_NO_RETRY, /* a nonce is good for one use */
        .method = "POST",
        .url = url,
        .headers = headers,
        .headers_count = 1,
        .timeout_ms = with ? 0 : TIMEOUT_MS,
    };
    aorta_status st = ctx->host->http(ctx, &req, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status == 401 && !with)
        return sdk_fail(ctx, AORTA_ERR_CONFIG, "garmin.client_refused",
                        "Garmin does not accept this deployment's consumer key and secret");
    if (resp->status == 401)
        return sdk_fail(ctx, AORTA_ERR_STATE, "garmin.verifier_refused",
                        "Garmin does not accept the verifier; begin the consent again");
    if (resp->status != 200)
        return sdk_http_failure(ctx, resp, "garmin.token", what);
    aorta_str form = {(const char *)resp->body.ptr, resp->body.len};
    ret->token = garmin_form_param(ctx, form, "oauth_token");
    ret->secret = garmin_form_param(ctx, form, "oauth_token_secret");
    if (!ret->token.len || !ret->secret.len)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "garmin.token", "Garmin's answer to %s holds no token",
                        what);
    return AORTA_OK;
}

/* The request token waits for its callback as a form, which is how it came. */
static aorta_status keep(aorta_ctx *ctx, const struct garmin_grant *grant) {
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "token", grant->token);
    sdk_query_add(ctx, &q, "secret", grant->secret);
    if (q.failed)
        return AORTA_ERR_NOMEM;
    return ctx->host->state_put(ctx, AORTA_STATE_FLOW, FLOW_KEY, strlen(FLOW_KEY), q.text, q.len, 0);
}

static int kept(aorta_ctx *ctx, struct garmin_grant *ret) {
    aorta_bytes value;
    if (ctx->host->state_get(ctx, AORTA_STATE_FLOW, FLOW_KEY, strlen(FLOW_KEY), &value) != AORTA_OK)
        return 0;
    aorta_str form = {(const char *)value.ptr, value.len};
    ret->token = garmin_form_param(ctx, form, "token");
    ret->secret = garmin_form_param(ctx, form, "secret");
    return ret->token.len && ret->secret.len;
}

aorta_status garmin_oauth1_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req) {
    struct garmin_grant grant;
    sdk_query state = {0}, q = {0};
    sdk_query_add(ctx, &state, "state", req->state);
    aorta_str back = sdk_url(ctx, req->redirect_uri, NULL, &state);
    if (!back.ptr)
        return AORTA_ERR_NOMEM;
    aorta_pair callback = {AORTA_S("oauth_callback"), back};
    aorta_status st =
        fetch_token(g, ctx, g->request_token_url, NULL, &callback, "the request for a request token", &grant);
    if (st == AORTA_OK)
        st = keep(ctx, &grant);
    if (st != AORTA_OK)
        return st;
    sdk_query_add(ctx, &q, "oauth_token", grant.token);
    sdk_query_add(ctx, &q, "oauth_callback",
                  back); /* Garmin's page takes it from here or from the request token */
    aorta_authorize_result result = {.struct_size = sizeof(result),
                                     .url = sdk_url(ctx, g->authorize_url_1, NULL, &q)};
    if (!result.url.ptr)
        return AORTA_ERR_NOMEM;
    return ctx->host->authorize_done(ctx, &result);
}

aorta_status garmin_oauth1_callback(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req) {
    struct garmin_grant asked, got;
    aorta_str token = sdk_pair(req->query, req->query_count, "oauth_token");
    aorta_pair verifier = {AORTA_S("oauth_verifier"),
                           sdk_pair(req->query, req->query_count, "oauth_verifier")};
    /* "no" comes back as a missing verifier, or as the word null */
    if (!verifier.value.len || sdk_str_eq(verifier.value, "null"))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "garmin.denied", "the user did not agree at Garmin");
    if (!kept(ctx, &asked) ||
        !ctx->host->ct_equal(ctx, token.ptr, token.len, asked.token.ptr, asked.token.len))
        return sdk_fail(ctx, AORTA_ERR_STATE, "garmin.flow_unknown",
                        "this consent was not begun here, or too long ago");
    aorta_status st =
        fetch_token(g, ctx, g->access_token_url, &asked, &verifier, "the request for an access token", &got);
    if (st != AORTA_OK)
        return st;
    aorta_field extra = {AORTA_S("oauth_token_secret"), {.type = AORTA_TYPE_STRING, .u.s = got.secret}};
    aorta_credentials c = {.struct_size = sizeof(c),
                           .access_token = got.token,
                           .token_type = AORTA_S("oauth1"),
                           .extra = &extra,
                           .extra_count = 1};
    st = garmin_identify(g, ctx, &got, &c.provider_user_id, &c.scope);
    return st == AORTA_OK ? ctx->host->callback_done(ctx, &c) : st;
}
