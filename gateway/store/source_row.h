/* store/source_row.h - reading sources. This layer only. */
#ifndef GW_STORE_SOURCE_ROW_H
#define GW_STORE_SOURCE_ROW_H

#include "store/conn.h"
#include "store/model.h"

/* The rows of source_list; ret_digests may be NULL. */
enum gw_code source_read_all(const PGresult *result, struct gw_arena *arena, struct gw_source **ret,
                             struct gw_str **ret_digests, size_t *ret_count, struct gw_err *err) GW_MUST_USE;

#endif
