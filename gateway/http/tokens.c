/* Tokens: for a user's phone, and the next pair for a refresh token. */
#include <stdio.h>

#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"
#include "store/users.h"

void gw_answer_write_tokens(struct gw_buf *out, const struct gw_tokens *tokens)
{
    gw_write_text(out, "\"access_token\":", tokens->access);
    gw_write_text(out, ",\"token_type\":", "bearer");
    gw_write_text(out, ",\"refresh_token\":", tokens->refresh);
    gw_buf_str(out, ",\"expires_in\":");
    gw_buf_i64(out, tokens->expires_in_s);
}

enum gw_code gw_answer_tokens(struct gw_http_request *request, const struct gw_tokens *tokens, bool with_user,
                              struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;

    gw_buf_char(out, '{');
    gw_answer_write_tokens(out, tokens);
    if (with_user)
        gw_write_uuid(out, ",\"user_id\":", tokens->owner);
    gw_buf_char(out, '}');
    return gw_reply_json(request, 200, err);
}

static void challenge(struct gw_http_request *request, enum gw_code code)
{
    if (code == GW_UNAUTHENTICATED)
        gw_reply_header(request, "WWW-Authenticate", "Bearer");
}

/* ---- POST /users/{user_id}/token ---- */

struct credentials {
    const char *app_id, *app_secret;
};

static const struct gw_field credential_fields[] = {
    GW_FIELD(credentials, app_id, 0, 100, 0),
    GW_FIELD(credentials, app_secret, 0, 200, 0),
};

static bool given(const char *text)
{
    return text && text[0];
}

/* Who answers for the token: the application whose secret this is, else the developer who calls. */
static enum gw_code find_issuer(struct gw_http_request *request, const struct credentials *credentials,
                                char issuer[GW_ISSUER_TEXT], struct gw_err *err)
{
    char id[GW_UUID_TEXT];
    enum gw_code code;

    if (given(credentials->app_id) && given(credentials->app_secret)) {
        code =
            gw_auth_application(request->http->options.auth, credentials->app_id, gw_str(credentials->app_secret), err);
        snprintf(issuer, GW_ISSUER_TEXT, "%s", credentials->app_id);
        return code;
    }
    if (gw_bearer_of(gw_request_header(request, "Authorization")).len == 0)
        return gw_request_violation(request, err, "app_id", "required",
                                    "Either app credentials (app_id, app_secret) or admin authentication (Bearer "
                                    "token) is required");
    code = gw_request_developer(request, err);
    snprintf(issuer, GW_ISSUER_TEXT, "admin:%s", gw_uuid_text(request->caller.id, id));
    return code;
}

enum gw_code gw_answer_user_token(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_uuid user = gw_request_uuid(request, "user_id");
    struct credentials credentials = {0};
    char issuer[GW_ISSUER_TEXT], id[GW_UUID_TEXT];
    struct gw_tokens tokens;
    enum gw_code code = GW_OK;

    if (request->body.len)
        code = gw_fields_json(request, credential_fields, 2, &credentials, err);
    if (code == GW_OK)
        code = find_issuer(request, &credentials, issuer, err);
    challenge(request, code);
    if (code != GW_OK)
        return code;
    code = gw_auth_sdk_token(request->http->options.auth, request->arena, user, issuer, &tokens, err);
    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "user.unknown", "User with ID: %s not found.", gw_uuid_text(user, id));
    return code == GW_OK ? gw_answer_tokens(request, &tokens, false, err) : code;
}

/* ---- refresh tokens ---- */

struct refresh {
    const char *refresh_token;
};

static const struct gw_field refresh_fields[] = {GW_FIELD(refresh, refresh_token, 1, 500, GW_FIELD_REQUIRED)};

enum gw_code gw_answer_token_refresh(struct gw_http_request *request, struct gw_err *err)
{
    struct refresh refresh = {0};
    struct gw_tokens tokens;
    enum gw_code code = gw_fields_json(request, refresh_fields, 1, &refresh, err);

    if (code == GW_OK)
        code =
            gw_auth_refresh(request->http->options.auth, request->arena, gw_str(refresh.refresh_token), &tokens, err);
    challenge(request, code);
    return code == GW_OK ? gw_answer_tokens(request, &tokens, false, err) : code;
}

enum gw_code gw_answer_token_revoke(struct gw_http_request *request, struct gw_err *err)
{
    struct refresh refresh = {0};
    enum gw_code code = gw_fields_json(request, refresh_fields, 1, &refresh, err);

    if (code == GW_OK)
        code = gw_auth_revoke(request->http->options.auth, gw_str(refresh.refresh_token), err);
    return code == GW_OK ? gw_reply_json(request, 204, err) : code;
}
