/* See names.h. Open addressing over the ends of the names, where the identifiers of phones differ. */
#include "names.h"

#include <string.h>

/* Up to eight bytes as a number. */
static uint64_t bytes(const char *p, size_t len)
{
    uint64_t v = 0;
    memcpy(&v, p, len < sizeof(v) ? len : sizeof(v));
    return v;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

/* Of the last sixteen characters. */
static uint32_t hash(const char *p, size_t len)
{
    size_t last = len < 8 ? len : 8, before = len - last < 8 ? len - last : 8;
    uint64_t h = mix(len, bytes(p + len - last, last));
    return (uint32_t)mix(h, bytes(p + len - last - before, before));
}

static const char *name_of(const struct phone_names *names, uint32_t row)
{
    return *(const char *const *)(const void *)(names->rows + row * names->stride);
}

static int same(const char *name, aorta_str text)
{
    return strncmp(name, text.ptr, text.len) == 0 && name[text.len] == '\0';
}

/* The slot of that name, or the free one where it belongs. */
static uint32_t place(const struct phone_names *names, aorta_str name)
{
    uint32_t at = hash(name.ptr, name.len) & (PHONE_NAME_SLOTS - 1);
    while (names->slot[at] && !same(name_of(names, names->slot[at] - 1u), name))
        at = (at + 1) & (PHONE_NAME_SLOTS - 1);
    return at;
}

void phone_names_init(struct phone_names *names, const void *rows, size_t stride, uint32_t count)
{
    memset(names, 0, sizeof(*names));
    names->rows = rows;
    names->stride = stride;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = place(names, sdk_str(name_of(names, i)));
        if (!names->slot[at])
            names->slot[at] = (uint16_t)(i + 1);
    }
}

const void *phone_names_find(const struct phone_names *names, aorta_str name)
{
    if (!name.len)
        return NULL;
    uint32_t row = names->slot[place(names, name)];
    return row ? names->rows + (row - 1) * names->stride : NULL;
}

aorta_str phone_squeeze(aorta_str text, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (n == cap)
            return (aorta_str){NULL, 0};
        out[n++] = c;
    }
    return n ? (aorta_str){out, n} : (aorta_str){NULL, 0};
}
