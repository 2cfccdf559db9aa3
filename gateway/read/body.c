/* The body as it is now: what changes slowly as it was last measured, averages of some days, readings of some hours. */
#include <math.h>
#include <stdlib.h>

#include "read/means.h"
#include "read/source.h"
#include "read/stream.h"
#include "read/summaries.h"
#include "read/write.h"
#include "store/summaries.h"

enum latest { WEIGHT, HEIGHT, FAT, LEAN, BMI, BODY_TEMPERATURE, SKIN_TEMPERATURE, SYSTOLIC, DIASTOLIC, LATEST };
#define SLOW (BMI + 1) /* those that change slowly */

static const uint16_t numbers[LATEST] = {
    [WEIGHT] = 41,           [HEIGHT] = 40,           [FAT] = 42,      [LEAN] = 44,      [BMI] = 43,
    [BODY_TEMPERATURE] = 45, [SKIN_TEMPERATURE] = 46, [SYSTOLIC] = 22, [DIASTOLIC] = 23,
};

#define ONE_READING (5 * GW_US_PER_S) /* so far apart the two pressures may be */

/* The newest sample of a metric. */
struct reading {
    int64_t t_us; /* GW_NO_TIME = none */
    double v;
    size_t place;
};

/* A sample at the same instant of a better source goes first. */
static void look_at(struct reading *reading, const struct gw_block *block, size_t place, int64_t before_us)
{
    for (uint32_t i = block->count; i-- > 0;) {
        if (isnan(block->v[i]) || block->t_us[i] >= before_us)
            continue;
        if (block->t_us[i] > reading->t_us || (block->t_us[i] == reading->t_us && place < reading->place))
            *reading = (struct reading){block->t_us[i], block->v[i], place};
        return;
    }
}

static enum gw_code newest(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, const struct gw_ranks *ranks,
                           int64_t before_us, struct reading ret[LATEST], struct gw_err *err)
{
    struct gw_block_row *rows = NULL;
    size_t count = 0;
    enum gw_code code = gw_store_series_newest(db, arena, user, numbers, LATEST, before_us, &rows, &count, err);

    for (int m = 0; m < LATEST; m++)
        ret[m] = (struct reading){.t_us = GW_NO_TIME, .v = NAN, .place = GW_NO_RANK};
    for (size_t i = 0; i < count && code == GW_OK; i++) {
        gw_own_arena struct gw_arena *scratch = gw_arena_new(0);
        struct gw_block block;
        code = scratch ? gw_row_decode(scratch, &rows[i], &block, err) : gw_fail(err, GW_NOMEM, NULL);
        for (int m = 0; m < LATEST && code == GW_OK; m++)
            if (numbers[m] == rows[i].metric)
                look_at(&ret[m], &block, gw_rank_of(ranks, rows[i].source_id), before_us);
    }
    return code;
}

/* ---- parts ---- */

static double tenth(double v)
{
    return round(v * 10) / 10;
}

static double body_mass_index(const struct reading *readings)
{
    double metres = readings[HEIGHT].v / 100;

    if (!isnan(readings[BMI].v))
        return readings[BMI].v;
    return metres > 0 ? tenth(readings[WEIGHT].v / (metres * metres)) : (double)NAN;
}

static void write_source(struct gw_buf *out, const struct reading *readings, const struct gw_ranks *ranks)
{
    const struct reading *last = &readings[0];

    for (int m = 1; m < SLOW; m++)
        if (readings[m].t_us > last->t_us)
            last = &readings[m];
    gw_buf_str(out, "{\"source\":");
    gw_source_json(last->place == GW_NO_RANK ? NULL : &ranks->items[last->place].source, out);
}

static void write_slow(struct gw_buf *out, const struct reading *readings, int age)
{
    gw_write_float(out, ",\"slow_changing\":{\"weight_kg\":", readings[WEIGHT].v);
    gw_write_float(out, ",\"height_cm\":", readings[HEIGHT].v);
    gw_write_float(out, ",\"body_fat_percent\":", readings[FAT].v);
    gw_write_float(out, ",\"muscle_mass_kg\":", readings[LEAN].v);
    gw_write_float(out, ",\"bmi\":", body_mass_index(readings));
    gw_write_int(out, ",\"age\":", age < 0 ? (double)NAN : age);
    gw_buf_char(out, '}');
}

static void write_averaged(struct gw_buf *out, const double *mean, int period_days, int64_t from_us, int64_t to_us)
{
    gw_write_int(out, ",\"averaged\":{\"period_days\":", period_days);
    gw_write_int(out, ",\"resting_heart_rate_bpm\":", mean[0]);
    gw_write_float(out, ",\"avg_hrv_sdnn_ms\":", tenth(mean[1]));
    gw_write_float(out, ",\"avg_hrv_rmssd_ms\":", tenth(mean[2]));
    gw_write_time(out, ",\"period_start\":", from_us);
    gw_write_time(out, ",\"period_end\":", to_us);
    gw_buf_char(out, '}');
}

static bool fresh(const struct reading *reading, int64_t since_us)
{
    return reading->t_us != GW_NO_TIME && reading->t_us >= since_us;
}

static void write_pressure(struct gw_buf *out, const struct reading *readings, int64_t since_us)
{
    const struct reading *high = &readings[SYSTOLIC], *low = &readings[DIASTOLIC];
    bool one = fresh(high, since_us) && fresh(low, since_us) && llabs(high->t_us - low->t_us) <= ONE_READING;

    gw_buf_str(out, ",\"blood_pressure\":");
    if (one) {
        gw_write_int(out, "{\"avg_systolic_mmhg\":", high->v);
        gw_write_int(out, ",\"avg_diastolic_mmhg\":", low->v);
        gw_buf_str(out, ",\"max_systolic_mmhg\":null,\"max_diastolic_mmhg\":null,\"min_systolic_mmhg\":null,"
                        "\"min_diastolic_mmhg\":null,\"reading_count\":1}");
    } else {
        gw_buf_str(out, "null");
    }
    gw_write_time(out, ",\"blood_pressure_measured_at\":", one ? high->t_us : GW_NO_TIME);
}

static void write_latest(struct gw_buf *out, const struct reading *readings, int64_t since_us)
{
    const struct reading *body = &readings[BODY_TEMPERATURE], *skin = &readings[SKIN_TEMPERATURE];

    gw_write_float(out, ",\"latest\":{\"body_temperature_celsius\":", fresh(body, since_us) ? body->v : (double)NAN);
    gw_write_float(out, ",\"skin_temperature_celsius\":", fresh(skin, since_us) ? skin->v : (double)NAN);
    gw_write_time(out, ",\"body_temperature_measured_at\":", fresh(body, since_us) ? body->t_us : GW_NO_TIME);
    gw_write_time(out, ",\"skin_temperature_measured_at\":", fresh(skin, since_us) ? skin->t_us : GW_NO_TIME);
    write_pressure(out, readings, since_us);
    gw_buf_char(out, '}');
}

static bool anything(const struct reading *readings, const double *mean)
{
    for (int m = 0; m < LATEST; m++)
        if (readings[m].t_us != GW_NO_TIME)
            return true;
    return !isnan(mean[0]) || !isnan(mean[1]) || !isnan(mean[2]);
}

enum gw_code gw_read_body(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, int period_days,
                          int window_hours, struct gw_buf *out, struct gw_err *err)
{
    static const uint16_t averaged[] = {2, 3, 7};
    int64_t now = gw_now_us(), from = now - period_days * GW_US_PER_DAY;
    const struct gw_means_query query = {
        .user = user, .metrics = averaged, .count = 3, .from_us = from, .to_us = now, .group = GW_NO_RANK};
    struct gw_person person;
    struct gw_ranks ranks;
    struct reading readings[LATEST];
    double mean[GW_MEANS_MOST];
    enum gw_code code = gw_person_get(db, arena, user, &person, err);

    if (code == GW_OK)
        code = gw_ranks_load(db, arena, user, &ranks, err);
    if (code == GW_OK)
        code = newest(db, arena, user, &ranks, now, readings, err);
    if (code == GW_OK)
        code = gw_means(db, &query, mean, err);
    if (code != GW_OK)
        return code;
    if (!anything(readings, mean)) {
        gw_buf_str(out, "null");
        return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
    }
    write_source(out, readings, &ranks);
    write_slow(out, readings, gw_person_age(&person, gw_day_of(now, GW_NO_OFFSET, person.zone)));
    write_averaged(out, mean, period_days, from, now);
    write_latest(out, readings, now - window_hours * GW_US_PER_HOUR);
    gw_buf_char(out, '}');
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
