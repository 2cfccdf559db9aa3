/* Any bytes through the SDK's JSON reader. What is accepted must hang together: each value's source parses
 * again to the same kind with as many members, keys are found, numbers and texts can be asked for. Links
 * aortasdk, fake-host. */
#include "aorta/sdk.h"
#include "fake_host.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static unsigned walk(aorta_ctx *ctx, sdk_json v, const char *from, const char *end, unsigned depth)
{
    unsigned seen = 1, members = 0;
    aorta_str text = sdk_json_text(v);
    must(depth <= 65);
    if (sdk_json_type(v) >= SDK_JSON_NUMBER)
        must(text.ptr >= from && text.ptr + text.len <= end);
    (void)sdk_json_double(v, 0);
    (void)sdk_json_int(v, 0);
    (void)sdk_json_str(v);
    for (sdk_json m = sdk_json_first(v); m.node; m = sdk_json_next(m)) {
        if (sdk_json_type(v) == SDK_JSON_OBJECT && members < 20) {
            char *key = sdk_cstr(ctx, sdk_json_key(m));
            must(key != NULL);
            if (strlen(key) == sdk_json_key(m).len)
                must(sdk_json_get(v, key).node != NULL);
        }
        members++;
        seen += walk(ctx, m, from, end, depth + 1);
    }
    must(members == sdk_json_count(v));
    return seen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_host host;
    sdk_json doc, again;
    fake_host_init(&host, AORTA_OP_NORMALIZE);
    if (sdk_json_parse(&host.ctx, data, size, &doc) == AORTA_OK) {
        const char *from = (const char *)data;
        unsigned seen = walk(&host.ctx, doc, from, from + size, 0);
        aorta_str text = sdk_json_text(doc);
        must(sdk_json_parse(&host.ctx, text.ptr, text.len, &again) == AORTA_OK);
        must(sdk_json_type(doc) == sdk_json_type(again) && sdk_json_count(doc) == sdk_json_count(again));
        if (sdk_json_type(doc) >= SDK_JSON_NUMBER)
            must(walk(&host.ctx, again, from, from + size, 0) == seen);
    }
    int64_t us;
    int32_t offset;
    int has;
    double number;
    aorta_str as_text = {(const char *)data, size};
    (void)sdk_time_parse(as_text, &us, &offset, &has);
    (void)sdk_date_parse(as_text, &us);
    (void)sdk_clock_parse(as_text, &us);
    (void)sdk_duration_parse(as_text, &us);
    (void)sdk_number_parse(as_text, &number);
    fake_host_fini(&host);
    return 0;
}
