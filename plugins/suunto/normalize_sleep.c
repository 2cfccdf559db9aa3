/* Nights and naps. Suunto sends one sleep in several rows: a placeholder, a first result, a corrected one,
 * each with parts of the whole. Rows of one SleepId are put together field by field, the later one counts,
 * null says nothing. There is no timeline of stages in the Cloud API, only their totals. */
#include "normalize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum field {
    SLEEP_ID,
    DATE_TIME,
    BEDTIME_START,
    BEDTIME_END,
    DURATION,
    DEEP,
    LIGHT,
    REM,
    ONSET_LATENCY,
    WAKE_AFTER_ONSET,
    WAKE_BEFORE_OFF_BED,
    HR_AVG,
    HR_MIN,
    QUALITY,
    IS_NAP,
    MAX_SPO2,
    AVG_HRV,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT][2] = {
    [SLEEP_ID] = {"SleepId"},
    [DATE_TIME] = {"DateTime"},
    [BEDTIME_START] = {"BedtimeStart"},
    [BEDTIME_END] = {"BedtimeEnd"},
    [DURATION] = {"Duration"},
    [DEEP] = {"DeepSleepDuration"},
    [LIGHT] = {"LightSleepDuration"},
    [REM] = {"REMSleepDuration"},
    [ONSET_LATENCY] = {"SleepOnsetLatencyDuration"},
    [WAKE_AFTER_ONSET] = {"WakeAfterSleepOnsetDuration"},
    [WAKE_BEFORE_OFF_BED] = {"WakeBeforeOffBedDuration"},
    [HR_AVG] = {"HRAvg"},
    [HR_MIN] = {"HRMin"},
    [QUALITY] = {"SleepQualityScore", "quality"},
    [IS_NAP] = {"IsNap"},
    [MAX_SPO2] = {"MaxSpo2"},
    [AVG_HRV] = {"AvgHRV"},
};

/* One row, and after merging one sleep. */
struct sleep {
    aorta_str key;  /* rows with the same one are the same sleep */
    uint32_t order; /* of arrival */
    uint32_t rows;
    sdk_json field[FIELD_COUNT];
};

struct sleeps {
    struct sleep *list;
    uint32_t count, cap;
};

/* ---- gathering ---- */

static struct sleep *new_sleep(aorta_ctx *ctx, struct sleeps *s)
{
    if (s->count == s->cap) {
        uint32_t cap = s->cap ? s->cap * 2 : 64;
        struct sleep *list = cap > s->cap ? ctx->host->alloc(ctx, cap * sizeof(*list)) : NULL;
        if (!list)
            return NULL;
        if (s->count)
            memcpy(list, s->list, s->count * sizeof(*list));
        s->list = list;
        s->cap = cap;
    }
    return &s->list[s->count++];
}

static int has_id(const struct sleep *s)
{
    return s->field[SLEEP_ID].node && !sdk_str_eq(sdk_json_str(s->field[SLEEP_ID]), "0");
}

static aorta_status gather(struct input *in, sdk_json item, sdk_json envelope, void *data)
{
    (void)envelope;
    struct sleeps *all = data;
    struct sleep *row = new_sleep(in->ctx, all);
    if (!row)
        return AORTA_ERR_NOMEM;
    *row = (struct sleep){.order = all->count, .rows = 1};
    sdk_json entry = entry_of(item);
    for (int f = 0; f < FIELD_COUNT; f++)
        for (int n = 0; n < 2 && field_names[f][n] && !row->field[f].node; n++)
            row->field[f] = entry_get(entry, field_names[f][n]);
    row->key = sdk_json_str(has_id(row) ? row->field[SLEEP_ID] : sdk_json_get(item, "timestamp"));
    return AORTA_OK;
}

/* ---- merging ---- */

static int by_key(const void *a, const void *b)
{
    const struct sleep *x = a, *y = b;
    size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
    int c = len ? memcmp(x->key.ptr, y->key.ptr, len) : 0;
    if (c == 0 && x->key.len != y->key.len)
        c = x->key.len < y->key.len ? -1 : 1;
    return c ? c : x->order < y->order ? -1 : 1;
}

static int by_order(const void *a, const void *b)
{
    const struct sleep *x = a, *y = b;
    return x->order < y->order ? -1 : 1;
}

static int same_sleep(const struct sleep *a, const struct sleep *b)
{
    return a->key.len && a->key.len == b->key.len && has_id(a) == has_id(b) &&
           memcmp(a->key.ptr, b->key.ptr, a->key.len) == 0;
}

static void merge_into(struct sleep *to, const struct sleep *row)
{
    for (int f = 0; f < FIELD_COUNT; f++)
        if (row->field[f].node)
            to->field[f] = row->field[f];
    to->rows++;
}

static void merge_rows(struct sleeps *s)
{
    uint32_t n = 0;
    if (s->count < 2)
        return;
    qsort(s->list, s->count, sizeof(*s->list), by_key);
    for (uint32_t i = 1; i < s->count; i++) {
        if (same_sleep(&s->list[n], &s->list[i]))
            merge_into(&s->list[n], &s->list[i]);
        else
            s->list[++n] = s->list[i];
    }
    s->count = n + 1;
    qsort(s->list, s->count, sizeof(*s->list), by_order);
}

/* ---- one sleep ---- */

static double seconds_of(const struct sleep *s, enum field f)
{
    double v = number_of(s->field[f]);
    return v >= 0 && v < 30 * 86400.0 ? v : NAN;
}

/* Into bed and out of it. The wrapper's timestamp is the time of the row, not of the sleep: never used. */
static int bounds(const struct input *in, const struct sleep *s, struct instant *start, struct instant *end)
{
    if (instant_of(in, s->field[BEDTIME_START], start) != 0 && instant_of(in, s->field[DATE_TIME], start) != 0)
        return -1;
    double duration = seconds_of(s, DURATION);
    if (instant_of(in, s->field[BEDTIME_END], end) != 0) {
        if (!(duration > 0))
            return -1;
        *end = *start;
        end->us += (int64_t)llround(duration * 1e6);
    }
    return end->us > start->us ? 0 : -1;
}

/* The sum of what is known; NaN when nothing is. */
static double known_sum(const double *values, size_t count)
{
    double sum = NAN;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            sum = isnan(sum) ? values[i] : sum + values[i];
    return sum;
}

static void add_durations(sdk_fields *f, const struct sleep *s, double in_bed)
{
    double stages[] = {seconds_of(s, LIGHT), seconds_of(s, DEEP), seconds_of(s, REM)};
    const double wakes[] = {seconds_of(s, WAKE_AFTER_ONSET), seconds_of(s, WAKE_BEFORE_OFF_BED)};
    double asleep = known_sum(stages, AORTA_COUNT(stages));
    double awake = known_sum(wakes, AORTA_COUNT(wakes));
    if (asleep == 0)
        asleep = stages[0] = stages[1] = stages[2] = NAN; /* they were not told apart */
    if (isnan(awake) && !isnan(asleep))
        awake = 0; /* a sleep with stages and without wake times was slept through */
    sdk_add_float(f, "duration_s", seconds_of(s, DURATION));
    sdk_add_float(f, "in_bed_s", in_bed);
    sdk_add_float(f, "asleep_s", asleep);
    sdk_add_float(f, "awake_s", awake);
    sdk_add_float(f, "light_s", stages[0]);
    sdk_add_float(f, "deep_s", stages[1]);
    sdk_add_float(f, "rem_s", stages[2]);
    sdk_add_float(f, "latency_s", seconds_of(s, ONSET_LATENCY));
    if (asleep <= in_bed)
        sdk_add_float(f, "efficiency_percent", round(asleep / in_bed * 1e4) / 100);
}

static void add_fields(sdk_fields *f, const struct sleep *s, double in_bed)
{
    sdk_json nap = s->field[IS_NAP];
    if (sdk_json_type(nap) == SDK_JSON_BOOL)
        sdk_add_bool(f, "is_nap", sdk_json_bool(nap, 0));
    add_durations(f, s, in_bed);
    sdk_add_float(f, "score", percent_of(number_of(s->field[QUALITY])));
    sdk_add_float(f, "heart_rate_avg_bpm", heart_rate_bpm(number_of(s->field[HR_AVG])));
    sdk_add_float(f, "heart_rate_min_bpm", heart_rate_bpm(number_of(s->field[HR_MIN])));
    double hrv = number_of(s->field[AVG_HRV]);
    if (hrv > 0)
        sdk_add_float(f, "hrv_rmssd_avg_ms", hrv);
    sdk_add_float(f, "oxygen_saturation_max_percent", saturation_percent(number_of(s->field[MAX_SPO2])));
}

/* The bodies carry no time of change. What grows is the number of rows Suunto has for a sleep: seen with more of
 * them, it is the newer version. They are counted up from a time that all versions share: the id (the bedtime first
 * found), or without one the start, which then is the identity. */
static int64_t version_of(const struct sleep *s, int64_t start_us)
{
    int64_t id = has_id(s) ? epoch_us(number_of(s->field[SLEEP_ID])) : 0;
    return (id ? id : start_us) + s->rows;
}

static aorta_status emit_sleep(struct input *in, const struct sleep *s)
{
    struct instant start, end;
    if (bounds(in, s, &start, &end) != 0) {
        input_skip(in, "a sleep without a beginning or an end after it");
        return AORTA_OK;
    }
    sdk_fields fields = {.count = 0};
    add_fields(&fields, s, (double)(end.us - start.us) / 1e6);
    aorta_record record = {.struct_size = sizeof(record),
                           .flags = start.has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                           .kind = AORTA_S("sleep"),
                           .external_id = has_id(s) ? s->key : (aorta_str){NULL, 0},
                           .tz_offset_s = start.offset_s,
                           .start_us = start.us,
                           .end_us = end.us,
                           .version_us = version_of(s, start.us)};
    return sdk_emit_record(in->ctx, &record, &fields);
}

aorta_status normalize_sleep(struct input *in)
{
    struct sleeps all = {0};
    aorta_status st = input_each(in, gather, &all);
    if (st == AORTA_OK)
        merge_rows(&all);
    for (uint32_t i = 0; i < all.count && st == AORTA_OK; i++)
        st = emit_sleep(in, &all.list[i]);
    return st;
}
