/* Developers: their passwords, and how others become one. */
#include <stdio.h>

#include "auth/inside.h"
#include "auth/people.h"
#include "base/time.h"
#include "crypt/crypt.h"

#define WEEK_US (7 * GW_US_PER_DAY)

/* ---- passwords ---- */

enum gw_code gw_auth_developer_update(struct gw_auth *auth, struct gw_arena *arena, const struct gw_developer *changes,
                                      struct gw_uuid by, struct gw_developer *ret, struct gw_err *err)
{
    struct gw_developer stored = *changes;
    char password[GW_PASSWORD_STORED];
    enum gw_code code = GW_OK;

    if (changes->password) {
        code = password_hash(auth, gw_str(changes->password), password, err);
        stored.password = password;
    }
    if (code == GW_OK)
        code = gw_store_developer_update(auth->db, arena, &stored, by, ret, err);
    if (code == GW_OK && changes->password)
        gw_auth_forget(auth);
    return code;
}

enum gw_code gw_auth_password_change(struct gw_auth *auth, struct gw_arena *arena, struct gw_uuid developer,
                                     struct gw_str current, struct gw_str wanted, struct gw_tokens *ret,
                                     struct gw_err *err)
{
    char text[1 + 4096];
    struct gw_developer row, changes = {.id = developer, .password = text};
    bool good = false;
    enum gw_code code = gw_store_developer_get(auth->db, arena, developer, &row, err);

    if (code == GW_OK)
        code = password_check(auth, current, row.password, &good, err);
    if (code != GW_OK)
        return code;
    if (!good || wanted.len >= sizeof(text)) {
        if (err)
            snprintf(err->field, sizeof(err->field), "%s", good ? "new_password" : "current_password");
        return gw_fail(err, GW_INVALID, good ? "The new password is too long" : "Incorrect current password");
    }
    memcpy(text, wanted.ptr, wanted.len);
    text[wanted.len] = '\0';
    code = gw_auth_developer_update(auth, arena, &changes, developer, &row, err);
    if (code == GW_OK)
        code = gw_auth_login(auth, arena, row.email, wanted, ret, err);
    explicit_bzero(text, sizeof(text));
    return code;
}

/* ---- invitations ---- */

static void make_token(char ret[GW_INVITATION_TEXT], uint8_t digest[32])
{
    gw_random_text(32, ret);
    gw_sha256(gw_str(ret), digest);
}

enum gw_code gw_auth_invite(struct gw_db *db, const char *email, struct gw_uuid by, char ret_token[GW_INVITATION_TEXT],
                            struct gw_invitation *ret, struct gw_err *err)
{
    int64_t now_us = gw_now_us();
    struct gw_invitation invitation = {.id = gw_uuid_v7(),
                                       .email = email,
                                       .status = "pending",
                                       .created_us = now_us,
                                       .expires_us = now_us + (email ? WEEK_US : GW_US_PER_DAY),
                                       .invited_by = by};
    uint8_t digest[32];
    enum gw_code code;

    make_token(ret_token, digest);
    code = gw_store_invitation_create(db, &invitation, digest, err);
    if (code == GW_OK)
        *ret = invitation;
    return code;
}

enum gw_code gw_auth_invite_again(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                  char ret_token[GW_INVITATION_TEXT], struct gw_invitation *ret, struct gw_err *err)
{
    uint8_t digest[32];

    make_token(ret_token, digest);
    return gw_store_invitation_renew(db, arena, id, digest, gw_now_us() + WEEK_US, by, ret, err);
}

enum gw_code gw_auth_invitation_open(struct gw_auth *auth, struct gw_str token, bool first, struct gw_err *err)
{
    uint8_t digest[32];

    gw_sha256(token, digest);
    return gw_store_invitation_find(auth->db, digest, first, err);
}

enum gw_code gw_auth_accept(struct gw_auth *auth, struct gw_arena *arena, struct gw_str token, bool first,
                            const struct gw_developer *developer, struct gw_developer *ret, struct gw_err *err)
{
    struct gw_developer made = *developer;
    char password[GW_PASSWORD_STORED];
    uint8_t digest[32];
    enum gw_code code = gw_auth_invitation_open(auth, token, first, err); /* before a password is hashed for it */

    if (code == GW_OK)
        code = password_hash(auth, gw_str(developer->password), password, err);
    if (code != GW_OK)
        return code;
    gw_sha256(token, digest);
    made.id = gw_uuid_v4();
    made.password = password;
    return gw_store_invitation_accept(auth->db, arena, digest, first, &made, ret, err);
}
