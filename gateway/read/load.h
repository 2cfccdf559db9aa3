/* read/load.h - the part of a range that one page of raw samples needs. [any thread] */
#ifndef GW_READ_LOAD_H
#define GW_READ_LOAD_H

#include "read/stream.h"

struct gw_page_load {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_series_query query;  /* the whole range */
    const struct gw_cursor *after; /* NULL = from the beginning */
    int64_t limit;
};

/* Streams that surely hold the page and one sample more; how many samples the whole range has. */
enum gw_code gw_page_load(const struct gw_page_load *load, struct gw_streams *ret, int64_t *ret_total,
                          struct gw_err *err) GW_MUST_USE;

#endif
