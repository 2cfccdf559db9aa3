/* read/export.h - everything there is of a user, as a zip of plain files, written while it is sent.
 *
 * What a person may ask for who wants to see their data or take it elsewhere: JSON and CSV, no secret in it. A piece is
 * read when there is room for it, so memory does not grow with the amount, and no connection to the database is held
 * while the client is slow. What changes meanwhile may be in it or not. [one thread at a time]
 */
#ifndef GW_READ_EXPORT_H
#define GW_READ_EXPORT_H

#include "store/users.h"

struct gw_export;

/* user is copied as far as it is needed. */
enum gw_code gw_export_open(struct gw_db *db, struct gw_arena *arena, const struct gw_user *user,
                            struct gw_export **ret, struct gw_err *err) GW_MUST_USE;
/* At most `most` bytes; *ret 0 = the end. False: it cannot go on, err says why. */
bool gw_export_some(struct gw_export *export, char *out, size_t most, size_t *ret, struct gw_err *err) GW_MUST_USE;
void gw_export_close(struct gw_export **export);

#endif
