/* What apps on phones push, and files of whole exports: stored, with the job that will read them, before the answer. */
#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"
#include "upload/upload.h"

static enum gw_code store(struct gw_http_request *request, struct gw_upload *upload, const char *provider,
                          const char *kind, const char *origin, struct gw_accepted *ret, struct gw_err *err)
{
    struct gw_upload_to to = {
        .user_id = gw_request_uuid(request, "user_id"), .provider = provider, .kind = kind, .origin = origin};
    enum gw_code code;

    gw_log_context("provider", provider);
    code = gw_settings_require(request->http->options.link->settings, provider, err);
    if (code)
        return code;
    code = gw_upload_store(upload, request->http->options.db, &to, ret, err);
    if (!code)
        gw_notify_work(request->http->options.engine->notify);
    return code;
}

/* The counts are the peer's: what they say is on the run, later. */
static enum gw_code answer_accepted(struct gw_http_request *request, struct gw_uuid job, struct gw_err *err)
{
    char user[GW_UUID_TEXT], batch[GW_UUID_TEXT];

    gw_buf_printf(&request->reply.body,
                  "{\"status_code\":202,\"response\":\"Accepted for import\",\"user_id\":\"%s\",\"batch_id\":\"%s\","
                  "\"dropped_count\":0,\"records_saved\":0,\"workouts_saved\":0,\"sleep_saved\":0}",
                  gw_uuid_text(gw_request_uuid(request, "user_id"), user), gw_uuid_text(job, batch));
    return gw_reply_json(request, 202, err);
}

static enum gw_code push(struct gw_http_request *request, const char *meant, const char *shape, struct gw_err *err)
{
    const struct gw_registry *registry = request->http->options.registry;
    const struct gw_provider *provider = NULL;
    struct gw_accepted accepted;
    struct gw_upload *upload;
    const char *kind;
    enum gw_code code = gw_inflow_end(request->inflow, &upload, err);

    if (!code)
        code = gw_upload_route(registry, gw_upload_provider(upload), meant, shape, &provider, &kind, err);
    if (!code)
        code = store(request, upload, provider->id, kind, "push", &accepted, err);
    return code ? code : answer_accepted(request, accepted.job_id, err);
}

enum gw_code gw_answer_push(struct gw_http_request *request, struct gw_err *err)
{
    return push(request, NULL, "sdk", err);
}

enum gw_code gw_answer_push_apple(struct gw_http_request *request, struct gw_err *err)
{
    return push(request, "apple", "legacy", err);
}

enum gw_code gw_answer_push_healthion(struct gw_http_request *request, struct gw_err *err)
{
    return push(request, "apple", "healthion", err);
}

enum gw_code gw_answer_push_auto_export(struct gw_http_request *request, struct gw_err *err)
{
    return push(request, "apple", "auto_export", err);
}

enum gw_code gw_answer_push_samsung(struct gw_http_request *request, struct gw_err *err)
{
    return push(request, "samsung", "legacy", err);
}

enum gw_code gw_answer_import_apple(struct gw_http_request *request, struct gw_err *err)
{
    char user[GW_UUID_TEXT], task[GW_UUID_TEXT];
    struct gw_accepted accepted;
    struct gw_upload *upload;
    const char *kind;
    enum gw_code code = gw_inflow_end(request->inflow, &upload, err);

    if (!code)
        code = gw_upload_route_file(request->http->options.registry, "apple", "export", &kind, err);
    if (!code)
        code = store(request, upload, "apple", kind, "import", &accepted, err);
    if (code)
        return code;
    gw_buf_printf(&request->reply.body, "{\"status\":\"processing\",\"task_id\":\"%s\",\"user_id\":\"%s\"}",
                  gw_uuid_text(accepted.job_id, task), gw_uuid_text(gw_request_uuid(request, "user_id"), user));
    return gw_reply_json(request, 200, err);
}
