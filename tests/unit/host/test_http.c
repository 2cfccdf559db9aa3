/* host->http on a scripted network: where requests may go, whose token they carry, how often they are repeated. */
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "fake.h"
#include "host/retry.h"
#include "host/url.h"

/* The answers in turn; the last one stays. */
static struct {
    enum gw_code code;
    int status;
    const char *retry_after, *body;
} script[8];
static unsigned script_count;
static struct gw_net_request last;
static char last_authorization[128];

static aorta_http_req req_now;
static const aorta_http_resp *resp;
static aorta_status status_now;
static int32_t resp_status;
static uint32_t resp_attempts;

static enum gw_code perform(void *self, const struct gw_net_request *request, struct gw_net_response *ret,
                            struct gw_err *err)
{
    unsigned at = fake.calls < script_count ? fake.calls : script_count - 1;

    (void)self;
    fake.calls++;
    last = *request;
    last_authorization[0] = '\0';
    for (size_t i = 0; i < request->headers_count; i++)
        if (gw_str_is(request->headers[i].name, "Authorization"))
            snprintf(last_authorization, sizeof(last_authorization), "%.*s", (int)request->headers[i].value.len,
                     request->headers[i].value.ptr);
    if (script[at].code != GW_OK)
        return gw_fail(err, script[at].code, "The request to the test failed.");
    *ret = (struct gw_net_response){.status = script[at].status};
    ret->body.ptr = strdup(script[at].body ? script[at].body : "");
    ret->body.len = strlen(ret->body.ptr);
    if (script[at].retry_after) {
        ret->headers = malloc(sizeof(*ret->headers));
        ret->headers[0] = (struct gw_net_header){GW_STR("retry-after"), gw_str(script[at].retry_after)};
        ret->headers_count = 1;
    }
    return GW_OK;
}

static void forget_script(void)
{
    script_count = 0;
    memset(script, 0, sizeof(script));
}

static void setup(void)
{
    fake_setup();
    fake.sink.perform = perform;
    fake.sink.budget = NULL;
    fake.call.timeout_ms = 20000;
    forget_script();
    req_now = (aorta_http_req){.method = "GET"};
}

static void answers(int status)
{
    script[script_count++].status = status;
}

static void answers_retry(int status, const char *retry_after)
{
    script[script_count].retry_after = retry_after;
    answers(status);
}

static void fails(enum gw_code code)
{
    script[script_count++].code = code;
}

static aorta_status request(aorta_ctx *ctx)
{
    req_now.struct_size = sizeof(req_now);
    resp = NULL;
    status_now = ctx->host->http(ctx, &req_now, &resp);
    resp_status = resp ? resp->status : 0;
    resp_attempts = resp ? resp->attempts : 0;
    return status_now;
}

static enum gw_code go(const char *url)
{
    fake.calls = 0;
    req_now.url = (aorta_str){url, strlen(url)};
    return fake_run(AORTA_OP_SYNC, request);
}

/* ---- where to ---- */

START_TEST(reaches_declared_hosts_only)
{
    static const struct {
        const char *url;
        enum gw_code code;
    } rows[] = {
        {"https://api.example.com/v3/x?y=1", GW_OK},
        {"https://API.EXAMPLE.com/", GW_OK},
        {"https://api.example.com:443/", GW_OK},
        {"https://api.example.com", GW_OK},
        {"https://api.example.com:8443/", GW_FORBIDDEN_CALL},
        {"http://api.example.com/", GW_FORBIDDEN_CALL},
        {"https://other.example.com:8443/", GW_OK},
        {"https://other.example.com/", GW_FORBIDDEN_CALL},
        {"https://api.example.com.evil.example/", GW_FORBIDDEN_CALL},
        {"https://evil.example/api.example.com", GW_FORBIDDEN_CALL},
        {"https://example.com/", GW_FORBIDDEN_CALL},
        {"https://169.254.169.254/latest/meta-data", GW_FORBIDDEN_CALL},
        {"http://127.0.0.1:8123/v1/x", GW_OK}, /* the setting: scheme, host and port of it */
        {"http://127.0.0.1:8123/elsewhere", GW_OK},
        {"http://127.0.0.1:8124/v1", GW_FORBIDDEN_CALL},
        {"https://127.0.0.1:8123/v1", GW_FORBIDDEN_CALL},
        {"http://localhost:8123/v1", GW_FORBIDDEN_CALL},
    };

    answers(200);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(go(rows[i].url) == rows[i].code, "%s gave %s", rows[i].url, gw_code_name(fake.err.code));
        ck_assert_uint_eq(fake.calls, rows[i].code == GW_OK);
    }
    ck_assert_uint_gt(atomic_load(&fake.provider->conduct->forbidden_calls), 5);
}
END_TEST

START_TEST(refuses_what_is_not_plainly_a_url)
{
    static const char *const urls[] = {"",
                                       "api.example.com",
                                       "//api.example.com/",
                                       "https:///x",
                                       "https://",
                                       "https://a@api.example.com/",
                                       "https://api.example.com:0/",
                                       "https://api.example.com:99999/",
                                       "https://api.example.com/a b",
                                       "https://api.example.com/\r\nHost: evil",
                                       "https://api.example.com/#x",
                                       "https://api.example.com\\@evil.example/",
                                       "ftp://api.example.com/",
                                       "https://api..example.com/",
                                       "https://[::1/",
                                       "https://api.example.com:/x",
                                       "https://\xc3\xa4pi.example.com/",
                                       "file:///etc/passwd"};

    answers(200);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        ck_assert_msg(go(urls[i]) == GW_CONTRACT, "%s gave %s", urls[i], gw_code_name(fake.err.code));
        ck_assert_uint_eq(fake.calls, 0);
    }
}
END_TEST

START_TEST(knows_this_machine)
{
    static const struct {
        const char *url;
        bool loopback;
    } rows[] = {{"http://127.0.0.1/", true},
                {"http://127.255.0.9:80/", true},
                {"http://[::1]:8000/", true},
                {"http://localhost/", true},
                {"http://LocalHost/", true},
                {"http://128.0.0.1/", false},
                {"http://127.0.0.1.example.com/", false},
                {"http://127.1/", false},
                {"http://[::2]/", false},
                {"http://127.0.0.256/", false},
                {"http://localhost.example.com/", false}};
    struct gw_url url;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(gw_url_parse(gw_str(rows[i].url), &url), "%s", rows[i].url);
        ck_assert_msg(gw_url_is_loopback(&url) == rows[i].loopback, "%s", rows[i].url);
    }
}
END_TEST

static void bad_header(const char *name, const char *value)
{
    aorta_pair h = {{name, strlen(name)}, {value, strlen(value)}};

    req_now.headers = &h;
    req_now.headers_count = 1;
    ck_assert_msg(go("https://api.example.com/") == GW_CONTRACT, "%s", name);
    ck_assert_uint_eq(fake.calls, 0);
}

START_TEST(refuses_headers_that_could_be_another_request)
{
    aorta_pair good[] = {{{"Ocp-Apim-Subscription-Key", 25}, {"made-up", 7}}, {{"Accept", 6}, {"a\tb", 3}}};

    answers(200);
    bad_header("X-A", "1\r\nX-B: 2");
    bad_header("X-A", "1\nX-B: 2");
    bad_header("X A", "1");
    bad_header("X-A:", "1");
    bad_header("", "1");
    bad_header("Host", "evil.example");
    bad_header("content-length", "0");
    bad_header("Transfer-Encoding", "chunked");
    bad_header("Connection", "close");
    bad_header("Accept-Encoding", "br");
    req_now.headers = good;
    req_now.headers_count = 2;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_uint_eq(last.headers_count, 2);
    req_now.headers_count = 65;
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
    req_now.headers_count = 0;
    req_now.method = "get";
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
    req_now.method = "GET / HTTP/1.1\r\n";
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
    req_now.method = NULL;
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
}
END_TEST

START_TEST(has_no_network_when_it_is_given_none)
{
    fake.sink.perform = NULL;
    ck_assert_int_eq(go("https://api.example.com/"), GW_FORBIDDEN_CALL);
}
END_TEST

/* ---- limits handed on ---- */

START_TEST(hands_on_limits)
{
    answers(200);
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_gt(last.timeout_ms, 19000);
    ck_assert_int_le(last.timeout_ms, 20000); /* the operation's end, before the default of 30 s */
    ck_assert_uint_eq(last.max_response, 32 << 20);
    req_now.timeout_ms = 700;
    req_now.max_response = 1000;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(last.timeout_ms, 700);
    ck_assert_uint_eq(last.max_response, 1000);
    req_now.max_response = UINT64_MAX;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_uint_le(last.max_response, 256 << 20);
    ck_assert_ptr_eq(last.cancel, &fake.cancel);
}
END_TEST

/* ---- the token ---- */

START_TEST(attaches_the_token)
{
    aorta_pair own = {{"authorization", 13}, {"Basic x", 7}};

    answers(200);
    req_now.flags = AORTA_HTTP_AUTH;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_str_eq(last_authorization, "Bearer token-number-one");
    req_now.headers = &own;
    req_now.headers_count = 1;
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
    req_now.flags = 0;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_str_eq(last_authorization, ""); /* only what the plugin said */
}
END_TEST

START_TEST(refreshes_once_on_401)
{
    answers(401);
    answers(200);
    req_now.flags = AORTA_HTTP_AUTH;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(resp_status, 200);
    ck_assert_uint_eq(resp_attempts, 2);
    ck_assert_str_eq(last_authorization, "Bearer token-number-two");
    ck_assert_str_eq(gw_buf_cstr(&fake.text), "token\ntoken refused\n");
}
END_TEST

START_TEST(shows_the_second_401)
{
    answers(401);
    req_now.flags = AORTA_HTTP_AUTH;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(resp_status, 401);
    ck_assert_uint_eq(fake.calls, 2);
    req_now.flags = 0;
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_uint_eq(fake.calls, 1); /* not our token, not ours to refresh */
}
END_TEST

START_TEST(says_that_there_is_no_token)
{
    answers(200);
    req_now.flags = AORTA_HTTP_AUTH;
    fake.sink_code = GW_REAUTHORIZE;
    ck_assert_int_eq(go("https://api.example.com/"), GW_REAUTHORIZE);
    ck_assert_int_eq(status_now, AORTA_ERR_AUTH_EXPIRED);
    ck_assert_str_eq(fake.err.text, "the sink says no");
    ck_assert_uint_eq(fake.calls, 0);
    fake.sink.token = NULL;
    ck_assert_int_eq(go("https://api.example.com/"), GW_REAUTHORIZE);
}
END_TEST

/* ---- again ---- */

static void repeats(const char *method, uint32_t flags, int status, unsigned calls)
{
    req_now.method = method;
    req_now.flags = flags;
    forget_script();
    answers(status);
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_msg(fake.calls == calls, "%s %d with %u: %u calls", method, status, (unsigned)flags, fake.calls);
    ck_assert_int_eq(resp_status, status);
    ck_assert_uint_eq(resp_attempts, calls);
}

START_TEST(repeats_what_may_be_repeated)
{
    repeats("GET", 0, 503, 3);
    repeats("HEAD", 0, 502, 3);
    repeats("GET", 0, 504, 3);
    repeats("GET", 0, 500, 1);
    repeats("GET", 0, 404, 1);
    repeats("POST", 0, 503, 1);
    repeats("POST", AORTA_HTTP_IDEMPOTENT, 503, 3);
    repeats("GET", AORTA_HTTP_NO_RETRY, 503, 1);
    repeats("GET", AORTA_HTTP_NO_RETRY, 429, 1);
}
END_TEST

START_TEST(repeats_after_a_failed_connection)
{
    fails(GW_UPSTREAM);
    answers(200);
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_uint_eq(fake.calls, 2);
    req_now.method = "POST";
    ck_assert_int_eq(go("https://api.example.com/"), GW_UPSTREAM);
    ck_assert_uint_eq(fake.calls, 1);
    ck_assert_str_eq(fake.err.text, "The request to the test failed.");
    forget_script();
    fails(GW_UPSTREAM);
    req_now.method = "GET";
    ck_assert_int_eq(go("https://api.example.com/"), GW_UPSTREAM);
    ck_assert_uint_eq(fake.calls, 3);
    forget_script();
    fails(GW_UPSTREAM_REJECTED); /* too large: it would be again */
    ck_assert_int_eq(go("https://api.example.com/"), GW_UPSTREAM_REJECTED);
    ck_assert_uint_eq(fake.calls, 1);
    forget_script();
    fails(GW_UPSTREAM_TIMEOUT);
    ck_assert_int_eq(go("https://api.example.com/"), GW_UPSTREAM_TIMEOUT);
    ck_assert_uint_eq(fake.calls, 1);
}
END_TEST

START_TEST(waits_out_a_short_limit)
{
    int64_t begun = gw_mono_us();

    answers_retry(429, "1");
    answers(200);
    req_now.method = "POST"; /* nothing was done yet, so any method */
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(resp_status, 200);
    ck_assert_int_ge(gw_mono_us() - begun, 900000);
}
END_TEST

START_TEST(reports_a_long_limit)
{
    answers_retry(429, "3600");
    ck_assert_int_eq(go("https://api.example.com/"), GW_RATE_LIMITED);
    ck_assert_int_eq(status_now, AORTA_ERR_RATE_LIMITED);
    ck_assert_int_eq(fake.err.retry_after_ms, 3600000);
    ck_assert_uint_eq(fake.calls, 1);
    forget_script();
    answers_retry(429, "Sat, 21 Nov 2026 13:00:00 GMT"); /* an hour after the sink's clock */
    ck_assert_int_eq(go("https://api.example.com/"), GW_RATE_LIMITED);
    ck_assert_int_eq(fake.err.retry_after_ms, 3600000);
    forget_script();
    answers(429); /* for how long is the plugin's to know */
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(resp_status, 429);
    forget_script();
    answers_retry(503, "3600");
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_int_eq(resp_status, 503);
    ck_assert_uint_eq(fake.calls, 1);
}
END_TEST

START_TEST(does_not_wait_beyond_the_deadline)
{
    fake.call.timeout_ms = 500;
    answers_retry(429, "3");
    ck_assert_int_eq(go("https://api.example.com/"), GW_RATE_LIMITED);
    ck_assert_int_eq(fake.err.retry_after_ms, 3000);
}
END_TEST

START_TEST(reads_retry_after)
{
    const int64_t now = INT64_C(1795262400000000);

    ck_assert_int_eq(gw_retry_after_ms(GW_STR("120"), now), 120000);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("0"), now), 0);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("-1"), now), -1);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("soon"), now), -1);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR(""), now), -1);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("Sat, 21 Nov 2026 12:00:30 GMT"), now), 30000);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("Sat, 21 Nov 2026 11:00:00 GMT"), now), 0);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("Sat, 21 Nox 2026 12:00:30 GMT"), now), -1);
    ck_assert_int_eq(gw_retry_after_ms(GW_STR("99999999999999"), now), INT64_C(400) * 86400 * 1000);
}
END_TEST

/* ---- budgets ---- */

START_TEST(refuses_a_budget_that_is_not_declared)
{
    fake.sink.budget = NULL;
    answers(200);
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    req_now.rate_key = "unheard_of";
    ck_assert_int_eq(go("https://api.example.com/"), GW_CONTRACT);
}
END_TEST

static enum gw_code spent(void *self, const aorta_rate *rate, struct gw_err *err)
{
    (void)self;
    gw_buf_printf(&fake.text, "budget %s %u\n", rate->key, (unsigned)rate->requests);
    if (fake.sink_code == GW_OK)
        return GW_OK;
    gw_fail(err, GW_RATE_LIMITED, "The budget is spent.");
    err->retry_after_ms = fake.sink_retry_ms;
    if (fake.sink_retry_ms < 1000)
        fake.sink_code = GW_OK; /* there is room the next time */
    return GW_RATE_LIMITED;
}

START_TEST(keeps_to_budgets)
{
    fake.sink.budget = spent;
    answers(200);
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_str_eq(gw_buf_cstr(&fake.text), "budget default 10\nbudget default 100\n");
    fake.text.len = 0;
    req_now.rate_key = "slow";
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_str_eq(gw_buf_cstr(&fake.text), "budget slow 1\n");
    fake.sink_code = GW_RATE_LIMITED;
    fake.sink_retry_ms = 200; /* waited for */
    ck_assert_int_eq(go("https://api.example.com/"), GW_OK);
    ck_assert_uint_eq(fake.calls, 1);
    fake.sink_code = GW_RATE_LIMITED;
    fake.sink_retry_ms = 60000; /* told */
    ck_assert_int_eq(go("https://api.example.com/"), GW_RATE_LIMITED);
    ck_assert_int_eq(fake.err.retry_after_ms, 60000);
    ck_assert_uint_eq(fake.calls, 0);
}
END_TEST

/* ---- answers and their memory ---- */

static aorta_status hold_and_release(aorta_ctx *ctx)
{
    const aorta_http_resp *a, *b;

    req_now.struct_size = sizeof(req_now);
    ck_assert_int_eq(ctx->host->http(ctx, &req_now, &a), AORTA_OK);
    ck_assert_int_eq(ctx->host->http(ctx, &req_now, &b), AORTA_OK);
    ck_assert_int_eq(memcmp(a->body.ptr, "body", 4), 0);
    ctx->host->http_release(ctx, a);
    ck_assert_int_eq(memcmp(b->body.ptr, "body", 4), 0);
    ctx->host->http_release(ctx, NULL);
    ctx->host->http_release(ctx, a); /* twice: counted, not followed */
    return AORTA_OK;                 /* b is freed with the operation */
}

START_TEST(frees_answers)
{
    answers(200);
    script[0].body = "body";
    req_now.url = (aorta_str){"https://api.example.com/", 24};
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, hold_and_release), GW_OK);
    ck_assert_uint_eq(atomic_load(&fake.provider->conduct->broken_contract), 1);
}
END_TEST

static enum gw_code big_answer(void *self, const struct gw_net_request *request, struct gw_net_response *ret,
                               struct gw_err *err)
{
    size_t len = (size_t)64 << 20;

    (void)self;
    if (len > request->max_response)
        return gw_fail(err, GW_UPSTREAM_REJECTED, "too large");
    *ret = (struct gw_net_response){.status = 200, .body = {calloc(1, len), len}};
    return GW_OK;
}

static aorta_status hoard(aorta_ctx *ctx)
{
    const aorta_http_resp *r;
    aorta_status status = AORTA_OK;
    unsigned n = 0;

    req_now.struct_size = sizeof(req_now);
    while (status == AORTA_OK && n++ < 10)
        status = ctx->host->http(ctx, &req_now, &r);
    ck_assert_uint_eq(n, 5); /* four of 64 MiB, and no room for a fifth */
    return AORTA_OK;
}

START_TEST(counts_answers_as_memory)
{
    fake.sink.perform = big_answer;
    req_now.url = (aorta_str){"https://api.example.com/", 24};
    req_now.max_response = 100 << 20;
    ck_assert_int_eq(fake_run(AORTA_OP_SYNC, hoard), GW_OK);
}
END_TEST

TCase *http_case(void)
{
    TCase *c = tcase_create("http");

    tcase_add_checked_fixture(c, setup, fake_teardown);
    tcase_set_timeout(c, 60);
    tcase_add_test(c, reaches_declared_hosts_only);
    tcase_add_test(c, refuses_what_is_not_plainly_a_url);
    tcase_add_test(c, knows_this_machine);
    tcase_add_test(c, refuses_headers_that_could_be_another_request);
    tcase_add_test(c, has_no_network_when_it_is_given_none);
    tcase_add_test(c, hands_on_limits);
    tcase_add_test(c, attaches_the_token);
    tcase_add_test(c, refreshes_once_on_401);
    tcase_add_test(c, shows_the_second_401);
    tcase_add_test(c, says_that_there_is_no_token);
    tcase_add_test(c, repeats_what_may_be_repeated);
    tcase_add_test(c, repeats_after_a_failed_connection);
    tcase_add_test(c, waits_out_a_short_limit);
    tcase_add_test(c, reports_a_long_limit);
    tcase_add_test(c, does_not_wait_beyond_the_deadline);
    tcase_add_test(c, reads_retry_after);
    tcase_add_test(c, refuses_a_budget_that_is_not_declared);
    tcase_add_test(c, keeps_to_budgets);
    tcase_add_test(c, frees_answers);
    tcase_add_test(c, counts_answers_as_memory);
    return c;
}
