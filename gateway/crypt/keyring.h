/* crypt/keyring.h - what is inside a key ring, for this layer alone.
 */
#ifndef GW_CRYPT_KEYRING_H
#define GW_CRYPT_KEYRING_H

#include "crypt/crypt.h"

#define KEY_ID_MOST 32
#define KEY_BYTES   32

struct key {
    char id[KEY_ID_MOST + 1];
    uint8_t bytes[KEY_BYTES];
};

struct gw_keyring {
    size_t count;
    struct key keys[64]; /* the first seals */
};

/* NULL when the ring has no such key. */
const struct key *keyring_find(const struct gw_keyring *ring, struct gw_str id);

#endif
