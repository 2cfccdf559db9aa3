/* read/export_rows.h - the rows of an export's files. Private to this folder.
 *
 * Those that come in pieces go on from `place` and set *last when there is no more.
 */
#ifndef GW_READ_EXPORT_ROWS_H
#define GW_READ_EXPORT_ROWS_H

#include "base/buf.h"
#include "store/reads.h"
#include "store/users.h"

struct export_place {
    bool some; /* something came before */
    int64_t start_us;
    struct gw_uuid id;
};

void export_user(struct gw_buf *out, const struct gw_user *user);
enum gw_code export_connections(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_buf *out,
                                struct gw_err *err) GW_MUST_USE;
enum gw_code export_sources(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_buf *out,
                            struct gw_err *err) GW_MUST_USE;
enum gw_code export_workouts(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                             struct gw_buf *out, bool *last, struct gw_err *err) GW_MUST_USE;
enum gw_code export_sleep(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                          struct gw_buf *out, bool *last, struct gw_err *err) GW_MUST_USE;
enum gw_code export_events(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                           struct gw_buf *out, bool *last, struct gw_err *err) GW_MUST_USE;

#endif
