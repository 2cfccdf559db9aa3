/* Published vectors: FIPS 180-2, RFC 2202, RFC 4231. */
#include <stdio.h>

#include "crypt/crypt.h"
#include "tests.h"

static const char *hex(const uint8_t *bytes, size_t len)
{
    static char out[129];

    for (size_t i = 0; i < len; i++)
        sprintf(out + 2 * i, "%02x", bytes[i]);
    return out;
}

START_TEST(sha256_vectors)
{
    uint8_t out[32];

    gw_sha256(GW_STR("abc"), out);
    ck_assert_str_eq(hex(out, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    gw_sha256((struct gw_str){NULL, 0}, out);
    ck_assert_str_eq(hex(out, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(pieces_give_the_same)
{
    static const size_t pieces[] = {1, 3, 63, 64, 65, 1000, 100000};
    static char data[50000];
    uint8_t whole[32], out[32];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 31 >> 3);
    gw_sha256((struct gw_str){data, sizeof(data)}, whole);
    for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
        struct gw_digest *digest = NULL;
        ck_assert_int_eq(gw_digest_new(&digest, NULL), GW_OK);
        for (size_t at = 0; at < sizeof(data); at += pieces[p])
            ck_assert_int_eq(
                gw_digest_add(digest, data + at, sizeof(data) - at < pieces[p] ? sizeof(data) - at : pieces[p], NULL),
                GW_OK);
        gw_digest_end(&digest, out);
        ck_assert_ptr_null(digest);
        ck_assert_mem_eq(out, whole, sizeof(out));
        gw_digest_end(&digest, out);
    }
}
END_TEST

START_TEST(hmac_sha256_vectors)
{
    uint8_t out[32];
    char long_key[131];

    gw_hmac_sha256(GW_STR("Jefe"), GW_STR("what do ya want for nothing?"), out);
    ck_assert_str_eq(hex(out, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(long_key, 0xaa, sizeof(long_key));
    gw_hmac_sha256((struct gw_str){long_key, sizeof(long_key)},
                   GW_STR("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    ck_assert_str_eq(hex(out, 32), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}
END_TEST

START_TEST(hmac_sha1_vectors)
{
    uint8_t out[20];
    struct gw_err err;

    ck_assert_int_eq(gw_hmac_sha1(GW_STR("Jefe"), GW_STR("what do ya want for nothing?"), out, &err), GW_OK);
    ck_assert_str_eq(hex(out, 20), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    ck_assert_int_eq(gw_hmac_sha1((struct gw_str){NULL, 0}, (struct gw_str){NULL, 0}, out, &err), GW_OK);
    ck_assert_str_eq(hex(out, 20), "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d");
}
END_TEST

START_TEST(equal_looks_at_everything)
{
    ck_assert(gw_equal_ct(GW_STR("same"), GW_STR("same")));
    ck_assert(gw_equal_ct((struct gw_str){NULL, 0}, GW_STR("")));
    ck_assert(!gw_equal_ct(GW_STR("same"), GW_STR("samE")));
    ck_assert(!gw_equal_ct(GW_STR("same"), GW_STR("same ")));
}
END_TEST

TCase *digest_case(void)
{
    TCase *tc = tcase_create("digest");

    tcase_add_test(tc, sha256_vectors);
    tcase_add_test(tc, pieces_give_the_same);
    tcase_add_test(tc, hmac_sha256_vectors);
    tcase_add_test(tc, hmac_sha1_vectors);
    tcase_add_test(tc, equal_looks_at_everything);
    return tc;
}
