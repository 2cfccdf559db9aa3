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

struct job {
    struct gw_db *db;
    struct gw_arena *arena;
    const struct gw_read_page *page;
    struct gw_series_query query;
    bool by_cursor;
    struct gw_cursor cursor;
    struct gw_streams streams;
    int64_t total;
};

static enum gw_code fetch(struct job *job, int64_t from_us, int64_t to_us, bool with_data,
                          struct gw_block_row **rows, size_t *count, struct gw_source **sources,
                          size_t *sources_count, struct gw_err *err) {
    struct gw_series_query query = job->query;

    query.from_us = from_us;
    query.to_us = to_us;
    query.with_data = with_data;
    return gw_store_series_blocks(job->db, job->arena, &query, rows, count, sources, sources_count, err);
}

static enum gw_code load(struct job *job, int64_t from_us, int64_t to_us, struct gw_err *err) {
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    enum gw_code code = fetch(job, from_us, to_us, true, &rows, &count, &sources, &sources_count, err);

    if (code != GW_OK)
        return code;
    return gw_streams_load(&job->streams, job->arena, rows, count, sources, sources_count, from_us, to_us,
                           err);
}

static enum gw_code load_all(struct job *job, struct gw_err *err) {
    enum gw_code code = load(job, job->query.from_us, job->query.to_us, err);

    if (code == GW_OK)
        job->total = gw_streams_count(&job->streams);
    return code;
}

static bool whole(const struct job *job, const struct gw_block_row *row) {
    return row->first_us >= job->query.from_us && row->last_us < job->query.to_us;
}

/* Samples in range of the blocks that the range cuts at instant `at`; those the other edge counts are left to
 * it. */
static enum gw_code count_edge(struct job *job, int64_t at, bool leave_first, struct gw_err *err) {
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    int64_t n = 0;
    enum gw_code code = fetch(job, at, at + 1, true, &rows, &count, &sources, &sources_count, err);

    for (size_t i = 0; i < count && code == GW_OK; i++) {
        if (whole(job, &rows[i]) || (leave_first && rows[i].first_us < job->query.from_us))
            continue;
        code = gw_row_count(job->arena, &rows[i], job->query.from_us, job->query.to_us, &n, err);
        job->total += code == GW_OK ? n : 0;
    }
    return code;
}

static enum gw_code count_total(struct job *job, const struct gw_block_row *rows, size_t count,
                                struct gw_err *err) {
    bool cut_first = false, cut_last = false;
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < count; i++) {
        if (whole(job, &rows[i]))
            job->total += rows[i].n;
        cut_first |= rows[i].first_us < job->query.from_us && rows[i].last_us >= job->query.from_us;
        cut_last |= rows[i].last_us >= job->query.to_us && rows[i].first_us >= job->query.from_us;
    }
    if (cut_first)
        code = count_edge(job, job->query.from_us, false, err);
    if (code == GW_OK && cut_last)
        code = count_edge(job, job->query.to_us - 1, true, err);
    return code;
}

static int by_last(const void *a, const void *b) {
    int64_t x = ((const struct gw_block_row *)a)->last_us, y = ((const struct gw_block_row *)b)->last_us;

    return (x > y) - (x < y);
}

static int by_first_newest(const void *a, const void *b) {
    int64_t x = ((const struct gw_block_row *)a)->first_us, y = ((const struct gw_block_row *)b)->first_us;

    return (x < y) - (x > y);
}

/* The least part of the range that surely holds the page and one sample more, from the cursor on. Sorts rows.
 */
static void window(const struct job *job, struct gw_block_row *rows, size_t count, int64_t *from,
                   int64_t *to) {
    bool backwards = job->by_cursor && job->cursor.backwards;
    int64_t have = 0, cursor_us = job->cursor.t_us;

    *from = job->query.from_us;
    *to = job->query.to_us;
    if (job->by_cursor && !backwards && cursor_us > *from)
        *from = cursor_us;
    if (backwards && cursor_us < *to - 1)
        *to = cursor_us + 1;
    qsort(rows, count, sizeof(*rows), backwards ? by_first_newest : by_last);
    for (size_t i = 0; i < count; i++) {
        const struct gw_block_row *row = &rows[i];
        /* A sample at the cursor's own time may lie on its other side, so the time itself does not count. */
        if (backwards ? row->last_us >= *to - 1 : row->first_us <= *from && job->by_cursor)
            continue;
        if (row->first_us < *from || row->last_us >= *to)
            continue;
        have += row->n;
        if (have > job->page->limit) {
            if (backwards)
                *from = row->first_us;
            else
                *to = row->last_us + 1;
            return;
        }
    }
}

static enum gw_code load_page(struct job *job, struct gw_err *err) {
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    int64_t from, to;
    enum gw_code code;

    code =
        fetch(job, job->query.from_us, job->query.to_us, false, &rows, &count, &sources, &sources_count, err);
    if (code != GW_OK || count == 0)
        return code;
    window(job, rows, count, &from, &to);
    if (from == job->query.from_us && to == job->query.to_us)
        return load_all(job, err);
    code = count_total(job, rows, count, err);
    return code == GW_OK ? load(job, from, to, err) : code;
}

/* ---- rows ---- */

static const char *total_text(const struct gw_stream *stream, const struct gw_metric *metric) {
    if (stream->daily_total)
        return "true";
    return metric && metric->aggregation == AORTA_AGGREGATE_SUM ? "false" : "null";
}

/* The constant parts of a row for this stream and offset. Made again when the offset changes: a few times a
 * day. */
static bool form_make(struct gw_arena *arena, struct gw_stream *stream, int32_t offset_s) {
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

static int32_t offset_at(struct gw_part *part, uint32_t i) {
    const struct gw_block *block = &part->block;

    while (part->run + 1 < block->runs_count && block->runs[part->run + 1].first <= i)
        part->run++;
    return block->runs_count ? block->runs[part->run].offset_s : GW_NO_OFFSET;
}

struct rows {
    struct gw_buf *out;
    struct gw_sample_day day;
    int64_t count;
    struct gw_sample_at first, last;
};

static bool row_write(struct job *job, struct rows *rows, const struct gw_sample_at *at) {
    struct gw_stream *stream = at->stream;
    struct gw_buf *out = rows->out;
    int32_t offset_s = offset_at(at->part, at->i);
    size_t room;
    char *p;

    if ((!stream->form.middle.ptr || stream->offset_s != offset_s) &&
        !form_make(job->arena, stream, offset_s))
        return false;
    room = gw_sample_room(&stream->form) + 1;
    if (out->cap - out->len < room && !gw_buf_reserve(out, room))
        return false;
    p = out->data + out->len;
    if (rows->count++)
        *p++ = ',';
    else
        rows->first = *at;
    rows->last = *at;
    p = gw_sample_put(p, &rows->day, &stream->form, at->part->block.t_us[at->i], at->part->block.v[at->i]);
    out->len = (size_t)(p - out->data);
    return true;
}

static bool rows_forwards(struct job *job, struct rows *rows) {
    struct gw_sample_at at;

    while (rows->count < job->page->limit && gw_streams_next(&job->streams, &at))
        if (!row_write(job, rows, &at))
            return false;
    return true;
}

/* Newest first is how they are found; oldest first is how they are shown. */
static bool rows_backwards(struct job *job, struct rows *rows) {
    size_t most = (size_t)job->page->limit, count = 0;
    struct gw_sample_at *found = gw_arena_alloc(job->arena, most * sizeof(*found));

    if (!found)
        return false;
    while (count < most && gw_streams_next(&job->streams, &found[count]))
        count++;
    while (count > 0)
        if (!row_write(job, rows, &found[--count]))
            return false;
    return true;
}

static const char *cursor_at(const struct gw_sample_at *at, bool backwards, char out[GW_CURSOR_TEXT]) {
    struct gw_cursor cursor = {.kind = GW_CURSOR_SERIES,
                               .backwards = backwards,
                               .t_us = at->part->block.t_us[at->i],
                               .metric = at->stream->metric,
                               .source_id = at->stream->source_id,
                               .daily_total = at->stream->daily_total};

    gw_cursor_write(&cursor, out);
    return out;
}

static void page_end(const struct job *job, const struct rows *rows) {
    bool backwards = job->by_cursor && job->cursor.backwards, more = gw_streams_more(&job->streams);
    char next[GW_CURSOR_TEXT], previous[GW_CURSOR_TEXT];
    struct gw_page_end end = {.total = job->total,
                              .rows = rows->count,
                              .resolution = "raw",
                              .from_text = job->page->from_text,
                              .to_text = job->page->to_text};

    if (rows->count && (backwards || more))
        end.next = cursor_at(&rows->last, false, next);
    if (rows->count && (backwards ? more : job->by_cursor))
        end.previous = cursor_at(&rows->first, true, previous);
    gw_write_page_end(rows->out, &end);
}

static enum gw_code write_page(struct job *job, struct gw_buf *out, struct gw_err *err) {
    struct rows rows = {.out = out, .day = GW_SAMPLE_DAY_NONE};
    enum gw_code code = gw_streams_begin(&job->streams, job->by_cursor ? &job->cursor : NULL, err);

    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"data\":[");
    if (!(job->streams.backwards ? rows_backwards(job, &rows) : rows_forwards(job, &rows)))
        return gw_fail(err, GW_NOMEM, NULL);
    gw_buf_char(out, ']');
    page_end(job, &rows);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_read_timeseries(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                struct gw_buf *out, struct gw_err *err) {
    const struct gw_read_page *page = &query->page;
    struct job job = {.db = db,
                      .arena = arena,
                      .page = page,
                      .query = {.user = page->user,
                                .metrics = query->metrics,
                                .metrics_count = query->metrics_count,
                                .from_us = page->from_us,
                                .to_us = page->to_us},
                      .by_cursor = page->cursor.len > 0,
                      .streams = {.arena = arena}};
    enum gw_code code = GW_OK;

    if (job.by_cursor)
        code = gw_cursor_read(page->cursor, GW_CURSOR_SERIES, &job.cursor, err);
    if (code == GW_OK && page->from_us < page->to_us) {
        if (page->to_us - page->from_us <= SHORT_US && query->metrics_count <= SHORT_METRICS)
            code = load_all(&job, err);
        else
            code = load_page(&job, err);
    }
    return code == GW_OK ? write_page(&job, out, err) : code;
}
