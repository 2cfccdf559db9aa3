/* Eight writers at once into blocks and records that do not exist yet: nothing is lost (docs/decisions/). */
#include "db_test.h"

#include <pthread.h>

#define WRITERS 8
#define ROUNDS  40
#define SAMPLES 15

static struct gw_connection connection;
static pthread_barrier_t barrier;
static int failures;

static void *write_round(void *number)
{
    int64_t writer = (intptr_t)number;

    for (int64_t round = 0; round < ROUNDS; round++) {
        int64_t t[SAMPLES];
        double v[SAMPLES];
        char shared[16], own[16];
        for (int i = 0; i < SAMPLES; i++) {
            t[i] = T0 + round * DAY_US + (writer * SAMPLES + i) * MIN_US;
            v[i] = (double)writer;
        }
        snprintf(shared, sizeof(shared), "r%d", (int)round);
        snprintf(own, sizeof(own), "r%d-%d", (int)round, (int)writer);
        struct gw_series_in s = {.metric = 1,
                                 .offset_s = 0,
                                 .version_us = 1,
                                 .source = (uint32_t)(round % 3),
                                 .count = SAMPLES,
                                 .t_us = t,
                                 .v = v};
        struct gw_workout w[] = {make_workout(shared, T0 + round * DAY_US, writer, 60),
                                 make_workout(own, T0 + round * DAY_US + writer, 1, 60)};
        struct gw_commit commit = make_commit(&connection);
        commit.series = &s;
        commit.series_count = 1;
        commit.workouts = w;
        commit.workouts_count = 2;
        pthread_barrier_wait(&barrier);
        if (gw_store_commit(db, &commit, NULL, NULL, NULL) != GW_OK)
            __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

START_TEST(test_first_writers)
{
    pthread_t threads[WRITERS];

    connection = make_connection(make_user("Ana"), "polar", "42");
    pthread_barrier_init(&barrier, NULL, WRITERS);
    for (intptr_t i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_round, (void *)i);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_samples"), WRITERS * ROUNDS * SAMPLES);
    ck_assert_int_eq(sql_long("SELECT sum(n) FROM series_blocks"), WRITERS * ROUNDS * SAMPLES);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts"), ROUNDS + WRITERS * ROUNDS);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM workouts WHERE external_id NOT LIKE '%%-%%' AND version_us <> 7"),
                     0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM sources"), 3);
}
END_TEST

/* The same with writers of different users: they do not wait for each other, and nothing is mixed. */
static void *write_alone(void *user)
{
    struct gw_connection mine = *(struct gw_connection *)user;

    for (int i = 0; i < 30; i++) {
        int64_t t = T0 + i * MIN_US;
        double v = i;
        struct gw_series_in s = {.metric = 1, .offset_s = 0, .count = 1, .t_us = &t, .v = &v};
        struct gw_commit commit = make_commit(&mine);
        commit.series = &s;
        commit.series_count = 1;
        if (gw_store_commit(db, &commit, NULL, NULL, NULL) != GW_OK)
            __atomic_add_fetch(&failures, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

START_TEST(test_users_apart)
{
    pthread_t threads[WRITERS];
    struct gw_connection connections[WRITERS];

    for (int i = 0; i < WRITERS; i++)
        connections[i] = make_connection(make_user("U"), "polar", "42");
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_alone, &connections[i]);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM series_blocks WHERE n = 30"), WRITERS);
}
END_TEST

Suite *suite_race(void)
{
    Suite *suite = suite_create("race");
    TCase *tcase = db_case(suite, "race");

    tcase_add_test(tcase, test_first_writers);
    tcase_add_test(tcase, test_users_apart);
    return suite;
}
