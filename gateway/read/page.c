/* Cursors of event pages. A page that was reached by a cursor can go back; one that has rows behind it can go
 * on. */
#include "read/page.h"

enum gw_code gw_pager_begin(struct gw_event_pager *pager, enum gw_cursor_kind kind, const struct gw_read_page *page,
                            struct gw_event_query *ret, struct gw_err *err)
{
    struct gw_cursor cursor;
    enum gw_code code;

    *pager = (struct gw_event_pager){.kind = kind};
    *ret = (struct gw_event_query){
        .user = page->user, .from_us = page->from_us, .to_us = page->to_us, .type = page->type, .limit = page->limit};
    if (page->cursor.len == 0)
        return GW_OK;
    code = gw_cursor_read(page->cursor, kind, &cursor, err);
    if (code != GW_OK)
        return code;
    pager->by_cursor = true;
    ret->has_after = true;
    ret->after_start_us = cursor.t_us;
    ret->after_id = cursor.id;
    ret->backwards = cursor.backwards;
    return GW_OK;
}

static const char *cursor_at(enum gw_cursor_kind kind, const struct gw_record_head *row, bool backwards,
                             char out[GW_CURSOR_TEXT])
{
    struct gw_cursor cursor = {.kind = kind, .backwards = backwards, .t_us = row->start_us, .id = row->id};

    gw_cursor_write(&cursor, out);
    return out;
}

void gw_pager_end(struct gw_event_pager *pager, const struct gw_read_page *page, const struct gw_event_query *query,
                  const struct gw_event_page *rows, const struct gw_record_head *first,
                  const struct gw_record_head *last, struct gw_buf *out)
{
    struct gw_page_end end = {
        .total = rows->total, .rows = (int64_t)rows->count, .from_text = page->from_text, .to_text = page->to_text};

    if (last && (query->backwards || rows->more))
        end.next = cursor_at(pager->kind, last, false, pager->next);
    if (first && (query->backwards ? rows->more : pager->by_cursor))
        end.previous = cursor_at(pager->kind, first, true, pager->previous);
    gw_write_page_end(out, &end);
}
