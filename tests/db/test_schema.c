/* Migrations, statements, and the rules that keep the schema fit for distribution by user. */
#include "db_test.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>

#include "store/conn.h"
#include "store/logins.h"

/* ---- statements ---- */

/* Every statement is prepared as the program prepares it; a typo or a missing column fails here. */
START_TEST(test_statements)
{
    PGconn *conn = PQconnectdb(db_conninfo);

    for (int i = 0; i < SQL_COUNT; i++) {
        PGresult *result = PQprepare(conn, sql_name((enum sql_id)i), sql_text((enum sql_id)i), 0, NULL);
        ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s: %s", sql_name((enum sql_id)i),
                      PQerrorMessage(conn));
        PQclear(result);
    }
    PQfinish(conn);
}
END_TEST

/* ---- the rules of docs/decisions/0002-series-blocks.md ---- */

/* D: data, distributed by user. K: look-ups by a key of their own. L: local to one node. */
/* clang-format off */
static const struct {
    const char *table;
    char kind;
} tables[] = {
    {"account_owners", 'K'},
    {"api_keys", 'L'},
    {"applications", 'L'},
    {"audit_log", 'L'},
    {"changes", 'L'},
    {"connection_state", 'D'},
    {"connections", 'D'},
    {"developer_sessions", 'L'},
    {"developers", 'L'},
    {"events", 'D'},
    {"external_users", 'K'},
    {"inbox", 'L'},
    {"invitation_codes", 'K'},
    {"invitations", 'L'},
    {"jobs", 'L'},
    {"metrics", 'L'},
    {"oauth_flows", 'D'},
    {"outbox", 'D'},
    {"payload_chunks", 'D'},
    {"payloads", 'D'},
    {"priorities", 'L'},
    {"priority_version", 'L'},
    {"provider_settings", 'L'},
    {"provider_state", 'L'},
    {"runs", 'D'},
    {"schema_migrations", 'L'},
    {"sdk_sessions", 'D'},
    {"series_blocks", 'D'},
    {"sleep_sessions", 'D'},
    {"sleep_stages", 'D'},
    {"sources", 'D'},
    {"token_locks", 'D'},
    {"users", 'D'},
    {"webhook_runs", 'L'},
    {"workouts", 'D'},
};
/* clang-format on */
#define TABLES (sizeof(tables) / sizeof(*tables))

/* A temporary table of the above, for the queries below. */
static void list_kinds(void)
{
    sql_run("CREATE TEMPORARY TABLE kind (name text, kind text)");
    for (size_t i = 0; i < TABLES; i++)
        sql_run("INSERT INTO kind VALUES ('%s', '%c')", tables[i].table, tables[i].kind);
}

#define ck_none(sql)                                                                                                   \
    do {                                                                                                               \
        const char *found_ = sql_one(sql);                                                                             \
        ck_assert_msg(!*found_, "%s", found_);                                                                         \
    } while (0)

START_TEST(test_catalogue)
{
    list_kinds();
    ck_none("SELECT string_agg(coalesce(relname, name), ' ') FROM (SELECT relname FROM pg_class WHERE relkind IN "
            "('r', 'p') AND relnamespace = 'public'::regnamespace) t FULL JOIN kind ON name = relname "
            "WHERE relname IS NULL OR name IS NULL");
    /* every unique key of data holds the user */
    ck_none(
        "SELECT string_agg(i.indexrelid::regclass::text, ' ') FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "JOIN kind k ON k.name = c.relname WHERE k.kind = 'D' AND i.indisunique AND NOT EXISTS (SELECT 1 FROM "
        "pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey) "
        "AND a.attname = CASE c.relname WHEN 'users' THEN 'id' ELSE 'user_id' END)");
    /* foreign keys stay inside data, and hold the user on both sides */
    ck_none("SELECT string_agg(f.conname, ' ') FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid "
            "JOIN pg_class r ON r.oid = f.confrelid LEFT JOIN kind k ON k.name = c.relname "
            "LEFT JOIN kind rk ON rk.name = r.relname WHERE f.contype = 'f' AND (k.kind <> 'D' OR rk.kind <> 'D' "
            "OR NOT EXISTS (SELECT 1 FROM unnest(f.conkey, f.confkey) u (a, b) "
            "JOIN pg_attribute x ON x.attrelid = c.oid AND x.attnum = u.a "
            "JOIN pg_attribute y ON y.attrelid = r.oid AND y.attnum = u.b WHERE x.attname = 'user_id' "
            "AND y.attname = CASE r.relname WHEN 'users' THEN 'id' ELSE 'user_id' END))");
    /* all data goes with its user, but the notices of what happened */
    ck_none("SELECT string_agg(k.name, ' ') FROM kind k WHERE k.kind = 'D' AND k.name NOT IN ('users', 'outbox') "
            "AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.conrelid = k.name::regclass AND f.contype = 'f' "
            "AND f.confdeltype = 'c')");
    /* ids come from the program; nothing happens behind its back */
    ck_none(
        "SELECT string_agg(attrelid::regclass::text, ' ') FROM pg_attribute a JOIN kind ON name::regclass = attrelid "
        "LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum WHERE attidentity <> '' "
        "OR pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval%%'");
    ck_none(
        "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace");
    ck_none("SELECT string_agg(tgname, ' ') FROM pg_trigger WHERE NOT tgisinternal");
    ck_none("SELECT string_agg(rulename, ' ') FROM pg_rules WHERE schemaname = 'public'");
}
END_TEST

/* Over all users on purpose: lists for operators, the relay, housekeeping, and an operator's look-up by id. */
static const char *const over_all_users[] = {
    "user_count",   "user_list_newest", "user_list_sorted",       "relay_read",     "run_get",
    "run_list_all", "clean_flows",      "clean_connection_state", "clean_payloads", "clean_sdk_sessions", "clean_runs",
};

static bool is_exception(const char *name)
{
    for (size_t i = 0; i < sizeof(over_all_users) / sizeof(*over_all_users); i++)
        if (strcmp(over_all_users[i], name) == 0)
            return true;
    return false;
}

static bool names_table(const char *sql, const char *table)
{
    static const char *const before[] = {"FROM ", "JOIN ", "INTO ", "UPDATE "};
    char text[64];

    for (size_t i = 0; i < 4; i++) {
        snprintf(text, sizeof(text), "%s%s", before[i], table);
        const char *at = strstr(sql, text);
        if (at && !isalnum((unsigned char)at[strlen(text)]) && at[strlen(text)] != '_')
            return true;
    }
    return false;
}

/* A comment may say anything. */
static const char *without_comments(const char *sql)
{
    static char text[8192];
    char *to = text;

    while (*sql) {
        if (strncmp(sql, "--", 2) == 0)
            sql += strcspn(sql, "\n");
        else
            *to++ = *sql++;
    }
    *to = '\0';
    return text;
}

static bool says_user(const char *sql, const char *table)
{
    char insert[64];

    if (strcmp(table, "users") == 0)
        return strstr(sql, "id = $1::uuid") || strstr(sql, "INSERT INTO users (id,");
    snprintf(insert, sizeof(insert), "INSERT INTO %s (user_id,", table);
    return strstr(sql, "user_id = $1") || strstr(sql, insert);
}

START_TEST(test_statements_name_their_user)
{
    int seen = 0;

    for (int i = 0; i < SQL_COUNT; i++) {
        const char *sql = without_comments(sql_text((enum sql_id)i)), *name = sql_name((enum sql_id)i);
        for (size_t t = 0; t < TABLES; t++) {
            if (tables[t].kind != 'D' || !names_table(sql, tables[t].table))
                continue;
            seen++;
            ck_assert_msg(is_exception(name) || says_user(sql, tables[t].table), "%s reaches %s without a user", name,
                          tables[t].table);
        }
    }
    ck_assert_int_gt(seen, 50);
}
END_TEST

START_TEST(test_user_deleted)
{
    struct gw_connection c = make_connection(make_user("Ana"), "polar", "42");
    struct gw_state_put state = {.key = GW_STR("k"), .value = GW_STR("v"), .expires_us = GW_NO_TIME};
    struct gw_workout w = make_workout("w", T0, 1, 60);
    struct gw_sleep s = make_sleep("s", T0, 1, 60);
    struct gw_event e = {.kind = "score", .head = {.start_us = T0, .end_us = T0}};
    struct gw_sleep_stage stage = {.stage = "deep", .head = {.start_us = T0, .end_us = T0 + 1}};
    struct gw_payload p = {.kind = "polar.x", .data = GW_STR("x"), .offset_s = GW_NO_OFFSET};
    struct gw_flow flow = {.user_id = c.user_id, .provider = "polar", .expires_us = T0};
    int64_t t = T0;
    double v = 1;
    struct gw_series_in series = {.metric = 1, .count = 1, .t_us = &t, .v = &v};
    struct gw_commit commit = make_commit(&c);

    ck_good(gw_store_login_create(db, &(struct gw_login){GW_LOGIN_SDK, c.user_id, c.id}, (const uint8_t[32]){1},
                                  "invite:x", &err));
    make_job(&c, GW_JOB_SYNC, "{}");
    struct gw_job job = claim_one("w");
    commit.job_id = job.id;
    commit.lease = job.lease;
    commit.end = GW_COMMIT_FINISH;
    commit.workouts = &w, commit.workouts_count = 1;
    commit.sleeps = &s, commit.sleeps_count = 1;
    commit.events = &e, commit.events_count = 1;
    commit.stages = &stage, commit.stages_count = 1;
    commit.payloads = &p, commit.payloads_count = 1;
    commit.series = &series, commit.series_count = 1;
    commit.states = &state, commit.states_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_good(gw_store_flow_put(db, &flow, &err));
    for (size_t i = 0; i < TABLES; i++)
        if (tables[i].kind == 'D')
            ck_assert_msg(sql_long("SELECT count(*) FROM %s", tables[i].table) > 0, "%s is empty", tables[i].table);
    sql_run("DELETE FROM users");
    for (size_t i = 0; i < TABLES; i++)
        if (tables[i].kind == 'D' && strcmp(tables[i].table, "outbox") != 0)
            ck_assert_msg(sql_long("SELECT count(*) FROM %s", tables[i].table) == 0, "%s is not", tables[i].table);
    commit.end = GW_COMMIT_NONE;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_NOT_FOUND);
}
END_TEST

/* ---- migrations ---- */

START_TEST(test_migrations)
{
    int applied = -1;
    long newest = sql_long("SELECT max(version) FROM schema_migrations");

    ck_good(gw_store_migrate(db_conninfo, &applied, &err));
    ck_assert_int_eq(applied, 0);
    ck_assert_int_le(sql_long("SELECT count(*) FROM schema_migrations"), newest); /* numbers may be left out */
    /* one that a neighbouring version added and that we can live with */
    sql_run("INSERT INTO schema_migrations VALUES (%ld, '9999_later', 'x', %ld, now())", newest + 1, newest);
    ck_good(gw_store_migrate(db_conninfo, &applied, &err));
    /* one that we cannot */
    sql_run("UPDATE schema_migrations SET runs_with = %ld WHERE version = %ld", newest + 1, newest + 1);
    ck_fails(gw_store_migrate(db_conninfo, &applied, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), "newer"));
    sql_run("DELETE FROM schema_migrations WHERE version = %ld", newest + 1);
    /* one that was altered after it was applied */
    sql_run("UPDATE schema_migrations SET checksum = 'other' WHERE version = 2");
    ck_fails(gw_store_migrate(db_conninfo, &applied, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), "0002"));
}
END_TEST

static void *migrate(void *conninfo)
{
    struct gw_err e = {0};

    return (void *)(intptr_t)gw_store_migrate(conninfo, NULL, &e);
}

/* Several processes that start on an empty database at once. */
START_TEST(test_migrations_together)
{
    pthread_t threads[4];
    char conninfo[256];
    void *code;

    ck_assert(tmp_postgres_create(&db_server, "empty_one", NULL));
    tmp_postgres_conninfo(&db_server, "empty_one", conninfo, sizeof(conninfo));
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, migrate, conninfo);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &code);
        ck_assert_int_eq((intptr_t)code, GW_OK);
    }
    ck_assert(tmp_postgres_drop(&db_server, "empty_one"));
}
END_TEST

Suite *suite_schema(void)
{
    Suite *suite = suite_create("schema");
    TCase *tcase = db_case(suite, "schema");

    tcase_add_test(tcase, test_statements);
    tcase_add_test(tcase, test_catalogue);
    tcase_add_test(tcase, test_statements_name_their_user);
    tcase_add_test(tcase, test_user_deleted);
    tcase_add_test(tcase, test_migrations);
    tcase_add_test(tcase, test_migrations_together);
    return suite;
}
