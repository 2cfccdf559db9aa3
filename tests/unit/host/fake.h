/* fake.h - a plugin whose operations are a function of the test, and a sink that remembers what it was given. */
#ifndef FAKE_H
#define FAKE_H

#include <check.h>
#undef fail /* Check's old name for ck_abort_msg; the host table has a function of that name */

#include "base/buf.h"
#include "host/call.h"

/* What every operation of the fake plugin does. */
typedef aorta_status fake_op(aorta_ctx *ctx);

struct fake {
    struct gw_provider *provider;
    struct gw_sink sink;
    struct gw_call call;
    aorta_connection connection;
    atomic_bool cancel;
    struct gw_err err;
    enum gw_sync_outcome outcome;

    struct gw_buf text;     /* all that the sink was told, one line each */
    unsigned calls;         /* of the sink's perform */
    enum gw_code sink_code; /* what the sink answers, GW_OK at first */
    int64_t sink_retry_ms;
    bool yield;
};

extern const aorta_descriptor fake_descriptor;
extern const aorta_plugin fake_plugin;
extern struct fake fake;

void fake_setup(void); /* for a checked fixture */
void fake_teardown(void);

/* Runs one operation of the fake plugin; op is AORTA_OP_*. */
enum gw_code fake_run(uint32_t op, fake_op *body);
/* Normalizes a payload, read in pieces of the plugin's own choice when data is NULL. */
enum gw_code fake_normalize(fake_op *body);
bool fake_was_told(const char *text); /* is it in fake.text? */

/* The suites of this program. */
TCase *params_case(void);
TCase *descriptor_case(void);
TCase *services_case(void);
TCase *http_case(void);
TCase *normalize_case(void);
TCase *call_case(void);
TCase *metrics_case(void);

#endif
