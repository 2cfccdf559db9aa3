/* base/secret.h - a value that is wiped when freed and that the log cannot print, for it takes no such type.
 *
 * Zero-initialised is empty. [one thread at a time]
 */
#ifndef GW_BASE_SECRET_H
#define GW_BASE_SECRET_H

#include "base/err.h"
#include "base/own.h"
#include "base/str.h"

struct gw_secret {
    char *data; /* NUL behind len, for C interfaces */
    size_t len;
};

enum gw_code gw_secret_set(struct gw_secret *s, struct gw_str value, struct gw_err *err) GW_MUST_USE;
void gw_secret_free(struct gw_secret *s);
#define gw_own_secret GW_CLEANUP(gw_secret_free)

static inline struct gw_str gw_secret_str(const struct gw_secret *s)
{
    return (struct gw_str){s->data, s->len};
}

#endif
