/* Pages of workouts, and one workout with all that is known of it. */
#include <math.h>

#include "base/time.h"
#include "host/metrics.h"
#include "read/detail.h"
#include "read/page.h"
#include "read/source.h"

/* Types where time per distance says something. Sorted. */
static const char *const paced_types[] = {
    "backcountry_skiing",
    "canoeing",
    "casual_walking",
    "cross_country_skiing",
    "cycling",
    "cyclocross",
    "e_biking",
    "hiking",
    "ice_skating",
    "indoor_cycling",
    "inline_skating",
    "kayaking",
    "mountain_biking",
    "mountaineering",
    "open_water_swimming",
    "paddling",
    "pool_swimming",
    "rowing",
    "running",
    "skating",
    "stand_up_paddleboarding",
    "swimming",
    "trail_hiking",
    "trail_running",
    "treadmill",
    "triathlon",
    "walking",
    "walking_fitness",
};

static bool paced(const char *type)
{
    size_t low = 0, high = sizeof(paced_types) / sizeof(paced_types[0]);

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(type, paced_types[middle]);
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* Seconds for a kilometre, to a tenth; NaN where it would say nothing. */
static double pace_of(const struct gw_workout *w)
{
    double seconds = isnan(w->moving_time_s) ? w->duration_s : w->moving_time_s;

    if (!w->type || !paced(w->type) || !(w->distance_m > 0) || !(seconds > 0))
        return NAN;
    return round(seconds / (w->distance_m / 1000) * 10) / 10;
}

static const char *part_of_day(int64_t start_us, int32_t offset_s)
{
    int64_t local = start_us + (offset_s == GW_NO_OFFSET ? 0 : offset_s * GW_US_PER_S);
    int64_t hour = (local - gw_floor_div(local, GW_US_PER_DAY) * GW_US_PER_DAY) / GW_US_PER_HOUR;

    if (hour >= 5 && hour < 12)
        return "Morning";
    if (hour >= 12 && hour < 17)
        return "Afternoon";
    return hour >= 17 && hour < 21 ? "Evening" : "Night";
}

/* The provider's title, or one that a person would give. */
static void write_name(struct gw_buf *out, const struct gw_workout *w)
{
    const char *title = w->type ? gw_workout_type_title(gw_str(w->type)) : NULL;

    if (w->name && w->name[0]) {
        gw_write_text(out, ",\"name\":", w->name);
        return;
    }
    gw_buf_str(out, ",\"name\":\"");
    gw_buf_str(out, part_of_day(w->head.start_us, w->head.offset_s));
    gw_buf_char(out, ' ');
    gw_buf_str(out, title ? title : "Workout");
    gw_buf_char(out, '"');
}

static double seconds_between(const struct gw_record_head *head)
{
    return (double)(head->end_us - head->start_us) / 1e6;
}

/* The members of a row, without the closing brace. */
static void write_row(struct gw_buf *out, const struct gw_workout *w, const struct gw_source *source)
{
    gw_write_uuid(out, "{\"id\":", w->head.id);
    gw_write_text(out, ",\"type\":", w->type ? w->type : "unknown");
    write_name(out, w);
    gw_write_time(out, ",\"start_time\":", w->head.start_us);
    gw_write_time(out, ",\"end_time\":", w->head.end_us);
    gw_write_offset(out, ",\"zone_offset\":", w->head.offset_s);
    gw_write_int(out, ",\"duration_seconds\":", isnan(w->duration_s) ? seconds_between(&w->head) : w->duration_s);
    gw_write_float(out, ",\"calories_kcal\":", w->energy_kcal);
    gw_write_float(out, ",\"distance_meters\":", w->distance_m);
    gw_write_int(out, ",\"avg_heart_rate_bpm\":", w->hr_avg);
    gw_write_int(out, ",\"max_heart_rate_bpm\":", w->hr_max);
    gw_write_float(out, ",\"avg_pace_sec_per_km\":", pace_of(w));
    gw_write_float(out, ",\"elevation_gain_meters\":", w->elevation_gain_m);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(source, out);
    gw_write_uuid(out, ",\"duplicate_of\":", w->duplicate_of);
}

static void write_page(struct gw_buf *out, const struct gw_event_page *rows)
{
    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < rows->count; i++) {
        const struct gw_workout *w = &rows->workouts[i];
        if (i)
            gw_buf_char(out, ',');
        write_row(out, w, gw_store_source_find(rows->sources, rows->sources_count, w->head.source_id));
        gw_buf_char(out, '}');
    }
    gw_buf_char(out, ']');
}

enum gw_code gw_read_workouts(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                              struct gw_buf *out, struct gw_err *err)
{
    struct gw_event_pager pager;
    struct gw_event_query query;
    struct gw_event_page rows = {0};
    enum gw_code code = gw_pager_begin(&pager, GW_CURSOR_WORKOUT, page, &query, err);

    query.no_duplicates = page->no_duplicates;
    if (code == GW_OK && page->from_us < page->to_us)
        code = gw_store_workout_page(db, arena, &query, &rows, err);
    if (code != GW_OK)
        return code;
    write_page(out, &rows);
    gw_pager_end(&pager, page, &query, &rows, rows.count ? &rows.workouts[0].head : NULL,
                 rows.count ? &rows.workouts[rows.count - 1].head : NULL, out);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

/* What the list leaves out. */
static void write_more(struct gw_buf *out, const struct gw_workout *w)
{
    gw_write_text(out, ",\"type_original\":", w->type_original);
    gw_write_int(out, ",\"moving_time_seconds\":", w->moving_time_s);
    gw_write_int(out, ",\"min_heart_rate_bpm\":", w->hr_min);
    gw_write_float(out, ",\"elevation_loss_meters\":", w->elevation_loss_m);
    gw_write_float(out, ",\"elevation_max_meters\":", w->elevation_max_m);
    gw_write_float(out, ",\"elevation_min_meters\":", w->elevation_min_m);
    gw_write_float(out, ",\"avg_speed_m_per_s\":", w->speed_avg_mps);
    gw_write_float(out, ",\"max_speed_m_per_s\":", w->speed_max_mps);
    gw_write_float(out, ",\"avg_cadence_rpm\":", w->cadence_avg_rpm);
    gw_write_float(out, ",\"max_cadence_rpm\":", w->cadence_max_rpm);
    gw_write_float(out, ",\"avg_power_watts\":", w->power_avg_w);
    gw_write_float(out, ",\"max_power_watts\":", w->power_max_w);
    gw_write_int(out, ",\"steps\":", w->steps);
    gw_write_bool(out, ",\"is_manual\":", w->is_manual);
}

enum gw_code gw_read_workout(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                             struct gw_buf *out, struct gw_err *err)
{
    struct gw_workout w;
    struct gw_source source;
    enum gw_code code = gw_store_workout_get(db, arena, user, id, &w, &source, err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, GW_NOT_FOUND, "workout.unknown", "Workout not found.");
    if (code != GW_OK)
        return code;
    write_row(out, &w, &source);
    write_more(out, &w);
    gw_buf_str(out, ",\"laps\":");
    gw_detail_timed(out, w.laps);
    gw_buf_str(out, ",\"zones\":");
    gw_detail_timed(out, w.zones);
    gw_buf_str(out, ",\"route\":");
    gw_detail_route(out, w.route);
    gw_buf_char(out, '}');
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
