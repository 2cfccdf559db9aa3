/* Log lines, warnings, failures. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <stdio.h>
#include <string.h>

static struct fake_host host;
static aorta_ctx *ctx = &host.ctx;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_SYNC);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

START_TEST(failing_names_the_reason_and_cuts_whole_characters)
{
    ck_assert_int_eq(sdk_fail(ctx, AORTA_ERR_CONFLICT, "x.y", "no %s", "way"), AORTA_ERR_CONFLICT);
    ck_assert_int_eq(host.failed, AORTA_ERR_CONFLICT);
    ck_assert_str_eq(host.fail_code, "x.y");
    ck_assert_str_eq(host.fail_message, "no way");
    char text[2001];
    for (int i = 0; i < 1000; i++)
        memcpy(text + 2 * i, "\xC3\xA9", 2);
    text[2000] = '\0';
    sdk_log(ctx, AORTA_LOG_INFO, "x%s", text); /* cut at 1,023 bytes, which is inside a character */
    ck_assert_uint_eq(strlen(host.log.ptr), strlen("2 ") + 1 + 2 * 511 + strlen("\n"));
}
END_TEST

static aorta_error heard;
static char heard_message[256], heard_field[64];

static aorta_status hear(aorta_ctx *c, const aorta_error *err)
{
    (void)c;
    heard = *err;
    snprintf(heard_message, sizeof(heard_message), "%.*s", (int)err->message.len, err->message.ptr);
    snprintf(heard_field, sizeof(heard_field), "%.*s", (int)err->field.len, err->field.len ? err->field.ptr : "");
    return err->status;
}

START_TEST(failures_tell_what_they_are_about)
{
    const aorta_http_resp resp = {.struct_size = sizeof(resp), .status = 418};
    host.table.fail = hear;
    ck_assert_int_eq(sdk_fail_field(ctx, AORTA_ERR_CONFIG, "x.setting", "api_url", "%s is missing", "api_url"),
                     AORTA_ERR_CONFIG);
    ck_assert_int_eq(heard.status, AORTA_ERR_CONFIG);
    ck_assert_str_eq(heard.code, "x.setting");
    ck_assert_str_eq(heard_message, "api_url is missing");
    ck_assert_str_eq(heard_field, "api_url");
    ck_assert_int_eq(heard.upstream_status, 0);
    ck_assert_int_eq(sdk_fail_answer(ctx, AORTA_ERR_UPSTREAM, "x.tea", &resp, "%d pots", 2), AORTA_ERR_UPSTREAM);
    ck_assert_str_eq(heard.code, "x.tea");
    ck_assert_str_eq(heard_message, "2 pots");
    ck_assert_str_eq(heard_field, "");
    ck_assert_int_eq(heard.upstream_status, 418);
    ck_assert_uint_eq(heard.struct_size, sizeof(heard));
}
END_TEST

static char warned[64];

static void hear_line(aorta_ctx *c, uint32_t level, const char *msg, size_t len, const aorta_field *kv, uint32_t n)
{
    (void)c;
    ck_assert_uint_eq(level, AORTA_LOG_WARN);
    ck_assert_uint_eq(n, 1);
    ck_assert(sdk_str_eq(kv->key, "warning"));
    ck_assert_uint_eq(kv->value.type, AORTA_TYPE_STRING);
    ck_assert_int_eq(sdk_str_cmp(kv->value.u.s, (aorta_str){msg, len}), 0);
    snprintf(warned, sizeof(warned), "%.*s", (int)len, msg);
}

START_TEST(warnings_are_marked_as_such)
{
    host.table.log = hear_line;
    sdk_warn(ctx, "%d days are missing", 3);
    ck_assert_str_eq(warned, "3 days are missing");
}
END_TEST

Suite *suite_say(void)
{
    Suite *s = suite_create("say");
    TCase *t = tcase_create("say");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, failing_names_the_reason_and_cuts_whole_characters);
    tcase_add_test(t, failures_tell_what_they_are_about);
    tcase_add_test(t, warnings_are_marked_as_such);
    suite_add_tcase(s, t);
    return s;
}
