/* Workouts as Health Auto Export posts them: quantities are {qty, units}, in its files bare numbers. */
#include "export.h"
#include "workout.h"

#include <math.h>

static const struct row {
    enum phone_key key;
    enum phone_measure measure;
    struct phone_quantity quantity;
} rows[] = {
    {PHONE_duration, PHONE_M_DURATION, {PHONE_TIME, "s", 1, PHONE_POSITIVE}},
    {PHONE_activeenergyburned, PHONE_M_ENERGY_ACTIVE, {PHONE_ENERGY, "kcal", 1, 0}},
    {PHONE_activeenergy, PHONE_M_ENERGY_ACTIVE, {PHONE_ENERGY, "kcal", 1, 0}},
    {PHONE_totalenergy, PHONE_M_ENERGY_TOTAL, {PHONE_ENERGY, "kcal", 1, 0}},
    {PHONE_distance, PHONE_M_DISTANCE, {PHONE_LENGTH, "km", 1, 0}},
    {PHONE_totaldistance, PHONE_M_DISTANCE, {PHONE_LENGTH, "km", 1, 0}},
    {PHONE_avgheartrate, PHONE_M_HEART_RATE_AVG, {PHONE_FREQUENCY, "bpm", 1, PHONE_POSITIVE}},
    {PHONE_maxheartrate, PHONE_M_HEART_RATE_MAX, {PHONE_FREQUENCY, "bpm", 1, PHONE_POSITIVE}},
    {PHONE_avgspeed, PHONE_M_SPEED_AVG, {PHONE_SPEED, "km/h", 1, 0}},
    {PHONE_speed, PHONE_M_SPEED_AVG, {PHONE_SPEED, "km/h", 1, 0}},
    {PHONE_maxspeed, PHONE_M_SPEED_MAX, {PHONE_SPEED, "km/h", 1, 0}},
    {PHONE_elevationup, PHONE_M_CLIMB, {PHONE_LENGTH, "m", 1, 0}},
    {PHONE_elevationdown, PHONE_M_DESCENT, {PHONE_LENGTH, "m", 1, 0}},
    {PHONE_stepcadence, PHONE_M_CADENCE_AVG, {PHONE_FREQUENCY, "rpm", 1, PHONE_POSITIVE}},
    {PHONE_stepcount, PHONE_M_STEPS, {PHONE_PLAIN, "", 1, 0}},
    {PHONE_temperature, PHONE_M_WEATHER_TEMPERATURE, {PHONE_TEMPERATURE, "degC", 1, PHONE_SIGNED}},
    {PHONE_humidity, PHONE_M_WEATHER_HUMIDITY, {PHONE_PLAIN, "", 1, PHONE_FRACTION}},
    {PHONE_intensity, PHONE_M_MET, {PHONE_PLAIN, "", 1, PHONE_POSITIVE}},
    {PHONE_mets, PHONE_M_MET, {PHONE_PLAIN, "", 1, PHONE_POSITIVE}},
    {PHONE_isindoor, PHONE_M_INDOOR, {PHONE_PLAIN, "", 1, 0}},
};

static const struct phone_quantity beats = {PHONE_FREQUENCY, "bpm", 1, PHONE_POSITIVE};

static const struct {
    enum phone_key key;
    enum phone_measure measure;
} beat_rows[] = {
    {PHONE_min, PHONE_M_HEART_RATE_MIN},
    {PHONE_avg, PHONE_M_HEART_RATE_AVG},
    {PHONE_max, PHONE_M_HEART_RATE_MAX},
};

static const struct {
    const char *text;
    enum phone_measure measure;
    double value;
} places[] = {
    {"indoor", PHONE_M_INDOOR, 1},
    {"outdoor", PHONE_M_INDOOR, 0},
    {"pool", PHONE_M_WATER, 1},
    {"open water", PHONE_M_WATER, 2},
};

int phone_export_is_workout(phone_value item)
{
    return phone_get(item, PHONE_start).node && !phone_get(item, PHONE_startdate).node;
}

static void set(struct phone_workout *w, enum phone_measure measure, const struct phone_quantity *quantity,
                phone_value v)
{
    phone_value number = phone_type(v) == SDK_JSON_OBJECT ? phone_get(v, PHONE_qty) : v;
    phone_workout_set(w, measure, quantity, number, phone_text(phone_get_or(v, PHONE_units, PHONE_unit)), 1);
}

/* Steps come a minute each. */
static void add_up_steps(struct phone_workout *w, phone_value list)
{
    double all = 0, v;
    if (phone_type(list) != SDK_JSON_ARRAY || !phone_first(list).node)
        return;
    for (phone_value m = phone_first(list); m.node; m = phone_next(list, m))
        if (phone_number(phone_get(m, PHONE_qty), &v) && v > 0)
            all += v;
    if (all <= 1e8)
        w->value[PHONE_M_STEPS] = round(all);
}

static void set_all(struct phone_workout *w, phone_value item)
{
    phone_value beat = phone_get(item, PHONE_heartrate);
    for (uint32_t i = 0; i < AORTA_COUNT(rows); i++)
        set(w, rows[i].measure, &rows[i].quantity, phone_get(item, rows[i].key));
    for (uint32_t i = 0; i < AORTA_COUNT(beat_rows); i++)
        set(w, beat_rows[i].measure, &beats, phone_get(beat, beat_rows[i].key));
    for (uint32_t i = 0; i < AORTA_COUNT(places); i++)
        if (sdk_str_ieq(phone_text(phone_get(item, PHONE_location)), places[i].text))
            w->value[places[i].measure] = places[i].value;
    add_up_steps(w, phone_get(item, PHONE_stepcount));
}

static aorta_status heart_rates(struct phone_job *job, const struct phone_workout *w, phone_value list)
{
    aorta_status st = AORTA_OK;
    if (phone_type(list) != SDK_JSON_ARRAY)
        return st;
    for (phone_value m = phone_first(list); m.node && st == AORTA_OK; m = phone_next(list, m)) {
        struct phone_when when;
        double v;
        if (phone_when(&job->export_clock, phone_text(phone_get(m, PHONE_date)), &when) != 0 ||
            !phone_number(phone_get_or(m, PHONE_avg, PHONE_qty), &v) ||
            phone_convert(&beats, phone_text(phone_get(m, PHONE_units)), &v) != 0)
            continue;
        const struct phone_span span = {when.us, when.us, when.has_offset ? AORTA_SERIES_HAS_OFFSET : 0, when.offset_s,
                                        0};
        uint32_t source = phone_export_source(job, m);
        st = phone_sample_out(job, "heart_rate", &span, source ? source : w->source, 0, v);
    }
    return st;
}

aorta_status phone_export_workout(struct phone_job *job, phone_value item)
{
    struct phone_workout w;
    phone_workout_begin(&w);
    if (phone_export_span(job, PHONE_LIST_WORKOUTS, item, &w.span) != 0)
        return AORTA_OK;
    w.source = phone_export_source(job, item);
    w.id = phone_id(job, item);
    w.type = phone_text(phone_get(item, PHONE_name));
    w.title = w.type;
    set_all(&w, item);
    const phone_value none = {item.tape, NULL};
    aorta_status st = phone_ways(job, &job->export_clock, none, phone_get(item, PHONE_route), &w);
    if (st == AORTA_OK)
        st = phone_workout_out(job, &w);
    return st == AORTA_OK ? heart_rates(job, &w, phone_get(item, PHONE_heartratedata)) : st;
}
