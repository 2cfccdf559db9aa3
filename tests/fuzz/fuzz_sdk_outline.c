/* Any bytes through the SDK's outlines of JSON. What they find lies within the text, and what comes next behind it; of
 * every document that the JSON reader accepts, the outlines see the same values. Links aortasdk, fake-host. */
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

static void lies_within(aorta_str part, aorta_str whole)
{
    must(part.len > 0 && part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

/* Every container in `text`, as far as it is whole. */
static void walk(aorta_str text, unsigned depth)
{
    sdk_outline o;
    aorta_str key, value, member;
    const char *behind = text.ptr;
    int more;
    must(depth <= 65);
    (void)sdk_outline_begin(text, &o);
    while ((more = sdk_outline_next(&o, &key, &value)) == 1) {
        lies_within(value, text);
        must(value.ptr >= behind);
        behind = value.ptr + value.len;
        if (key.len)
            must(key.len >= 2 && key.ptr >= text.ptr && key.ptr + key.len <= value.ptr);
        if (depth < 8)
            walk(value, depth + 1);
    }
    must(more == 0 || sdk_outline_member(text, "a", &member) != 0);
    if (more == 0 && sdk_outline_member(text, "a", &member) == 0)
        lies_within(member, text);
}

/* The same members, each with the same text. */
static void agrees(sdk_json doc)
{
    sdk_outline o;
    aorta_str key, value;
    must(sdk_outline_begin(sdk_json_text(doc), &o) == 0);
    for (sdk_json m = sdk_json_first(doc); m.node; m = sdk_json_next(m)) {
        must(sdk_outline_next(&o, &key, &value) == 1);
        must(sdk_json_type(m) < SDK_JSON_NUMBER || sdk_str_cmp(value, sdk_json_text(m)) == 0);
        if (sdk_json_type(m) >= SDK_JSON_ARRAY)
            agrees(m);
    }
    must(sdk_outline_next(&o, &key, &value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fake_host host;
    sdk_json doc;
    aorta_str text = {(const char *)data, size}, rest = text, value, part;
    while (sdk_outline_value(rest, &value, &rest) == 0)
        lies_within(value, text);
    walk(text, 0);
    must(sdk_trim(text).len <= size);
    size_t parts = 0;
    for (rest = text; sdk_split(&rest, ',', &part); parts++)
        must(parts < size && part.len <= size);

    fake_host_init(&host, AORTA_OP_NORMALIZE);
    /* the reader takes two more characters for white space than JSON has */
    int strange = size && (memchr(data, '\v', size) || memchr(data, '\f', size));
    if (!strange && sdk_json_parse(&host.ctx, data, size, &doc) == AORTA_OK) {
        must(sdk_outline_value(text, &value, &rest) == 0 && rest.len == 0);
        if (sdk_json_type(doc) >= SDK_JSON_ARRAY)
            agrees(doc);
    }
    fake_host_fini(&host);
    return 0;
}
