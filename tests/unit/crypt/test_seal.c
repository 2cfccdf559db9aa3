/* A sealed value opens where it belongs, and nowhere else. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "tests.h"

static struct gw_keyring *ring;

static void make_ring(void)
{
    char dir[] = "/tmp/aorta-seal-XXXXXX", path[64];
    struct gw_err err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/keys", dir);
    ck_assert_int_eq(gw_keyring_create(path, &err), GW_OK);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    unlink(path);
    rmdir(dir);
}

static void drop_ring(void)
{
    gw_keyring_free(&ring);
}

static struct gw_str str_of(const struct gw_buf *b)
{
    return (struct gw_str){b->data, b->len};
}

START_TEST(there_and_back)
{
    static const size_t lengths[] = {0, 1, 15, 16, 17, 4096};
    char text[4096];
    struct gw_err err;

    memset(text, 'x', sizeof(text));
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        gw_own_buf struct gw_buf sealed = {0};
        gw_own_secret struct gw_secret plain = {0};
        struct gw_str value = {text, lengths[i]};

        ck_assert_int_eq(gw_seal(ring, value, GW_STR("row"), &sealed, &err), GW_OK);
        ck_assert_int_eq(gw_unseal(ring, str_of(&sealed), GW_STR("row"), &plain, &err), GW_OK);
        ck_assert(gw_str_eq(gw_secret_str(&plain), value));
    }
}
END_TEST

START_TEST(the_same_value_is_sealed_differently)
{
    gw_own_buf struct gw_buf a = {0}, b = {0};
    struct gw_err err;

    ck_assert_int_eq(gw_seal(ring, GW_STR("token"), GW_STR("row"), &a, &err), GW_OK);
    ck_assert_int_eq(gw_seal(ring, GW_STR("token"), GW_STR("row"), &b, &err), GW_OK);
    ck_assert(!gw_str_eq(str_of(&a), str_of(&b)));
    ck_assert_ptr_null(memmem(a.data, a.len, "token", 5));
}
END_TEST

START_TEST(moved_does_not_open)
{
    gw_own_buf struct gw_buf sealed = {0};
    gw_own_secret struct gw_secret plain = {0};
    struct gw_err err;

    ck_assert_int_eq(gw_seal(ring, GW_STR("token"), GW_STR("row 1"), &sealed, &err), GW_OK);
    ck_assert_int_eq(gw_unseal(ring, str_of(&sealed), GW_STR("row 2"), &plain, &err), GW_DATA);
    ck_assert_int_eq(gw_unseal(ring, str_of(&sealed), GW_STR(""), &plain, &err), GW_DATA);
    ck_assert_ptr_null(plain.data);
}
END_TEST

/* Every single changed bit and every cut is noticed. */
START_TEST(changed_does_not_open)
{
    gw_own_buf struct gw_buf sealed = {0};
    gw_own_secret struct gw_secret plain = {0};
    struct gw_err err;

    ck_assert_int_eq(gw_seal(ring, GW_STR("token"), GW_STR("row"), &sealed, &err), GW_OK);
    for (size_t i = 0; i < sealed.len * 8; i++) {
        sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ (1 << (i % 8)));
        ck_assert_int_eq(gw_unseal(ring, str_of(&sealed), GW_STR("row"), &plain, &err), GW_DATA);
        sealed.data[i / 8] = (char)(sealed.data[i / 8] ^ (1 << (i % 8)));
    }
    for (size_t len = 0; len < sealed.len; len++)
        ck_assert_int_eq(gw_unseal(ring, (struct gw_str){sealed.data, len}, GW_STR("row"), &plain, &err), GW_DATA);
    ck_assert_int_eq(gw_unseal(ring, str_of(&sealed), GW_STR("row"), &plain, &err), GW_OK);
}
END_TEST

TCase *seal_case(void)
{
    TCase *tc = tcase_create("seal");

    tcase_add_checked_fixture(tc, make_ring, drop_ring);
    tcase_add_test(tc, there_and_back);
    tcase_add_test(tc, the_same_value_is_sealed_differently);
    tcase_add_test(tc, moved_does_not_open);
    tcase_add_test(tc, changed_does_not_open);
    return tc;
}
