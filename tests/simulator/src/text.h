/* text.h - growing strings, percent coding and HTML escapes.
 *
 * struct buf b = {0}; buf_printf(&b, "%d", 7); … buf_take(&b) hands over the malloc'ed text.
 */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *s; /* always NUL terminated once something was added */
    size_t n;
    size_t cap;
};

void buf_add(struct buf *b, const char *bytes, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *buf_take(struct buf *b); /* given to you; never NULL */
void buf_fini(struct buf *b);

char *text_dup(const char *s); /* NULL stays NULL */
char *text_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

void text_urlencode(struct buf *b, const char *s);        /* RFC 3986, so it also serves OAuth 1.0a */
char *text_urldecode(const char *s, size_t n, bool plus); /* plus: '+' means a space (forms) */
void text_html(struct buf *b, const char *s);
bool text_same(const char *a, const char *b); /* both set and equal */
bool text_starts(const char *s, const char *prefix);

#endif
