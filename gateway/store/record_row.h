/* store/record_row.h - reading records and blocks: the columns of the statements in read.sql and summary.sql, in their
 * order. This layer only. */
#ifndef GW_STORE_RECORD_ROW_H
#define GW_STORE_RECORD_ROW_H

#include "store/conn.h"
#include "store/reads.h"

void record_read_head(struct pg_row *row, struct gw_record_head *head);
void record_read_sleep(struct pg_row *row, struct gw_sleep *sleep);
enum gw_code block_read(const PGresult *result, int number, bool with_data, struct gw_arena *arena,
                        struct gw_block_row *ret, struct gw_err *err) GW_MUST_USE;

#endif
