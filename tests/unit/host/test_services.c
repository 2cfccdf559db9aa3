/* The services one by one, and the table of who may call which. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "fake.h"

#define ALL_OPS 8

/* ---- who may call what: aorta/host.h, said once more, by hand ---- */

enum {
    SV_NOW,
    SV_RANDOM,
    SV_HTTP,
    SV_STATE,
    SV_AUTHORIZE_DONE,
    SV_CALLBACK_DONE,
    SV_PAYLOAD,
    SV_CHECKPOINT,
    SV_WAIT,
    SV_PROGRESS,
    SV_METRIC,
    SV_SOURCE,
    SV_READ,
    SV_RECORD,
    SV_SERIES,
    SV_ITEM,
    SV_COUNT
};

static int service_now;

static aorta_status call_service(aorta_ctx *ctx)
{
    const aorta_host *h = ctx->host;
    const aorta_host_webhook *webhook = h->get_extension(h, AORTA_HOST_EXT_WEBHOOK);
    aorta_bytes bytes;
    uint64_t before = atomic_load(&fake.provider->conduct->forbidden_calls);
    char buf[4];

    switch (service_now) {
    case SV_NOW:
        h->now_us(ctx);
        break;
    case SV_RANDOM:
        h->random(ctx, buf, sizeof(buf));
        break;
    case SV_HTTP: /* a malformed request is a broken contract, not a forbidden call */
        h->http(ctx, NULL, NULL);
        break;
    case SV_STATE:
        h->state_get(ctx, ctx->op == AORTA_OP_AUTHORIZE ? AORTA_STATE_FLOW : AORTA_STATE_PROVIDER, "k", 1, &bytes);
        break;
    case SV_AUTHORIZE_DONE:
        h->authorize_done(ctx, NULL);
        break;
    case SV_CALLBACK_DONE:
        h->callback_done(ctx, NULL);
        break;
    case SV_PAYLOAD:
        h->emit_payload(ctx, NULL);
        break;
    case SV_CHECKPOINT:
        h->checkpoint(ctx, "c", 1);
        break;
    case SV_WAIT:
        h->wait(ctx, NULL);
        break;
    case SV_PROGRESS:
        h->progress(ctx, 1, 2, "x", 1);
        break;
    case SV_METRIC:
        h->metric(ctx, "heart_rate");
        break;
    case SV_SOURCE:
        h->source(ctx, &(aorta_source){.struct_size = sizeof(aorta_source)});
        break;
    case SV_READ:
        h->payload_read(ctx, buf, sizeof(buf));
        break;
    case SV_RECORD:
        h->emit_record(ctx, NULL);
        break;
    case SV_SERIES:
        h->emit_series(ctx, NULL);
        break;
    case SV_ITEM:
        webhook->item(ctx, NULL);
        break;
    default:
        ck_abort();
    }
    gw_buf_str(&fake.text, atomic_load(&fake.provider->conduct->forbidden_calls) > before ? "no\n" : "yes\n");
    return AORTA_ERR_NOT_FOUND;
}

START_TEST(lets_each_operation_call_only_what_the_header_says)
{
    /* columns: authorize callback sync normalize refresh verify route revoke */
    static const char *const expected[SV_COUNT] = {
        [SV_NOW] = "yyynyyyy",      [SV_RANDOM] = "yyynynny",         [SV_HTTP] = "yyynynny",
        [SV_STATE] = "yyynynny",    [SV_AUTHORIZE_DONE] = "ynnnnnnn", [SV_CALLBACK_DONE] = "nynnynnn",
        [SV_PAYLOAD] = "nnynnnnn",  [SV_CHECKPOINT] = "nnynnnnn",     [SV_WAIT] = "nnynnnnn",
        [SV_PROGRESS] = "nnyynnnn", [SV_METRIC] = "nnnynnnn",         [SV_SOURCE] = "nnnynnnn",
        [SV_READ] = "nnnynnnn",     [SV_RECORD] = "nnnynnnn",         [SV_SERIES] = "nnnynnnn",
        [SV_ITEM] = "nnnnnnyn",
    };

    for (service_now = 0; service_now < SV_COUNT; service_now++) {
        for (uint32_t op = 1; op <= ALL_OPS; op++) {
            const char *said;
            fake.text.len = 0;
            fake_run(op, call_service);
            said = fake_was_told("no\n") ? "n" : "y";
            ck_assert_msg(said[0] == expected[service_now][op - 1], "service %d in operation %u: %s", service_now,
                          (unsigned)op, said);
        }
    }
}
END_TEST

START_TEST(counts_forbidden_calls_and_fails_with_them)
{
    service_now = SV_HTTP;
    ck_assert_int_eq(fake_run(AORTA_OP_NORMALIZE, call_service), GW_NOT_FOUND); /* the plugin's own status counts */
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->forbidden_calls), 1);
}
END_TEST

static aorta_status use_flow_in_sync(aorta_ctx *ctx)
{
    return ctx->host->state_put(ctx, AORTA_STATE_FLOW, "k", 1, "v", 1, 0);
}

static aorta_status use_connection_in_authorize(aorta_ctx *ctx)
{
    return ctx->host->state_put(ctx, AORTA_STATE_CONNECTION, "k", 1, "v", 1, 0);
}

START_TEST(keeps_the_scopes_of_state)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, use_flow_in_sync), GW_FORBIDDEN_CALL);
    ck_assert_int_eq(fake_run(AORTA_OP_AUTHORIZE, use_connection_in_authorize), GW_FORBIDDEN_CALL);
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, use_flow_in_sync), GW_CONTRACT); /* put, but no credentials */
    ck_assert(fake_was_told("put 1 k 1 0"));
}
END_TEST

/* ---- state ---- */

static aorta_status use_state(aorta_ctx *ctx)
{
    const aorta_host *h = ctx->host;
    static char big[65537];
    aorta_bytes out;

    ck_assert_int_eq(h->state_get(ctx, AORTA_STATE_CONNECTION, "cursor", 6, &out), AORTA_OK);
    ck_assert_int_eq(memcmp(out.ptr, "kept", 4), 0);
    ck_assert_int_eq(h->state_get(ctx, AORTA_STATE_PROVIDER, "absent", 6, &out), AORTA_ERR_NOT_FOUND);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, "a", 1, big, 65536, 60), AORTA_OK);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, "a", 1, NULL, 0, 0), AORTA_OK);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, "a", 1, big, 65537, 0), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, "a", 1, "v", 1, -1), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, "", 0, "v", 1, 0), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->state_put(ctx, AORTA_STATE_CONNECTION, big, 65, "v", 1, 0), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->state_put(ctx, 9, "a", 1, "v", 1, 0), AORTA_ERR_FORBIDDEN_CALL);
    return AORTA_OK;
}

START_TEST(keeps_state_within_its_limits)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, use_state), GW_OK);
    ck_assert(fake_was_told("get 2 cursor\n"));
    ck_assert(fake_was_told("get 3 absent\n"));
    ck_assert(fake_was_told("put 2 a 65536 60\n"));
    ck_assert(fake_was_told("put 2 a 0 0\n"));
}
END_TEST

/* ---- log ---- */

static const char *written(const char *path)
{
    static char text[65536];
    FILE *file = fopen(path, "re");
    size_t n = fread(text, 1, sizeof(text) - 1, file);

    text[n] = '\0';
    fclose(file);
    return text;
}

/* Runs with standard error going to a file, whose text is returned. */
static const char *logged(uint32_t op, fake_op *body)
{
    char path[] = "/tmp/aorta-log-XXXXXX";
    int fd = mkstemp(path), old = dup(STDERR_FILENO);
    const char *text;

    dup2(fd, STDERR_FILENO);
    fake_run(op, body);
    dup2(old, STDERR_FILENO);
    close(old);
    close(fd);
    text = written(path);
    unlink(path);
    return text;
}

static aorta_status log_secrets(aorta_ctx *ctx)
{
    aorta_field kv[] = {
        {{"token", 5}, {.type = AORTA_TYPE_STRING, .u.s = {"x access-made-up y", 18}}},
        {{"count", 5}, {.type = AORTA_TYPE_INT, .u.i = 42}},
        {{"warning", 7}, {.type = AORTA_TYPE_STRING, .u.s = {"Permission is missing", 21}}},
    };
    static const char msg[] = "line\none refresh-made-up very-secret-word";

    ctx->host->log(ctx, AORTA_LOG_WARN, msg, sizeof(msg) - 1, kv, 3);
    ctx->host->log(ctx, AORTA_LOG_INFO, "only information", 16, &kv[2], 1);
    return AORTA_OK;
}

START_TEST(redacts_what_it_logs)
{
    const char *text;

    gw_log_secret(GW_STR("very-secret-word"));
    fake.connection.access_token = (aorta_str){"access-made-up", 14};
    text = logged(AORTA_OP_REVOKE, log_secrets); /* revoke sees both tokens */
    ck_assert_ptr_nonnull(strstr(text, "plugin=fake op=revoke"));
    ck_assert_ptr_nonnull(strstr(text, "count=42"));
    ck_assert_ptr_null(strstr(text, "access-made-up"));
    ck_assert_ptr_null(strstr(text, "refresh-made-up"));
    ck_assert_ptr_null(strstr(text, "very-secret-word"));
    ck_assert_ptr_nonnull(strstr(text, "\"line one ***"));
    ck_assert_str_eq(gw_buf_cstr(&fake.text), "warning Permission is missing\n"); /* of the WARN line only */
}
END_TEST

static aorta_status log_storm(aorta_ctx *ctx)
{
    for (int i = 0; i < 5000; i++)
        ctx->host->log(ctx, AORTA_LOG_WARN, "again", 5, NULL, 0);
    return AORTA_OK;
}

START_TEST(stops_a_storm_of_lines)
{
    const char *text = logged(AORTA_OP_SYNC, log_storm);
    unsigned lines = 0;

    for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
        lines++;
    ck_assert_uint_eq(lines, 201);
    ck_assert_ptr_nonnull(strstr(text, "logs too much"));
}
END_TEST

/* ---- memory, clocks, random ---- */

static aorta_status use_memory(aorta_ctx *ctx)
{
    char *a = ctx->host->alloc(ctx, 1), *b = ctx->host->alloc(ctx, 100);
    unsigned got = 0;

    ck_assert_uint_eq((uintptr_t)a % 16, 0);
    ck_assert_uint_eq((uintptr_t)b % 16, 0);
    ck_assert_ptr_null(ctx->host->alloc(ctx, (size_t)300 << 20));
    ck_assert_ptr_null(ctx->host->alloc(ctx, SIZE_MAX));
    while (got < 400 && ctx->host->alloc(ctx, 1 << 20))
        got++;
    ck_assert_uint_ge(got, 250);
    ck_assert_uint_le(got, 256);
    return AORTA_ERR_NOMEM;
}

START_TEST(caps_the_memory_of_an_operation)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, use_memory), GW_NOMEM);
    ck_assert_ptr_nonnull(strstr(fake.err.text, "256 MiB"));
}
END_TEST

static aorta_status use_clocks(aorta_ctx *ctx)
{
    unsigned char a[16] = {0}, b[16] = {0};

    ck_assert_int_eq(ctx->host->now_us(ctx), INT64_C(1795262400000000));
    ck_assert_int_le(ctx->host->mono_us(ctx), ctx->deadline_us);
    ck_assert_int_gt(ctx->host->mono_us(ctx), ctx->deadline_us - 5000000 - 1);
    ck_assert_int_eq(ctx->host->random(ctx, a, sizeof(a)), AORTA_OK);
    ck_assert_int_eq(ctx->host->random(ctx, b, sizeof(b)), AORTA_OK);
    ck_assert_int_ne(memcmp(a, b, sizeof(a)), 0);
    return AORTA_OK;
}

START_TEST(tells_the_time_and_rolls_dice)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, use_clocks), GW_OK);
}
END_TEST

/* ---- digests and codecs ---- */

static bool hex_is(aorta_ctx *ctx, const uint8_t *bytes, size_t len, const char *expected)
{
    aorta_str hex;

    ck_assert_int_eq(ctx->host->encode(ctx, AORTA_CODEC_HEX, bytes, len, &hex), AORTA_OK);
    return gw_str_is((struct gw_str){hex.ptr, hex.len}, expected);
}

static aorta_status use_digests(aorta_ctx *ctx)
{
    const aorta_host *h = ctx->host;
    uint8_t out[32];

    /* FIPS 180-2; RFC 4231 case 2; RFC 2202 case 2 */
    ck_assert_int_eq(h->digest(ctx, AORTA_DIGEST_SHA256, "abc", 3, out, sizeof(out)), AORTA_OK);
    ck_assert(hex_is(ctx, out, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    ck_assert_int_eq(h->digest(ctx, AORTA_DIGEST_SHA256, NULL, 0, out, sizeof(out)), AORTA_OK);
    ck_assert(hex_is(ctx, out, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    ck_assert_int_eq(h->hmac(ctx, AORTA_DIGEST_SHA256, "Jefe", 4, "what do ya want for nothing?", 28, out, 32),
                     AORTA_OK);
    ck_assert(hex_is(ctx, out, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    ck_assert_int_eq(h->hmac(ctx, AORTA_DIGEST_SHA1, "Jefe", 4, "what do ya want for nothing?", 28, out, 20), AORTA_OK);
    ck_assert(hex_is(ctx, out, 20, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
    ck_assert_int_eq(h->digest(ctx, AORTA_DIGEST_SHA1, "abc", 3, out, 32), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->digest(ctx, AORTA_DIGEST_SHA256, "abc", 3, out, 31), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->digest(ctx, 7, "abc", 3, out, 32), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->hmac(ctx, AORTA_DIGEST_SHA1, "k", 1, "abc", 3, out, 19), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(h->ct_equal(ctx, "abc", 3, "abc", 3), 1);
    ck_assert_int_eq(h->ct_equal(ctx, "abc", 3, "abd", 3), 0);
    ck_assert_int_eq(h->ct_equal(ctx, "abc", 3, "ab", 2), 0);
    ck_assert_int_eq(h->ct_equal(ctx, NULL, 0, NULL, 0), 1);
    return AORTA_OK;
}

START_TEST(computes_digests)
{
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_VERIFY, use_digests), GW_OK);
}
END_TEST

static void coded(aorta_ctx *ctx, uint32_t codec, const char *plain, size_t len, const char *text)
{
    aorta_str encoded;
    aorta_bytes decoded;

    ck_assert_int_eq(ctx->host->encode(ctx, codec, plain, len, &encoded), AORTA_OK);
    ck_assert_msg(gw_str_is((struct gw_str){encoded.ptr, encoded.len}, text), "%.*s is not %s", (int)encoded.len,
                  encoded.ptr, text);
    ck_assert_int_eq(ctx->host->decode(ctx, codec, text, strlen(text), &decoded), AORTA_OK);
    ck_assert_uint_eq(decoded.len, len);
    ck_assert_int_eq(len ? memcmp(decoded.ptr, plain, len) : 0, 0);
}

static aorta_status use_codecs(aorta_ctx *ctx)
{
    static const struct {
        uint32_t codec;
        const char *text;
    } bad[] = {{AORTA_CODEC_HEX, "abc"},    {AORTA_CODEC_HEX, "zz"},      {AORTA_CODEC_B64, "YWI"},
               {AORTA_CODEC_B64, "Y W I="}, {AORTA_CODEC_B64URL, "a+b/"}, {AORTA_CODEC_PERCENT, "%4"},
               {AORTA_CODEC_PERCENT, "%zz"}};
    aorta_bytes out;

    coded(ctx, AORTA_CODEC_HEX, "\x00\xff", 2, "00ff");
    coded(ctx, AORTA_CODEC_HEX, "", 0, "");
    coded(ctx, AORTA_CODEC_B64, "ab\xff\xfe", 4, "YWL//g==");
    coded(ctx, AORTA_CODEC_B64URL, "ab\xff\xfe", 4, "YWL__g");
    coded(ctx, AORTA_CODEC_PERCENT, "a b&/\xc3\xbc~", 8, "a%20b%26%2F%C3%BC~");
    ck_assert_int_eq(ctx->host->decode(ctx, AORTA_CODEC_B64URL, "YWL__g==", 8, &out), AORTA_OK);
    ck_assert_int_eq(ctx->host->decode(ctx, AORTA_CODEC_PERCENT, "a%2fb", 5, &out), AORTA_OK);
    ck_assert_int_eq(memcmp(out.ptr, "a/b", 3), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(ctx->host->decode(ctx, bad[i].codec, bad[i].text, strlen(bad[i].text), &out) == AORTA_ERR_DATA,
                      "%s", bad[i].text);
    ck_assert_int_eq(ctx->host->decode(ctx, 9, "a", 1, &out), AORTA_ERR_CONTRACT);
    return AORTA_OK;
}

START_TEST(encodes_and_decodes)
{
    ck_assert_int_eq(fake_run(AORTA_OP_NORMALIZE, use_codecs), GW_OK);
}
END_TEST

/* ---- results ---- */

static const char *url_now;

static aorta_status give_url(aorta_ctx *ctx)
{
    aorta_authorize_result r = {.struct_size = sizeof(r), .url = {url_now, strlen(url_now)}};

    return ctx->host->authorize_done(ctx, &r);
}

START_TEST(takes_only_a_url_a_browser_can_go_to)
{
    static const char *const bad[] = {"", "/relative", "javascript:alert(1)", "https://a.example/\r\nSet-Cookie: x",
                                      "ftp://a.example"};

    url_now = "https://flow.example.com/oauth2?state=abc";
    ck_assert_int_eq(fake_run(AORTA_OP_AUTHORIZE, give_url), GW_OK);
    ck_assert(fake_was_told("authorize https://flow.example.com/oauth2?state=abc\n"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        url_now = bad[i];
        ck_assert_msg(fake_run(AORTA_OP_AUTHORIZE, give_url) == GW_CONTRACT, "%s", bad[i]);
    }
}
END_TEST

static aorta_credentials credentials_now;

static aorta_status give_credentials(aorta_ctx *ctx)
{
    credentials_now.struct_size = sizeof(credentials_now);
    return ctx->host->callback_done(ctx, &credentials_now);
}

START_TEST(takes_only_credentials_that_can_be_kept)
{
    aorta_field number = {{"n", 1}, {.type = AORTA_TYPE_INT, .u.i = 1}};
    aorta_credentials good = {.provider_user_id = {"u1", 2}, .access_token = {"t", 1}, .expires_in_s = 60};

    credentials_now = good;
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_OK);
    ck_assert(fake_was_told("credentials u1\n"));
    credentials_now.provider_user_id.len = 0;
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_CONTRACT);
    ck_assert_ptr_nonnull(strstr(fake.err.text, "provider_user_id is empty"));
    ck_assert_int_eq(fake_run(AORTA_OP_REFRESH, give_credentials), GW_OK); /* empty keeps what was stored */
    credentials_now = good;
    credentials_now.access_token.len = 0;
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_CONTRACT);
    credentials_now = good;
    credentials_now.provider_username = (aorta_str){"a\0b", 3};
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_CONTRACT);
    credentials_now = good;
    credentials_now.expires_in_s = -1;
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_CONTRACT);
    credentials_now = good;
    credentials_now.extra = &number;
    credentials_now.extra_count = 1;
    ck_assert_int_eq(fake_run(AORTA_OP_CALLBACK, give_credentials), GW_CONTRACT);
}
END_TEST

/* ---- payloads, items ---- */

static aorta_payload payload_now;

static aorta_status give_payload(aorta_ctx *ctx)
{
    payload_now.struct_size = sizeof(payload_now);
    return ctx->host->emit_payload(ctx, &payload_now);
}

static void bad_payload(aorta_payload p, const char *reason)
{
    payload_now = p;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, give_payload), GW_CONTRACT);
    ck_assert_msg(strstr(fake.err.text, reason) != NULL, "expected \"%s\" in \"%s\"", reason, fake.err.text);
}

START_TEST(takes_only_declared_payloads)
{
    static char long_id[600];
    aorta_payload good = {.kind = {"fake.data", 9}, .data = (const uint8_t *)"{}", .size = 2};
    aorta_payload p = good;

    memset(long_id, 'a', sizeof(long_id));
    payload_now = good;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, give_payload), GW_OK);
    ck_assert(fake_was_told("payload fake.data 2\n"));
    p.kind = (aorta_str){"fake.else", 9};
    bad_payload(p, "its kind is not among");
    p = good;
    p.data = NULL;
    bad_payload(p, "its bytes are missing");
    p = good;
    p.external_id = (aorta_str){long_id, sizeof(long_id)};
    bad_payload(p, "longer than 512 bytes");
    p = good;
    p.flags = AORTA_PAYLOAD_HAS_OFFSET;
    p.tz_offset_s = 64801;
    bad_payload(p, "its offset is beyond 18 hours");
}
END_TEST

static aorta_webhook_item item_now;

static aorta_status give_item(aorta_ctx *ctx)
{
    const aorta_host_webhook *webhook = ctx->host->get_extension(ctx->host, AORTA_HOST_EXT_WEBHOOK);
    aorta_status status;

    item_now.struct_size = sizeof(item_now);
    status = webhook->item(ctx, &item_now);
    return status == AORTA_ERR_NOT_FOUND ? AORTA_OK : status; /* nobody's account is no failure */
}

START_TEST(takes_webhook_items)
{
    aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = {"fake.data", 9}, .data = (const uint8_t *)"{}", .size = 2};
    aorta_webhook_item good = {.type = AORTA_WEBHOOK_DATA, .provider_user_id = {"u1", 2}, .payload = &payload};

    item_now = good;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_OK);
    ck_assert(fake_was_told("item 1 u1\n"));
    fake.sink_code = GW_NOT_FOUND;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_OK);
    fake.sink_code = GW_DB;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_DB);
    fake.sink_code = GW_OK;
    item_now.payload = NULL;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_CONTRACT);
    item_now = good;
    item_now.type = 9;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_CONTRACT);
    item_now = good;
    item_now.provider_user_id.len = 0;
    ck_assert_int_eq(fake_run(AORTA_OP_WEBHOOK_ROUTE, give_item), GW_CONTRACT);
}
END_TEST

/* ---- sync: checkpoint, wait, progress ---- */

static aorta_status page_through(aorta_ctx *ctx)
{
    static char big[65537];
    aorta_status status;

    ck_assert_int_eq(ctx->host->progress(ctx, 1, 3, "page", 4), AORTA_OK);
    ck_assert_int_eq(ctx->host->checkpoint(ctx, big, sizeof(big)), AORTA_ERR_CONTRACT);
    status = ctx->host->checkpoint(ctx, "page-2", 6);
    return status;
}

START_TEST(commits_and_yields)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, page_through), GW_OK);
    ck_assert_int_eq(fake.outcome, GW_SYNC_DONE);
    ck_assert(fake_was_told("progress 1 of 3 page\ncheckpoint page-2\n"));
    fake.yield = true;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, page_through), GW_OK);
    ck_assert_int_eq(fake.outcome, GW_SYNC_YIELD);
    fake.sink_code = GW_LEASE_LOST;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, page_through), GW_LEASE_LOST); /* the sink's own reason, kept */
}
END_TEST

static aorta_status wait_for_dailies(aorta_ctx *ctx)
{
    aorta_wait w = {.struct_size = sizeof(w), .event = {"dailies", 7}, .wake_at_us = INT64_C(1795266000000000)};
    aorta_wait never = {.struct_size = sizeof(w), .event = {"dailies", 7}};
    aorta_wait list = {.struct_size = sizeof(w), .event = {"a,b", 3}, .wake_at_us = INT64_C(1795266000000000)};

    ck_assert_int_eq(ctx->host->wait(ctx, &never), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(ctx->host->wait(ctx, &list), AORTA_ERR_CONTRACT);
    ck_assert_int_eq(ctx->host->wait(ctx, &w), AORTA_OK);
    return AORTA_PENDING;
}

START_TEST(waits_for_an_event)
{
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, wait_for_dailies), GW_OK);
    ck_assert_int_eq(fake.outcome, GW_SYNC_PENDING);
    ck_assert(fake_was_told("wait dailies 1795266000000000\n"));
}
END_TEST

TCase *services_case(void)
{
    TCase *c = tcase_create("services");

    tcase_add_checked_fixture(c, fake_setup, fake_teardown);
    tcase_add_test(c, lets_each_operation_call_only_what_the_header_says);
    tcase_add_test(c, counts_forbidden_calls_and_fails_with_them);
    tcase_add_test(c, keeps_the_scopes_of_state);
    tcase_add_test(c, keeps_state_within_its_limits);
    tcase_add_test(c, redacts_what_it_logs);
    tcase_add_test(c, stops_a_storm_of_lines);
    tcase_add_test(c, caps_the_memory_of_an_operation);
    tcase_add_test(c, tells_the_time_and_rolls_dice);
    tcase_add_test(c, computes_digests);
    tcase_add_test(c, encodes_and_decodes);
    tcase_add_test(c, takes_only_a_url_a_browser_can_go_to);
    tcase_add_test(c, takes_only_credentials_that_can_be_kept);
    tcase_add_test(c, takes_only_declared_payloads);
    tcase_add_test(c, takes_webhook_items);
    tcase_add_test(c, commits_and_yields);
    tcase_add_test(c, waits_for_an_event);
    return c;
}
