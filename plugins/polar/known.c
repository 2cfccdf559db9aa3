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
    aorta_bytes value;
    aorta_status st = ctx->host->state_get(ctx, AORTA_STATE_CONNECTION, state_key, sizeof(state_key) - 1, &value);
    *k = (struct polar_known){.next = {.ctx = ctx}};
    if (st == AORTA_ERR_NOT_FOUND)
        return AORTA_OK;
    if (st != AORTA_OK)
        return st;
    /* the host's bytes are borrowed for the call; this is wanted to the end */
    char *text = ctx->host->alloc(ctx, value.len + 1);
    if (!text)
        return AORTA_ERR_NOMEM;
    memcpy(text, value.ptr, value.len);
    k->text = (aorta_str){text, value.len};
    return AORTA_OK;
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
    const char *p = text.len ? text.ptr : "", *end = p + text.len;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((newline ? newline : end) - p);
        if (len == id.len + 1 + DIGEST_HEX + 2 && memcmp(p, id.ptr, id.len) == 0 && p[id.len] == ' ')
            return (aorta_str){p, len};
        p = newline ? newline + 1 : end;
    }
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
    polar_text_add(&k->next, id);
    polar_text_addf(&k->next, " %.*s %u\n", DIGEST_HEX, digest, (unsigned)detail);
    return k->next.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* Lines of the last sync whose exercises this one has not come to yet. */
static void keep_others(const struct polar_known *k, struct polar_text *all)
{
    const char *p = k->text.len ? k->text.ptr : "", *end = p + k->text.len;
    while (p < end) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        const char *space = memchr(p, ' ', (size_t)(end - p));
        const char *stop = newline ? newline + 1 : end;
        if (space && space < stop && !line_of(polar_text_str(&k->next), (aorta_str){p, (size_t)(space - p)}).ptr)
            polar_text_add(all, (aorta_str){p, (size_t)(stop - p)});
        p = stop;
    }
}

aorta_status polar_known_save(struct polar_known *k, aorta_ctx *ctx, int all)
{
    struct polar_text text = {.ctx = ctx};
    polar_text_add(&text, polar_text_str(&k->next));
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
    return ctx->host->state_put(ctx, AORTA_STATE_CONNECTION, state_key, sizeof(state_key) - 1, text.ptr, len, 0);
}
