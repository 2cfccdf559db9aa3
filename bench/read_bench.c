/* Reading series: blocks fetched and decoded, against a bare libpq binary fetch of the same samples from the narrow
 * table, 1,440 (a day by the minute) and 86,400 (a day by the second), by turns on one PostgreSQL in one run. Then the
 * codec alone. Prints one JSON line a figure. */
#include <endian.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/time.h"
#include "series_data.h"
#include "store/block.h"
#include "store/reads.h"

#define MOST   86400
#define DAY_US INT64_C(86400000000)

static int64_t t_us[MOST];
static double v[MOST];

/* Sum of the values, so that nothing is left undone. */
static double fetch_blocks(struct bench *b, struct gw_uuid user)
{
    static const uint16_t metric = 1;
    struct gw_series_query query = {.user = user,
                                    .metrics = &metric,
                                    .metrics_count = 1,
                                    .from_us = FIRST_US,
                                    .to_us = FIRST_US + DAY_US,
                                    .with_data = true};
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    struct gw_err err = {0};
    double sum = 0;

    if (gw_store_series_blocks(b->db, arena, &query, &rows, &count, &sources, &sources_count, &err))
        die("blocks", gw_err_text(&err));
    for (size_t i = 0; i < count; i++) {
        struct gw_block block;
        if (gw_block_decode(rows[i].data, arena, &block, &err))
            die("decode", gw_err_text(&err));
        for (uint32_t k = 0; k < block.count; k++)
            sum += block.v[k] + (double)(block.t_us[k] & 1);
    }
    gw_arena_free(&arena);
    return sum;
}

static double fetch_rows(PGconn *c)
{
    PGresult *r = PQexecPrepared(c, "rows", 0, NULL, NULL, NULL, 1);
    double sum = 0;

    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        die("rows", PQerrorMessage(c));
    for (int i = 0; i < PQntuples(r); i++) {
        uint64_t t, bits;
        double value;
        memcpy(&t, PQgetvalue(r, i, 0), 8);
        memcpy(&bits, PQgetvalue(r, i, 1), 8);
        t = be64toh(t);
        bits = be64toh(bits);
        memcpy(&value, &bits, 8);
        sum += value + (double)(t & 1);
    }
    PQclear(r);
    return sum;
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

#define TIMES 60

static void measure(struct bench *b, size_t count)
{
    struct gw_uuid user = new_user(b);
    struct gw_series_in series = {.metric = 1, .offset_s = 0, .count = count, .t_us = t_us, .v = v};
    struct gw_buf room = {0};
    int64_t ours[TIMES], bare[TIMES];
    char data[64];

    make_samples(t_us, v, count, DAY_US / (int64_t)count, true);
    commit_series(b, user, &series, 1);
    narrow_create(b->c);
    narrow_copy(b->c, &room, 1, 1, t_us, v, count);
    command(b->c, "VACUUM ANALYZE narrow");
    command(b->c, "VACUUM ANALYZE series_blocks");
    command(b->c, "DEALLOCATE ALL");
    PQclear(PQprepare(b->c, "rows",
                      "SELECT ts, value FROM narrow WHERE source_id = 1 AND type = 1 AND "
                      "ts >= '2026-01-01 00:00Z' AND ts < '2026-01-02 00:00Z' ORDER BY ts",
                      0, NULL));
    for (int i = 0; i < TIMES; i++) {
        int64_t began = gw_mono_us();
        double x = fetch_blocks(b, user);
        int64_t between = gw_mono_us();
        double y = fetch_rows(b->c);
        bare[i] = gw_mono_us() - between;
        ours[i] = between - began;
        if (fabs(x - y) > 1e-3)
            die("read", "blocks and rows do not hold the same");
    }
    qsort(ours, TIMES, sizeof(*ours), by_value);
    qsort(bare, TIMES, sizeof(*bare), by_value);
    snprintf(data, sizeof(data), "%zu samples, median", count);
    figure("read blocks, decoded", data, (double)ours[TIMES / 2] / 1000, "ms", NAN, false);
    figure("read rows, bare libpq", data, (double)bare[TIMES / 2] / 1000, "ms", NAN, false);
    figure("blocks / rows", data, 100.0 * (double)bare[TIMES / 2] / (double)ours[TIMES / 2], "percent", 100, true);
    gw_buf_free(&room);
}

/* Of this thread alone: what else the machine does is not the codec's. */
static double cpu_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void measure_codec(bool jitter)
{
    const char *data = jitter ? "a day by the minute, jittered" : "a day by the minute, regular";
    struct gw_block_run run = {.offset_s = 0, .version_us = FIRST_US};
    struct gw_block block = {.count = 1440, .runs_count = 1, .t_us = t_us, .v = v, .runs = &run}, back;
    struct gw_buf bytes = {0};
    struct gw_err err = {0};
    int turns = 4000;

    make_samples(t_us, v, block.count, 60000000, jitter);
    double began = cpu_us();
    for (int i = 0; i < turns; i++) {
        bytes.len = 0;
        if (gw_block_encode(&block, &bytes, &err))
            die("encode", gw_err_text(&err));
    }
    double encode = cpu_us() - began;
    struct gw_arena *arena = gw_arena_new(0);
    began = cpu_us();
    for (int i = 0; i < turns; i++) {
        if (i % 20 == 0) {
            gw_arena_free(&arena);
            arena = gw_arena_new(0);
        }
        if (gw_block_decode((struct gw_str){bytes.data, bytes.len}, arena, &back, &err))
            die("decode", gw_err_text(&err));
    }
    double decode = cpu_us() - began;
    double n = (double)turns * block.count;
    figure("decode alone", data, n / decode, "M samples/s", NAN, true);
    figure("encode alone", data, n / encode, "M samples/s", NAN, true);
    figure("coded bytes a sample", data, (double)bytes.len / block.count, "bytes", NAN, false);
    gw_arena_free(&arena);
    gw_buf_free(&bytes);
}

int main(void)
{
    struct bench b = {0};

    bench_open(&b);
    measure(&b, 1440);
    measure(&b, 86400);
    measure_codec(true);
    measure_codec(false);
    bench_close(&b);
    return 0;
}
