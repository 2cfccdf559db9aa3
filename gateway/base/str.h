/* base/str.h - counted text and small helpers on NUL-terminated text. Low level: includes nothing of ours.
 */
#ifndef GW_BASE_STR_H
#define GW_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes, usually UTF-8, not NUL-terminated. Same layout as the plugin ABI's aorta_str. */
struct gw_str {
    const char *ptr;
    size_t len;
};

#define GW_STR(literal) ((struct gw_str){literal, sizeof(literal) - 1})

static inline struct gw_str gw_str(const char *text)
{
    return (struct gw_str){text, text ? strlen(text) : 0};
}

static inline bool gw_str_eq(struct gw_str a, struct gw_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool gw_str_is(struct gw_str a, const char *text)
{
    return gw_str_eq(a, gw_str(text));
}

bool gw_utf8_valid(const char *text, size_t len); /* also refuses NUL, surrogates and over-long forms */
/* Whole text is a number in range; leading + or space is refused. */
bool gw_parse_i64(struct gw_str text, int64_t *ret);
bool gw_parse_f64(struct gw_str text, double *ret); /* finite; '.' as point whatever the locale */
/* Percent-encoding of everything but A-Z a-z 0-9 - . _ ~. Returns bytes written, out needs 3 * len + 1. */
size_t gw_percent_encode(struct gw_str text, char *out);

#endif
