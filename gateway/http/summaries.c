/* Summaries of days, the body, how much there is; scores. A user who does not exist has nothing, as clients expect. */
#include "read/summaries.h"
#include "http/answers.h"
#include "http/inside.h"

/* All of time that can be written. */
#define EARLIEST_US (gw_days_from_civil(1, 1, 1) * GW_US_PER_DAY)
#define LATEST_US   (gw_days_from_civil(10000, 1, 1) * GW_US_PER_DAY)

typedef enum gw_code read_days_fn(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                                  struct gw_buf *out, struct gw_err *err);

static enum gw_code answer_days(struct gw_http_request *request, read_days_fn *read, struct gw_err *err)
{
    const struct gw_arg *from = gw_request_arg(request, "start_date"), *to = gw_request_arg(request, "end_date");
    const struct gw_read_days query = {.user = gw_request_uuid(request, "user_id"),
                                       .days = gw_days_of_range(&from->time, &to->time),
                                       .from_text = gw_answer_echo(request->arena, from),
                                       .to_text = gw_answer_echo(request->arena, to),
                                       .cursor = gw_request_arg(request, "cursor")->text,
                                       .limit = gw_request_arg(request, "limit")->i,
                                       .descending = gw_request_arg(request, "sort_order")->i == 1};
    enum gw_code code;

    if (!query.from_text || !query.to_text)
        return gw_fail(err, GW_NOMEM, NULL);
    code = read(request->http->options.db, request->arena, &query, &request->reply.body, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_summary_activity(struct gw_http_request *request, struct gw_err *err)
{
    return answer_days(request, gw_read_activity, err);
}

enum gw_code gw_answer_summary_sleep(struct gw_http_request *request, struct gw_err *err)
{
    return answer_days(request, gw_read_nights, err);
}

enum gw_code gw_answer_summary_recovery(struct gw_http_request *request, struct gw_err *err)
{
    return answer_days(request, gw_read_recovery, err);
}

enum gw_code gw_answer_summary_body(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code = gw_read_body(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"),
                                     (int)gw_request_arg(request, "average_period")->i,
                                     (int)gw_request_arg(request, "latest_window_hours")->i, &request->reply.body, err);

    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

static int64_t time_or(const struct gw_arg *arg, int64_t otherwise)
{
    return arg->given ? arg->i : otherwise;
}

enum gw_code gw_answer_summary_data(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code =
        gw_read_tally(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"),
                      time_or(gw_request_arg(request, "start_date"), EARLIEST_US),
                      time_or(gw_request_arg(request, "end_date"), LATEST_US), &request->reply.body, err);

    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_health_scores(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_arg *from = gw_request_arg(request, "start_date"), *to = gw_request_arg(request, "end_date");
    const struct gw_read_scores query = {.user = gw_request_uuid(request, "user_id"),
                                         .from_us = time_or(from, EARLIEST_US),
                                         .to_us = time_or(to, LATEST_US),
                                         .from_text = from->given ? gw_answer_echo(request->arena, from) : NULL,
                                         .to_text = to->given ? gw_answer_echo(request->arena, to) : NULL,
                                         .category = gw_request_text(request, "category"),
                                         .provider = gw_request_text(request, "provider"),
                                         .limit = gw_request_arg(request, "limit")->i,
                                         .offset = gw_request_arg(request, "offset")->i};
    enum gw_code code = gw_read_scores(request->http->options.db, request->arena, &query, &request->reply.body, err);

    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}
