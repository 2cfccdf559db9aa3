/* See fake.h. */
#include "fake.h"

#include <string.h>

struct fake fake;

static _Thread_local fake_op *body_now; /* operations run on the thread that asked for them */

static aorta_status op_authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    (void)self;
    (void)req;
    return body_now(ctx);
}

static aorta_status op_callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    (void)self;
    (void)req;
    return body_now(ctx);
}

static aorta_status op_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    (void)self;
    (void)req;
    return body_now(ctx);
}

static aorta_status op_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self;
    (void)payload;
    return body_now(ctx);
}

static aorta_status op_refresh(void *self, aorta_ctx *ctx)
{
    (void)self;
    return body_now(ctx);
}

static aorta_status op_webhook(void *self, aorta_ctx *ctx, const aorta_webhook_req *req)
{
    (void)self;
    (void)req;
    return body_now(ctx);
}

static aorta_status init(aorta_ctx *ctx, const aorta_value *settings, uint32_t count, void **self)
{
    (void)ctx;
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(settings[0].type, AORTA_TYPE_URL);
    *self = &fake;
    return AORTA_OK;
}

static void shut(void *self)
{
    (void)self;
}

static const void *get_extension(void *self, const char *id)
{
    static const aorta_refresh_ext refresh = {.struct_size = sizeof(refresh), .refresh = op_refresh};
    static const aorta_revoke_ext revoke = {.struct_size = sizeof(revoke), .revoke = op_refresh};
    static const aorta_webhook_ext webhook = {
        .struct_size = sizeof(webhook), .verify = op_webhook, .route = op_webhook};

    (void)self;
    if (strcmp(id, AORTA_EXT_REFRESH) == 0)
        return &refresh;
    if (strcmp(id, AORTA_EXT_REVOKE) == 0)
        return &revoke;
    return strcmp(id, AORTA_EXT_WEBHOOK) == 0 ? &webhook : NULL;
}

static const aorta_param settings[] = {
    {.name = "base_url", .title = "Base URL", .type = AORTA_TYPE_URL, .default_text = "http://127.0.0.1:8123/v1"},
    {.name = "client_secret",
     .title = "Secret",
     .type = AORTA_TYPE_STRING,
     .flags = AORTA_PARAM_REQUIRED | AORTA_PARAM_SECRET},
};

static const aorta_rate rates[] = {
    {.key = "default", .scope = AORTA_RATE_APP, .requests = 10, .window_ms = 1000},
    {.key = "default", .scope = AORTA_RATE_APP, .requests = 100, .window_ms = 60000},
    {.key = "slow", .scope = AORTA_RATE_CONNECTION, .requests = 1, .window_ms = 1000},
};

static const aorta_metric_decl metrics[] = {
    {.name = "fake.happiness", .unit = "score", .aggregation = AORTA_AGGREGATE_AVG},
};
static const aorta_kind_decl kinds[] = {{.name = "fake.note"}};
static const char *const payload_kinds[] = {"fake.data", "fake.more", NULL};
static const char *const hosts[] = {"@base_url", "api.example.com", "other.example.com:8443", NULL};
static const char *const extensions[] = {AORTA_EXT_REFRESH, AORTA_EXT_REVOKE, AORTA_EXT_WEBHOOK, NULL};

const aorta_descriptor fake_descriptor = {
    .struct_size = sizeof(fake_descriptor),
    .capabilities = AORTA_CAP_OAUTH | AORTA_CAP_PULL | AORTA_CAP_WEBHOOK_PUSH,
    .id = "fake",
    .name = "Fake",
    .version = "1.0.0",
    .settings = settings,
    .settings_count = 2,
    .settings_stride = sizeof(aorta_param),
    .rates = rates,
    .rates_count = 3,
    .rates_stride = sizeof(aorta_rate),
    .payload_kinds = payload_kinds,
    .metrics = metrics,
    .metrics_count = 1,
    .metrics_stride = sizeof(aorta_metric_decl),
    .kinds = kinds,
    .kinds_count = 1,
    .kinds_stride = sizeof(aorta_kind_decl),
    .http_hosts = hosts,
    .extensions = extensions,
};

static const aorta_ops ops = {
    .struct_size = sizeof(ops),
    .authorize = op_authorize,
    .callback = op_callback,
    .sync = op_sync,
    .normalize = op_normalize,
};

const aorta_plugin fake_plugin = {
    .magic = AORTA_MAGIC,
    .abi_major = AORTA_ABI_MAJOR,
    .abi_minor = AORTA_ABI_MINOR,
    .struct_size = sizeof(fake_plugin),
    .desc = &fake_descriptor,
    .ops = &ops,
    .init = init,
    .shutdown = shut,
    .get_extension = get_extension,
};

/* ---- the sink ---- */

static enum gw_code answer(struct gw_err *err)
{
    if (fake.sink_code == GW_OK)
        return GW_OK;
    gw_fail(err, fake.sink_code, "the sink says no");
    err->retry_after_ms = fake.sink_retry_ms;
    return fake.sink_code;
}

static enum gw_code on_token(void *self, bool refused, struct gw_secret *ret, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "token%s\n", refused ? " refused" : "");
    if (fake.sink_code != GW_OK)
        return answer(err);
    return gw_secret_set(ret, refused ? GW_STR("token-number-two") : GW_STR("token-number-one"), err);
}

static enum gw_code on_budget(void *self, const aorta_rate *rate, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "budget %s %u\n", rate->key, (unsigned)rate->requests);
    return answer(err);
}

static enum gw_code on_state_get(void *self, uint32_t scope, struct gw_str key, struct gw_arena *arena,
                                 struct gw_str *ret, struct gw_err *err)
{
    (void)self;
    (void)arena;
    gw_buf_printf(&fake.text, "get %u %.*s\n", (unsigned)scope, (int)key.len, key.ptr);
    if (gw_str_is(key, "absent"))
        return gw_fail(err, GW_NOT_FOUND, NULL);
    *ret = GW_STR("kept");
    return answer(err);
}

static enum gw_code on_state_put(void *self, uint32_t scope, struct gw_str key, struct gw_str value, int64_t ttl_s,
                                 struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "put %u %.*s %zu %lld\n", (unsigned)scope, (int)key.len, key.ptr, value.len,
                  (long long)ttl_s);
    return answer(err);
}

static enum gw_code on_authorize(void *self, const aorta_authorize_result *result, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "authorize %.*s\n", (int)result->url.len, result->url.ptr);
    return answer(err);
}

static enum gw_code on_callback(void *self, const aorta_credentials *c, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "credentials %.*s\n", (int)c->provider_user_id.len, c->provider_user_id.ptr);
    return answer(err);
}

static enum gw_code on_payload(void *self, const aorta_payload *p, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "payload %.*s %llu\n", (int)p->kind.len, p->kind.ptr, (unsigned long long)p->size);
    return answer(err);
}

static enum gw_code on_checkpoint(void *self, struct gw_str cursor, bool *ret_yield, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "checkpoint %.*s\n", (int)cursor.len, cursor.ptr ? cursor.ptr : "");
    *ret_yield = fake.yield;
    return answer(err);
}

static enum gw_code on_wait(void *self, struct gw_str event, int64_t wake_at_us, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "wait %.*s %lld\n", (int)event.len, event.ptr ? event.ptr : "", (long long)wake_at_us);
    return answer(err);
}

static enum gw_code on_item(void *self, const aorta_webhook_item *item, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "item %u %.*s\n", (unsigned)item->type, (int)item->provider_user_id.len,
                  item->provider_user_id.ptr);
    return answer(err);
}

static void on_refused(void *self, struct gw_str what, struct gw_str reason)
{
    (void)self;
    gw_buf_printf(&fake.text, "refused %.*s: %.*s\n", (int)what.len, what.ptr, (int)reason.len, reason.ptr);
}

static void on_warning(void *self, struct gw_str text)
{
    (void)self;
    gw_buf_printf(&fake.text, "warning %.*s\n", (int)text.len, text.ptr);
}

static void on_progress(void *self, uint64_t done, uint64_t total, struct gw_str what)
{
    (void)self;
    gw_buf_printf(&fake.text, "progress %llu of %llu %.*s\n", (unsigned long long)done, (unsigned long long)total,
                  (int)what.len, what.ptr);
}

static int64_t on_now(void *self)
{
    (void)self;
    return INT64_C(1795262400000000); /* 2026-11-21T12:00:00Z */
}

void fake_setup(void)
{
    const struct gw_provider_option options[] = {{"client_secret", "very-secret-word"}};

    fake = (struct fake){0};
    fake.sink = (struct gw_sink){.token = on_token,
                                 .budget = on_budget,
                                 .state_get = on_state_get,
                                 .state_put = on_state_put,
                                 .authorize_done = on_authorize,
                                 .callback_done = on_callback,
                                 .payload = on_payload,
                                 .checkpoint = on_checkpoint,
                                 .wait = on_wait,
                                 .webhook_item = on_item,
                                 .refused = on_refused,
                                 .warning = on_warning,
                                 .progress = on_progress,
                                 .now_us = on_now};
    ck_assert_msg(gw_provider_make(&fake_plugin, options, 1, &fake.provider, &fake.err) == GW_OK, "%s", fake.err.text);
    fake.connection = (aorta_connection){.struct_size = sizeof(fake.connection),
                                         .id = {"c1", 2},
                                         .access_token = {"access-made-up", 14},
                                         .refresh_token = {"refresh-made-up", 15}};
    fake.call = (struct gw_call){.provider = fake.provider,
                                 .sink = &fake.sink,
                                 .connection = &fake.connection,
                                 .timeout_ms = 5000,
                                 .cancel = &fake.cancel};
}

void fake_teardown(void)
{
    gw_provider_free(&fake.provider);
    gw_buf_free(&fake.text);
}

enum gw_code fake_run(uint32_t op, fake_op *body)
{
    aorta_authorize_req authorize = {.struct_size = sizeof(authorize)};
    aorta_callback_req callback = {.struct_size = sizeof(callback)};
    aorta_sync_req sync = {.struct_size = sizeof(sync)};
    aorta_webhook_req webhook = {.struct_size = sizeof(webhook)};

    body_now = body;
    fake.err = (struct gw_err){0};
    switch (op) {
    case AORTA_OP_AUTHORIZE:
        return gw_call_authorize(&fake.call, &authorize, &fake.err);
    case AORTA_OP_CALLBACK:
        return gw_call_callback(&fake.call, &callback, &fake.err);
    case AORTA_OP_SYNC:
        return gw_call_sync(&fake.call, &sync, &fake.outcome, &fake.err);
    case AORTA_OP_REFRESH:
        return gw_call_refresh(&fake.call, &fake.err);
    case AORTA_OP_REVOKE:
        return gw_call_revoke(&fake.call, &fake.err);
    case AORTA_OP_WEBHOOK_VERIFY:
        return gw_call_verify(&fake.call, &webhook, &fake.err);
    case AORTA_OP_WEBHOOK_ROUTE:
        return gw_call_route(&fake.call, &webhook, &fake.err);
    default:
        return fake_normalize(body);
    }
}

enum gw_code fake_normalize(fake_op *body)
{
    aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = {"fake.data", 9}, .data = (const uint8_t *)"0123456789", .size = 10};

    body_now = body;
    fake.err = (struct gw_err){0};
    return gw_call_normalize(&fake.call, &payload, &fake.err);
}

bool fake_was_told(const char *text)
{
    const char *all = gw_buf_cstr(&fake.text);

    return all && strstr(all, text);
}
