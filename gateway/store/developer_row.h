/* store/developer_row.h - a developer as the statements of developer.sql give one. This layer only. */
#ifndef GW_STORE_DEVELOPER_ROW_H
#define GW_STORE_DEVELOPER_ROW_H

#include "store/conn.h"
#include "store/developers.h"

enum gw_code developer_read(const PGresult *result, int number, struct gw_arena *arena, struct gw_developer *ret,
                            struct gw_err *err) GW_MUST_USE;
void developer_put(struct pg_params *p, const struct gw_developer *developer, int64_t now_us);

#endif
