/* See suunto_host.h. */
#include "suunto_host.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static struct suunto_host *of(aorta_ctx *ctx)
{
    return ctx->host_private;
}

static aorta_status decode(aorta_ctx *ctx, uint32_t codec, const char *text, size_t len, aorta_bytes *out)
{
    ck_assert_uint_eq(codec, AORTA_CODEC_B64URL);
    unsigned char *bytes = ctx->host->alloc(ctx, len + 1);
    size_t n;
    if (!bytes)
        return AORTA_ERR_NOMEM;
    if (sodium_base642bin(bytes, len + 1, text, len, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return AORTA_ERR_DATA;
    *out = (aorta_bytes){bytes, n};
    return AORTA_OK;
}

static aorta_status hmac(aorta_ctx *ctx, uint32_t alg, const void *key, size_t key_len, const void *data, size_t len,
                         uint8_t *out, size_t cap)
{
    (void)ctx;
    ck_assert_uint_eq(alg, AORTA_DIGEST_SHA256);
    ck_assert_uint_ge(cap, 32);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_len);
    crypto_auth_hmacsha256_update(&state, data, len);
    crypto_auth_hmacsha256_final(&state, out);
    return AORTA_OK;
}

static int32_t ct_equal(aorta_ctx *ctx, const void *a, size_t a_len, const void *b, size_t b_len)
{
    (void)ctx;
    return a_len == b_len && sodium_memcmp(a, b, a_len) == 0;
}

static void log_line(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    (void)msg;
    (void)len;
    for (uint32_t i = 0; i < n; i++)
        if (level >= AORTA_LOG_WARN && sdk_str_eq(kv[i].key, "warning")) {
            snprintf(of(ctx)->warning, sizeof(of(ctx)->warning), "%.*s", (int)kv[i].value.u.s.len, kv[i].value.u.s.ptr);
            of(ctx)->warnings++;
        }
}

static void keep(char *to, size_t cap, aorta_str text)
{
    snprintf(to, cap, "%.*s", (int)text.len, text.len ? text.ptr : "");
}

static aorta_status item(aorta_ctx *ctx, const aorta_webhook_item *i)
{
    struct suunto_host *h = of(ctx);
    h->items++;
    h->item_type = i->type;
    keep(h->item_user, sizeof(h->item_user), i->provider_user_id);
    keep(h->item_kind, sizeof(h->item_kind), i->payload ? i->payload->kind : (aorta_str){NULL, 0});
    keep(h->item_hint, sizeof(h->item_hint), i->hint);
    h->item_size = i->payload ? i->payload->size : 0;
    return h->item_answer;
}

static const void *get_extension(const aorta_host *host, const char *id)
{
    static const aorta_host_webhook hooks = {.struct_size = sizeof(hooks), .item = item};
    (void)host;
    return strcmp(id, AORTA_HOST_EXT_WEBHOOK) == 0 ? &hooks : NULL;
}

static aorta_value text(uint32_t type, const char *value)
{
    return value ? (aorta_value){.type = type, .u.s = sdk_str(value)} : (aorta_value){.type = AORTA_TYPE_NONE};
}

void suunto_host_settings(struct suunto_host *h, int pkce, const char *product, const char *webhook_secret)
{
    /* in the order of the descriptor, which the names below are checked against */
    static const char *const names[] = {"client_id", "client_secret", "subscription_key", "oauth_url", "api_url",
                                        "scope",     "pkce",          "webhook_secret",   "product"};
    const aorta_value values[] = {text(AORTA_TYPE_STRING, "gateway-1"),
                                  text(AORTA_TYPE_STRING, "s3cret/+"),
                                  text(AORTA_TYPE_STRING, "sub-key"),
                                  text(AORTA_TYPE_URL, "https://oauth.test/suunto"),
                                  text(AORTA_TYPE_URL, "https://api.test/suunto"),
                                  text(AORTA_TYPE_STRING, "workout"),
                                  {.type = AORTA_TYPE_BOOL, .u.i = pkce},
                                  text(AORTA_TYPE_STRING, webhook_secret),
                                  text(AORTA_TYPE_ENUM, product)};
    ck_assert_uint_eq(h->plugin->desc->settings_count, AORTA_COUNT(values));
    for (size_t i = 0; i < AORTA_COUNT(values); i++)
        ck_assert_str_eq(h->plugin->desc->settings[i].name, names[i]);
    h->plugin->shutdown(h->self);
    h->self = NULL;
    ck_assert_int_eq(h->plugin->init(&h->fake.ctx, values, AORTA_COUNT(values), &h->self), AORTA_OK);
}

void suunto_host_init(struct suunto_host *h, uint32_t op)
{
    *h = (struct suunto_host){.plugin = aorta_plugin_entry(NULL)};
    fake_host_init(&h->fake, op);
    h->fake.now_us = NOW_US;
    h->fake.table.decode = decode;
    h->fake.table.hmac = hmac;
    h->fake.table.ct_equal = ct_equal;
    h->fake.table.log = log_line;
    h->fake.table.get_extension = get_extension;
    suunto_host_settings(h, 0, "production", "hook-secret");
}

void suunto_host_fini(struct suunto_host *h)
{
    h->plugin->shutdown(h->self);
    fake_host_fini(&h->fake);
}

int suunto_host_asked(const struct suunto_host *h, const char *wanted)
{
    return strstr(h->fake.requests.ptr, wanted) != NULL;
}

unsigned suunto_host_requests(const struct suunto_host *h)
{
    unsigned n = 0;
    for (const char *p = h->fake.requests.ptr; *p; p = strchr(p, '\n') + 1)
        n += *p != ' ';
    return n;
}
