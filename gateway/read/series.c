/* A page of raw samples: what to load, the walk, the rows, the cursors. */
#include "base/time.h"
#include "host/metrics.h"
#include "read/read.h"
#include "read/source.h"
#include "read/stream.h"
#include "read/write.h"

#include <aorta/declare.h>
#include <stdlib.h>

/* A range this short is loaded at once; a longer one is counted first, and only the page's part is loaded. */
#define SHORT_US      (2 * GW_US_PER_DAY)
#define SHORT_METRICS 8

#define ASIDE     4096
#define ROW_GUESS 288 /* bytes of a row as most are */

/* A page between open and close. */
struct gw_series_reader {
    struct gw_read_page page;
    bool by_cursor;
    struct gw_cursor cursor;
    struct gw_streams streams;
    int64_t total;
    struct gw_sample_run *found; /* of a page backwards, newest first */
    size_t found_count;
    struct gw_sample_run run, first, last;
    bool ended, failed;
    struct gw_sample_day day;
    int64_t rows;
    struct gw_buf aside;
    size_t aside_at;
};

/* Loading what a page needs. */
struct job {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_series_reader *reader;
    struct gw_series_query query;
};

static enum gw_code fetch(struct job *job, int64_t from_us, int64_t to_us, bool with_data, struct gw_block_row **rows,
                          size_t *count, struct gw_source **sources, size_t *sources_count, struct gw_err *err)
{
    struct gw_series_query query = job->query;

    query.from_us = from_us;
    query.to_us = to_us;
    query.with_data = with_data;
    return gw_store_series_blocks(job->db, job->arena, &query, rows, count, sources, sources_count, err);
}

static enum gw_code load(struct job *job, int64_t from_us, int64_t to_us, struct gw_err *err)
{
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    enum gw_code code = fetch(job, from_us, to_us, true, &rows, &count, &sources, &sources_count, err);

    if (code != GW_OK)
        return code;
    return gw_streams_load(&job->reader->streams, job->arena, rows, count, sources, sources_count, from_us, to_us, err);
}

static enum gw_code load_all(struct job *job, struct gw_err *err)
{
    enum gw_code code = load(job, job->query.from_us, job->query.to_us, err);

    if (code == GW_OK)
        job->reader->total = gw_streams_count(&job->reader->streams);
    return code;
}

static bool whole(const struct job *job, const struct gw_block_row *row)
{
    return row->first_us >= job->query.from_us && row->last_us < job->query.to_us;
}

/* Samples in range of the blocks that the range cuts at instant `at`; those the other edge counts are left to
 * it. */
static enum gw_code count_edge(struct job *job, int64_t at, bool leave_first, struct gw_err *err)
{
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    int64_t n = 0;
    enum gw_code code = fetch(job, at, at + 1, true, &rows, &count, &sources, &sources_count, err);

    for (size_t i = 0; i < count && code == GW_OK; i++) {
        if (whole(job, &rows[i]) || (leave_first && rows[i].first_us < job->query.from_us))
            continue;
        code = gw_row_count(job->arena, &rows[i], job->query.from_us, job->query.to_us, &n, err);
        job->reader->total += code == GW_OK ? n : 0;
    }
    return code;
}

static enum gw_code count_total(struct job *job, const struct gw_block_row *rows, size_t count, struct gw_err *err)
{
    bool cut_first = false, cut_last = false;
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < count; i++) {
        if (whole(job, &rows[i]))
            job->reader->total += rows[i].n;
        cut_first |= rows[i].first_us < job->query.from_us && rows[i].last_us >= job->query.from_us;
        cut_last |= rows[i].last_us >= job->query.to_us && rows[i].first_us >= job->query.from_us;
    }
    if (cut_first)
        code = count_edge(job, job->query.from_us, false, err);
    if (code == GW_OK && cut_last)
        code = count_edge(job, job->query.to_us - 1, true, err);
    return code;
}

static int by_last(const void *a, const void *b)
{
    int64_t x = ((const struct gw_block_row *)a)->last_us, y = ((const struct gw_block_row *)b)->last_us;

    return (x > y) - (x < y);
}

static int by_first_newest(const void *a, const void *b)
{
    int64_t x = ((const struct gw_block_row *)a)->first_us, y = ((const struct gw_block_row *)b)->first_us;

    return (x < y) - (x > y);
}

/* The least part of the range that surely holds the page and one sample more, from the cursor on. Sorts rows.
 */
static void window(const struct job *job, struct gw_block_row *rows, size_t count, int64_t *from, int64_t *to)
{
    const struct gw_series_reader *r = job->reader;
    bool backwards = r->by_cursor && r->cursor.backwards;
    int64_t have = 0, cursor_us = r->cursor.t_us;

    *from = job->query.from_us;
    *to = job->query.to_us;
    if (r->by_cursor && !backwards && cursor_us > *from)
        *from = cursor_us;
    if (backwards && cursor_us < *to - 1)
        *to = cursor_us + 1;
    qsort(rows, count, sizeof(*rows), backwards ? by_first_newest : by_last);
    for (size_t i = 0; i < count; i++) {
        const struct gw_block_row *row = &rows[i];
        /* A sample at the cursor's own time may lie on its other side, so the time itself does not count. */
        if (backwards ? row->last_us >= *to - 1 : row->first_us <= *from && r->by_cursor)
            continue;
        if (row->first_us < *from || row->last_us >= *to)
            continue;
        have += row->n;
        if (have > r->page.limit) {
            if (backwards)
                *from = row->first_us;
            else
                *to = row->last_us + 1;
            return;
        }
    }
}

static enum gw_code load_page(struct job *job, struct gw_err *err)
{
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    int64_t from, to;
    enum gw_code code;

    code = fetch(job, job->query.from_us, job->query.to_us, false, &rows, &count, &sources, &sources_count, err);
    if (code != GW_OK || count == 0)
        return code;
    window(job, rows, count, &from, &to);
    if (from == job->query.from_us && to == job->query.to_us)
        return load_all(job, err);
    code = count_total(job, rows, count, err);
    return code == GW_OK ? load(job, from, to, err) : code;
}

/* ---- rows ---- */

static const char *total_text(const struct gw_stream *stream, const struct gw_metric *metric)
{
    if (stream->daily_total)
        return "true";
    return metric && metric->aggregation == AORTA_AGGREGATE_SUM ? "false" : "null";
}

/* The constant parts of a row for this stream and offset. Made again when the offset changes: a few times a
 * day. */
static bool form_make(struct gw_arena *arena, struct gw_stream *stream, int32_t offset_s)
{
    const struct gw_metric *metric = gw_metric_by_number(stream->metric);
    struct gw_buf b = {0};
    size_t middle;
    char *text;

    gw_write_text(&b, "\",\"type\":", metric ? metric->name : "unknown");
    gw_buf_str(&b, ",\"value\":");
    middle = b.len;
    gw_write_text(&b, ",\"unit\":", metric ? metric->unit : "");
    gw_write_offset(&b, ",\"zone_offset\":", offset_s);
    gw_buf_str(&b, ",\"source\":");
    gw_source_json(stream->source, &b);
    gw_buf_str(&b, ",\"is_daily_total\":");
    gw_buf_str(&b, total_text(stream, metric));
    gw_buf_char(&b, '}');
    text = b.failed ? NULL : gw_arena_strndup(arena, b.data, b.len);
    if (text) {
        stream->form.middle = (struct gw_str){text, middle};
        stream->form.end = (struct gw_str){text + middle, b.len - middle};
        stream->offset_s = offset_s;
    }
    gw_buf_free(&b);
    return text != NULL;
}

/* The run of the page that is being written, or the next one. */
static bool peek(struct gw_series_reader *r)
{
    int64_t left = r->page.limit - r->rows;

    if (r->run.i < r->run.end)
        return true;
    if (r->found) {
        if (r->found_count == 0)
            return false;
        r->run = r->found[--r->found_count];
        return true;
    }
    return left > 0 && gw_streams_next(&r->streams, (uint32_t)left, &r->run);
}

/* Writes of the run what there is room for behind *p, which moves. False: no row, or (failed) no memory. */
static bool write_rows(struct gw_series_reader *r, char **p, const char *end)
{
    struct gw_sample_run *run = &r->run;
    struct gw_stream *stream = run->stream;
    size_t n;

    if ((!stream->form.middle.ptr || stream->offset_s != run->offset_s) &&
        !form_make(r->streams.arena, stream, run->offset_s)) {
        r->failed = true;
        return false;
    }
    n = gw_samples_put(p, end, r->rows > 0, &r->day, &stream->form, run->part->block.t_us + run->i,
                       run->part->block.v + run->i, run->end - run->i);
    if (n == 0)
        return false;
    if (r->rows == 0)
        r->first = *run;
    r->last = *run;
    r->last.i += (uint32_t)n - 1;
    run->i += (uint32_t)n;
    r->rows += (int64_t)n;
    return true;
}

static const char *cursor_at(const struct gw_sample_run *at, bool backwards, char out[GW_CURSOR_TEXT])
{
    struct gw_cursor cursor = {.kind = GW_CURSOR_SERIES,
                               .backwards = backwards,
                               .t_us = at->part->block.t_us[at->i],
                               .metric = at->stream->metric,
                               .source_id = at->stream->source_id,
                               .daily_total = at->stream->daily_total};

    gw_cursor_write(&cursor, out);
    return out;
}

static void write_end(struct gw_series_reader *r, struct gw_buf *out)
{
    bool backwards = r->by_cursor && r->cursor.backwards, more = gw_streams_more(&r->streams);
    char next[GW_CURSOR_TEXT], previous[GW_CURSOR_TEXT];
    struct gw_page_end end = {.total = r->total,
                              .rows = r->rows,
                              .resolution = "raw",
                              .from_text = r->page.from_text,
                              .to_text = r->page.to_text};

    if (r->rows && (backwards || more))
        end.next = cursor_at(&r->last, false, next);
    if (r->rows && (backwards ? more : r->by_cursor))
        end.previous = cursor_at(&r->first, true, previous);
    gw_buf_char(out, ']');
    gw_write_page_end(out, &end);
}

/* What does not fit where it is wanted is written aside and handed out in pieces. */
static bool fill_aside(struct gw_series_reader *r)
{
    size_t room;
    char *p;

    r->aside.len = r->aside_at = 0;
    if (!peek(r)) {
        write_end(r, &r->aside);
        r->ended = true;
        return !r->aside.failed;
    }
    room = r->run.stream->form.middle.ptr ? gw_sample_room(&r->run.stream->form) + 1 : 0;
    if (!gw_buf_reserve(&r->aside, room > ASIDE ? room : ASIDE))
        return false;
    p = r->aside.data;
    write_rows(r, &p, r->aside.data + r->aside.cap); /* none: the form is made now, and the next turn has the room */
    r->aside.len = (size_t)(p - r->aside.data);
    return !r->failed;
}

static size_t from_aside(struct gw_series_reader *r, char *out, size_t most)
{
    size_t n = r->aside.len - r->aside_at < most ? r->aside.len - r->aside_at : most;

    memcpy(out, r->aside.data + r->aside_at, n);
    r->aside_at += n;
    return n;
}

bool gw_read_timeseries_some(struct gw_series_reader *r, char *out, size_t most, size_t *ret)
{
    char *p = out, *end = out + most;

    for (;;) {
        if (r->aside_at < r->aside.len)
            p += from_aside(r, p, (size_t)(end - p));
        if (p == end || (r->ended && r->aside_at == r->aside.len))
            break;
        while (peek(r) && write_rows(r, &p, end))
            ;
        if (r->failed || !fill_aside(r))
            return false;
    }
    *ret = (size_t)(p - out);
    return true;
}

/* Newest first is how the page before is found; oldest first is how it is shown. */
static enum gw_code find_backwards(struct gw_series_reader *r, struct gw_err *err)
{
    size_t most = (size_t)r->page.limit;

    r->found = gw_arena_alloc(r->streams.arena, most * sizeof(*r->found));
    if (!r->found)
        return gw_fail(err, GW_NOMEM, NULL);
    while (r->found_count < most && gw_streams_next(&r->streams, 1, &r->found[r->found_count]))
        r->found_count++;
    return GW_OK;
}

static enum gw_code begin(struct gw_series_reader *r, struct gw_err *err)
{
    enum gw_code code = gw_streams_begin(&r->streams, r->by_cursor ? &r->cursor : NULL, err);

    if (code == GW_OK && r->streams.backwards)
        code = find_backwards(r, err);
    gw_buf_str(&r->aside, "{\"data\":[");
    return code == GW_OK && r->aside.failed ? gw_fail(err, GW_NOMEM, NULL) : code;
}

static enum gw_code load_for(struct gw_series_reader *r, struct gw_db *db, struct gw_arena *arena,
                             const struct gw_read_series *query, struct gw_err *err)
{
    const struct gw_read_page *page = &query->page;
    struct job job = {.db = db,
                      .arena = arena,
                      .reader = r,
                      .query = {.user = page->user,
                                .metrics = query->metrics,
                                .metrics_count = query->metrics_count,
                                .from_us = page->from_us,
                                .to_us = page->to_us}};

    if (page->from_us >= page->to_us)
        return GW_OK;
    if (page->to_us - page->from_us <= SHORT_US && query->metrics_count <= SHORT_METRICS)
        return load_all(&job, err);
    return load_page(&job, err);
}

enum gw_code gw_read_timeseries_open(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                     struct gw_series_reader **ret, struct gw_err *err)
{
    struct gw_series_reader *r = gw_arena_zalloc(arena, sizeof(*r));
    enum gw_code code = r ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (code != GW_OK)
        return code;
    r->page = query->page;
    r->streams.arena = arena;
    r->day = (struct gw_sample_day)GW_SAMPLE_DAY_NONE;
    r->by_cursor = query->page.cursor.len > 0;
    if (r->by_cursor)
        code = gw_cursor_read(query->page.cursor, GW_CURSOR_SERIES, &r->cursor, err);
    if (code == GW_OK)
        code = load_for(r, db, arena, query, err);
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
    if (*reader)
        gw_buf_free(&(*reader)->aside);
    *reader = NULL;
}

int64_t gw_read_timeseries_rows(const struct gw_series_reader *reader)
{
    return reader->total < reader->page.limit ? reader->total : reader->page.limit;
}

enum gw_code gw_read_timeseries_all(struct gw_series_reader *reader, struct gw_buf *out, struct gw_err *err)
{
    size_t n = 1;

    gw_buf_reserve(out, ASIDE + (size_t)gw_read_timeseries_rows(reader) * ROW_GUESS);
    while (n > 0) {
        if (!gw_buf_reserve(out, ASIDE) ||
            !gw_read_timeseries_some(reader, out->data + out->len, out->cap - out->len, &n))
            return gw_fail(err, GW_NOMEM, NULL);
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
