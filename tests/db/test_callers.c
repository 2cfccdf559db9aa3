/* Developers, their logins and those of phones, applications, invitations, codes, keys that take another's place. */
#include "db_test.h"

#include <pthread.h>

#include "base/time.h"
#include "store/applications.h"
#include "store/codes.h"
#include "store/invitations.h"
#include "store/logins.h"

static const struct gw_uuid command_line;

static struct gw_developer make_developer(const char *email)
{
    struct gw_developer wanted = {.id = gw_uuid_v4(), .email = email, .password = "stored"}, made;

    ck_good(gw_store_developer_create(db, arena, &wanted, command_line, &made, &err));
    return made;
}

/* Digests that differ in their first byte. */
static const uint8_t *digest_of(int n)
{
    static uint8_t bytes[8][32];
    uint8_t *one = bytes[n % 8];

    one[0] = (uint8_t)n;
    return one;
}

/* ---- developers ---- */

START_TEST(test_developer_life)
{
    struct gw_developer made = make_developer("Ana@Example.org"), got, *list;
    size_t count;
    int64_t total;

    ck_fails(gw_store_developer_create(
                 db, arena, &(struct gw_developer){.id = gw_uuid_v4(), .email = "aNA@example.ORG", .password = "x"},
                 command_line, &got, &err),
             GW_CONFLICT);
    ck_good(gw_store_developer_find(db, arena, "ana@example.org", &got, &err));
    ck_assert(gw_uuid_eq(got.id, made.id));
    ck_assert_str_eq(got.password, "stored");
    ck_good(gw_store_developer_update(db, arena, &(struct gw_developer){.id = made.id, .first_name = "Ana"}, made.id,
                                      &got, &err));
    ck_assert_str_eq(got.first_name, "Ana");
    ck_assert_str_eq(got.email, "Ana@Example.org");
    ck_assert_ptr_null(got.password);
    make_developer("bob@example.org");
    ck_fails(gw_store_developer_update(db, arena, &(struct gw_developer){.id = made.id, .email = "BOB@example.org"},
                                       made.id, &got, &err),
             GW_CONFLICT);
    ck_good(gw_store_developer_list(db, arena, &list, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert_ptr_null(list[0].password);
    ck_good(gw_store_developer_delete(db, arena, made.id, command_line, &got, &err));
    ck_assert(gw_uuid_eq(got.id, made.id));
    ck_fails(gw_store_developer_get(db, arena, made.id, &got, &err), GW_NOT_FOUND);
    ck_fails(gw_store_developer_delete(db, arena, made.id, command_line, &got, &err), GW_NOT_FOUND);
    ck_good(gw_store_developer_count(db, &total, &err));
    ck_assert_int_eq(total, 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM audit_log WHERE action LIKE 'developer.%%'"), 4);
}
END_TEST

/* ---- logins ---- */

static struct gw_login developer_login(struct gw_uuid developer, int digest)
{
    struct gw_login login = {GW_LOGIN_DEVELOPER, developer, gw_uuid_v4()};

    ck_good(gw_store_login_create(db, &login, digest_of(digest), "stored", &err));
    return login;
}

static enum gw_code find(const struct gw_login *login)
{
    const char *issuer;

    return gw_store_login_find(db, arena, login, &issuer, &err);
}

static enum gw_code rotate(const struct gw_login *login, int from, int to)
{
    const char *issuer;

    return gw_store_login_rotate(db, arena, login, digest_of(from), digest_of(to), &issuer, &err);
}

START_TEST(test_login_ends_with_the_password)
{
    struct gw_developer ana = make_developer("ana@example.org"), got;
    struct gw_login one = developer_login(ana.id, 1), two = developer_login(ana.id, 2), late = one;

    ck_good(find(&one));
    ck_good(gw_store_developer_update(db, arena, &(struct gw_developer){.id = ana.id, .password = "other"}, ana.id,
                                      &got, &err));
    ck_fails(find(&one), GW_UNAUTHENTICATED);
    ck_fails(rotate(&two, 2, 3), GW_UNAUTHENTICATED);
    /* who checked the old password and comes a moment too late */
    late.id = gw_uuid_v4();
    ck_fails(gw_store_login_create(db, &late, digest_of(4), "stored", &err), GW_UNAUTHENTICATED);
    ck_good(gw_store_login_create(db, &late, digest_of(4), "other", &err));
    ck_good(gw_store_developer_delete(db, arena, ana.id, command_line, &got, &err));
    ck_fails(find(&late), GW_UNAUTHENTICATED);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM developer_sessions"), 0);
}
END_TEST

/* The other way round: the change of the password is not committed yet when the login comes. */
static void *login_late(void *login)
{
    return (void *)(intptr_t)gw_store_login_create(db, login, digest_of(1), "stored", NULL);
}

START_TEST(test_login_waits_for_a_change_of_password)
{
    struct gw_developer ana = make_developer("ana@example.org");
    struct gw_login login = {GW_LOGIN_DEVELOPER, ana.id, gw_uuid_v4()};
    PGconn *other = PQconnectdb(db_conninfo);
    pthread_t thread;
    void *code;

    PQclear(PQexec(other, "BEGIN; UPDATE developers SET password = 'other'; DELETE FROM developer_sessions"));
    pthread_create(&thread, NULL, login_late, &login);
    while (sql_long("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND query LIKE 'INSERT INTO developer_sessions%%'") == 0)
        ;
    PQclear(PQexec(other, "COMMIT"));
    pthread_join(thread, &code);
    PQfinish(other);
    ck_assert_int_eq((int)(intptr_t)code, GW_UNAUTHENTICATED);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM developer_sessions"), 0);
}
END_TEST

START_TEST(test_login_of_a_phone)
{
    struct gw_uuid user = make_user("Ana");
    struct gw_login login = {GW_LOGIN_SDK, user, gw_uuid_v4()}, nobody = {GW_LOGIN_SDK, gw_uuid_v4(), gw_uuid_v4()};
    const char *issuer;

    ck_fails(gw_store_login_create(db, &nobody, digest_of(1), "app_1", &err), GW_NOT_FOUND);
    ck_good(gw_store_login_create(db, &login, digest_of(1), "app_1", &err));
    ck_good(gw_store_login_find(db, arena, &login, &issuer, &err));
    ck_assert_str_eq(issuer, "app_1");
    ck_good(rotate(&login, 1, 2));
    ck_good(find(&login));
    ck_fails(gw_store_login_end(db, &login, digest_of(1), &err), GW_NOT_FOUND);
    ck_good(gw_store_login_end(db, &login, digest_of(2), &err));
    ck_fails(gw_store_login_end(db, &login, NULL, &err), GW_NOT_FOUND);
    ck_fails(find(&login), GW_UNAUTHENTICATED);
    ck_good(gw_store_login_create(db, &login, digest_of(1), "app_1", &err));
    sql_run("DELETE FROM users");
    ck_fails(find(&login), GW_UNAUTHENTICATED);
}
END_TEST

START_TEST(test_login_used_token)
{
    struct gw_developer ana = make_developer("ana@example.org");
    struct gw_login login = developer_login(ana.id, 1);

    ck_good(rotate(&login, 1, 2));
    ck_fails(rotate(&login, 1, 3), GW_UNAUTHENTICATED); /* haste */
    ck_good(rotate(&login, 2, 3));
    sql_run("UPDATE developer_sessions SET rotated_at = rotated_at - interval '11 seconds'");
    ck_fails(rotate(&login, 2, 4), GW_UNAUTHENTICATED); /* theft */
    ck_fails(rotate(&login, 3, 4), GW_UNAUTHENTICATED);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM developer_sessions"), 0);
    login = developer_login(ana.id, 1);
    ck_fails(rotate(&login, 7, 4), GW_UNAUTHENTICATED); /* of another time, or made up by who knows the login */
    ck_fails(find(&login), GW_UNAUTHENTICATED);
}
END_TEST

static struct gw_login raced;
static int winners;
static pthread_mutex_t race_lock = PTHREAD_MUTEX_INITIALIZER;

static void *rotate_raced(void *number)
{
    struct gw_arena *mine = gw_arena_new(0);
    uint8_t first[32] = {1}, next[32] = {(uint8_t)(10 + (intptr_t)number)};
    const char *issuer;

    if (gw_store_login_rotate(db, mine, &raced, first, next, &issuer, NULL) == GW_OK) {
        pthread_mutex_lock(&race_lock);
        winners++;
        pthread_mutex_unlock(&race_lock);
    }
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_login_one_of_many_rotates)
{
    struct gw_developer ana = make_developer("ana@example.org");
    pthread_t threads[8];

    raced = developer_login(ana.id, 1);
    winners = 0;
    for (intptr_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, rotate_raced, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(winners, 1);
    ck_good(find(&raced));
}
END_TEST

START_TEST(test_logins_are_cleaned)
{
    struct gw_developer ana = make_developer("ana@example.org");
    struct gw_login old = developer_login(ana.id, 1), young = developer_login(ana.id, 2);
    struct gw_login phone = {GW_LOGIN_SDK, make_user("Ana"), gw_uuid_v4()};

    ck_good(gw_store_login_create(db, &phone, digest_of(3), "app_1", &err));
    sql_run("UPDATE developer_sessions SET rotated_at = now() - interval '181 days' WHERE id = '%s'",
            uuid_text(old.id));
    sql_run("UPDATE sdk_sessions SET rotated_at = now() - interval '181 days'");
    ck_good(gw_store_clean(db, 0, 0, &err));
    ck_fails(find(&old), GW_UNAUTHENTICATED);
    ck_fails(find(&phone), GW_UNAUTHENTICATED);
    ck_good(find(&young));
}
END_TEST

/* ---- applications ---- */

START_TEST(test_application_life)
{
    struct gw_developer ana = make_developer("ana@example.org"), bob = make_developer("bob@example.org"), got;
    struct gw_application app = {.id = gw_uuid_v4(), .app_id = "app_1", .name = "phone", .created_us = T0}, *list;
    uint8_t digest[32];
    char issuer[64];
    size_t count;

    ck_good(gw_store_application_create(db, &app, digest_of(1), ana.id, &err));
    ck_good(gw_store_application_digest(db, "app_1", digest, &err));
    ck_assert_mem_eq(digest, digest_of(1), 32);
    ck_fails(gw_store_application_rotate(db, arena, "app_1", digest_of(2), bob.id, &app, &err), GW_NOT_FOUND);
    ck_good(gw_store_application_rotate(db, arena, "app_1", digest_of(2), ana.id, &app, &err));
    ck_good(gw_store_application_digest(db, "app_1", digest, &err));
    ck_assert_mem_eq(digest, digest_of(2), 32);
    ck_good(gw_store_issuer_find(db, "app_1", &err));
    snprintf(issuer, sizeof(issuer), "admin:%s", uuid_text(ana.id));
    ck_good(gw_store_issuer_find(db, issuer, &err));
    ck_good(gw_store_developer_delete(db, arena, ana.id, command_line, &got, &err));
    ck_fails(gw_store_issuer_find(db, issuer, &err), GW_UNAUTHENTICATED);
    ck_good(gw_store_issuer_find(db, "invite:nobody", &err)); /* a phone is not cut off with who invited it */
    ck_good(gw_store_application_list(db, arena, bob.id, &list, &count, &err));
    ck_assert_uint_eq(count, 1);
    ck_good(gw_store_application_delete(db, "app_1", bob.id, &err));
    ck_fails(gw_store_application_delete(db, "app_1", bob.id, &err), GW_NOT_FOUND);
    ck_fails(gw_store_issuer_find(db, "app_1", &err), GW_UNAUTHENTICATED);
    ck_fails(gw_store_application_digest(db, "app_1", digest, &err), GW_NOT_FOUND);
}
END_TEST

/* ---- invitations ---- */

static struct gw_uuid invite(const char *email, int digest)
{
    int64_t now_us = gw_now_us();
    struct gw_invitation one = {
        .id = gw_uuid_v7(), .email = email, .created_us = now_us, .expires_us = now_us + DAY_US};

    ck_good(gw_store_invitation_create(db, &one, digest_of(digest), &err));
    return one.id;
}

START_TEST(test_invitation_accepted_once)
{
    struct gw_developer wanted = {.id = gw_uuid_v4(), .email = "mallory@example.org", .password = "p"}, made;
    struct gw_invitation again = {.id = gw_uuid_v7(), .email = "CLEO@example.org", .expires_us = gw_now_us() + DAY_US};

    invite("cleo@example.org", 1);
    ck_fails(gw_store_invitation_create(db, &again, digest_of(2), &err), GW_CONFLICT);
    ck_fails(gw_store_invitation_accept(db, arena, digest_of(1), true, &wanted, &made, &err), GW_NOT_FOUND);
    ck_fails(gw_store_invitation_accept(db, arena, digest_of(3), false, &wanted, &made, &err), GW_NOT_FOUND);
    ck_good(gw_store_invitation_accept(db, arena, digest_of(1), false, &wanted, &made, &err));
    ck_assert_str_eq(made.email, "cleo@example.org"); /* the invitation's, not the guest's choice */
    wanted.id = gw_uuid_v4();
    ck_fails(gw_store_invitation_accept(db, arena, digest_of(1), false, &wanted, &made, &err), GW_CONFLICT);
    ck_fails(gw_store_invitation_create(db, &again, digest_of(2), &err), GW_CONFLICT);
    ck_assert_str_eq(gw_err_wire(&err), "developer.email_taken");
}
END_TEST

START_TEST(test_invitation_expires)
{
    struct gw_developer wanted = {.id = gw_uuid_v4(), .password = "p"}, made;
    struct gw_invitation got;
    struct gw_uuid id = invite("cleo@example.org", 1);

    sql_run("UPDATE invitations SET expires_at = now() - interval '1 second'");
    ck_fails(gw_store_invitation_find(db, digest_of(1), false, &err), GW_CONFLICT);
    ck_fails(gw_store_invitation_accept(db, arena, digest_of(1), false, &wanted, &made, &err), GW_CONFLICT);
    ck_good(gw_store_invitation_renew(db, arena, id, digest_of(2), gw_now_us() + DAY_US, command_line, &got, &err));
    ck_fails(gw_store_invitation_find(db, digest_of(1), false, &err), GW_NOT_FOUND);
    ck_good(gw_store_invitation_find(db, digest_of(2), false, &err));
    ck_good(gw_store_invitation_revoke(db, arena, id, command_line, &got, &err));
    ck_assert_str_eq(got.status, "revoked");
    ck_fails(gw_store_invitation_revoke(db, arena, id, command_line, &got, &err), GW_CONFLICT);
    ck_fails(gw_store_invitation_renew(db, arena, id, digest_of(3), gw_now_us(), command_line, &got, &err),
             GW_CONFLICT);
    ck_fails(gw_store_invitation_find(db, digest_of(2), false, &err), GW_CONFLICT);
    invite("cleo@example.org", 4);
}
END_TEST

static int firsts;

static void *become_first(void *number)
{
    struct gw_arena *mine = gw_arena_new(0);
    char email[64];
    struct gw_developer wanted = {.id = gw_uuid_v4(), .email = email, .password = "p"}, made;
    uint8_t digest[32] = {1};

    snprintf(email, sizeof(email), "first%d@example.org", (int)(intptr_t)number);
    if (gw_store_invitation_accept(db, mine, digest, true, &wanted, &made, NULL) == GW_OK) {
        pthread_mutex_lock(&race_lock);
        firsts++;
        pthread_mutex_unlock(&race_lock);
    }
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_first_is_one)
{
    struct gw_developer wanted = {.id = gw_uuid_v4(), .email = "x@example.org", .password = "p"}, made;
    pthread_t threads[8];
    bool pending = false;

    ck_good(gw_store_invitation_first_pending(db, &pending, &err));
    ck_assert(!pending);
    invite(NULL, 1);
    ck_good(gw_store_invitation_first_pending(db, &pending, &err));
    ck_assert(pending);
    firsts = 0;
    for (intptr_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, become_first, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(firsts, 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM developers"), 1);
    invite(NULL, 2); /* a link that was printed before, and lies about */
    ck_fails(gw_store_invitation_accept(db, arena, digest_of(2), true, &wanted, &made, &err), GW_CONFLICT);
    ck_assert_str_eq(gw_err_wire(&err), "setup.done");
}
END_TEST

/* ---- codes, keys ---- */

START_TEST(test_code_serves_once)
{
    struct gw_code_row row = {gw_uuid_v4(), make_user("Ana"), gw_uuid_v4(), gw_now_us() + DAY_US, gw_now_us()};
    struct gw_uuid user, by;

    ck_good(gw_store_code_create(db, &row, digest_of(1), &err));
    ck_good(gw_store_code_create(db, &row, digest_of(2), &err));
    ck_fails(gw_store_code_take(db, digest_of(1), &user, &by, &err), GW_NOT_FOUND);
    ck_good(gw_store_code_take(db, digest_of(2), &user, &by, &err));
    ck_assert(gw_uuid_eq(user, row.user_id) && gw_uuid_eq(by, row.created_by));
    ck_fails(gw_store_code_take(db, digest_of(2), &user, &by, &err), GW_NOT_FOUND);
    row.expires_us = gw_now_us() - 1;
    ck_good(gw_store_code_create(db, &row, digest_of(3), &err));
    ck_fails(gw_store_code_take(db, digest_of(3), &user, &by, &err), GW_NOT_FOUND);
    ck_good(gw_store_clean(db, 0, 0, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM invitation_codes"), 0);
}
END_TEST

START_TEST(test_key_rotates)
{
    struct gw_developer ana = make_developer("ana@example.org");
    struct gw_api_key old, next, got;
    struct gw_uuid id;
    uint32_t scopes;

    ck_good(gw_store_key_create(db, arena, "app", "sk-a", digest_of(1), GW_SCOPE_READ, command_line, &old, &err));
    next = old;
    next.id = gw_uuid_v7();
    next.created_by = ana.id;
    ck_good(gw_store_key_rotate(db, old.id, &next, digest_of(2), &err));
    ck_fails(gw_store_key_find(db, digest_of(1), &id, &scopes, &err), GW_UNAUTHENTICATED);
    ck_good(gw_store_key_find(db, digest_of(2), &id, &scopes, &err));
    ck_assert(gw_uuid_eq(id, next.id));
    ck_assert_uint_eq(scopes, GW_SCOPE_READ);
    next.id = gw_uuid_v7();
    ck_fails(gw_store_key_rotate(db, old.id, &next, digest_of(3), &err), GW_NOT_FOUND);
    ck_fails(gw_store_key_find(db, digest_of(3), &id, &scopes, &err), GW_UNAUTHENTICATED);
    ck_good(gw_store_key_rename(db, arena, id, "other", &got, &err));
    ck_assert_str_eq(got.name, "other");
    ck_assert(gw_uuid_eq(got.created_by, ana.id));
    ck_fails(gw_store_key_get(db, arena, gw_uuid_v4(), &got, &err), GW_NOT_FOUND);
    ck_fails(gw_store_key_rename(db, arena, gw_uuid_v4(), "x", &got, &err), GW_NOT_FOUND);
}
END_TEST

Suite *suite_callers(void)
{
    Suite *suite = suite_create("callers");
    TCase *tests = db_case(suite, "callers");

    tcase_add_test(tests, test_developer_life);
    tcase_add_test(tests, test_login_ends_with_the_password);
    tcase_add_test(tests, test_login_waits_for_a_change_of_password);
    tcase_add_test(tests, test_login_of_a_phone);
    tcase_add_test(tests, test_login_used_token);
    tcase_add_test(tests, test_login_one_of_many_rotates);
    tcase_add_test(tests, test_logins_are_cleaned);
    tcase_add_test(tests, test_application_life);
    tcase_add_test(tests, test_invitation_accepted_once);
    tcase_add_test(tests, test_invitation_expires);
    tcase_add_test(tests, test_first_is_one);
    tcase_add_test(tests, test_code_serves_once);
    tcase_add_test(tests, test_key_rotates);
    return suite;
}
