/* Sessions out of stages: however these are grouped into commits and in whatever order they come, the nights are the
 * same; and each is one row for as long as it is one night. */
#include <stdlib.h>

#include "base/time.h"
#include "ingest/nights.h"
#include "sync_test.h"

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "samsung", "");
}

/* ---- stages ---- */

static unsigned seed = 1;

static unsigned draw(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

/* Minutes from T0. */
static struct gw_sleep_stage stage(const char *id, const char *name, int from, int to, int64_t version)
{
    struct gw_sleep_stage s = {.stage = name,
                               .head = {.external_id = id,
                                        .start_us = T0 + from * MIN_US,
                                        .end_us = T0 + to * MIN_US,
                                        .version_us = version,
                                        .offset_s = 3600}};
    int64_t parts[] = {from, to, version};

    for (size_t i = 0; i < sizeof(parts); i++)
        s.head.digest[i % 16] = (uint8_t)(s.head.digest[i % 16] * 31 + ((const uint8_t *)parts)[i]);
    s.head.digest[15] = (uint8_t)(s.head.digest[15] ^ name[0] ^ name[1] << 2);
    return s;
}

static struct gw_commit last; /* with its counts */

static void put(const struct gw_sleep_stage *stages, size_t count)
{
    struct gw_sleep_stage *own = gw_arena_alloc(arena, count * sizeof(*own));

    memcpy(own, stages, count * sizeof(*own));
    last = make_commit(&connection);
    last.stages = own;
    last.stages_count = count;
    last.nights = gw_ingest_nights;
    ck_good(gw_store_commit(db, &last, NULL, NULL, &err));
}

static const char *sessions(void)
{
    return sql_one("SELECT coalesce(string_agg(to_char(start_at, 'DD HH24:MI') || '-' || to_char(end_at, 'HH24:MI') || "
                   "' ' || coalesce(asleep_s::text, '?'), ', ' ORDER BY start_at), '') FROM sleep_sessions "
                   "WHERE user_id = '%s' AND NOT deleted",
                   uuid_text(connection.user_id));
}

static const char *ids(void)
{
    return sql_one("SELECT coalesce(string_agg(id::text, ' ' ORDER BY start_at), '') FROM sleep_sessions "
                   "WHERE user_id = '%s' AND NOT deleted",
                   uuid_text(connection.user_id));
}

/* Every stage of a session stands by it, and no session is without one. */
static void check_links(void)
{
    ck_assert_int_eq(sql_long("SELECT count(*) FROM sleep_stages g LEFT JOIN sleep_sessions s ON s.id = g.session_id "
                              "WHERE NOT g.deleted AND g.session_id IS NOT NULL AND (s.id IS NULL OR s.deleted)"),
                     0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM sleep_sessions s WHERE NOT s.deleted AND NOT EXISTS (SELECT 1 FROM "
                              "sleep_stages g WHERE g.session_id = s.id AND NOT g.deleted)"),
                     0);
}

/* ---- one night ---- */

START_TEST(test_a_night)
{
    const struct gw_sleep_stage night[] = {
        stage(NULL, "in_bed", 1330, 1900, 1), stage(NULL, "awake", 1330, 1345, 1),
        stage(NULL, "light", 1345, 1440, 1),  stage(NULL, "deep", 1440, 1500, 1),
        stage(NULL, "rem", 1500, 1560, 1),    stage(NULL, "awake", 1560, 1570, 1),
        stage(NULL, "light", 1570, 1890, 1),  stage(NULL, "unknown", 1890, 1900, 1),
    };

    put(night, 8);
    ck_assert_str_eq(sessions(), "20 22:10-07:30 32100");
    ck_assert_str_eq(sql_one("SELECT concat_ws(' ', duration_s, in_bed_s, awake_s, light_s, deep_s, rem_s, "
                             "efficiency_percent, is_nap, offset_s, json_array_length(stages)) FROM sleep_sessions"),
                     "33600 34200 1500 24900 3600 3600 93.86 f 3600 6");
    ck_assert_int_eq(last.counts.sleep.created, 1);
    ck_assert_int_eq(last.counts.sleep.fetched, 1);
    ck_assert_int_eq(last.counts.events.created, 0);
    ck_assert_int_gt(sql_long("SELECT count(*) FROM outbox WHERE data::text LIKE '%%\"sleep\":{\"created\":[%%'"), 0);
    char *before = sql_dump();
    put(night, 8);
    ck_assert_int_eq(last.counts.sleep.unchanged, 1);
    ck_assert_int_eq(last.counts.sleep.created + last.counts.sleep.updated, 0);
    ck_same_dump(before, sql_dump());
    check_links();
}
END_TEST

START_TEST(test_grows_and_shrinks)
{
    struct gw_sleep_stage middle = stage("m", "light", 1440, 1560, 1), early = stage("e", "deep", 1380, 1440, 1);
    struct gw_sleep_stage late = stage("l", "rem", 1600, 1700, 1), gone = stage("e", "deep", 1380, 1440, 2);

    gone.head.deleted = true;
    put(&middle, 1);
    const char *first = ids();
    ck_assert_str_eq(sessions(), "21 00:00-02:00 7200");
    put(&early, 1);
    ck_assert_int_eq(last.counts.sleep.updated, 1);
    put(&late, 1);
    ck_assert_str_eq(sessions(), "20 23:00-04:20 16800");
    ck_assert_str_eq(ids(), first);
    put(&gone, 1);
    ck_assert_str_eq(sessions(), "21 00:00-04:20 13200");
    ck_assert_str_eq(ids(), first);
    put(&early, 1); /* older than its end: it does not come back */
    ck_assert_str_eq(sessions(), "21 00:00-04:20 13200");
    check_links();
}
END_TEST

START_TEST(test_joined_and_parted)
{
    struct gw_sleep_stage a = stage("a", "light", 1300, 1400, 1), b = stage("b", "light", 1600, 1700, 1);
    struct gw_sleep_stage bridge = stage("x", "awake", 1450, 1550, 1), gone = stage("x", "awake", 1450, 1550, 2);
    char first[64], second[64];

    gone.head.deleted = true;
    put(&a, 1);
    snprintf(first, sizeof(first), "%s", ids());
    put(&b, 1);
    ck_assert_str_eq(sessions(), "20 21:40-23:20 6000, 21 02:40-04:20 6000");
    snprintf(second, sizeof(second), "%.36s", ids() + 37);
    put(&bridge, 1);
    ck_assert_str_eq(sessions(), "20 21:40-04:20 12000");
    ck_assert_str_eq(ids(), first);
    ck_assert_int_eq(last.counts.sleep.deleted, 1);
    ck_assert_str_eq(sql_one("SELECT deleted FROM sleep_sessions WHERE id = '%s'", second), "t");
    ck_assert_int_gt(sql_long("SELECT count(*) FROM outbox WHERE data::text LIKE '%%\"deleted\":[\"%s\"]%%'", second),
                     0);
    check_links();
    put(&gone, 1);
    ck_assert_str_eq(sessions(), "20 21:40-23:20 6000, 21 02:40-04:20 6000");
    ck_assert(strncmp(ids(), first, 36) == 0);
    check_links();
}
END_TEST

/* Apart by more than two hours, but of one session of the provider; and a score for it, before and after. */
START_TEST(test_parents_and_scores)
{
    struct gw_sleep_stage parts[] = {stage("u-s0-0", "light", 1300, 1400, 1), stage("u-s0-1", "deep", 1700, 1800, 1),
                                     stage("v-s0-0", "light", 4000, 4100, 1)};
    struct gw_event score = {.kind = "score",
                             .value = 77,
                             .head = {.external_id = "u-sleepScore",
                                      .start_us = T0,
                                      .end_us = T0,
                                      .version_us = 1,
                                      .extra = "{\"category\":\"sleep\",\"value\":77}"}};
    struct gw_commit commit = make_commit(&connection);

    parts[0].parent = parts[1].parent = "u-s0";
    parts[2].parent = "v-s0";
    put(&parts[1], 2);
    put(&parts[0], 1);
    ck_assert_str_eq(sessions(), "20 21:40-06:00 12000, 22 18:40-20:20 6000");
    commit.events = &score;
    commit.events_count = 1;
    commit.nights = gw_ingest_nights;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(commit.counts.sleep.updated, 1);
    ck_assert_str_eq(
        sql_one("SELECT string_agg(coalesce(score::text, '-'), ' ' ORDER BY start_at) FROM sleep_sessions"), "77 -");
    score.head.id = (struct gw_uuid){{0}};
    score.head.external_id = "v-sleepScore";
    score.head.extra = "{\"category\":\"sleep\",\"value\":55.5}";
    score.value = 55.5;
    commit = make_commit(&connection);
    commit.events = &score;
    commit.events_count = 1;
    commit.stages = &parts[2];
    commit.stages_count = 1;
    commit.nights = gw_ingest_nights;
    parts[2] = stage("v-s0-0", "light", 4000, 4110, 2);
    parts[2].parent = "v-s0";
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_str_eq(
        sql_one("SELECT string_agg(coalesce(score::text, '-'), ' ' ORDER BY start_at) FROM sleep_sessions"), "77 55.5");
    put(&parts[1], 1); /* found again where it is stored */
    ck_assert_str_eq(
        sql_one("SELECT string_agg(coalesce(score::text, '-'), ' ' ORDER BY start_at) FROM sleep_sessions"), "77 55.5");
    check_links();
}
END_TEST

/* A stage under a known id that moves to another day takes nothing along. */
START_TEST(test_moved)
{
    struct gw_sleep_stage parts[] = {stage("a", "light", 1300, 1400, 1), stage("b", "deep", 1400, 1500, 1),
                                     stage("c", "rem", 1500, 1560, 1)};
    struct gw_sleep_stage away = stage("a", "light", -200, -100, 2);
    char first[64];

    put(parts, 3);
    snprintf(first, sizeof(first), "%s", ids());
    put(&away, 1);
    ck_assert_str_eq(sessions(), "19 20:40-22:20 6000, 20 23:20-02:00 9600");
    ck_assert_str_eq(ids() + 37, first);
    away = stage("a", "light", 1300, 1400, 3);
    put(&away, 1);
    ck_assert_str_eq(sessions(), "20 21:40-02:00 15600");
    ck_assert_str_eq(ids(), first);
    check_links();
}
END_TEST

/* Whoever deletes a session does not want it back. */
START_TEST(test_removed)
{
    struct gw_sleep_stage a = stage("a", "light", 1300, 1400, 1), b = stage("b", "deep", 1400, 1500, 1);

    put(&a, 1);
    sql_run("UPDATE sleep_sessions SET deleted = true, version_us = 9223372036854775807");
    put(&a, 1);
    put(&b, 1);
    ck_assert_str_eq(sessions(), "");
    ck_assert_int_eq(sql_long("SELECT count(*) FROM sleep_sessions"), 1);
}
END_TEST

/* ---- any order ---- */

#define MOST 400

struct set {
    struct gw_sleep_stage s[MOST];
    uint32_t source[MOST];
    size_t count;
};

static void add(struct set *set, struct gw_sleep_stage s, uint32_t source)
{
    ck_assert_uint_lt(set->count, MOST);
    s.head.source = source;
    set->s[set->count++] = s;
}

/* Some days of two sources: nights, naps, pieces that are missing, double or corrected, and stages all alone. */
static void random_set(struct set *set)
{
    static const char *const names[] = {"in_bed", "awake", "sleeping", "light", "deep", "rem", "unknown"};

    set->count = 0;
    for (int day = 0; day < 4; day++) {
        for (uint32_t source = 1; source < 3; source++) {
            int at = day * 1440 + 1200 + (int)draw(400), pieces = (int)draw(14);
            const char *parent = draw(3) ? NULL : gw_arena_printf(arena, "p%d-%u", day / (1 + (int)draw(2)), source);
            for (int i = 0; i < pieces; i++) {
                int to = at + 1 + (int)draw(90);
                const char *id = draw(2) ? gw_arena_printf(arena, "%d-%u-%d", day, source, i) : NULL;
                struct gw_sleep_stage s = stage(id, names[draw(7)], at, to, 1 + draw(3));
                s.parent = parent;
                add(set, s, source);
                if (!draw(5)) { /* again, newer, elsewhere or no more */
                    struct gw_sleep_stage other =
                        stage(id, s.stage, id ? at + (int)draw(60) - 30 : at, to + (int)draw(40), 5);
                    if (other.head.end_us <= other.head.start_us)
                        other.head.end_us = other.head.start_us + MIN_US;
                    other.parent = parent;
                    other.head.deleted = !draw(3);
                    add(set, other, source);
                }
                at = draw(4) ? to : draw(2) ? to + (int)draw(200) : to - (int)draw(40);
            }
        }
    }
}

static void shuffle(struct set *set)
{
    for (size_t i = set->count; i > 1; i--) {
        size_t k = draw((unsigned)i);
        struct gw_sleep_stage kept = set->s[i - 1];
        set->s[i - 1] = set->s[k];
        set->s[k] = kept;
    }
}

/* What a reader can see, and the marks of what is gone. */
static char *nights(void)
{
    static char *text;
    struct gw_buf out = {0};
    const char *all =
        sql_one("SELECT md5(coalesce(string_agg(row::text, E'\\n' ORDER BY row::text), '')) || ' ' || count(*) FROM ("
                "SELECT to_jsonb(s) - 'id' - 'user_id' - 'external_id' - 'source_id' - 'digest' - 'payload_id' || "
                "jsonb_build_object('source', d.digest, 'parts', (SELECT count(*) FROM sleep_stages g WHERE "
                "g.session_id = s.id "
                "AND NOT g.deleted)) AS row FROM sleep_sessions s JOIN sources d USING (user_id, source_id) "
                "WHERE s.user_id = '%s' AND NOT s.deleted) x",
                uuid_text(connection.user_id));

    gw_buf_str(&out, all);
    text = gw_buf_take(&out, NULL);
    return text;
}

START_TEST(test_any_order)
{
    struct set set;
    int some = 0;

    for (int turn = 0; turn < 60; turn++) {
        seed = (unsigned)(turn * 7919 + 13);
        random_set(&set);
        if (set.count == 0)
            continue;
        connection = make_connection(make_user("A"), "samsung", "");
        put(set.s, set.count);
        char *once = nights();
        some += strcmp(sessions(), "") != 0;
        for (int order = 0; order < 3; order++) {
            connection = make_connection(make_user("B"), "samsung", "");
            shuffle(&set);
            for (size_t at = 0, n; at < set.count; at += n) {
                n = 1 + draw(order == 0 ? 3 : order == 1 ? 20 : 100);
                n = n < set.count - at ? n : set.count - at;
                put(&set.s[at], n);
                if (at && !draw(4))
                    put(&set.s[draw((unsigned)at)], 1); /* again */
            }
            char *pieces = nights();
            ck_assert_msg(strcmp(once, pieces) == 0, "turn %d, order %d: %s is not %s", turn, order, pieces, once);
            free(pieces);
        }
        check_links();
        put(set.s, set.count);
        ck_assert_int_eq(last.counts.sleep.created + last.counts.sleep.updated + last.counts.sleep.deleted, 0);
        free(once);
    }
    ck_assert_int_gt(some, 50);
}
END_TEST

Suite *suite_nights(void)
{
    Suite *suite = suite_create("nights");
    TCase *tcase = db_case(suite, "nights");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_a_night);
    tcase_add_test(tcase, test_grows_and_shrinks);
    tcase_add_test(tcase, test_joined_and_parted);
    tcase_add_test(tcase, test_parents_and_scores);
    tcase_add_test(tcase, test_moved);
    tcase_add_test(tcase, test_removed);
    tcase_add_test(tcase, test_any_order);
    return suite;
}
