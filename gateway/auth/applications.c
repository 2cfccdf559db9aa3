/* Applications and the keys of others: texts made, shown once, kept as digests. */
#include <stdio.h>

#include "auth/inside.h"
#include "auth/people.h"
#include "base/time.h"
#include "crypt/crypt.h"

static void hex(size_t bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[32];

    gw_random(random, bytes);
    for (size_t i = 0; i < bytes; i++) {
        *out++ = digits[random[i] >> 4];
        *out++ = digits[random[i] & 15];
    }
    *out = '\0';
    explicit_bzero(random, sizeof(random));
}

static void make_secret(char ret[GW_SECRET_TEXT], uint8_t digest[32])
{
    memcpy(ret, "secret_", 7);
    hex(32, ret + 7);
    gw_sha256(gw_str(ret), digest);
}

enum gw_code gw_auth_application_create(struct gw_auth *auth, struct gw_arena *arena, const char *name,
                                        struct gw_uuid by, char ret_secret[GW_SECRET_TEXT], struct gw_application *ret,
                                        struct gw_err *err)
{
    char app_id[40] = "app_";
    struct gw_application application = {
        .id = gw_uuid_v4(), .name = gw_arena_strdup(arena, name), .created_us = gw_now_us()};
    uint8_t digest[32];
    enum gw_code code;

    hex(16, app_id + 4);
    application.app_id = gw_arena_strdup(arena, app_id);
    if (!application.app_id || !application.name)
        return gw_fail(err, GW_NOMEM, NULL);
    make_secret(ret_secret, digest);
    code = gw_store_application_create(auth->db, &application, digest, by, err);
    if (code == GW_OK)
        *ret = application;
    return code;
}

enum gw_code gw_auth_application_rotate(struct gw_auth *auth, struct gw_arena *arena, const char *app_id,
                                        struct gw_uuid by, char ret_secret[GW_SECRET_TEXT], struct gw_application *ret,
                                        struct gw_err *err)
{
    uint8_t digest[32];

    make_secret(ret_secret, digest);
    return gw_store_application_rotate(auth->db, arena, app_id, digest, by, ret, err);
}
