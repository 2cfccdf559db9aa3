/* A plugin as a stranger would write it: one file, the installed headers, a C compiler.
 *
 * "Toy" is a made-up gadget that writes one line for each walk: its id, start and end in Unix seconds, and steps, and
 * between two walks lines "hr <second> <beats>". It brings a metric of its own, toy.hops.
 */
#include <stdio.h>
#include <string.h>

#include <aorta/plugin.h>

static const aorta_param settings[] = {
    {.name = "owner", .title = "Owner", .type = AORTA_TYPE_STRING, .flags = AORTA_PARAM_REQUIRED},
};

static const char *const payload_kinds[] = {"toy.lines", NULL};

static const aorta_metric_decl metrics[] = {
    {.name = "toy.hops", .unit = "count", .description = "Hops on the spot", .aggregation = AORTA_AGGREGATE_SUM},
};

static const aorta_coverage_decl coverage[] = {
    {.what = "workout", .name = "steps"},
    {.what = "series", .name = "heart_rate"},
    {.what = "series", .name = "toy.hops"},
};

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_UPLOAD | AORTA_CAP_WORKOUTS,
    .id = "toy",
    .name = "Toy",
    .version = "0.0.1",
    .vendor = "A stranger",
    .settings = settings,
    .settings_count = 1,
    .settings_stride = sizeof(aorta_param),
    .payload_kinds = payload_kinds,
    .metrics = metrics,
    .metrics_count = 1,
    .metrics_stride = sizeof(aorta_metric_decl),
    .coverage = coverage,
    .coverage_count = 3,
    .coverage_stride = sizeof(aorta_coverage_decl),
};

static aorta_status authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status sync_nothing(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status walk(aorta_ctx *ctx, const char *line)
{
    char id[32];
    long long start, end, steps;
    aorta_field fields[] = {
        {{"type", 4}, {.type = AORTA_TYPE_ENUM, .u.s = {"walking", 7}}},
        {{"steps", 5}, {.type = AORTA_TYPE_INT}},
    };
    aorta_record record = {.struct_size = sizeof(record), .kind = {"workout", 7}, .fields = fields, .fields_count = 2};
    aorta_status status;

    if (sscanf(line, "walk %31s %lld %lld %lld", id, &start, &end, &steps) != 4)
        return AORTA_ERR_DATA;
    record.external_id = (aorta_str){id, strlen(id)};
    record.start_us = start * 1000000;
    record.end_us = end * 1000000;
    fields[1].value.u.i = steps;
    status = ctx->host->emit_record(ctx, &record);
    return status == AORTA_ERR_DATA ? AORTA_OK : status; /* one bad walk is skipped */
}

static aorta_status sample(aorta_ctx *ctx, const char *metric, const char *text)
{
    long long second;
    double value;
    int64_t t;
    aorta_series series = {.struct_size = sizeof(series), .count = 1, .t_us = &t, .v = &value};
    aorta_status status;

    if (sscanf(text, "%lld %lf", &second, &value) != 2)
        return AORTA_ERR_DATA;
    t = second * 1000000;
    series.metric = ctx->host->metric(ctx, metric);
    status = ctx->host->emit_series(ctx, &series);
    return status == AORTA_ERR_DATA ? AORTA_OK : status;
}

static aorta_status read_line(aorta_ctx *ctx, const char *line)
{
    if (strncmp(line, "walk ", 5) == 0)
        return walk(ctx, line);
    if (strncmp(line, "hr ", 3) == 0)
        return sample(ctx, "heart_rate", line + 3);
    if (strncmp(line, "hops ", 5) == 0)
        return sample(ctx, "toy.hops", line + 5);
    return line[0] ? AORTA_ERR_DATA : AORTA_OK;
}

static aorta_status normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    char line[128];
    size_t n = 0;
    char c;
    int64_t got;
    aorta_status status = AORTA_OK;

    (void)self;
    while (status == AORTA_OK && (got = ctx->host->payload_read(ctx, &c, 1)) != 0) {
        if (got < 0)
            return (aorta_status)got;
        if (c != '\n' && n < sizeof(line) - 1) {
            line[n++] = c;
            continue;
        }
        line[n] = '\0';
        n = 0;
        status = read_line(ctx, line);
    }
    if (status == AORTA_ERR_DATA || (status == AORTA_OK && n > 0)) {
        aorta_error error = {.struct_size = sizeof(error),
                             .status = AORTA_ERR_DATA,
                             .code = "toy.line",
                             .message = {"A line is not the toy's.", 24}};
        return ctx->host->fail(ctx, &error);
    }
    (void)payload;
    return status;
}

static aorta_status init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    static int instance;

    (void)ctx, (void)values, (void)count;
    *self = &instance;
    return AORTA_OK;
}

static void shut(void *self)
{
    (void)self;
}

static const void *get_extension(void *self, const char *id)
{
    (void)self, (void)id;
    return NULL;
}

static const aorta_ops ops = {.struct_size = sizeof(ops),
                              .authorize = authorize,
                              .callback = callback,
                              .sync = sync_nothing,
                              .normalize = normalize};

static const aorta_plugin plugin = {.magic = AORTA_MAGIC,
                                    .abi_major = AORTA_ABI_MAJOR,
                                    .abi_minor = AORTA_ABI_MINOR,
                                    .struct_size = sizeof(plugin),
                                    .desc = &descriptor,
                                    .ops = &ops,
                                    .init = init,
                                    .shutdown = shut,
                                    .get_extension = get_extension};

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    (void)info;
    return &plugin;
}
