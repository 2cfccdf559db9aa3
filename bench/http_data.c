/* The user, through the store; the narrow table, by libpq. */
#include "http_data.h"

#include <libpq-fe.h>
#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "store/commit.h"
#include "store/users.h"

#define HEART_RATE 1

/* A heart over the day: slow waves and small steps, whole beats. */
static double beats(size_t i)
{
    return 60 + (double)(i / 60 % 40) + (double)(i * 7 % 5);
}

static enum gw_code fill_day(struct gw_db *db, struct gw_arena *arena, const struct gw_connection *c, const char *day,
                             int64_t step_us, struct gw_err *err)
{
    size_t count = (size_t)(GW_US_PER_DAY / step_us);
    int64_t *t = gw_arena_alloc(arena, count * sizeof(*t));
    double *v = gw_arena_alloc(arena, count * sizeof(*v));
    struct gw_time_text first;
    struct gw_source source = {
        .connection_id = c->id, .provider = "garmin", .account = c->provider_user_id, .device_model = "Forerunner 255"};
    struct gw_series_in series = {
        .metric = HEART_RATE, .offset_s = 3600, .version_us = 1, .count = count, .t_us = t, .v = v};
    struct gw_commit commit = {.user_id = c->user_id,
                               .connection_id = c->id,
                               .provider = "garmin",
                               .account = c->provider_user_id,
                               .end = GW_COMMIT_NONE,
                               .sources = &source,
                               .sources_count = 1,
                               .series = &series,
                               .series_count = 1};

    if (!t || !v || !gw_time_parse_iso(gw_str(day), &first))
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < count; i++) {
        t[i] = first.us + (int64_t)i * step_us;
        v[i] = beats(i);
    }
    return gw_store_commit(db, &commit, NULL, NULL, err);
}

/* A year of them, nine hours apart, as a provider gives them. */
static enum gw_code fill_workouts(struct gw_db *db, struct gw_arena *arena, const struct gw_connection *c,
                                  struct gw_err *err)
{
    static const char *const types[] = {"running", "cycling", "pool_swimming", "strength_training"};
    struct gw_workout *w = gw_arena_zalloc(arena, WORKOUTS * sizeof(*w));
    struct gw_source source = {
        .connection_id = c->id, .provider = "garmin", .account = c->provider_user_id, .device_model = "Forerunner 255"};
    struct gw_commit commit = {.user_id = c->user_id,
                               .connection_id = c->id,
                               .provider = "garmin",
                               .account = c->provider_user_id,
                               .end = GW_COMMIT_NONE,
                               .sources = &source,
                               .sources_count = 1,
                               .workouts = w,
                               .workouts_count = WORKOUTS};
    struct gw_time_text first;

    if (!w || !gw_time_parse_iso(GW_STR(YEAR_BEGINS), &first))
        return gw_fail(err, GW_NOMEM, NULL);
    for (int i = 0; i < WORKOUTS; i++) {
        w[i] = (struct gw_workout){.head = {.external_id = gw_arena_printf(arena, "w%d", i),
                                            .start_us = first.us + i * 9 * GW_US_PER_HOUR,
                                            .offset_s = 3600,
                                            .version_us = 1},
                                   .type = types[i % 4],
                                   .name = i % 3 ? NULL : "Along the river",
                                   .is_manual = -1};
        w[i].head.end_us = w[i].head.start_us + 2712 * GW_US_PER_S;
        for (double *v = &w[i].duration_s; v <= &w[i].steps; v++)
            *v = NAN;
        w[i].duration_s = 2712;
        w[i].energy_kcal = 450.5 + i % 100;
        w[i].distance_m = 5200.25 + i;
        w[i].hr_avg = 150 + i % 20;
        w[i].hr_max = 178;
        w[i].elevation_gain_m = 42;
    }
    return gw_store_commit(db, &commit, NULL, NULL, err);
}

static const char narrow[] =
    "DROP TABLE IF EXISTS bench_workouts;"
    "CREATE TABLE bench_workouts (user_id uuid, start_at timestamptz, id uuid, type text, name text, end_at "
    "timestamptz,"
    " offset_s integer, duration_s double precision, energy_kcal double precision, distance_m double precision,"
    " hr_avg double precision, hr_max double precision, elevation_gain_m double precision, source_id integer,"
    " PRIMARY KEY (user_id, start_at, id));"
    "INSERT INTO bench_workouts SELECT user_id, start_at, id, type, name, end_at, offset_s, duration_s, energy_kcal,"
    " distance_m, hr_avg, hr_max, elevation_gain_m, source_id FROM workouts;"
    "DROP TABLE IF EXISTS bench_samples;"
    "CREATE TABLE bench_samples (user_id uuid, metric smallint, t timestamptz, v double precision,"
    " PRIMARY KEY (user_id, metric, t));"
    "INSERT INTO bench_samples SELECT id, 1, timestamptz '" DAY_MINUTES "Z' + i * interval '1 minute', 60 + i % 40"
    " FROM users, generate_series(0, 1439) AS i;"
    "INSERT INTO bench_samples SELECT id, 1, timestamptz '" DAY_SECONDS "Z' + i * interval '1 second', 60 + i % 40"
    " FROM users, generate_series(0, 86399) AS i;";

static enum gw_code fill_narrow(const char *conninfo, struct gw_err *err)
{
    static const char *const statements[] = {narrow, "VACUUM ANALYZE"};
    PGconn *c = PQconnectdb(conninfo);
    enum gw_code code = GW_OK;

    for (int i = 0; i < 2 && code == GW_OK; i++) {
        PGresult *r = PQexec(c, statements[i]);
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            code = gw_fail(err, GW_DB, "%s", PQerrorMessage(c));
        PQclear(r);
    }
    PQfinish(c);
    return code;
}

enum gw_code bench_data_make(struct gw_db *db, const char *conninfo, struct gw_arena *arena, struct gw_uuid *ret_user,
                             struct gw_err *err)
{
    struct gw_user user = {.external_user_id = "bench", .last_synced_us = GW_NO_TIME};
    struct gw_connection connection = {.id = gw_uuid_v7(),
                                       .provider = "garmin",
                                       .provider_user_id = "12345678",
                                       .token_expires_us = GW_NO_TIME,
                                       .last_synced_us = GW_NO_TIME};
    bool created;
    enum gw_code code = gw_store_user_create(db, arena, &user, &user, &created, err);

    connection.user_id = user.id;
    if (code == GW_OK)
        code = gw_store_connection_put(db, arena, &connection, NULL, 0, &connection, &created, err);
    if (code == GW_OK)
        code = fill_day(db, arena, &connection, DAY_MINUTES, GW_US_PER_MIN, err);
    if (code == GW_OK)
        code = fill_day(db, arena, &connection, DAY_SECONDS, GW_US_PER_S, err);
    if (code == GW_OK)
        code = fill_workouts(db, arena, &connection, err);
    if (code == GW_OK)
        code = fill_narrow(conninfo, err);
    *ret_user = user.id;
    return code;
}
