/* From payload bytes to committed series: a provider's JSON is normalised by its plugin, gathered into a batch and
 * committed, against a raw COPY of the same samples into a narrow keyed table, on one PostgreSQL in one run.
 *
 * bench-payload PLUGIN_DIR. Prints one JSON line a figure. The payloads are Garmin dailies of made-up people, a week a
 * commit: minute heart rate on the minute, and the same with seconds of jitter.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "crypt/crypt.h"
#include "ingest/batch.h"
#include "store/users.h"
#include "tmp_postgres.h"

#define DAYS          7
#define SAMPLES_A_DAY 1440
#define WEEKS         150
#define SAMPLES       (DAYS * SAMPLES_A_DAY)
#define DAY_ZERO_S    INT64_C(1767225600) /* 2026-01-01 */
#define PG_EPOCH_S    INT64_C(946684800)

struct sample {
    int64_t t_s;
    int bpm;
};

static struct sample week[SAMPLES];
static unsigned seed = 1;

static unsigned draw(unsigned n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-payload: %s: %s\n", what, why);
    exit(1);
}

/* A heart that wanders between 48 and 150. */
static void make_week(bool jitter)
{
    int bpm = 60;

    for (int i = 0; i < SAMPLES; i++) {
        bpm += (int)draw(7) - 3;
        bpm = bpm < 48 ? 48 : bpm > 150 ? 150 : bpm;
        week[i].t_s = DAY_ZERO_S + i * 60 + (jitter ? (int)draw(40) : 0);
        week[i].bpm = bpm;
    }
}

/* One day as Garmin says it. */
static void day_json(int day, int person, struct gw_buf *out)
{
    int64_t start = DAY_ZERO_S + day * 86400;

    out->len = 0;
    gw_buf_printf(out,
                  "{\"dailies\":[{\"userId\":\"u%d\",\"summaryId\":\"x%d-%d\",\"startTimeInSeconds\":%lld,"
                  "\"startTimeOffsetInSeconds\":3600,\"durationInSeconds\":86400,\"calendarDate\":\"2026-01-%02d\","
                  "\"steps\":9120,\"timeOffsetHeartRateSamples\":{",
                  person, person, day, (long long)start, day + 1);
    for (int i = day * SAMPLES_A_DAY; i < (day + 1) * SAMPLES_A_DAY; i++)
        gw_buf_printf(out, "%s\"%lld\":%d", i % SAMPLES_A_DAY ? "," : "", (long long)(week[i].t_s - start),
                      week[i].bpm);
    gw_buf_str(out, "}}]}");
}

/* ---- ours ---- */

static void commit_week(struct gw_db *db, const struct gw_provider *provider, struct gw_uuid user,
                        const struct gw_buf *days)
{
    static const struct gw_uuid none;
    struct gw_call call = {.provider = provider};
    struct gw_batch *batch = NULL;
    struct gw_commit commit = {0};
    struct gw_err err = {0};
    enum gw_code code = gw_batch_new(user, none, provider->id, "bench", &batch, &err);

    for (int day = 0; day < DAYS && !code; day++) {
        aorta_payload payload = {.struct_size = sizeof(payload),
                                 .kind = {"garmin.dailies", 14},
                                 .data = (const uint8_t *)days[day].data,
                                 .size = days[day].len,
                                 .received_at_us = gw_now_us()};
        size_t index;
        code = gw_batch_payload(batch, &payload, GW_NO_OFFSET, &index, &err);
        if (!code)
            code = gw_batch_normalize(batch, &call, index, &err);
    }
    if (!code)
        code = gw_batch_fill(batch, &commit, &err);
    if (!code) {
        commit.end = GW_COMMIT_NONE;
        code = gw_store_commit(db, &commit, NULL, NULL, &err);
    }
    if (code)
        die("commit", gw_err_text(&err));
    if (commit.counts.timeseries.fetched < SAMPLES)
        die("commit", "not all samples came through the plugin");
    gw_batch_free(&batch);
}

static struct gw_uuid new_user(struct gw_db *db)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_user blank = {0}, user;
    struct gw_err err = {0};
    bool created;

    if (gw_store_user_create(db, arena, &blank, &user, &created, &err))
        die("user", gw_err_text(&err));
    gw_arena_free(&arena);
    return user.id;
}

/* Seconds for WEEKS commits; users and JSON are made outside of the measured time. */
static double run_ours(struct gw_db *db, const struct gw_provider *provider, size_t *ret_bytes)
{
    struct gw_buf days[DAYS] = {{0}};
    int64_t spent = 0;

    *ret_bytes = 0;
    for (int i = 0; i < WEEKS; i++) {
        struct gw_uuid user = new_user(db);
        for (int day = 0; day < DAYS; day++) {
            day_json(day, i, &days[day]);
            *ret_bytes += days[day].len;
        }
        int64_t began = gw_mono_us();
        commit_week(db, provider, user, days);
        spent += gw_mono_us() - began;
    }
    for (int day = 0; day < DAYS; day++)
        gw_buf_free(&days[day]);
    return (double)spent / 1e6;
}

/* ---- the control ---- */

static void put(struct gw_buf *b, const void *bytes, int32_t len)
{
    uint32_t n = htonl((uint32_t)len);

    gw_buf_add(b, &n, 4);
    gw_buf_add(b, bytes, (size_t)len);
}

static void put_row(struct gw_buf *b, int source, const struct sample *s)
{
    uint16_t columns = htons(4), type = htons(1);
    uint32_t id = htonl((uint32_t)source);
    uint64_t t = htobe64((uint64_t)((s->t_s - PG_EPOCH_S) * 1000000)), v;
    double value = s->bpm;

    memcpy(&v, &value, 8);
    v = htobe64(v);
    gw_buf_add(b, &columns, 2);
    put(b, &id, 4);
    put(b, &type, 2);
    put(b, &t, 8);
    put(b, &v, 8);
}

static void command(PGconn *c, const char *sql)
{
    PGresult *r = PQexec(c, sql);

    if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
        die(sql, PQerrorMessage(c));
    PQclear(r);
}

static void copy_week(PGconn *c, int source, struct gw_buf *b)
{
    static const char head[19] = "PGCOPY\n\377\r\n\0";
    PGresult *r = PQexec(c, "COPY narrow FROM STDIN (FORMAT binary)");

    PQclear(r);
    b->len = 0;
    gw_buf_add(b, head, 19);
    for (int i = 0; i < SAMPLES; i++)
        put_row(b, source, &week[i]);
    gw_buf_add(b, "\xff\xff", 2);
    if (PQputCopyData(c, b->data, (int)b->len) != 1 || PQputCopyEnd(c, NULL) != 1)
        die("copy", PQerrorMessage(c));
    while ((r = PQgetResult(c)) != NULL) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            die("copy", PQerrorMessage(c));
        PQclear(r);
    }
}

static double run_copy(PGconn *c)
{
    struct gw_buf b = {0};
    int64_t began;

    command(c, "DROP TABLE IF EXISTS narrow");
    command(c, "CREATE TABLE narrow (source_id int4, type int2, ts timestamptz, value float8, PRIMARY KEY (source_id, "
               "type, ts))");
    began = gw_mono_us();
    for (int i = 0; i < WEEKS; i++)
        copy_week(c, i, &b);
    gw_buf_free(&b);
    return (double)(gw_mono_us() - began) / 1e6;
}

/* ---- figures ---- */

static double bytes_of(PGconn *c, const char *table)
{
    char sql[200];
    PGresult *r;
    double size;

    snprintf(sql, sizeof(sql), "SELECT pg_total_relation_size('%s')", table);
    r = PQexec(c, sql);
    size = PQntuples(r) ? strtod(PQgetvalue(r, 0, 0), NULL) : NAN;
    PQclear(r);
    return size;
}

static void figure(const char *name, const char *data, double value, const char *unit, double limit, bool at_least)
{
    printf("{\"figure\":\"%s\",\"data\":\"%s\",\"value\":%.2f,\"unit\":\"%s\"", name, data, value, unit);
    if (!isnan(limit))
        printf(",\"limit\":%.2f,\"ok\":%s", limit, (at_least ? value >= limit : value <= limit) ? "true" : "false");
    printf("}\n");
    fflush(stdout);
}

static void measure(struct gw_db *db, PGconn *c, const struct gw_provider *provider, bool jitter)
{
    const char *data = jitter ? "minute heart rate with jitter" : "minute heart rate";
    double n = (double)SAMPLES * WEEKS, ours, copied;
    size_t bytes;

    make_week(jitter);
    command(c, "TRUNCATE users CASCADE");
    command(c, "CHECKPOINT");
    copied = run_copy(c);
    command(c, "CHECKPOINT");
    ours = run_ours(db, provider, &bytes);
    figure("raw COPY into a keyed narrow table", data, n / copied / 1000, "k samples/s", NAN, true);
    figure("payload bytes to committed series", data, n / ours / 1000, "k samples/s", NAN, true);
    figure("payload to series / raw COPY", data, 100 * copied / ours, "percent", 60, true);
    figure("disk a sample, blocks and index", data, bytes_of(c, "series_blocks") / n, "bytes", 6, false);
    figure("disk a sample, narrow table and index", data, bytes_of(c, "narrow") / n, "bytes", NAN, false);
    figure("disk a sample, kept payloads", data, (bytes_of(c, "payload_chunks") + bytes_of(c, "payloads")) / n, "bytes",
           NAN, false);
    figure("JSON a sample", data, (double)bytes / n, "bytes", NAN, false);
}

int main(int argc, char **argv)
{
    struct tmp_postgres pg = {.durable = true};
    struct gw_provider *provider = NULL;
    struct gw_db *db = NULL;
    struct gw_err err = {0};
    char conninfo[256], path[1024];
    int applied;
    PGconn *c;

    if (argc != 2)
        die("usage", "bench-payload PLUGIN_DIR");
    snprintf(path, sizeof(path), "%s/garmin.so", argv[1]);
    if (gw_crypt_init(&err) || gw_provider_open(path, &provider, &err))
        die(path, gw_err_text(&err));
    if (!tmp_postgres_start(&pg) || !tmp_postgres_create(&pg, "bench", NULL))
        die("postgres", "did not start");
    tmp_postgres_conninfo(&pg, "bench", conninfo, sizeof(conninfo));
    if (gw_store_migrate(conninfo, &applied, &err) ||
        gw_store_open(&(struct gw_db_options){.conninfo = conninfo, .name = "bench"}, &db, &err))
        die("store", gw_err_text(&err));
    c = PQconnectdb(conninfo);
    command(c, "SET client_min_messages = warning");
    measure(db, c, provider, false);
    measure(db, c, provider, true);
    PQfinish(c);
    gw_store_close(&db);
    gw_provider_free(&provider);
    tmp_postgres_stop(&pg);
    return 0;
}
