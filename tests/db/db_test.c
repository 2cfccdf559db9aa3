/* What the tests of the store share. */
#include "db_test.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/buf.h"

struct tmp_postgres db_server;
char db_conninfo[256];
struct gw_db *db;
struct gw_arena *arena;
struct gw_err err;

static PGconn *side; /* the test's own connection */
static char database[32];

void db_setup(void)
{
    static int number;

    snprintf(database, sizeof(database), "test_%d_%d", (int)getpid(), number++);
    ck_assert(tmp_postgres_create(&db_server, database, "migrated"));
    tmp_postgres_conninfo(&db_server, database, db_conninfo, sizeof(db_conninfo));
    side = PQconnectdb(db_conninfo);
    ck_assert_int_eq(PQstatus(side), CONNECTION_OK);
    arena = gw_arena_new(0);
    memset(&err, 0, sizeof(err));
    struct gw_db_options options = {.conninfo = db_conninfo, .name = "test", .pool = 8, .statement_timeout_ms = 120000};
    ck_good(gw_store_open(&options, &db, &err));
}

void db_teardown(void)
{
    gw_store_close(&db);
    gw_arena_free(&arena);
    PQfinish(side);
    side = NULL;
    tmp_postgres_drop(&db_server, database);
}

TCase *db_case(Suite *suite, const char *name)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, db_setup, db_teardown);
    tcase_set_timeout(tcase, 240);
    suite_add_tcase(suite, tcase);
    return tcase;
}

/* ---- looking ---- */

static PGresult *query(const char *fmt, va_list args)
{
    char *sql = NULL;

    ck_assert_int_ge(vasprintf(&sql, fmt, args), 0);
    PGresult *result = PQexec(side, sql);
    ExecStatusType status = PQresultStatus(result);
    ck_assert_msg(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(side));
    free(sql);
    return result;
}

void sql_run(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    PQclear(query(fmt, args));
    va_end(args);
}

static const char *first(PGresult *result)
{
    static char texts[8][4096];
    static int next;
    char *to = texts[next++ % 8];

    snprintf(to, sizeof(texts[0]), "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
    PQclear(result);
    return to;
}

const char *sql_one(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const char *text = first(query(fmt, args));
    va_end(args);
    return text;
}

long sql_long(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    const char *text = first(query(fmt, args));
    va_end(args);
    ck_assert_msg(*text, "no row");
    return strtol(text, NULL, 10);
}

static void dump_query(struct gw_buf *out, const char *name, const char *sql)
{
    PGresult *result = PQexec(side, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(side));
    gw_buf_printf(out, "== %s\n", name);
    for (int i = 0; i < PQntuples(result); i++)
        gw_buf_printf(out, "%s\n", PQgetvalue(result, i, 0));
    PQclear(result);
}

static char *taken(struct gw_buf *out)
{
    char *text = gw_buf_take(out, NULL);

    ck_assert_ptr_nonnull(text);
    return text;
}

char *sql_dump(void)
{
    struct gw_buf out = {0};
    PGresult *tables = PQexec(side, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                                    "'public'::regnamespace AND relname NOT IN ('jobs', 'runs', 'schema_migrations') "
                                    "ORDER BY relname");

    for (int i = 0; i < PQntuples(tables); i++) {
        char sql[256];
        const char *table = PQgetvalue(tables, i, 0);
        snprintf(sql, sizeof(sql),
                 "SELECT to_jsonb(t)%s || jsonb_build_object('xmin', xmin::text) FROM %s t ORDER BY 1",
                 strcmp(table, "connections") == 0 ? " - 'last_synced_at'" : "", table);
        if (strcmp(table, "connections") == 0 || strcmp(table, "users") == 0)
            snprintf(sql, sizeof(sql), "SELECT to_jsonb(t) - 'last_synced_at' FROM %s t ORDER BY 1", table);
        dump_query(&out, table, sql);
    }
    PQclear(tables);
    return taken(&out);
}

char *sql_dump_logical(void)
{
    static const char *const records[] = {"workouts", "sleep_sessions", "events"};
    struct gw_buf out = {0};

    for (size_t i = 0; i < 3; i++) {
        char sql[600];
        snprintf(sql, sizeof(sql),
                 "SELECT to_jsonb(t) - 'id' - 'source_id' - 'listed' || jsonb_build_object('source', s.digest) "
                 "FROM %s t JOIN sources s USING (user_id, source_id) ORDER BY 1",
                 records[i]);
        if (i == 0) /* a mark by what it names, not by its id */
            snprintf(sql, sizeof(sql),
                     "SELECT to_jsonb(t) - 'id' - 'source_id' - 'listed' || jsonb_build_object('source', s.digest, "
                     "'duplicate_of', "
                     "(SELECT jsonb_build_array(o.digest, w.external_id, w.start_at) FROM workouts w JOIN sources o "
                     "USING (user_id, source_id) WHERE w.user_id = t.user_id AND w.id = t.duplicate_of)) "
                     "FROM workouts t JOIN sources s USING (user_id, source_id) ORDER BY 1");
        dump_query(&out, records[i], sql);
    }
    dump_query(&out, "sources", "SELECT to_jsonb(t) - 'source_id' FROM sources t ORDER BY 1");
    dump_query(&out, "blocks",
               "SELECT to_jsonb(b) - 'data' - 'tail' - 'source_id' || jsonb_build_object('source', s.digest) "
               "FROM series_blocks b JOIN sources s USING (user_id, source_id) ORDER BY 1");
    dump_query(&out, "samples",
               "SELECT jsonb_build_array(b.metric, b.daily_total, s.digest, x.*) FROM series_blocks b "
               "JOIN sources s USING (user_id, source_id), series_unpack(b.data, b.tail) x ORDER BY 1");
    dump_query(&out, "payloads", "SELECT to_jsonb(t) FROM payloads t ORDER BY 1");
    return taken(&out);
}

void ck_same_dump(char *a, char *b)
{
    size_t i = 0, line = 0;

    while (a[i] && a[i] == b[i]) {
        i++;
        line = a[i - 1] == '\n' ? i : line;
    }
    ck_assert_msg(a[i] == b[i], "%.900s\nis not\n%.900s", a + line, b + line);
    free(a);
    free(b);
}

/* ---- making ---- */

const char *uuid_text(struct gw_uuid id)
{
    static char texts[8][GW_UUID_TEXT];
    static int next;

    return gw_uuid_text(id, texts[next++ % 8]);
}

struct gw_uuid make_user(const char *name)
{
    struct gw_user user = {.first_name = name}, made;
    bool created;

    ck_good(gw_store_user_create(db, arena, &user, &made, &created, &err));
    ck_assert(created);
    return made.id;
}

struct gw_connection make_connection(struct gw_uuid user, const char *provider, const char *account)
{
    struct gw_connection c = {.user_id = user,
                              .provider = provider,
                              .provider_user_id = account,
                              .tokens = GW_STR("sealed"),
                              .token_expires_us = GW_NO_TIME};
    bool created;

    ck_good(gw_store_connection_put(db, arena, &c, NULL, 0, &c, &created, &err));
    return c;
}

struct gw_uuid make_job(const struct gw_connection *connection, int kind, const char *args)
{
    struct gw_job job = {.user_id = connection->user_id,
                         .connection_id = connection->id,
                         .provider = connection->provider,
                         .kind = kind,
                         .priority = kind == GW_JOB_HISTORY ? GW_PRIORITY_HISTORY
                                     : kind == GW_JOB_SYNC  ? GW_PRIORITY_INTERACTIVE
                                                            : GW_PRIORITY_EVENT,
                         .args = args};
    struct gw_uuid id;
    bool joined;

    strncpy((char *)job.args_digest, args, sizeof(job.args_digest));
    ck_good(gw_store_job_submit(db, &job, &id, &joined, &err));
    return id;
}

struct gw_job claim_one(const char *worker)
{
    struct gw_job *jobs;
    size_t count;

    ck_good(gw_store_job_claim(db, arena, gw_uuid_v4(), worker, 60, 1, &jobs, &count, &err));
    ck_assert_uint_eq(count, 1);
    return jobs[0];
}

struct gw_source test_sources[3] = {
    {.provider = "polar"},
    {.provider = "polar", .device_model = "Vantage", .device_type = "watch", .software = "1.9"},
    {.provider = "polar", .device_model = "H10", .device_type = "band"},
};

struct gw_commit make_commit(const struct gw_connection *connection)
{
    return (struct gw_commit){.user_id = connection->user_id,
                              .connection_id = connection->id,
                              .provider = connection->provider,
                              .account = connection->provider_user_id,
                              .end = GW_COMMIT_NONE,
                              .sources = test_sources,
                              .sources_count = 3};
}

static struct gw_record_head make_head(const char *external_id, int64_t start_us, int64_t version_us, double seconds)
{
    struct gw_record_head head = {.external_id = external_id,
                                  .start_us = start_us,
                                  .end_us = start_us + (int64_t)(seconds * 1e6),
                                  .version_us = version_us,
                                  .offset_s = 3600};

    /* a digest of what these helpers vary */
    memcpy(head.digest, &start_us, 8);
    memcpy(head.digest + 8, &seconds, 8);
    return head;
}

struct gw_workout make_workout(const char *external_id, int64_t start_us, int64_t version_us, double duration_s)
{
    return (struct gw_workout){.head = make_head(external_id, start_us, version_us, duration_s),
                               .type = "running",
                               .name = "Morning Run",
                               .duration_s = duration_s,
                               .moving_time_s = NAN,
                               .energy_kcal = 0,
                               .distance_m = 5000.5,
                               .hr_avg = 140,
                               .hr_max = NAN,
                               .hr_min = NAN,
                               .elevation_gain_m = NAN,
                               .elevation_loss_m = NAN,
                               .elevation_max_m = NAN,
                               .elevation_min_m = NAN,
                               .speed_avg_mps = NAN,
                               .speed_max_mps = NAN,
                               .cadence_avg_rpm = NAN,
                               .cadence_max_rpm = NAN,
                               .power_avg_w = NAN,
                               .power_max_w = NAN,
                               .steps = 4000,
                               .is_manual = 0,
                               .laps = "[{\"start_us\":1}]"};
}

struct gw_sleep make_sleep(const char *external_id, int64_t start_us, int64_t version_us, double duration_s)
{
    return (struct gw_sleep){.head = make_head(external_id, start_us, version_us, duration_s),
                             .is_nap = 0,
                             .duration_s = duration_s,
                             .asleep_s = duration_s - 600,
                             .in_bed_s = NAN,
                             .awake_s = 600,
                             .light_s = NAN,
                             .deep_s = NAN,
                             .rem_s = NAN,
                             .latency_s = NAN,
                             .efficiency_percent = NAN,
                             .score = 81,
                             .stages = "[{\"stage\":\"deep\",\"start_us\":1,\"end_us\":2}]"};
}

static struct gw_workout_item listed_rows[256];
static size_t listed_count;

static void listed_begin(void *self, const struct gw_event_page *page)
{
    (void)self;
    ck_assert_uint_le(page->count, 256);
    listed_count = 0;
}

static void listed_row(void *self, const struct gw_workout_item *item)
{
    (void)self;
    listed_rows[listed_count] = *item;
    listed_rows[listed_count].type = item->type ? gw_arena_strdup(arena, item->type) : NULL;
    listed_rows[listed_count++].name = item->name ? gw_arena_strdup(arena, item->name) : NULL;
}

struct listed list_workouts(const struct gw_event_query *query)
{
    struct gw_workout_sink sink = {listed_begin, listed_row, NULL};
    struct listed ret = {.rows = listed_rows};

    ck_good(gw_store_workout_list(db, arena, query, &sink, &ret.page, &err));
    ck_assert_uint_eq(listed_count, ret.page.count);
    return ret;
}
