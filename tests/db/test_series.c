/* Series: blocks, tails, split days, deletions; nothing is written twice, no order matters, SQL sees what C sees. */
#include "db_test.h"

#include <math.h>
#include <stdlib.h>

#include "store/block.h"

#define HEART_RATE 1

static struct gw_connection connection;
static uint32_t seed;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "polar", "42");
    seed = 1;
}

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* count samples from start on, one each step; values of whole beats. */
static struct gw_series_in make_series(int64_t start_us, int64_t step_us, size_t count, int64_t version_us)
{
    int64_t *t = gw_arena_alloc(arena, count * sizeof(*t));
    double *v = gw_arena_alloc(arena, count * sizeof(*v));

    for (size_t i = 0; i < count; i++) {
        t[i] = start_us + (int64_t)i * step_us;
        v[i] = 60 + (double)((t[i] / 1000000 + version_us) % 50);
    }
    return (struct gw_series_in){
        .metric = HEART_RATE, .offset_s = 3600, .version_us = version_us, .count = count, .t_us = t, .v = v};
}

/* Minute heart rate as watches record it: jittered, one decimal. */
static struct gw_series_in make_day(int64_t start_us)
{
    struct gw_series_in s = make_series(start_us, MIN_US, 1440, 1);

    for (size_t i = 0; i < s.count; i++) {
        ((int64_t *)(uintptr_t)s.t_us)[i] += (int64_t)below(1000) * 1000;
        ((double *)(uintptr_t)s.v)[i] = 60 + (double)below(600) / 10;
    }
    return s;
}

static struct gw_count put_many(const struct gw_series_in *s, size_t count)
{
    struct gw_commit commit = make_commit(&connection);

    commit.series = s;
    commit.series_count = count;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    return commit.counts.timeseries;
}

static struct gw_count put(struct gw_series_in s)
{
    return put_many(&s, 1);
}

#define ck_counts(got, c, u, n, d)                                                                                     \
    do {                                                                                                               \
        struct gw_count g_ = (got);                                                                                    \
        ck_assert_msg(g_.created == (c) && g_.updated == (u) && g_.unchanged == (n) && g_.deleted == (d),              \
                      "created %d updated %d unchanged %d deleted %d", (int)g_.created, (int)g_.updated,               \
                      (int)g_.unchanged, (int)g_.deleted);                                                             \
    } while (0)

/* n, first and last of every block are those of its samples. */
static void check_bounds(void)
{
    ck_assert_int_eq(
        sql_long("SELECT count(*) FROM series_blocks b, LATERAL (SELECT count(*) AS n, min(t_us) AS first, max(t_us) "
                 "AS last FROM series_unpack(b.data, b.tail) WHERE value <> 'NaN') x "
                 "WHERE b.n <> x.n OR b.first_us <> coalesce(x.first, 0) OR b.last_us <> coalesce(x.last, 0)"),
        0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks b, series_unpack(b.data, b.tail) x "
                              "WHERE x.t_us < b.bucket * 3600000000 OR x.t_us >= (b.bucket + b.span) * 3600000000"),
                     0);
}

START_TEST(test_first_and_again)
{
    struct gw_series_in s = make_series(T0 - 2 * HOUR_US, MIN_US, 600, 1);

    ck_counts(put(s), 600, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks"), 2);
    ck_assert_int_eq(sql_long("SELECT sum(n) FROM series_blocks"), 600);
    check_bounds();
    char *before = sql_dump();
    ck_counts(put(s), 0, 0, 600, 0);
    char *after = sql_dump();
    ck_same_dump(before, after);
    ck_assert_str_eq(sql_one("SELECT data -> 'timeseries' -> 0 ->> 'samples' FROM outbox WHERE type = 'data.changed'"),
                     "600");
}
END_TEST

START_TEST(test_correction_and_late_one)
{
    struct gw_series_in s = make_series(T0, MIN_US, 100, 5), newer, older;

    put(s);
    newer = make_series(T0 + 10 * MIN_US, MIN_US, 10, 6);
    older = make_series(T0 + 10 * MIN_US, MIN_US, 100, 4);
    ck_counts(put(newer), 0, 10, 0, 0);
    ck_counts(put(older), 10, 0, 90, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_samples"), 110);
    ck_assert_int_eq(sql_long("SELECT value FROM series_samples ORDER BY ts OFFSET 12 LIMIT 1"),
                     60 + ((T0 / 1000000 + 12 * 60) + 6) % 50);
    check_bounds();
}
END_TEST

START_TEST(test_deletion)
{
    struct gw_series_in s = make_series(T0, MIN_US, 100, 5), gone = make_series(T0 + 90 * MIN_US, MIN_US, 20, 6);

    gone.deleted = true;
    gone.v = NULL;
    put(s);
    ck_counts(put(gone), 0, 0, 10, 10);
    ck_assert_int_eq(sql_long("SELECT n FROM series_blocks"), 90);
    ck_counts(put(s), 0, 0, 100, 0);
    ck_assert_int_eq(sql_long("SELECT n FROM series_blocks"), 90);
    ck_counts(put(gone), 0, 0, 20, 0);
    check_bounds();
    s.version_us = 7;
    ck_counts(put(s), 10, 0, 90, 0);
    gone = make_series(T0, MIN_US, 120, 8);
    gone.deleted = true;
    ck_counts(put(gone), 0, 0, 20, 100);
    ck_assert_int_eq(sql_long("SELECT n FROM series_blocks"), 0);
    check_bounds();
}
END_TEST

START_TEST(test_kinds_apart)
{
    struct gw_series_in s[4];

    for (int i = 0; i < 4; i++)
        s[i] = make_series(T0, MIN_US, 10, 1);
    s[1].daily_total = true;
    s[2].metric = 80;
    s[3].source = 1;
    ck_counts(put_many(s, 4), 40, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks"), 4);
    ck_counts(put_many(s, 4), 0, 0, 40, 0);
}
END_TEST

START_TEST(test_pieces_of_one_block)
{
    struct gw_series_in s[50];
    int64_t unsorted[] = {T0 + 3, T0 + 1, T0 + 1, T0 + 2};
    double values[] = {3, 1, 2, 2};

    for (int i = 0; i < 50; i++)
        s[i] = make_series(T0 + i * MIN_US, 25 * MIN_US, 10, i % 3);
    struct gw_count c = put_many(s, 50);
    ck_assert_int_eq(c.created + c.unchanged, 500);
    ck_assert_int_eq(sql_long("SELECT sum(n) FROM series_blocks"), c.created);
    check_bounds();
    struct gw_series_in odd = {.metric = 2, .offset_s = GW_NO_OFFSET, .count = 4, .t_us = unsorted, .v = values};
    ck_counts(put(odd), 3, 0, 1, 0);
    ck_assert_int_eq(sql_long("SELECT sum(value) FROM series_samples WHERE metric = 2"), 7);
    values[0] = NAN;
    struct gw_commit commit = make_commit(&connection);
    commit.series = &odd;
    commit.series_count = 1;
    ck_fails(gw_store_commit(db, &commit, NULL, NULL, &err), GW_INTERNAL);
}
END_TEST

/* Small writes to a big block go to the tail, until it is folded. */
START_TEST(test_tail)
{
    struct gw_series_in day = make_day(T0);
    long folds = 0, tails = 0, longest = 0, stored;

    day.count = 1200;
    put(day);
    ck_assert_int_eq(sql_long("SELECT length(tail) FROM series_blocks"), 0);
    const char *data = sql_one("SELECT md5(data) FROM series_blocks");
    for (int i = 0; i < 240; i++) {
        struct gw_series_in one = make_day(T0 + (1200 + i) * MIN_US);
        one.count = 1 + below(3) % 2;
        put(one);
        const char *now = sql_one("SELECT md5(data) FROM series_blocks");
        long tail = sql_long("SELECT length(tail) FROM series_blocks");
        longest = tail > longest ? tail : longest;
        if (strcmp(now, data) == 0) {
            tails += tail > 0;
        } else {
            folds++;
            ck_assert_int_eq(tail, 0);
        }
        data = now;
    }
    stored = sql_long("SELECT n FROM series_blocks");
    ck_assert_int_gt(stored, 1400);
    ck_assert_int_gt(tails, 200);
    ck_assert_int_gt(folds, 0);
    ck_assert_int_gt(longest, 500);
    ck_assert_int_le(longest, 1000);
    check_bounds();
    /* what is in the tail is compared, too */
    struct gw_series_in last = make_series(T0 + DAY_US - 1, 1, 1, 1);
    ck_counts(put(last), 1, 0, 0, 0);
    ck_counts(put(last), 0, 0, 1, 0);
}
END_TEST

START_TEST(test_small_block_is_rewritten)
{
    put(make_series(T0, MIN_US, 300, 1));
    put(make_series(T0 + 300 * MIN_US, MIN_US, 1, 1));
    ck_assert_int_eq(sql_long("SELECT length(tail) FROM series_blocks"), 0);
    ck_assert_int_eq(sql_long("SELECT n FROM series_blocks"), 301);
}
END_TEST

START_TEST(test_split)
{
    struct gw_series_in dense = make_series(T0 + 5 * HOUR_US, 1000000, 4000, 1), more;

    put(dense);
    ck_assert_int_eq(sql_long("SELECT span FROM series_blocks"), 24);
    more = make_series(T0 + 5 * HOUR_US + 4000 * INT64_C(1000000), 1000000, 5000, 1);
    ck_counts(put(more), 5000, 0, 0, 0);
    /* 05:00 to 07:30 is three hours, and the first of the day says that it was split */
    ck_assert_str_eq(sql_one("SELECT string_agg((bucket %% 24) || ':' || span || ':' || n, ' ' ORDER BY bucket) "
                             "FROM series_blocks"),
                     "0:1:0 5:1:3600 6:1:3600 7:1:1800");
    ck_counts(put(dense), 0, 0, 4000, 0);
    ck_counts(put(more), 0, 0, 5000, 0);
    /* small ones to an hour, also to one that was not there, also to the first */
    ck_counts(put(make_series(T0 + 20 * HOUR_US, 1000000, 10, 1)), 10, 0, 0, 0);
    ck_counts(put(make_series(T0, 1000000, 10, 1)), 10, 0, 0, 0);
    ck_assert_str_eq(sql_one("SELECT string_agg((bucket %% 24) || ':' || span || ':' || n, ' ' ORDER BY bucket) "
                             "FROM series_blocks"),
                     "0:1:10 5:1:3600 6:1:3600 7:1:1800 20:1:10");
    check_bounds();
    /* a day that comes dense at once */
    ck_counts(put(make_series(T0 + DAY_US, 1000000, 86400, 1)), 86400, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks WHERE bucket >= %ld", (long)(T0 / HOUR_US + 24)), 24);
    ck_counts(put(make_series(T0 + DAY_US, 1000000, 86400, 1)), 0, 0, 86400, 0);
}
END_TEST

START_TEST(test_many_days)
{
    struct gw_series_in s = make_series(T0 - 100 * DAY_US, HOUR_US, 100 * 24, 1);
    struct gw_series_in sparse = make_series(T0 - 90 * DAY_US, 30 * DAY_US, 4, 2);

    ck_counts(put(s), 2400, 0, 0, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks"), 100);
    ck_counts(put(s), 0, 0, 2400, 0);
    /* all but today's are there already; values differ by their version */
    ck_counts(put(sparse), 1, 3, 0, 0);
    check_bounds();
}
END_TEST

START_TEST(test_before_1970)
{
    ck_counts(put(make_series(-3 * HOUR_US - 1, HOUR_US, 6, 1)), 6, 0, 0, 0);
    ck_assert_str_eq(sql_one("SELECT string_agg(bucket || ':' || n, ' ' ORDER BY bucket) FROM series_blocks"),
                     "-24:4 0:2");
    check_bounds();
}
END_TEST

/* ---- the view equals the decoder ---- */

static void random_series(struct gw_series_in *s)
{
    size_t count = 1 + below(400);
    int64_t *t = gw_arena_alloc(arena, count * sizeof(*t)), *dur = gw_arena_alloc(arena, count * sizeof(*dur));
    double *v = gw_arena_alloc(arena, count * sizeof(*v));
    static const int64_t steps[] = {1, 1000, 1000000, 60000000, 250000};
    int64_t step = steps[below(5)], at = T0 + (int64_t)below(20) * HOUR_US / step * step;
    uint32_t kind = below(4);

    for (size_t i = 0; i < count; i++) {
        t[i] = at;
        at += step * (1 + (below(10) == 0 ? below(50) : 0));
        dur[i] = below(4) ? 1000000 : below(5000000);
        v[i] = kind == 0   ? below(200)
               : kind == 1 ? below(2000) / 10.0
               : kind == 2 ? (double)((float)below(1000) / 7.0f) * (below(2) ? 1 : -1)
                           : ldexp((double)below(1u << 20), (int)below(2040) - 1070);
    }
    *s = (struct gw_series_in){.metric = (uint16_t)(1 + below(3)),
                               .offset_s = below(2) ? 7200 : GW_NO_OFFSET,
                               .version_us = below(4),
                               .tentative = below(3) == 0,
                               .deleted = below(6) == 0,
                               .count = count,
                               .t_us = t,
                               .v = v,
                               .dur_us = below(2) ? dur : NULL,
                               .source = below(3),
                               .daily_total = below(5) == 0};
    s->payload_id.b[3] = (uint8_t)below(3);
}

static void put_row(struct gw_buf *out, const struct gw_block *b, uint32_t i, const struct gw_block_run *run)
{
    char id[GW_UUID_TEXT];
    uint64_t bits;

    memcpy(&bits, &b->v[i], 8);
    gw_buf_printf(out, "%ld|%016lx|%ld|", (long)b->t_us[i], isnan(b->v[i]) ? 0x7ff8000000000000ul : (unsigned long)bits,
                  (long)(b->dur_us ? b->dur_us[i] : 0));
    if (run->offset_s != GW_NO_OFFSET)
        gw_buf_printf(out, "%d", (int)run->offset_s);
    gw_buf_printf(out, "|%ld|%d|%s\n", (long)run->version_us, run->tentative,
                  gw_uuid_is_nil(run->payload_id) ? "" : gw_uuid_text(run->payload_id, id));
}

/* Every row as C sees it. */
static char *seen_by_c(PGresult *rows)
{
    struct gw_buf out = {0};

    for (int r = 0; r < PQntuples(rows); r++) {
        struct gw_block data, tail, whole;
        ck_good(gw_block_decode((struct gw_str){PQgetvalue(rows, r, 0), (size_t)PQgetlength(rows, r, 0)}, arena, &data,
                                &err));
        ck_good(gw_block_decode((struct gw_str){PQgetvalue(rows, r, 1), (size_t)PQgetlength(rows, r, 1)}, arena, &tail,
                                &err));
        ck_good(gw_block_merge(&data, &tail, arena, &whole, NULL, &err));
        uint32_t run = 0;
        for (uint32_t i = 0; i < whole.count; i++) {
            while (run + 1 < whole.runs_count && whole.runs[run + 1].first <= i)
                run++;
            put_row(&out, &whole, i, &whole.runs[run]);
        }
    }
    return gw_buf_take(&out, NULL);
}

START_TEST(test_sql_sees_the_same)
{
    PGconn *conn = PQconnectdb(db_conninfo);
    const char *order = "metric, bucket, source_id, daily_total";
    char sql[1024];

    seed = 100u + (uint32_t)_i;
    for (int i = 0; i < 12; i++) {
        struct gw_series_in s;
        random_series(&s);
        put(s);
    }
    snprintf(sql, sizeof(sql), "SELECT data, tail FROM series_blocks ORDER BY %s", order);
    PGresult *rows = PQexecParams(conn, sql, 0, NULL, NULL, NULL, NULL, 1);
    ck_assert_int_gt(PQntuples(rows), 0);
    char *c = seen_by_c(rows);
    PQclear(rows);
    snprintf(sql, sizeof(sql),
             "SELECT string_agg(t_us || '|' || encode(float8send(value), 'hex') || '|' || dur_us || '|' || "
             "coalesce(offset_s::text, '') || '|' || version_us || '|' || tentative::int || '|' || "
             "coalesce(payload_id::text, '') || E'\\n', '' ORDER BY %s, t_us) "
             "FROM series_blocks b, series_unpack(b.data, b.tail) x",
             order);
    rows = PQexec(conn, sql);
    ck_assert_msg(PQresultStatus(rows) == PGRES_TUPLES_OK, "%s", PQerrorMessage(conn));
    ck_assert_str_eq(c, PQgetvalue(rows, 0, 0));
    PQclear(rows);
    free(c);
    PQfinish(conn);
    check_bounds();
    ck_assert_int_eq(sql_long("SELECT (SELECT count(*) FROM series_samples) - (SELECT sum(n) FROM series_blocks)"), 0);
    ck_assert_int_eq(
        sql_long("SELECT (SELECT count(*) FROM series_between('%s', 1, '2025-11-20 03:00Z', '2025-11-20 09:30Z')) - "
                 "(SELECT count(*) FROM series_samples WHERE metric = 1 AND ts >= '2025-11-20 03:00Z' "
                 "AND ts < '2025-11-20 09:30Z')",
                 uuid_text(connection.user_id)),
        0);
}
END_TEST

/* ---- any order, any grouping ---- */

#define PIECES 14

START_TEST(test_any_order)
{
    struct gw_series_in all[PIECES];
    char *first = NULL;

    seed = 500u + (uint32_t)_i;
    for (int i = 0; i < PIECES; i++)
        random_series(&all[i]);
    if (_i % 2) /* a day that splits on the way */
        for (int i = 0; i < 3; i++) {
            all[i] = make_series(T0 + i * 3000 * INT64_C(1000000), 2000000, 2500, i);
            all[i].source = 1;
        }
    for (uint32_t round = 0; round < 8; round++) {
        seed = round * 31 + 5;
        for (uint32_t i = PIECES - 1; round && i > 0; i--) {
            uint32_t k = below(i + 1);
            struct gw_series_in t = all[i];
            all[i] = all[k];
            all[k] = t;
        }
        for (uint32_t i = 0, n; i < PIECES; i += n) {
            n = 1 + below(PIECES - i);
            put_many(all + i, n);
        }
        check_bounds();
        char *dump = sql_dump_logical();
        if (first)
            ck_same_dump(strdup(first), dump);
        else
            first = dump;
        sql_run("TRUNCATE series_blocks, sources");
    }
    free(first);
}
END_TEST

Suite *suite_series(void)
{
    Suite *suite = suite_create("series");
    TCase *tcase = db_case(suite, "series");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_first_and_again);
    tcase_add_test(tcase, test_correction_and_late_one);
    tcase_add_test(tcase, test_deletion);
    tcase_add_test(tcase, test_kinds_apart);
    tcase_add_test(tcase, test_pieces_of_one_block);
    tcase_add_test(tcase, test_tail);
    tcase_add_test(tcase, test_small_block_is_rewritten);
    tcase_add_test(tcase, test_split);
    tcase_add_test(tcase, test_many_days);
    tcase_add_test(tcase, test_before_1970);
    tcase_add_loop_test(tcase, test_sql_sees_the_same, 0, 5);
    tcase_add_loop_test(tcase, test_any_order, 0, 4);
    return suite;
}
