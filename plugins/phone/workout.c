/* Items of `workouts` as phones send them, and what any workout becomes. */
#include "workout.h"

#include <math.h>
#include <string.h>

/* ---- what kind ---- */

struct sport {
    const char *name, *type;
};

static const struct sport sports[] = {
#define SPORT(name, type) {name, type},
#include "workout_types.def"
#undef SPORT
};

static const char *const catalogue[] = {
#define WORKOUT_TYPE(name, plain) name,
#include "catalogue/workout_types.def"
#undef WORKOUT_TYPE
};

/* The catalogue's own words, without their marks. */
static const char *catalogue_type(aorta_str name)
{
    char buf[64];
    for (uint32_t i = 0; i < AORTA_COUNT(catalogue); i++) {
        aorta_str own = phone_squeeze(sdk_str(catalogue[i]), buf, sizeof(buf));
        if (own.len == name.len && memcmp(own.ptr, name.ptr, name.len) == 0)
            return catalogue[i];
    }
    return "other";
}

const char *phone_workout_type(const struct phone_names *names, aorta_str text)
{
    static const char prefix[] = "hkworkoutactivitytype";
    char buf[64];
    if (!text.len)
        return NULL;
    aorta_str name = phone_squeeze(text, buf, sizeof(buf));
    if (name.len > sizeof(prefix) - 1 && memcmp(name.ptr, prefix, sizeof(prefix) - 1) == 0)
        name = (aorta_str){name.ptr + sizeof(prefix) - 1, name.len - (sizeof(prefix) - 1)};
    const struct sport *sport = phone_names_find(names, name);
    return sport ? sport->type : catalogue_type(name);
}

/* Where it took place says more than its name. */
static const struct {
    enum phone_measure measure;
    double value;
    const char *type, *refined;
} refinements[] = {
    {PHONE_M_INDOOR, 1, "running", "treadmill"},
    {PHONE_M_INDOOR, 1, "cycling", "indoor_cycling"},
    {PHONE_M_WATER, 1, "swimming", "pool_swimming"},
    {PHONE_M_WATER, 2, "swimming", "open_water_swimming"},
};

static const char *type_of(const struct phone_job *job, const struct phone_workout *w)
{
    const char *type = phone_workout_type(&job->workouts, w->type);
    for (uint32_t i = 0; type && i < AORTA_COUNT(refinements); i++)
        if (w->value[refinements[i].measure] == refinements[i].value && strcmp(type, refinements[i].type) == 0)
            return refinements[i].refined;
    return type;
}

/* ---- how much ---- */

static const struct measure {
    const char *field, *metric;
    double most;
} measures[PHONE_MEASURES] = {
#define MEASURE(name, field, metric, most) [PHONE_M_##name] = {field, metric, most},
#include "measures.def"
#undef MEASURE
};

void phone_workout_begin(struct phone_workout *w)
{
    *w = (struct phone_workout){.manual = -1};
    for (int i = 0; i < PHONE_MEASURES; i++)
        w->value[i] = NAN;
}

void phone_workout_set(struct phone_workout *w, enum phone_measure measure, const struct phone_quantity *quantity,
                       phone_value value, aorta_str unit, int firm)
{
    double v;
    if (phone_type(value) == SDK_JSON_BOOL)
        v = phone_truth(value, 0);
    else if (!phone_number(value, &v))
        return;
    phone_workout_set_number(w, measure, quantity, v, unit, firm);
}

void phone_workout_set_number(struct phone_workout *w, enum phone_measure measure,
                              const struct phone_quantity *quantity, double v, aorta_str unit, int firm)
{
    if (!firm && w->firm[measure])
        return;
    if (phone_convert(quantity, unit, &v) != 0 || fabs(v) > measures[measure].most)
        return;
    w->value[measure] = v;
    w->firm[measure] |= (uint8_t)firm;
}

static int known(double v)
{
    return !isnan(v);
}

/* Everything burnt: active and basal energy where they are told apart, else the one number there is. */
static double energy_of(const struct phone_workout *w)
{
    double active = w->value[PHONE_M_ENERGY_ACTIVE], basal = w->value[PHONE_M_ENERGY_BASAL];
    if (known(active))
        return active + (known(basal) ? basal : 0);
    if (known(w->value[PHONE_M_ENERGY]))
        return w->value[PHONE_M_ENERGY];
    return known(w->value[PHONE_M_ENERGY_TOTAL]) ? w->value[PHONE_M_ENERGY_TOTAL] : basal;
}

/* ---- out ---- */

static void add_fields(const struct phone_job *job, const struct phone_workout *w, sdk_fields *f)
{
    sdk_add_enum(f, "type", type_of(job, w));
    sdk_add_str(f, "type_original", w->type);
    sdk_add_str(f, "name", w->title);
    sdk_add_float(f, "duration_s", w->value[PHONE_M_DURATION]);
    sdk_add_float(f, "energy_kcal", energy_of(w));
    for (int i = 0; i < PHONE_MEASURES; i++) {
        if (!measures[i].field || !known(w->value[i]))
            continue;
        if (i == PHONE_M_STEPS)
            sdk_add_int(f, measures[i].field, (int64_t)w->value[i]);
        else
            sdk_add_float(f, measures[i].field, w->value[i]);
    }
    if (w->manual >= 0)
        sdk_add_bool(f, "is_manual", w->manual);
    sdk_add_json(f, "laps", w->laps);
    sdk_add_json(f, "route", w->route);
}

/* What has no place in the record, and no samples of its own, is said once, at its end. */
static aorta_status add_samples(struct phone_job *job, const struct phone_workout *w)
{
    struct phone_span at_end = w->span;
    aorta_status st = AORTA_OK;
    at_end.start_us = at_end.end_us;
    for (int i = 0; i < PHONE_MEASURES && st == AORTA_OK; i++)
        if (measures[i].metric && known(w->value[i]) && !(w->has_series && measures[i].field))
            st = phone_sample_out(job, measures[i].metric, &at_end, w->source, 0, w->value[i]);
    return st;
}

/* 0, or -1 when it has neither an end nor a duration. */
static int set_end(struct phone_workout *w)
{
    double lasts = w->value[PHONE_M_DURATION];
    if (w->span.has_end)
        return 0;
    if (!known(lasts) || w->span.start_us + lasts * 1e6 >= (double)PHONE_TIME_MOST)
        return -1;
    w->span.end_us = w->span.start_us + (int64_t)llround(lasts * 1e6);
    return 0;
}

aorta_status phone_workout_out(struct phone_job *job, struct phone_workout *w)
{
    sdk_fields fields = {0};
    if (set_end(w) != 0)
        return phone_fault(&job->tally, PHONE_LIST_WORKOUTS, PHONE_FAULT_END);
    add_fields(job, w, &fields);
    aorta_record record = phone_record_of("workout", &w->span, w->source);
    record.external_id = w->id;
    record.parent_external_id = w->parent;
    aorta_status st = phone_out_record(&job->out, &record, &fields);
    return st == AORTA_OK ? add_samples(job, w) : st;
}

/* ---- as phones send them ---- */

struct value_row {
    const char *name;
    enum phone_measure measure;
    struct phone_quantity quantity;
    int firm;
};

static const struct value_row value_rows[] = {
#define ROW(name, measure, dimension, unit, scale, rules, firm)                                                        \
    {name, PHONE_M_##measure, {PHONE_##dimension, unit, scale, rules}, firm},
#define VALUE(name, measure, dimension, unit, scale, rules) ROW(name, measure, dimension, unit, scale, rules, 1)
#define TOTAL(name, measure, dimension, unit, scale, rules) ROW(name, measure, dimension, unit, scale, rules, 0)
#include "values.def"
#undef TOTAL
#undef VALUE
#undef ROW
};

void phone_workout_names_init(struct phone_names *names, struct phone_names *values)
{
    phone_names_init(names, sports, sizeof(sports[0]), AORTA_COUNT(sports));
    phone_names_init(values, value_rows, sizeof(value_rows[0]), AORTA_COUNT(value_rows));
}

static void set_values(const struct phone_job *job, struct phone_workout *w, phone_value values)
{
    char buf[64];
    if (phone_type(values) != SDK_JSON_ARRAY)
        return;
    for (phone_value v = phone_first(values); v.node; v = phone_next(values, v)) {
        aorta_str name = phone_squeeze(phone_text(phone_get(v, PHONE_type)), buf, sizeof(buf));
        const struct value_row *row = phone_names_find(&job->values, name);
        if (row)
            phone_workout_set(w, row->measure, &row->quantity, phone_get(v, PHONE_value),
                              phone_text(phone_get(v, PHONE_unit)), row->firm);
    }
}

/* Samples that come inside: {timestamp, type, value, unit}, with the types of records. */
static aorta_status sample(struct phone_job *job, const struct phone_workout *w, phone_value item)
{
    struct phone_when when;
    const struct phone_metric *row = phone_names_find(&job->metrics, phone_text(phone_get(item, PHONE_type)));
    if (!row || phone_when(&job->clock, phone_text(phone_get(item, PHONE_timestamp)), &when) != 0)
        return AORTA_OK;
    const struct phone_span span = {when.us, when.us, w->span.flags, w->span.offset_s, 0};
    return phone_measured(job, PHONE_LIST_WORKOUTS, row, &span, w->source, phone_text(phone_get(item, PHONE_unit)),
                          phone_get(item, PHONE_value));
}

static aorta_status samples(struct phone_job *job, const struct phone_workout *w, phone_value list)
{
    aorta_status st = AORTA_OK;
    if (phone_type(list) == SDK_JSON_ARRAY)
        for (phone_value v = phone_first(list); v.node && st == AORTA_OK; v = phone_next(list, v))
            st = sample(job, w, v);
    return st;
}

aorta_status phone_workout(struct phone_job *job, phone_value item)
{
    struct phone_workout w;
    phone_workout_begin(&w);
    if (phone_span(job, PHONE_LIST_WORKOUTS, item, &w.span) != 0)
        return AORTA_OK;
    w.source = phone_source(&job->sources, phone_get(item, PHONE_source));
    w.id = phone_id(job, item);
    w.parent = phone_text(phone_get(item, PHONE_parentid));
    w.type = phone_text(phone_get(item, PHONE_type));
    w.title = phone_text(phone_get(item, PHONE_title));
    w.manual = phone_manual(item);
    set_values(job, &w, phone_get_or(item, PHONE_values, PHONE_workoutstatistics));
    aorta_status st = phone_ways(job, &job->clock, phone_get(item, PHONE_laps), phone_get(item, PHONE_route), &w);
    if (st == AORTA_OK)
        st = phone_workout_out(job, &w);
    return st == AORTA_OK ? samples(job, &w, phone_get(item, PHONE_samples)) : st;
}
