/* sleeps: a night with its stages, and the naps of the day nested in it. The first forms of a night are
 * tentative; the final one comes later under the same id. */
#include "normalize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stage {
    const char *name;
    int64_t start_us, end_us;
};

struct night {
    struct garmin_item item;
    struct stage *stages;
    uint32_t count;
    uint32_t tentative; /* AORTA_RECORD_TENTATIVE or 0 */
    int64_t end_us;
};

/* ---- stages ---- */

static const char *stage_name(aorta_str key)
{
    static const char *const known[] = {"deep", "light", "rem", "awake"};
    for (size_t i = 0; i < AORTA_COUNT(known); i++)
        if (sdk_str_ieq(key, known[i]))
            return known[i];
    return "unknown";
}

static int by_start(const void *a, const void *b)
{
    const struct stage *x = a, *y = b;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? -1 : 1;
    if (x->end_us != y->end_us)
        return x->end_us < y->end_us ? -1 : 1;
    return strcmp(x->name, y->name);
}

/* Garmin's pieces may overlap: each begins where the one before it ended. */
static uint32_t straighten(struct stage *s, uint32_t count)
{
    uint32_t n = 0;
    if (count > 1)
        qsort(s, count, sizeof(*s), by_start);
    for (uint32_t i = 0; i < count; i++) {
        struct stage piece = s[i];
        if (n && piece.start_us < s[n - 1].end_us)
            piece.start_us = s[n - 1].end_us;
        if (piece.end_us > piece.start_us)
            s[n++] = piece;
    }
    return n;
}

static aorta_status read_stages(struct garmin_batch *b, struct night *night)
{
    sdk_json map = sdk_json_get(night->item.json, "sleepLevelsMap");
    size_t most = 0;
    if (sdk_json_type(map) != SDK_JSON_OBJECT)
        return AORTA_OK;
    for (sdk_json level = sdk_json_first(map); level.node; level = sdk_json_next(level))
        most += sdk_json_count(level);
    night->stages = b->ctx->host->alloc(b->ctx, (most + 1) * sizeof(*night->stages));
    if (!night->stages)
        return AORTA_ERR_NOMEM;
    for (sdk_json level = sdk_json_first(map); level.node; level = sdk_json_next(level)) {
        const char *name = stage_name(sdk_json_key(level));
        for (sdk_json piece = sdk_json_first(level); piece.node; piece = sdk_json_next(piece)) {
            struct stage s = {.name = name};
            if (garmin_instant(sdk_json_get(piece, "startTimeInSeconds"), &s.start_us) == 0 &&
                garmin_instant(sdk_json_get(piece, "endTimeInSeconds"), &s.end_us) == 0 && s.end_us > s.start_us)
                night->stages[night->count++] = s;
        }
    }
    night->count = straighten(night->stages, night->count);
    return AORTA_OK;
}

static aorta_status stages_json(struct garmin_batch *b, const struct night *night, aorta_str *ret)
{
    sdk_text t = {.ctx = b->ctx};
    for (uint32_t i = 0; i < night->count; i++)
        sdk_text_addf(&t, "%s{\"stage\":\"%s\",\"start_us\":%lld,\"end_us\":%lld}", i ? "," : "[",
                      night->stages[i].name, (long long)night->stages[i].start_us, (long long)night->stages[i].end_us);
    if (night->count)
        sdk_text_add(&t, AORTA_S("]"));
    *ret = sdk_text_str(&t);
    return t.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

/* ---- the night ---- */

static int is_tentative(sdk_json validation)
{
    static const char word[] = "TENTATIVE";
    aorta_str s = sdk_json_str(validation);
    size_t len = sizeof(word) - 1;
    return s.len >= len && sdk_str_ieq((aorta_str){s.ptr + s.len - len, len}, word);
}

/* Two names for the same thing occur. */
static double unmeasurable(sdk_json json)
{
    double v = garmin_number(json, "unmeasurableSleepInSeconds");
    return isnan(v) ? garmin_number(json, "unmeasurableSleepDurationInSeconds") : v;
}

static double or_zero(double v)
{
    return v > 0 && v < 10 * 86400.0 ? v : 0;
}

/* The duration is only the time asleep, so the end is where the last stage ends; without stages what was
 * awake and what could not be measured belongs to the night too. */
static int64_t end_of(const struct night *night)
{
    int64_t end = night->item.start_us;
    for (uint32_t i = 0; i < night->count; i++)
        if (night->stages[i].end_us > end)
            end = night->stages[i].end_us;
    if (night->count)
        return end;
    sdk_json json = night->item.json;
    return end + llround(1e6 * (or_zero(night->item.duration_s) +
                                or_zero(garmin_number(json, "awakeDurationInSeconds")) + or_zero(unmeasurable(json))));
}

static const struct garmin_field fields[] = {
    {"asleep_s", "durationInSeconds", 1, 0, 0},
    {"awake_s", "awakeDurationInSeconds", 1, 0, 0},
    {"light_s", "lightSleepDurationInSeconds", 1, 0, 0},
    {"deep_s", "deepSleepDurationInSeconds", 1, 0, 0},
    {"rem_s", "remSleepInSeconds", 1, 0, 0},
};

static double overall_score(sdk_json json)
{
    double v = garmin_number(sdk_json_get(json, "overallSleepScore"), "value");
    return v >= 0 && v <= 100 ? v : NAN;
}

static aorta_status emit_night(struct garmin_batch *b, const struct night *night)
{
    sdk_fields f = {.count = 0};
    sdk_json json = night->item.json;
    aorta_str stages;
    aorta_record r = garmin_record(&night->item, "sleep");
    aorta_status st = stages_json(b, night, &stages);
    if (st != AORTA_OK)
        return st;
    r.end_us = night->end_us;
    r.flags |= night->tentative;
    sdk_add_bool(&f, "is_nap", 0);
    sdk_add_float(&f, "duration_s", (double)(r.end_us - r.start_us) / 1e6);
    garmin_add_fields(&f, json, fields, AORTA_COUNT(fields));
    sdk_add_float(&f, "score", overall_score(json));
    sdk_add_json(&f, "stages", stages);
    double lost = unmeasurable(json);
    if (lost >= 0)
        sdk_add_float(&f, "unmeasurable_s", lost);
    sdk_add_str(&f, "validation", sdk_json_str(sdk_json_get(json, "validation")));
    return sdk_emit_record(b->ctx, &r, &f);
}

/* {"deepPercentage":"GOOD",…}: the words, as they stand in the payload. */
static aorta_status score_parts(struct garmin_batch *b, sdk_json scores, aorta_str *ret)
{
    sdk_text t = {.ctx = b->ctx};
    static const char *const parts[] = {"totalDuration", "stress",          "awakeCount",    "remPercentage",
                                        "restlessness",  "lightPercentage", "deepPercentage"};
    for (size_t i = 0; i < AORTA_COUNT(parts); i++) {
        sdk_json word = sdk_json_get(sdk_json_get(scores, parts[i]), "qualifierKey");
        if (sdk_json_type(word) != SDK_JSON_STRING)
            continue;
        sdk_text_addf(&t, "%s\"%s\":", t.len ? "," : "{", parts[i]);
        sdk_text_add(&t, sdk_json_text(word));
    }
    if (t.len)
        sdk_text_add(&t, AORTA_S("}"));
    *ret = sdk_text_str(&t);
    return t.failed ? AORTA_ERR_NOMEM : AORTA_OK;
}

static aorta_status emit_score(struct garmin_batch *b, const struct night *night)
{
    sdk_fields f = {.count = 0};
    aorta_str parts;
    sdk_json json = night->item.json, overall = sdk_json_get(json, "overallSleepScore");
    double value = overall_score(json);
    if (isnan(value))
        return AORTA_OK;
    aorta_record r = garmin_record(&night->item, "score");
    aorta_status st = garmin_id_with(b, night->item.id, "score", &r.external_id);
    if (st == AORTA_OK)
        st = score_parts(b, sdk_json_get(json, "sleepScores"), &parts);
    if (st != AORTA_OK)
        return st;
    r.parent_external_id = night->item.id;
    r.end_us = night->end_us;
    r.flags |= night->tentative;
    sdk_add_enum(&f, "category", "sleep");
    sdk_add_float(&f, "value", value);
    sdk_add_str(&f, "qualifier", sdk_json_str(sdk_json_get(overall, "qualifierKey")));
    sdk_add_json(&f, "components", parts);
    return sdk_emit_record(b->ctx, &r, &f);
}

static aorta_status emit_samples(struct garmin_batch *b, const struct night *night)
{
    struct garmin_run run = {
        .metric = "respiratory_rate", .low = 0.1, .high = 100, .flags = night->tentative ? AORTA_SERIES_TENTATIVE : 0};
    sdk_json json = night->item.json;
    aorta_status st = garmin_emit_map(b, &night->item, sdk_json_get(json, "timeOffsetSleepRespiration"), &run);
    if (st != AORTA_OK)
        return st;
    run.metric = "oxygen_saturation";
    return garmin_emit_map(b, &night->item, sdk_json_get(json, "timeOffsetSleepSpo2"), &run);
}

/* ---- naps ---- */

static aorta_status emit_nap(struct garmin_batch *b, const struct night *night, sdk_json nap)
{
    sdk_fields f = {.count = 0};
    struct garmin_item it = {.json = nap};
    double length = garmin_number(nap, "napDurationInSeconds");
    if (garmin_instant(sdk_json_get(nap, "napStartTimeInSeconds"), &it.start_us) != 0 || or_zero(length) == 0) {
        b->skipped++;
        return AORTA_OK;
    }
    it.has_offset = garmin_offset(sdk_json_get(nap, "napOffsetInSeconds"), &it.offset_s);
    aorta_record r = garmin_record(&it, "sleep");
    /* the night's own id would make the nap replace it */
    char what[32];
    snprintf(what, sizeof(what), "nap-%lld", (long long)(it.start_us / US_PER_S));
    if (garmin_id_with(b, night->item.id, what, &r.external_id) != AORTA_OK)
        return AORTA_ERR_NOMEM;
    r.end_us = it.start_us + llround(length * 1e6);
    sdk_json validation = sdk_json_get(nap, "napValidation");
    r.flags |= is_tentative(validation) ? AORTA_RECORD_TENTATIVE : 0;
    sdk_add_bool(&f, "is_nap", 1);
    sdk_add_float(&f, "duration_s", length);
    sdk_add_str(&f, "validation", sdk_json_str(validation));
    return sdk_emit_record(b->ctx, &r, &f);
}

/* ---- one item ---- */

static aorta_status sleep(struct garmin_batch *b, sdk_json json)
{
    struct night night = {.count = 0};
    sdk_json naps = sdk_json_get(json, "naps");
    aorta_status st = garmin_item_read(json, &night.item);
    if (st == AORTA_OK)
        st = read_stages(b, &night);
    if (st != AORTA_OK)
        return st;
    night.tentative = is_tentative(sdk_json_get(json, "validation")) ? AORTA_RECORD_TENTATIVE : 0;
    night.end_us = end_of(&night);
    /* an item may exist for its naps alone; without any it is of a night in which the watch lay on the table */
    if (night.end_us <= night.item.start_us && sdk_json_count(naps) == 0)
        return AORTA_ERR_DATA;
    if (night.end_us > night.item.start_us) {
        st = emit_night(b, &night);
        if (st == AORTA_OK)
            st = emit_score(b, &night);
        if (st == AORTA_OK)
            st = emit_samples(b, &night);
    }
    for (sdk_json nap = sdk_json_first(naps); nap.node && st == AORTA_OK; nap = sdk_json_next(nap))
        st = emit_nap(b, &night, nap);
    return st;
}

aorta_status garmin_read_sleeps(struct garmin_batch *b)
{
    return garmin_each(b, sleep);
}
