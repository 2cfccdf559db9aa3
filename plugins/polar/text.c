/* Text in the arena that grows by doubling. */
#include "polar.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char *room(struct polar_text *t, size_t more)
{
    if (t->failed)
        return NULL;
    if (t->cap - t->len < more) {
        size_t cap = t->cap ? t->cap * 2 : 512;
        while (cap - t->len < more)
            cap *= 2;
        char *ptr = t->ctx->host->alloc(t->ctx, cap);
        if (!ptr) {
            t->failed = 1;
            return NULL;
        }
        if (t->len)
            memcpy(ptr, t->ptr, t->len);
        t->ptr = ptr;
        t->cap = cap;
    }
    return t->ptr + t->len;
}

void polar_text_add(struct polar_text *t, aorta_str s)
{
    char *at = s.len ? room(t, s.len) : NULL;
    if (!at)
        return;
    memcpy(at, s.ptr, s.len);
    t->len += s.len;
}

void polar_text_addf(struct polar_text *t, const char *fmt, ...)
{
    char line[256]; /* each use writes a few numbers */
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(line))
        t->failed = 1;
    else
        polar_text_add(t, (aorta_str){line, (size_t)n});
}

aorta_str polar_text_str(const struct polar_text *t)
{
    return t->failed ? (aorta_str){NULL, 0} : (aorta_str){t->ptr, t->len};
}
