/* Workouts and sleep. A user who does not exist has an empty page, as clients expect. */
#include <stdio.h>

#include "http/answers.h"
#include "http/inside.h"
#include "read/read.h"
#include "store/forget.h"

/* A time with its offset taken back: the wall clock the client wrote. */
const char *gw_answer_echo(struct gw_arena *arena, const struct gw_arg *arg)
{
    const struct gw_time_text *t = &arg->time;
    char text[64], offset[16] = "";
    size_t len = gw_time_format(t->us + t->offset_s * GW_US_PER_S, text);

    if (t->has_offset && t->offset_s == 0)
        return gw_arena_strndup(arena, text, len);
    if (t->has_offset)
        gw_offset_format(t->offset_s, offset);
    return gw_arena_printf(arena, "%.*s%s", (int)len - 1, text, offset);
}

static enum gw_code page_of(struct gw_http_request *request, struct gw_read_page *page, struct gw_err *err)
{
    const struct gw_arg *from = gw_request_arg(request, "start_date"), *to = gw_request_arg(request, "end_date");

    *page = (struct gw_read_page){.user = gw_request_uuid(request, "user_id"),
                                  .from_us = from->i,
                                  .to_us = to->i,
                                  .from_text = gw_answer_echo(request->arena, from),
                                  .to_text = gw_answer_echo(request->arena, to),
                                  .type = gw_request_text(request, "record_type"),
                                  .cursor = gw_request_arg(request, "cursor")->text,
                                  .limit = gw_request_arg(request, "limit")->i};
    return page->from_text && page->to_text ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

enum gw_code gw_answer_workouts(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_read_page page;
    enum gw_code code = page_of(request, &page, err);

    page.no_duplicates = gw_request_arg(request, "exclude_duplicates")->i != 0;
    if (code == GW_OK)
        code = gw_read_workouts(request->http->options.db, request->arena, &page, &request->reply.body, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_sleep(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_read_page page;
    enum gw_code code = page_of(request, &page, err);

    page.by_priority = gw_request_arg(request, "filter_by_priority")->i != 0;
    if (code == GW_OK)
        code = gw_read_sleep(request->http->options.db, request->arena, &page, &request->reply.body, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_cycles(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_read_page page;
    enum gw_code code = page_of(request, &page, err);

    if (code == GW_OK)
        code = gw_read_cycles(request->http->options.db, request->arena, &page, &request->reply.body, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_workout(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code = gw_read_workout(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"),
                                        gw_request_uuid(request, "workout_id"), NULL, &request->reply.body, err);

    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

/* ---- taking one away ---- */

static enum gw_code take_away(struct gw_http_request *request, enum gw_event_table table, const char *kind,
                              const char *id, const char *wire, const char *missing, struct gw_err *err)
{
    enum gw_code code = gw_store_event_delete(request->http->options.db, gw_request_uuid(request, "user_id"), table,
                                              kind, gw_request_uuid(request, id), err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, GW_NOT_FOUND, wire, "%s", missing);
    return code ? code : gw_answer_empty(request);
}

enum gw_code gw_answer_workout_delete(struct gw_http_request *request, struct gw_err *err)
{
    return take_away(request, GW_EVENT_WORKOUT, NULL, "workout_id", "workout.unknown", "Workout not found", err);
}

enum gw_code gw_answer_sleep_delete(struct gw_http_request *request, struct gw_err *err)
{
    return take_away(request, GW_EVENT_SLEEP, NULL, "sleep_id", "sleep.unknown", "Sleep session not found", err);
}

enum gw_code gw_answer_cycle_delete(struct gw_http_request *request, struct gw_err *err)
{
    return take_away(request, GW_EVENT_OTHER, "menstrual_cycle", "cycle_id", "cycle.unknown",
                     "Menstrual cycle record not found", err);
}
