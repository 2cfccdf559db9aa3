/* base/own.h - scope-end clean-up: the variable is freed when its scope is left, by whatever way.
 *
 * `gw_own_free char *text = strdup(x);` Handing the value on is said: return gw_take(text). Each layer
 * defines the macro for its own foreign handles beside its code (PGresult in store, json_t where jansson is
 * used, CURL in net).
 */
#ifndef GW_BASE_OWN_H
#define GW_BASE_OWN_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define GW_CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void gw_cleanup_free(void *address)
{
    free(*(void **)address);
}

static inline void gw_cleanup_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline void gw_cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

#define gw_own_free GW_CLEANUP(gw_cleanup_free)
#define gw_own_file GW_CLEANUP(gw_cleanup_file)
#define gw_own_fd   GW_CLEANUP(gw_cleanup_fd)

/* The pointer, with the variable set to NULL. */
#define gw_take(pointer)                                                                                               \
    ({                                                                                                                 \
        __typeof__(pointer) taken_ = (pointer);                                                                        \
        (pointer) = NULL;                                                                                              \
        taken_;                                                                                                        \
    })

#endif
