/* Developers logging in. */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"

struct login {
    const char *username, *password;
};

static const struct gw_field login_fields[] = {
    GW_FIELD(login, username, 0, 1000, GW_FIELD_REQUIRED),
    GW_FIELD(login, password, 0, 4096, GW_FIELD_REQUIRED),
};

enum gw_code gw_answer_login(struct gw_http_request *request, struct gw_err *err)
{
    struct login login = {0};
    struct gw_tokens tokens;
    enum gw_code code = gw_fields_form(request, login_fields, 2, &login, err);

    if (code == GW_OK)
        code = gw_auth_login(request->http->options.auth, request->arena, login.username, gw_str(login.password),
                             &tokens, err);
    if (code == GW_UNAUTHENTICATED)
        gw_reply_header(request, "WWW-Authenticate", "Bearer");
    return code == GW_OK ? gw_answer_tokens(request, &tokens, false, err) : code;
}

enum gw_code gw_answer_logout(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code = gw_auth_logout(request->http->options.auth, &request->caller, err);

    if (code != GW_OK)
        return code;
    gw_buf_str(&request->reply.body, "{\"message\":\"Successfully logged out\"}");
    return gw_reply_json(request, 200, err);
}

struct change {
    const char *current_password, *new_password, *confirm_password;
};

static const struct gw_field change_fields[] = {
    GW_FIELD(change, current_password, 0, 4096, GW_FIELD_REQUIRED),
    GW_FIELD(change, new_password, 8, 1024, GW_FIELD_REQUIRED),
    GW_FIELD(change, confirm_password, 8, 1024, GW_FIELD_REQUIRED),
};

/* Every login ends, this one too; the caller goes on with the tokens in the answer. */
enum gw_code gw_answer_change_password(struct gw_http_request *request, struct gw_err *err)
{
    struct change change = {0};
    struct gw_tokens tokens;
    enum gw_code code = gw_fields_json(request, change_fields, 3, &change, err);

    if (code == GW_OK && strcmp(change.new_password, change.confirm_password) != 0)
        return gw_request_violation(request, err, "confirm_password", "mismatch",
                                    "The confirmation password does not match the new password");
    if (code == GW_OK)
        code = gw_auth_password_change(request->http->options.auth, request->arena, request->caller.id,
                                       gw_str(change.current_password), gw_str(change.new_password), &tokens, err);
    if (code != GW_OK)
        return code;
    gw_buf_str(&request->reply.body, "{\"message\":\"Password updated successfully\",");
    gw_answer_write_tokens(&request->reply.body, &tokens);
    gw_buf_char(&request->reply.body, '}');
    return gw_reply_json(request, 200, err);
}
