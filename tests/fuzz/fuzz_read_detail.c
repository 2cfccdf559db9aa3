/* Any text as the stored JSON of a record: what comes out is an array with as many opening as closing brackets, or
 * null, and never larger than times as text make it.
 */
#include <stdlib.h>

#include "read/detail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Brackets outside of texts. */
static int balance(const struct gw_buf *b)
{
    int depth = 0, quoted = 0;

    for (size_t i = 0; i < b->len; i++) {
        if (b->data[i] == '\\' && quoted)
            i++;
        else if (b->data[i] == '"')
            quoted = !quoted;
        else if (!quoted)
            depth += (b->data[i] == '[' || b->data[i] == '{') - (b->data[i] == ']' || b->data[i] == '}');
    }
    return quoted ? -1 : depth;
}

static void check(void (*write)(struct gw_buf *out, const char *json), const char *json)
{
    struct gw_buf out = {0};

    write(&out, json);
    if (out.failed || out.len > 80 * strlen(json) + 4)
        abort();
    if (memcmp(out.data, "null", 4) != 0 && (out.data[0] != '[' || out.data[out.len - 1] != ']' || balance(&out) != 0))
        abort();
    gw_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *json = malloc(size + 1);

    if (!json)
        abort();
    if (size)
        memcpy(json, data, size);
    json[size] = '\0';
    check(gw_detail_timed, json);
    check(gw_detail_route, json);
    free(json);
    return 0;
}
