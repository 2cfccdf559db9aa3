/* store/payload_row.h - putting a payload's bytes away in chunks. This layer only. */
#ifndef GW_STORE_PAYLOAD_ROW_H
#define GW_STORE_PAYLOAD_ROW_H

#include "store/chunk.h"
#include "store/conn.h"
#include "store/model.h"

/* Queues the row under `id`; of the payload's data the length alone is looked at. */
void payload_queue_row(struct pg_conn *c, struct gw_uuid id, const struct gw_payload *payload, const char *provider,
                       const char *account, const uint8_t digest[32]);
void payload_queue_chunk(struct pg_conn *c, struct gw_uuid user, struct gw_uuid id, int32_t number,
                         const struct gw_chunk *chunk);

#endif
