/* Access and refresh tokens, logins, codes, against a store of one login that the test sets. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "auth/people.h"
#include "base/time.h"
#include "crypt/crypt.h"
#include "store/logins.h"

static struct {
    struct gw_login login;
    uint8_t digest[32];
    bool there, issuer_there;
    const char *issuer, *password;
    char issuer_text[GW_ISSUER_TEXT]; /* backs issuer */
    atomic_int finds, issuer_finds, ended;
    uint8_t code_digest[32];
    bool code_there;
} row;

static struct gw_auth *auth;
static struct gw_arena *arena;
static struct gw_keyring *ring;
static struct gw_err err;

static const struct gw_uuid user = {{7, 7}}, somebody = {{9, 9}};

/* ---- the store ---- */

enum gw_code gw_store_login_create(struct gw_db *db, const struct gw_login *login, const uint8_t digest[32],
                                   const char *proof, struct gw_err *e)
{
    (void)db;
    if (login->kind == GW_LOGIN_DEVELOPER && strcmp(proof, row.password) != 0)
        return gw_fail(e, GW_UNAUTHENTICATED, NULL);
    if (login->kind == GW_LOGIN_SDK && !gw_uuid_eq(login->owner, user))
        return gw_fail(e, GW_NOT_FOUND, NULL);
    row.login = *login;
    row.there = row.issuer_there = true;
    snprintf(row.issuer_text, sizeof(row.issuer_text), "%s", login->kind == GW_LOGIN_SDK ? proof : "");
    row.issuer = login->kind == GW_LOGIN_SDK ? row.issuer_text : NULL;
    memcpy(row.digest, digest, 32);
    return GW_OK;
}

static bool is_row(const struct gw_login *login)
{
    return row.there && login->kind == row.login.kind && gw_uuid_eq(login->owner, row.login.owner) &&
           gw_uuid_eq(login->id, row.login.id);
}

enum gw_code gw_store_login_find(struct gw_db *db, struct gw_arena *a, const struct gw_login *login,
                                 const char **ret_issuer, struct gw_err *e)
{
    (void)db;
    row.finds++;
    if (!is_row(login))
        return gw_fail_wire(e, GW_UNAUTHENTICATED, "auth.token_invalid", "ended");
    *ret_issuer = row.issuer ? gw_arena_strdup(a, row.issuer) : NULL;
    return GW_OK;
}

enum gw_code gw_store_login_rotate(struct gw_db *db, struct gw_arena *a, const struct gw_login *login,
                                   const uint8_t digest[32], const uint8_t next[32], const char **ret_issuer,
                                   struct gw_err *e)
{
    (void)db;
    if (!is_row(login) || memcmp(digest, row.digest, 32) != 0)
        return gw_fail(e, GW_UNAUTHENTICATED, NULL);
    memcpy(row.digest, next, 32);
    *ret_issuer = row.issuer ? gw_arena_strdup(a, row.issuer) : NULL;
    return GW_OK;
}

enum gw_code gw_store_login_end(struct gw_db *db, const struct gw_login *login, const uint8_t *digest, struct gw_err *e)
{
    (void)db;
    row.ended++;
    if (!is_row(login) || (digest && memcmp(digest, row.digest, 32) != 0))
        return gw_fail(e, GW_NOT_FOUND, NULL);
    row.there = false;
    return GW_OK;
}

enum gw_code gw_store_issuer_find(struct gw_db *db, const char *issuer, struct gw_err *e)
{
    (void)db;
    ck_assert_ptr_nonnull(issuer);
    row.issuer_finds++;
    return row.issuer_there ? GW_OK : gw_fail_wire(e, GW_UNAUTHENTICATED, "auth.token_invalid", "gone");
}

enum gw_code gw_store_developer_find(struct gw_db *db, struct gw_arena *a, const char *email, struct gw_developer *ret,
                                     struct gw_err *e)
{
    (void)db;
    (void)a;
    if (strcmp(email, "ana@example.org") != 0)
        return gw_fail(e, GW_NOT_FOUND, NULL);
    *ret = (struct gw_developer){.id = somebody, .email = email, .password = row.password};
    return GW_OK;
}

enum gw_code gw_store_code_create(struct gw_db *db, const struct gw_code_row *code, const uint8_t digest[32],
                                  struct gw_err *e)
{
    (void)db;
    (void)e;
    ck_assert(gw_uuid_eq(code->user_id, user));
    memcpy(row.code_digest, digest, 32);
    row.code_there = true;
    return GW_OK;
}

enum gw_code gw_store_code_take(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_user,
                                struct gw_uuid *ret_by, struct gw_err *e)
{
    (void)db;
    if (!row.code_there || memcmp(digest, row.code_digest, 32) != 0)
        return gw_fail(e, GW_NOT_FOUND, NULL);
    row.code_there = false;
    *ret_user = user;
    *ret_by = somebody;
    return GW_OK;
}

/* ---- the fixture ---- */

static char password[GW_PASSWORD_STORED];

static void setup(void)
{
    char path[] = "/tmp/aorta-tokens-XXXXXX/keys";

    memset(&row, 0, sizeof(row));
    *strrchr(path, '/') = '\0';
    ck_assert_ptr_nonnull(mkdtemp(path));
    path[strlen(path)] = '/';
    ck_assert_int_eq(gw_keyring_create(path, NULL), GW_OK);
    ck_assert_int_eq(gw_keyring_load(path, &ring, NULL), GW_OK);
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    ck_assert_int_eq(gw_auth_new(NULL, ring, &auth, NULL), GW_OK);
    arena = gw_arena_new(0);
    row.password = password;
}

static void teardown(void)
{
    gw_clock_offset(0);
    gw_arena_free(&arena);
    gw_auth_free(&auth);
    gw_keyring_free(&ring);
}

static struct gw_tokens phone(void)
{
    struct gw_tokens tokens;

    ck_assert_int_eq(gw_auth_sdk_token(auth, arena, user, "app_1", &tokens, &err), GW_OK);
    return tokens;
}

static enum gw_code ask(const char *token, struct gw_caller *ret)
{
    return gw_auth_bearer(auth, gw_str(token), ret, &err);
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* ---- access tokens ---- */

START_TEST(a_phone_is_its_user_and_may_nothing)
{
    struct gw_tokens tokens = phone();
    struct gw_caller caller;

    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    ck_assert_int_eq(caller.kind, GW_CALLER_SDK);
    ck_assert(gw_uuid_eq(caller.id, user));
    ck_assert_uint_eq(caller.scopes, 0);
    ck_assert_int_eq(tokens.expires_in_s, 3600);
}
END_TEST

START_TEST(a_token_is_looked_up_once)
{
    struct gw_tokens tokens = phone();
    struct gw_caller caller;

    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    ck_assert_int_eq(row.finds, 1);
    ck_assert_int_eq(row.issuer_finds, 1);
}
END_TEST

START_TEST(a_token_is_out_within_a_second_of_its_login)
{
    struct gw_tokens tokens = phone();
    struct gw_caller caller;
    int64_t ended_us;

    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    row.there = false;
    ended_us = gw_mono_us();
    while (ask(tokens.access, &caller) == GW_OK) {
        ck_assert_int_lt(gw_mono_us() - ended_us, GW_US_PER_S);
        sleep_ms(5);
    }
    ck_assert_str_eq(gw_err_wire(&err), "auth.token_invalid");
}
END_TEST

START_TEST(and_of_its_issuer)
{
    struct gw_tokens tokens = phone();
    struct gw_caller caller;

    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    row.issuer_there = false;
    gw_auth_forget(auth);
    ck_assert_int_eq(ask(tokens.access, &caller), GW_UNAUTHENTICATED);
}
END_TEST

START_TEST(an_hour_ends_also_while_it_is_remembered)
{
    struct gw_tokens tokens = phone();
    struct gw_caller caller;

    gw_clock_offset(3595 * GW_US_PER_S);
    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    gw_clock_offset(3601 * GW_US_PER_S);
    ck_assert_int_eq(ask(tokens.access, &caller), GW_UNAUTHENTICATED);
    ck_assert_str_eq(gw_err_wire(&err), "auth.token_expired");
}
END_TEST

START_TEST(what_is_not_signed_asks_nothing)
{
    static const char *const texts[] = {"", "sk-x", "garbage", "rt-x", "a.b.c"};
    struct gw_caller caller;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        ck_assert_int_eq(ask(texts[i], &caller), GW_UNAUTHENTICATED);
    ck_assert_int_eq(row.finds, 0); /* what is not signed asks nothing of the store */
}
END_TEST

START_TEST(without_keys_there_are_no_tokens)
{
    struct gw_tokens tokens = phone(), none;
    struct gw_auth *bare = NULL;
    struct gw_caller caller;

    ck_assert_int_eq(gw_auth_new(NULL, NULL, &bare, NULL), GW_OK);
    ck_assert_int_eq(gw_auth_bearer(bare, gw_str(tokens.access), &caller, &err), GW_UNAUTHENTICATED);
    ck_assert_int_eq(gw_auth_sdk_token(bare, arena, user, "app_1", &none, &err), GW_INTERNAL);
    gw_auth_free(&bare);
}
END_TEST

/* ---- refresh tokens ---- */

START_TEST(a_refresh_token_serves_once)
{
    struct gw_tokens first = phone(), second, third;
    struct gw_caller caller;

    ck_assert_uint_eq(strlen(first.refresh), GW_REFRESH_TEXT - 1);
    ck_assert_int_eq(gw_auth_refresh(auth, arena, gw_str(first.refresh), &second, &err), GW_OK);
    ck_assert_str_ne(first.refresh, second.refresh);
    ck_assert_int_eq(ask(second.access, &caller), GW_OK);
    ck_assert_int_eq(gw_auth_refresh(auth, arena, gw_str(first.refresh), &third, &err), GW_UNAUTHENTICATED);
    ck_assert_str_eq(gw_err_text(&err), "Invalid or revoked refresh token");
    ck_assert_int_eq(gw_auth_refresh(auth, arena, gw_str(second.refresh), &third, &err), GW_OK);
}
END_TEST

START_TEST(it_is_of_no_use_without_its_issuer)
{
    struct gw_tokens first = phone(), second;

    row.issuer_there = false;
    ck_assert_int_eq(gw_auth_refresh(auth, arena, gw_str(first.refresh), &second, &err), GW_UNAUTHENTICATED);
    ck_assert(!row.there);
}
END_TEST

START_TEST(what_is_no_refresh_token_asks_nothing)
{
    char text[GW_REFRESH_TEXT + 10];
    struct gw_tokens tokens = phone(), none;

    for (size_t i = 0; i < GW_REFRESH_TEXT - 1; i++) {
        memcpy(text, tokens.refresh, GW_REFRESH_TEXT);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        ck_assert_int_eq(gw_auth_refresh(auth, arena, gw_str(text), &none, &err), GW_UNAUTHENTICATED);
        text[i] = '\0';
        ck_assert_int_eq(gw_auth_revoke(auth, gw_str(text), &err), GW_NOT_FOUND);
    }
    ck_assert(row.there);
    ck_assert_int_eq(gw_auth_revoke(auth, gw_str(tokens.refresh), &err), GW_OK);
    ck_assert(!row.there);
}
END_TEST

/* ---- logins ---- */

START_TEST(a_login)
{
    struct gw_tokens tokens;
    struct gw_caller caller;

    ck_assert_int_eq(gw_auth_login(auth, arena, "ana@example.org", GW_STR("right"), &tokens, &err), GW_OK);
    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    ck_assert_int_eq(caller.kind, GW_CALLER_DEVELOPER);
    ck_assert(gw_uuid_eq(caller.id, somebody));
    ck_assert_uint_eq(caller.scopes, GW_SCOPE_READ | GW_SCOPE_WRITE | GW_SCOPE_ADMIN);
    ck_assert_int_eq(row.issuer_finds, 0);
    ck_assert_int_eq(gw_auth_logout(auth, &caller, &err), GW_OK);
    ck_assert_int_eq(ask(tokens.access, &caller), GW_UNAUTHENTICATED);
}
END_TEST

START_TEST(logins_fail_alike)
{
    struct gw_tokens tokens;

    ck_assert_int_eq(gw_auth_login(auth, arena, "ana@example.org", GW_STR("wrong"), &tokens, &err), GW_UNAUTHENTICATED);
    ck_assert_str_eq(gw_err_text(&err), "Incorrect email or password");
    ck_assert_int_eq(gw_auth_login(auth, arena, "bob@example.org", GW_STR("right"), &tokens, &err), GW_UNAUTHENTICATED);
    ck_assert_str_eq(gw_err_text(&err), "Incorrect email or password");
}
END_TEST

static double seconds_of(const char *email)
{
    struct timespec from, to;
    struct gw_tokens tokens;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    ck_assert_int_eq(gw_auth_login(auth, arena, email, GW_STR("wrong"), &tokens, &err), GW_UNAUTHENTICATED);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    return (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* In processor time, so that neighbours do not count. */
START_TEST(an_unknown_email_costs_a_password_too)
{
    double known[9], unknown[9], ratio;

    for (size_t i = 0; i < 9; i++) {
        known[i] = seconds_of("ana@example.org");
        unknown[i] = seconds_of("bob@example.org");
    }
    qsort(known, 9, sizeof(double), compare);
    qsort(unknown, 9, sizeof(double), compare);
    ratio = known[4] / unknown[4];
    ck_assert_msg(ratio > 0.5 && ratio < 2, "%g", ratio);
}
END_TEST

static atomic_int refused, served;

static void *guess(void *unused)
{
    struct gw_arena *mine = gw_arena_new(0);
    struct gw_err why = {0};
    struct gw_tokens tokens;
    enum gw_code code = gw_auth_login(auth, mine, "bob@example.org", GW_STR("x"), &tokens, &why);

    (void)unused;
    if (code == GW_BUSY && why.retry_after_ms > 0)
        refused++;
    else if (code == GW_UNAUTHENTICATED)
        served++;
    gw_arena_free(&mine);
    return NULL;
}

/* However many come at once: a few are served, a few wait, the rest is told to come again. */
START_TEST(a_crowd_is_told_to_come_again)
{
    pthread_t threads[64];

    atomic_store(&refused, 0);
    atomic_store(&served, 0);
    for (size_t i = 0; i < 64; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, guess, NULL), 0);
    for (size_t i = 0; i < 64; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(refused + served, 64);
    ck_assert_int_ge(served, 3);
    guess(NULL); /* and afterwards the door is open again */
    ck_assert_int_eq(refused + served, 65);
    ck_assert_int_ge(served, 4);
}
END_TEST

/* ---- codes ---- */

START_TEST(a_code_serves_once)
{
    char text[GW_CODE_TEXT];
    struct gw_code_row code;
    struct gw_tokens tokens;
    struct gw_caller caller;

    ck_assert_int_eq(gw_auth_code_create(auth, user, somebody, text, &code, &err), GW_OK);
    ck_assert_uint_eq(strspn(text, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"), 8);
    ck_assert_int_eq(gw_auth_code_redeem(auth, arena, gw_str(text), &tokens, &err), GW_OK);
    ck_assert(gw_uuid_eq(tokens.owner, user));
    ck_assert_int_eq(ask(tokens.access, &caller), GW_OK);
    ck_assert_int_eq(gw_auth_code_redeem(auth, arena, gw_str(text), &tokens, &err), GW_NOT_FOUND);
}
END_TEST

START_TEST(codes_are_not_guessed_in_a_row)
{
    char text[GW_CODE_TEXT];
    struct gw_code_row code;
    struct gw_tokens tokens;
    int wrong = 0;
    enum gw_code got;

    while ((got = gw_auth_code_redeem(auth, arena, GW_STR("AAAAAAAA"), &tokens, &err)) == GW_NOT_FOUND)
        ck_assert_int_lt(wrong++, 100);
    ck_assert_int_eq(got, GW_RATE_LIMITED);
    ck_assert_int_gt(err.retry_after_ms, 0);
    ck_assert_int_ge(wrong, 20); /* a house full of people who mistype is no attack */
    ck_assert_int_eq(gw_auth_code_create(auth, user, somebody, text, &code, &err), GW_OK);
    for (int i = 0; i < 100 && got == GW_RATE_LIMITED; i++) {
        sleep_ms(20);
        got = gw_auth_code_redeem(auth, arena, gw_str(text), &tokens, &err);
    }
    ck_assert_int_eq(got, GW_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tokens");
    TCase *tests = tcase_create("tokens");
    SRunner *runner;
    int failed;

    if (gw_crypt_init(NULL) != GW_OK || gw_password_hash(GW_STR("right"), password, NULL) != GW_OK)
        return EXIT_FAILURE;
    runner = srunner_create(suite);
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_phone_is_its_user_and_may_nothing);
    tcase_add_test(tests, a_token_is_looked_up_once);
    tcase_add_test(tests, a_token_is_out_within_a_second_of_its_login);
    tcase_add_test(tests, and_of_its_issuer);
    tcase_add_test(tests, an_hour_ends_also_while_it_is_remembered);
    tcase_add_test(tests, what_is_not_signed_asks_nothing);
    tcase_add_test(tests, without_keys_there_are_no_tokens);
    tcase_add_test(tests, a_refresh_token_serves_once);
    tcase_add_test(tests, it_is_of_no_use_without_its_issuer);
    tcase_add_test(tests, what_is_no_refresh_token_asks_nothing);
    tcase_add_test(tests, a_login);
    tcase_add_test(tests, logins_fail_alike);
    tcase_add_test(tests, an_unknown_email_costs_a_password_too);
    tcase_add_test(tests, a_crowd_is_told_to_come_again);
    tcase_add_test(tests, a_code_serves_once);
    tcase_add_test(tests, codes_are_not_guessed_in_a_row);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
