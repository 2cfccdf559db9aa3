/* store/accept.h - what was pushed becomes durable: the raw payload, its connection, and the job that will read it.
 *
 * One transaction, under the user's lock. Equal bytes are kept once; the job is made all the same, and finds everything
 * stored. Chunks are sent as they are got, so the payload is never in memory as a whole. [any thread]
 */
#ifndef GW_STORE_ACCEPT_H
#define GW_STORE_ACCEPT_H

#include "store/chunk.h"
#include "store/db.h"
#include "store/model.h"

struct gw_accept {
    struct gw_payload payload; /* of data the length alone; a nil connection_id: the one of (user, provider, account),
                                  made, or active again, where it is not */
    uint8_t digest[32];        /* SHA-256 of the bytes */
    struct gw_chunks chunks;   /* may be asked for from the first again, when a connection broke */
};

struct gw_accepted {
    struct gw_uuid job_id; /* the run's too */
    struct gw_uuid payload_id, connection_id;
    bool known; /* these bytes were stored before */
};

/* Durable when it returns GW_OK; nothing is stored otherwise. GW_NOT_FOUND: no such user. */
enum gw_code gw_store_accept(struct gw_db *db, const struct gw_accept *in, struct gw_accepted *ret,
                             struct gw_err *err) GW_MUST_USE;

#endif
