/* store/outbox.h - the notice of a change, in the transaction that makes it. This layer only. */
#ifndef GW_STORE_OUTBOX_H
#define GW_STORE_OUTBOX_H

#include "store/conn.h"

/* Queued behind the user's lock, so that a user's notices are in the order of his commits. json: an object. */
void outbox_queue(struct pg_conn *c, struct gw_uuid user, const char *type, const char *json);

#endif
