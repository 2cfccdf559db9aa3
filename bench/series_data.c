/* What the benchmarks of the store share. */
#include "series_data.h"

#include <endian.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "crypt/crypt.h"
#include "store/users.h"

#define PG_EPOCH_US INT64_C(946684800000000)

void die(const char *what, const char *why)
{
    fprintf(stderr, "bench: %s: %s\n", what, why);
    exit(1);
}

static PGresult *run(PGconn *c, const char *fmt, va_list args)
{
    char sql[1024];
    PGresult *r;

    vsnprintf(sql, sizeof(sql), fmt, args);
    r = PQexec(c, sql);
    ExecStatusType status = PQresultStatus(r);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
        die(sql, PQerrorMessage(c));
    return r;
}

void command(PGconn *c, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    PQclear(run(c, fmt, args));
    va_end(args);
}

double number(PGconn *c, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    PGresult *r = run(c, fmt, args);
    va_end(args);
    double v = PQntuples(r) ? strtod(PQgetvalue(r, 0, 0), NULL) : NAN;
    PQclear(r);
    return v;
}

void figure(const char *name, const char *data, double value, const char *unit, double limit, bool at_least)
{
    printf("{\"figure\":\"%s\",\"data\":\"%s\",\"value\":%.3g,\"unit\":\"%s\"", name, data, value, unit);
    if (!isnan(limit))
        printf(",\"limit\":%g,\"ok\":%s", limit, (at_least ? value >= limit : value <= limit) ? "true" : "false");
    printf("}\n");
    fflush(stdout);
}

void bench_open(struct bench *b)
{
    struct gw_db_options options = {.name = "bench", .pool = 2, .statement_timeout_ms = 60000};
    struct gw_err err = {0};
    char conninfo[256];

    b->pg.durable = true;
    b->arena = gw_arena_new(0);
    if (!b->arena || gw_crypt_init(&err) || !tmp_postgres_start(&b->pg))
        die("postgres", "did not start");
    options.conninfo = tmp_postgres_conninfo(&b->pg, "postgres", conninfo, sizeof(conninfo));
    if (gw_store_migrate(conninfo, NULL, &err) || gw_store_open(&options, &b->db, &err))
        die("store", gw_err_text(&err));
    b->c = PQconnectdb(conninfo);
    if (PQstatus(b->c) != CONNECTION_OK)
        die("connect", PQerrorMessage(b->c));
    command(b->c, "SET client_min_messages = warning");
}

void bench_close(struct bench *b)
{
    PQfinish(b->c);
    gw_store_close(&b->db);
    gw_arena_free(&b->arena);
    tmp_postgres_stop(&b->pg);
}

/* ---- samples ---- */

static unsigned draw(unsigned n)
{
    static unsigned seed = 1;

    seed = seed * 1664525u + 1013904223u;
    return (seed >> 16) % n;
}

void make_samples(int64_t *t_us, double *v, size_t count, int64_t step_us, bool jitter)
{
    int tenths = 700;

    for (size_t i = 0; i < count; i++) {
        tenths += jitter ? (int)draw(61) - 30 : ((int)draw(7) - 3) * 10;
        tenths = tenths < 450 ? 450 : tenths > 1800 ? 1800 : tenths;
        t_us[i] = FIRST_US + (int64_t)i * step_us + (jitter ? (int64_t)draw(1000) * 1000 * (step_us >= 1000000) : 0);
        v[i] = (double)tenths / 10;
    }
}

struct gw_uuid new_user(struct bench *b)
{
    struct gw_user blank = {0}, user;
    struct gw_err err = {0};
    bool created;

    if (gw_store_user_create(b->db, b->arena, &blank, &user, &created, &err))
        die("user", gw_err_text(&err));
    return user.id;
}

void commit_series(struct bench *b, struct gw_uuid user, const struct gw_series_in *series, size_t count)
{
    static const struct gw_source source = {.provider = "garmin", .device_model = "Watch"};
    struct gw_commit commit = {.user_id = user,
                               .provider = "garmin",
                               .end = GW_COMMIT_NONE,
                               .sources = &source,
                               .sources_count = 1,
                               .series = series,
                               .series_count = count};
    struct gw_err err = {0};

    if (gw_store_commit(b->db, &commit, NULL, NULL, &err))
        die("commit", gw_err_text(&err));
}

/* ---- the narrow table ---- */

void narrow_create(PGconn *c)
{
    command(c, "DROP TABLE IF EXISTS narrow");
    command(c, "CREATE TABLE narrow (source_id int4, type int2, ts timestamptz, value float8, "
               "PRIMARY KEY (source_id, type, ts))");
}

static uint8_t *put(uint8_t *to, uint64_t value, uint32_t len)
{
    uint32_t n = htobe32(len);
    uint64_t v = htobe64(value << (64 - 8 * len));

    memcpy(to, &n, 4);
    memcpy(to + 4, &v, len);
    return to + 4 + len;
}

void narrow_head(struct gw_buf *out)
{
    static const char head[19] = "PGCOPY\n\377\r\n\0";

    gw_buf_add(out, head, sizeof(head));
}

void narrow_row(struct gw_buf *out, int32_t source, int16_t type, int64_t t_us, double v)
{
    uint8_t row[64] = {0, 4}, *to = row + 2;
    uint64_t bits;

    memcpy(&bits, &v, 8);
    to = put(to, (uint32_t)source, 4);
    to = put(to, (uint16_t)type, 2);
    to = put(to, (uint64_t)(t_us - PG_EPOCH_US), 8);
    to = put(to, bits, 8);
    gw_buf_add(out, row, (size_t)(to - row));
}

void narrow_end(struct gw_buf *out)
{
    gw_buf_add(out, "\xff\xff", 2);
}

void narrow_copy(PGconn *c, struct gw_buf *room, int32_t source, int16_t type, const int64_t *t_us, const double *v,
                 size_t count)
{
    PGresult *r;

    command(c, "COPY narrow FROM STDIN (FORMAT binary)");
    room->len = 0;
    narrow_head(room);
    for (size_t i = 0; i < count; i++)
        narrow_row(room, source, type, t_us[i], v[i]);
    narrow_end(room);
    if (PQputCopyData(c, room->data, (int)room->len) != 1 || PQputCopyEnd(c, NULL) != 1)
        die("copy", PQerrorMessage(c));
    while ((r = PQgetResult(c)) != NULL) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            die("copy", PQerrorMessage(c));
        PQclear(r);
    }
}
