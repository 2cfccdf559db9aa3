/* Samples of the metrics asked for. */
#include "base/log.h"
#include "host/metrics.h"
#include "http/accept.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/read.h"

#define TYPES_MOST 128
#define SHORT_PAGE 4000 /* rows: about a megabyte */

struct types {
    uint16_t numbers[TYPES_MOST];
    size_t count;
};

static void add(struct gw_http_request *request, struct gw_str name, struct types *types, struct gw_err *err)
{
    const struct gw_metric *metric = gw_metric_by_name(name);

    for (size_t i = 0; !metric && i < gw_metric_count(); i++)
        if (gw_str_is(name, gw_metric_at(i)->name))
            metric = gw_metric_at(i);
    if (!metric) {
        gw_request_violation(request, err, "types", "choice", "types: %.*s is not a type of sample.",
                             name.len > 60 ? 60 : (int)name.len, name.ptr);
        return;
    }
    for (size_t i = 0; i < types->count; i++)
        if (types->numbers[i] == metric->number)
            return;
    if (types->count < TYPES_MOST)
        types->numbers[types->count++] = metric->number;
    else
        gw_request_violation(request, err, "types", "maximum", "types should be at most %d.", TYPES_MOST);
}

/* `types=a&types=b` and `types=a,b` are the same. */
static void add_list(struct gw_http_request *request, struct gw_str list, struct types *types, struct gw_err *err)
{
    while (list.len > 0) {
        const char *comma = memchr(list.ptr, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.ptr) : list.len;
        if (len)
            add(request, (struct gw_str){list.ptr, len}, types, err);
        list.ptr += len + (comma != NULL);
        list.len -= len + (comma != NULL);
    }
}

static enum gw_code read_types(struct gw_http_request *request, struct types *types, struct gw_err *err)
{
    types->count = 0;
    for (size_t i = 0; i < request->query_count; i++)
        if (gw_str_is(request->query[i].name, "types"))
            add_list(request, request->query[i].value, types, err);
    if (types->count == 0 && request->violations.count == 0)
        gw_request_violation(request, err, "types", "required", "types is required.");
    return request->violations.count ? GW_INVALID : GW_OK;
}

/* JSON is a page; the others are the whole range. */
static enum gw_format format_of(struct gw_http_request *request)
{
    static const struct gw_offer offers[] = {{"application/json", GW_FORMAT_JSON},
                                             {"application/x-ndjson", GW_FORMAT_LINES},
                                             {"application/ndjson", GW_FORMAT_LINES},
                                             {"text/csv", GW_FORMAT_CSV}};

    return (enum gw_format)gw_accept_choose(gw_request_header(request, "Accept"), offers,
                                            sizeof(offers) / sizeof(offers[0]));
}

/* What is being sent, when it is sent while it is read. */
struct sending {
    struct gw_series_reader *reader;
    char request_id[GW_REQUEST_ID_MOST + 1];
};

/* A store that fails in the middle cuts the connection, for the status has been said; the log tells why. */
static bool some(void *self, char *out, size_t most, size_t *ret)
{
    struct sending *sending = self;
    struct gw_err err = {0};

    if (gw_read_timeseries_some(sending->reader, out, most, ret, &err))
        return true;
    gw_log(GW_LOG_ERROR, "answer cut off", "request_id", sending->request_id, "error", gw_err_text(&err), NULL);
    return false;
}

static void close_reader(void *self)
{
    struct sending *sending = self;

    gw_read_timeseries_close(&sending->reader);
}

static enum gw_code send_slowly(struct gw_http_request *request, struct gw_series_reader *reader, struct gw_err *err)
{
    struct sending *sending = gw_arena_zalloc(request->arena, sizeof(*sending));

    if (!sending) {
        gw_read_timeseries_close(&reader);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    sending->reader = reader;
    memcpy(sending->request_id, request->id, sizeof(sending->request_id));
    request->reply.stream = (struct gw_reply_stream){some, close_reader, sending, gw_read_timeseries_length(reader)};
    return GW_OK;
}

/* A short page is written at once and has a length; anything longer is written while it is sent. */
static enum gw_code write_rows(struct gw_http_request *request, const struct gw_read_series *query, struct gw_err *err)
{
    struct gw_series_reader *reader = NULL;
    enum gw_code code = gw_read_timeseries_open(request->http->options.db, request->arena, query, &reader, err);
    int64_t rows;

    if (code != GW_OK)
        return code;
    rows = gw_read_timeseries_rows(reader);
    if (rows < 0 || rows > SHORT_PAGE)
        return send_slowly(request, reader, err);
    code = gw_read_timeseries_all(reader, &request->reply.body, err);
    gw_read_timeseries_close(&reader);
    return code;
}

static const char *type_of(enum gw_format format)
{
    switch (format) {
    case GW_FORMAT_LINES:
        return "application/x-ndjson";
    case GW_FORMAT_CSV:
        return "text/csv; charset=utf-8; header=present";
    default:
        return NULL;
    }
}

enum gw_code gw_answer_timeseries(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_arg *from = gw_request_arg(request, "start_time"), *to = gw_request_arg(request, "end_time");
    struct types types;
    struct gw_read_series query = {.page = {.user = gw_request_uuid(request, "user_id"),
                                            .from_us = from->i,
                                            .to_us = to->i,
                                            .from_text = gw_answer_echo(request->arena, from),
                                            .to_text = gw_answer_echo(request->arena, to),
                                            .cursor = gw_request_arg(request, "cursor")->text,
                                            .limit = gw_request_arg(request, "limit")->i},
                                   .metrics = types.numbers,
                                   .format = format_of(request),
                                   .resolution = (enum gw_resolution)gw_request_arg(request, "resolution")->i,
                                   .days = gw_days_of_range(&from->time, &to->time)};
    enum gw_code code = read_types(request, &types, err);

    if (code != GW_OK)
        return code;
    if (!query.page.from_text || !query.page.to_text)
        return gw_fail(err, GW_NOMEM, NULL);
    query.metrics_count = types.count;
    code = write_rows(request, &query, err);
    if (code != GW_OK)
        return code;
    gw_reply_header(request, "Vary", "Accept");
    request->reply.type = type_of(query.format);
    return gw_reply_json(request, 200, err);
}
