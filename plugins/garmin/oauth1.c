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

static aorta_str percent(aorta_ctx *ctx, aorta_str s)
{
    aorta_str out;
    return ctx->host->encode(ctx, AORTA_CODEC_PERCENT, s.ptr, s.len, &out) == AORTA_OK ? out : nothing;
}

static int by_name_and_value(const void *a, const void *b)
{
    const aorta_pair *x = a, *y = b;
    int order = sdk_str_cmp(x->name, y->name);
    return order ? order : sdk_str_cmp(x->value, y->value);
}

/* Scheme and host in lower case, no default port, no query (RFC 5849, 3.4.1.2). */
static aorta_str base_uri(aorta_ctx *ctx, aorta_str url)
{
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

static void encode_pair(aorta_ctx *ctx, struct params *p, aorta_pair pair)
{
    if (p->count == PARAMS_MAX) {
        p->failed = 1;
        return;
    }
    aorta_pair coded = {percent(ctx, pair.name), percent(ctx, pair.value)};
    if ((pair.name.len && !coded.name.len) || (pair.value.len && !coded.value.len))
        p->failed = 1;
    p->pair[p->count++] = coded;
}

static void encode_query(aorta_ctx *ctx, struct params *p, aorta_str url)
{
    const char *mark = memchr(url.ptr, '?', url.len);
    if (!mark)
        return;
    aorta_str form = {mark + 1, url.len - (size_t)(mark + 1 - url.ptr)};
    aorta_pair pair;
    while (garmin_form_next(ctx, &form, &pair))
        encode_pair(ctx, p, pair);
}

static aorta_str joined(aorta_ctx *ctx, const struct params *p)
{
    sdk_text t = {.ctx = ctx};
    for (uint32_t i = 0; i < p->count; i++) {
        if (i)
            sdk_text_add(&t, AORTA_S("&"));
        sdk_text_add(&t, p->pair[i].name);
        sdk_text_add(&t, AORTA_S("="));
        sdk_text_add(&t, p->pair[i].value);
    }
    return sdk_text_str(&t);
}

aorta_str garmin_oauth1_base_string(aorta_ctx *ctx, const char *method, aorta_str url, const aorta_pair *params,
                                    uint32_t count)
{
    struct params p = {.count = 0};
    for (uint32_t i = 0; i < count; i++)
        encode_pair(ctx, &p, params[i]);
    encode_query(ctx, &p, url);
    qsort(p.pair, p.count, sizeof(p.pair[0]), by_name_and_value);
    aorta_str uri = percent(ctx, base_uri(ctx, url)), list = percent(ctx, joined(ctx, &p));
    if (p.failed || !uri.len || !list.len)
        return nothing;
    return sdk_format(ctx, "%s&%.*s&%.*s", method, (int)uri.len, uri.ptr, (int)list.len, list.ptr);
}

static aorta_str sign(const struct garmin *g, aorta_ctx *ctx, aorta_str token_secret, aorta_str text)
{
    aorta_str a = percent(ctx, g->client_secret), b = percent(ctx, token_secret), out;
    uint8_t mac[SHA1_LEN];
    if (!a.len || (token_secret.len && !b.len))
        return nothing;
    aorta_str key = sdk_format(ctx, "%.*s&%.*s", (int)a.len, a.ptr, (int)b.len, b.len ? b.ptr : "");
    if (!key.ptr ||
        ctx->host->hmac(ctx, AORTA_DIGEST_SHA1, key.ptr, key.len, text.ptr, text.len, mac, sizeof(mac)) != AORTA_OK ||
        ctx->host->encode(ctx, AORTA_CODEC_B64, mac, sizeof(mac), &out) != AORTA_OK)
        return nothing;
    return out;
}

static aorta_str nonce(aorta_ctx *ctx)
{
    uint8_t bytes[16];
    aorta_str out;
    if (ctx->host->random(ctx, bytes, sizeof(bytes)) != AORTA_OK ||
        ctx->host->encode(ctx, AORTA_CODEC_HEX, bytes, sizeof(bytes), &out) != AORTA_OK)
        return nothing;
    return out;
}

/* The parameters of the protocol; the signature comes behind them. */
struct header {
    aorta_pair pair[12];
    uint32_t count;
};

static void add(struct header *h, aorta_str name, aorta_str value)
{
    h->pair[h->count++] = (aorta_pair){name, value};
}

static aorta_str header_text(aorta_ctx *ctx, const struct header *h)
{
    sdk_text t = {.ctx = ctx};
    for (uint32_t i = 0; i < h->count; i++) {
        aorta_str value = percent(ctx, h->pair[i].value);
        t.failed |= !value.len;
        sdk_text_add(&t, i ? AORTA_S(", ") : AORTA_S("OAuth "));
        sdk_text_add(&t, h->pair[i].name);
        sdk_text_add(&t, AORTA_S("=\""));
        sdk_text_add(&t, value);
        sdk_text_add(&t, AORTA_S("\""));
    }
    return sdk_text_str(&t);
}

aorta_str garmin_oauth1_header(const struct garmin *g, aorta_ctx *ctx, const char *method, aorta_str url,
                               const struct garmin_grant *grant, const aorta_pair *more)
{
    struct header h = {.count = 0};
    aorta_str once = nonce(ctx);
    aorta_str now = sdk_format(ctx, "%lld", (long long)(ctx->host->now_us(ctx) / US_PER_S));
    if (!once.len || !now.len)
        return nothing;
    add(&h, AORTA_S("oauth_consumer_key"), g->client_id);
    add(&h, AORTA_S("oauth_nonce"), once);
    add(&h, AORTA_S("oauth_signature_method"), AORTA_S("HMAC-SHA1"));
    add(&h, AORTA_S("oauth_timestamp"), now);
    add(&h, AORTA_S("oauth_version"), AORTA_S("1.0"));
    if (grant)
        add(&h, AORTA_S("oauth_token"), grant->token);
    if (more)
        add(&h, more->name, more->value);
    aorta_str text = garmin_oauth1_base_string(ctx, method, url, h.pair, h.count);
    aorta_str signature = text.len ? sign(g, ctx, grant ? grant->secret : nothing, text) : nothing;
    if (!signature.len)
        return nothing;
    add(&h, AORTA_S("oauth_signature"), signature);
    return header_text(ctx, &h);
}

/* ---- tokens ---- */

/* A signed POST whose answer is a form with a token and its secret. */
static aorta_status fetch_token(const struct garmin *g, aorta_ctx *ctx, aorta_str url, const struct garmin_grant *with,
                                const aorta_pair *more, const char *what, struct garmin_grant *ret)
{
    const aorta_http_resp *resp;
    aorta_str right = garmin_oauth1_header(g, ctx, "POST", url, with, more);
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
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM, "garmin.token", "Garmin's answer to %s holds no token", what);
    return AORTA_OK;
}

/* The request token waits for its callback as a form, which is how it came. */
static aorta_status keep(aorta_ctx *ctx, const struct garmin_grant *grant)
{
    sdk_query q = {0};
    sdk_query_add(ctx, &q, "token", grant->token);
    sdk_query_add(ctx, &q, "secret", grant->secret);
    if (q.failed)
        return AORTA_ERR_NOMEM;
    return sdk_state_put(ctx, AORTA_STATE_FLOW, FLOW_KEY, (aorta_str){q.text, q.len}, 0);
}

static int kept(aorta_ctx *ctx, struct garmin_grant *ret)
{
    aorta_str form;
    if (sdk_state_get(ctx, AORTA_STATE_FLOW, FLOW_KEY, &form) != AORTA_OK)
        return 0;
    ret->token = garmin_form_param(ctx, form, "token");
    ret->secret = garmin_form_param(ctx, form, "secret");
    return ret->token.len && ret->secret.len;
}

aorta_status garmin_oauth1_authorize(const struct garmin *g, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    struct garmin_grant grant = {nothing, nothing};
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
    sdk_query_add(ctx, &q, "oauth_callback", back); /* Garmin's page takes it from here or from the request token */
    aorta_authorize_result result = {.struct_size = sizeof(result), .url = sdk_url(ctx, g->authorize_url_1, NULL, &q)};
    if (!result.url.ptr)
        return AORTA_ERR_NOMEM;
    return ctx->host->authorize_done(ctx, &result);
}

aorta_status garmin_oauth1_callback(const struct garmin *g, aorta_ctx *ctx, const aorta_callback_req *req)
{
    struct garmin_grant asked = {nothing, nothing}, got = {nothing, nothing};
    aorta_str token = sdk_pair(req->query, req->query_count, "oauth_token");
    aorta_pair verifier = {AORTA_S("oauth_verifier"), sdk_pair(req->query, req->query_count, "oauth_verifier")};
    /* "no" comes back as a missing verifier, or as the word null */
    if (!verifier.value.len || sdk_str_eq(verifier.value, "null"))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "garmin.denied", "the user did not agree at Garmin");
    if (!kept(ctx, &asked) || !ctx->host->ct_equal(ctx, token.ptr, token.len, asked.token.ptr, asked.token.len))
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
