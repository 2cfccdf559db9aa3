/* Tokens: what we sign is read back, and nothing else is taken. Forged ones are made here by hand, with the key where
 * the case is not about the key. */
#include "crypt/jwt.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "base/time.h"
#include "tests.h"

#define KEY_A "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
#define KEY_B "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="

static struct gw_jwt *jwt;

static struct gw_jwt *jwt_of(const char *keys)
{
    char path[] = "/tmp/aorta-jwt-XXXXXX";
    int fd = mkstemp(path);
    struct gw_keyring *ring = NULL;
    struct gw_jwt *made = NULL;
    struct gw_err err;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, keys, strlen(keys)), (ssize_t)strlen(keys));
    close(fd);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    unlink(path);
    ck_assert_msg(gw_jwt_new(ring, &made, &err) == GW_OK, "%s", gw_err_text(&err));
    gw_keyring_free(&ring);
    return made;
}

static void setup(void)
{
    jwt = jwt_of("a:" KEY_A "\n");
}

static void teardown(void)
{
    gw_clock_offset(0);
    gw_jwt_free(&jwt);
}

static const struct gw_claims phone = {.subject = {{1, 2, 3}}, .login = {{4, 5, 6}}, .scope = "sdk", .app_id = "app_7"};

static char *token_of(struct gw_jwt *by)
{
    char *token = NULL;

    ck_assert_int_eq(gw_jwt_sign(by, &phone, &token, NULL), GW_OK);
    return token;
}

static void check_refused(const char *token, const char *wire)
{
    struct gw_claims claims = {.expires_s = 77};
    struct gw_err err;

    ck_assert_int_eq(gw_jwt_verify(jwt, gw_str(token), &claims, &err), GW_UNAUTHENTICATED);
    ck_assert_str_eq(gw_err_wire(&err), wire);
    ck_assert_int_eq(claims.expires_s, 77); /* outputs untouched on failure */
}

START_TEST(what_is_signed_is_read_back)
{
    gw_own_free char *token = token_of(jwt);
    int64_t now_s = gw_now_us() / GW_US_PER_S;
    struct gw_claims claims;

    ck_assert_uint_lt(strlen(token), GW_JWT_MOST);
    ck_assert_int_eq(gw_jwt_verify(jwt, gw_str(token), &claims, NULL), GW_OK);
    ck_assert(gw_uuid_eq(claims.subject, phone.subject) && gw_uuid_eq(claims.login, phone.login));
    ck_assert_str_eq(claims.scope, "sdk");
    ck_assert_str_eq(claims.app_id, "app_7");
    ck_assert_int_ge(claims.issued_s, now_s - 1);
    ck_assert_int_eq(claims.expires_s, claims.issued_s + 3600);
}
END_TEST

START_TEST(an_hour_and_no_longer)
{
    gw_own_free char *token = token_of(jwt);
    struct gw_claims claims;

    gw_clock_offset(3590 * GW_US_PER_S);
    ck_assert_int_eq(gw_jwt_verify(jwt, gw_str(token), &claims, NULL), GW_OK);
    gw_clock_offset(3601 * GW_US_PER_S);
    check_refused(token, "auth.token_expired");
}
END_TEST

START_TEST(keys_change_while_tokens_live)
{
    struct gw_jwt *newer = jwt_of("b:" KEY_B "\na:" KEY_A "\n"), *other = jwt_of("a:" KEY_B "\n");
    gw_own_free char *old = token_of(jwt), *made = token_of(newer), *forged = token_of(other);
    struct gw_claims claims;

    ck_assert_int_eq(gw_jwt_verify(newer, gw_str(old), &claims, NULL), GW_OK);
    ck_assert_int_eq(gw_jwt_verify(newer, gw_str(made), &claims, NULL), GW_OK);
    check_refused(made, "auth.token_invalid");
    check_refused(forged, "auth.token_invalid"); /* the same id, another key */
    gw_jwt_free(&newer);
    gw_jwt_free(&other);
}
END_TEST

/* `header.body` signed with the deployment's own key, or with the key that is given. */
static void forge(const char *header, const char *body, const uint8_t *key, char out[2048])
{
    uint8_t own[32], mark[32];
    char text[64];
    size_t len = gw_b64url_encode(header, strlen(header), out);

    crypto_generichash(own, 32, (const uint8_t *)"aorta access token 1", 20,
                       (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32);
    out[len++] = '.';
    len += gw_b64url_encode(body, strlen(body), out + len);
    gw_hmac_sha256((struct gw_str){(const char *)(key ? key : own), 32}, (struct gw_str){out, len}, mark);
    gw_b64url_encode(mark, 32, text);
    snprintf(out + len, 2048 - len, ".%s", text);
}

#define HEADER "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\"}"
#define ID     "01020300-0000-0000-0000-000000000000"
#define BODY   "{\"sub\":\"" ID "\",\"sid\":\"" ID "\",\"exp\":9999999999}"

START_TEST(the_forger_can_forge)
{
    struct gw_claims claims;
    char token[2048];

    forge(HEADER, BODY, NULL, token);
    ck_assert_int_eq(gw_jwt_verify(jwt, gw_str(token), &claims, NULL), GW_OK);
    ck_assert_int_eq(claims.expires_s, INT64_C(9999999999));
}
END_TEST

static const char *const headers[] = {
    "{\"alg\":\"none\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"none\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"None\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS384\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS512\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"RS256\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"ES256\"}",
    "{\"kid\":\"b\",\"typ\":\"JWT\",\"alg\":\"HS256\"}",
    "{\"kid\":\"../../etc/passwd\",\"typ\":\"JWT\",\"alg\":\"HS256\"}",
    "{\"typ\":\"JWT\",\"alg\":\"HS256\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\",\"zip\":\"DEF\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\",\"x5u\":\"http://127.0.0.1:1/\"}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
    "{\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
    " {\"kid\":\"a\",\"typ\":\"JWT\",\"alg\":\"HS256\"}",
    "{\"alg\":\"HS256\",\"enc\":\"A128GCM\"}",
    "",
    "[]",
};

START_TEST(only_our_header)
{
    char token[2048];

    forge(headers[_i], BODY, NULL, token);
    check_refused(token, "auth.token_invalid");
    *strrchr(token, '.') = '\0'; /* without its signature, and with an empty one */
    check_refused(token, "auth.token_invalid");
    strcat(token, ".");
    check_refused(token, "auth.token_invalid");
}
END_TEST

static const char *const bodies[] = {
    "",
    "{}",
    "[]",
    "null",
    "not json",
    "{\"sub\":\"" ID "\",\"exp\":9999999999}",
    "{\"sid\":\"" ID "\",\"exp\":9999999999}",
    "{\"sub\":\"nobody\",\"sid\":\"" ID "\",\"exp\":9999999999}",
    "{\"sub\":7,\"sid\":\"" ID "\",\"exp\":9999999999}",
    "{\"sub\":\"" ID "\",\"sid\":\"" ID
    "\",\"exp\":9999999999,\"scope\":\"a scope that is too long to be one of ours\"}",
};

START_TEST(signed_nonsense_is_refused)
{
    char token[2048];

    forge(HEADER, bodies[_i], NULL, token);
    check_refused(token, "auth.token_invalid");
}
END_TEST

START_TEST(no_expiry_is_expired)
{
    static const char *const without[] = {"{\"sub\":\"" ID "\",\"sid\":\"" ID "\"}",
                                          "{\"sub\":\"" ID "\",\"sid\":\"" ID "\",\"exp\":\"9999999999\"}",
                                          "{\"sub\":\"" ID "\",\"sid\":\"" ID "\",\"exp\":-1}"};
    char token[2048];

    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        forge(HEADER, without[i], NULL, token);
        check_refused(token, "auth.token_expired");
    }
}
END_TEST

START_TEST(another_key_is_refused)
{
    static const uint8_t zeros[32];
    char token[2048];

    forge(HEADER, BODY, zeros, token);
    check_refused(token, "auth.token_invalid");
    forge(HEADER, BODY, (const uint8_t *)"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          token); /* the ring's, not the derived one */
    check_refused(token, "auth.token_invalid");
}
END_TEST

START_TEST(every_byte_counts)
{
    gw_own_free char *token = token_of(jwt);
    size_t len = strlen(token);
    char other[GW_JWT_MOST + 2];

    for (size_t i = 0; i < len; i++) {
        strcpy(other, token);
        other[i] = other[i] == 'A' ? 'B' : 'A';
        check_refused(other, "auth.token_invalid");
        other[i] = '\0';
        check_refused(other, "auth.token_invalid");
    }
    snprintf(other, sizeof(other), "%sA", token);
    check_refused(other, "auth.token_invalid");
    snprintf(other, sizeof(other), "%s=", token);
    check_refused(other, "auth.token_invalid");
}
END_TEST

START_TEST(garbage_is_refused)
{
    static const char *const garbage[] = {"",        ".", "..", "...", "a.b.c", "eyJ", "sk-abc", "....................",
                                          "\xff\xfe"};
    char large[GW_JWT_MOST + 100];

    for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
        check_refused(garbage[i], "auth.token_invalid");
    memset(large, 'A', sizeof(large));
    large[sizeof(large) - 1] = '\0';
    check_refused(large, "auth.token_invalid");
}
END_TEST

/* ---- passwords ---- */

START_TEST(passwords)
{
    char stored[GW_PASSWORD_STORED], again[GW_PASSWORD_STORED];

    ck_assert_int_eq(gw_password_hash(GW_STR("correct horse"), stored, NULL), GW_OK);
    ck_assert_int_eq(gw_password_hash(GW_STR("correct horse"), again, NULL), GW_OK);
    ck_assert_str_ne(stored, again); /* salted */
    ck_assert_int_eq(strncmp(stored, "$argon2id$", 10), 0);
    ck_assert(gw_password_verify(GW_STR("correct horse"), stored));
    ck_assert(!gw_password_verify(GW_STR("correct hors"), stored));
    ck_assert(!gw_password_verify(GW_STR(""), stored));
    ck_assert(!gw_password_verify(GW_STR("x"), "not stored by us"));
}
END_TEST

/* What stands where there is no password has today's form, so that trying it takes as long. */
START_TEST(nobodys_password)
{
    char stored[GW_PASSWORD_STORED], real[GW_PASSWORD_STORED];
    char *at;

    gw_password_nobodys(stored);
    ck_assert_int_eq(gw_password_hash(GW_STR("x"), real, NULL), GW_OK);
    ck_assert_uint_eq(strlen(stored), strlen(real));
    at = strstr(real, "$p=1$") ? strstr(real, "$p=1$") : strstr(real, "p=1$");
    ck_assert_int_eq(strncmp(stored, real, (size_t)(at - real)), 0);
    ck_assert(!gw_password_verify(GW_STR("x"), stored));
    ck_assert(!gw_password_verify(GW_STR(""), stored));
}
END_TEST

TCase *jwt_case(void)
{
    TCase *tests = tcase_create("jwt");

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, what_is_signed_is_read_back);
    tcase_add_test(tests, an_hour_and_no_longer);
    tcase_add_test(tests, keys_change_while_tokens_live);
    tcase_add_test(tests, the_forger_can_forge);
    tcase_add_loop_test(tests, only_our_header, 0, sizeof(headers) / sizeof(headers[0]));
    tcase_add_loop_test(tests, signed_nonsense_is_refused, 0, sizeof(bodies) / sizeof(bodies[0]));
    tcase_add_test(tests, no_expiry_is_expired);
    tcase_add_test(tests, another_key_is_refused);
    tcase_add_test(tests, every_byte_counts);
    tcase_add_test(tests, garbage_is_refused);
    tcase_add_test(tests, passwords);
    tcase_add_test(tests, nobodys_password);
    return tests;
}
