/* What flows from sync, authorize and callback to the caller: results, payloads, checkpoints, waiting, kept state. */
#include "host/frame.h"

#define STATE_KEY_MOST   64
#define STATE_VALUE_MOST 65536
#define CURSOR_MOST      65536
#define PAYLOAD_MOST     ((uint64_t)1 << 30)

/* ---- kept state ---- */

/* authorize has no connection yet: only the flow. Flow data is over once the callback is. */
static bool scope_allowed(uint32_t op, uint32_t scope)
{
    switch (scope) {
    case AORTA_STATE_FLOW:
        return op == AORTA_OP_AUTHORIZE || op == AORTA_OP_CALLBACK;
    case AORTA_STATE_CONNECTION:
    case AORTA_STATE_PROVIDER:
        return op != AORTA_OP_AUTHORIZE;
    default:
        return false;
    }
}

static aorta_status check_state(struct gw_frame *frame, uint32_t scope, const char *key, size_t key_len)
{
    if (!scope_allowed(frame->ctx.op, scope))
        return gw_frame_forbid(frame, "The plugin used the state scope %u in %s, which may not.", (unsigned)scope,
                               gw_op_name(frame->ctx.op));
    if (!key || key_len < 1 || key_len > STATE_KEY_MOST || !gw_utf8_valid(key, key_len))
        return gw_frame_broke(frame, "The plugin used a state key that is not 1 to %d bytes of text.", STATE_KEY_MOST);
    return AORTA_OK;
}

aorta_status gw_host_state_get(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, aorta_bytes *out)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_state_get, &frame);
    struct gw_str value = {0};
    struct gw_err err = {0};

    if (status == AORTA_OK)
        status = check_state(frame, scope, key, key_len);
    if (status != AORTA_OK)
        return status;
    if (!out)
        return gw_frame_broke(frame, "The plugin called host->state_get with no place for the value.");
    if (!frame->sink->state_get)
        return gw_frame_forbid(frame, "No state is kept here.");
    if (frame->sink->state_get(frame->sink->self, scope, (struct gw_str){key, key_len}, frame->arena, &value, &err) ==
        GW_OK) {
        *out = (aorta_bytes){(const uint8_t *)value.ptr, value.len};
        return AORTA_OK;
    }
    if (err.code == GW_NOT_FOUND) /* an answer, not a failure */
        return AORTA_ERR_NOT_FOUND;
    return gw_frame_fail_err(frame, &err);
}

aorta_status gw_host_state_put(aorta_ctx *ctx, uint32_t scope, const char *key, size_t key_len, const void *data,
                               size_t len, int64_t ttl_s)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_state_put, &frame);
    struct gw_err err = {0};

    if (status == AORTA_OK)
        status = check_state(frame, scope, key, key_len);
    if (status != AORTA_OK)
        return status;
    if ((len && !data) || len > STATE_VALUE_MOST || ttl_s < 0)
        return gw_frame_broke(frame, "The plugin gave a state value of more than %d bytes, none, or a negative ttl.",
                              STATE_VALUE_MOST);
    if (!frame->sink->state_put)
        return gw_frame_forbid(frame, "No state is kept here.");
    if (frame->sink->state_put(frame->sink->self, scope, (struct gw_str){key, key_len}, (struct gw_str){data, len},
                               ttl_s, &err) == GW_OK)
        return AORTA_OK;
    return gw_frame_fail_err(frame, &err);
}

/* ---- results of authorize and callback ---- */

/* Same rules as for requests: absolute, http or https, nothing that could break a header. */
static bool browser_url_ok(struct gw_str url)
{
    if (url.len < 8 || url.len > 16384)
        return false;
    if (memcmp(url.ptr, "https://", 8) != 0 && memcmp(url.ptr, "http://", 7) != 0)
        return false;
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= ' ' || (unsigned char)url.ptr[i] >= 0x7f)
            return false;
    return true;
}

aorta_status gw_host_authorize_done(aorta_ctx *ctx, const aorta_authorize_result *result)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_authorize_done, &frame);
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    if (!result || result->struct_size < sizeof(*result) || !result->url.ptr)
        return gw_frame_broke(frame, "The plugin gave no whole aorta_authorize_result.");
    if (!browser_url_ok(gw_str_of(result->url)) || result->expires_in_s < 0)
        return gw_frame_broke(frame, "The plugin gave a consent page that is not an absolute http or https URL.");
    if (!frame->sink->authorize_done)
        return gw_frame_forbid(frame, "No authorization is taken here.");
    if (frame->sink->authorize_done(frame->sink->self, result, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    frame->done = true;
    return AORTA_OK;
}

static const char *credentials_fault(uint32_t op, const aorta_credentials *c)
{
    if (op == AORTA_OP_CALLBACK && c->provider_user_id.len == 0)
        return "provider_user_id is empty";
    if (!gw_text_ok(c->provider_user_id, GW_ID_MOST) || !gw_text_ok(c->provider_username, GW_ID_MOST))
        return "the user's id or name is not text, or too long";
    if (op == AORTA_OP_CALLBACK && c->access_token.len == 0)
        return "access_token is empty";
    if (!gw_text_ok(c->access_token, 65536) || !gw_text_ok(c->refresh_token, 65536))
        return "a token is not text, or too long";
    if (!gw_text_ok(c->token_type, 64) || !gw_text_ok(c->scope, 4096))
        return "token_type or scope is not text, or too long";
    if (c->expires_in_s < 0)
        return "expires_in_s is negative";
    if (c->extra_count > 64 || (c->extra_count && !c->extra))
        return "extra has more than 64 values";
    for (uint32_t i = 0; i < c->extra_count; i++)
        if (c->extra[i].value.type != AORTA_TYPE_STRING || c->extra[i].key.len == 0 ||
            !gw_text_ok(c->extra[i].key, 64) || !gw_text_ok(c->extra[i].value.u.s, 65536))
            return "extra holds something other than named texts";
    return NULL;
}

aorta_status gw_host_callback_done(aorta_ctx *ctx, const aorta_credentials *credentials)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_callback_done, &frame);
    const char *fault;
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    if (!credentials || credentials->struct_size < sizeof(*credentials))
        return gw_frame_broke(frame, "The plugin gave no whole aorta_credentials.");
    fault = credentials_fault(frame->ctx.op, credentials);
    if (fault)
        return gw_frame_broke(frame, "The plugin gave credentials that cannot be used: %s.", fault);
    if (!frame->sink->callback_done)
        return gw_frame_forbid(frame, "No credentials are taken here.");
    if (frame->sink->callback_done(frame->sink->self, credentials, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    frame->done = true;
    return AORTA_OK;
}

/* ---- payloads ---- */

static bool kind_declared(const struct gw_provider *provider, struct gw_str kind)
{
    const char *const *list = provider->plugin->desc->payload_kinds;

    for (; list && *list; list++)
        if (gw_str_is(kind, *list))
            return true;
    return false;
}

const char *gw_payload_fault(const struct gw_provider *provider, const aorta_payload *p)
{
    if (p->struct_size < sizeof(*p))
        return "its struct is not whole";
    if (!kind_declared(provider, gw_str_of(p->kind)))
        return "its kind is not among the descriptor's payload_kinds";
    if (!p->data && p->size)
        return "its bytes are missing";
    if (p->size > PAYLOAD_MOST)
        return "it is larger than 1 GiB";
    if (!gw_text_ok(p->content_type, 128) || !gw_text_ok(p->origin, 2048))
        return "its content_type or origin is not text, or too long";
    if (!gw_text_ok(p->external_id, GW_ID_MOST))
        return "its external_id is not text, or longer than 512 bytes";
    if (p->flags & AORTA_PAYLOAD_HAS_OFFSET &&
        (p->tz_offset_s < -GW_OFFSET_MOST_S || p->tz_offset_s > GW_OFFSET_MOST_S))
        return "its offset is beyond 18 hours";
    return NULL;
}

aorta_status gw_host_emit_payload(aorta_ctx *ctx, const aorta_payload *payload)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_emit_payload, &frame);
    const char *fault;
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    fault = payload ? gw_payload_fault(frame->provider, payload) : "it is missing";
    if (fault)
        return gw_frame_broke(frame, "The plugin gave a payload that cannot be used: %s.", fault);
    if (!frame->sink->payload)
        return gw_frame_forbid(frame, "No payloads are taken here.");
    if (frame->sink->payload(frame->sink->self, payload, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    return AORTA_OK;
}

/* ---- checkpoints and waiting ---- */

aorta_status gw_host_checkpoint(aorta_ctx *ctx, const void *cursor, size_t len)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_checkpoint, &frame);
    bool yield = false;
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    if ((len && !cursor) || len > CURSOR_MOST)
        return gw_frame_broke(frame, "The plugin gave a cursor of %zu bytes; the most is %d.", len, CURSOR_MOST);
    if (!frame->sink->checkpoint)
        return gw_frame_forbid(frame, "No checkpoints are taken here.");
    if (frame->sink->checkpoint(frame->sink->self, (struct gw_str){cursor, len}, &yield, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    frame->checkpointed = true;
    return yield ? AORTA_YIELD : AORTA_OK;
}

/* Names come back in one hint, separated by commas. */
static bool event_ok(aorta_str event)
{
    return gw_text_ok(event, 64) && (event.len == 0 || !memchr(event.ptr, ',', event.len));
}

aorta_status gw_host_wait(aorta_ctx *ctx, const aorta_wait *wait)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_wait, &frame);
    struct gw_err err = {0};

    if (status != AORTA_OK)
        return status;
    if (!wait || wait->struct_size < sizeof(*wait) || !event_ok(wait->event) || wait->wake_at_us <= 0 ||
        wait->wake_at_us >= GW_TIME_MOST_US)
        return gw_frame_broke(frame, "The plugin called host->wait without an event of text and a time to wake.");
    if (!frame->sink->wait)
        return gw_frame_forbid(frame, "Waiting is not possible here.");
    if (frame->sink->wait(frame->sink->self, gw_str_of(wait->event), wait->wake_at_us, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    frame->waiting = true;
    return AORTA_OK;
}
