/* sync/args.h - what a job row keeps of its order, as a JSON object. Internal to sync.
 *
 * sync, history: {"params":{…},"data":3}; fetch: {"hint":"<sealed, base64>","event":"…"}; written by the store:
 * payload: {"payload_id":"…"}; webhook: {"inbox_id":"…"}.
 */
#ifndef GW_SYNC_ARGS_H
#define GW_SYNC_ARGS_H

#include <aorta/plugin.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/jobs.h"

struct gw_sync_args {
    aorta_value *params; /* by declaration; NONE where absent */
    uint32_t data;       /* AORTA_DATA_* */
};

/* Canonical text and its digest, so that equal orders are found to be equal. */
enum gw_code gw_args_write_sync(const aorta_descriptor *desc, const aorta_value *params, uint32_t data,
                                struct gw_arena *arena, const char **ret, uint8_t ret_digest[16],
                                struct gw_err *err) GW_MUST_USE;
enum gw_code gw_args_read_sync(const aorta_descriptor *desc, const char *args, struct gw_arena *arena,
                               struct gw_sync_args *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_args_write_fetch(struct gw_str sealed_hint, const char *event, struct gw_arena *arena, const char **ret,
                                 uint8_t ret_digest[16], struct gw_err *err) GW_MUST_USE;
enum gw_code gw_args_read_fetch(const char *args, struct gw_arena *arena, struct gw_str *ret_sealed_hint,
                                const char **ret_event, struct gw_err *err) GW_MUST_USE;
/* The uuid under a key: "payload_id", "inbox_id". */
enum gw_code gw_args_read_id(const char *args, const char *key, struct gw_uuid *ret, struct gw_err *err) GW_MUST_USE;

#endif
