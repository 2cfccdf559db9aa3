/* Sealed values: version, key id, nonce, box.
 *
 * XSalsa20-Poly1305 has no place for associated data, so `bound` goes into the key: each value is boxed under
 * a key derived (BLAKE2b, keyed) from the ring's key and what the value belongs to.
 */
#include <sodium.h>

#include "base/uuid.h"
#include "crypt/keyring.h"

#define SEAL_VERSION 1

_Static_assert(crypto_secretbox_KEYBYTES == KEY_BYTES, "a ring's key is a box's key");

static void derive(const struct key *key, struct gw_str bound, uint8_t out[KEY_BYTES])
{
    crypto_generichash(out, KEY_BYTES, (const uint8_t *)bound.ptr, bound.len, key->bytes, KEY_BYTES);
}

enum gw_code gw_seal(const struct gw_keyring *ring, struct gw_str plain, struct gw_str bound, struct gw_buf *out,
                     struct gw_err *err)
{
    const struct key *key = &ring->keys[0];
    uint8_t subkey[KEY_BYTES], nonce[crypto_secretbox_NONCEBYTES];
    size_t id_len = strlen(key->id), box_len = plain.len + crypto_secretbox_MACBYTES;

    if (!gw_buf_reserve(out, 2 + id_len + sizeof(nonce) + box_len))
        return gw_fail(err, GW_NOMEM, NULL);
    gw_buf_char(out, SEAL_VERSION);
    gw_buf_char(out, (char)id_len);
    gw_buf_add(out, key->id, id_len);
    gw_random(nonce, sizeof(nonce));
    gw_buf_add(out, nonce, sizeof(nonce));
    derive(key, bound, subkey);
    crypto_secretbox_easy((uint8_t *)out->data + out->len, (const uint8_t *)plain.ptr, plain.len, nonce, subkey);
    out->len += box_len;
    sodium_memzero(subkey, sizeof(subkey));
    return GW_OK;
}

/* The parts of a sealed value, pointing into it. */
struct parts {
    struct gw_str id, nonce, box;
};

static bool split(struct gw_str sealed, struct parts *ret)
{
    size_t id_len, front;

    if (sealed.len < 2 || sealed.ptr[0] != SEAL_VERSION)
        return false;
    id_len = (uint8_t)sealed.ptr[1];
    front = 2 + id_len + crypto_secretbox_NONCEBYTES;
    if (sealed.len < front + crypto_secretbox_MACBYTES)
        return false;
    ret->id = (struct gw_str){sealed.ptr + 2, id_len};
    ret->nonce = (struct gw_str){sealed.ptr + 2 + id_len, crypto_secretbox_NONCEBYTES};
    ret->box = (struct gw_str){sealed.ptr + front, sealed.len - front};
    return true;
}

static bool open_box(const struct key *key, struct gw_str bound, const struct parts *p, uint8_t *out)
{
    uint8_t subkey[KEY_BYTES];
    int status;

    derive(key, bound, subkey);
    status =
        crypto_secretbox_open_easy(out, (const uint8_t *)p->box.ptr, p->box.len, (const uint8_t *)p->nonce.ptr, subkey);
    sodium_memzero(subkey, sizeof(subkey));
    return status == 0;
}

enum gw_code gw_unseal(const struct gw_keyring *ring, struct gw_str sealed, struct gw_str bound, struct gw_secret *ret,
                       struct gw_err *err)
{
    const struct key *key;
    struct parts parts;
    uint8_t *plain;
    size_t len;
    enum gw_code code;

    if (!split(sealed, &parts))
        return gw_fail(err, GW_DATA, "a sealed value is not of a form that this version knows");
    if ((key = keyring_find(ring, parts.id)) == NULL)
        return gw_fail(err, GW_DATA, "the key ring has no key \"%.*s\"", (int)parts.id.len, parts.id.ptr);
    len = parts.box.len - crypto_secretbox_MACBYTES;
    plain = malloc(len + 1);
    if (!plain)
        return gw_fail(err, GW_NOMEM, NULL);
    if (open_box(key, bound, &parts, plain))
        code = gw_secret_set(ret, (struct gw_str){(char *)plain, len}, err);
    else
        code = gw_fail(err, GW_DATA, "a sealed value does not open: another key, changed, or moved");
    sodium_memzero(plain, len + 1);
    free(plain);
    return code;
}
