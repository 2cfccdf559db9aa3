/* Answers about series: where the rows come from, and how they are handed out.
 *
 * A page (JSON) knows all its rows when it is opened. The whole range (JSON lines, CSV) is read a portion at a time.
 * Rows are runs of raw samples or buckets; either are written into whatever room there is.
 */
#include "base/time.h"
#include "read/load.h"
#include "read/read.h"
#include "read/rollup.h"
#include "read/write.h"
#include "store/users.h"

#define ASIDE     4096
#define ROW_GUESS 288 /* bytes of a row as most are */

struct gw_series_reader {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_read_series query;
    bool by_cursor;
    struct gw_cursor cursor;

    /* raw */
    struct gw_streams streams;
    bool listed;                /* all runs are known; else they are found while they are written */
    struct gw_sample_run *runs; /* in the order they are shown */
    size_t runs_count, runs_cap, runs_at;
    struct gw_sample_run run;
    struct gw_sample_run first, last; /* of a page: one sample each */

    /* intervals */
    struct gw_rollup rollup;
    struct gw_gathering gathering;
    struct gw_bucket *buckets;
    size_t buckets_count, buckets_at;
    int64_t next_day;

    /* the whole range */
    struct gw_plan plan;
    struct gw_arena *own; /* of the portion that is being written */
    int64_t at_us;

    int64_t total, page_rows, length; /* length: -1 = not known */
    bool more;                        /* in the direction of reading */
    struct gw_sample_day day;
    int64_t written;
    struct gw_buf aside; /* what does not fit where it is wanted is written here, and handed out in pieces */
    size_t aside_at;
    bool ended, failed;
    struct gw_err err;
};

static bool is_page(const struct gw_series_reader *r)
{
    return r->query.format == GW_FORMAT_JSON;
}

static bool is_raw(const struct gw_series_reader *r)
{
    return r->query.resolution == GW_RAW;
}

static struct gw_series_query store_query(const struct gw_series_reader *r)
{
    return (struct gw_series_query){.user = r->query.page.user,
                                    .metrics = r->query.metrics,
                                    .metrics_count = r->query.metrics_count,
                                    .from_us = r->query.page.from_us,
                                    .to_us = r->query.page.to_us};
}

/* ---- forms ---- */

/* The constant parts of a row for this stream and offset. Made again when the offset changes: a few times a day. */
static bool form_make(struct gw_series_reader *r, struct gw_stream *stream, int32_t offset_s)
{
    struct gw_form_facts facts = {
        .format = r->query.format, .metric = stream->metric, .daily_total = stream->daily_total, .offset_s = offset_s};

    if (stream->form.middle.ptr && stream->offset_s == offset_s)
        return true;
    if (!stream->source_text.ptr)
        stream->source_text = gw_form_source(r->query.format, stream->source, r->streams.arena);
    facts.source = stream->source_text;
    if (!facts.source.ptr || !gw_form_make(&facts, r->streams.arena, &stream->form))
        return false;
    stream->offset_s = offset_s;
    return true;
}

/* ---- a page of raw samples ---- */

static bool keep_run(struct gw_series_reader *r, const struct gw_sample_run *run)
{
    if (r->runs_count == r->runs_cap) {
        size_t more = r->runs_cap ? 4 * r->runs_cap : 64;
        struct gw_sample_run *p = gw_arena_alloc(r->arena, more * sizeof(*p));
        if (!p)
            return false;
        if (r->runs_count)
            memcpy(p, r->runs, r->runs_count * sizeof(*p));
        r->runs = p;
        r->runs_cap = more;
    }
    r->runs[r->runs_count++] = *run;
    return true;
}

/* Newest first is how the page before is found; oldest first is how it is shown. */
static void turn_round(struct gw_sample_run *runs, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct gw_sample_run run = runs[i];
        runs[i] = runs[count - 1 - i];
        runs[count - 1 - i] = run;
    }
}

/* All rows and how long they are. */
static enum gw_code list_runs(struct gw_series_reader *r, int64_t limit, struct gw_err *err)
{
    struct gw_sample_run run;

    r->listed = true;
    r->length = 0;
    while (r->page_rows < limit && gw_streams_next(&r->streams, (uint32_t)(limit - r->page_rows), &run)) {
        const struct gw_block *block = &run.part->block;
        if (!keep_run(r, &run) || !form_make(r, run.stream, run.offset_s))
            return gw_fail(err, GW_NOMEM, NULL);
        r->length += (int64_t)gw_samples_len(&run.stream->form, block->t_us + run.i, block->v + run.i, run.end - run.i);
        r->page_rows += run.end - run.i;
    }
    if (r->streams.backwards)
        turn_round(r->runs, r->runs_count);
    if (r->runs_count) {
        r->length += is_page(r) ? r->page_rows - 1 : 0; /* commas */
        r->first = r->runs[0];
        r->last = r->runs[r->runs_count - 1];
        r->last.i = r->last.end - 1;
    }
    r->more = gw_streams_more(&r->streams);
    return GW_OK;
}

static enum gw_code open_raw_page(struct gw_series_reader *r, struct gw_err *err)
{
    const struct gw_cursor *after = r->by_cursor ? &r->cursor : NULL;
    struct gw_page_load load = {
        .db = r->db, .arena = r->arena, .query = store_query(r), .after = after, .limit = r->query.page.limit};
    enum gw_code code = gw_page_load(&load, &r->streams, &r->total, err);

    if (code == GW_OK)
        code = gw_streams_begin(&r->streams, after, err);
    return code == GW_OK ? list_runs(r, load.limit, err) : code;
}

/* ---- a page of intervals ---- */

/* The user's own zone decides where a sample has no offset. Who does not exist has no data either. */
static enum gw_code find_zone(struct gw_series_reader *r, const struct gw_zone **ret, struct gw_err *err)
{
    struct gw_user user;
    enum gw_code code;

    *ret = NULL;
    if (r->query.resolution != GW_1DAY)
        return GW_OK;
    code = gw_store_user_get(r->db, r->arena, r->query.page.user, &user, err);
    if (code == GW_OK && user.time_zone)
        *ret = gw_zone_find(gw_str(user.time_zone));
    return code == GW_NOT_FOUND ? GW_OK : code;
}

static enum gw_code open_rollup(struct gw_series_reader *r, struct gw_err *err)
{
    struct gw_series_query query = store_query(r);
    enum gw_code code = find_zone(r, &r->rollup.zone, err);

    r->rollup.resolution = r->query.resolution;
    r->rollup.format = r->query.format;
    r->rollup.days = r->query.days;
    if (code == GW_OK)
        code = gw_rollup_open(&r->rollup, r->db, r->arena, &query, err);
    r->next_day = r->rollup.days.first;
    return code;
}

static enum gw_code open_rollup_page(struct gw_series_reader *r, struct gw_err *err)
{
    struct gw_rollup_page page;
    enum gw_code code = open_rollup(r, err);

    if (code == GW_OK)
        code = gw_rollup_page(&r->rollup, r->arena, r->by_cursor ? &r->cursor : NULL, r->query.page.limit, &page, err);
    if (code != GW_OK)
        return code;
    r->gathering = page.gathering;
    r->buckets = page.rows;
    r->buckets_count = page.count;
    r->page_rows = (int64_t)page.count;
    r->more = page.more;
    r->total = page.total;
    return GW_OK;
}

/* ---- the whole range ---- */

static bool fail(struct gw_series_reader *r, enum gw_code code)
{
    r->failed = code != GW_OK;
    return code == GW_OK;
}

/* A fresh arena; the portion before is done with. */
static bool renew(struct gw_series_reader *r)
{
    gw_arena_free(&r->own);
    r->streams = (struct gw_streams){0};
    r->buckets_count = r->buckets_at = 0;
    r->own = gw_arena_new(0);
    return r->own || !fail(r, gw_fail(&r->err, GW_NOMEM, NULL));
}

static bool next_portion(struct gw_series_reader *r)
{
    int64_t from, to;
    enum gw_code code;

    if (r->failed || !gw_plan_next(&r->plan, r->at_us, r->query.page.to_us, &from, &to) || !renew(r))
        return false;
    code = gw_plan_load(&r->plan, r->own, from, to, &r->streams, &r->err);
    if (code == GW_OK)
        code = gw_streams_begin(&r->streams, NULL, &r->err);
    r->at_us = to;
    return fail(r, code);
}

static bool next_group(struct gw_series_reader *r)
{
    if (r->failed || r->next_day > r->rollup.days.last || !renew(r))
        return false;
    return fail(r, gw_rollup_group(&r->rollup, r->own, r->next_day, &r->next_day, &r->gathering, &r->buckets,
                                   &r->buckets_count, &r->err));
}

/* The first portion is read before the answer begins: what is wrong with the store shows as an error. */
static enum gw_code open_whole(struct gw_series_reader *r, struct gw_err *err)
{
    struct gw_series_query query = store_query(r);
    int64_t from, to;
    enum gw_code code;

    if (is_raw(r)) {
        r->at_us = query.from_us;
        code = gw_plan_make(&r->plan, r->db, r->arena, &query, err);
        if (code == GW_OK && !next_portion(r) && r->failed)
            code = r->err.code;
        if (code == GW_OK && !gw_plan_next(&r->plan, r->at_us, query.to_us, &from, &to))
            return list_runs(r, UINT32_MAX, err); /* that was all of it */
    } else {
        code = open_rollup(r, err);
        if (code == GW_OK && !next_group(r) && r->failed)
            code = r->err.code;
    }
    if (r->failed && err)
        *err = r->err;
    return code;
}

/* ---- rows ---- */

/* The run that is being written, or the next one. */
static bool next_run(struct gw_series_reader *r)
{
    if (r->run.i < r->run.end)
        return true;
    if (r->listed) {
        if (r->runs_at == r->runs_count)
            return false;
        r->run = r->runs[r->runs_at++];
        return true;
    }
    while (!gw_streams_next(&r->streams, UINT32_MAX, &r->run))
        if (!next_portion(r))
            return false;
    return true;
}

static bool next_bucket(struct gw_series_reader *r)
{
    while (r->buckets_at == r->buckets_count)
        if (is_page(r) || !next_group(r))
            return false;
    return true;
}

static bool next_row(struct gw_series_reader *r)
{
    return is_raw(r) ? next_run(r) : next_bucket(r);
}

/* Writes of the run what there is room for behind *p, which moves. */
static bool write_run(struct gw_series_reader *r, char **p, const char *end)
{
    struct gw_sample_run *run = &r->run;
    const struct gw_block *block = &run->part->block;
    size_t n;

    if (!form_make(r, run->stream, run->offset_s))
        return fail(r, gw_fail(&r->err, GW_NOMEM, NULL));
    n = gw_samples_put(p, end, is_page(r) && r->written > 0, &r->day, &run->stream->form, block->t_us + run->i,
                       block->v + run->i, run->end - run->i);
    run->i += (uint32_t)n;
    r->written += (int64_t)n;
    return n > 0;
}

static bool write_buckets(struct gw_series_reader *r, char **p, const char *end)
{
    size_t before = r->buckets_at;

    for (; r->buckets_at < r->buckets_count; r->buckets_at++) {
        const struct gw_bucket *bucket = &r->buckets[r->buckets_at];
        const struct gw_sample_form *form = gw_bucket_form(&r->gathering, bucket);
        if (!form)
            return fail(r, gw_fail(&r->err, GW_NOMEM, NULL));
        if ((size_t)(end - *p) < gw_bucket_room(form) + 1)
            break;
        if (is_page(r) && r->written > 0)
            *(*p)++ = ',';
        *p = gw_bucket_put(*p, &r->gathering, bucket, form, &r->day);
        r->written++;
    }
    return r->buckets_at > before;
}

/* False: no row fitted, or (failed) there is no memory. */
static bool write_rows(struct gw_series_reader *r, char **p, const char *end)
{
    return is_raw(r) ? write_run(r, p, end) : write_buckets(r, p, end);
}

/* Room for one row, whatever it is. */
static size_t row_room(struct gw_series_reader *r)
{
    const struct gw_sample_form *form = NULL;

    if (is_raw(r) && form_make(r, r->run.stream, r->run.offset_s))
        form = &r->run.stream->form;
    else if (!is_raw(r))
        form = gw_bucket_form(&r->gathering, &r->buckets[r->buckets_at]);
    return form ? gw_bucket_room(form) + 1 : 0;
}

/* ---- the end of a page ---- */

static struct gw_cursor place_of(const struct gw_series_reader *r, bool of_last)
{
    struct gw_cursor at = {.kind = GW_CURSOR_SERIES, .resolution = (uint8_t)r->query.resolution};

    if (is_raw(r)) {
        const struct gw_sample_run *run = of_last ? &r->last : &r->first;
        at.t_us = run->part->block.t_us[run->i];
        at.metric = run->stream->metric;
        at.source_id = run->stream->source_id;
        at.daily_total = run->stream->daily_total;
    } else {
        const struct gw_bucket *bucket = &r->buckets[of_last ? r->buckets_count - 1 : 0];
        at.t_us = bucket->key;
        at.metric = gw_bucket_metric(bucket);
        at.source_id = gw_bucket_source(bucket);
    }
    return at;
}

static const char *cursor_at(const struct gw_series_reader *r, bool of_last, bool backwards, char out[GW_CURSOR_TEXT])
{
    struct gw_cursor cursor = place_of(r, of_last);

    cursor.backwards = backwards;
    gw_cursor_write(&cursor, out);
    return out;
}

static void write_end(const struct gw_series_reader *r, struct gw_buf *out)
{
    bool backwards = r->by_cursor && r->cursor.backwards;
    char next[GW_CURSOR_TEXT], previous[GW_CURSOR_TEXT];
    struct gw_page_end end = {.total = r->total,
                              .rows = r->page_rows,
                              .resolution = gw_resolution_name(r->query.resolution),
                              .from_text = r->query.page.from_text,
                              .to_text = r->query.page.to_text};

    if (r->page_rows && (backwards || r->more))
        end.next = cursor_at(r, true, false, next);
    if (r->page_rows && (backwards ? r->more : r->by_cursor))
        end.previous = cursor_at(r, false, true, previous);
    gw_buf_char(out, ']');
    gw_write_page_end(out, &end);
}

/* ---- handing out ---- */

static void fill_aside(struct gw_series_reader *r)
{
    size_t room;
    char *p;

    r->aside.len = r->aside_at = 0;
    if (!next_row(r)) {
        if (is_page(r))
            write_end(r, &r->aside);
        r->ended = true;
        if (r->aside.failed)
            fail(r, gw_fail(&r->err, GW_NOMEM, NULL));
        return;
    }
    room = row_room(r);
    if (room == 0 || !gw_buf_reserve(&r->aside, room > ASIDE ? room : ASIDE)) {
        fail(r, gw_fail(&r->err, GW_NOMEM, NULL));
        return;
    }
    p = r->aside.data;
    write_rows(r, &p, r->aside.data + r->aside.cap);
    r->aside.len = (size_t)(p - r->aside.data);
}

static size_t from_aside(struct gw_series_reader *r, char *out, size_t most)
{
    size_t n = r->aside.len - r->aside_at < most ? r->aside.len - r->aside_at : most;

    memcpy(out, r->aside.data + r->aside_at, n);
    r->aside_at += n;
    return n;
}

bool gw_read_timeseries_some(struct gw_series_reader *r, char *out, size_t most, size_t *ret, struct gw_err *err)
{
    char *p = out, *end = out + most;

    for (;;) {
        if (r->failed) {
            if (err)
                *err = r->err;
            return false;
        }
        if (r->aside_at < r->aside.len)
            p += from_aside(r, p, (size_t)(end - p));
        if (p == end || (r->ended && r->aside_at == r->aside.len))
            break;
        while (next_row(r) && write_rows(r, &p, end))
            ;
        if (!r->failed)
            fill_aside(r);
    }
    *ret = (size_t)(p - out);
    return true;
}

/* What comes before the rows; and how long it all is, where that is known. */
static enum gw_code begin(struct gw_series_reader *r, struct gw_err *err)
{
    struct gw_buf end = {0};

    if (r->query.format == GW_FORMAT_CSV)
        gw_buf_str(&r->aside, gw_form_csv_head(!is_raw(r), r->query.resolution == GW_1DAY));
    else if (is_page(r))
        gw_buf_str(&r->aside, "{\"data\":[");
    if (r->length >= 0) {
        if (is_page(r))
            write_end(r, &end);
        r->length += (int64_t)(r->aside.len + end.len);
    }
    gw_buf_free(&end);
    return r->aside.failed || end.failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

static enum gw_code open_rows(struct gw_series_reader *r, struct gw_err *err)
{
    if (!is_page(r))
        return open_whole(r, err);
    return is_raw(r) ? open_raw_page(r, err) : open_rollup_page(r, err);
}

enum gw_code gw_read_timeseries_open(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                     struct gw_series_reader **ret, struct gw_err *err)
{
    struct gw_series_reader *r = gw_arena_zalloc(arena, sizeof(*r));
    uint16_t *metrics = gw_arena_alloc(arena, query->metrics_count * sizeof(*metrics));
    enum gw_code code = r && metrics ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (code != GW_OK)
        return code;
    r->db = db;
    r->arena = r->streams.arena = arena;
    r->query = *query;
    r->query.metrics = metrics;
    if (query->metrics_count)
        memcpy(metrics, query->metrics, query->metrics_count * sizeof(*metrics));
    r->day = (struct gw_sample_day)GW_SAMPLE_DAY_NONE;
    r->length = -1;
    r->by_cursor = is_page(r) && query->page.cursor.len > 0;
    if (r->by_cursor)
        code = gw_cursor_read_series(query->page.cursor, (uint8_t)query->resolution, &r->cursor, err);
    if (code == GW_OK)
        code = open_rows(r, err);
    if (code == GW_OK)
        code = begin(r, err);
    if (code == GW_OK)
        *ret = r;
    else
        gw_read_timeseries_close(&r);
    return code;
}

void gw_read_timeseries_close(struct gw_series_reader **reader)
{
    if (*reader) {
        gw_buf_free(&(*reader)->aside);
        gw_arena_free(&(*reader)->own);
    }
    *reader = NULL;
}

int64_t gw_read_timeseries_rows(const struct gw_series_reader *reader)
{
    return is_page(reader) ? reader->page_rows : -1;
}

int64_t gw_read_timeseries_length(const struct gw_series_reader *reader)
{
    return reader->length;
}

enum gw_code gw_read_timeseries_all(struct gw_series_reader *reader, struct gw_buf *out, struct gw_err *err)
{
    int64_t rows = gw_read_timeseries_rows(reader);
    size_t n = 1;

    if (reader->length >= 0)
        gw_buf_reserve(out, (size_t)reader->length + 1);
    else if (rows > 0)
        gw_buf_reserve(out, ASIDE + (size_t)rows * ROW_GUESS);
    while (n > 0) {
        if (out->len == out->cap && !gw_buf_reserve(out, ASIDE))
            return gw_fail(err, GW_NOMEM, NULL);
        if (!gw_read_timeseries_some(reader, out->data + out->len, out->cap - out->len, &n, err))
            return reader->err.code;
        out->len += n;
    }
    return GW_OK;
}

enum gw_code gw_read_timeseries(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                struct gw_buf *out, struct gw_err *err)
{
    struct gw_series_reader *reader = NULL;
    enum gw_code code = gw_read_timeseries_open(db, arena, query, &reader, err);

    if (code == GW_OK)
        code = gw_read_timeseries_all(reader, out, err);
    gw_read_timeseries_close(&reader);
    return code;
}
