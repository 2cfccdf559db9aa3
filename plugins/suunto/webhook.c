/* What Suunto posts: a signature over the raw body, then 24/7 samples inline, or the name of a new workout.
 * There are no events for edits and deletions, and missed ones do not come again: polling stays the truth. */
#include "suunto.h"

#include <string.h>

#define SIGNATURE_HEX 64

/* ---- verify ---- */

aorta_status suunto_webhook_verify(void *self, aorta_ctx *ctx, const aorta_webhook_req *req)
{
    const struct suunto *s = self;
    uint8_t mac[32];
    aorta_str expected, given = sdk_pair(req->headers, req->headers_count, "x-hmac-sha256-signature");
    if (!s->webhook_secret.len)
        return sdk_fail(ctx, AORTA_ERR_DENIED, "suunto.no_webhook_secret", "no webhook_secret is configured");
    aorta_status st = ctx->host->hmac(ctx, AORTA_DIGEST_SHA256, s->webhook_secret.ptr, s->webhook_secret.len,
                                      req->body.ptr, req->body.len, mac, sizeof(mac));
    if (st == AORTA_OK)
        st = ctx->host->encode(ctx, AORTA_CODEC_HEX, mac, sizeof(mac), &expected);
    if (st != AORTA_OK)
        return st;
    /* documented as lower case; the same digits in upper case prove as much */
    char lower[SIGNATURE_HEX];
    if (given.len != sizeof(lower))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "suunto.signature", "the notification's signature is not ours");
    for (size_t i = 0; i < sizeof(lower); i++)
        lower[i] = given.ptr[i] >= 'A' && given.ptr[i] <= 'F' ? (char)(given.ptr[i] + 32) : given.ptr[i];
    if (!ctx->host->ct_equal(ctx, expected.ptr, expected.len, lower, sizeof(lower)))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "suunto.signature", "the notification's signature is not ours");
    return AORTA_OK;
}

/* ---- route ---- */

static const struct {
    const char *type, *kind;
} inline_types[] = {
    {"SUUNTO_247_ACTIVITY_CREATED", KIND_ACTIVITY},
    {"SUUNTO_247_SLEEP_CREATED", KIND_SLEEP},
    {"SUUNTO_247_RECOVERY_CREATED", KIND_RECOVERY},
};

/* An account that nobody here has is not an error: it is counted by the host, and Suunto got its 200. */
static aorta_status hand_over(aorta_ctx *ctx, const aorta_webhook_item *item)
{
    const aorta_host_webhook *hooks = ctx->host->get_extension(ctx->host, AORTA_HOST_EXT_WEBHOOK);
    if (!hooks)
        return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, "suunto.no_webhooks",
                        "this gateway does not take items of notifications");
    aorta_status st = hooks->item(ctx, item);
    return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st;
}

static aorta_status route_data(aorta_ctx *ctx, const aorta_webhook_req *req, aorta_str user, const char *kind,
                               aorta_str type)
{
    const aorta_payload payload = {.struct_size = sizeof(payload),
                                   .kind = sdk_str(kind),
                                   .content_type = AORTA_S("application/json"),
                                   .origin = type,
                                   .data = req->body.ptr,
                                   .size = req->body.len,
                                   .received_at_us = req->received_at_us};
    const aorta_webhook_item item = {.struct_size = sizeof(item),
                                     .type = AORTA_WEBHOOK_DATA,
                                     .provider_user_id = user,
                                     .event = type,
                                     .payload = &payload};
    return hand_over(ctx, &item);
}

/* A workout comes as a few sums without its streams: it is fetched whole. */
static aorta_status route_workout(aorta_ctx *ctx, sdk_json body, aorta_str user, aorta_str type)
{
    sdk_json key = sdk_json_get(sdk_json_get(body, "workout"), "workoutKey");
    if (sdk_json_type(key) != SDK_JSON_STRING) {
        sdk_log(ctx, AORTA_LOG_WARN, "a workout notification without a workoutKey was passed over");
        return AORTA_OK;
    }
    aorta_str quoted = sdk_json_text(key);
    aorta_str hint = sdk_format(ctx, "{\"workoutKey\":%.*s}", (int)quoted.len, quoted.ptr);
    if (!hint.len)
        return AORTA_ERR_NOMEM;
    const aorta_webhook_item item = {.struct_size = sizeof(item),
                                     .type = AORTA_WEBHOOK_FETCH,
                                     .provider_user_id = user,
                                     .event = type,
                                     .hint = hint};
    return hand_over(ctx, &item);
}

aorta_status suunto_webhook_route(void *self, aorta_ctx *ctx, const aorta_webhook_req *req)
{
    (void)self;
    sdk_json body;
    aorta_status st = sdk_json_parse(ctx, req->body.ptr, req->body.len, &body);
    if (st != AORTA_OK)
        return st;
    aorta_str type = sdk_json_str(sdk_json_get(body, "type"));
    aorta_str user = sdk_json_str(sdk_json_get(body, "username"));
    if (!type.len || !user.len)
        return sdk_fail(ctx, AORTA_ERR_DATA, "suunto.notification", "the notification lacks a type or a username");
    for (size_t i = 0; i < AORTA_COUNT(inline_types); i++)
        if (sdk_str_eq(type, inline_types[i].type))
            return route_data(ctx, req, user, inline_types[i].kind, type);
    if (sdk_str_eq(type, "WORKOUT_CREATED"))
        return route_workout(ctx, body, user, type);
    sdk_log(ctx, AORTA_LOG_INFO, "a notification of a kind that brings no data was passed over");
    return AORTA_OK;
}
