/* store/payload_row.h - putting a payload's bytes away in chunks. This layer only. */
#ifndef GW_STORE_PAYLOAD_ROW_H
#define GW_STORE_PAYLOAD_ROW_H

#include "store/conn.h"
#include "store/model.h"

/* Queues the row under `id` and its chunks. */
enum gw_code payload_queue_insert(struct pg_conn *c, struct gw_uuid id, const struct gw_payload *payload,
                                  const char *provider, const char *account, const uint8_t digest[32],
                                  struct gw_err *err) GW_MUST_USE;

#endif
