/* The page behind the link of the first start: the first developer's e-mail and password. A form, no script. */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"

struct setup {
    const char *token, *email, *password, *again;
};

static const struct gw_field fields[] = {
    GW_FIELD(setup, token, 1, 200, GW_FIELD_REQUIRED),
    GW_FIELD(setup, email, 0, 254, GW_FIELD_EMAIL | GW_FIELD_REQUIRED),
    GW_FIELD(setup, password, 8, 1024, GW_FIELD_REQUIRED),
    GW_FIELD(setup, again, 0, 1024, 0),
};

static void write_attribute(struct gw_buf *out, const char *front, const char *value)
{
    gw_buf_str(out, front);
    gw_page_escape(out, value ? value : "");
    gw_buf_str(out, "\">");
}

/* wrong: what was wrong with the last try, or NULL. */
static enum gw_code show_form(struct gw_http_request *request, int status, const struct setup *setup, const char *wrong,
                              struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;

    gw_page_begin(request, "The first developer");
    gw_buf_str(out, "<p>");
    gw_page_escape(out, wrong ? wrong : "Choose what you will log in with. This link serves once.");
    gw_buf_str(out, "</p><form method=\"post\" action=\"setup\">");
    write_attribute(out, "<input type=\"hidden\" name=\"token\" value=\"", setup->token);
    write_attribute(out,
                    "<label>E-mail<input type=\"email\" name=\"email\" required autocomplete=\"username\" value=\"",
                    setup->email);
    gw_buf_str(out, "</label><label>Password, at least 8 characters"
                    "<input type=\"password\" name=\"password\" minlength=\"8\" required autocomplete=\"new-password\">"
                    "</label><label>Once more"
                    "<input type=\"password\" name=\"again\" minlength=\"8\" required autocomplete=\"new-password\">"
                    "</label><button>Create</button></form>");
    gw_page_end_form(request, status);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_answer_setup(struct gw_http_request *request, struct gw_err *err)
{
    struct setup setup = {.token = gw_request_text(request, "token")};
    enum gw_code code =
        gw_auth_invitation_open(request->http->options.auth, gw_str(setup.token ? setup.token : ""), true, err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "setup.unknown", "This link is of no use: it is not one of ours, or was used.");
    return code == GW_OK ? show_form(request, 200, &setup, NULL, err) : code;
}

static enum gw_code make(struct gw_http_request *request, const struct setup *setup, struct gw_err *err)
{
    struct gw_developer developer = {.email = setup->email, .password = setup->password};
    enum gw_code code = gw_auth_accept(request->http->options.auth, request->arena, gw_str(setup->token), true,
                                       &developer, &developer, err);
    char text[400];

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "setup.unknown", "This link is of no use: it is not one of ours, or was used.");
    if (code != GW_OK)
        return code;
    snprintf(text, sizeof(text), "You are %.254s. Log in with POST /api/v1/auth/login.", developer.email);
    gw_page_write(request, 201, "Welcome", text, NULL);
    return request->reply.body.failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_answer_setup_post(struct gw_http_request *request, struct gw_err *err)
{
    struct setup setup = {0};
    enum gw_code code = gw_fields_form(request, fields, sizeof(fields) / sizeof(fields[0]), &setup, err);

    if (code == GW_OK && setup.again && strcmp(setup.again, setup.password) != 0)
        code = gw_request_violation(request, err, "again", "mismatch", "The two passwords differ.");
    if (code == GW_INVALID && gw_page_wanted(request))
        return show_form(request, 422, &setup, gw_err_text(err), err);
    return code == GW_OK ? make(request, &setup, err) : code;
}
