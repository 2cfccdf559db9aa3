/* Applications: made, listed, given another secret, deleted, by developers. */
#include "auth/people.h"
#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "read/write.h"

static void write_application(struct gw_buf *out, const struct gw_application *application, const char *secret)
{
    gw_write_uuid(out, "{\"id\":", application->id);
    gw_write_text(out, ",\"app_id\":", application->app_id);
    gw_write_text(out, ",\"name\":", application->name);
    gw_write_time(out, ",\"created_at\":", application->created_us);
    if (secret)
        gw_write_text(out, ",\"app_secret\":", secret);
    gw_buf_char(out, '}');
}

/* {application}: its app_id. */
static const char *app_id_of(struct gw_http_request *request)
{
    struct gw_str value = request->match.values[0];
    const char *text = gw_arena_strndup(request->arena, value.ptr, value.len);

    return text ? text : "";
}

enum gw_code gw_answer_applications(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_application *list;
    size_t count;
    enum gw_code code =
        gw_store_application_list(request->http->options.db, request->arena, request->caller.id, &list, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_application(out, &list[i], NULL);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}

struct wanted {
    const char *name;
};

static const struct gw_field fields[] = {GW_FIELD(wanted, name, 1, 100, GW_FIELD_REQUIRED)};

enum gw_code gw_answer_application_create(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_application application;
    char secret[GW_SECRET_TEXT];
    struct wanted wanted = {0};
    enum gw_code code = gw_fields_json(request, fields, 1, &wanted, err);

    if (code == GW_OK)
        code = gw_auth_application_create(request->http->options.auth, request->arena, wanted.name, request->caller.id,
                                          secret, &application, err);
    if (code != GW_OK)
        return code;
    write_application(&request->reply.body, &application, secret);
    return gw_reply_json(request, 201, err);
}

enum gw_code gw_answer_application_rotate(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_application application;
    char secret[GW_SECRET_TEXT];
    enum gw_code code = gw_auth_application_rotate(request->http->options.auth, request->arena, app_id_of(request),
                                                   request->caller.id, secret, &application, err);

    if (code != GW_OK)
        return code;
    write_application(&request->reply.body, &application, secret);
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_application_delete(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code =
        gw_store_application_delete(request->http->options.db, app_id_of(request), request->caller.id, err);

    if (code != GW_OK)
        return code;
    gw_auth_forget(request->http->options.auth);
    return gw_reply_json(request, 204, err);
}
