/* What an operation's end means: statuses, reasons, deadlines, cancelling, dead and foreign contexts, threads. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "fake.h"

static aorta_status status_now;

static aorta_status just_return(aorta_ctx *ctx)
{
    (void)ctx;
    return status_now;
}

START_TEST(maps_every_status)
{
    static const struct {
        aorta_status status;
        enum gw_code code;
    } rows[] = {
        {AORTA_OK, GW_OK},
        {AORTA_ERR_INVALID_PARAM, GW_INVALID},
        {AORTA_ERR_DATA, GW_DATA},
        {AORTA_ERR_NOT_FOUND, GW_NOT_FOUND},
        {AORTA_ERR_CONFLICT, GW_CONFLICT},
        {AORTA_ERR_STATE, GW_STATE},
        {AORTA_ERR_DENIED, GW_DENIED},
        {AORTA_ERR_AUTH_EXPIRED, GW_REAUTHORIZE},
        {AORTA_ERR_AUTH_REVOKED, GW_REAUTHORIZE},
        {AORTA_ERR_SCOPE, GW_SCOPE},
        {AORTA_ERR_UPSTREAM, GW_UPSTREAM},
        {AORTA_ERR_UPSTREAM_TIMEOUT, GW_UPSTREAM_TIMEOUT},
        {AORTA_ERR_RATE_LIMITED, GW_RATE_LIMITED},
        {AORTA_ERR_BUSY, GW_BUSY},
        {AORTA_ERR_UNSUPPORTED, GW_UNSUPPORTED},
        {AORTA_ERR_CONFIG, GW_CONFIG},
        {AORTA_ERR_UPSTREAM_REJECTED, GW_UPSTREAM_REJECTED},
        {AORTA_ERR_FORBIDDEN_CALL, GW_FORBIDDEN_CALL},
        {AORTA_ERR_INTERNAL, GW_INTERNAL},
        {AORTA_ERR_NOMEM, GW_NOMEM},
        {AORTA_ERR_CONTRACT, GW_CONTRACT},
        {AORTA_ERR_CANCELLED, GW_CANCELLED},
        {AORTA_ERR_DEADLINE, GW_DEADLINE},
        {-199, GW_INVALID}, /* unknown ones by their class */
        {-299, GW_REAUTHORIZE},
        {-399, GW_UPSTREAM},
        {-499, GW_UPSTREAM_REJECTED},
        {-599, GW_INTERNAL},
        {-699, GW_CANCELLED},
        {-7, GW_INTERNAL},
        {-100000, GW_INTERNAL},
        {17, GW_CONTRACT},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        status_now = rows[i].status;
        ck_assert_msg(fake_run(AORTA_OP_SYNC, just_return) == rows[i].code, "status %d gave %s", (int)status_now,
                      gw_code_name(fake.err.code));
        ck_assert_int_eq(fake.err.code, rows[i].code);
        if (rows[i].code != GW_OK)
            ck_assert_uint_gt(strlen(gw_err_text(&fake.err)), 5); /* a generic sentence, when nobody said more */
    }
}
END_TEST

static aorta_error error_now;

static aorta_status fail_with(aorta_ctx *ctx)
{
    error_now.struct_size = sizeof(error_now);
    return ctx->host->fail(ctx, &error_now);
}

static void fails(aorta_status status, const char *wire)
{
    error_now = (aorta_error){.status = status,
                              .code = "fake.because",
                              .message = {"It was so.", 10},
                              .retry_after_ms = 1500,
                              .upstream_status = 418};
    ck_assert_int_ne(fake_run(AORTA_OP_SYNC, fail_with), GW_OK);
    ck_assert_str_eq(fake.err.text, "It was so.");
    ck_assert_str_eq(gw_err_wire(&fake.err), wire);
    ck_assert_int_eq(fake.err.retry_after_ms, 1500);
    ck_assert_int_eq(fake.err.detail, 418);
}

START_TEST(lets_the_codes_of_request_and_scope_through)
{
    fails(AORTA_ERR_INVALID_PARAM, "fake.because");
    fails(AORTA_ERR_NOT_FOUND, "fake.because");
    fails(AORTA_ERR_SCOPE, "fake.because");
    fails(AORTA_ERR_AUTH_REVOKED, "connection.reauthorize"); /* one code, whatever the provider */
    fails(AORTA_ERR_UPSTREAM, "upstream.failed");
    fails(AORTA_ERR_RATE_LIMITED, "upstream.rate_limited");
    fails(AORTA_ERR_INTERNAL, "internal");
}
END_TEST

START_TEST(names_the_field_and_cleans_the_message)
{
    static const char message[] = "bad\r\nvalue \xff access-made-up";

    error_now = (aorta_error){.status = AORTA_ERR_INVALID_PARAM,
                              .code = "Not A Code!",
                              .field = {"since", 5},
                              .message = {message, sizeof(message) - 1}};
    fake.connection.access_token = (aorta_str){"access-made-up", 14};
    ck_assert_int_eq(fake_run(AORTA_OP_REVOKE, fail_with), GW_INVALID);
    ck_assert_str_eq(fake.err.field, "since");
    ck_assert_str_eq(gw_err_wire(&fake.err), "validation.failed");
    ck_assert_str_eq(fake.err.text, "bad  value ? **************");
}
END_TEST

static aorta_status fail_without_failing(aorta_ctx *ctx)
{
    aorta_error e = {.struct_size = sizeof(e), .status = AORTA_OK};

    ck_assert_int_eq(ctx->host->fail(ctx, &e), AORTA_ERR_CONTRACT);
    e.struct_size = 4;
    ck_assert_int_eq(ctx->host->fail(ctx, &e), AORTA_ERR_CONTRACT);
    return ctx->host->fail(ctx, NULL);
}

START_TEST(knows_a_failure_from_a_success)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, fail_without_failing), GW_CONTRACT);
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->broken_contract), 3);
}
END_TEST

static aorta_status fail_one_return_another(aorta_ctx *ctx)
{
    aorta_error e = {.struct_size = sizeof(e), .status = AORTA_ERR_NOT_FOUND, .message = {"Not there.", 10}};

    ctx->host->fail(ctx, &e);
    return status_now;
}

START_TEST(believes_the_status_that_was_returned)
{
    status_now = AORTA_ERR_CONFLICT; /* of the same class: the reason stands */
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, fail_one_return_another), GW_CONFLICT);
    ck_assert_str_eq(fake.err.text, "Not there.");
    status_now = AORTA_ERR_UPSTREAM; /* of another: it would mislead */
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, fail_one_return_another), GW_UPSTREAM);
    ck_assert_str_eq(fake.err.text, "");
    status_now = AORTA_OK; /* a failure that was overcome */
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, fail_one_return_another), GW_OK);
}
END_TEST

START_TEST(wants_the_result_of_each_operation)
{
    status_now = AORTA_OK;
    ck_assert_int_eq(fake_run(AORTA_OP_AUTHORIZE, just_return), GW_CONTRACT);
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, just_return), GW_CONTRACT);
    ck_assert_int_eq(fake_run(AORTA_OP_REFRESH, just_return), GW_CONTRACT);
    ck_assert_int_eq(fake_run(AORTA_OP_REVOKE, just_return), GW_OK);
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_VERIFY, just_return), GW_OK);
    status_now = AORTA_YIELD;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, just_return), GW_CONTRACT); /* no checkpoint to go on from */
    ck_assert_int_eq(fake_run(AORTA_OP_NORMALIZE, just_return), GW_CONTRACT);
    status_now = AORTA_PENDING;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, just_return), GW_CONTRACT); /* waits for nothing */
}
END_TEST

/* ---- deadline and cancel ---- */

static aorta_status loop_until_told(aorta_ctx *ctx)
{
    aorta_status status;

    while ((status = ctx->host->alive(ctx)) == AORTA_OK)
        usleep(1000);
    ck_assert_int_eq(ctx->host->checkpoint(ctx, "late", 4), status); /* it stays that way */
    return status_now ? status_now : status;
}

static void *cancel_soon(void *unused)
{
    (void)unused;
    usleep(50000);
    atomic_store(&fake.cancel, true);
    return NULL;
}

START_TEST(ends_at_the_deadline)
{
    int64_t begun = gw_mono_us();

    fake.call.timeout_ms = 100;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, loop_until_told), GW_DEADLINE);
    ck_assert_int_lt(gw_mono_us() - begun, 2000000);
    ck_assert(!fake_was_told("checkpoint"));
    status_now = AORTA_ERR_UPSTREAM; /* told to end, a plugin may say anything */
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, loop_until_told), GW_DEADLINE);
}
END_TEST

START_TEST(ends_when_cancelled)
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, NULL), 0);
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, loop_until_told), GW_CANCELLED);
    pthread_join(thread, NULL);
}
END_TEST

/* ---- what it may see ---- */

static unsigned seen;

static aorta_status look(aorta_ctx *ctx)
{
    const aorta_connection *c = ctx->conn;

    seen = (c->id.len ? 1u : 0u) | (c->access_token.len ? 2u : 0u) | (c->refresh_token.len ? 4u : 0u);
    return AORTA_ERR_NOT_FOUND;
}

START_TEST(shows_tokens_only_to_who_needs_them)
{
    static const unsigned expected[] = {
        [AORTA_OP_AUTHORIZE] = 1, [AORTA_OP_CALLBACK] = 1,       [AORTA_OP_SYNC] = 1,          [AORTA_OP_NORMALIZE] = 0,
        [AORTA_OP_REFRESH] = 7,   [AORTA_OP_WEBHOOK_VERIFY] = 0, [AORTA_OP_WEBHOOK_ROUTE] = 0, [AORTA_OP_REVOKE] = 7};

    for (uint32_t op = 1; op <= 8; op++) {
        fake_run(op, look);
        ck_assert_msg(seen == expected[op], "operation %u saw %u", (unsigned)op, seen);
    }
    fake.call.connection = NULL;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, look), GW_NOT_FOUND);
    ck_assert_uint_eq(seen, 0);
}
END_TEST

/* ---- contexts kept or shared ---- */

static aorta_ctx *kept;
static const aorta_host *kept_host;

static aorta_status keep_ctx(aorta_ctx *ctx)
{
    kept = ctx;
    kept_host = ctx->host;
    return AORTA_OK;
}

START_TEST(meets_a_dead_ctx_with_a_status)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, keep_ctx), GW_OK);
    ck_assert_int_eq(kept_host->alive(kept), AORTA_ERR_CONTRACT);
    ck_assert_ptr_null(kept_host->alloc(kept, 10));
    ck_assert_int_eq(kept_host->checkpoint(kept, "c", 1), AORTA_ERR_CONTRACT);
    kept_host->log(kept, AORTA_LOG_ERROR, "late", 4, NULL, 0);
    ck_assert(!fake_was_told("checkpoint"));
}
END_TEST

static void *call_from_elsewhere(void *ctx)
{
    static aorta_status status;

    status = ((aorta_ctx *)ctx)->host->alive(ctx);
    return &status;
}

static aorta_status share_ctx(aorta_ctx *ctx)
{
    pthread_t thread;
    void *status;

    ck_assert_int_eq(pthread_create(&thread, NULL, call_from_elsewhere, ctx), 0);
    pthread_join(thread, &status);
    ck_assert_int_eq(*(aorta_status *)status, AORTA_ERR_CONTRACT);
    return AORTA_OK;
}

START_TEST(refuses_a_ctx_from_another_thread)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, share_ctx), GW_OK);
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->broken_contract), 1);
}
END_TEST

static aorta_status copy_ctx(aorta_ctx *ctx)
{
    aorta_ctx copy = *ctx;

    return ctx->host->alive(&copy);
}

START_TEST(refuses_a_copied_ctx)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, copy_ctx), GW_CONTRACT);
}
END_TEST

/* ---- providers that are not there ---- */

START_TEST(says_that_a_provider_is_not_available)
{
    struct gw_provider broken = *fake.provider;

    broken.ready = false;
    fake.call.provider = &broken;
    for (uint32_t op = 1; op <= 8; op++) {
        ck_assert_int_eq(fake_run(op, just_return), GW_CONFIG);
        ck_assert_ptr_nonnull(strstr(fake.err.text, "fake is not available"));
    }
}
END_TEST

START_TEST(knows_its_payload_kinds)
{
    aorta_payload p = {.struct_size = sizeof(p), .kind = {"fake.else", 9}};

    ck_assert_int_eq(gw_call_normalize(&fake.call, &p, &fake.err), GW_UNSUPPORTED);
    ck_assert_str_eq(fake.err.text,
                     "The provider fake has no payloads of the kind fake.else; it has: fake.data fake.more");
    ck_assert_uint_eq(gw_call_webhook_max_body(fake.provider), 10 << 20);
}
END_TEST

/* ---- many at once ---- */

static aorta_status busy(aorta_ctx *ctx)
{
    uint8_t digest[32];
    aorta_str hex;

    for (int i = 0; i < 50; i++) {
        char *p = ctx->host->alloc(ctx, 100);
        ck_assert_ptr_nonnull(p);
        memset(p, i, 100);
        ck_assert_int_eq(ctx->host->digest(ctx, AORTA_DIGEST_SHA256, p, 100, digest, 32), AORTA_OK);
        ck_assert_int_eq(ctx->host->encode(ctx, AORTA_CODEC_HEX, digest, 32, &hex), AORTA_OK);
        ck_assert_int_eq(ctx->host->alive(ctx), AORTA_OK);
    }
    return AORTA_OK;
}

static void *run_many(void *unused)
{
    aorta_sync_req req = {.struct_size = sizeof(req)};
    enum gw_sync_outcome outcome;
    struct gw_err err;

    (void)unused;
    for (int i = 0; i < 50; i++)
        ck_assert_int_eq(gw_call_sync(&fake.call, &req, &outcome, &err), GW_OK);
    return NULL;
}

static aorta_status sync_busy(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    (void)self;
    (void)req;
    return busy(ctx);
}

START_TEST(runs_on_many_threads_at_once)
{
    aorta_ops ops = *fake_plugin.ops;
    aorta_plugin plugin = fake_plugin;
    struct gw_provider provider = *fake.provider;
    pthread_t threads[8];

    ops.sync = sync_busy;
    plugin.ops = &ops;
    provider.plugin = &plugin;
    fake.call.provider = &provider;
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_many, NULL), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->broken_contract), 0);
}
END_TEST

TCase *call_case(void)
{
    TCase *c = tcase_create("call");

    tcase_add_checked_fixture(c, fake_setup, fake_teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, maps_every_status);
    tcase_add_test(c, lets_the_codes_of_request_and_scope_through);
    tcase_add_test(c, names_the_field_and_cleans_the_message);
    tcase_add_test(c, knows_a_failure_from_a_success);
    tcase_add_test(c, believes_the_status_that_was_returned);
    tcase_add_test(c, wants_the_result_of_each_operation);
    tcase_add_test(c, ends_at_the_deadline);
    tcase_add_test(c, ends_when_cancelled);
    tcase_add_test(c, shows_tokens_only_to_who_needs_them);
    tcase_add_test(c, meets_a_dead_ctx_with_a_status);
    tcase_add_test(c, refuses_a_ctx_from_another_thread);
    tcase_add_test(c, refuses_a_copied_ctx);
    tcase_add_test(c, says_that_a_provider_is_not_available);
    tcase_add_test(c, knows_its_payload_kinds);
    tcase_add_test(c, runs_on_many_threads_at_once);
    return c;
}
