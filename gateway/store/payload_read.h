/* store/payload_read.h - the bytes of a stored payload from front to back, one chunk of it unpacked at a time.
 *
 *     gw_store_payload_open(db, arena, user, id, &payload, &reader, err);
 *     while (!(code = gw_store_payload_next(reader, &bytes, err)) && bytes.len) …
 *     gw_store_payload_close(&reader);
 *
 * No connection is held between calls, so a reader may be slow. [one thread at a time]
 */
#ifndef GW_STORE_PAYLOAD_READ_H
#define GW_STORE_PAYLOAD_READ_H

#include "store/db.h"
#include "store/model.h"

struct gw_payload_reader;

/* ret: everything about it but the bytes (data.ptr NULL, data.len their number), texts in the arena. GW_NOT_FOUND. */
enum gw_code gw_store_payload_open(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                                   struct gw_payload *ret, struct gw_payload_reader **ret_reader,
                                   struct gw_err *err) GW_MUST_USE;
/* The bytes that follow, good until the next call; none = the end. GW_DATA: what is stored is not whole. */
enum gw_code gw_store_payload_next(struct gw_payload_reader *reader, struct gw_str *ret,
                                   struct gw_err *err) GW_MUST_USE;
void gw_store_payload_close(struct gw_payload_reader **reader);

#endif
