/* Invitations: how a developer makes another. Nothing is mailed: the token is in the answer to whoever invites, once.
 */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"

/* token NULL: it is known by its digest alone by now. */
static void write_invitation(struct gw_buf *out, const struct gw_invitation *invitation, const char *token)
{
    gw_write_uuid(out, "{\"id\":", invitation->id);
    gw_write_text(out, ",\"email\":", invitation->email);
    gw_write_text(out, ",\"token\":", token);
    gw_write_text(out, ",\"status\":", invitation->status);
    gw_write_time(out, ",\"expires_at\":", invitation->expires_us);
    gw_write_time(out, ",\"created_at\":", invitation->created_us);
    gw_write_uuid(out, ",\"invited_by_id\":", invitation->invited_by);
    gw_buf_char(out, '}');
}

struct invite {
    const char *email;
};

static const struct gw_field invite_fields[] = {GW_FIELD(invite, email, 0, 254, GW_FIELD_EMAIL | GW_FIELD_REQUIRED)};

enum gw_code gw_answer_invite(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_invitation invitation;
    char token[GW_INVITATION_TEXT];
    struct invite invite = {0};
    enum gw_code code = gw_fields_json(request, invite_fields, 1, &invite, err);

    if (code == GW_OK)
        code = gw_auth_invite(request->http->options.db, invite.email, request->caller.id, token, &invitation, err);
    if (code != GW_OK)
        return code;
    write_invitation(&request->reply.body, &invitation, token);
    return gw_reply_json(request, 201, err);
}

enum gw_code gw_answer_invitations(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_invitation *list;
    size_t count;
    enum gw_code code = gw_store_invitation_list(request->http->options.db, request->arena, &list, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_invitation(out, &list[i], NULL);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_invitation_revoke(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_invitation invitation;
    enum gw_code code =
        gw_store_invitation_revoke(request->http->options.db, request->arena, gw_request_uuid(request, "invitation_id"),
                                   request->caller.id, &invitation, err);

    if (code != GW_OK)
        return code;
    write_invitation(&request->reply.body, &invitation, NULL);
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_invite_again(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_invitation invitation;
    char token[GW_INVITATION_TEXT];
    enum gw_code code =
        gw_auth_invite_again(request->http->options.db, request->arena, gw_request_uuid(request, "invitation_id"),
                             request->caller.id, token, &invitation, err);

    if (code != GW_OK)
        return code;
    write_invitation(&request->reply.body, &invitation, token);
    return gw_reply_json(request, 200, err);
}

/* ---- accepting ---- */

struct acceptance {
    const char *token, *first_name, *last_name, *password;
};

static const struct gw_field acceptance_fields[] = {
    GW_FIELD(acceptance, token, 1, 200, GW_FIELD_REQUIRED),
    GW_FIELD(acceptance, first_name, 1, 100, GW_FIELD_REQUIRED),
    GW_FIELD(acceptance, last_name, 1, 100, GW_FIELD_REQUIRED),
    GW_FIELD(acceptance, password, 8, 1024, GW_FIELD_REQUIRED),
};

enum gw_code gw_answer_invitation_accept(struct gw_http_request *request, struct gw_err *err)
{
    struct acceptance acceptance = {0};
    struct gw_developer developer;
    enum gw_code code = gw_fields_json(request, acceptance_fields, 4, &acceptance, err);

    if (code != GW_OK)
        return code;
    developer = (struct gw_developer){
        .first_name = acceptance.first_name, .last_name = acceptance.last_name, .password = acceptance.password};
    code = gw_auth_accept(request->http->options.auth, request->arena, gw_str(acceptance.token), false, &developer,
                          &developer, err);
    if (code != GW_OK)
        return code;
    gw_answer_write_developer(&request->reply.body, &developer);
    return gw_reply_json(request, 201, err);
}
