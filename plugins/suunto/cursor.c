/* The cursor as text. Every member is a number; one that is missing reads as 0. */
#include "cursor.h"

#include <stddef.h>

static const struct {
    const char *name;
    size_t at;
} members[] = {
    {"stage", offsetof(struct cursor, stage)},
    {"began", offsetof(struct cursor, began_ms)},
    {"keep", offsetof(struct cursor, keep)},
    {"since", offsetof(struct cursor, since_ms)},
    {"offset", offsetof(struct cursor, offset)},
    {"limit", offsetof(struct cursor, limit)},
    {"by_modification", offsetof(struct cursor, by_modification)},
    {"bare", offsetof(struct cursor, bare)},
    {"page", offsetof(struct cursor, page)},
    {"repeat", offsetof(struct cursor, repeat)},
    {"from", offsetof(struct cursor, from_ms)},
    {"to", offsetof(struct cursor, to_ms)},
    {"back", offsetof(struct cursor, back)},
    {"piece", offsetof(struct cursor, piece)},
    {"found", offsetof(struct cursor, found)},
    {"empty", offsetof(struct cursor, empty)},
};

aorta_status cursor_checkpoint(aorta_ctx *ctx, const struct cursor *c)
{
    sdk_text t = {.ctx = ctx};
    sdk_text_add(&t, AORTA_S("{\"v\":1"));
    for (size_t i = 0; i < AORTA_COUNT(members); i++)
        sdk_text_addf(&t, ",\"%s\":%lld", members[i].name,
                      (long long)*(const int64_t *)(const void *)((const char *)c + members[i].at));
    sdk_text_add(&t, AORTA_S("}"));
    aorta_str text = sdk_text_str(&t);
    return text.ptr ? ctx->host->checkpoint(ctx, text.ptr, text.len) : AORTA_ERR_NOMEM;
}

aorta_status cursor_read(aorta_ctx *ctx, aorta_bytes text, struct cursor *ret)
{
    sdk_json json;
    aorta_status st = sdk_json_parse(ctx, text.ptr, text.len, &json);
    if (st == AORTA_ERR_NOMEM)
        return st;
    if (st != AORTA_OK || sdk_json_int(sdk_json_get(json, "v"), 0) != 1)
        return sdk_fail(ctx, AORTA_ERR_INTERNAL, "suunto.cursor", "the cursor of this sync is not one of ours");
    *ret = (struct cursor){.stage = 0};
    for (size_t i = 0; i < AORTA_COUNT(members); i++)
        *(int64_t *)(void *)((char *)ret + members[i].at) = sdk_json_int(sdk_json_get(json, members[i].name), 0);
    return AORTA_OK;
}
