/* One statement gives all bounds, for counting, and the bytes of what the page most likely needs; where samples are
 * rarer than that, a second one gives what it does need. */
#include "read/load.h"

#include <stdlib.h>

#include "base/time.h"

/* How far samples of a page may lie apart for the first guess: where a day is cut into hours there are many. */
#define HOURS_APART GW_US_PER_S
#define DAYS_APART  (5 * GW_US_PER_MIN)

struct job {
    const struct gw_page_load *load;
    bool backwards;
    int64_t from_us, to_us; /* of what the page needs: first the range from the cursor on, then less */
    struct gw_block_row *rows;
    size_t count;
    struct gw_source *sources;
    size_t sources_count;
};

static int64_t add(int64_t t, int64_t us)
{
    return us > INT64_MAX - t ? INT64_MAX : t + us;
}

static struct gw_series_part guess(const struct job *job)
{
    int64_t limit = job->load->limit + 1, hours = limit * HOURS_APART, days = limit * DAYS_APART;

    if (job->backwards)
        return (struct gw_series_part){job->to_us - days, job->to_us, job->to_us - hours, job->to_us};
    return (struct gw_series_part){job->from_us, add(job->from_us, days), job->from_us, add(job->from_us, hours)};
}

/* Samples of blocks that lie in the range whole are known; one that the range cuts is counted. */
static enum gw_code count_total(const struct job *job, int64_t *ret, struct gw_err *err)
{
    const struct gw_series_query *q = &job->load->query;
    enum gw_code code = GW_OK;

    for (size_t i = 0; code == GW_OK && i < job->count; i++) {
        const struct gw_block_row *row = &job->rows[i];
        int64_t n = row->n;
        if (row->first_us < q->from_us || row->last_us >= q->to_us)
            code = gw_row_count(job->load->arena, row, q->from_us, q->to_us, &n, err);
        *ret += n;
    }
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

/* The least part of the range that surely holds the page and one sample more: blocks that lie beyond the cursor whole
 * are gone through until they hold more than the page. */
static void narrow(struct job *job)
{
    bool by_cursor = job->load->after != NULL;
    int64_t have = 0;

    qsort(job->rows, job->count, sizeof(*job->rows), job->backwards ? by_first_newest : by_last);
    for (size_t i = 0; i < job->count; i++) {
        const struct gw_block_row *row = &job->rows[i];
        /* A sample at the cursor's own time may lie on its other side, so the time itself does not count. */
        if (row->first_us < job->from_us + (by_cursor && !job->backwards) ||
            row->last_us >= job->to_us - (by_cursor && job->backwards))
            continue;
        have += row->n;
        if (have > job->load->limit) {
            if (job->backwards)
                job->from_us = row->first_us;
            else
                job->to_us = row->last_us + 1;
            return;
        }
    }
}

static int by_time(const void *a, const void *b)
{
    const struct gw_block_row *x = a, *y = b;

    return (x->bucket > y->bucket) - (x->bucket < y->bucket);
}

/* Leaves the blocks that touch what the page needs. False: the guess was wrong, bytes of one are missing. */
static bool keep_needed(struct job *job)
{
    size_t n = 0;

    for (size_t i = 0; i < job->count; i++) {
        if (job->rows[i].last_us < job->from_us || job->rows[i].first_us >= job->to_us)
            continue;
        if (!job->rows[i].data.ptr)
            return false;
        job->rows[n++] = job->rows[i];
    }
    job->count = n;
    qsort(job->rows, n, sizeof(*job->rows), by_time);
    return true;
}

static enum gw_code fetch_needed(struct job *job, struct gw_err *err)
{
    struct gw_series_query query = job->load->query;

    query.from_us = job->from_us;
    query.to_us = job->to_us;
    query.with_data = true;
    return gw_store_series_blocks(job->load->db, job->load->arena, &query, &job->rows, &job->count, &job->sources,
                                  &job->sources_count, err);
}

static enum gw_code load_part(struct job *job, int64_t *ret_total, struct gw_err *err)
{
    struct gw_series_part part = guess(job);
    enum gw_code code = gw_store_series_part(job->load->db, job->load->arena, &job->load->query, &part, &job->rows,
                                             &job->count, &job->sources, &job->sources_count, err);

    if (code == GW_OK)
        code = count_total(job, ret_total, err);
    if (code != GW_OK)
        return code;
    narrow(job);
    return keep_needed(job) ? GW_OK : fetch_needed(job, err);
}

enum gw_code gw_page_load(const struct gw_page_load *load, struct gw_streams *ret, int64_t *ret_total,
                          struct gw_err *err)
{
    const struct gw_cursor *after = load->after;
    struct job job = {.load = load,
                      .backwards = after && after->backwards,
                      .from_us = load->query.from_us,
                      .to_us = load->query.to_us};
    enum gw_code code;

    *ret = (struct gw_streams){.arena = load->arena};
    *ret_total = 0;
    if (job.from_us >= job.to_us)
        return GW_OK;
    if (after && !job.backwards && after->t_us > job.from_us)
        job.from_us = after->t_us;
    if (job.backwards && after->t_us < job.to_us - 1)
        job.to_us = after->t_us + 1;
    code = load_part(&job, ret_total, err);
    if (code != GW_OK)
        return code;
    return gw_streams_load(ret, load->arena, job.rows, job.count, job.sources, job.sources_count, job.from_us,
                           job.to_us, err);
}
