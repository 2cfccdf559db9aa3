/* Pages of workouts, and one workout with all that is known of it. */
#include <math.h>

#include "base/time.h"
#include "host/metrics.h"
#include "read/detail.h"
#include "read/page.h"
#include "read/put.h"
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
static double pace_of(const struct gw_workout_item *w, bool of_paced_type)
{
    double seconds = isnan(w->moving_time_s) ? w->duration_s : w->moving_time_s;

    if (!of_paced_type || !(w->distance_m > 0) || !(seconds > 0))
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

/* ---- a list of rows, and what its rows have in common ---- */

#define TYPES_MOST   16
#define SOURCES_MOST 8
#define ROW_ROOM     1024 /* of a row without type, name and source */

/* Types and sources repeat: each is looked up and written once, as long as there are few. */
struct known_type {
    char name[48];
    struct gw_str text; /* as JSON */
    const char *title;
    bool paced;
};

struct known_source {
    int32_t id;
    struct gw_str text; /* as JSON */
};

struct list {
    struct gw_buf *out;
    struct gw_arena *arena;
    const struct gw_source *sources;
    size_t sources_count, rows;
    struct known_type types[TYPES_MOST], other_type;
    size_t types_known;
    struct known_source known[SOURCES_MOST], other;
    size_t known_count;
    struct gw_sample_day day;
    struct gw_record_head first, last; /* start and id of the rows shown */
};

static struct gw_str kept(struct list *list, struct gw_buf *b)
{
    char *text = b->failed ? NULL : gw_arena_strndup(list->arena, b->data, b->len);
    struct gw_str ret = {text ? text : "null", text ? b->len : 4};

    if (!text)
        list->out->failed = true;
    gw_buf_free(b);
    return ret;
}

static const struct known_type *type_of(struct list *list, const char *name)
{
    struct known_type *own = &list->other_type;
    struct gw_buf b = {0};

    name = name ? name : "unknown";
    for (size_t i = 0; i < list->types_known; i++)
        if (strcmp(list->types[i].name, name) == 0)
            return &list->types[i];
    if (list->types_known < TYPES_MOST && strlen(name) < sizeof(own->name)) {
        own = &list->types[list->types_known++];
        memcpy(own->name, name, strlen(name) + 1);
    }
    gw_buf_json_cstr(&b, name);
    own->text = kept(list, &b);
    own->title = gw_workout_type_title(gw_str(name));
    own->paced = paced(name);
    return own;
}

static struct gw_str source_of(struct list *list, int32_t id)
{
    struct known_source *own = &list->other;
    struct gw_buf b = {0};

    for (size_t i = 0; i < list->known_count; i++)
        if (list->known[i].id == id)
            return list->known[i].text;
    if (list->known_count < SOURCES_MOST)
        own = &list->known[list->known_count++];
    gw_source_json(gw_store_source_find(list->sources, list->sources_count, id), &b);
    *own = (struct known_source){id, kept(list, &b)};
    return own->text;
}

/* The provider's title, or one that a person would give. */
static void write_name(struct gw_buf *out, const struct gw_workout_item *w, const struct known_type *type)
{
    if (w->name && w->name[0]) {
        gw_buf_json_cstr(out, w->name);
        return;
    }
    gw_buf_char(out, '"');
    gw_buf_str(out, part_of_day(w->start_us, w->offset_s));
    gw_buf_char(out, ' ');
    gw_buf_str(out, type->title ? type->title : "Workout");
    gw_buf_char(out, '"');
}

static char *put_times(char *p, struct list *list, const struct gw_workout_item *w)
{
    double between = (double)(w->end_us - w->start_us) / 1e6;

    p = gw_put_time(GW_PUT(p, ",\"start_time\":"), &list->day, w->start_us);
    p = gw_put_time(GW_PUT(p, ",\"end_time\":"), &list->day, w->end_us);
    p = gw_put_offset(GW_PUT(p, ",\"zone_offset\":"), w->offset_s);
    return gw_put_int(GW_PUT(p, ",\"duration_seconds\":"), isnan(w->duration_s) ? between : w->duration_s);
}

static char *put_numbers(char *p, const struct gw_workout_item *w, const struct known_type *type)
{
    p = gw_put_float(GW_PUT(p, ",\"calories_kcal\":"), w->energy_kcal);
    p = gw_put_float(GW_PUT(p, ",\"distance_meters\":"), w->distance_m);
    p = gw_put_int(GW_PUT(p, ",\"avg_heart_rate_bpm\":"), w->hr_avg);
    p = gw_put_int(GW_PUT(p, ",\"max_heart_rate_bpm\":"), w->hr_max);
    p = gw_put_float(GW_PUT(p, ",\"avg_pace_sec_per_km\":"), pace_of(w, type->paced));
    return gw_put_float(GW_PUT(p, ",\"elevation_gain_meters\":"), w->elevation_gain_m);
}

/* The members of a row, without the closing brace. */
static void write_row(struct list *list, const struct gw_workout_item *w)
{
    struct gw_buf *out = list->out;
    const struct known_type *type = type_of(list, w->type);
    struct gw_str source = source_of(list, w->source_id);
    char *p;

    if (!gw_buf_reserve(out, ROW_ROOM + type->text.len))
        return;
    p = gw_put_uuid(GW_PUT(out->data + out->len, "{\"id\":"), w->id);
    p = gw_put_str(GW_PUT(p, ",\"type\":"), type->text);
    p = GW_PUT(p, ",\"name\":");
    out->len = (size_t)(p - out->data);
    write_name(out, w, type);
    if (!gw_buf_reserve(out, ROW_ROOM + source.len))
        return;
    p = put_numbers(put_times(out->data + out->len, list, w), w, type);
    p = gw_put_str(GW_PUT(p, ",\"source\":"), source);
    p = gw_put_uuid(GW_PUT(p, ",\"duplicate_of\":"), w->duplicate_of);
    out->len = (size_t)(p - out->data);
}

static void list_begin(void *self, const struct gw_event_page *page)
{
    struct list *list = self;

    list->sources = page->sources;
    list->sources_count = page->sources_count;
    gw_buf_reserve(list->out, page->count * 640);
}

static void list_row(void *self, const struct gw_workout_item *w)
{
    struct list *list = self;

    if (list->rows++)
        gw_buf_char(list->out, ',');
    else
        list->first = (struct gw_record_head){.id = w->id, .start_us = w->start_us};
    list->last = (struct gw_record_head){.id = w->id, .start_us = w->start_us};
    write_row(list, w);
    gw_buf_char(list->out, '}');
}

enum gw_code gw_read_workouts(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                              struct gw_buf *out, struct gw_err *err)
{
    struct list list = {.out = out, .arena = arena, .day = GW_SAMPLE_DAY_NONE};
    struct gw_workout_sink sink = {list_begin, list_row, &list};
    struct gw_event_pager pager;
    struct gw_event_query query;
    struct gw_event_page rows = {0};
    enum gw_code code = gw_pager_begin(&pager, GW_CURSOR_WORKOUT, page, &query, err);

    query.no_duplicates = page->no_duplicates;
    gw_buf_str(out, "{\"data\":[");
    if (code == GW_OK && page->from_us < page->to_us)
        code = gw_store_workout_list(db, arena, &query, &sink, &rows, err);
    if (code != GW_OK)
        return code;
    gw_buf_char(out, ']');
    gw_pager_end(&pager, page, &query, &rows, rows.count ? &list.first : NULL, rows.count ? &list.last : NULL, out);
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

static struct gw_workout_item item_of(const struct gw_workout *w)
{
    return (struct gw_workout_item){.id = w->head.id,
                                    .duplicate_of = w->duplicate_of,
                                    .source_id = w->head.source_id,
                                    .offset_s = w->head.offset_s,
                                    .start_us = w->head.start_us,
                                    .end_us = w->head.end_us,
                                    .type = w->type,
                                    .name = w->name,
                                    .duration_s = w->duration_s,
                                    .moving_time_s = w->moving_time_s,
                                    .energy_kcal = w->energy_kcal,
                                    .distance_m = w->distance_m,
                                    .hr_avg = w->hr_avg,
                                    .hr_max = w->hr_max,
                                    .elevation_gain_m = w->elevation_gain_m};
}

enum gw_code gw_read_workout(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                             struct gw_record_head *ret_head, struct gw_buf *out, struct gw_err *err)
{
    struct list list = {.out = out, .arena = arena, .day = GW_SAMPLE_DAY_NONE};
    struct gw_workout w;
    struct gw_source source;
    struct gw_workout_item item;
    enum gw_code code = gw_store_workout_get(db, arena, user, id, &w, &source, err);

    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, GW_NOT_FOUND, "workout.unknown", "Workout not found.");
    if (code != GW_OK)
        return code;
    item = item_of(&w);
    list.sources = &source;
    list.sources_count = 1;
    write_row(&list, &item);
    write_more(out, &w);
    gw_buf_str(out, ",\"laps\":");
    gw_detail_timed(out, w.laps);
    gw_buf_str(out, ",\"zones\":");
    gw_detail_timed(out, w.zones);
    gw_buf_str(out, ",\"route\":");
    gw_detail_route(out, w.route);
    gw_buf_char(out, '}');
    if (ret_head)
        *ret_head = w.head;
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
