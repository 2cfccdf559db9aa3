/* Codes that a user types into an application to connect it: made by a developer, redeemed by the phone. */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"
#include "store/users.h"

enum gw_code gw_answer_code_create(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_uuid user_id = gw_request_uuid(request, "user_id");
    struct gw_buf *out = &request->reply.body;
    struct gw_code_row row;
    struct gw_user user;
    char text[GW_CODE_TEXT], id[GW_UUID_TEXT];
    enum gw_code code = gw_store_user_get(request->http->options.db, request->arena, user_id, &user, err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "user.unknown", "User with ID: %s not found.", gw_uuid_text(user_id, id));
    if (code == GW_OK)
        code = gw_auth_code_create(request->http->options.auth, user_id, request->caller.id, text, &row, err);
    if (code != GW_OK)
        return code;
    gw_write_uuid(out, "{\"id\":", row.id);
    gw_write_text(out, ",\"code\":", text);
    gw_write_uuid(out, ",\"user_id\":", user_id);
    gw_write_time(out, ",\"expires_at\":", row.expires_us);
    gw_write_time(out, ",\"created_at\":", row.created_us);
    gw_buf_char(out, '}');
    return gw_reply_json(request, 201, err);
}

struct redemption {
    const char *code;
};

static const struct gw_field fields[] = {GW_FIELD(redemption, code, 8, 8, GW_FIELD_REQUIRED)};

enum gw_code gw_answer_code_redeem(struct gw_http_request *request, struct gw_err *err)
{
    struct redemption redemption = {0};
    struct gw_tokens tokens;
    enum gw_code code = gw_fields_json(request, fields, 1, &redemption, err);

    if (code == GW_OK && strspn(redemption.code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456789") != 8)
        return gw_request_violation(request, err, "code", "pattern", "code should be 8 of A-Z and 2-9.");
    if (code == GW_OK)
        code = gw_auth_code_redeem(request->http->options.auth, request->arena, gw_str(redemption.code), &tokens, err);
    return code == GW_OK ? gw_answer_tokens(request, &tokens, true, err) : code;
}
