/* upload/spool.h - bytes on their way, digested and packed in the chunks in which they are stored. The last chunk is in
 * memory, those before it lie in a file without a name, which is gone with its process. Of more than one chunk the
 * digesting and packing is done by a thread beside, while the next chunk comes. [one thread]
 */
#ifndef GW_UPLOAD_SPOOL_H
#define GW_UPLOAD_SPOOL_H

#include "store/chunk.h"

struct gw_spool;

/* folder is borrowed. Nothing is opened before there is more than one chunk. */
enum gw_code gw_spool_new(const char *folder, struct gw_spool **ret, struct gw_err *err) GW_MUST_USE;
/* GW_BUSY with the wire code storage.full: the disk is. It may be said of a chunk before. */
enum gw_code gw_spool_add(struct gw_spool *spool, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All is here: the digest of it (SHA-256). Fails as add does; nothing may be added behind it. */
enum gw_code gw_spool_end(struct gw_spool *spool, uint8_t ret_digest[32], struct gw_err *err) GW_MUST_USE;
/* Behind the end: its chunks, which may be asked for as often as wanted, for as long as the spool lives. */
struct gw_chunks gw_spool_chunks(struct gw_spool *spool);
void gw_spool_free(struct gw_spool **spool);

#endif
