/* test_wire.c - requests are taken apart as sent, and signed as RFC 5849 says. */
#include "crypt.h"
#include "oauth1.h"
#include "test_main.h"
#include "wire.h"

#include <string.h>

START_TEST(targets_are_split_and_decoded)
{
    struct req r;
    req_init(&r, "GET", "/garmin/wellness-api/rest/x%20y?a=1&b=%3D%26&a=2&c&d=p+q", NULL, 0);
    req_ready(&r);
    ck_assert_int_eq(r.provider, GARMIN);
    ck_assert_str_eq(r.rest, "/wellness-api/rest/x y");
    ck_assert_str_eq(req_query(&r, "a"), "1");
    ck_assert_str_eq(req_query(&r, "b"), "=&");
    ck_assert_str_eq(req_query(&r, "c"), "");
    ck_assert_str_eq(req_query(&r, "d"), "p q");
    ck_assert_ptr_null(req_query(&r, "e"));
    req_fini(&r);
    req_init(&r, "GET", "/garminx/y", NULL, 0);
    ck_assert_int_eq(r.provider, NO_PROVIDER);
    req_fini(&r);
}
END_TEST

/* The example of RFC 5849, 3.4.1.1. */
START_TEST(the_base_string_is_that_of_the_rfc)
{
    static const char body[] = "c2&a3=2+q";
    static const char *const oauth_pairs[][2] = {{"oauth_consumer_key", "9djdj82h48djs9d2"},
                                                 {"oauth_token", "kkk9d7dh3k39sjv7"},
                                                 {"oauth_signature_method", "HMAC-SHA1"},
                                                 {"oauth_timestamp", "137131201"},
                                                 {"oauth_nonce", "7d8f3e4a"},
                                                 {"oauth_signature", "left out"}};
    struct req r;
    struct pairs oauth = {0};
    req_init(&r, "POST", "/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", body, strlen(body));
    pairs_add(&r.headers, "Host", "example.com");
    pairs_add(&r.headers, "Content-Type", "application/x-www-form-urlencoded");
    req_ready(&r);
    for (size_t i = 0; i < sizeof oauth_pairs / sizeof oauth_pairs[0]; i++)
        pairs_add(&oauth, oauth_pairs[i][0], oauth_pairs[i][1]);
    char *base = oauth1_base_string(&r, &oauth);
    ck_assert_str_eq(base,
                     "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
                     "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a"
                     "%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201"
                     "%26oauth_token%3Dkkk9d7dh3k39sjv7");
    free(base);
    pairs_fini(&oauth);
    req_fini(&r);
}
END_TEST

/* RFC 7636, appendix B. */
START_TEST(the_challenge_is_that_of_the_rfc)
{
    char *challenge = crypt_s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    ck_assert_str_eq(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    free(challenge);
}
END_TEST

static void fill(TCase *tc)
{
    tcase_add_test(tc, targets_are_split_and_decoded);
    tcase_add_test(tc, the_base_string_is_that_of_the_rfc);
    tcase_add_test(tc, the_challenge_is_that_of_the_rfc);
}

int main(void)
{
    return run_suite("wire", fill);
}
