/* Pages of days. */
#include "read/days_page.h"

#include "read/write.h"

enum gw_code gw_days_pager_begin(struct gw_days_pager *pager, enum gw_cursor_kind kind,
                                 const struct gw_read_days *query, struct gw_err *err)
{
    struct gw_cursor cursor;
    enum gw_code code;

    *pager = (struct gw_days_pager){.kind = kind, .days = query->days, .down = query->descending};
    if (query->cursor.len == 0)
        return GW_OK;
    code = gw_cursor_read(query->cursor, kind, &cursor, err);
    if (code != GW_OK)
        return code;
    int64_t day = gw_floor_div(cursor.t_us, GW_US_PER_DAY);
    pager->by_cursor = true;
    pager->backwards = cursor.backwards;
    pager->down = query->descending != cursor.backwards;
    if (!pager->down && day >= pager->days.first)
        pager->days.first = day + 1;
    if (pager->down && day <= pager->days.last)
        pager->days.last = day - 1;
    return GW_OK;
}

static const char *cursor_at(enum gw_cursor_kind kind, int64_t day, bool backwards, char out[GW_CURSOR_TEXT])
{
    struct gw_cursor cursor = {.kind = kind, .backwards = backwards, .t_us = day * GW_US_PER_DAY};

    gw_cursor_write(&cursor, out);
    return out;
}

void gw_days_pager_end(const struct gw_days_pager *pager, const struct gw_read_days *query, size_t rows, int64_t first,
                       int64_t last, bool more, struct gw_buf *out)
{
    char next[GW_CURSOR_TEXT], previous[GW_CURSOR_TEXT];
    struct gw_page_end end = {
        .total = -1, .rows = (int64_t)rows, .from_text = query->from_text, .to_text = query->to_text};

    if (rows && (pager->backwards || more))
        end.next = cursor_at(pager->kind, last, false, next);
    if (rows && (pager->backwards ? more : pager->by_cursor))
        end.previous = cursor_at(pager->kind, first, true, previous);
    gw_write_page_end(out, &end);
}

/* Cuts the next window off the days that are left. */
static struct gw_days cut(const struct gw_days_list *list, bool down, size_t rows, struct gw_days *days)
{
    int64_t size = (int64_t)rows;
    struct gw_days window = *days;

    size = size > list->window_most ? list->window_most : size < list->window_least ? list->window_least : size;
    if (days->last - days->first >= size) {
        if (down)
            window.first = days->last - size + 1;
        else
            window.last = days->first + size - 1;
    }
    if (down)
        days->last = window.first - 1;
    else
        days->first = window.last + 1;
    return window;
}

/* Leaves out the days at the front of the walk on which there is nothing. */
static void skip(struct gw_days *days, bool down, int64_t day)
{
    if (down && day < days->last)
        days->last = day;
    if (!down && day > days->first)
        days->first = day;
}

enum gw_code gw_days_walk(const struct gw_days_pager *pager, const struct gw_days_list *list, size_t wanted,
                          size_t *ret_count, struct gw_err *err)
{
    struct gw_days days = pager->days;
    enum gw_code code = GW_OK;
    size_t count = 0;

    while (count < wanted && days.first <= days.last) {
        int64_t day = 0;
        size_t n = 0;
        bool any = false;
        code = list->edge(list->self, days, pager->down, &day, &any, err);
        if (code != GW_OK || !any)
            break;
        skip(&days, pager->down, day);
        if (days.first > days.last)
            break;
        code = list->window(list->self, cut(list, pager->down, wanted - count, &days), pager->down, wanted - count, &n,
                            err);
        if (code != GW_OK)
            break;
        count += n;
    }
    if (code == GW_OK)
        *ret_count = count;
    return code;
}
