/* yajl over the pieces. It keeps nothing but the token that a piece cuts through, so that is bounded here; and it does
 * not check its allocations, so they are made and kept here, and one that fails leaves yajl by a jump.
 */
#include "upload/look.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define DEPTH_MOST 64
#define TOKEN_MOST (1024 * 1024)
#define PIECE_MOST (64 * 1024)

/* A block of yajl's, in a list, for whoever leaves by a jump frees them all. */
struct block {
    _Alignas(max_align_t) struct block *next;
    struct block **back;
};

enum stop { STOP_NOT = 0, STOP_DEPTH, STOP_NO_OBJECT };

struct gw_look {
    yajl_handle yajl;
    struct block *blocks;
    jmp_buf spent;
    uint64_t taken;
    size_t quiet; /* bytes of pieces in which no token ended */
    bool heard;   /* one ended in this piece */
    int depth;
    enum stop stop;
    bool named, naming; /* there was a provider; the value that comes next is it */
    char provider[GW_LOOK_NAME_MOST + 1];
};

/* ---- memory ---- */

static void link_block(struct gw_look *look, struct block *block)
{
    block->next = look->blocks;
    block->back = &look->blocks;
    if (block->next)
        block->next->back = &block->next;
    look->blocks = block;
}

static void unlink_block(struct block *block)
{
    *block->back = block->next;
    if (block->next)
        block->next->back = block->back;
}

static void *look_realloc(void *self, void *old, size_t size)
{
    struct gw_look *look = self;
    struct block *block = old ? (struct block *)old - 1 : NULL, *made;

    if (block)
        unlink_block(block);
    made = realloc(block, sizeof(*block) + size);
    if (made)
        link_block(look, made);
    else if (block)
        link_block(look, block);
    if (!made)
        longjmp(look->spent, 1);
    return made + 1;
}

static void *look_malloc(void *self, size_t size)
{
    return look_realloc(self, NULL, size);
}

static void look_release(void *self, void *old)
{
    (void)self;
    if (old) {
        struct block *block = (struct block *)old - 1;
        unlink_block(block);
        free(block);
    }
}

/* ---- tokens ---- */

static int stop(struct gw_look *look, enum stop why)
{
    look->stop = why;
    return 0;
}

/* Every value comes by here. text NULL: it is none. */
static int value(struct gw_look *look, const unsigned char *text, size_t len)
{
    look->heard = true;
    if (look->depth == 0)
        return stop(look, STOP_NO_OBJECT);
    if (!look->naming)
        return 1;
    look->naming = false;
    look->named = true;
    look->provider[0] = '\0';
    if (!text || len > GW_LOOK_NAME_MOST || memchr(text, '\0', len))
        return 1;
    for (size_t i = 0; i < len; i++)
        look->provider[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] - 'A' + 'a' : text[i]);
    look->provider[len] = '\0';
    return 1;
}

static int on_null(void *self)
{
    struct gw_look *look = self;
    bool naming = look->naming;
    int on = value(look, NULL, 0);

    if (naming)
        look->named = false;
    return on;
}

static int on_boolean(void *self, int truth)
{
    (void)truth;
    return value(self, NULL, 0);
}

static int on_number(void *self, const char *text, size_t len)
{
    (void)text;
    (void)len;
    return value(self, NULL, 0);
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    return value(self, text ? text : (const unsigned char *)"", len);
}

static int deeper(struct gw_look *look)
{
    return ++look->depth > DEPTH_MOST ? stop(look, STOP_DEPTH) : 1;
}

static int on_map(void *self)
{
    struct gw_look *look = self;

    if (look->depth > 0)
        value(look, NULL, 0);
    look->heard = true;
    return deeper(look);
}

static int on_array(void *self)
{
    return value(self, NULL, 0) ? deeper(self) : 0;
}

static int on_end(void *self)
{
    struct gw_look *look = self;

    look->heard = true;
    look->depth--;
    return 1;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    struct gw_look *look = self;

    look->heard = true;
    look->naming = look->depth == 1 && len == 8 && memcmp(text, "provider", 8) == 0;
    return 1;
}

static const yajl_callbacks callbacks = {.yajl_null = on_null,
                                         .yajl_boolean = on_boolean,
                                         .yajl_number = on_number,
                                         .yajl_string = on_string,
                                         .yajl_start_map = on_map,
                                         .yajl_map_key = on_key,
                                         .yajl_end_map = on_end,
                                         .yajl_start_array = on_array,
                                         .yajl_end_array = on_end};

/* ---- bytes ---- */

enum gw_code gw_look_new(struct gw_look **ret, struct gw_err *err)
{
    struct gw_look *look = calloc(1, sizeof(*look));

    if (!look)
        return gw_fail(err, GW_NOMEM, NULL);
    yajl_alloc_funcs memory = {look_malloc, look_realloc, look_release, look};
    if (setjmp(look->spent) == 0)
        look->yajl = yajl_alloc(&callbacks, &memory, look);
    if (!look->yajl) {
        gw_look_free(&look);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    *ret = look;
    return GW_OK;
}

void gw_look_free(struct gw_look **look)
{
    if (!*look)
        return;
    while ((*look)->blocks) {
        struct block *block = (*look)->blocks;
        unlink_block(block);
        free(block);
    }
    free(*look);
    *look = NULL;
}

/* No word of yajl's own: it quotes the body. */
static enum gw_code why(const struct gw_look *look, size_t into, struct gw_err *err)
{
    if (look->stop == STOP_DEPTH)
        return gw_fail(err, GW_MALFORMED, "The body is nested more than %d deep.", DEPTH_MOST);
    if (look->stop == STOP_NO_OBJECT)
        return gw_fail(err, GW_INVALID, "The body should be a JSON object.");
    return gw_fail(err, GW_MALFORMED, "The body is not valid JSON (near byte %llu).",
                   (unsigned long long)(look->taken + into));
}

static enum gw_code piece(struct gw_look *look, const char *bytes, size_t len, struct gw_err *err)
{
    yajl_status status;

    look->heard = false;
    if (setjmp(look->spent))
        return gw_fail(err, GW_NOMEM, NULL);
    status = yajl_parse(look->yajl, (const unsigned char *)bytes, len);
    if (status != yajl_status_ok)
        return why(look, yajl_get_bytes_consumed(look->yajl), err);
    look->taken += len;
    look->quiet = look->heard ? 0 : look->quiet + len;
    if (look->quiet > TOKEN_MOST)
        return gw_fail(err, GW_MALFORMED, "The body holds a text of more than %d bytes.", TOKEN_MOST);
    return GW_OK;
}

enum gw_code gw_look_take(struct gw_look *look, const char *bytes, size_t len, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    while (!code && len > 0) {
        size_t n = len < PIECE_MOST ? len : PIECE_MOST;
        code = piece(look, bytes, n, err);
        bytes += n;
        len -= n;
    }
    return code;
}

enum gw_code gw_look_end(struct gw_look *look, struct gw_err *err)
{
    if (look->taken == 0)
        return gw_fail(err, GW_INVALID, "A JSON object is required as the body.");
    if (setjmp(look->spent))
        return gw_fail(err, GW_NOMEM, NULL);
    if (yajl_complete_parse(look->yajl) != yajl_status_ok)
        return why(look, 0, err);
    return GW_OK;
}

const char *gw_look_provider(const struct gw_look *look)
{
    return look->named ? look->provider : NULL;
}
