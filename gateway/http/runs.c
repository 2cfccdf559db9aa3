/* Sync runs, live and ended. */
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"

/* The words that clients of this API know for where a run is. */
static const struct stage {
    const char *status, *stage;
} stages[] = {{"queued", "queued"},     {"running", "fetching"},    {"waiting", "processing"}, {"success", "completed"},
              {"partial", "completed"}, {"cancelled", "cancelled"}, {"failed", "failed"}};

static const char *stage_of(const struct gw_run *run)
{
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
        if (strcmp(stages[i].status, run->status) == 0)
            return stages[i].stage;
    return "queued";
}

static double done(const struct gw_count *c)
{
    return (double)(c->created + c->updated + c->unchanged + c->deleted);
}

static double items(const struct gw_counts *c)
{
    return done(&c->workouts) + done(&c->sleep) + done(&c->timeseries) + done(&c->events);
}

static int64_t last_update(const struct gw_run *run)
{
    if (run->ended_us != GW_NO_TIME)
        return run->ended_us;
    return run->started_us != GW_NO_TIME ? run->started_us : run->created_us;
}

/* The body of a sync's answer, and behind it what lists of runs have besides. */
static void write_run(struct gw_buf *out, const struct gw_run *run)
{
    gw_run_to_json(run, true, NULL, 0, out);
    if (out->len && !out->failed)
        out->len--; /* its closing brace */
    gw_write_text(out, ",\"stage\":", stage_of(run));
    gw_write_text(out, ",\"message\":", run->error);
    gw_write_float(out, ",\"progress\":", strcmp(stage_of(run), "completed") == 0 ? 1.0 : run->progress);
    gw_write_int(out, ",\"items_processed\":", items(&run->counts));
    gw_buf_str(out, ",\"items_total\":null,\"primary_user_id\":null");
    gw_write_time(out, ",\"last_update\":", last_update(run));
    gw_buf_char(out, '}');
}

static enum gw_code list(struct gw_http_request *request, struct gw_uuid user, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_run *runs;
    size_t count;
    enum gw_code code =
        gw_store_run_list(request->http->options.db, request->arena, user, gw_request_text(request, "provider"),
                          gw_request_text(request, "status"), gw_request_arg(request, "limit")->i, &runs, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_run(out, &runs[i]);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_runs_of_user(struct gw_http_request *request, struct gw_err *err)
{
    return list(request, gw_request_uuid(request, "user_id"), err);
}

enum gw_code gw_answer_runs(struct gw_http_request *request, struct gw_err *err)
{
    return list(request, gw_request_arg(request, "user_id")->uuid, err);
}

enum gw_code gw_answer_run(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_run run;
    enum gw_code code = gw_store_run_get(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"),
                                         gw_request_uuid(request, "run_id"), &run, err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, GW_NOT_FOUND, "run.unknown", "There is no such sync run.");
    if (code != GW_OK)
        return code;
    write_run(&request->reply.body, &run);
    return gw_reply_json(request, 200, err);
}
