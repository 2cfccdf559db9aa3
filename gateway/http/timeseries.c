/* Samples of the metrics asked for. */
#include "host/metrics.h"
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

static enum gw_code only_raw(struct gw_http_request *request, struct gw_err *err)
{
    if (gw_request_arg(request, "resolution")->i == 0)
        return GW_OK;
    return gw_request_violation(request, err, "resolution", "not_offered",
                                "resolution: only raw is offered by this version.");
}

static bool some(void *self, char *out, size_t most, size_t *ret)
{
    return gw_read_timeseries_some(self, out, most, ret);
}

static void close_reader(void *self)
{
    struct gw_series_reader *reader = self;

    gw_read_timeseries_close(&reader);
}

/* A short page is written at once and has a length; a long one is written while it is sent. */
static enum gw_code write_page(struct gw_http_request *request, const struct gw_read_series *query, struct gw_err *err)
{
    struct gw_series_reader *reader = NULL;
    enum gw_code code = gw_read_timeseries_open(request->http->options.db, request->arena, query, &reader, err);

    if (code != GW_OK)
        return code;
    if (gw_read_timeseries_rows(reader) > SHORT_PAGE) {
        request->reply.stream = (struct gw_reply_stream){some, close_reader, reader};
        return GW_OK;
    }
    code = gw_read_timeseries_all(reader, &request->reply.body, err);
    gw_read_timeseries_close(&reader);
    return code;
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
                                   .metrics = types.numbers};
    enum gw_code code = only_raw(request, err);

    if (code == GW_OK)
        code = read_types(request, &types, err);
    if (code != GW_OK)
        return code;
    query.metrics_count = types.count;
    code = write_page(request, &query, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}
