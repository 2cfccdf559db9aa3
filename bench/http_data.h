/* http_data.h - what the HTTP benchmark reads: one made-up user with a connection and two days of heart rate, in
 * blocks and, for the control, in a narrow table.
 */
#ifndef BENCH_HTTP_DATA_H
#define BENCH_HTTP_DATA_H

#include "store/db.h"
#include "store/model.h"

#define DAY_MINUTES "2025-01-15" /* 1,440 samples */
#define YEAR_BEGINS "2024-01-01"
#define WORKOUTS    1000
#define DAY_SECONDS "2025-01-16" /* 86,400 samples */

enum gw_code bench_data_make(struct gw_db *db, const char *conninfo, struct gw_arena *arena, struct gw_uuid *ret_user,
                             struct gw_err *err) GW_MUST_USE;

#endif
