/* Text that grows in the operation's arena: cursors, JSON fields, envelopes. It never shrinks and is never freed. */
#include "grow.h"
#include "aorta/sdk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST 256 /* bytes */

char *sdk_grow(aorta_ctx *ctx, char *old, size_t len, size_t *cap, size_t more)
{
    if (*cap - len >= more)
        return old;
    if (more > SIZE_MAX / 4 || *cap > SIZE_MAX / 4)
        return NULL;
    size_t need = *cap ? *cap * 2 : FIRST;
    while (need - len < more)
        need *= 2;
    char *fresh = ctx->host->alloc(ctx, need);
    if (!fresh)
        return NULL;
    if (len)
        memcpy(fresh, old, len);
    *cap = need;
    return fresh;
}

/* Where `more` bytes can be written, or NULL. */
static char *room(sdk_text *t, size_t more)
{
    char *ptr = t->failed ? NULL : sdk_grow(t->ctx, t->ptr, t->len, &t->cap, more);
    if (!ptr) {
        t->failed = 1;
        return NULL;
    }
    t->ptr = ptr;
    return ptr + t->len;
}

void sdk_text_reserve(sdk_text *t, size_t more)
{
    if (t->cap - t->len >= more || t->failed)
        return;
    char *ptr = more < SIZE_MAX - t->len ? t->ctx->host->alloc(t->ctx, t->len + more) : NULL;
    if (!ptr) {
        t->failed = 1;
        return;
    }
    if (t->len)
        memcpy(ptr, t->ptr, t->len);
    t->ptr = ptr;
    t->cap = t->len + more;
}

void sdk_text_add(sdk_text *t, aorta_str s)
{
    char *at = s.len ? room(t, s.len) : NULL;
    if (!at)
        return;
    memcpy(at, s.ptr, s.len);
    t->len += s.len;
}

void sdk_text_addf(sdk_text *t, const char *fmt, ...)
{
    size_t left = t->cap - t->len;
    va_list args;
    if (t->failed)
        return;
    va_start(args, fmt);
    int need = vsnprintf(left ? t->ptr + t->len : NULL, left, fmt, args);
    va_end(args);
    if (need >= 0 && (size_t)need >= left) { /* did not fit with its NUL, which does not count */
        char *at = room(t, (size_t)need + 1);
        if (!at)
            return;
        va_start(args, fmt);
        need = vsnprintf(at, (size_t)need + 1, fmt, args);
        va_end(args);
    }
    if (need < 0)
        t->failed = 1;
    else
        t->len += (size_t)need;
}

aorta_str sdk_text_str(const sdk_text *t)
{
    return t->failed ? (aorta_str){NULL, 0} : (aorta_str){t->ptr, t->len};
}
