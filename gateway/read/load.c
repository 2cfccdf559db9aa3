/* One statement gives all bounds, for counting, and the bytes of what the page needs. */
#include "read/load.h"

/* Samples of blocks that lie in the range whole are known; one that the range cuts is counted. */
static enum gw_code count_total(const struct gw_page_load *load, const struct gw_block_row *rows, size_t count,
                                int64_t *ret, struct gw_err *err)
{
    const struct gw_series_query *q = &load->query;
    enum gw_code code = GW_OK;

    for (size_t i = 0; code == GW_OK && i < count; i++) {
        int64_t n = rows[i].n;
        if (rows[i].first_us < q->from_us || rows[i].last_us >= q->to_us)
            code = gw_row_count(load->arena, &rows[i], q->from_us, q->to_us, &n, err);
        *ret += n;
    }
    return code;
}

/* Only rows with bytes, in place. */
static size_t keep_given(struct gw_block_row *rows, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (rows[i].data.ptr || rows[i].tail.ptr)
            rows[n++] = rows[i];
    return n;
}

enum gw_code gw_page_load(const struct gw_page_load *load, struct gw_streams *ret, int64_t *ret_total,
                          struct gw_err *err)
{
    const struct gw_series_query *q = &load->query;
    const struct gw_cursor *after = load->after;
    struct gw_series_place place = {
        .backwards = after && after->backwards, .at_us = after ? after->t_us : q->from_us - 1, .limit = load->limit};
    struct gw_block_row *rows;
    struct gw_source *sources;
    size_t count, sources_count;
    int64_t edge_us, total = 0, from = q->from_us, to = q->to_us;
    enum gw_code code;

    *ret = (struct gw_streams){.arena = load->arena};
    *ret_total = 0;
    if (from >= to)
        return GW_OK;
    code =
        gw_store_series_page(load->db, load->arena, q, &place, &rows, &count, &sources, &sources_count, &edge_us, err);
    if (code == GW_OK)
        code = count_total(load, rows, count, &total, err);
    if (code != GW_OK)
        return code;
    *ret_total = total;
    if (place.backwards)
        from = edge_us > from ? edge_us : from;
    else
        to = edge_us < to ? edge_us + 1 : to;
    return gw_streams_load(ret, load->arena, rows, keep_given(rows, count), sources, sources_count, from, to, err);
}
