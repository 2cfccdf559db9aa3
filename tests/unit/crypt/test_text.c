/* base64 there and back, strictly; random text. */
#include "crypt/crypt.h"
#include "tests.h"

START_TEST(base64_vectors)
{
    char out[32];

    ck_assert_uint_eq(gw_b64_encode("fooba", 5, out), 8);
    ck_assert_str_eq(out, "Zm9vYmE=");
    ck_assert_uint_eq(gw_b64url_encode("\xfb\xff\xfe", 3, out), 4);
    ck_assert_str_eq(out, "-__-");
    ck_assert_uint_eq(gw_b64url_encode("fooba", 5, out), 7);
    ck_assert_str_eq(out, "Zm9vYmE");
    ck_assert_uint_eq(gw_b64_encode("", 0, out), 0);
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(base64_refuses_what_is_not_canonical)
{
    static const char *const bad_padded[] = {"Zm9vYmE", "Zm9v\n", "Zm9vYmF=", "Zm9=vYm", "-__-", "Z"};
    static const char *const bad_url[] = {"Zm9vYmE=", "+//+", "Zm9vYmF", "Z", "Zm 9v"};
    uint8_t out[32];
    size_t len;

    for (size_t i = 0; i < sizeof(bad_padded) / sizeof(bad_padded[0]); i++)
        ck_assert_msg(!gw_b64_decode(gw_str(bad_padded[i]), out, &len), "%s", bad_padded[i]);
    for (size_t i = 0; i < sizeof(bad_url) / sizeof(bad_url[0]); i++)
        ck_assert_msg(!gw_b64url_decode(gw_str(bad_url[i]), out, &len), "%s", bad_url[i]);
    ck_assert(gw_b64_decode(GW_STR("Zm9vYmE="), out, &len));
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(out, "fooba", 5);
}
END_TEST

START_TEST(random_text_has_the_length_and_differs)
{
    char a[200], b[200];

    gw_random_text(32, a);
    gw_random_text(32, b);
    ck_assert_uint_eq(strlen(a), 43);
    ck_assert_str_ne(a, b);
    ck_assert_uint_eq(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    gw_random_text(100, a);
    ck_assert_uint_eq(strlen(a), 134);
    gw_random_text(0, a);
    ck_assert_uint_eq(strlen(a), 0);
}
END_TEST

TCase *text_case(void)
{
    TCase *tc = tcase_create("text");

    tcase_add_test(tc, base64_vectors);
    tcase_add_test(tc, base64_refuses_what_is_not_canonical);
    tcase_add_test(tc, random_text_has_the_length_and_differs);
    return tc;
}
