/* upload/spool.h - bytes on their way, packed in the chunks in which they are stored. The last chunk is in memory,
 * those before it lie in a file without a name, which is gone with its process. [one thread]
 */
#ifndef GW_UPLOAD_SPOOL_H
#define GW_UPLOAD_SPOOL_H

#include "store/chunk.h"

struct gw_spool;

/* folder is borrowed. Nothing is opened before there is more than one chunk. */
enum gw_code gw_spool_new(const char *folder, struct gw_spool **ret, struct gw_err *err) GW_MUST_USE;
/* GW_BUSY with the wire code storage.full: the disk is. */
enum gw_code gw_spool_add(struct gw_spool *spool, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All is here: its chunks, which may be asked for as often as wanted, for as long as the spool lives. */
struct gw_chunks gw_spool_chunks(struct gw_spool *spool);
void gw_spool_free(struct gw_spool **spool);

#endif
