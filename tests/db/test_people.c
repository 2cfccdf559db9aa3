/* Users, connections, tokens, state, flows, keys. */
#include "db_test.h"

#include <pthread.h>

#include "base/time.h"

/* ---- users ---- */

START_TEST(test_user_life)
{
    struct gw_user user = {
        .email = "ana@example.org", .first_name = "Ana", .birth_date = "1990-02-28", .sex = "female"};
    struct gw_user made, got, changes = {.last_name = "Luz", .time_zone = "Europe/Berlin"};
    bool created;

    ck_good(gw_store_user_create(db, arena, &user, &made, &created, &err));
    ck_assert(created);
    ck_good(gw_store_user_get(db, arena, made.id, &got, &err));
    ck_assert_str_eq(got.email, "ana@example.org");
    ck_assert_str_eq(got.birth_date, "1990-02-28");
    ck_assert_ptr_null(got.last_name);
    ck_assert(got.last_synced_us == GW_NO_TIME);
    ck_good(gw_store_user_update(db, arena, made.id, &changes, &got, &err));
    ck_assert_str_eq(got.last_name, "Luz");
    ck_assert_str_eq(got.first_name, "Ana");
    ck_assert_str_eq(got.time_zone, "Europe/Berlin");
    ck_assert_int_ge(got.updated_us, made.updated_us);
    ck_fails(gw_store_user_get(db, arena, gw_uuid_v4(), &got, &err), GW_NOT_FOUND);
    ck_fails(gw_store_user_update(db, arena, gw_uuid_v4(), &changes, &got, &err), GW_NOT_FOUND);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox WHERE type LIKE 'user.%%'"), 2);
}
END_TEST

START_TEST(test_user_external_once)
{
    struct gw_user user = {.external_user_id = "e-1"}, made, again, other;
    bool created;

    ck_good(gw_store_user_create(db, arena, &user, &made, &created, &err));
    ck_assert(created);
    ck_good(gw_store_user_create(db, arena, &user, &again, &created, &err));
    ck_assert(!created);
    ck_assert(gw_uuid_eq(made.id, again.id));
    user.external_user_id = "e-2";
    ck_good(gw_store_user_create(db, arena, &user, &other, &created, &err));
    ck_assert(created);
    ck_fails(gw_store_user_update(db, arena, other.id, &(struct gw_user){.external_user_id = "e-1"}, &again, &err),
             GW_CONFLICT);
    ck_assert_str_eq(err.field, "external_user_id");
    ck_good(gw_store_user_update(db, arena, other.id, &(struct gw_user){.external_user_id = "e-3"}, &again, &err));
    ck_assert_str_eq(again.external_user_id, "e-3");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM external_users WHERE external_user_id = 'e-2'"), 0);
    ck_good(gw_store_user_update(db, arena, other.id, &(struct gw_user){.external_user_id = "e-3"}, &again, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM users"), 2);
}
END_TEST

static struct gw_uuid external_ids[8];
static int external_created;
static pthread_mutex_t external_lock = PTHREAD_MUTEX_INITIALIZER;

static void *create_external(void *number)
{
    struct gw_arena *mine = gw_arena_new(0);
    struct gw_user user = {.external_user_id = "same"}, made;
    bool created = false;

    if (gw_store_user_create(db, mine, &user, &made, &created, NULL) == GW_OK) {
        pthread_mutex_lock(&external_lock);
        external_ids[(size_t)(intptr_t)number] = made.id;
        external_created += created;
        pthread_mutex_unlock(&external_lock);
    }
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_user_external_concurrent)
{
    pthread_t threads[8];

    for (intptr_t i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, create_external, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(external_created, 1);
    for (int i = 0; i < 8; i++)
        ck_assert(gw_uuid_eq(external_ids[i], external_ids[0]));
    ck_assert(!gw_uuid_is_nil(external_ids[0]));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM users"), 1);
}
END_TEST

static struct gw_user *listed(const struct gw_user_filter *filter, size_t count, int64_t total)
{
    struct gw_user *users;
    size_t n;
    int64_t all;

    ck_good(gw_store_user_list(db, arena, filter, &users, &n, &all, &err));
    ck_assert_uint_eq(n, count);
    ck_assert_int_eq(all, total);
    return users;
}

START_TEST(test_user_list)
{
    static const struct gw_user people[] = {
        {.email = "c@example.org", .first_name = "Cleo", .last_name = "Ash"},
        {.email = "a@example.org", .first_name = "Abe", .last_name = "Birch", .external_user_id = "x-9"},
        {.email = "B@example.org", .first_name = "Bo_b", .last_name = "Cedar"},
    };
    struct gw_user made;
    bool created;

    for (size_t i = 0; i < 3; i++)
        ck_good(gw_store_user_create(db, arena, &people[i], &made, &created, &err));
    struct gw_connection c = make_connection(made.id, "polar", "p1");
    sql_run("UPDATE connections SET last_synced_at = '2025-01-01' WHERE id = '%s'", uuid_text(c.id));
    struct gw_user *u = listed(&(struct gw_user_filter){.page = 1, .limit = 10}, 3, 3);
    ck_assert_str_eq(u[0].first_name, "Bo_b");
    ck_assert(u[0].has_active_connection && !u[1].has_active_connection);
    ck_assert_str_eq(u[0].last_synced_provider, "polar");
    ck_assert(u[1].last_synced_us == GW_NO_TIME);
    u = listed(&(struct gw_user_filter){.page = 2, .limit = 2}, 1, 3);
    ck_assert_str_eq(u[0].first_name, "Cleo");
    u = listed(&(struct gw_user_filter){.page = 1, .limit = 10, .sort_by = "last_name", .ascending = true}, 3, 3);
    ck_assert_str_eq(u[0].last_name, "Ash");
    u = listed(&(struct gw_user_filter){.page = 1, .limit = 10, .sort_by = "first_name"}, 3, 3);
    ck_assert_str_eq(u[0].first_name, "Cleo");
    u = listed(&(struct gw_user_filter){.page = 1, .limit = 10, .sort_by = "last_synced_at"}, 3, 3);
    ck_assert_str_eq(u[0].first_name, "Bo_b");
    u = listed(&(struct gw_user_filter){.page = 1, .limit = 10, .sort_by = "created_at", .ascending = true}, 3, 3);
    ck_assert_str_eq(u[0].first_name, "Cleo");
    listed(&(struct gw_user_filter){.page = 1, .limit = 10, .search = "o_"}, 1, 1);
    listed(&(struct gw_user_filter){.page = 1, .limit = 10, .search = "example"}, 3, 3);
    listed(&(struct gw_user_filter){.page = 1, .limit = 10, .search = "%"}, 0, 0);
    listed(&(struct gw_user_filter){.page = 1, .limit = 10, .email = "b@Example.org"}, 1, 1);
    listed(&(struct gw_user_filter){.page = 1, .limit = 10, .external_user_id = "x-9"}, 1, 1);
}
END_TEST

/* ---- connections ---- */

START_TEST(test_connection_life)
{
    struct gw_uuid user = make_user("Ana"), other = make_user("Bo");
    struct gw_state_put state = {.key = GW_STR("k"), .value = GW_STR("v"), .expires_us = GW_NO_TIME};
    struct gw_connection c = {.user_id = user,
                              .provider = "polar",
                              .provider_user_id = "42",
                              .tokens = GW_STR("t\0x"),
                              .token_expires_us = T0,
                              .scope = "a b"};
    struct gw_connection made, again, *list;
    struct gw_str value;
    size_t count;
    bool created;

    ck_good(gw_store_connection_put(db, arena, &c, &state, 1, &made, &created, &err));
    ck_assert(created);
    ck_assert_str_eq(made.status, "active");
    ck_assert_uint_eq(made.tokens.len, 3);
    ck_assert(made.token_expires_us == T0);
    ck_good(gw_store_state_get(db, arena, user, made.id, "polar", GW_STR("k"), &value, &err));
    ck_assert(gw_str_is(value, "v"));

    ck_good(gw_store_connection_status(db, user, made.id, "revoked", "user", &err));
    ck_good(gw_store_connection_get(db, arena, user, made.id, &again, &err));
    ck_assert_str_eq(again.status, "revoked");
    ck_assert_str_eq(again.reason, "user");
    ck_assert_uint_eq(again.tokens.len, 0);

    c.tokens = GW_STR("new");
    ck_good(gw_store_connection_put(db, arena, &c, NULL, 0, &again, &created, &err));
    ck_assert(!created);
    ck_assert(gw_uuid_eq(made.id, again.id));
    ck_assert_str_eq(again.status, "active");
    ck_assert_ptr_null(again.reason);
    ck_assert_int_gt(again.token_version, made.token_version);

    struct gw_connection shared = make_connection(other, "polar", "42");
    make_connection(user, "polar", "43");
    make_connection(user, "suunto", "42");
    ck_good(gw_store_connection_list(db, arena, user, NULL, &list, &count, &err));
    ck_assert_uint_eq(count, 3);
    ck_good(gw_store_connection_list(db, arena, user, "polar", &list, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(list[0].provider_user_id, "43");
    ck_assert(!list[0].shared && list[1].shared && shared.shared); /* the first owner is told as well */
    ck_good(gw_store_connection_by_account(db, arena, "polar", "42", &list, &count, &err));
    ck_assert_uint_eq(count, 2);
    ck_assert(gw_uuid_eq(list[0].id, shared.id) || gw_uuid_eq(list[1].id, shared.id));
    ck_good(gw_store_connection_by_account(db, arena, "polar", "none", &list, &count, &err));
    ck_assert_uint_eq(count, 0);
    ck_good(gw_store_connection_scope(db, user, made.id, "a", &err));
    ck_good(gw_store_connection_get(db, arena, user, made.id, &again, &err));
    ck_assert_str_eq(again.scope, "a");
    ck_fails(gw_store_connection_get(db, arena, other, made.id, &again, &err), GW_NOT_FOUND);
    c.user_id = gw_uuid_v4();
    ck_fails(gw_store_connection_put(db, arena, &c, NULL, 0, &again, &created, &err), GW_NOT_FOUND);
}
END_TEST

START_TEST(test_connection_status_quiet)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    long before = sql_long("SELECT count(*) FROM outbox");

    ck_good(gw_store_connection_status(db, c.user_id, c.id, "active", NULL, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox"), before);
    ck_good(gw_store_connection_status(db, c.user_id, c.id, "reauthorize", "refresh refused", &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox"), before + 1);
    ck_assert_str_eq(sql_one("SELECT tokens FROM connections"), "\\x7365616c6564");
    ck_fails(gw_store_connection_status(db, c.user_id, gw_uuid_v4(), "active", NULL, &err), GW_NOT_FOUND);
}
END_TEST

/* ---- the token lock ---- */

static int working, most_working, refreshed;
static pthread_mutex_t work_lock = PTHREAD_MUTEX_INITIALIZER;

/* As link does it: whoever finds the version it wanted renewed already leaves it be. */
static enum gw_code refresh(void *self, struct gw_connection *connection, bool *changed, struct gw_err *e)
{
    (void)e;
    pthread_mutex_lock(&work_lock);
    most_working = ++working > most_working ? working : most_working;
    pthread_mutex_unlock(&work_lock);
    if (connection->token_version == *(int64_t *)self) {
        const struct timespec pause = {0, 50000000};
        nanosleep(&pause, NULL);
        connection->tokens = GW_STR("renewed");
        connection->token_expires_us = T0 + HOUR_US;
        *changed = true;
        refreshed++;
    }
    pthread_mutex_lock(&work_lock);
    working--;
    pthread_mutex_unlock(&work_lock);
    return GW_OK;
}

static struct gw_connection token_connection;

static void *renew(void *failures)
{
    struct gw_arena *mine = gw_arena_new(0);
    int64_t version = token_connection.token_version;

    if (gw_store_connection_token_lock(db, mine, token_connection.user_id, token_connection.id, 5000, refresh, &version,
                                       NULL) != GW_OK)
        __atomic_add_fetch((int *)failures, 1, __ATOMIC_SEQ_CST);
    gw_arena_free(&mine);
    return NULL;
}

START_TEST(test_token_lock_once)
{
    pthread_t threads[6];
    struct gw_connection row;
    int failures = 0;

    token_connection = make_connection(make_user("Ana"), "polar", "42");
    for (int i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, renew, &failures);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(most_working, 1);
    ck_assert_int_eq(refreshed, 1);
    ck_good(gw_store_connection_get(db, arena, token_connection.user_id, token_connection.id, &row, &err));
    ck_assert(gw_str_is(row.tokens, "renewed"));
    ck_assert_int_eq(row.token_version, token_connection.token_version + 1);
    ck_assert(row.token_expires_us == T0 + HOUR_US);
}
END_TEST

static enum gw_code hold(void *self, struct gw_connection *connection, bool *changed, struct gw_err *e)
{
    struct gw_err inner;
    int64_t version = 0;

    (void)self;
    (void)e;
    (void)changed;
    /* somebody else waits no longer than it said, and data of the user is not held up */
    ck_fails(
        gw_store_connection_token_lock(db, arena, connection->user_id, connection->id, 100, refresh, &version, &inner),
        GW_BUSY);
    struct gw_commit commit = make_commit(connection);
    struct gw_workout w = make_workout("w", T0, 0, 60);
    commit.workouts = &w;
    commit.workouts_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    return GW_OK;
}

START_TEST(test_token_lock_waits)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");

    ck_good(gw_store_connection_token_lock(db, arena, c.user_id, c.id, 1000, hold, NULL, &err));
    ck_fails(gw_store_connection_token_lock(db, arena, c.user_id, gw_uuid_v4(), 1000, hold, NULL, &err), GW_NOT_FOUND);
}
END_TEST

/* While one refreshes, the user connects anew: the newer tokens stay. */
static enum gw_code overtaken(void *self, struct gw_connection *connection, bool *changed, struct gw_err *e)
{
    struct gw_connection fresh = *connection, made;
    bool created;

    (void)self;
    (void)e;
    fresh.tokens = GW_STR("from the new consent");
    ck_good(gw_store_connection_put(db, arena, &fresh, NULL, 0, &made, &created, &err));
    connection->tokens = GW_STR("from the old grant");
    *changed = true;
    return GW_OK;
}

START_TEST(test_token_lock_overtaken)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42"), row;

    ck_good(gw_store_connection_token_lock(db, arena, c.user_id, c.id, 1000, overtaken, NULL, &err));
    ck_good(gw_store_connection_get(db, arena, c.user_id, c.id, &row, &err));
    ck_assert(gw_str_is(row.tokens, "from the new consent"));
}
END_TEST

/* ---- state and flows ---- */

START_TEST(test_state)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    struct gw_uuid nil = {{0}};
    struct gw_state_put put = {.key = GW_STR("k"), .value = GW_STR("one"), .expires_us = gw_now_us() + HOUR_US};
    struct gw_str value;

    ck_good(gw_store_state_put(db, c.user_id, c.id, "polar", &put, &err));
    put.value = GW_STR("two");
    ck_good(gw_store_state_put(db, c.user_id, c.id, "polar", &put, &err));
    put.value = GW_STR("all");
    ck_good(gw_store_state_put(db, nil, nil, "polar", &put, &err));
    ck_good(gw_store_state_get(db, arena, c.user_id, c.id, "polar", GW_STR("k"), &value, &err));
    ck_assert(gw_str_is(value, "two"));
    ck_good(gw_store_state_get(db, arena, nil, nil, "polar", GW_STR("k"), &value, &err));
    ck_assert(gw_str_is(value, "all"));
    ck_fails(gw_store_state_get(db, arena, nil, nil, "suunto", GW_STR("k"), &value, &err), GW_NOT_FOUND);
    gw_clock_offset(2 * HOUR_US);
    ck_fails(gw_store_state_get(db, arena, nil, nil, "polar", GW_STR("k"), &value, &err), GW_NOT_FOUND);
    ck_good(gw_store_clean(db, 90, 30, &err));
    gw_clock_offset(0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM connection_state"), 0);
    put.value = GW_STR("");
    ck_good(gw_store_state_put(db, nil, nil, "polar", &put, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM provider_state"), 0);
}
END_TEST

START_TEST(test_flow_once)
{
    struct gw_flow flow = {.user_id = make_user("Ana"),
                           .state_digest = {1, 2, 3},
                           .provider = "polar",
                           .redirect_uri = "https://app.example.org/x",
                           .plugin_state = GW_STR("p"),
                           .expires_us = gw_now_us() + HOUR_US};
    struct gw_flow taken;

    ck_good(gw_store_flow_put(db, &flow, &err));
    ck_fails(gw_store_flow_take(db, arena, gw_uuid_v4(), flow.state_digest, &taken, &err), GW_STATE);
    ck_good(gw_store_flow_take(db, arena, flow.user_id, flow.state_digest, &taken, &err));
    ck_assert_str_eq(taken.redirect_uri, flow.redirect_uri);
    ck_assert(gw_str_is(taken.plugin_state, "p"));
    ck_fails(gw_store_flow_take(db, arena, flow.user_id, flow.state_digest, &taken, &err), GW_STATE);
    flow.expires_us = gw_now_us() - 1;
    ck_good(gw_store_flow_put(db, &flow, &err));
    ck_fails(gw_store_flow_take(db, arena, flow.user_id, flow.state_digest, &taken, &err), GW_STATE);
    flow.user_id = gw_uuid_v4();
    ck_fails(gw_store_flow_put(db, &flow, &err), GW_NOT_FOUND);
}
END_TEST

/* ---- keys ---- */

START_TEST(test_keys)
{
    static const uint8_t digest[32] = {7}, unknown[32] = {8};
    struct gw_api_key key, *keys;
    struct gw_uuid id;
    uint32_t scopes;
    size_t count;

    ck_good(gw_store_key_create(db, arena, "app", "sk-abcd", digest, GW_SCOPE_READ | GW_SCOPE_WRITE,
                                (struct gw_uuid){{0}}, &key, &err));
    ck_good(gw_store_key_find(db, digest, &id, &scopes, &err));
    ck_assert(gw_uuid_eq(id, key.id));
    ck_assert_uint_eq(scopes, GW_SCOPE_READ | GW_SCOPE_WRITE);
    ck_fails(gw_store_key_find(db, unknown, &id, &scopes, &err), GW_UNAUTHENTICATED);
    ck_good(gw_store_key_list(db, arena, &keys, &count, &err));
    ck_assert_uint_eq(count, 1);
    ck_assert_str_eq(keys[0].prefix, "sk-abcd");
    ck_assert(keys[0].last_used_us != GW_NO_TIME && keys[0].revoked_us == GW_NO_TIME);
    ck_good(gw_store_key_revoke(db, key.id, (struct gw_uuid){{0}}, &err));
    ck_good(gw_store_key_revoke(db, key.id, (struct gw_uuid){{0}}, &err));
    ck_fails(gw_store_key_find(db, digest, &id, &scopes, &err), GW_UNAUTHENTICATED);
    ck_fails(gw_store_key_revoke(db, gw_uuid_v4(), (struct gw_uuid){{0}}, &err), GW_NOT_FOUND);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM audit_log WHERE subject = '%s'", uuid_text(key.id)), 3);
}
END_TEST

Suite *suite_people(void)
{
    Suite *suite = suite_create("people");
    TCase *tcase = db_case(suite, "people");

    tcase_add_test(tcase, test_user_life);
    tcase_add_test(tcase, test_user_external_once);
    tcase_add_test(tcase, test_user_external_concurrent);
    tcase_add_test(tcase, test_user_list);
    tcase_add_test(tcase, test_connection_life);
    tcase_add_test(tcase, test_connection_status_quiet);
    tcase_add_test(tcase, test_token_lock_once);
    tcase_add_test(tcase, test_token_lock_waits);
    tcase_add_test(tcase, test_token_lock_overtaken);
    tcase_add_test(tcase, test_state);
    tcase_add_test(tcase, test_flow_once);
    tcase_add_test(tcase, test_keys);
    return suite;
}
