/* What callers show, as it comes: an Authorization header, a body that we signed ourselves, a refresh token.
 *
 * The first byte chooses. Nothing that we did not issue makes a caller, and what is signed is read within its bounds.
 * The store is one that has nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/people.h"
#include "base/own.h"
#include "crypt/jwt.h"
#include "http/request.h"
#include "store/logins.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

/* ---- the store ---- */

static int asked;

enum gw_code gw_store_login_create(struct gw_db *db, const struct gw_login *login, const uint8_t digest[32],
                                   const char *proof, struct gw_err *err)
{
    (void)db;
    (void)login;
    (void)digest;
    (void)proof;
    return gw_fail(err, GW_NOT_FOUND, NULL);
}

enum gw_code gw_store_login_find(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                 const char **ret_issuer, struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)login;
    (void)ret_issuer;
    asked++;
    return gw_fail(err, GW_UNAUTHENTICATED, NULL);
}

enum gw_code gw_store_login_rotate(struct gw_db *db, struct gw_arena *arena, const struct gw_login *login,
                                   const uint8_t digest[32], const uint8_t next[32], const char **ret_issuer,
                                   struct gw_err *err)
{
    (void)db;
    (void)arena;
    (void)digest;
    (void)next;
    (void)ret_issuer;
    must(login->kind < GW_LOGIN_KINDS);
    return gw_fail(err, GW_UNAUTHENTICATED, NULL);
}

enum gw_code gw_store_login_end(struct gw_db *db, const struct gw_login *login, const uint8_t *digest,
                                struct gw_err *err)
{
    (void)db;
    (void)digest;
    must(login->kind < GW_LOGIN_KINDS);
    return gw_fail(err, GW_NOT_FOUND, NULL);
}

enum gw_code gw_store_issuer_find(struct gw_db *db, const char *issuer, struct gw_err *err)
{
    (void)db;
    (void)issuer;
    return gw_fail(err, GW_UNAUTHENTICATED, NULL);
}

/* ---- a deployment with a known key ---- */

static struct gw_jwt *jwt;
static struct gw_auth *auth;
static char header[256]; /* of our tokens, with its dot */

/* Of the key that prepare writes, as crypt/jwt.c derives it. */
static const uint8_t signing_key[32] = {0x70, 0x07, 0x32, 0xd2, 0x4a, 0xfb, 0xae, 0x03, 0x1f, 0x80, 0x05,
                                        0xc4, 0x89, 0xa4, 0xaa, 0xd3, 0xca, 0xcf, 0x0a, 0x71, 0xe5, 0x2a,
                                        0x2b, 0x00, 0x00, 0x5f, 0x9f, 0x95, 0x71, 0x8d, 0xe3, 0x96};

static void prepare(void)
{
    static const char line[] = "a:YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n";
    char path[] = "/tmp/aorta-fuzz-XXXXXX";
    int fd = mkstemp(path);
    struct gw_keyring *ring = NULL;
    struct gw_claims claims = {.scope = "sdk"};
    gw_own_free char *token = NULL;

    must(fd >= 0 && write(fd, line, sizeof(line) - 1) == (ssize_t)sizeof(line) - 1);
    close(fd);
    must(gw_crypt_init(NULL) == GW_OK && gw_keyring_load(path, &ring, NULL) == GW_OK);
    unlink(path);
    must(gw_jwt_new(ring, &jwt, NULL) == GW_OK && gw_auth_new(NULL, ring, &auth, NULL) == GW_OK);
    gw_keyring_free(&ring);
    must(gw_jwt_sign(jwt, &claims, &token, NULL) == GW_OK);
    must(gw_jwt_verify(jwt, gw_str(token), &claims, NULL) == GW_OK);
    snprintf(header, sizeof(header), "%.*s", (int)(strchr(token, '.') + 1 - token), token);
}

/* ---- the three ---- */

static void show_header(const char *text)
{
    struct gw_str token = gw_bearer_of(text);
    struct gw_caller caller;
    int before = asked;

    must(token.len <= strlen(text));
    must(token.len == 0 || (token.ptr >= text && token.ptr + token.len <= text + strlen(text)));
    must(token.len == 0 || token.ptr[token.len - 1] != ' ');
    must(gw_auth_bearer(auth, token, &caller, NULL) == GW_UNAUTHENTICATED);
    must(asked == before); /* not signed by us: nobody is asked */
}

/* Our header and our signature around any body. */
static void show_signed(const uint8_t *body, size_t len)
{
    char token[2 * GW_JWT_MOST + 512], mark[64];
    struct gw_claims claims;
    struct gw_caller caller;
    uint8_t code[32];
    size_t n = strlen(header);

    if (len > GW_JWT_MOST)
        len = GW_JWT_MOST;
    memcpy(token, header, n);
    n += gw_b64url_encode(body, len, token + n);
    gw_hmac_sha256((struct gw_str){(const char *)signing_key, 32}, (struct gw_str){token, n}, code);
    gw_b64url_encode(code, 32, mark);
    n += (size_t)snprintf(token + n, sizeof(token) - n, ".%s", mark);
    if (gw_jwt_verify(jwt, (struct gw_str){token, n}, &claims, NULL) == GW_OK)
        must(strlen(claims.scope) < sizeof(claims.scope) && strlen(claims.app_id) < sizeof(claims.app_id));
    must(gw_auth_bearer(auth, (struct gw_str){token, n}, &caller, NULL) == GW_UNAUTHENTICATED);
}

static void show_refresh(struct gw_str text)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_tokens tokens;

    must(arena != NULL);
    must(gw_auth_refresh(auth, arena, text, &tokens, NULL) == GW_UNAUTHENTICATED);
    must(gw_auth_revoke(auth, text, NULL) == GW_NOT_FOUND);
    gw_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (!jwt)
        prepare();
    if (size == 0)
        return 0;
    text = malloc(size);
    must(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] % 3 == 0)
        show_header(text);
    else if (data[0] % 3 == 1)
        show_signed(data + 1, size - 1);
    else
        show_refresh((struct gw_str){text, size - 1});
    free(text);
    return 0;
}
