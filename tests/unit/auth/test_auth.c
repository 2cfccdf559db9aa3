/* The cache of API keys. The store's two functions are replaced here by one row that the test sets. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "auth/auth.h"
#include "base/time.h"
#include "crypt/crypt.h"

static struct {
    const char *key; /* the one that is valid; NULL = none */
    enum gw_code trouble;
    int lookups;
    char prefix[32];
    uint8_t digest[32];
    void (*during)(void);
} row;

static struct gw_auth *cache;

enum gw_code gw_store_key_find(struct gw_db *db, const uint8_t digest[32], struct gw_uuid *ret_id, uint32_t *ret_scopes,
                               struct gw_err *err)
{
    uint8_t mine[32];

    (void)db;
    row.lookups++;
    if (row.trouble)
        return gw_fail(err, row.trouble, NULL);
    if (row.key)
        gw_sha256(gw_str(row.key), mine);
    if (!row.key || memcmp(mine, digest, sizeof(mine)) != 0)
        return gw_fail(err, GW_UNAUTHENTICATED, "no such row");
    *ret_id = (struct gw_uuid){{7}};
    *ret_scopes = GW_SCOPE_READ;
    if (row.during)
        row.during();
    return GW_OK;
}

enum gw_code gw_store_key_create(struct gw_db *db, struct gw_arena *arena, const char *name, const char *prefix,
                                 const uint8_t digest[32], uint32_t scopes, struct gw_uuid by, struct gw_api_key *ret,
                                 struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)by;
    (void)err;
    *ret = (struct gw_api_key){.name = name, .scopes = scopes};
    snprintf(row.prefix, sizeof(row.prefix), "%s", prefix);
    memcpy(row.digest, digest, sizeof(row.digest));
    return GW_OK;
}

static void setup(void)
{
    memset(&row, 0, sizeof(row));
    row.key = "sk-right";
    ck_assert_int_eq(gw_auth_new(NULL, NULL, &cache, NULL), GW_OK);
}

static void teardown(void)
{
    gw_auth_free(&cache);
}

static enum gw_code ask(const char *key, struct gw_err *err)
{
    struct gw_caller caller = {.scopes = 99};
    enum gw_code code = gw_auth_key(cache, gw_str(key), &caller, err);

    if (code == GW_OK) {
        ck_assert_uint_eq(caller.scopes, GW_SCOPE_READ);
        ck_assert_uint_eq(caller.id.b[0], 7);
    } else {
        ck_assert_uint_eq(caller.scopes, 99); /* outputs untouched on failure */
    }
    return code;
}

static void sleep_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

START_TEST(a_key_is_looked_up_once)
{
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(ask("sk-right", NULL), GW_OK);
    ck_assert_int_eq(row.lookups, 1);
}
END_TEST

START_TEST(wrong_keys_all_say_the_same_and_all_are_looked_up)
{
    static const char *const wrong[] = {"", "x", "sk-", "sk-wrong", "00000000-0000-0000-0000-000000000000"};
    struct gw_err first, err;

    ck_assert_int_eq(ask("sk-anything", &first), GW_UNAUTHENTICATED);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        ck_assert_int_eq(ask(wrong[i], &err), GW_UNAUTHENTICATED);
        ck_assert_str_eq(gw_err_text(&err), gw_err_text(&first));
        ck_assert_str_eq(gw_err_wire(&err), "auth.key_invalid");
    }
    ck_assert_int_eq(row.lookups, 6);
}
END_TEST

START_TEST(a_revoked_key_is_out_within_a_second_without_any_hint)
{
    int64_t revoked_us;

    ck_assert_int_eq(ask("sk-right", NULL), GW_OK);
    row.key = NULL;
    revoked_us = gw_mono_us();
    while (ask("sk-right", NULL) == GW_OK) {
        ck_assert_int_lt(gw_mono_us() - revoked_us, GW_US_PER_S);
        sleep_ms(5);
    }
    ck_assert_int_lt(gw_mono_us() - revoked_us, GW_US_PER_S);
}
END_TEST

START_TEST(a_hint_takes_it_out_at_once)
{
    ck_assert_int_eq(ask("sk-right", NULL), GW_OK);
    row.key = NULL;
    gw_auth_forget(cache);
    ck_assert_int_eq(ask("sk-right", NULL), GW_UNAUTHENTICATED);
}
END_TEST

static void forget_now(void)
{
    gw_auth_forget(cache);
}

START_TEST(a_lookup_that_a_hint_overtook_is_not_kept)
{
    row.during = forget_now;
    ck_assert_int_eq(ask("sk-right", NULL), GW_OK);
    row.during = NULL;
    row.key = NULL;
    ck_assert_int_eq(ask("sk-right", NULL), GW_UNAUTHENTICATED);
}
END_TEST

START_TEST(trouble_in_the_store_is_not_a_wrong_key)
{
    row.trouble = GW_DB;
    ck_assert_int_eq(ask("sk-right", NULL), GW_DB);
    row.trouble = GW_OK;
    ck_assert_int_eq(ask("sk-right", NULL), GW_OK);
}
END_TEST

static void *hammer(void *arg)
{
    int64_t end = gw_mono_us() + 1500000;

    (void)arg;
    while (gw_mono_us() < end)
        if (ask("sk-right", NULL) != GW_OK)
            return (void *)1;
    return NULL;
}

START_TEST(many_threads_make_a_lookup_or_two_a_second)
{
    pthread_t threads[8];
    void *failed;

    for (size_t i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, NULL), 0);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    ck_assert_int_ge(row.lookups, 2);
    ck_assert_int_le(row.lookups, 8 + 8);
}
END_TEST

START_TEST(a_new_key_is_text_once_and_a_digest_afterwards)
{
    char text[GW_KEY_TEXT], again[GW_KEY_TEXT];
    struct gw_api_key key;
    uint8_t digest[32];

    ck_assert_int_eq(gw_auth_key_create(NULL, NULL, "tests", GW_SCOPE_READ, (struct gw_uuid){{0}}, text, &key, NULL),
                     GW_OK);
    ck_assert_uint_eq(strlen(text), 46);
    ck_assert_int_eq(strncmp(text, "sk-", 3), 0);
    ck_assert_uint_eq(strspn(text + 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
    gw_sha256(gw_str(text), digest);
    ck_assert_mem_eq(row.digest, digest, sizeof(digest));
    ck_assert_uint_lt(strlen(row.prefix), 12); /* too little of it to guess the rest */
    ck_assert_int_eq(strncmp(text, row.prefix, strlen(row.prefix)), 0);
    ck_assert_int_eq(gw_auth_key_create(NULL, NULL, "tests", GW_SCOPE_READ, (struct gw_uuid){{0}}, again, &key, NULL),
                     GW_OK);
    ck_assert_str_ne(text, again);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("auth");
    TCase *tests = tcase_create("keys");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (gw_crypt_init(NULL) != GW_OK)
        return EXIT_FAILURE;
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_key_is_looked_up_once);
    tcase_add_test(tests, wrong_keys_all_say_the_same_and_all_are_looked_up);
    tcase_add_test(tests, a_revoked_key_is_out_within_a_second_without_any_hint);
    tcase_add_test(tests, a_hint_takes_it_out_at_once);
    tcase_add_test(tests, a_lookup_that_a_hint_overtook_is_not_kept);
    tcase_add_test(tests, trouble_in_the_store_is_not_a_wrong_key);
    tcase_add_test(tests, many_threads_make_a_lookup_or_two_a_second);
    tcase_add_test(tests, a_new_key_is_text_once_and_a_digest_afterwards);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
