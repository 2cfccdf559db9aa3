/* Committing series: samples in memory to committed blocks, against a raw COPY of the same samples into a narrow
 * keyed table, batch for batch, on one PostgreSQL with fsync in one run. Then the same batches sent again, small writes
 * into a full day, and the bytes on disk. Prints one JSON line a figure. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "series_data.h"

#define MOST      100000
#define METRICS   10
#define MINUTE_US INT64_C(60000000)
#define TURNS     5 /* ours and the control by turns, so that a slow minute hits both */

static int64_t t_us[MOST];
static double v[MOST];

/* A batch of `size` minute samples over `metrics` metrics. */
static size_t make_batch(struct gw_series_in *series, size_t size, size_t metrics)
{
    size_t each = size / metrics;

    for (size_t m = 0; m < metrics; m++)
        series[m] = (struct gw_series_in){
            .metric = (uint16_t)(1 + m), .offset_s = 3600, .version_us = FIRST_US, .count = each, .t_us = t_us, .v = v};
    return each * metrics;
}

static double ours(struct bench *b, const struct gw_uuid *users, size_t count, const struct gw_series_in *series,
                   size_t metrics)
{
    int64_t began = gw_mono_us();

    for (size_t i = 0; i < count; i++)
        commit_series(b, users[i], series, metrics);
    return (double)(gw_mono_us() - began) / 1e6;
}

static double control(struct bench *b, struct gw_buf *room, int first, size_t count, size_t size)
{
    int64_t began = gw_mono_us();

    for (size_t i = 0; i < count; i++)
        narrow_copy(b->c, room, first + (int)i, 1, t_us, v, size);
    return (double)(gw_mono_us() - began) / 1e6;
}

/* samples/s of `count` batches of a size, each of a user of its own: fresh, and sent again. */
static void measure_batches(struct bench *b, size_t size, size_t metrics, size_t count, bool jitter, double limit)
{
    struct gw_series_in series[METRICS];
    struct gw_uuid *users = calloc(count * TURNS, sizeof(*users));
    struct gw_buf room = {0};
    double fresh = 0, again = 0, copied = 0;
    char data[80];

    make_samples(t_us, v, size, MINUTE_US, jitter);
    size_t samples = make_batch(series, size, metrics);
    command(b->c, "TRUNCATE users, outbox CASCADE");
    narrow_create(b->c);
    for (size_t i = 0; i < count * TURNS; i++)
        users[i] = new_user(b);
    command(b->c, "CHECKPOINT");
    for (size_t turn = 0; turn < TURNS; turn++) {
        fresh += ours(b, users + turn * count, count, series, metrics);
        copied += control(b, &room, (int)(turn * count), count, samples);
    }
    for (size_t turn = 0; turn < TURNS; turn++)
        again += ours(b, users + turn * count, count, series, metrics);
    double n = (double)samples * (double)count * TURNS;
    snprintf(data, sizeof(data), "%zu a commit, %zu metrics, %s", samples, metrics, jitter ? "jittered" : "regular");
    figure("samples to committed blocks", data, n / fresh / 1e6, "M/s", NAN, true);
    figure("the same again", data, n / again / 1e6, "M/s", NAN, true);
    figure("raw COPY into a keyed narrow table", data, n / copied / 1e6, "M/s", NAN, true);
    figure("blocks / COPY", data, 100 * copied / fresh, "percent", limit, true);
    gw_buf_free(&room);
    free(users);
}

/* One or fifteen samples at a time behind a day that is nearly full. */
static void measure_small(struct bench *b, size_t size)
{
    struct gw_uuid user = new_user(b);
    size_t writes = 400, day = 1440;
    char data[64];

    make_samples(t_us, v, day + size * writes, MINUTE_US / 10, true);
    struct gw_series_in full = {.metric = 1, .offset_s = 0, .count = day, .t_us = t_us, .v = v};
    commit_series(b, user, &full, 1);
    command(b->c, "CHECKPOINT");
    double wal = number(b->c, "SELECT pg_current_wal_insert_lsn() - '0/0'");
    int64_t began = gw_mono_us();
    for (size_t i = 0; i < writes; i++) {
        struct gw_series_in few = {
            .metric = 1, .offset_s = 0, .count = size, .t_us = t_us + day + i * size, .v = v + day + i * size};
        commit_series(b, user, &few, 1);
    }
    double seconds = (double)(gw_mono_us() - began) / 1e6;
    wal = number(b->c, "SELECT pg_current_wal_insert_lsn() - '0/0'") - wal;
    snprintf(data, sizeof(data), "%zu samples a write", size);
    figure("small writes into a full day", data, (double)writes / seconds, "tx/s", NAN, true);
    figure("WAL of a small write", data, wal / (double)writes, "bytes", NAN, false);
}

/* A year of days, one commit a day, of some people. */
static void measure_disk(struct bench *b, bool jitter)
{
    const char *data = jitter ? "minute heart rate, jittered, one decimal" : "minute heart rate, regular, whole beats";
    struct gw_buf room = {0};
    int64_t *shifted = malloc(1440 * sizeof(*shifted));
    size_t people = 20, days = 60;

    command(b->c, "TRUNCATE users, outbox CASCADE");
    narrow_create(b->c);
    for (size_t p = 0; p < people; p++) {
        struct gw_uuid user = new_user(b);
        make_samples(t_us, v, 1440, MINUTE_US, jitter);
        for (size_t d = 0; d < days; d++) {
            for (size_t i = 0; i < 1440; i++)
                shifted[i] = t_us[i] + (int64_t)d * 86400000000;
            struct gw_series_in day = {.metric = 1,
                                       .offset_s = 3600,
                                       .version_us = FIRST_US + (int64_t)d,
                                       .payload_id = gw_uuid_v7(),
                                       .count = 1440,
                                       .t_us = shifted,
                                       .v = v};
            commit_series(b, user, &day, 1);
            if (p < 5)
                narrow_copy(b->c, &room, (int32_t)p, 1, shifted, v, 1440);
        }
    }
    double n = (double)(people * days * 1440);
    figure("disk a sample, blocks with their index", data,
           number(b->c, "SELECT pg_total_relation_size('series_blocks')") / n, "bytes", 6, false);
    figure("disk a sample, narrow table with its index", data,
           number(b->c, "SELECT pg_total_relation_size('narrow')") / (n * 5 / (double)people), "bytes", NAN, false);
    gw_buf_free(&room);
    free(shifted);
}

int main(void)
{
    struct bench b = {0};

    bench_open(&b);
    measure_batches(&b, 100, 1, 300, true, NAN);
    measure_batches(&b, 1000, 1, 200, true, NAN);
    measure_batches(&b, 10000, 1, 30, true, 300);
    measure_batches(&b, 10000, 10, 30, true, 300);
    measure_batches(&b, 10000, 1, 30, false, 300);
    measure_batches(&b, 100000, 1, 4, true, 300);
    measure_small(&b, 1);
    measure_small(&b, 15);
    measure_disk(&b, true);
    measure_disk(&b, false);
    bench_close(&b);
    return 0;
}
