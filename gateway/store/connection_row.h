/* store/connection_row.h - what the files about connections share. This layer only. */
#ifndef GW_STORE_CONNECTION_ROW_H
#define GW_STORE_CONNECTION_ROW_H

#include "store/conn.h"
#include "store/connections.h"

/* The columns of connection_get, in their order. */
enum gw_code connection_read(const PGresult *result, int number, struct gw_arena *arena, struct gw_connection *ret,
                             struct gw_err *err) GW_MUST_USE;
/* Queues one value of plugin state: put or delete; provider is used when the connection is nil. */
void state_queue(struct pg_conn *c, struct gw_uuid user, struct gw_uuid connection, const char *provider,
                 const struct gw_state_put *put);

#endif
