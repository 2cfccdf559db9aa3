/* store/priority_row.h - reading priorities within a batch of statements. This layer only. */
#ifndef GW_STORE_PRIORITY_ROW_H
#define GW_STORE_PRIORITY_ROW_H

#include "store/conn.h"
#include "store/priorities.h"

/* Two statements and their two results. */
void priorities_queue(struct pg_conn *c);
enum gw_code priorities_take(struct pg_conn *c, struct gw_arena *arena, struct gw_priorities *ret,
                             struct gw_err *err) GW_MUST_USE;

#endif
