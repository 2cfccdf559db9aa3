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
