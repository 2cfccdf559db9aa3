/* Asking for a sync, and waiting for it. */
#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"

static void retry_header(struct gw_http_request *request, const struct gw_run *run)
{
    int64_t ms = 1000;

    if (run->retry_at_us != GW_NO_TIME && run->retry_at_us > gw_now_us())
        ms = (run->retry_at_us - gw_now_us()) / 1000;
    gw_reply_retry_after(request, ms);
}

/* A run that failed answers with its error and says which run it was. */
static void add_run_id(struct gw_http_request *request, const struct gw_run *run)
{
    char id[GW_UUID_TEXT];

    if (gw_uuid_is_nil(run->id))
        return;
    gw_uuid_text(run->id, id);
    request->error_extra = gw_arena_printf(request->arena, "\"run_id\":\"%s\",\"task_id\":\"%s\"", id, id);
}

enum gw_code gw_answer_sync(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_sync_ask ask = {.provider = request->provider,
                              .user = gw_request_uuid(request, "user_id"),
                              .params = request->query,
                              .params_count = request->query_count,
                              .async = gw_request_arg(request, "async")->i};
    struct gw_sync_answer answer = {0};
    enum gw_code code = gw_sync_request(request->http->options.engine, request->arena, &ask, &answer, err);

    if (code != GW_OK) {
        if (code == GW_INVALID)
            gw_request_violations(request, &answer.violations);
        add_run_id(request, &answer.run);
        return code;
    }
    if (answer.accepted)
        retry_header(request, &answer.run);
    gw_run_to_json(&answer.run, ask.async, answer.ignored, answer.ignored_count, &request->reply.body);
    return gw_reply_json(request, answer.accepted ? 202 : 200, err);
}
