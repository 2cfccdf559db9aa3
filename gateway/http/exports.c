/* Everything there is of a user, as a zip that is written while it is sent. */
#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/export.h"

struct sending {
    struct gw_export *export;
    char request_id[GW_REQUEST_ID_MOST + 1];
};

static bool some(void *self, char *out, size_t most, size_t *ret)
{
    struct sending *sending = self;
    struct gw_err err = {0};

    if (gw_export_some(sending->export, out, most, ret, &err))
        return true;
    gw_log(GW_LOG_ERROR, "export cut off", "request_id", sending->request_id, "error", gw_err_text(&err), NULL);
    return false;
}

static void close_export(void *self)
{
    struct sending *sending = self;

    gw_export_close(&sending->export);
}

enum gw_code gw_answer_export(struct gw_http_request *request, struct gw_err *err)
{
    struct sending *sending = gw_arena_zalloc(request->arena, sizeof(*sending));
    char id[GW_UUID_TEXT];
    const char *name;
    struct gw_user user;
    enum gw_code code = sending ? gw_store_user_get(request->http->options.db, request->arena,
                                                    gw_request_uuid(request, "user_id"), &user, err)
                                : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_NOT_FOUND)
        return gw_answer_no_user(request, err);
    if (code != GW_OK)
        return code;
    name = gw_arena_printf(request->arena, "attachment; filename=\"user-%s.zip\"", gw_uuid_text(user.id, id));
    code = name ? gw_export_open(request->http->options.db, request->arena, &user, &sending->export, err)
                : gw_fail(err, GW_NOMEM, NULL);
    if (code != GW_OK)
        return code;
    memcpy(sending->request_id, request->id, sizeof(sending->request_id));
    request->reply.stream = (struct gw_reply_stream){some, close_export, sending, -1};
    request->reply.status = 200;
    request->reply.type = "application/zip";
    gw_reply_header(request, "Content-Disposition", name);
    gw_log(GW_LOG_INFO, "user exported", "user", id, NULL);
    return GW_OK;
}
