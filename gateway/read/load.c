/* A range that holds little is loaded at once; of a longer one the bounds come first, and then what the page needs. */
#include "read/load.h"

#include <stdlib.h>

#define LITTLE 8192 /* samples; or twice the page */

struct job {
    const struct gw_page_load *load;
    struct gw_streams *streams;
    int64_t total;
};

/* Rows of a part of the range and whoever wrote them. */
struct rows {
    struct gw_block_row *item;
    size_t count;
    struct gw_source *sources;
    size_t sources_count;
};

static enum gw_code fetch(const struct job *job, int64_t from_us, int64_t to_us, int64_t data_most, struct rows *ret,
                          struct gw_err *err)
{
    struct gw_series_query query = job->load->query;

    query.from_us = from_us;
    query.to_us = to_us;
    query.with_data = true;
    query.data_most = data_most;
    return gw_store_series_blocks(job->load->db, job->load->arena, &query, &ret->item, &ret->count, &ret->sources,
                                  &ret->sources_count, err);
}

static enum gw_code decode(struct job *job, const struct rows *rows, int64_t from_us, int64_t to_us, struct gw_err *err)
{
    return gw_streams_load(job->streams, job->load->arena, rows->item, rows->count, rows->sources, rows->sources_count,
                           from_us, to_us, err);
}

static bool whole(const struct job *job, const struct gw_block_row *row)
{
    return row->first_us >= job->load->query.from_us && row->last_us < job->load->query.to_us;
}

/* Samples in range of the blocks that the range cuts at instant `at`; those the other edge counts are left to it. */
static enum gw_code count_edge(struct job *job, int64_t at, bool leave_first, struct gw_err *err)
{
    const struct gw_series_query *q = &job->load->query;
    struct rows rows;
    int64_t n = 0;
    enum gw_code code = fetch(job, at, at + 1, 0, &rows, err);

    for (size_t i = 0; code == GW_OK && i < rows.count; i++) {
        if (whole(job, &rows.item[i]) || (leave_first && rows.item[i].first_us < q->from_us))
            continue;
        code = gw_row_count(job->load->arena, &rows.item[i], q->from_us, q->to_us, &n, err);
        job->total += code == GW_OK ? n : 0;
    }
    return code;
}

static enum gw_code count_total(struct job *job, const struct rows *rows, struct gw_err *err)
{
    const struct gw_series_query *q = &job->load->query;
    bool cut_first = false, cut_last = false;
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < rows->count; i++) {
        const struct gw_block_row *row = &rows->item[i];
        if (whole(job, row))
            job->total += row->n;
        cut_first |= row->first_us < q->from_us && row->last_us >= q->from_us;
        cut_last |= row->last_us >= q->to_us && row->first_us >= q->from_us;
    }
    if (cut_first)
        code = count_edge(job, q->from_us, false, err);
    if (code == GW_OK && cut_last)
        code = count_edge(job, q->to_us - 1, true, err);
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

/* The least part of the range that surely holds the page and one sample more, from the cursor on. Sorts rows. */
static void window(const struct job *job, struct rows *rows, int64_t *from, int64_t *to)
{
    const struct gw_cursor *after = job->load->after;
    bool backwards = after && after->backwards;
    int64_t have = 0;

    *from = job->load->query.from_us;
    *to = job->load->query.to_us;
    if (after && !backwards && after->t_us > *from)
        *from = after->t_us;
    if (backwards && after->t_us < *to - 1)
        *to = after->t_us + 1;
    qsort(rows->item, rows->count, sizeof(*rows->item), backwards ? by_first_newest : by_last);
    for (size_t i = 0; i < rows->count; i++) {
        const struct gw_block_row *row = &rows->item[i];
        /* A sample at the cursor's own time may lie on its other side, so the time itself does not count. */
        if (backwards ? row->last_us >= *to - 1 : row->first_us <= *from && after)
            continue;
        if (row->first_us < *from || row->last_us >= *to)
            continue;
        have += row->n;
        if (have > job->load->limit) {
            if (backwards)
                *from = row->first_us;
            else
                *to = row->last_us + 1;
            return;
        }
    }
}

static enum gw_code load_part(struct job *job, struct rows *bounds, struct gw_err *err)
{
    struct rows rows;
    int64_t from, to;
    enum gw_code code = count_total(job, bounds, err);

    if (code != GW_OK)
        return code;
    window(job, bounds, &from, &to);
    code = fetch(job, from, to, 0, &rows, err);
    return code == GW_OK ? decode(job, &rows, from, to, err) : code;
}

enum gw_code gw_page_load(const struct gw_page_load *load, struct gw_streams *ret, int64_t *ret_total,
                          struct gw_err *err)
{
    const struct gw_series_query *q = &load->query;
    struct job job = {.load = load, .streams = ret};
    struct rows rows;
    enum gw_code code;

    *ret = (struct gw_streams){.arena = load->arena};
    *ret_total = 0;
    if (q->from_us >= q->to_us)
        return GW_OK;
    code = fetch(&job, q->from_us, q->to_us, 2 * load->limit > LITTLE ? 2 * load->limit : LITTLE, &rows, err);
    if (code != GW_OK || rows.count == 0)
        return code;
    if (!rows.item[0].data.ptr && !rows.item[0].tail.ptr) {
        code = load_part(&job, &rows, err);
    } else {
        code = decode(&job, &rows, q->from_us, q->to_us, err);
        job.total = gw_streams_count(ret);
    }
    *ret_total = job.total;
    return code;
}
