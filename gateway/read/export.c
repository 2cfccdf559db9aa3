/* The files of an export, one after the other, each in pieces. */
#include "read/export.h"

#include <stdlib.h>

#include "base/time.h"
#include "host/metrics.h"
#include "read/export_rows.h"
#include "read/read.h"
#include "read/zip.h"
#include "store/exports.h"

#define PIECE    (64 * 1024)
#define FIRST_US INT64_C(0)
#define END_US   INT64_C(7258118400000000) /* 2200: nothing is stored beyond it */

struct gw_export {
    struct gw_db *db;
    const struct gw_user *user;
    struct gw_buf ready; /* written, not yet handed out from `handed` on */
    size_t handed;
    struct gw_zip *zip;
    size_t file;            /* of the list */
    bool begun, ended;      /* the file, the archive */
    struct export_place at; /* in the file */
    uint16_t *metrics;
    size_t metrics_count, metric;
    struct gw_series_reader *series;
    struct gw_arena *series_arena;
};

static const char about[] =
    "This archive holds what is stored about one person, as of the time it was made.\r\n"
    "\r\n"
    "user.json         who the person is\r\n"
    "connections.json  the accounts of other services that data came from (no credentials)\r\n"
    "sources.json      the apps and devices that measured\r\n"
    "workouts.ndjson   workouts, newest first, one JSON object a line, with laps, zones and route\r\n"
    "sleep.ndjson      nights and naps, newest first, with their stages\r\n"
    "events.ndjson     everything else that has a beginning and an end: scores, days, cycles\r\n"
    "series/*.csv      samples, one file for each metric, oldest first\r\n"
    "\r\n"
    "Times are UTC (ISO 8601); zone_offset is what the local clock was ahead. Units are in the files. A value that "
    "is\r\n"
    "not known is null or empty, never 0.\r\n";

/* ---- the files; each adds a piece and says when it was the last ---- */

typedef enum gw_code file_fn(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                             struct gw_err *err);

static enum gw_code file_about(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                               struct gw_err *err)
{
    (void)e, (void)arena, (void)err;
    gw_buf_str(out, about);
    *last = true;
    return GW_OK;
}

static enum gw_code file_user(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                              struct gw_err *err)
{
    (void)arena, (void)err;
    export_user(out, e->user);
    *last = true;
    return GW_OK;
}

static enum gw_code file_connections(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                                     struct gw_err *err)
{
    *last = true;
    return export_connections(e->db, arena, e->user->id, out, err);
}

static enum gw_code file_sources(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                                 struct gw_err *err)
{
    *last = true;
    return export_sources(e->db, arena, e->user->id, out, err);
}

static enum gw_code file_workouts(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                                  struct gw_err *err)
{
    return export_workouts(e->db, arena, e->user->id, &e->at, out, last, err);
}

static enum gw_code file_sleep(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                               struct gw_err *err)
{
    return export_sleep(e->db, arena, e->user->id, &e->at, out, last, err);
}

static enum gw_code file_events(struct gw_export *e, struct gw_arena *arena, struct gw_buf *out, bool *last,
                                struct gw_err *err)
{
    return export_events(e->db, arena, e->user->id, &e->at, out, last, err);
}

static const struct {
    const char *path;
    file_fn *piece;
} files[] = {
    {"README.txt", file_about},     {"user.json", file_user},           {"connections.json", file_connections},
    {"sources.json", file_sources}, {"workouts.ndjson", file_workouts}, {"sleep.ndjson", file_sleep},
    {"events.ndjson", file_events},
};
#define FILES (sizeof(files) / sizeof(files[0]))

/* ---- samples, a file for each metric ---- */

static void close_series(struct gw_export *e)
{
    gw_read_timeseries_close(&e->series);
    gw_arena_free(&e->series_arena);
}

static enum gw_code open_series(struct gw_export *e, struct gw_err *err)
{
    struct gw_read_series query = {
        .page = {.user = e->user->id, .from_us = FIRST_US, .to_us = END_US, .from_text = "", .to_text = "", .limit = 1},
        .metrics = &e->metrics[e->metric],
        .metrics_count = 1,
        .format = GW_FORMAT_CSV,
        .resolution = GW_RAW,
    };

    e->series_arena = gw_arena_new(0);
    if (!e->series_arena)
        return gw_fail(err, GW_NOMEM, NULL);
    return gw_read_timeseries_open(e->db, e->series_arena, &query, &e->series, err);
}

static enum gw_code series_piece(struct gw_export *e, struct gw_buf *out, bool *last, struct gw_err *err)
{
    size_t n = 0;

    if (!gw_buf_reserve(out, PIECE))
        return gw_fail(err, GW_NOMEM, NULL);
    if (!gw_read_timeseries_some(e->series, out->data + out->len, PIECE, &n, err))
        return err ? err->code : GW_INTERNAL;
    out->len += n;
    *last = n == 0;
    return GW_OK;
}

static enum gw_code begin_series(struct gw_export *e, struct gw_err *err)
{
    const struct gw_metric *metric = gw_metric_by_number(e->metrics[e->metric]);
    char path[160];
    enum gw_code code;

    if (metric)
        snprintf(path, sizeof(path), "series/%.100s.csv", metric->name);
    else
        snprintf(path, sizeof(path), "series/metric-%u.csv", (unsigned)e->metrics[e->metric]);
    code = gw_zip_entry(e->zip, path, err);
    return code ? code : open_series(e, err);
}

/* ---- one step: a piece of a file into the archive ---- */

static enum gw_code begin_file(struct gw_export *e, struct gw_err *err)
{
    e->begun = true;
    e->at = (struct export_place){0};
    return e->file < FILES ? gw_zip_entry(e->zip, files[e->file].path, err) : begin_series(e, err);
}

static void end_file(struct gw_export *e)
{
    e->begun = false;
    if (e->file < FILES) {
        e->file++;
    } else {
        close_series(e);
        e->metric++;
    }
}

static enum gw_code piece(struct gw_export *e, bool *last, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    gw_own_buf struct gw_buf text = {0};
    enum gw_code code = arena ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (!code)
        code = e->file < FILES ? files[e->file].piece(e, arena, &text, last, err) : series_piece(e, &text, last, err);
    if (!code && text.failed)
        code = gw_fail(err, GW_NOMEM, NULL);
    if (!code)
        code = gw_zip_data(e->zip, (struct gw_str){text.data, text.len}, err);
    gw_arena_free(&arena);
    return code;
}

static enum gw_code step(struct gw_export *e, struct gw_err *err)
{
    bool last = false;
    enum gw_code code = GW_OK;

    if (e->file == FILES && e->metric == e->metrics_count) {
        e->ended = true;
        return gw_zip_end(e->zip, err);
    }
    if (!e->begun)
        code = begin_file(e, err);
    if (!code)
        code = piece(e, &last, err);
    if (!code && last)
        end_file(e);
    return code;
}

/* ---- life ---- */

enum gw_code gw_export_open(struct gw_db *db, struct gw_arena *arena, const struct gw_user *user,
                            struct gw_export **ret, struct gw_err *err)
{
    struct gw_export *e = gw_arena_zalloc(arena, sizeof(*e));
    struct gw_user *copy = gw_arena_alloc(arena, sizeof(*copy));
    enum gw_code code;

    if (!e || !copy)
        return gw_fail(err, GW_NOMEM, NULL);
    *copy = *user; /* its texts live in the arena that it came with */
    e->db = db;
    e->user = copy;
    code = gw_store_export_metrics(db, arena, user->id, &e->metrics, &e->metrics_count, err);
    if (!code)
        code = gw_zip_new(&e->ready, &e->zip, err);
    if (!code)
        *ret = e;
    return code;
}

bool gw_export_some(struct gw_export *e, char *out, size_t most, size_t *ret, struct gw_err *err)
{
    size_t n;

    if (e->handed == e->ready.len)
        e->handed = e->ready.len = 0;
    while (e->ready.len == 0 && !e->ended)
        if (step(e, err) != GW_OK)
            return false;
    n = e->ready.len - e->handed < most ? e->ready.len - e->handed : most;
    if (n)
        memcpy(out, e->ready.data + e->handed, n);
    e->handed += n;
    *ret = n;
    return true;
}

void gw_export_close(struct gw_export **export)
{
    struct gw_export *e = *export;

    if (!e)
        return;
    close_series(e);
    gw_zip_free(&e->zip);
    gw_buf_free(&e->ready);
    *export = NULL;
}
