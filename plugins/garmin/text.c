/* Text that grows in the operation's arena: cursors, envelopes, JSON fields. It never shrinks and is never
 * freed. */
#include "garmin.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Room for `more` bytes and a NUL; what is outgrown stays in the arena, so growth doubles. */
static int reserve(struct garmin_text *t, size_t more)
{
    if (t->failed)
        return -1;
    if (t->cap - t->len > more)
        return 0;
    size_t cap = t->cap ? t->cap * 2 : 256;
    while (cap - t->len <= more)
        cap *= 2;
    char *ptr = t->ctx->host->alloc(t->ctx, cap);
    if (!ptr) {
        t->failed = 1;
        return -1;
    }
    if (t->len)
        memcpy(ptr, t->ptr, t->len);
    t->ptr = ptr;
    t->cap = cap;
    return 0;
}

void garmin_text_add(struct garmin_text *t, const char *text, size_t len)
{
    if (len == 0 || reserve(t, len) != 0)
        return;
    memcpy(t->ptr + t->len, text, len);
    t->len += len;
}

void garmin_text_str(struct garmin_text *t, aorta_str s)
{
    garmin_text_add(t, s.ptr, s.len);
}

void garmin_text_format(struct garmin_text *t, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (need < 0 || reserve(t, (size_t)need) != 0)
        return;
    va_start(args, fmt);
    vsnprintf(t->ptr + t->len, (size_t)need + 1, fmt, args);
    va_end(args);
    t->len += (size_t)need;
}

void garmin_text_types(struct garmin_text *t, uint32_t mask)
{
    int any = 0;
    for (int i = 0; i < GARMIN_TYPES; i++)
        if (mask & UINT32_C(1) << i)
            garmin_text_format(t, "%s%s", any++ ? "," : "", garmin_types[i].key);
}

aorta_str garmin_text_done(const struct garmin_text *t)
{
    return t->failed ? (aorta_str){NULL, 0} : (aorta_str){t->ptr, t->len};
}
