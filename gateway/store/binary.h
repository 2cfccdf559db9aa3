/* store/binary.h - big-endian numbers, as PostgreSQL sends and takes them. Low level. */
#ifndef GW_STORE_BINARY_H
#define GW_STORE_BINARY_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define PG_EPOCH_US INT64_C(946684800000000) /* 2000-01-01 in microseconds of 1970 */

static inline void be16_put(uint8_t *to, uint16_t v)
{
    v = htobe16(v);
    memcpy(to, &v, sizeof(v));
}

static inline void be32_put(uint8_t *to, uint32_t v)
{
    v = htobe32(v);
    memcpy(to, &v, sizeof(v));
}

static inline void be64_put(uint8_t *to, uint64_t v)
{
    v = htobe64(v);
    memcpy(to, &v, sizeof(v));
}

static inline uint16_t be16_get(const void *from)
{
    uint16_t v;
    memcpy(&v, from, sizeof(v));
    return be16toh(v);
}

static inline uint32_t be32_get(const void *from)
{
    uint32_t v;
    memcpy(&v, from, sizeof(v));
    return be32toh(v);
}

static inline uint64_t be64_get(const void *from)
{
    uint64_t v;
    memcpy(&v, from, sizeof(v));
    return be64toh(v);
}

#endif
