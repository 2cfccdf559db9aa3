/* crypt/crypt.h - what is secret stays so: sealed values, digests, random text.
 *
 * gw_crypt_init once per process before threads. The key ring is read-only afterwards. [any thread]
 */
#ifndef GW_CRYPT_CRYPT_H
#define GW_CRYPT_CRYPT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

enum gw_code gw_crypt_init(struct gw_err *err) GW_MUST_USE;

/* Key ring: a file with one `id:base64(32 bytes)` a line; the first seals, all open. */
struct gw_keyring;
enum gw_code gw_keyring_load(const char *path, struct gw_keyring **ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_keyring_create(const char *path,
                               struct gw_err *err) GW_MUST_USE; /* new file, mode 0600, never overwrites */
void gw_keyring_free(struct gw_keyring **ring);

/* Sealed form: version byte, key id, nonce, box (XSalsa20-Poly1305). `bound` is authenticated with it (the
 * row it belongs to), so a value moved to another row does not open. */
enum gw_code gw_seal(const struct gw_keyring *ring, struct gw_str plain, struct gw_str bound, struct gw_buf *out,
                     struct gw_err *err) GW_MUST_USE;
/* GW_DATA when it does not open: wrong key, changed, moved. */
enum gw_code gw_unseal(const struct gw_keyring *ring, struct gw_str sealed, struct gw_str bound, struct gw_secret *ret,
                       struct gw_err *err) GW_MUST_USE;

void gw_sha256(struct gw_str data, uint8_t out[32]);
/* The same of bytes that come in pieces. end gives the digest and frees; out NULL frees alone. */
struct gw_digest;
enum gw_code gw_digest_new(struct gw_digest **ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_digest_add(struct gw_digest *digest, const void *data, size_t len, struct gw_err *err) GW_MUST_USE;
void gw_digest_end(struct gw_digest **digest, uint8_t out[32]);
void gw_hmac_sha256(struct gw_str key, struct gw_str data, uint8_t out[32]);
enum gw_code gw_hmac_sha1(struct gw_str key, struct gw_str data, uint8_t out[20], struct gw_err *err) GW_MUST_USE;
bool gw_equal_ct(struct gw_str a, struct gw_str b);

/* Passwords as they are stored: argon2id, with salt and parameters. Hashing and verifying take 19 MiB and tens of
 * milliseconds: bound how many run at once. Verifying against nobody's fails after the same time. */
#define GW_PASSWORD_STORED 128
enum gw_code gw_password_hash(struct gw_str password, char ret[GW_PASSWORD_STORED], struct gw_err *err) GW_MUST_USE;
bool gw_password_verify(struct gw_str password, const char *stored);
void gw_password_nobodys(char ret[GW_PASSWORD_STORED]);

/* URL-safe base64 without padding; out needs 4 * (len + 2) / 3 + 1. Returns the length. */
size_t gw_b64url_encode(const void *data, size_t len, char *out);
size_t gw_b64_encode(const void *data, size_t len, char *out); /* padded */
/* Strict; false when the text is not of that form. out needs len. */
bool gw_b64url_decode(struct gw_str text, uint8_t *out, size_t *ret_len);
bool gw_b64_decode(struct gw_str text, uint8_t *out, size_t *ret_len);
/* n random bytes as URL-safe text, NUL-terminated. */
void gw_random_text(size_t bytes, char *out);

#endif
