/* Loading, clipping and merging of streams. */
#include "read/stream.h"

#include <math.h>
#include <stdlib.h>

static int compare_key(uint16_t metric_a, int32_t source_a, bool daily_a, uint16_t metric_b, int32_t source_b,
                       bool daily_b)
{
    if (metric_a != metric_b)
        return metric_a < metric_b ? -1 : 1;
    if (source_a != source_b)
        return source_a < source_b ? -1 : 1;
    return (int)daily_a - (int)daily_b;
}

static int compare_streams(const void *a, const void *b)
{
    const struct gw_stream *x = *(struct gw_stream *const *)a, *y = *(struct gw_stream *const *)b;

    return compare_key(x->metric, x->source_id, x->daily_total, y->metric, y->source_id, y->daily_total);
}

/* First index whose time is not before t. */
static uint32_t lower_bound(const struct gw_block *block, int64_t t)
{
    uint32_t low = 0, high = block->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (block->t_us[middle] < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* data and tail of a row as one block: the tail's samples are newer, and the version rule says so too. */
enum gw_code gw_row_decode(struct gw_arena *arena, const struct gw_block_row *row, struct gw_block *ret,
                           struct gw_err *err)
{
    struct gw_block data = {0}, tail = {0};
    struct gw_block_merge counts;
    enum gw_code code = GW_OK;

    if (row->data.len)
        code = gw_block_decode(row->data, arena, &data, err);
    if (code == GW_OK && row->tail.len)
        code = gw_block_decode(row->tail, arena, &tail, err);
    if (code == GW_DATA) /* what we stored ourselves, and nobody's input */
        return gw_fail(err, GW_INTERNAL, "A stored series block cannot be read.");
    if (code != GW_OK)
        return code;
    if (tail.count && data.count)
        return gw_block_merge(&data, &tail, arena, ret, &counts, err);
    *ret = tail.count ? tail : data;
    return GW_OK;
}

static int64_t live(const struct gw_block *block, uint32_t i, uint32_t end)
{
    int64_t n = 0;

    for (; i < end; i++)
        n += !isnan(block->v[i]);
    return n;
}

enum gw_code gw_row_count(struct gw_arena *arena, const struct gw_block_row *row, int64_t from_us, int64_t to_us,
                          int64_t *ret, struct gw_err *err)
{
    struct gw_block block;
    enum gw_code code = gw_row_decode(arena, row, &block, err);

    if (code == GW_OK)
        *ret = live(&block, lower_bound(&block, from_us), lower_bound(&block, to_us));
    return code;
}

bool gw_grow(struct gw_arena *arena, void **items, size_t *cap, size_t count, size_t size)
{
    size_t more = *cap ? *cap * 2 : 8;
    void *p;

    if (count < *cap)
        return true;
    p = gw_arena_alloc(arena, more * size);
    if (!p)
        return false;
    if (count)
        memcpy(p, *items, count * size);
    *items = p;
    *cap = more;
    return true;
}

static struct gw_stream *stream_of(struct gw_streams *s, const struct gw_block_row *row)
{
    struct gw_stream *stream;

    for (size_t i = s->count; i-- > 0;) {
        stream = s->item[i];
        if (stream->metric == row->metric && stream->source_id == row->source_id &&
            stream->daily_total == row->daily_total)
            return stream;
    }
    stream = gw_arena_zalloc(s->arena, sizeof(*stream));
    if (!stream || !gw_grow(s->arena, (void **)&s->item, &s->cap, s->count, sizeof(struct gw_stream *)))
        return NULL;
    stream->metric = row->metric;
    stream->source_id = row->source_id;
    stream->daily_total = row->daily_total;
    s->item[s->count++] = stream;
    return stream;
}

static enum gw_code load_row(struct gw_streams *s, const struct gw_block_row *row, int64_t from_us, int64_t to_us,
                             struct gw_err *err)
{
    struct gw_part part = {0};
    struct gw_stream *stream;
    enum gw_code code = gw_row_decode(s->arena, row, &part.block, err);

    if (code != GW_OK)
        return code;
    part.i = lower_bound(&part.block, from_us);
    part.end = lower_bound(&part.block, to_us);
    if (part.i >= part.end)
        return GW_OK;
    stream = stream_of(s, row);
    if (!stream || !gw_grow(s->arena, (void **)&stream->parts, &stream->parts_cap, stream->parts_count, sizeof(part)))
        return gw_fail(err, GW_NOMEM, NULL);
    stream->parts[stream->parts_count++] = part;
    stream->last = stream->parts_count;
    return GW_OK;
}

enum gw_code gw_streams_load(struct gw_streams *streams, struct gw_arena *arena, const struct gw_block_row *rows,
                             size_t rows_count, const struct gw_source *sources, size_t sources_count, int64_t from_us,
                             int64_t to_us, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    *streams = (struct gw_streams){.arena = arena};
    for (size_t i = 0; i < rows_count && code == GW_OK; i++)
        code = load_row(streams, &rows[i], from_us, to_us, err);
    if (code != GW_OK)
        return code;
    if (streams->count)
        qsort(streams->item, streams->count, sizeof(struct gw_stream *), compare_streams);
    for (size_t i = 0; i < streams->count; i++) {
        streams->item[i]->rank = i;
        streams->item[i]->source = gw_store_source_find(sources, sources_count, streams->item[i]->source_id);
    }
    return GW_OK;
}

int64_t gw_streams_count(const struct gw_streams *streams)
{
    int64_t n = 0;

    for (size_t i = 0; i < streams->count; i++)
        for (size_t k = streams->item[i]->first; k < streams->item[i]->last; k++)
            n += live(&streams->item[i]->parts[k].block, streams->item[i]->parts[k].i, streams->item[i]->parts[k].end);
    return n;
}

/* Leaves what is strictly behind the cursor's row, or strictly before it. */
static void clip(struct gw_stream *stream, const struct gw_cursor *after)
{
    int order = compare_key(stream->metric, stream->source_id, stream->daily_total, after->metric, after->source_id,
                            after->daily_total);
    /* Forwards a sample at the very time stays when its stream comes later; backwards when it comes earlier.
     */
    int64_t bound = after->t_us + (after->backwards ? order < 0 : order <= 0);

    for (size_t k = 0; k < stream->parts_count; k++) {
        struct gw_part *part = &stream->parts[k];
        uint32_t at = lower_bound(&part->block, bound);
        if (after->backwards && at < part->end)
            part->end = at < part->i ? part->i : at;
        else if (!after->backwards && at > part->i)
            part->i = at > part->end ? part->end : at;
    }
}

/* Finds the stream's next sample in the direction of the walk; false at its end. */
static bool settle(struct gw_stream *stream, bool backwards)
{
    while (stream->first < stream->last) {
        struct gw_part *part = &stream->parts[backwards ? stream->last - 1 : stream->first];
        while (part->i < part->end) {
            uint32_t at = backwards ? part->end - 1 : part->i;
            if (!isnan(part->block.v[at])) {
                stream->t_us = part->block.t_us[at];
                return true;
            }
            if (backwards)
                part->end--;
            else
                part->i++;
        }
        if (backwards)
            stream->last--;
        else
            stream->first++;
    }
    return false;
}

static inline bool before(const struct gw_streams *s, const struct gw_stream *a, const struct gw_stream *b)
{
    if (a->t_us != b->t_us)
        return (a->t_us < b->t_us) != s->backwards;
    return (a->rank < b->rank) != s->backwards;
}

static void sift_down(struct gw_streams *s, size_t i)
{
    struct gw_stream *moving = s->heap[i];

    for (size_t child; (child = 2 * i + 1) < s->heap_count; i = child) {
        if (child + 1 < s->heap_count && before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!before(s, s->heap[child], moving))
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = moving;
}

enum gw_code gw_streams_begin(struct gw_streams *streams, const struct gw_cursor *after, struct gw_err *err)
{
    streams->backwards = after && after->backwards;
    streams->heap_count = 0;
    streams->heap = gw_arena_alloc(streams->arena, (streams->count + 1) * sizeof(struct gw_stream *));
    if (!streams->heap)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < streams->count; i++) {
        if (after)
            clip(streams->item[i], after);
        if (settle(streams->item[i], streams->backwards))
            streams->heap[streams->heap_count++] = streams->item[i];
    }
    for (size_t i = streams->heap_count / 2; i-- > 0;)
        sift_down(streams, i);
    return GW_OK;
}

/* The offset of sample i, and where it changes next. Found from the last place on, or from the front again. */
static int32_t offset_at(struct gw_part *part, uint32_t i, uint32_t *ret_end)
{
    const struct gw_block *block = &part->block;

    *ret_end = block->count;
    if (block->runs_count == 0)
        return GW_NO_OFFSET;
    if (block->runs[part->run].first > i)
        part->run = 0;
    while (part->run + 1 < block->runs_count && block->runs[part->run + 1].first <= i)
        part->run++;
    if (part->run + 1 < block->runs_count)
        *ret_end = block->runs[part->run + 1].first;
    return block->runs[part->run].offset_s;
}

/* Times of the top stream that come before everything else in the heap. */
static int64_t time_bound(const struct gw_streams *s)
{
    const struct gw_stream *second = NULL;

    for (size_t i = 1; i <= 2 && i < s->heap_count; i++)
        if (!second || before(s, s->heap[i], second))
            second = s->heap[i];
    if (!second)
        return INT64_MAX;
    return second->t_us + (s->heap[0]->rank < second->rank);
}

static uint32_t run_end(const struct gw_block *block, uint32_t i, uint32_t end, int64_t bound)
{
    i++; /* the first is known to be good */
    while (i < end && block->t_us[i] < bound && !isnan(block->v[i]))
        i++;
    return i;
}

bool gw_streams_next(struct gw_streams *streams, uint32_t most, struct gw_sample_run *ret)
{
    struct gw_stream *stream;
    struct gw_part *part;
    uint32_t same;

    if (streams->heap_count == 0)
        return false;
    stream = streams->heap[0];
    part = &stream->parts[streams->backwards ? stream->last - 1 : stream->first];
    if (streams->backwards) {
        part->end--;
        *ret = (struct gw_sample_run){stream, part, part->end, part->end + 1, offset_at(part, part->end, &same)};
    } else {
        *ret = (struct gw_sample_run){stream, part, part->i, part->i, offset_at(part, part->i, &same)};
        if (same > part->end)
            same = part->end;
        if (same - part->i > most)
            same = part->i + most;
        part->i = ret->end = run_end(&part->block, part->i, same, time_bound(streams));
    }
    if (!settle(stream, streams->backwards))
        streams->heap[0] = streams->heap[--streams->heap_count];
    if (streams->heap_count > 1)
        sift_down(streams, 0);
    return true;
}
