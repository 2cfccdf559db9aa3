/* What an answer means. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <string.h>

static struct fake_host host;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_SYNC);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

static aorta_status meaning(int32_t status, const char *retry_after)
{
    aorta_pair header = {AORTA_S("retry-after"), sdk_str(retry_after)};
    aorta_http_resp resp = {.struct_size = sizeof(resp),
                            .status = status,
                            .headers = &header,
                            .headers_count = retry_after ? 1 : 0,
                            .body = {(const uint8_t *)"private", 7}};
    return sdk_http_failure(&host.ctx, &resp, "x.failed", "the list");
}

START_TEST(statuses)
{
    static const struct {
        int32_t http;
        aorta_status status;
    } map[] = {
        {400, AORTA_ERR_UPSTREAM_REJECTED}, {401, AORTA_ERR_AUTH_EXPIRED},      {403, AORTA_ERR_SCOPE},
        {404, AORTA_ERR_NOT_FOUND},         {408, AORTA_ERR_UPSTREAM},          {409, AORTA_ERR_CONFLICT},
        {422, AORTA_ERR_UPSTREAM_REJECTED}, {429, AORTA_ERR_RATE_LIMITED},      {500, AORTA_ERR_UPSTREAM},
        {503, AORTA_ERR_UPSTREAM},          {302, AORTA_ERR_UPSTREAM_REJECTED}, {204, AORTA_ERR_UPSTREAM_REJECTED},
    };
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        ck_assert_int_eq(meaning(map[i].http, NULL), map[i].status);
        ck_assert_int_eq(host.failed, map[i].status);
        ck_assert_str_eq(host.fail_code, "x.failed");
        ck_assert_ptr_null(strstr(host.fail_message, "private"));
        ck_assert_ptr_nonnull(strstr(host.fail_message, "the list"));
    }
}
END_TEST

START_TEST(retry_after)
{
    meaning(429, "120");
    ck_assert_int_eq(host.retry_after_ms, 120000);
    meaning(429, "Sat, 21 Nov 2026 12:01:30 GMT"); /* the fake clock stands at 12:00:00 */
    ck_assert_int_eq(host.retry_after_ms, 90000);
    meaning(429, "Sat, 21 Nov 2026 11:00:00 GMT");
    ck_assert_int_eq(host.retry_after_ms, 0);
    meaning(429, "soon");
    ck_assert_int_eq(host.retry_after_ms, 0);
    meaning(429, NULL);
    ck_assert_int_eq(host.retry_after_ms, 0);
    meaning(503, "7");
    ck_assert_int_eq(host.retry_after_ms, 7000);
    meaning(429, "99999999999999999999");
    ck_assert_int_gt(host.retry_after_ms, 0);
    meaning(500, "7");
    ck_assert_int_eq(host.retry_after_ms, 0);
}
END_TEST

Suite *suite_http(void)
{
    Suite *s = suite_create("http");
    TCase *t = tcase_create("http");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, statuses);
    tcase_add_test(t, retry_after);
    suite_add_tcase(s, t);
    return s;
}
