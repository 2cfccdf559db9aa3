/* The way into a body: where its lists are, which reader takes their items, and what stands beside them.
 *
 *     {provider, sdkVersion, syncTimestamp, data: {records, sleep, workouts}}     today's SDKs
 *     {data: {records, sleep, workouts}}                                          "healthion", and before it
 *     {data: {metrics: [{name, units, data: […]}], workouts}}                     Health Auto Export, posted
 *     {metric, data: […]}, {name, start, end, …}                                  the same, its files
 */
#include "export.h"
#include "job.h"
#include "stream.h"
#include "workout.h"

#include <stdlib.h>
#include <string.h>

#define APPLE_EPOCH_S INT64_C(978307200) /* 2001-01-01 */

/* What is being walked at each depth. */
enum place {
    NOWHERE,
    ROOT,
    DATA,
    LIST_RECORDS, /* in the order of enum phone_list */
    LIST_SLEEP,
    LIST_WORKOUTS,
    LIST_METRICS,
    METRIC,
    POINTS
};

_Static_assert(LIST_METRICS - LIST_RECORDS == PHONE_LIST_METRICS - PHONE_LIST_RECORDS, "list_of counts on it");

struct body {
    struct phone_job job;
    struct phone_export metric;
    struct phone_tape root; /* the document's own members, for files that are one workout */
    enum place at[PHONE_DEPTH_MAX + 1];
    int has_lists;
};

static aorta_status wrong(struct body *b, const char *what)
{
    return sdk_fail(b->job.ctx, AORTA_ERR_DATA, b->job.provider->body_code, "the body is not one of a phone: %s", what);
}

/* ---- containers ---- */

static const struct {
    enum phone_key key;
    enum place list;
    const char *wrong;
} lists[] = {
    {PHONE_records, LIST_RECORDS, "data.records is not a list"},
    {PHONE_sleep, LIST_SLEEP, "data.sleep is not a list"},
    {PHONE_workouts, LIST_WORKOUTS, "data.workouts is not a list"},
    {PHONE_metrics, LIST_METRICS, "data.metrics is not a list"},
};

static aorta_status walk(struct body *b, unsigned depth, enum place place, enum phone_step *step)
{
    b->at[depth] = place;
    *step = PHONE_WALK;
    b->has_lists |= place != ROOT;
    return AORTA_OK;
}

/* A member of the document or of `data` that is one of the lists. */
static aorta_status enter_list(struct body *b, unsigned depth, int type, enum phone_key key, enum phone_step *step)
{
    for (uint32_t i = 0; i < AORTA_COUNT(lists); i++) {
        if (lists[i].key != key)
            continue;
        return type == SDK_JSON_ARRAY ? walk(b, depth, lists[i].list, step) : wrong(b, lists[i].wrong);
    }
    *step = PHONE_SKIP;
    return AORTA_OK;
}

static aorta_status enter_root(struct body *b, unsigned depth, int type, enum phone_key key, enum phone_step *step)
{
    if (key != PHONE_data)
        return enter_list(b, depth, type, key, step);
    return walk(b, depth, type == SDK_JSON_OBJECT ? DATA : POINTS, step);
}

/* Of a list: objects are its items; whatever else stands there is a fault. */
static aorta_status enter_item(struct body *b, unsigned depth, int type, enum place list, enum phone_step *step)
{
    if (list == LIST_METRICS && type == SDK_JSON_OBJECT) {
        phone_export_begin(&b->metric);
        return walk(b, depth, METRIC, step);
    }
    *step = type == SDK_JSON_OBJECT ? PHONE_TAKE : PHONE_SKIP;
    return AORTA_OK;
}

static enum phone_list list_of(enum place place)
{
    if (place == POINTS || place == METRIC)
        return PHONE_LIST_METRICS;
    return (enum phone_list)(place - LIST_RECORDS);
}

static int is_list(enum place place)
{
    return (place >= LIST_RECORDS && place <= LIST_METRICS) || place == POINTS;
}

/* One more item of that list, for what is said of its place. */
static void count(struct body *b, enum place list)
{
    if (list != LIST_METRICS)
        b->job.tally.seen[list_of(list)]++;
}

static aorta_status enter(void *self, unsigned depth, int type, enum phone_key key, enum phone_step *step)
{
    struct body *b = self;
    enum place around = b->at[depth - 1];
    if (depth == 1)
        return type == SDK_JSON_OBJECT ? walk(b, depth, ROOT, step) : wrong(b, "it is not an object");
    if (around == ROOT)
        return enter_root(b, depth, type, key, step);
    if (around == DATA)
        return enter_list(b, depth, type, key, step);
    if (around == METRIC) {
        *step = PHONE_SKIP;
        return key == PHONE_data && type == SDK_JSON_ARRAY ? walk(b, depth, POINTS, step) : AORTA_OK;
    }
    count(b, around);
    if (type != SDK_JSON_OBJECT)
        phone_fault(&b->job.tally, list_of(around), PHONE_FAULT_SHAPE);
    return enter_item(b, depth, type, around, step);
}

/* The end of what was walked. */
static aorta_status leave(void *self, unsigned depth)
{
    struct body *b = self;
    if (b->at[depth] == METRIC)
        return phone_export_end(&b->job, &b->metric);
    return AORTA_OK;
}

/* ---- members ---- */

static aorta_status version(struct body *b, aorta_str text)
{
    struct phone_when when;
    if (phone_when(&b->job.clock, text, &when) == 0)
        return phone_out_version(&b->job.out, when.us);
    sdk_warn(b->job.ctx, "syncTimestamp is not a time: this batch counts as one without it");
    return AORTA_OK;
}

static aorta_status root_member(struct body *b, int type, enum phone_key key, aorta_str text)
{
    if (key == PHONE_synctimestamp && type != SDK_JSON_NULL)
        return version(b, text);
    if (key == PHONE_data && type != SDK_JSON_NULL)
        return wrong(b, "data is neither an object nor a list");
    if (key == PHONE_metric) /* of a file, which has no other around its points */
        phone_export_member(&b->metric, key, text);
    return key == PHONE_NO_KEY ? AORTA_OK : phone_tape_scalar(&b->root, type, (uint8_t)key, text);
}

/* null stands for an empty list. */
static aorta_status data_member(struct body *b, int type, enum phone_key key)
{
    for (uint32_t i = 0; i < AORTA_COUNT(lists); i++)
        if (lists[i].key == key && type != SDK_JSON_NULL)
            return wrong(b, lists[i].wrong);
    return AORTA_OK;
}

static aorta_status scalar(void *self, unsigned depth, int type, enum phone_key key, aorta_str text)
{
    struct body *b = self;
    enum place around = b->at[depth];
    if (depth == 0)
        return wrong(b, "it is not an object");
    if (around == ROOT)
        return root_member(b, type, key, text);
    if (around == DATA)
        return data_member(b, type, key);
    if (around == METRIC)
        phone_export_member(&b->metric, key, text);
    if (!is_list(around))
        return AORTA_OK;
    count(b, around);
    return phone_fault(&b->job.tally, list_of(around), PHONE_FAULT_SHAPE);
}

/* ---- items ---- */

static aorta_status workout(struct phone_job *job, phone_value item)
{
    return phone_export_is_workout(item) ? phone_export_workout(job, item) : phone_workout(job, item);
}

static aorta_status item(void *self, unsigned depth, phone_value item)
{
    struct body *b = self;
    enum place list = b->at[depth - 1];
    if (!item.node)
        return phone_fault(&b->job.tally, list_of(list), PHONE_FAULT_SIZE);
    switch (list) {
    case LIST_RECORDS:
        return phone_record(&b->job, item);
    case LIST_SLEEP:
        return phone_sleep(&b->job, PHONE_LIST_SLEEP, item);
    case LIST_WORKOUTS:
        return workout(&b->job, item);
    default:
        return phone_export_point(&b->job, &b->metric, item);
    }
}

static const struct phone_handler handler = {.enter = enter, .scalar = scalar, .item = item, .leave = leave};

/* ---- the body ---- */

/* What can only be said when all is read: also of a body that broke off, for what came before is good. */
static aorta_status finish(struct body *b)
{
    aorta_status st = phone_export_end(&b->job, &b->metric);
    phone_tape_close(&b->root);
    if (st == AORTA_OK && !b->has_lists && phone_export_is_workout(phone_tape_root(&b->root))) {
        b->job.tally.seen[PHONE_LIST_WORKOUTS]++;
        st = phone_export_workout(&b->job, phone_tape_root(&b->root));
    }
    if (st == AORTA_OK)
        st = phone_scores_out(&b->job);
    if (st == AORTA_OK)
        st = phone_out_end(&b->job.out);
    phone_tally_say(&b->job.tally, b->job.ctx);
    return st;
}

static aorta_status read_body(struct body *b, const aorta_payload *payload)
{
    struct phone_break broken = {0};
    aorta_status st = phone_tape_open(&b->root, SDK_JSON_OBJECT, PHONE_NO_KEY);
    if (st == AORTA_OK)
        st = phone_stream(b->job.ctx, payload, &handler, b, &broken);
    if (st != AORTA_OK && st != AORTA_ERR_DATA)
        return st;
    aorta_status end = finish(b);
    if (end != AORTA_OK)
        return end;
    if (broken.why)
        return sdk_fail(b->job.ctx, AORTA_ERR_DATA, b->job.provider->body_code,
                        "not a JSON document: %s near byte %llu", broken.why, (unsigned long long)broken.at);
    return st;
}

aorta_status phone_job_begin(struct phone_job *job, const struct phone_provider *provider, aorta_ctx *ctx,
                             const aorta_payload *payload)
{
    job->ctx = ctx;
    job->provider = provider;
    job->clock.has_offset = (payload->flags & AORTA_PAYLOAD_HAS_OFFSET) != 0;
    job->clock.offset_s = job->clock.has_offset ? payload->tz_offset_s : 0;
    job->export_clock = job->clock;
    job->export_clock.zone_is_known = 1;
    job->export_clock.epoch_s = APPLE_EPOCH_S;
    job->sources.ctx = ctx;
    phone_metrics_init(&job->metrics);
    phone_exports_init(&job->exports);
    phone_workout_names_init(&job->workouts, &job->values);
    return phone_out_init(&job->out, ctx);
}

void phone_job_end(struct phone_job *job)
{
    phone_out_free(&job->out);
    free(job->text);
}

static void end(struct body *b)
{
    phone_job_end(&b->job);
    phone_export_free(&b->metric);
    phone_tape_free(&b->root);
    free(b);
}

static int is_kind(const struct phone_provider *provider, aorta_str kind)
{
    for (const char *const *k = provider->descriptor->payload_kinds; *k; k++)
        if (sdk_str_eq(kind, *k))
            return 1;
    return 0;
}

aorta_status phone_normalize(const struct phone_provider *provider, aorta_ctx *ctx, const aorta_payload *payload)
{
    if (!is_kind(provider, payload->kind))
        return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, provider->kind_code, "this kind of payload is not one of %s's",
                        provider->descriptor->id);
    struct body *b = calloc(1, sizeof(*b));
    if (!b)
        return AORTA_ERR_NOMEM;
    phone_export_begin(&b->metric);
    aorta_status st = phone_job_begin(&b->job, provider, ctx, payload);
    if (st == AORTA_OK)
        st = read_body(b, payload);
    end(b);
    return st;
}

aorta_status phone_unsupported(const struct phone_provider *provider, aorta_ctx *ctx, const char *what)
{
    return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, provider->unsupported_code,
                    "%s pushes its data: there is nothing to %s", provider->descriptor->name, what);
}
