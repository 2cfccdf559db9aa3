/* Which exercises were fetched before.
 *
 * The list of the last 30 days is short, each exercise with its samples is not, and a sync by the clock meets
 * the same list every hour. So the connection remembers of each exercise a digest of its entry in the list
 * and what was fetched of it. That memory also keeps a later sync that asks for less from putting an exercise
 * without its route in the place of one that has it. */
#include "sync.h"

#include <string.h>

#define DIGEST_HEX 16
#define STATE_MAX  (60 * 1024)

static const char state_key[] = "exercises";

aorta_status polar_known_load(struct polar_known *k, aorta_ctx *ctx)
{
    *k = (struct polar_known){.next = {.ctx = ctx}};
    return sdk_state_get(ctx, AORTA_STATE_CONNECTION, state_key, &k->text);
}

static aorta_status digest_of(aorta_ctx *ctx, aorta_str entry, char out[DIGEST_HEX])
{
    uint8_t digest[32];
    aorta_str hex;
    aorta_status st = ctx->host->digest(ctx, AORTA_DIGEST_SHA256, entry.ptr, entry.len, digest, sizeof(digest));
    if (st == AORTA_OK)
        st = ctx->host->encode(ctx, AORTA_CODEC_HEX, digest, DIGEST_HEX / 2, &hex);
    if (st == AORTA_OK)
        memcpy(out, hex.ptr, DIGEST_HEX);
    return st;
}

/* The line of `id`, without its end; {NULL,0} when there is none. */
static aorta_str line_of(aorta_str text, aorta_str id)
{
    aorta_str line;
    while (sdk_split(&text, '\n', &line))
        if (line.len == id.len + 1 + DIGEST_HEX + 2 && memcmp(line.ptr, id.ptr, id.len) == 0 && line.ptr[id.len] == ' ')
            return line;
    return (aorta_str){NULL, 0};
}

aorta_status polar_known_find(const struct polar_known *k, aorta_ctx *ctx, aorta_str id, aorta_str entry,
                              uint32_t *ret_detail, int *ret_same)
{
    char digest[DIGEST_HEX];
    aorta_str line = line_of(k->text, id);
    *ret_detail = 0;
    *ret_same = 0;
    if (!line.ptr)
        return AORTA_OK;
    aorta_status st = digest_of(ctx, entry, digest);
    if (st != AORTA_OK)
        return st;
    *ret_detail = (uint32_t)(line.ptr[line.len - 1] - '0') & 7u;
    *ret_same = memcmp(line.ptr + id.len + 1, digest, DIGEST_HEX) == 0;
    return AORTA_OK;
}

aorta_status polar_known_add(struct polar_known *k, aorta_ctx *ctx, aorta_str id, aorta_str entry, uint32_t detail)
{
    char digest[DIGEST_HEX];
    aorta_status st = digest_of(ctx, entry, digest);
    if (st != AORTA_OK)
        return st;
    sdk_text_add(&k->next, id);
    sdk_text_addf(&k->next, " %.*s %u\n", DIGEST_HEX, digest, (unsigned)detail);
    return k->next.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* Lines of the last sync whose exercises this one has not come to yet. */
static void keep_others(const struct polar_known *k, sdk_text *all)
{
    aorta_str rest = k->text, line, id;
    while (sdk_split(&rest, '\n', &line)) {
        aorta_str words = line;
        if (!sdk_split(&words, ' ', &id) || !words.len || line_of(sdk_text_str(&k->next), id).ptr)
            continue;
        sdk_text_add(all, line);
        sdk_text_add(all, AORTA_S("\n"));
    }
}

aorta_status polar_known_save(struct polar_known *k, aorta_ctx *ctx, int all)
{
    sdk_text text = {.ctx = ctx};
    sdk_text_add(&text, sdk_text_str(&k->next));
    if (!all)
        keep_others(k, &text);
    if (k->next.failed || text.failed)
        return AORTA_ERR_NOMEM;
    if (text.len == 0)
        return AORTA_OK;
    /* beyond what a state may hold the oldest knowledge is let go: those exercises are fetched once more */
    size_t len = text.len < STATE_MAX ? text.len : STATE_MAX;
    while (len && text.ptr[len - 1] != '\n')
        len--;
    return sdk_state_put(ctx, AORTA_STATE_CONNECTION, state_key, (aorta_str){text.ptr, len}, 0);
}
