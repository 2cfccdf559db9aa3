/* read/days_page.h - pages of days: from a client's cursor to the days to walk, from rows to cursors. [any thread] */
#ifndef GW_READ_DAYS_PAGE_H
#define GW_READ_DAYS_PAGE_H

#include "read/cursor.h"
#include "read/summaries.h"

struct gw_days_pager {
    enum gw_cursor_kind kind;
    bool by_cursor, backwards;
    bool down;           /* days are walked from the latest */
    struct gw_days days; /* to be walked */
};

/* GW_INVALID: the cursor is not one of this list. */
enum gw_code gw_days_pager_begin(struct gw_days_pager *pager, enum gw_cursor_kind kind,
                                 const struct gw_read_days *query, struct gw_err *err) GW_MUST_USE;
/* The closing members. first, last: days of the page as shown; more: there was a row beyond it. */
void gw_days_pager_end(const struct gw_days_pager *pager, const struct gw_read_days *query, size_t rows, int64_t first,
                       int64_t last, bool more, struct gw_buf *out);

/* One kind of list over the walk: where the next day with something is, and the rows of a window of days. */
struct gw_days_list {
    void *self;
    /* A day that is not behind the first one with something (down: not before the last one). *ret_any false: there is
     * nothing on these days. */
    enum gw_code (*edge)(void *self, struct gw_days days, bool down, int64_t *ret_day, bool *ret_any,
                         struct gw_err *err);
    /* Appends rows in the order of the walk, at most so many; *ret: how many. */
    enum gw_code (*window)(void *self, struct gw_days days, bool down, size_t most, size_t *ret, struct gw_err *err);
    int64_t window_least, window_most; /* days */
};
/* Until there are so many rows, or no more days. */
enum gw_code gw_days_walk(const struct gw_days_pager *pager, const struct gw_days_list *list, size_t wanted,
                          size_t *ret_count, struct gw_err *err) GW_MUST_USE;

#endif
