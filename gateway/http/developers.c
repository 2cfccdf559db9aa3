/* Developers: oneself, and each other. */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"

void gw_answer_write_developer(struct gw_buf *out, const struct gw_developer *developer)
{
    gw_write_uuid(out, "{\"id\":", developer->id);
    gw_write_text(out, ",\"first_name\":", developer->first_name);
    gw_write_text(out, ",\"last_name\":", developer->last_name);
    gw_write_text(out, ",\"email\":", developer->email);
    gw_write_time(out, ",\"created_at\":", developer->created_us);
    gw_write_time(out, ",\"updated_at\":", developer->updated_us);
    gw_buf_char(out, '}');
}

static enum gw_code reply(struct gw_http_request *request, const struct gw_developer *developer, struct gw_err *err)
{
    gw_answer_write_developer(&request->reply.body, developer);
    return gw_reply_json(request, 200, err);
}

static enum gw_code named(enum gw_code code, struct gw_uuid id, struct gw_err *err)
{
    char text[GW_UUID_TEXT];

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, code, "developer.unknown", "Developer with ID: %s not found.", gw_uuid_text(id, text));
    return code;
}

static const struct gw_field fields[] = {
    GW_FIELD(gw_developer, first_name, 0, 100, 0),
    GW_FIELD(gw_developer, last_name, 0, 100, 0),
    GW_FIELD(gw_developer, email, 0, 254, GW_FIELD_EMAIL),
    GW_FIELD(gw_developer, password, 8, 1024, 0),
};

static enum gw_code get(struct gw_http_request *request, struct gw_uuid id, struct gw_err *err)
{
    struct gw_developer developer;
    enum gw_code code = gw_store_developer_get(request->http->options.db, request->arena, id, &developer, err);

    return code == GW_OK ? reply(request, &developer, err) : named(code, id, err);
}

static enum gw_code update(struct gw_http_request *request, struct gw_uuid id, struct gw_err *err)
{
    struct gw_developer changes = {.id = id}, developer;
    enum gw_code code = gw_fields_json(request, fields, sizeof(fields) / sizeof(fields[0]), &changes, err);

    if (code == GW_OK)
        code = gw_auth_developer_update(request->http->options.auth, request->arena, &changes, request->caller.id,
                                        &developer, err);
    return code == GW_OK ? reply(request, &developer, err) : named(code, id, err);
}

enum gw_code gw_answer_me(struct gw_http_request *request, struct gw_err *err)
{
    return get(request, request->caller.id, err);
}

enum gw_code gw_answer_me_update(struct gw_http_request *request, struct gw_err *err)
{
    return update(request, request->caller.id, err);
}

enum gw_code gw_answer_developer(struct gw_http_request *request, struct gw_err *err)
{
    return get(request, gw_request_uuid(request, "developer_id"), err);
}

enum gw_code gw_answer_developer_update(struct gw_http_request *request, struct gw_err *err)
{
    return update(request, gw_request_uuid(request, "developer_id"), err);
}

enum gw_code gw_answer_developer_delete(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_uuid id = gw_request_uuid(request, "developer_id");
    struct gw_developer developer;
    enum gw_code code =
        gw_store_developer_delete(request->http->options.db, request->arena, id, request->caller.id, &developer, err);

    if (code != GW_OK)
        return named(code, id, err);
    gw_auth_forget(request->http->options.auth);
    return reply(request, &developer, err);
}

enum gw_code gw_answer_developers(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_developer *developers;
    size_t count;
    enum gw_code code = gw_store_developer_list(request->http->options.db, request->arena, &developers, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        gw_answer_write_developer(out, &developers[i]);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}
