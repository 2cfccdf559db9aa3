/* test_tokens.c - codes are good once, refresh tokens rotate, clocks run out. */
#include "clock.h"
#include "crypt.h"
#include "settings.h"
#include "test_main.h"
#include "tokens.h"

static const char verifier[] = "abcdefghijklmnopqrstuvwxyz0123456789-._~ABCDEFG";
static const char back[] = "http://app.example/cb";

static char *new_code(enum provider p)
{
    char *challenge = crypt_s256(verifier);
    struct consent c = {p, people_find("anna"), "client", back, challenge, PERM_ALL};
    char *code = tokens_code(&c);
    free(challenge);
    return code;
}

static void connect(enum provider p, struct issued *ret)
{
    char *code = new_code(p);
    ck_assert_int_eq(tokens_exchange(p, code, back, verifier, ret), TOKEN_OK);
    free(code);
}

static enum token_result refresh(const char *token, struct issued *ret)
{
    issued_fini(ret);
    return tokens_refresh(SUUNTO, token, ret);
}

static void start(void)
{
    settings_reset();
    clock_set_us(1795348800000000, true);
}

START_TEST(a_code_is_good_once_and_for_its_owner)
{
    struct issued t = {0};
    char *code = new_code(GARMIN);
    ck_assert_int_eq(tokens_exchange(SUUNTO, code, back, verifier, &t), TOKEN_UNKNOWN);
    ck_assert_int_eq(tokens_exchange(GARMIN, code, "http://other.example/", verifier, &t), TOKEN_BAD_REDIRECT);
    ck_assert_int_eq(tokens_exchange(GARMIN, code, back, "another verifier that is long enough to be one", &t),
                     TOKEN_BAD_VERIFIER);
    ck_assert_int_eq(tokens_exchange(GARMIN, code, back, verifier, &t), TOKEN_OK);
    issued_fini(&t);
    ck_assert_int_eq(tokens_exchange(GARMIN, code, back, verifier, &t), TOKEN_USED);
    free(code);
    code = new_code(GARMIN);
    clock_advance_us(601 * 1000000LL);
    ck_assert_int_eq(tokens_exchange(GARMIN, code, back, verifier, &t), TOKEN_EXPIRED);
    free(code);
}
END_TEST

START_TEST(an_access_token_expires)
{
    struct issued t = {0};
    struct auth who = {0};
    connect(SUUNTO, &t);
    ck_assert_int_eq(tokens_check(SUUNTO, t.access, &who), TOKEN_OK);
    ck_assert_int_eq(tokens_check(GARMIN, t.access, &who), TOKEN_UNKNOWN);
    clock_advance_us(86400 * 1000000LL);
    ck_assert_int_eq(tokens_check(SUUNTO, t.access, &who), TOKEN_EXPIRED);
    issued_fini(&t);
}
END_TEST

START_TEST(grace_ends_when_the_new_token_is_used)
{
    struct issued first = {0}, second = {0}, third = {0};
    struct auth who;
    connect(SUUNTO, &first);
    ck_assert_int_eq(refresh(first.refresh, &second), TOKEN_OK);
    ck_assert_int_eq(refresh(first.refresh, &third), TOKEN_OK); /* the answer may have been lost */
    ck_assert_int_eq(tokens_check(SUUNTO, third.access, &who), TOKEN_OK);
    ck_assert_int_eq(refresh(first.refresh, &second), TOKEN_USED);
    issued_fini(&first);
    issued_fini(&third);
}
END_TEST

START_TEST(grace_ends_with_time)
{
    struct issued first = {0}, second = {0};
    connect(SUUNTO, &first);
    ck_assert_int_eq(refresh(first.refresh, &second), TOKEN_OK);
    clock_advance_us(61 * 1000000LL);
    ck_assert_int_eq(refresh(first.refresh, &second), TOKEN_USED);
    issued_fini(&first);
}
END_TEST

START_TEST(strict_burns_and_logout_ends_the_grant)
{
    struct issued first = {0}, second = {0}, third = {0};
    struct auth who;
    settings_put("oauth.refresh_mode", 1);
    connect(SUUNTO, &first);
    ck_assert_int_eq(refresh(first.refresh, &second), TOKEN_OK);
    ck_assert_int_eq(refresh(first.refresh, &third), TOKEN_USED);
    ck_assert_int_eq(tokens_check(SUUNTO, second.access, &who), TOKEN_OK);
    settings_put("oauth.refresh_mode", 2);
    ck_assert_int_eq(refresh(first.refresh, &third), TOKEN_USED);
    ck_assert_int_eq(tokens_check(SUUNTO, second.access, &who), TOKEN_REVOKED);
    issued_fini(&first);
    issued_fini(&second);
}
END_TEST

static void fill(TCase *tc)
{
    tcase_add_checked_fixture(tc, start, tokens_reset);
    tcase_add_test(tc, a_code_is_good_once_and_for_its_owner);
    tcase_add_test(tc, an_access_token_expires);
    tcase_add_test(tc, grace_ends_when_the_new_token_is_used);
    tcase_add_test(tc, grace_ends_with_time);
    tcase_add_test(tc, strict_burns_and_logout_ends_the_grant);
}

int main(void)
{
    return run_suite("tokens", fill);
}
