/* The services that every operation has: log, fail, alive, progress, clocks, random, memory. */
#include <stdio.h>

#include "base/log.h"
#include "base/time.h"
#include "base/uuid.h"
#include "host/frame.h"

#define LOG_FIELDS 6
#define VALUE_TEXT 200

/* ---- log ---- */

static void value_text(const struct gw_frame *frame, const aorta_value *v, char out[VALUE_TEXT])
{
    out[0] = '\0';
    switch (v->type) {
    case AORTA_TYPE_BOOL:
        snprintf(out, VALUE_TEXT, "%s", v->u.i ? "true" : "false");
        break;
    case AORTA_TYPE_INT:
    case AORTA_TYPE_DATE:
    case AORTA_TYPE_DURATION:
        snprintf(out, VALUE_TEXT, "%lld", (long long)v->u.i);
        break;
    case AORTA_TYPE_FLOAT:
        snprintf(out, VALUE_TEXT, "%g", v->u.f);
        break;
    case AORTA_TYPE_TIME:
        if (v->u.i >= 0 && v->u.i < GW_TIME_MOST_US)
            gw_time_format(v->u.i, out);
        break;
    case AORTA_TYPE_NONE:
        break;
    default:
        gw_frame_clean_text(frame, gw_str_of(v->u.s), out, VALUE_TEXT);
    }
}

/* A warning for the people who read the run: the field's text, or the line's when it has none. */
static void tell_warning(struct gw_frame *frame, uint32_t level, const char *line, const aorta_field *kv, uint32_t n)
{
    char text[VALUE_TEXT];

    if (level < AORTA_LOG_WARN || !frame->sink->warning)
        return;
    for (uint32_t i = 0; i < n; i++) {
        if (!gw_str_is(gw_str_of(kv[i].key), "warning"))
            continue;
        text[0] = '\0';
        if (kv[i].value.type == AORTA_TYPE_STRING)
            value_text(frame, &kv[i].value, text);
        frame->sink->warning(frame->sink->self, gw_str(text[0] ? text : line));
        return;
    }
}

static void write_line(const struct gw_frame *frame, enum gw_log_level level, const char *line, const aorta_field *kv,
                       uint32_t n)
{
    char names[LOG_FIELDS][33], values[LOG_FIELDS][VALUE_TEXT];

    n = n < LOG_FIELDS ? n : LOG_FIELDS;
    for (uint32_t i = 0; i < n; i++) {
        gw_frame_clean_text(frame, gw_str_of(kv[i].key), names[i], sizeof(names[i]));
        value_text(frame, &kv[i].value, values[i]);
    }
#define PAIR(i) n > i ? names[i] : NULL, values[i]
    gw_log(level, line, "plugin", frame->provider->id, "op", gw_op_name(frame->ctx.op), PAIR(0), PAIR(1), PAIR(2),
           PAIR(3), PAIR(4), PAIR(5), NULL);
#undef PAIR
}

void gw_host_log(aorta_ctx *ctx, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    static const enum gw_log_level levels[] = {GW_LOG_DEBUG, GW_LOG_DEBUG, GW_LOG_INFO, GW_LOG_WARN, GW_LOG_ERROR};
    struct gw_frame *frame;
    enum gw_log_level own;
    char line[512];

    if (gw_service_enter(ctx, GW_SERVICE_log, &frame) != AORTA_OK)
        return;
    own = level > AORTA_LOG_ERROR ? GW_LOG_ERROR : levels[level];
    n = kv ? n : 0;
    if (!gw_log_on(own) && level < AORTA_LOG_WARN)
        return;
    if (frame->log_lines++ > GW_FRAME_LOG_LINES)
        return;
    if (frame->log_lines == GW_FRAME_LOG_LINES + 1) {
        gw_log(GW_LOG_WARN, "plugin logs too much in one operation; the rest is left out", "plugin",
               frame->provider->id, "op", gw_op_name(frame->ctx.op), NULL);
        return;
    }
    gw_frame_clean_text(frame, (struct gw_str){msg, len}, line, sizeof(line));
    write_line(frame, own, line, kv, n);
    tell_warning(frame, level, line, kv, n);
}

/* ---- fail, alive, progress ---- */

/* Dotted, lower case, at most what a client's code may hold; static text of the plugin, so only its form is checked. */
static bool code_ok(const char *code)
{
    size_t len = strlen(code);

    return len > 0 && len < sizeof(((struct gw_err *)NULL)->wire) &&
           strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == len;
}

aorta_status gw_host_fail(aorta_ctx *ctx, const aorta_error *error)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_fail, &frame);
    int class;

    if (status != AORTA_OK)
        return status;
    if (!error || error->struct_size < sizeof(*error))
        return gw_frame_broke(frame, "The plugin called host->fail without a whole aorta_error.");
    if (error->status >= 0)
        return gw_frame_broke(frame, "The plugin called host->fail with the status %d, which is no failure.",
                              (int)error->status);
    class = error->status / 100;
    frame->failed = error->status;
    frame->err = (struct gw_err){.code = gw_code_of_status(error->status),
                                 .detail = error->upstream_status,
                                 .retry_after_ms = error->retry_after_ms > 0 ? error->retry_after_ms : 0};
    /* Clients match on codes about their request and about what the user granted; of the rest, and of a connection that
     * needs its user again (connection.reauthorize), the gateway has its own. */
    if (error->code && (class == -1 || frame->err.code == GW_SCOPE) && code_ok(error->code))
        snprintf(frame->err.wire, sizeof(frame->err.wire), "%s", error->code);
    gw_frame_clean_text(frame, gw_str_of(error->message), frame->err.text, sizeof(frame->err.text));
    gw_frame_clean_text(frame, gw_str_of(error->field), frame->err.field, sizeof(frame->err.field));
    return error->status;
}

aorta_status gw_host_alive(aorta_ctx *ctx)
{
    struct gw_frame *frame;

    return gw_service_enter_alive(ctx, GW_SERVICE_alive, &frame);
}

aorta_status gw_host_progress(aorta_ctx *ctx, uint64_t done, uint64_t total, const char *what, size_t len)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_progress, &frame);
    char text[128];

    if (status != AORTA_OK)
        return status;
    gw_frame_clean_text(frame, (struct gw_str){what, len}, text, sizeof(text));
    if (frame->sink->progress)
        frame->sink->progress(frame->sink->self, done, total, gw_str(text));
    return AORTA_OK;
}

/* ---- clocks, random, memory ---- */

int64_t gw_host_now_us(aorta_ctx *ctx)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_now_us, &frame);

    if (status != AORTA_OK)
        return status;
    return frame->sink->now_us ? frame->sink->now_us(frame->sink->self) : gw_now_us();
}

int64_t gw_host_mono_us(aorta_ctx *ctx)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_mono_us, &frame);

    return status ? status : gw_mono_us();
}

aorta_status gw_host_random(aorta_ctx *ctx, void *buf, size_t len)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter(ctx, GW_SERVICE_random, &frame);

    if (status != AORTA_OK)
        return status;
    if (len > 65536 || (len && !buf))
        return gw_frame_broke(frame, "The plugin asked for random bytes without a place, or for too many.");
    gw_random(buf, len);
    return AORTA_OK;
}

void *gw_host_alloc(aorta_ctx *ctx, size_t len)
{
    struct gw_frame *frame;

    if (gw_service_enter(ctx, GW_SERVICE_alloc, &frame) != AORTA_OK)
        return NULL;
    return gw_frame_alloc(frame, len);
}

/* ---- extensions of the host ---- */

static aorta_status webhook_item(aorta_ctx *ctx, const aorta_webhook_item *item);

static const aorta_host_webhook webhook_extension = {.struct_size = sizeof(webhook_extension), .item = webhook_item};

static const struct {
    const char *id;
    const void *extension;
} extensions[] = {{AORTA_HOST_EXT_WEBHOOK, &webhook_extension}};

const void *gw_host_get_extension(const aorta_host *host, const char *id)
{
    (void)host;
    for (size_t i = 0; id && i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (strcmp(id, extensions[i].id) == 0)
            return extensions[i].extension;
    return NULL;
}

bool gw_host_extension_known(const char *id)
{
    return gw_host_get_extension(NULL, id) != NULL;
}

#define WEBHOOK_HINT_MOST 65536

static const char *item_fault(const struct gw_provider *provider, const aorta_webhook_item *item)
{
    if (item->type < AORTA_WEBHOOK_DATA || item->type > AORTA_WEBHOOK_PERMISSIONS)
        return "its type is unknown";
    if (item->provider_user_id.len == 0 || !gw_text_ok(item->provider_user_id, GW_ID_MOST))
        return "it names no account";
    if (!gw_text_ok(item->event, 64))
        return "its event is too long or not text";
    if (!gw_text_ok(item->hint, WEBHOOK_HINT_MOST))
        return "its hint is too long or not text";
    if (!gw_text_ok(item->scope, 4096))
        return "its scope is too long or not text";
    if (item->type == AORTA_WEBHOOK_DATA && !item->payload)
        return "it has no payload";
    return item->type == AORTA_WEBHOOK_DATA ? gw_payload_fault(provider, item->payload) : NULL;
}

static aorta_status webhook_item(aorta_ctx *ctx, const aorta_webhook_item *item)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_webhook_item, &frame);
    const char *fault;
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    if (!item || item->struct_size < sizeof(*item))
        return gw_frame_broke(frame, "The plugin gave no whole aorta_webhook_item.");
    fault = item_fault(frame->provider, item);
    if (fault)
        return gw_frame_broke(frame, "The plugin gave a webhook item that cannot be used: %s.", fault);
    if (!frame->sink->webhook_item)
        return gw_frame_forbid(frame, "Webhook items are not taken here.");
    if (frame->sink->webhook_item(frame->sink->self, item, &err) == GW_OK)
        return AORTA_OK;
    if (err.code == GW_NOT_FOUND) /* nobody's account: counted by the sink, no failure of the plugin */
        return AORTA_ERR_NOT_FOUND;
    return gw_frame_fail_err(frame, &err);
}

/* ---- the table ---- */

const aorta_host gw_host_table = {
    .struct_size = sizeof(aorta_host),
    .abi_major = AORTA_ABI_MAJOR,
    .abi_minor = AORTA_ABI_MINOR,
    .name = "aorta",
    .version = GW_VERSION,
    .get_extension = gw_host_get_extension,
    .log = gw_host_log,
    .fail = gw_host_fail,
    .alive = gw_host_alive,
    .progress = gw_host_progress,
    .now_us = gw_host_now_us,
    .mono_us = gw_host_mono_us,
    .random = gw_host_random,
    .alloc = gw_host_alloc,
    .digest = gw_host_digest,
    .hmac = gw_host_hmac,
    .ct_equal = gw_host_ct_equal,
    .encode = gw_host_encode,
    .decode = gw_host_decode,
    .http = gw_host_http,
    .http_release = gw_host_http_release,
    .state_get = gw_host_state_get,
    .state_put = gw_host_state_put,
    .authorize_done = gw_host_authorize_done,
    .callback_done = gw_host_callback_done,
    .emit_payload = gw_host_emit_payload,
    .metric = gw_host_metric,
    .source = gw_host_source,
    .payload_read = gw_host_payload_read,
    .emit_record = gw_host_emit_record,
    .emit_series = gw_host_emit_series,
    .checkpoint = gw_host_checkpoint,
    .wait = gw_host_wait,
};
