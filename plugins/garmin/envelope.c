/* Payloads made of items: {"<key>":[…]}, the items byte for byte as Garmin sent them, except that no token is
 * kept. Big lists go out in pieces, so that each can be read in memory. */
#include "garmin.h"

#include <string.h>

#define PIECE (4u << 20) /* bytes; a payload begins anew beyond it */

/* The item without its userAccessToken, which the older notifications carry. */
static void add_stripped(sdk_text *t, aorta_str item)
{
    sdk_outline o;
    aorta_str key, value;
    int any = 0;
    if (sdk_outline_begin(item, &o) != 0)
        return;
    sdk_text_add(t, AORTA_S("{"));
    while (sdk_outline_next(&o, &key, &value) == 1) {
        if (sdk_str_eq(key, "\"userAccessToken\""))
            continue;
        if (any++)
            sdk_text_add(t, AORTA_S(","));
        sdk_text_add(t, key);
        sdk_text_add(t, AORTA_S(":"));
        sdk_text_add(t, value);
    }
    sdk_text_add(t, AORTA_S("}"));
}

static aorta_status piece(aorta_ctx *ctx, aorta_str key, const struct garmin_raw *items, size_t count, size_t bytes,
                          garmin_sink_fn sink, void *arg)
{
    sdk_text t = {.ctx = ctx};
    sdk_text_reserve(&t, bytes + key.len + 2 * count + 8); /* nothing is outgrown in the arena */
    sdk_text_add(&t, AORTA_S("{"));
    sdk_text_add(&t, key);
    sdk_text_add(&t, AORTA_S(":["));
    for (size_t i = 0; i < count; i++) {
        if (i)
            sdk_text_add(&t, AORTA_S(","));
        if (items[i].strip)
            add_stripped(&t, items[i].text);
        else
            sdk_text_add(&t, items[i].text);
    }
    sdk_text_add(&t, AORTA_S("]}"));
    aorta_str payload = sdk_text_str(&t);
    return payload.ptr ? sink(arg, payload) : AORTA_ERR_NOMEM;
}

aorta_status garmin_envelope_write(aorta_ctx *ctx, aorta_str key, int whole, const struct garmin_raw *items,
                                   size_t count, garmin_sink_fn sink, void *arg)
{
    size_t begin = 0, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        if (!whole && i > begin && bytes + items[i].text.len > PIECE) {
            aorta_status st = piece(ctx, key, items + begin, i - begin, bytes, sink, arg);
            if (st != AORTA_OK)
                return st;
            begin = i;
            bytes = 0;
        }
        bytes += items[i].text.len;
    }
    return begin < count ? piece(ctx, key, items + begin, count - begin, bytes, sink, arg) : AORTA_OK;
}

/* ---- answers of pulls ---- */

struct emitting {
    aorta_ctx *ctx;
    aorta_payload payload;
};

static aorta_status emit(void *arg, aorta_str text)
{
    struct emitting *e = arg;
    e->payload.data = (const uint8_t *)text.ptr;
    e->payload.size = text.len;
    return e->ctx->host->emit_payload(e->ctx, &e->payload);
}

static int has_token(aorta_str item)
{
    return memmem(item.ptr, item.len, "\"userAccessToken\"", 17) != NULL;
}

/* The items of a list; NULL when it is malformed or memory is spent (*st says which). */
static struct garmin_raw *items_of(aorta_ctx *ctx, aorta_str list, size_t *count, aorta_status *st)
{
    sdk_outline o;
    aorta_str key, value;
    int more;
    *count = 0;
    *st = AORTA_ERR_DATA;
    for (sdk_outline_begin(list, &o); (more = sdk_outline_next(&o, &key, &value)) == 1;)
        ++*count;
    if (more != 0)
        return NULL;
    *st = AORTA_ERR_NOMEM;
    struct garmin_raw *items = ctx->host->alloc(ctx, (*count + 1) * sizeof(*items));
    if (!items)
        return NULL;
    sdk_outline_begin(list, &o);
    for (size_t i = 0; i < *count && sdk_outline_next(&o, &key, &value) == 1; i++)
        items[i] = (struct garmin_raw){.text = value, .index = (uint32_t)i, .strip = has_token(value)};
    *st = AORTA_OK;
    return items;
}

aorta_status garmin_emit_answer(aorta_ctx *ctx, int type, aorta_str raw_key, aorta_str url, aorta_bytes body)
{
    struct emitting e = {ctx,
                         {.struct_size = sizeof(aorta_payload),
                          .kind = sdk_str(type >= 0 ? garmin_types[type].kind : GARMIN_KIND_UNKNOWN),
                          .content_type = AORTA_S("application/json"),
                          .origin = garmin_url_path(url),
                          .received_at_us = ctx->host->now_us(ctx)}};
    aorta_str text = {(const char *)body.ptr, body.len}, list, rest;
    int outlined = sdk_outline_value(text, &list, &rest) == 0 && !rest.len && *list.ptr == '[';
    if (body.len == 0)
        return AORTA_OK;
    if (!outlined || (type >= 0 && body.len <= PIECE && !has_token(text))) {
        sdk_outline o;
        aorta_str key, value;
        if (outlined && sdk_outline_begin(list, &o) == 0 && sdk_outline_next(&o, &key, &value) == 0)
            return AORTA_OK; /* [] */
        return emit(&e, text);
    }
    aorta_status st;
    size_t count;
    struct garmin_raw *items = items_of(ctx, list, &count, &st);
    if (st == AORTA_ERR_DATA)
        return emit(&e, text); /* kept as it came; normalize says what is wrong with it */
    if (!items)
        return st;
    aorta_str key = type >= 0 ? sdk_format(ctx, "\"%s\"", garmin_types[type].key) : raw_key;
    return key.ptr ? garmin_envelope_write(ctx, key, type == GARMIN_epochs, items, count, emit, &e) : AORTA_ERR_NOMEM;
}
