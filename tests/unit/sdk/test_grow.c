/* Text that grows. */
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

START_TEST(pieces_become_one_text)
{
    sdk_text t = {.ctx = ctx};
    ck_assert_ptr_null(sdk_text_str(&t).ptr);
    sdk_text_add(&t, AORTA_S("["));
    sdk_text_add(&t, (aorta_str){NULL, 0});
    sdk_text_addf(&t, "%s", "");
    for (int i = 0; i < 1000; i++)
        sdk_text_addf(&t, "%s%04d", i ? "," : "", i);
    sdk_text_add(&t, AORTA_S("]"));
    aorta_str text = sdk_text_str(&t);
    ck_assert_uint_eq(text.len, 1000 * 5 + 1);
    ck_assert_int_eq(memcmp(text.ptr, "[0000,0001,", 11), 0);
    ck_assert_int_eq(memcmp(text.ptr + text.len - 6, ",0999]", 6), 0);
}
END_TEST

START_TEST(a_long_piece_finds_room)
{
    sdk_text t = {.ctx = ctx};
    char *long_one = sdk_cstr(ctx, (aorta_str){NULL, 0});
    sdk_text_addf(&t, "%s%5000d", long_one, 7);
    ck_assert_uint_eq(t.len, 5000);
    ck_assert_int_eq(t.ptr[4999], '7');
}
END_TEST

START_TEST(reserved_room_is_used)
{
    sdk_text t = {.ctx = ctx};
    sdk_text_add(&t, AORTA_S("head "));
    sdk_text_reserve(&t, 3000);
    unsigned allocs = host.allocs;
    for (int i = 0; i < 1000; i++)
        sdk_text_add(&t, AORTA_S("abc"));
    ck_assert_uint_eq(host.allocs, allocs);
    ck_assert_uint_eq(sdk_text_str(&t).len, 3005);
    ck_assert_int_eq(memcmp(t.ptr, "head abcabc", 11), 0);
    sdk_text_reserve(&t, 0);
    ck_assert_uint_eq(host.allocs, allocs);
}
END_TEST

/* Each allocation fails once: the text then says that it is not whole, and is empty. */
START_TEST(memory_may_end)
{
    unsigned whole = 0, broken = 0;
    for (unsigned n = 1; whole == 0; n++) {
        sdk_text t = {.ctx = ctx};
        host.alloc_fail_at = host.allocs + n;
        sdk_text_reserve(&t, 10);
        for (int i = 0; i < 200; i++)
            sdk_text_addf(&t, "%010d", i);
        ck_assert_int_eq(t.failed, host.allocs >= host.alloc_fail_at);
        ck_assert_uint_eq(sdk_text_str(&t).len, t.failed ? 0 : 2000);
        if (t.failed)
            broken++;
        else
            whole++;
    }
    ck_assert_uint_gt(broken, 3);
}
END_TEST

Suite *suite_grow(void)
{
    Suite *s = suite_create("grow");
    TCase *t = tcase_create("grow");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pieces_become_one_text);
    tcase_add_test(t, a_long_piece_finds_room);
    tcase_add_test(t, reserved_room_is_used);
    tcase_add_test(t, memory_may_end);
    suite_add_tcase(s, t);
    return s;
}
