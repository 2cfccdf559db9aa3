/* The life of a frame, the door of the services, the recording of failures. */
#include "host/frame.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"

#define INIT      (1u << 0)
#define AUTHORIZE (1u << AORTA_OP_AUTHORIZE)
#define CALLBACK  (1u << AORTA_OP_CALLBACK)
#define SYNC      (1u << AORTA_OP_SYNC)
#define NORMALIZE (1u << AORTA_OP_NORMALIZE)
#define REFRESH   (1u << AORTA_OP_REFRESH)
#define VERIFY    (1u << AORTA_OP_WEBHOOK_VERIFY)
#define ROUTE     (1u << AORTA_OP_WEBHOOK_ROUTE)
#define REVOKE    (1u << AORTA_OP_REVOKE)
#define EVERY     (INIT | AUTHORIZE | CALLBACK | SYNC | NORMALIZE | REFRESH | VERIFY | ROUTE | REVOKE)

static const struct {
    const char *name;
    uint32_t ops;
} services[GW_SERVICE_COUNT] = {
#define SERVICE(name, ops) [GW_SERVICE_##name] = {#name, ops},
#include "host/services.def"
#undef SERVICE
};

static const char *const op_names[] = {
    [0] = "init",
    [AORTA_OP_AUTHORIZE] = "authorize",
    [AORTA_OP_CALLBACK] = "callback",
    [AORTA_OP_SYNC] = "sync",
    [AORTA_OP_NORMALIZE] = "normalize",
    [AORTA_OP_REFRESH] = "refresh",
    [AORTA_OP_WEBHOOK_VERIFY] = "webhook verify",
    [AORTA_OP_WEBHOOK_ROUTE] = "webhook route",
    [AORTA_OP_REVOKE] = "revoke",
};

static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static struct gw_frame *pool;

const char *gw_op_name(uint32_t op)
{
    return op < sizeof(op_names) / sizeof(op_names[0]) ? op_names[op] : "unknown";
}

static struct gw_frame *take_frame(void)
{
    struct gw_frame *frame;

    pthread_mutex_lock(&pool_lock);
    frame = pool;
    if (frame)
        pool = frame->next;
    pthread_mutex_unlock(&pool_lock);
    if (!frame)
        return calloc(1, sizeof(*frame));
    memset(frame, 0, sizeof(*frame));
    return frame;
}

static void give_frame(struct gw_frame *frame)
{
    pthread_mutex_lock(&pool_lock);
    frame->next = pool;
    pool = frame;
    pthread_mutex_unlock(&pool_lock);
}

struct gw_frame *gw_frame_begin(const struct gw_provider *provider, const struct gw_sink *sink, uint32_t op,
                                int64_t timeout_ms, const atomic_bool *cancel)
{
    static const struct gw_sink nothing;
    struct gw_frame *frame = take_frame();

    if (!frame)
        return NULL;
    frame->arena = gw_arena_new(GW_FRAME_MEMORY);
    if (!frame->arena) {
        give_frame(frame);
        return NULL;
    }
    frame->provider = provider;
    frame->sink = sink ? sink : &nothing;
    frame->cancel = cancel;
    frame->thread = pthread_self();
    frame->conn.struct_size = sizeof(frame->conn);
    frame->ctx = (aorta_ctx){.struct_size = sizeof(frame->ctx),
                             .op = op,
                             .host = &gw_host_table,
                             .conn = &frame->conn,
                             .host_private = frame,
                             .deadline_us = gw_mono_us() + timeout_ms * 1000};
    frame->magic = GW_FRAME_ALIVE;
    return frame;
}

void gw_frame_end(struct gw_frame *frame)
{
    frame->magic = GW_FRAME_DEAD;
    gw_answers_free(frame);
    gw_secret_free(&frame->token);
    gw_sources_free(&frame->sources);
    gw_arena_free(&frame->arena);
    free(frame->scratch);
    frame->scratch = NULL;
    give_frame(frame);
}

/* ---- the door ---- */

static aorta_status dead_ctx(enum gw_service service)
{
    gw_log(GW_LOG_ERROR, "plugin used a ctx that is not its own", "service", services[service].name, NULL);
    return AORTA_ERR_CONTRACT;
}

aorta_status gw_service_enter(aorta_ctx *ctx, enum gw_service service, struct gw_frame **ret)
{
    struct gw_frame *frame = ctx ? ctx->host_private : NULL;

    if (!frame || frame->magic != GW_FRAME_ALIVE || ctx != &frame->ctx)
        return dead_ctx(service);
    if (!pthread_equal(frame->thread, pthread_self())) {
        atomic_fetch_add(&frame->provider->conduct->broken_contract, 1);
        return dead_ctx(service);
    }
    if (!(services[service].ops & 1u << frame->ctx.op))
        return gw_frame_forbid(frame, "The plugin called host->%s in %s, which may not.", services[service].name,
                               gw_op_name(frame->ctx.op));
    *ret = frame;
    return AORTA_OK;
}

aorta_status gw_frame_alive(struct gw_frame *frame)
{
    if (frame->ended)
        return frame->ended;
    if (frame->cancel && atomic_load_explicit(frame->cancel, memory_order_relaxed))
        frame->ended = gw_frame_fail(frame, AORTA_ERR_CANCELLED, "The operation was cancelled.");
    else if (gw_mono_us() >= frame->ctx.deadline_us)
        frame->ended = gw_frame_fail(frame, AORTA_ERR_DEADLINE, "The operation took too long.");
    return frame->ended;
}

aorta_status gw_service_enter_alive(aorta_ctx *ctx, enum gw_service service, struct gw_frame **ret)
{
    aorta_status status = gw_service_enter(ctx, service, ret);

    return status ? status : gw_frame_alive(*ret);
}

int64_t gw_frame_left_ms(const struct gw_frame *frame)
{
    int64_t left = (frame->ctx.deadline_us - gw_mono_us()) / 1000;

    return left > 0 ? left : 0;
}

/* ---- failures ---- */

__attribute__((format(printf, 3, 0))) static aorta_status fail_va(struct gw_frame *frame, aorta_status status,
                                                                  const char *fmt, va_list args)
{
    frame->failed = status;
    frame->err = (struct gw_err){.code = gw_code_of_status(status)};
    vsnprintf(frame->err.text, sizeof(frame->err.text), fmt, args);
    return status;
}

aorta_status gw_frame_fail(struct gw_frame *frame, aorta_status status, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fail_va(frame, status, fmt, args);
    va_end(args);
    return status;
}

aorta_status gw_frame_fail_err(struct gw_frame *frame, const struct gw_err *err)
{
    frame->failed = gw_status_of_code(err->code);
    frame->err = *err;
    return frame->failed;
}

static void log_defect(const struct gw_frame *frame, const char *event)
{
    gw_log(GW_LOG_ERROR, event, "plugin", frame->provider->id, "op", gw_op_name(frame->ctx.op), "reason",
           frame->err.text, NULL);
}

aorta_status gw_frame_broke(struct gw_frame *frame, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fail_va(frame, AORTA_ERR_CONTRACT, fmt, args);
    va_end(args);
    atomic_fetch_add(&frame->provider->conduct->broken_contract, 1);
    log_defect(frame, "plugin broke its contract");
    return AORTA_ERR_CONTRACT;
}

aorta_status gw_frame_forbid(struct gw_frame *frame, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fail_va(frame, AORTA_ERR_FORBIDDEN_CALL, fmt, args);
    va_end(args);
    atomic_fetch_add(&frame->provider->conduct->forbidden_calls, 1);
    log_defect(frame, "plugin did what it may not do");
    return AORTA_ERR_FORBIDDEN_CALL;
}

/* ---- memory and text ---- */

void *gw_frame_alloc(struct gw_frame *frame, size_t len)
{
    void *p = NULL;

    if (len <= GW_FRAME_MEMORY && gw_arena_used(frame->arena) + frame->answers_size + len <= GW_FRAME_MEMORY)
        p = gw_arena_alloc(frame->arena, len);
    if (!p)
        gw_frame_fail(frame, AORTA_ERR_NOMEM, "The operation's memory of 256 MiB is spent.");
    return p;
}

void *gw_frame_scratch(struct gw_frame *frame, size_t size)
{
    void *p;

    if (size <= frame->scratch_size)
        return frame->scratch;
    p = realloc(frame->scratch, size);
    if (!p) {
        gw_frame_fail(frame, AORTA_ERR_NOMEM, "The gateway ran out of memory.");
        return NULL;
    }
    frame->scratch = p;
    frame->scratch_size = size;
    return p;
}

static void hide(char *text, const char *secret, size_t len)
{
    char *at = text;

    if (!secret || len < 6)
        return;
    while ((at = memmem(at, strlen(at), secret, len)) != NULL) {
        memset(at, '*', len);
        at += len;
    }
    for (size_t part = len - 1; part >= 6; part--) { /* cut at the end of the text */
        size_t n = strlen(text);
        if (n >= part && memcmp(text + n - part, secret, part) == 0) {
            memset(text + n - part, '*', part);
            break;
        }
    }
}

void gw_frame_clean_text(const struct gw_frame *frame, struct gw_str text, char *out, size_t cap)
{
    size_t n = text.len;

    if (!text.ptr) {
        n = 0;
    } else if (n >= cap) {
        n = cap - 1;
        while (n > 0 && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
            n--;
    }
    if (n)
        memcpy(out, text.ptr, n);
    out[n] = '\0';
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
            out[i] = ' ';
    if (!gw_utf8_valid(out, n))
        for (size_t i = 0; i < n; i++)
            if ((unsigned char)out[i] >= 0x80)
                out[i] = '?';
    hide(out, frame->token.data, frame->token.len);
    hide(out, frame->conn.access_token.ptr, frame->conn.access_token.len);
    hide(out, frame->conn.refresh_token.ptr, frame->conn.refresh_token.len);
}
