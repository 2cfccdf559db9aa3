/* Marks of duplicates: the same whatever came first, and moved when what they name moves. */
#include <math.h>
#include <stdlib.h>

#include "db_test.h"
#include "store/duplicates.h"
#include "store/priorities.h"

/* ---- one person, several accounts and devices ---- */

enum { GARMIN, POLAR, APPLE_WATCH, APPLE_GARMIN, APPLE_STRAVA, SAMSUNG, ACCOUNTS };

static const struct {
    const char *provider, *account;
    struct gw_source source;
} accounts[ACCOUNTS] = {
    [GARMIN] = {"garmin", "g1", {.provider = "garmin", .device_model = "Forerunner 255"}},
    [POLAR] = {"polar", "p1", {.provider = "polar", .device_model = "Vantage V3"}},
    [APPLE_WATCH] = {"apple", "", {.provider = "apple", .app = "Wrist", .device_model = "Watch7,1"}},
    [APPLE_GARMIN] = {"apple", "", {.provider = "apple", .app = "Connect", .app_id = "com.garmin.connect.mobile"}},
    [APPLE_STRAVA] = {"apple", "", {.provider = "apple", .app = "Rides", .app_id = "com.example.rides"}},
    [SAMSUNG] = {"samsung", "", {.provider = "samsung", .app = "Rides", .app_id = "com.example.rides"}},
};

struct piece {
    int account;
    const char *id;
    int64_t start_us;
    double seconds;
    const char *type;
    int64_t version;
    bool deleted, full;
};

static struct gw_workout workout_of(const struct piece *piece)
{
    struct gw_workout w = make_workout(piece->id, piece->start_us, piece->version, piece->seconds);

    w.type = piece->type;
    w.head.deleted = piece->deleted;
    w.head.source = 0;
    w.head.digest[14] = (uint8_t)(piece->full + 1);
    w.head.digest[15] = (uint8_t)piece->type[0];
    if (piece->full)
        w.elevation_gain_m = w.hr_max = w.speed_max_mps = w.moving_time_s = 100;
    return w;
}

/* The pieces in one commit for each run of one account. */
static void store(const struct gw_connection *connections, const struct piece *pieces, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        struct gw_workout workouts[64];
        int account = pieces[from].account;
        struct gw_commit commit = make_commit(&connections[account]);
        for (to = from; to < count && pieces[to].account == account; to++)
            workouts[to - from] = workout_of(&pieces[to]);
        commit.sources = &accounts[account].source;
        commit.sources_count = 1;
        commit.workouts = workouts;
        commit.workouts_count = to - from;
        ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    }
}

static struct gw_uuid make_person(struct gw_connection connections[ACCOUNTS])
{
    struct gw_uuid user = make_user("Ana");

    for (int i = 0; i < ACCOUNTS; i++)
        connections[i] = make_connection(user, accounts[i].provider, accounts[i].account);
    return user;
}

/* Who stands for a workout: "" itself. */
static const char *stands(struct gw_uuid user, const char *id)
{
    return sql_one("SELECT coalesce(o.external_id, '') FROM workouts w LEFT JOIN workouts o ON o.user_id = w.user_id "
                   "AND o.id = w.duplicate_of WHERE w.user_id = '%s' AND w.external_id = '%s'",
                   uuid_text(user), id);
}

static void ck_no_chains(void)
{
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts w LEFT JOIN workouts o ON o.user_id = w.user_id AND "
                              "o.id = w.duplicate_of WHERE w.duplicate_of IS NOT NULL AND NOT w.deleted AND "
                              "(o.id IS NULL OR o.deleted OR o.duplicate_of IS NOT NULL OR o.source_id = w.source_id)"),
                     0);
}

/* ---- stories ---- */

START_TEST(test_one_ride)
{
    struct gw_connection c[ACCOUNTS];
    struct gw_uuid user = make_person(c);
    const struct piece pieces[] = {
        {POLAR, "polar", T0, 3600, "cycling", 1, false, true},
        {GARMIN, "garmin", T0 + 2 * MIN_US, 3500, "mountain_biking", 1, false, false},
        {APPLE_WATCH, "watch", T0 + 10 * MIN_US, 3000, "cycling", 1, false, false}, /* begins too late */
        {APPLE_STRAVA, "strava", T0 - MIN_US, 1800, "cycling", 1, false, false},    /* too short */
        {SAMSUNG, "samsung", T0, 3600, "yoga", 1, false, false},                    /* something else */
    };

    store(c, pieces, 5);
    ck_assert_str_eq(stands(user, "garmin"), "");
    ck_assert_str_eq(stands(user, "polar"), "garmin");
    ck_assert_str_eq(stands(user, "watch"), "");
    ck_assert_str_eq(stands(user, "strava"), "");
    ck_assert_str_eq(stands(user, "samsung"), "");
    /* the one that stands goes away, comes back, moves away */
    store(c, &(struct piece){GARMIN, "garmin", T0 + 2 * MIN_US, 3500, "cycling", 2, true, false}, 1);
    ck_assert_str_eq(stands(user, "polar"), "");
    store(c, &(struct piece){GARMIN, "garmin", T0 + 2 * MIN_US, 3500, "cycling", 3, false, false}, 1);
    ck_assert_str_eq(stands(user, "polar"), "garmin");
    store(c, &(struct piece){GARMIN, "garmin", T0 + 12 * HOUR_US, 3500, "cycling", 4, false, false}, 1);
    ck_assert_str_eq(stands(user, "polar"), "");
    /* the same once more changes nothing and says nothing */
    long notices = sql_long("SELECT count(*) FROM outbox");
    store(c, &(struct piece){GARMIN, "garmin", T0 + 12 * HOUR_US, 3500, "cycling", 4, false, false}, 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM outbox"), notices);
}
END_TEST

/* What an app wrote elsewhere is the app's provider's: the original stands, whatever the priorities say of the place.
 */
START_TEST(test_copies)
{
    struct gw_connection c[ACCOUNTS];
    struct gw_uuid user = make_person(c);
    const struct piece pieces[] = {
        {APPLE_GARMIN, "copy", T0 + 3 * MIN_US, 2400, "other", 1, false, true},
        {GARMIN, "original", T0, 3600, "cycling", 1, false, false},
        {APPLE_STRAVA, "here", T0 + DAY_US, 600, "running", 1, false, false},
        {SAMSUNG, "there", T0 + DAY_US, 6000, "yoga", 1, false, true},
        {APPLE_GARMIN, "alone", T0 + 2 * DAY_US, 3600, "cycling", 1, false, false},
        {POLAR, "polar", T0 + 2 * DAY_US, 3600, "cycling", 1, false, true},
    };

    store(c, pieces, 6);
    ck_assert_str_eq(stands(user, "copy"), "original");
    ck_assert_str_eq(stands(user, "there"), "here"); /* one app, one second: surely one; Apple goes before Samsung */
    ck_assert_str_eq(stands(user, "polar"), "alone");
    ck_no_chains();
}
END_TEST

START_TEST(test_priorities_move_marks)
{
    struct gw_connection c[ACCOUNTS];
    struct gw_uuid user = make_person(c);
    const struct piece pieces[] = {
        {POLAR, "polar", T0, 3600, "cycling", 1, false, true},
        {GARMIN, "garmin", T0, 3600, "cycling", 1, false, false},
        {POLAR, "polar2", T0 - 400 * DAY_US, 3600, "cycling", 1, false, true},
        {GARMIN, "garmin2", T0 - 400 * DAY_US, 3600, "cycling", 1, false, false},
    };
    const struct gw_priority better = {.name = "polar", .priority = 1}, worse = {.name = "garmin", .priority = 50};

    store(c, pieces, 4);
    ck_good(gw_store_duplicates_refresh(db, user, &err));
    ck_assert_str_eq(stands(user, "polar"), "garmin");
    ck_good(gw_store_priorities_put(db, GW_PRIORITY_PROVIDER, &better, 1, &err));
    ck_good(gw_store_priorities_put(db, GW_PRIORITY_PROVIDER, &worse, 1, &err));
    ck_assert_str_eq(stands(user, "polar"), "garmin"); /* nobody has looked yet */
    struct gw_event_query q = {.user = user, .from_us = T0 - DAY_US, .to_us = T0 + DAY_US, .limit = 10};
    struct listed list = list_workouts(&q);
    const char *polar = sql_one("SELECT id FROM workouts WHERE external_id = 'polar'");
    ck_assert_uint_eq(list.page.count, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(gw_uuid_is_nil(list.rows[i].duplicate_of), strcmp(uuid_text(list.rows[i].id), polar) == 0);
    ck_assert_str_eq(stands(user, "garmin"), "polar");
    ck_assert_str_eq(stands(user, "garmin2"), "polar2");
    q.no_duplicates = true;
    list = list_workouts(&q);
    ck_assert_uint_eq(list.page.count, 1);
    ck_assert_int_eq(list.page.total, 1);
    /* nothing is stale any more: a look writes nothing */
    const char *before = sql_one("SELECT string_agg(xmin::text, ',' ORDER BY id) FROM workouts");
    ck_good(gw_store_duplicates_refresh(db, user, &err));
    ck_assert_str_eq(before, sql_one("SELECT string_agg(xmin::text, ',' ORDER BY id) FROM workouts"));
    ck_no_chains();
}
END_TEST

/* More than a piece, and a chain that lies across its end. */
START_TEST(test_many)
{
    struct gw_connection c[ACCOUNTS];
    struct gw_uuid user = make_person(c);
    enum { DAYS = 5000 };

    for (int from = 0; from < DAYS; from += 50) {
        struct piece pieces[64];
        char ids[64][16];
        for (int a = 0; a < 2; a++) {
            for (int i = 0; i < 50; i++) {
                snprintf(ids[i], sizeof(ids[i]), "%d", from + i);
                pieces[i] = (struct piece){.account = a ? POLAR : GARMIN,
                                           .id = ids[i],
                                           .start_us = T0 - (from + i) * DAY_US / 4,
                                           .seconds = 3600,
                                           .type = "running",
                                           .version = 1};
            }
            store(c, pieces, 50);
        }
    }
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts WHERE duplicate_of IS NOT NULL AND provider = 'polar'"),
                     DAYS);
    sql_run("UPDATE workouts SET duplicate_of = NULL");
    sql_run("UPDATE workouts SET duplicate_of = id WHERE provider = 'garmin' AND external_id = '17'");
    sql_run("UPDATE priority_version SET version = version + 1");
    ck_good(gw_store_duplicates_refresh(db, user, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts w JOIN workouts o ON o.user_id = w.user_id AND "
                              "o.id = w.duplicate_of WHERE w.provider = 'polar' AND o.provider = 'garmin' AND "
                              "o.external_id = w.external_id"),
                     DAYS);
    ck_no_chains();
}
END_TEST

/* ---- any order ---- */

#define PIECES 24

static uint64_t state;

static uint32_t dice(uint32_t sides)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % sides;
}

/* Workouts that crowd in a few hours, with corrections and deletions of some. */
static void make_pieces(struct piece *pieces, char ids[][16])
{
    static const char *const types[] = {"running", "trail_running", "cycling", "other", "walking", "yoga"};
    struct piece *p;

    for (int i = 0; i < PIECES; i++) {
        p = &pieces[i];
        *p = (struct piece){.account = (int)dice(ACCOUNTS),
                            .id = ids[i],
                            .start_us = T0 + (int64_t)(dice(4) * 45 * 60 + dice(8) * 60) * 1000000,
                            .seconds = 1800 + dice(6) * 300,
                            .type = types[dice(6)],
                            .version = 1 + dice(2),
                            .deleted = dice(8) == 0,
                            .full = dice(2)};
        snprintf(ids[i], 16, "w%d", i);
        if (i > 0 && dice(4) == 0) { /* another version of an earlier one, perhaps at another time */
            const struct piece *earlier = &pieces[dice((uint32_t)i)];
            p->account = earlier->account;
            p->id = earlier->id;
            p->version = earlier->version + 1 + dice(2);
        }
    }
}

static void shuffle(struct piece *pieces, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = dice((uint32_t)i);
        struct piece p = pieces[i - 1];
        pieces[i - 1] = pieces[k];
        pieces[k] = p;
    }
}

static int by_account(const void *a, const void *b)
{
    return ((const struct piece *)a)->account - ((const struct piece *)b)->account;
}

/* What a person's marks are, by content. */
static char *marks_of(struct gw_uuid user)
{
    return strdup(sql_one("SELECT coalesce(string_agg(w.provider || ' ' || w.account || ' ' || w.external_id || '>' || "
                          "o.provider || ' ' || o.external_id, ',' ORDER BY w.provider, w.account, w.external_id), '') "
                          "FROM workouts w JOIN workouts o ON o.user_id = w.user_id AND o.id = w.duplicate_of "
                          "WHERE w.user_id = '%s' AND NOT w.deleted",
                          uuid_text(user)));
}

START_TEST(test_any_order)
{
    int marked = 0;

    for (unsigned seed = 1; seed <= 30; seed++) {
        struct piece pieces[PIECES];
        char ids[PIECES][16];
        char *first = NULL;
        state = seed;
        make_pieces(pieces, ids);
        for (int round = 0; round < 6; round++) {
            struct gw_connection c[ACCOUNTS];
            struct gw_uuid user = make_person(c);
            shuffle(pieces, PIECES);
            if (round == 1) /* all of an account in one commit */
                qsort(pieces, PIECES, sizeof(*pieces), by_account);
            store(c, pieces, PIECES);
            if (round == 2) /* and once more */
                store(c, pieces, PIECES);
            ck_no_chains();
            char *now = marks_of(user);
            if (first)
                ck_assert_msg(strcmp(first, now) == 0, "seed %u round %d:\n%s\n%s", seed, round, first, now);
            /* made anew they are the same */
            sql_run("UPDATE users SET duplicates_version = 0 WHERE id = '%s'", uuid_text(user));
            ck_good(gw_store_duplicates_refresh(db, user, &err));
            char *again = marks_of(user);
            ck_assert_str_eq(now, again);
            free(again);
            if (first)
                free(now);
            else
                first = now;
        }
        marked += *first != '\0';
        free(first);
    }
    ck_assert_int_gt(marked, 20);
}
END_TEST

/* ---- what it costs ---- */

START_TEST(test_priorities)
{
    struct gw_priorities p;
    const struct gw_source watch = {.provider = "apple", .device_model = "Watch7,1"},
                           phone = {.provider = "apple", .device_model = "iPhone14,2"}, unknown = {.provider = "apple"},
                           garmin = {.provider = "garmin", .device_model = "Venu"},
                           other = {.provider = "new", .device_model = "Watch7,1"};

    ck_good(gw_store_priorities_get(db, arena, &p, &err));
    ck_assert_int_eq(gw_priority_of(&p, GW_PRIORITY_PROVIDER, "suunto"), 4);
    ck_assert_int_eq(gw_priority_of(&p, GW_PRIORITY_PROVIDER, "new"), GW_PRIORITY_UNLISTED);
    ck_assert_int_eq(gw_priority_of(&p, GW_PRIORITY_DEVICE_TYPE, NULL), 99);
    ck_assert_int_lt(gw_source_compare(&p, &watch, &phone), 0);
    ck_assert_int_lt(gw_source_compare(&p, &phone, &unknown), 0);
    ck_assert_int_lt(gw_source_compare(&p, &unknown, &garmin), 0);
    ck_assert_int_lt(gw_source_compare(&p, &garmin, &other), 0);
    ck_assert_int_gt(gw_source_compare(&p, &other, &garmin), 0);
    ck_assert_int_eq(gw_source_compare(&p, &watch, &watch), 0);
}
END_TEST

Suite *suite_duplicates(void)
{
    Suite *suite = suite_create("duplicates");
    TCase *tests = db_case(suite, "duplicates");

    tcase_add_test(tests, test_one_ride);
    tcase_add_test(tests, test_copies);
    tcase_add_test(tests, test_priorities_move_marks);
    tcase_add_test(tests, test_many);
    tcase_add_test(tests, test_any_order);
    tcase_add_test(tests, test_priorities);
    return suite;
}
