/* State by key, settings that an instance keeps, payloads in one piece. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

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

START_TEST(state_comes_back)
{
    aorta_str value = AORTA_S("x");
    ck_assert_int_eq(sdk_state_get(ctx, AORTA_STATE_CONNECTION, "key", &value), AORTA_OK);
    ck_assert_ptr_null(value.ptr);
    ck_assert_int_eq(sdk_state_put(ctx, AORTA_STATE_CONNECTION, "key", AORTA_S("one\ntwo"), 0), AORTA_OK);
    ck_assert_int_eq(sdk_state_get(ctx, AORTA_STATE_CONNECTION, "key", &value), AORTA_OK);
    ck_assert(sdk_str_eq(value, "one\ntwo"));
    ck_assert_int_eq(sdk_state_put(ctx, AORTA_STATE_CONNECTION, "key", AORTA_S("three"), 0), AORTA_OK);
    ck_assert(sdk_str_eq(value, "one\ntwo")); /* a copy */
}
END_TEST

START_TEST(state_may_fail)
{
    aorta_str value = AORTA_S("x");
    ck_assert_int_eq(sdk_state_put(ctx, AORTA_STATE_CONNECTION, "key", AORTA_S("v"), 0), AORTA_OK);
    host.alloc_fail_at = host.allocs + 1;
    ck_assert_int_eq(sdk_state_get(ctx, AORTA_STATE_CONNECTION, "key", &value), AORTA_ERR_NOMEM);
    ck_assert_uint_eq(value.len, 0);
    host.call_fail_at = host.calls + 1;
    host.call_fail_with = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(sdk_state_get(ctx, AORTA_STATE_CONNECTION, "key", &value), AORTA_ERR_CANCELLED);
    ck_assert_uint_eq(value.len, 0);
}
END_TEST

struct instance {
    int number;
    aorta_str id, secret, url, scope;
};

static const sdk_setting texts[] = {
    {2, 1, offsetof(struct instance, id)},
    {0, 1, offsetof(struct instance, secret)},
    {1, 1, offsetof(struct instance, url)},
    {3, 0, offsetof(struct instance, scope)},
};

START_TEST(an_instance_keeps_its_own_texts)
{
    char secret[] = "s3cret";
    const aorta_value values[] = {{.type = AORTA_TYPE_STRING, .u.s = {secret, 6}},
                                  {.type = AORTA_TYPE_URL, .u.s = AORTA_S("https://x.test")},
                                  {.type = AORTA_TYPE_STRING, .u.s = AORTA_S("id")},
                                  {.type = AORTA_TYPE_NONE}};
    ck_assert_ptr_null(sdk_setting_missing(texts, AORTA_COUNT(texts), values));
    struct instance *self = sdk_instance_new(sizeof(*self), texts, AORTA_COUNT(texts), values);
    ck_assert_ptr_nonnull(self);
    memset(secret, 'x', 6);
    ck_assert_int_eq(self->number, 0);
    ck_assert(sdk_str_eq(self->id, "id"));
    ck_assert(sdk_str_eq(self->secret, "s3cret"));
    ck_assert(sdk_str_eq(self->url, "https://x.test"));
    ck_assert_ptr_null(self->scope.ptr);
    sdk_instance_free(self);
    sdk_instance_free(NULL);
}
END_TEST

START_TEST(a_missing_setting_is_named)
{
    aorta_value values[] = {{.type = AORTA_TYPE_STRING, .u.s = AORTA_S("s")},
                            {.type = AORTA_TYPE_INT, .u.i = 5},
                            {.type = AORTA_TYPE_STRING, .u.s = AORTA_S("id")},
                            {.type = AORTA_TYPE_NONE}};
    const sdk_setting *missing = sdk_setting_missing(texts, AORTA_COUNT(texts), values);
    ck_assert_ptr_nonnull(missing);
    ck_assert_uint_eq(missing->index, 1); /* a number is no text */
    values[2].u.s = AORTA_S("");
    ck_assert_uint_eq(sdk_setting_missing(texts, AORTA_COUNT(texts), values)->index, 2);
}
END_TEST

/* The host hands out "abcdefghij" three bytes at a time. */
static size_t given;
static int64_t ending;

static int64_t give(aorta_ctx *c, void *buf, size_t cap)
{
    static const char bytes[] = "abcdefghij";
    (void)c;
    size_t n = sizeof(bytes) - 1 - given < 3 ? sizeof(bytes) - 1 - given : 3;
    n = n < cap ? n : cap;
    if (n == 0 || given >= 9)
        return ending;
    memcpy(buf, bytes + given, n);
    given += n;
    return (int64_t)n;
}

START_TEST(a_big_payload_is_read_whole)
{
    aorta_payload payload = {.struct_size = sizeof(payload), .size = 9};
    aorta_bytes bytes;
    host.table.payload_read = give;
    ck_assert_int_eq(sdk_payload_bytes(ctx, &payload, &bytes), AORTA_OK);
    ck_assert_uint_eq(bytes.len, 9);
    ck_assert_int_eq(memcmp(bytes.ptr, "abcdefghi", 9), 0);
    given = 0;
    payload.size = 100; /* it ends before: what came is what there is */
    ck_assert_int_eq(sdk_payload_bytes(ctx, &payload, &bytes), AORTA_OK);
    ck_assert_uint_eq(bytes.len, 9);
    given = 0;
    ending = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(sdk_payload_bytes(ctx, &payload, &bytes), AORTA_ERR_CANCELLED);
    host.alloc_fail_at = host.allocs + 1;
    ck_assert_int_eq(sdk_payload_bytes(ctx, &payload, &bytes), AORTA_ERR_NOMEM);
}
END_TEST

START_TEST(a_small_payload_is_at_hand)
{
    const aorta_payload payload = {.struct_size = sizeof(payload), .data = (const uint8_t *)"ab", .size = 2};
    const aorta_payload empty = {.struct_size = sizeof(empty)};
    aorta_bytes bytes;
    ck_assert_int_eq(sdk_payload_bytes(ctx, &payload, &bytes), AORTA_OK);
    ck_assert_ptr_eq(bytes.ptr, payload.data);
    ck_assert_int_eq(sdk_payload_bytes(ctx, &empty, &bytes), AORTA_OK);
    ck_assert_uint_eq(bytes.len, 0);
    ck_assert_uint_eq(host.allocs, 0);
}
END_TEST

Suite *suite_state(void)
{
    Suite *s = suite_create("state");
    TCase *t = tcase_create("state");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, state_comes_back);
    tcase_add_test(t, state_may_fail);
    tcase_add_test(t, an_instance_keeps_its_own_texts);
    tcase_add_test(t, a_missing_setting_is_named);
    tcase_add_test(t, a_big_payload_is_read_whole);
    tcase_add_test(t, a_small_payload_is_at_hand);
    suite_add_tcase(s, t);
    return s;
}
