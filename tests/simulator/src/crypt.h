/* crypt.h - digests, MACs, base64 and random strings, all through GnuTLS. */
#ifndef SIM_CRYPT_H
#define SIM_CRYPT_H

#include <stdbool.h>
#include <stddef.h>

char *crypt_hex(size_t bytes);                                             /* random, lower-case hex; given to you */
char *crypt_uuid(void);                                                    /* random version 4 UUID; given to you */
char *crypt_base64(const void *bytes, size_t n);                           /* with padding; given to you */
char *crypt_base64url(const void *bytes, size_t n);                        /* without padding; given to you */
char *crypt_unbase64(const char *text);                                    /* NUL terminated, or NULL; given to you */
char *crypt_s256(const char *verifier);                                    /* PKCE challenge; given to you */
char *crypt_hmac_sha1_base64(const char *key, const char *text);           /* given to you */
char *crypt_hmac_sha256_hex(const char *key, const char *bytes, size_t n); /* given to you */
char *crypt_jwt(const char *claims_json, const char *key);                 /* HS256; given to you */

#endif
