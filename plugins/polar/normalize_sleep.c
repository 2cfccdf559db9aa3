/* A night: the session with its stages, its score, and the heart rate through it. */
#include "normalize.h"

#include <math.h>
#include <string.h>

#define NIGHT_MAX_S (36 * 3600)

struct sleep {
    struct polar_when start, end;
    struct polar_night night;
    aorta_str id;
    uint32_t source;
    struct polar_mark *stage, *beat;
    uint32_t stages, beats;
};

/* ---- stages ---- */

static const char *stage_name(sdk_json code)
{
    static const char *const names[] = {"awake", "rem", "light", "light", "deep"};
    int64_t n = sdk_json_int(code, -1);
    return n >= 0 && n < (int64_t)AORTA_COUNT(names) ? names[n] : "unknown";
}

static int64_t within(const struct polar_night *night, int64_t us)
{
    return us < night->start_us ? night->start_us : us > night->end_us ? night->end_us : us;
}

struct stage {
    const char *name;
    int64_t from, to;
};

/* Each mark lasts until the next, the last one until the end of the night. What has no length is dropped, and
 * equal neighbours are one. Returns how many stand in `out`, which has room for all marks. */
static uint32_t line_up(const struct sleep *s, struct stage *out)
{
    uint32_t n = 0;
    int64_t from = s->night.start_us;
    for (uint32_t i = 0; i < s->stages; i++) {
        const char *name = stage_name(s->stage[i].value);
        int64_t at = within(&s->night, s->stage[i].us);
        int64_t to = i + 1 < s->stages ? within(&s->night, s->stage[i + 1].us) : s->night.end_us;
        from = at > from ? at : from;
        if (to <= from)
            continue;
        if (n && out[n - 1].to == from && strcmp(out[n - 1].name, name) == 0)
            out[n - 1].to = to;
        else
            out[n++] = (struct stage){name, from, to};
        from = to;
    }
    return n;
}

static aorta_str stages(struct polar_job *job, const struct sleep *s)
{
    sdk_text t = {.ctx = job->ctx};
    struct stage *list = s->stages ? job->ctx->host->alloc(job->ctx, s->stages * sizeof(*list)) : NULL;
    uint32_t n = list ? line_up(s, list) : 0;
    for (uint32_t i = 0; i < n; i++)
        sdk_text_addf(&t, "%s{\"stage\":\"%s\",\"start_us\":%lld,\"end_us\":%lld}", i ? "," : "[", list[i].name,
                      (long long)list[i].from, (long long)list[i].to);
    if (n)
        sdk_text_add(&t, AORTA_S("]"));
    return sdk_text_str(&t);
}

/* ---- heart rate ---- */

static void add_heart_rate(sdk_fields *f, const struct sleep *s)
{
    double sum = 0, least = INFINITY;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->beats; i++) {
        double bpm = sdk_json_double(s->beat[i].value, 0);
        if (!(bpm >= 1)) /* 0 = no signal */
            continue;
        sum += bpm;
        least = bpm < least ? bpm : least;
        n++;
    }
    if (n) {
        sdk_add_float(f, "heart_rate_avg_bpm", round(sum / n * 10) / 10);
        sdk_add_float(f, "heart_rate_min_bpm", least);
    }
}

/* Where the clocks change within the night, a run ends and the next bears the new offset. */
static aorta_status emit_heart_rate(struct polar_job *job, const struct sleep *s)
{
    sdk_samples samples;
    polar_series(job, &samples, "heart_rate", s->source, &s->start, 0);
    for (uint32_t i = 0; i < s->beats; i++) {
        double bpm = sdk_json_double(s->beat[i].value, 0);
        if (samples.head.tz_offset_s != s->beat[i].offset_s) {
            sdk_samples_flush(&samples);
            samples.head.tz_offset_s = s->beat[i].offset_s;
        }
        if (bpm >= 1)
            sdk_samples_add(&samples, s->beat[i].us, bpm);
    }
    return sdk_samples_flush(&samples);
}

/* ---- the records ---- */

/* A night without any of the three was not told apart into stages: the zeros are not times. Nor is a sum of zeros. */
static void add_stage_totals(sdk_fields *f, sdk_json item)
{
    double light = polar_number(item, "light_sleep", 0), deep = polar_number(item, "deep_sleep", 0),
           rem = polar_number(item, "rem_sleep", 0);
    if (light <= 0 && deep <= 0 && rem <= 0)
        return;
    polar_add(f, "light_s", item, "light_sleep", 1, 0);
    polar_add(f, "deep_s", item, "deep_sleep", 1, 0);
    polar_add(f, "rem_s", item, "rem_sleep", 1, 0);
}

static void fill(struct polar_job *job, sdk_fields *f, sdk_json item, const struct sleep *s)
{
    static const char *const asleep[] = {"light_sleep", "deep_sleep", "rem_sleep", "unrecognized_sleep_stage"};
    double sum = 0;
    for (uint32_t i = 0; i < AORTA_COUNT(asleep); i++)
        sum += fmax(polar_number(item, asleep[i], 0), 0);
    if (sum > 0)
        sdk_add_float(f, "asleep_s", sum);
    add_stage_totals(f, item);
    polar_add(f, "awake_s", item, "total_interruption_duration", 1, 0);
    polar_add(f, "score", item, "sleep_score", 1, 1);
    add_heart_rate(f, s);
    sdk_add_json(f, "stages", stages(job, s));
}

/* The score is that of the finished night: its moment is the waking. */
static aorta_status emit_score(struct polar_job *job, sdk_json item, const struct sleep *s)
{
    static const struct polar_component components[] = {
        {"group_duration_score", "group_duration_score", 1},
        {"group_solidity_score", "group_solidity_score", 1},
        {"group_regeneration_score", "group_regeneration_score", 1},
        {"continuity", "continuity", 1},
        {"continuity_class", "continuity_class", 1},
        {"sleep_charge", "sleep_charge", 1},
        {"sleep_rating", "sleep_rating", 1},
        {"sleep_cycles", "sleep_cycles", 1},
        {"sleep_goal_s", "sleep_goal", 1},
        {"long_interruption_s", "long_interruption_duration", 0},
        {"short_interruption_s", "short_interruption_duration", 0},
    };
    sdk_fields f = {.count = 0};
    double score = polar_number(item, "sleep_score", -1);
    if (score < 1)
        return AORTA_OK;
    sdk_add_enum(&f, "category", "sleep");
    sdk_add_float(&f, "value", score);
    sdk_add_json(&f, "components", polar_components(job, item, components, AORTA_COUNT(components)));
    return polar_emit(job, "score", s->id, s->source, &s->end, s->end.us, 0, &f);
}

static aorta_status read_maps(struct polar_job *job, sdk_json item, struct sleep *s)
{
    aorta_status st = polar_marks(job, polar_get(item, "hypnogram"), &s->night, &s->stage, &s->stages);
    if (st == AORTA_OK)
        st = polar_marks(job, polar_get(item, "heart_rate_samples"), &s->night, &s->beat, &s->beats);
    return st;
}

/* Named after the date on which the user woke: a night that is corrected keeps it. */
static aorta_status name(struct polar_job *job, sdk_json item, struct sleep *s)
{
    aorta_str date = polar_string(item, "date");
    int64_t days;
    if (sdk_date_parse(date, &days) != 0)
        days = (s->end.us / POLAR_US_PER_S + s->end.offset_s) / POLAR_DAY_S;
    date = sdk_date_format(job->ctx, days);
    s->id = sdk_format(job->ctx, "polar-sleep-%.*s", (int)date.len, date.ptr ? date.ptr : "");
    return date.ptr && s->id.ptr ? AORTA_OK : AORTA_ERR_NOMEM;
}

aorta_status polar_sleep(struct polar_job *job, sdk_json item)
{
    struct sleep s = {.stages = 0};
    sdk_fields f = {.count = 0};
    if (polar_when(job, polar_string(item, "sleep_start_time"), NAN, &s.start) != 0 ||
        polar_when(job, polar_string(item, "sleep_end_time"), NAN, &s.end) != 0)
        return polar_skip(job, "sleep", "no start or end time");
    if (s.end.us <= s.start.us || s.end.us - s.start.us > NIGHT_MAX_S * POLAR_US_PER_S)
        return polar_skip(job, "sleep", "it does not end after it starts, or only days later");
    s.night = (struct polar_night){s.start.us, s.end.us, s.start.offset_s, s.end.offset_s};
    aorta_status st = read_maps(job, item, &s);
    if (st == AORTA_OK)
        st = name(job, item, &s);
    if (st != AORTA_OK)
        return st;
    s.source = polar_source(job, polar_string(item, "device"), polar_string(item, "device_id"));
    fill(job, &f, item, &s);
    st = polar_emit(job, "sleep", s.id, s.source, &s.start, s.end.us, 0, &f);
    if (st == AORTA_OK)
        st = emit_score(job, item, &s);
    return st == AORTA_OK ? emit_heart_rate(job, &s) : st;
}
