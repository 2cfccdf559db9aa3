/* From a stored payload to data: in one piece, in portions, twice, broken off, and when the lease is lost. */
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "sync_test.h"

static struct gw_connection connection;

static void setup(void)
{
    sync_setup();
    connection = make_connection(make_user("Ana"), "apple", "");
}

/* ---- bodies ---- */

static void write_record(struct gw_buf *out, int64_t i)
{
    static const char *const types[] = {"HeartRate", "HeartRate", "HeartRate", "StepCount", "ActiveEnergyBurned"};
    static const char *const units[] = {"bpm", "bpm", "bpm", "count", "kcal"};
    char start[32], end[32];
    int64_t at = T0 + i * 5 * GW_US_PER_S;

    gw_time_format(at, start);
    gw_time_format(at + 5 * GW_US_PER_S, end);
    gw_buf_printf(out,
                  "%s{\"id\":\"6F0B2C1E-6A61-4F0E-9C55-%012lld\",\"type\":\"HKQuantityTypeIdentifier%s\","
                  "\"startDate\":\"%s\",\"endDate\":\"%s\",\"zoneOffset\":null,\"source\":{\"appId\":"
                  "\"com.apple.health.3A1F\",\"deviceName\":\"Watch of Ines\",\"deviceModel\":\"Watch7,1\","
                  "\"deviceType\":\"watch\"},\"value\":%lld,\"unit\":\"%s\"}",
                  i ? "," : "", (long long)i, types[i % 5], start, i % 5 > 2 ? end : start, (long long)(60 + i % 90),
                  units[i % 5]);
}

/* n records, 5 s apart, cut after `most` bytes (0 = whole). */
static struct gw_str body_of(int64_t n, size_t most)
{
    static struct gw_buf out;

    out.len = 0;
    gw_buf_str(&out, "{\"provider\":\"apple\",\"sdkVersion\":\"0.9.0\",\"syncTimestamp\":\"2025-12-20T07:31:02Z\","
                     "\"data\":{\"records\":[");
    for (int64_t i = 0; i < n; i++)
        write_record(&out, i);
    gw_buf_str(&out, "]}}");
    ck_assert(!out.failed);
    return (struct gw_str){out.data, most && most < out.len ? most : out.len};
}

static long samples(void)
{
    return sql_long("SELECT coalesce(sum(n), 0) FROM series_blocks");
}

/* ---- tests ---- */

START_TEST(test_small)
{
    struct gw_uuid run = push(&connection, body_of(1000, 0));

    worker_start(60);
    struct gw_run r = ended(connection.user_id, run);
    ck_assert_str_eq(r.status, "success");
    ck_assert_int_eq(r.counts.timeseries.created, 1000);
    ck_assert_int_eq(r.counts.payloads, 1);
    ck_assert_int_eq(samples(), 1000);
    ck_assert_int_gt(sql_long("SELECT normalize_revision FROM payloads"), 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 1);
    ck_assert_str_ne(sql_one("SELECT last_synced_at FROM connections"), "");
}
END_TEST

/* Larger than what is handed over whole, and more than one portion. */
START_TEST(test_portions)
{
    struct gw_uuid run = push(&connection, body_of(300000, 0));

    worker_start(60);
    struct gw_run r = ended(connection.user_id, run);
    ck_assert_str_eq(r.status, "success");
    ck_assert_int_eq(r.counts.timeseries.created, 300000);
    ck_assert_int_eq(r.counts.timeseries.fetched, 300000);
    ck_assert_int_eq(r.counts.payloads, 1);
    ck_assert_int_eq(samples(), 300000);
    ck_assert_int_ge(sql_long("SELECT count(*) FROM outbox") + sql_long("SELECT count(*) FROM changes"), 3);
    worker_stop();
    char *before = sql_dump_logical();
    run = push(&connection, body_of(300000, 0));
    worker_start(60);
    r = ended(connection.user_id, run);
    ck_assert_int_eq(r.counts.timeseries.unchanged, 300000);
    ck_assert_int_eq(r.counts.timeseries.created + r.counts.timeseries.updated, 0);
    ck_same_dump(before, sql_dump_logical());
}
END_TEST

/* What came before the end is good, and why it ended is said. */
START_TEST(test_broken_off)
{
    struct gw_str body = body_of(300000, 0);
    struct gw_uuid large = push(&connection, (struct gw_str){body.ptr, body.len - 1000});
    struct gw_uuid small = push(&connection, (struct gw_str){body.ptr, 2000});
    struct gw_uuid none = push(&connection, GW_STR("{\"data\":"));

    worker_start(60);
    struct gw_run r = ended(connection.user_id, large);
    ck_assert_str_eq(r.status, "partial");
    ck_assert_str_eq(r.error_code, "apple.body");
    ck_assert_int_gt(r.counts.timeseries.created + r.counts.timeseries.unchanged, 299900);
    ck_assert_int_eq(r.counts.payloads_failed, 1);
    r = ended(connection.user_id, small);
    ck_assert_str_eq(r.status, "partial");
    r = ended(connection.user_id, none);
    ck_assert_str_eq(r.status, "failed");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads WHERE error IS NOT NULL AND normalize_revision = 0"), 3);
}
END_TEST

/* Another worker takes the job in the middle: the first writes no more, the second does it all, nothing is doubled. */
START_TEST(test_lease_lost)
{
    struct gw_uuid run = push(&connection, body_of(400000, 0));

    worker_start(60);
    for (int i = 0; samples() == 0 && i < 3000; i++)
        usleep(1000);
    sql_run("UPDATE jobs SET lease = gen_random_uuid(), lease_until = now() + interval '1 second'");
    struct gw_run r = ended(connection.user_id, run);
    ck_assert_str_eq(r.status, "success");
    ck_assert_int_eq(r.counts.timeseries.fetched, 400000);
    ck_assert_int_gt(r.counts.timeseries.unchanged, 0);
    ck_assert_int_eq(r.counts.timeseries.created + r.counts.timeseries.unchanged, 400000);
    ck_assert_int_eq(samples(), 400000);
    ck_assert_int_eq(sql_long("SELECT attempts FROM runs"), 2);
}
END_TEST

START_TEST(test_progress)
{
    struct gw_uuid id = push(&connection, body_of(400000, 0));
    struct gw_run run = {0};
    double first = 0, seen = 0;

    worker_start(60);
    while (run.ended_us == GW_NO_TIME || !run.status) {
        ck_good(gw_store_run_get(db, arena, connection.user_id, id, &run, &err));
        if (run.progress == run.progress && strcmp(run.status, "running") == 0) {
            ck_assert(run.progress >= seen && run.progress <= 1);
            seen = run.progress;
            first = first > 0 ? first : seen;
        }
        usleep(500);
    }
    ck_assert_msg(first > 0.1 && first < 0.9, "progress was first seen at %g", first);
}
END_TEST

Suite *suite_push(void)
{
    Suite *suite = suite_create("push");
    TCase *tcase = db_case(suite, "push");

    tcase_add_checked_fixture(tcase, setup, sync_teardown);
    tcase_add_test(tcase, test_small);
    tcase_add_test(tcase, test_portions);
    tcase_add_test(tcase, test_broken_off);
    tcase_add_test(tcase, test_lease_lost);
    tcase_add_test(tcase, test_progress);
    return suite;
}
