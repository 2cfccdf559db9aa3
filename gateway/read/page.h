/* read/page.h - what pages of events have in common: from a client's cursor to a query, from rows to cursors.
 */
#ifndef GW_READ_PAGE_H
#define GW_READ_PAGE_H

#include "read/cursor.h"
#include "read/read.h"
#include "read/write.h"

struct gw_event_pager {
    enum gw_cursor_kind kind;
    bool by_cursor;
    char next[GW_CURSOR_TEXT], previous[GW_CURSOR_TEXT];
};

/* Fills the query; GW_INVALID when the cursor is not one of ours. */
enum gw_code gw_pager_begin(struct gw_event_pager *pager, enum gw_cursor_kind kind, const struct gw_read_page *page,
                            struct gw_event_query *ret, struct gw_err *err) GW_MUST_USE;
/* first, last: of the page as shown, NULL when it is empty. Writes the closing members. */
void gw_pager_end(struct gw_event_pager *pager, const struct gw_read_page *page, const struct gw_event_query *query,
                  const struct gw_event_page *rows, const struct gw_record_head *first,
                  const struct gw_record_head *last, struct gw_buf *out);

#endif
