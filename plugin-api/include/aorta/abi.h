/* aorta/abi.h - the ground of the Aorta plugin ABI: version numbers, status codes, value types.
 *
 * This header set is the whole contract between the gateway and a provider plugin. It needs nothing but
 * <stddef.h> and <stdint.h>, compiles as C11 and as C++11, and links to nothing: everything a plugin asks of the
 * gateway goes through the table in host.h.
 *
 * The ABI is at major 0: it may still change, and a plugin loads only into a gateway of exactly its minor.
 *
 * Conventions of every header here:
 *   - instants are microseconds since 1970-01-01T00:00:00Z (int64_t, suffix _us); durations carry their unit;
 *   - text is UTF-8, counted, not NUL-terminated (aorta_str); `const char *` is NUL-terminated static text;
 *   - a pointer handed to a function is borrowed until that function returns, unless its comment says more;
 *   - structs that may grow begin with struct_size: set it to sizeof; test with AORTA_HAS before reading what a
 *     later minor appended; words named reserved are written 0 and ignored when read;
 *   - bits 24-31 of every flags word mean "refuse me if you do not know this bit".
 */
#ifndef AORTA_ABI_H
#define AORTA_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define AORTA_ABI_MAJOR 0u
#define AORTA_ABI_MINOR 1u
#define AORTA_MAGIC     0x54524f41u /* "AORT" in memory on little-endian; the same in every major */

/* True when the struct behind p (its struct_size) is long enough to hold field f. */
#define AORTA_HAS(T, p, f) ((p) && offsetof(T, f) + sizeof(((T *)0)->f) <= (p)->struct_size)

#if defined(__GNUC__)
#define AORTA_EXPORT __attribute__((visibility("default")))
#else
#define AORTA_EXPORT
#endif

/* ---- small value types, frozen for ever ---- */

typedef struct aorta_str {
    const char *ptr; /* UTF-8; may be NULL when len is 0 */
    size_t len;      /* bytes */
} aorta_str;

typedef struct aorta_bytes {
    const uint8_t *ptr;
    size_t len;
} aorta_bytes;

/* aorta_value.type, and the type of a declared parameter, field or metric */
#define AORTA_TYPE_NONE     0u  /* absent */
#define AORTA_TYPE_BOOL     1u  /* u.i: 0 or 1 */
#define AORTA_TYPE_INT      2u  /* u.i */
#define AORTA_TYPE_FLOAT    3u  /* u.f, finite */
#define AORTA_TYPE_STRING   4u  /* u.s */
#define AORTA_TYPE_ENUM     5u  /* u.s, one of the declared choices */
#define AORTA_TYPE_TIME     6u  /* u.i: instant, microseconds UTC */
#define AORTA_TYPE_DATE     7u  /* u.i: days since 1970-01-01 */
#define AORTA_TYPE_DURATION 8u  /* u.i: microseconds */
#define AORTA_TYPE_URL      9u  /* u.s: absolute http or https URL, no trailing slash */
#define AORTA_TYPE_BYTES    10u /* u.s, any bytes */
#define AORTA_TYPE_JSON     11u /* u.s: one JSON value as text */

typedef struct aorta_value {
    uint32_t type; /* AORTA_TYPE_* */
    uint32_t flags;
    union {
        int64_t i;
        double f;
        aorta_str s;
    } u;
} aorta_value;

typedef struct aorta_field {
    aorta_str key;
    aorta_value value;
} aorta_field;

typedef struct aorta_pair {
    aorta_str name;
    aorta_str value;
} aorta_pair;

/* ---- status: 0 done, > 0 control flow, < 0 failure. The class of a failure is status / 100. ---- */

typedef int32_t aorta_status;

#define AORTA_OK      0
#define AORTA_YIELD   1 /* sync: the host asked to stop here; the checkpoint holds all that is needed to go on */
#define AORTA_PENDING 2 /* sync: host->wait was called; call again when it is over */

/* -1xx: the request */
#define AORTA_ERR_INVALID_PARAM (-100) /* a parameter is wrong; name it in aorta_error.field */
#define AORTA_ERR_DATA          (-101) /* the bytes are not what they claim to be */
#define AORTA_ERR_NOT_FOUND     (-102)
#define AORTA_ERR_CONFLICT      (-103)
#define AORTA_ERR_STATE         (-104) /* OAuth state or flow data unknown or expired */
#define AORTA_ERR_DENIED        (-105) /* the user, or a signature check, said no */
/* -2xx: the connection needs its user */
#define AORTA_ERR_AUTH_EXPIRED (-200)
#define AORTA_ERR_AUTH_REVOKED (-201)
#define AORTA_ERR_SCOPE        (-202) /* the user has not granted what this needs */
/* -3xx: passing trouble; tried again from the last checkpoint */
#define AORTA_ERR_UPSTREAM         (-300)
#define AORTA_ERR_UPSTREAM_TIMEOUT (-301)
#define AORTA_ERR_RATE_LIMITED     (-302) /* set aorta_error.retry_after_ms */
#define AORTA_ERR_BUSY             (-303)
/* -4xx: will not get better by itself */
#define AORTA_ERR_UNSUPPORTED       (-400)
#define AORTA_ERR_CONFIG            (-401)
#define AORTA_ERR_UPSTREAM_REJECTED (-402)
#define AORTA_ERR_FORBIDDEN_CALL    (-403) /* a host function that this operation may not call, or a host not declared */
/* -5xx: a defect */
#define AORTA_ERR_INTERNAL (-500)
#define AORTA_ERR_NOMEM    (-501)
#define AORTA_ERR_CONTRACT (-502)
/* -6xx: the host wants the operation to end; return it at once */
#define AORTA_ERR_CANCELLED (-600)
#define AORTA_ERR_DEADLINE  (-601)

#ifdef __cplusplus
}
#endif

#endif
