/* The services of normalize: metrics, sources, big payloads, records and series, and the checks that what goes on to
 * the sink can be stored and read by anybody. */
#include <jansson.h>
#include <math.h>

#include "base/log.h"
#include "base/own.h"
#include "host/frame.h"
#include "host/metrics.h"

#define FIELDS_MOST      256
#define KEY_MOST         64
#define TEXT_MOST        65536
#define JSON_MOST        ((size_t)16 << 20)
#define SERIES_MOST      65536
#define OWN_METRICS_FROM 10000

/* Flag bits above this word's known ones and below 24 are a later minor's and may be ignored; these may not. */
#define FLAGS_REFUSE 0xff000000u

/* ---- metrics, sources, bytes ---- */

static bool metric_is_ours(const struct gw_provider *provider, const struct gw_metric *metric)
{
    size_t len = strlen(provider->id);

    return metric->number < OWN_METRICS_FROM ||
           (strncmp(metric->name, provider->id, len) == 0 && metric->name[len] == '.');
}

uint32_t gw_host_metric(aorta_ctx *ctx, const char *name)
{
    struct gw_frame *frame;
    const struct gw_metric *metric;

    if (gw_service_enter(ctx, GW_SERVICE_metric, &frame) != AORTA_OK || !name)
        return 0;
    metric = gw_metric_by_name(gw_str(name));
    return metric && metric_is_ours(frame->provider, metric) ? metric->number : 0;
}

uint32_t gw_host_source(aorta_ctx *ctx, const aorta_source *source)
{
    struct gw_frame *frame;

    if (gw_service_enter(ctx, GW_SERVICE_source, &frame) != AORTA_OK)
        return 0;
    if (!source || source->struct_size < sizeof(*source)) {
        gw_frame_broke(frame, "The plugin gave no whole aorta_source.");
        return 0;
    }
    return gw_sources_add(&frame->sources, frame->arena, source);
}

int64_t gw_host_payload_read(aorta_ctx *ctx, void *buf, size_t cap)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_payload_read, &frame);
    uint64_t left;

    if (status != AORTA_OK)
        return status;
    if (!buf || cap == 0)
        return gw_frame_broke(frame, "The plugin called host->payload_read with no place for the bytes.");
    if (frame->payload->size == 0)
        return 0;
    if (!frame->payload->data) {
        if (!frame->sink->payload_read)
            return gw_frame_forbid(frame, "This payload cannot be read in pieces.");
        return frame->sink->payload_read(frame->sink->self, buf, cap);
    }
    left = frame->payload->size - frame->payload_at;
    cap = left < cap ? (size_t)left : cap;
    if (cap)
        memcpy(buf, frame->payload->data + frame->payload_at, cap);
    frame->payload_at += cap;
    return (int64_t)cap;
}

/* ---- refusals ---- */

static aorta_status refuse(struct gw_frame *frame, struct gw_str what, const char *reason)
{
    char name[KEY_MOST + 1];

    gw_frame_clean_text(frame, what, name, sizeof(name));
    atomic_fetch_add(&frame->provider->conduct->refused, 1);
    if (gw_log_on(GW_LOG_DEBUG))
        gw_log(GW_LOG_DEBUG, "plugin's record refused", "plugin", frame->provider->id, "what", name, "reason", reason,
               NULL);
    if (frame->sink->refused)
        frame->sink->refused(frame->sink->self, gw_str(name), gw_str(reason));
    gw_frame_fail(frame, AORTA_ERR_DATA, "%s was refused: %s", name, reason);
    return AORTA_ERR_DATA;
}

static aorta_status sink_answer(struct gw_frame *frame, struct gw_str what, enum gw_code code, const struct gw_err *err)
{
    if (code == GW_OK)
        return AORTA_OK;
    if (code == GW_DATA)
        return refuse(frame, what, gw_err_text(err));
    return gw_frame_fail_err(frame, err);
}

static bool time_ok(int64_t us)
{
    return us >= 0 && us < GW_TIME_MOST_US;
}

static bool offset_ok(uint32_t flags, int32_t offset)
{
    return !(flags & AORTA_RECORD_HAS_OFFSET) || (offset >= -GW_OFFSET_MOST_S && offset <= GW_OFFSET_MOST_S);
}

/* ---- fields ---- */

/* jansson refuses what PostgreSQL's jsonb would: NUL and lone surrogates, numbers without bounds, deep nesting. */
static bool json_ok(aorta_str text)
{
    json_t *root;

    if (!text.ptr || text.len == 0 || text.len > JSON_MOST)
        return false;
    root = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
    json_decref(root);
    return root != NULL;
}

static const char *value_fault(const aorta_value *v)
{
    switch (v->type) {
    case AORTA_TYPE_NONE:
    case AORTA_TYPE_INT:
        return NULL;
    case AORTA_TYPE_BOOL:
        return v->u.i == 0 || v->u.i == 1 ? NULL : "a yes or no is neither";
    case AORTA_TYPE_FLOAT:
        return isfinite(v->u.f) ? NULL : "a number is not finite";
    case AORTA_TYPE_STRING:
    case AORTA_TYPE_ENUM:
    case AORTA_TYPE_URL:
        return gw_text_ok(v->u.s, TEXT_MOST) ? NULL : "a text is not UTF-8, holds NUL, or is too long";
    case AORTA_TYPE_TIME:
        return time_ok(v->u.i) ? NULL : "a time is outside 1970 to 2200";
    case AORTA_TYPE_DATE:
        return v->u.i >= 0 && v->u.i < GW_TIME_MOST_US / INT64_C(86400000000) ? NULL : "a date is outside 1970 to 2200";
    case AORTA_TYPE_DURATION:
        return v->u.i >= 0 ? NULL : "a duration is negative";
    case AORTA_TYPE_JSON:
        return json_ok(v->u.s) ? NULL : "a JSON value cannot be read";
    default:
        return "a value has a type that records cannot hold";
    }
}

static bool is_text(uint32_t type)
{
    return type == AORTA_TYPE_STRING || type == AORTA_TYPE_ENUM;
}

/* Brings a value to the catalogue's type where nothing is lost by it. */
static bool convert(aorta_value *v, uint32_t wanted)
{
    if (v->type == wanted)
        return true;
    if (is_text(v->type) && is_text(wanted)) {
        v->type = wanted;
        return true;
    }
    if (v->type == AORTA_TYPE_INT && wanted == AORTA_TYPE_FLOAT) {
        *v = (aorta_value){.type = wanted, .u.f = (double)v->u.i};
        return true;
    }
    if (v->type == AORTA_TYPE_FLOAT && wanted == AORTA_TYPE_INT && fabs(v->u.f) < 9e15 && trunc(v->u.f) == v->u.f) {
        *v = (aorta_value){.type = wanted, .u.i = (int64_t)v->u.f};
        return true;
    }
    return false;
}

static const char *catalogue_fault(struct gw_str kind, aorta_field *field)
{
    struct gw_str key = gw_str_of(field->key);
    uint32_t wanted = gw_record_field_type(kind, key);

    if (wanted == AORTA_TYPE_NONE)
        return NULL;
    if (!convert(&field->value, wanted))
        return "its type is not the catalogue's";
    if (wanted != AORTA_TYPE_ENUM || gw_record_word_known(kind, key, gw_str_of(field->value.u.s)))
        return NULL;
    if (!gw_str_is(kind, "workout"))
        return "its word is not one of the catalogue's";
    field->value.u.s = (aorta_str){"other", 5};
    return NULL;
}

static bool key_before(const aorta_field *fields, uint32_t n, struct gw_str key)
{
    for (uint32_t i = 0; i < n; i++)
        if (gw_str_eq(gw_str_of(fields[i].key), key))
            return true;
    return false;
}

/* Copies the fields that say something, each checked. NULL = fine, else a sentence for `refuse`. */
static const char *copy_fields(struct gw_frame *frame, const aorta_record *record, aorta_field *out,
                               uint32_t *ret_count)
{
    struct gw_str kind = gw_str_of(record->kind);
    uint32_t n = 0;

    for (uint32_t i = 0; i < record->fields_count; i++) {
        aorta_field field = record->fields[i];
        const char *fault;
        char key[KEY_MOST + 1];

        if (field.value.type == AORTA_TYPE_NONE)
            continue;
        if (field.key.len == 0 || !gw_text_ok(field.key, KEY_MOST))
            return "a field has no name of 1 to 64 bytes of text";
        fault = value_fault(&field.value);
        if (!fault)
            fault = catalogue_fault(kind, &field);
        if (!fault && key_before(out, n, gw_str_of(field.key)))
            fault = "it comes twice";
        if (fault) {
            gw_frame_clean_text(frame, gw_str_of(field.key), key, sizeof(key));
            fault = gw_arena_printf(frame->arena, "field %s: %s", key, fault);
            return fault ? fault : "a field is wrong";
        }
        out[n++] = field;
    }
    *ret_count = n;
    return NULL;
}

/* ---- records ---- */

static bool kind_ok(const struct gw_provider *provider, struct gw_str kind)
{
    const aorta_descriptor *d = provider->plugin->desc;

    if (gw_record_kind_known(kind))
        return true;
    for (uint32_t i = 0; i < d->kinds_count; i++) {
        const aorta_kind_decl *decl = (const void *)((const char *)d->kinds + (size_t)i * d->kinds_stride);
        if (gw_str_is(kind, decl->name))
            return true;
    }
    return false;
}

static const char *record_fault(const struct gw_frame *frame, const aorta_record *r)
{
    if (!kind_ok(frame->provider, gw_str_of(r->kind)))
        return "its kind is neither in the catalogue nor declared by the plugin";
    if (r->flags & FLAGS_REFUSE)
        return "it has a flag that this gateway does not know";
    if (!gw_text_ok(r->external_id, GW_ID_MOST) || !gw_text_ok(r->parent_external_id, GW_ID_MOST))
        return "its external_id is not text, or longer than 512 bytes";
    if (!gw_sources_at(&frame->sources, r->source))
        return "its source was not given out in this call";
    if (!time_ok(r->start_us) || !time_ok(r->end_us))
        return "its time is outside 1970 to 2200";
    if (r->end_us < r->start_us)
        return "it ends before it starts";
    if (!offset_ok(r->flags, r->tz_offset_s))
        return "its offset is beyond 18 hours";
    if (r->version_us && !time_ok(r->version_us))
        return "its version is outside 1970 to 2200";
    if (r->fields_count > FIELDS_MOST || (r->fields_count && !r->fields))
        return "it has more than 256 fields, or none where it says so";
    return NULL;
}

aorta_status gw_host_emit_record(aorta_ctx *ctx, const aorta_record *record)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_emit_record, &frame);
    const char *fault;
    aorta_record own;
    aorta_field *fields = NULL;
    struct gw_err err = {0};
    enum gw_code code;

    if (status != AORTA_OK)
        return status;
    if (!record || record->struct_size < sizeof(*record) || !record->kind.ptr)
        return gw_frame_broke(frame, "The plugin gave no whole aorta_record.");
    if (!frame->sink->record)
        return gw_frame_forbid(frame, "No records are taken here.");
    own = *record;
    own.struct_size = sizeof(own);
    if (!(own.flags & AORTA_RECORD_HAS_OFFSET))
        own.tz_offset_s = 0;
    fault = record_fault(frame, &own);
    if (!fault && own.fields_count) {
        fields = gw_frame_scratch(frame, own.fields_count * sizeof(*fields));
        if (!fields)
            return AORTA_ERR_NOMEM;
        fault = copy_fields(frame, record, fields, &own.fields_count);
    }
    if (fault)
        return refuse(frame, gw_str_of(record->kind), fault);
    own.fields = fields;
    code = frame->sink->record(frame->sink->self, &own, gw_sources_at(&frame->sources, own.source), own.source, &err);
    return sink_answer(frame, gw_str_of(own.kind), code, &err);
}

/* ---- series ---- */

struct run {
    int64_t *t, *dur;
    double *v;
    uint32_t count;
};

static const char *series_fault(const struct gw_frame *frame, const aorta_series *s)
{
    if (s->flags & FLAGS_REFUSE)
        return "it has a flag that this gateway does not know";
    if (s->count > SERIES_MOST)
        return "it has more than 65536 samples";
    if (!s->v && !(s->flags & AORTA_SERIES_DELETED))
        return "it has no values";
    if (!s->t_us && s->count > 1 && s->period_us <= 0)
        return "it has neither times nor a period";
    if (!gw_sources_at(&frame->sources, s->source))
        return "its source was not given out in this call";
    if (!offset_ok(s->flags, s->tz_offset_s))
        return "its offset is beyond 18 hours";
    if (s->version_us && !time_ok(s->version_us))
        return "its version is outside 1970 to 2200";
    return NULL;
}

static bool time_of(const aorta_series *s, uint32_t i, int64_t *ret)
{
    if (s->t_us) {
        *ret = s->t_us[i];
        return true;
    }
    return !__builtin_mul_overflow((int64_t)i, s->period_us, ret) && !__builtin_add_overflow(*ret, s->start_us, ret);
}

/* Appends one sample; of equal times the longer, then the larger stays, as everywhere. */
static void append(struct run *run, int64_t t, int64_t dur, double v)
{
    uint32_t at = run->count;

    if (at > 0 && run->t[at - 1] == t) {
        at--;
        if ((run->dur && dur < run->dur[at]) || ((!run->dur || dur == run->dur[at]) && run->v && v <= run->v[at]))
            return;
    } else {
        run->count++;
    }
    run->t[at] = t;
    if (run->dur)
        run->dur[at] = dur;
    if (run->v)
        run->v[at] = v;
}

static const char *fill_run(const aorta_series *s, struct run *run)
{
    int64_t before = INT64_MIN, t = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        double v = s->v ? s->v[i] : 0;
        int64_t dur = s->dur_us ? s->dur_us[i] : 0;
        if (!time_of(s, i, &t) || !time_ok(t))
            return "a time is outside 1970 to 2200";
        if (t < before)
            return "its times do not ascend";
        before = t;
        if (isnan(v))
            continue;
        if (isinf(v))
            return "a value is not finite";
        if (dur < 0)
            return "a duration is negative";
        append(run, t, dur, v);
    }
    return NULL;
}

static bool make_run(struct gw_frame *frame, const aorta_series *s, struct run *run)
{
    size_t n = s->count, columns = 1 + (s->dur_us != NULL) + (s->v != NULL);
    int64_t *p = gw_frame_scratch(frame, n * columns * sizeof(*p));

    if (!p)
        return false;
    *run = (struct run){.t = p};
    p += n;
    if (s->dur_us) {
        run->dur = p;
        p += n;
    }
    if (s->v)
        run->v = (void *)p;
    return true;
}

_Static_assert(sizeof(double) == sizeof(int64_t), "the columns of a run share one block");

aorta_status gw_host_emit_series(aorta_ctx *ctx, const aorta_series *series)
{
    struct gw_frame *frame;
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_emit_series, &frame);
    const struct gw_metric *metric;
    const char *fault;
    aorta_series own;
    struct run run;
    struct gw_err err = {0};
    enum gw_code code;

    if (status != AORTA_OK)
        return status;
    if (!series || series->struct_size < sizeof(*series))
        return gw_frame_broke(frame, "The plugin gave no whole aorta_series.");
    if (!frame->sink->series)
        return gw_frame_forbid(frame, "No series are taken here.");
    metric = series->metric <= UINT16_MAX ? gw_metric_by_number((uint16_t)series->metric) : NULL;
    if (!metric || !metric_is_ours(frame->provider, metric))
        return refuse(frame, GW_STR("series"), "its metric was not given out by host->metric");
    if (series->count == 0)
        return AORTA_OK;
    own = *series;
    own.struct_size = sizeof(own);
    if (!(own.flags & AORTA_SERIES_HAS_OFFSET))
        own.tz_offset_s = 0;
    fault = series_fault(frame, &own);
    if (!fault) {
        if (!make_run(frame, &own, &run))
            return AORTA_ERR_NOMEM;
        fault = fill_run(&own, &run);
    }
    if (fault)
        return refuse(frame, gw_str(metric->name), fault);
    if (run.count == 0)
        return AORTA_OK;
    own.count = run.count;
    own.t_us = run.t;
    own.start_us = run.t[0];
    own.period_us = 0;
    own.dur_us = run.dur;
    own.v = run.v;
    code = frame->sink->series(frame->sink->self, &own, metric->number, gw_sources_at(&frame->sources, own.source),
                               own.source, &err);
    return sink_answer(frame, gw_str(metric->name), code, &err);
}
