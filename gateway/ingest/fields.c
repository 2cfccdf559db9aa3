/* Tables of which key goes to which column. A key of the catalogue without a column here goes to `extra`, as
 * do keys the catalogue does not know. */
#include "ingest/fields.h"

#include <jansson.h>
#include <math.h>
#include <stddef.h>

#include "host/metrics.h"
#include "store/commit.h"

#define TEXT_MOST 500
#define JSON_MOST (8u << 20)

enum column_kind { COLUMN_NUMBER, COLUMN_FLAG, COLUMN_TEXT, COLUMN_JSON };

struct column {
    const char *key;
    enum column_kind kind;
    size_t offset;
    double least, most; /* numbers outside are refused: nobody runs at -3 bpm */
};

#define NUMBER(type, key, member, least, most)                                                                         \
    {                                                                                                                  \
        key, COLUMN_NUMBER, offsetof(type, member), least, most                                                        \
    }
#define OTHER(type, key, member, kind)                                                                                 \
    {                                                                                                                  \
        key, kind, offsetof(type, member), 0, 0                                                                        \
    }
#define DAYS31 (31 * 86400.0)

static const struct column workout_columns[] = {
    OTHER(struct gw_workout, "type", type, COLUMN_TEXT),
    OTHER(struct gw_workout, "type_original", type_original, COLUMN_TEXT),
    OTHER(struct gw_workout, "name", name, COLUMN_TEXT),
    NUMBER(struct gw_workout, "duration_s", duration_s, 0, DAYS31),
    NUMBER(struct gw_workout, "moving_time_s", moving_time_s, 0, DAYS31),
    NUMBER(struct gw_workout, "energy_kcal", energy_kcal, 0, 1e6),
    NUMBER(struct gw_workout, "distance_m", distance_m, 0, 1e8),
    NUMBER(struct gw_workout, "heart_rate_avg_bpm", hr_avg, 0, 400),
    NUMBER(struct gw_workout, "heart_rate_max_bpm", hr_max, 0, 400),
    NUMBER(struct gw_workout, "heart_rate_min_bpm", hr_min, 0, 400),
    NUMBER(struct gw_workout, "elevation_gain_m", elevation_gain_m, 0, 1e6),
    NUMBER(struct gw_workout, "elevation_loss_m", elevation_loss_m, 0, 1e6),
    NUMBER(struct gw_workout, "elevation_max_m", elevation_max_m, -12000, 100000),
    NUMBER(struct gw_workout, "elevation_min_m", elevation_min_m, -12000, 100000),
    NUMBER(struct gw_workout, "speed_avg_mps", speed_avg_mps, 0, 1000),
    NUMBER(struct gw_workout, "speed_max_mps", speed_max_mps, 0, 1000),
    NUMBER(struct gw_workout, "cadence_avg_rpm", cadence_avg_rpm, 0, 10000),
    NUMBER(struct gw_workout, "cadence_max_rpm", cadence_max_rpm, 0, 10000),
    NUMBER(struct gw_workout, "power_avg_w", power_avg_w, 0, 100000),
    NUMBER(struct gw_workout, "power_max_w", power_max_w, 0, 100000),
    NUMBER(struct gw_workout, "steps", steps, 0, 1e8),
    OTHER(struct gw_workout, "is_manual", is_manual, COLUMN_FLAG),
    OTHER(struct gw_workout, "laps", laps, COLUMN_JSON),
    OTHER(struct gw_workout, "zones", zones, COLUMN_JSON),
    OTHER(struct gw_workout, "route", route, COLUMN_JSON),
};

static const struct column sleep_columns[] = {
    OTHER(struct gw_sleep, "is_nap", is_nap, COLUMN_FLAG),
    NUMBER(struct gw_sleep, "duration_s", duration_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "asleep_s", asleep_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "in_bed_s", in_bed_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "awake_s", awake_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "light_s", light_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "deep_s", deep_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "rem_s", rem_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "latency_s", latency_s, 0, DAYS31),
    NUMBER(struct gw_sleep, "efficiency_percent", efficiency_percent, 0, 100),
    NUMBER(struct gw_sleep, "score", score, 0, 100),
    OTHER(struct gw_sleep, "stages", stages, COLUMN_JSON),
};

static const struct column stage_columns[] = {
    OTHER(struct gw_sleep_stage, "stage", stage, COLUMN_TEXT),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct column *column_of(const struct column *columns, size_t count, aorta_str key)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(columns[i].key) == key.len && memcmp(columns[i].key, key.ptr, key.len) == 0)
            return &columns[i];
    return NULL;
}

static struct gw_str text_of(const aorta_value *value)
{
    return (struct gw_str){value->u.s.ptr, value->u.s.len};
}

static bool number_of(const aorta_value *value, double *ret)
{
    switch (value->type) {
    case AORTA_TYPE_FLOAT:
        *ret = value->u.f;
        return isfinite(*ret);
    case AORTA_TYPE_INT:
    case AORTA_TYPE_BOOL:
        *ret = (double)value->u.i;
        return true;
    case AORTA_TYPE_DURATION:
        *ret = (double)value->u.i / 1e6;
        return true;
    default:
        return false;
    }
}

static enum gw_code set_text(const struct column *column, const aorta_value *value, struct gw_arena *arena,
                             const char **ret, struct gw_err *err)
{
    struct gw_str text = text_of(value);
    size_t most = column->kind == COLUMN_JSON ? JSON_MOST : TEXT_MOST;

    if (value->type != AORTA_TYPE_STRING && value->type != AORTA_TYPE_ENUM && value->type != AORTA_TYPE_JSON)
        return gw_fail(err, GW_DATA, "%s is not text", column->key);
    if (text.len == 0)
        return GW_OK;
    if (!gw_utf8_valid(text.ptr, text.len))
        return gw_fail(err, GW_DATA, "%s is not UTF-8", column->key);
    if (text.len > most) {
        if (column->kind == COLUMN_JSON)
            return gw_fail(err, GW_DATA, "%s is too large", column->key);
        for (text.len = most; text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80;)
            text.len--;
    }
    *ret = gw_arena_strndup(arena, text.ptr, text.len);
    return *ret ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

static enum gw_code set_column(const struct column *column, const aorta_value *value, struct gw_arena *arena, void *row,
                               struct gw_err *err)
{
    void *place = (char *)row + column->offset;
    double number;

    switch (column->kind) {
    case COLUMN_NUMBER:
        if (!number_of(value, &number))
            return gw_fail(err, GW_DATA, "%s is not a number", column->key);
        if (number < column->least || number > column->most)
            return gw_fail(err, GW_DATA, "%s is out of range", column->key);
        *(double *)place = number;
        return GW_OK;
    case COLUMN_FLAG:
        if (!number_of(value, &number))
            return gw_fail(err, GW_DATA, "%s is not true or false", column->key);
        *(int *)place = number != 0;
        return GW_OK;
    default:
        return set_text(column, value, arena, place, err);
    }
}

/* One value of `extra`. JSON text is checked, for a broken piece would spoil the whole object. */
static bool write_extra_value(const aorta_value *value, struct gw_buf *out)
{
    json_t *json;

    switch (value->type) {
    case AORTA_TYPE_BOOL:
        gw_buf_str(out, value->u.i ? "true" : "false");
        return true;
    case AORTA_TYPE_INT:
    case AORTA_TYPE_TIME:
    case AORTA_TYPE_DATE:
    case AORTA_TYPE_DURATION:
        gw_buf_i64(out, value->u.i);
        return true;
    case AORTA_TYPE_FLOAT:
        gw_buf_f64(out, value->u.f);
        return isfinite(value->u.f);
    case AORTA_TYPE_STRING:
    case AORTA_TYPE_ENUM:
    case AORTA_TYPE_URL:
        gw_buf_json(out, text_of(value));
        /* a NUL makes the whole object unreadable for SQL */
        return gw_utf8_valid(value->u.s.ptr, value->u.s.len) && !memchr(value->u.s.ptr, '\0', value->u.s.len);
    case AORTA_TYPE_JSON:
        json = json_loadb(value->u.s.ptr, value->u.s.len, JSON_DECODE_ANY, NULL);
        if (!json)
            return false;
        json_decref(json);
        gw_buf_add(out, value->u.s.ptr, value->u.s.len);
        return true;
    default:
        return false;
    }
}

static void write_extra(const aorta_field *field, struct gw_buf *extra)
{
    struct gw_str key = {field->key.ptr, field->key.len};
    size_t mark = extra->len;

    gw_buf_char(extra, extra->len ? ',' : '{');
    gw_buf_json(extra, key);
    gw_buf_char(extra, ':');
    if (!write_extra_value(&field->value, extra))
        extra->len = mark;
}

static enum gw_code read_fields(const aorta_record *record, const struct column *columns, size_t count,
                                struct gw_arena *arena, void *row, struct gw_buf *extra, struct gw_err *err)
{
    for (uint32_t i = 0; i < record->fields_count; i++) {
        const aorta_field *field = &record->fields[i];
        const struct column *column = column_of(columns, count, field->key);
        enum gw_code code = GW_OK;
        if (field->value.type == AORTA_TYPE_NONE)
            continue;
        if (column)
            code = set_column(column, &field->value, arena, row, err);
        else
            write_extra(field, extra);
        if (code)
            return code;
    }
    return GW_OK;
}

static enum gw_code keep_extra(struct gw_buf *extra, struct gw_arena *arena, const char **ret, struct gw_err *err)
{
    if (extra->len == 0 && !extra->failed)
        return GW_OK;
    gw_buf_char(extra, '}');
    *ret = extra->failed ? NULL : gw_arena_strndup(arena, extra->data, extra->len);
    return *ret ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

/* Every number of the row starts as not known. */
static void blank(void *row, const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *place = (char *)row + columns[i].offset;
        if (columns[i].kind == COLUMN_NUMBER)
            *(double *)place = NAN;
        else if (columns[i].kind == COLUMN_FLAG)
            *(int *)place = -1;
    }
}

static double span_s(const aorta_record *record)
{
    return (double)(record->end_us - record->start_us) / 1e6;
}

enum gw_code fields_workout(const aorta_record *record, struct gw_arena *arena, struct gw_workout *ret,
                            struct gw_err *err)
{
    gw_own_buf struct gw_buf extra = {.most = JSON_MOST};
    struct gw_workout row = {0};
    enum gw_code code;

    blank(&row, workout_columns, COUNT(workout_columns));
    code = read_fields(record, workout_columns, COUNT(workout_columns), arena, &row, &extra, err);
    if (!code)
        code = keep_extra(&extra, arena, &row.head.extra, err);
    if (code)
        return code;
    if (!row.type || !gw_workout_type_title(gw_str(row.type))) {
        if (row.type && !row.type_original)
            row.type_original = row.type;
        row.type = "other";
    }
    if (isnan(row.duration_s))
        row.duration_s = span_s(record);
    *ret = row;
    return GW_OK;
}

/* What follows from what was said: time asleep from the stages, efficiency from time asleep. */
static void complete_sleep(struct gw_sleep *row, const aorta_record *record)
{
    double parts[] = {row->light_s, row->deep_s, row->rem_s};

    if (isnan(row->duration_s))
        row->duration_s = span_s(record);
    if (isnan(row->asleep_s)) {
        double sum = 0;
        bool known = false;
        for (size_t i = 0; i < COUNT(parts); i++) {
            known |= !isnan(parts[i]);
            sum += isnan(parts[i]) ? 0 : parts[i];
        }
        if (known && sum > 0)
            row->asleep_s = sum;
    }
    if (isnan(row->efficiency_percent) && !isnan(row->asleep_s)) {
        double bed = isnan(row->in_bed_s) ? row->duration_s : row->in_bed_s;
        if (bed > 0 && row->asleep_s <= bed)
            row->efficiency_percent = round(row->asleep_s / bed * 1000) / 10;
    }
}

enum gw_code fields_sleep(const aorta_record *record, struct gw_arena *arena, struct gw_sleep *ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf extra = {.most = JSON_MOST};
    struct gw_sleep row = {0};
    enum gw_code code;

    blank(&row, sleep_columns, COUNT(sleep_columns));
    code = read_fields(record, sleep_columns, COUNT(sleep_columns), arena, &row, &extra, err);
    if (!code)
        code = keep_extra(&extra, arena, &row.head.extra, err);
    if (!code && row.stages)
        code = stages_check(gw_str(row.stages), arena, &row.stages, err);
    if (code)
        return code;
    complete_sleep(&row, record);
    *ret = row;
    return GW_OK;
}

enum gw_code fields_stage(const aorta_record *record, struct gw_arena *arena, struct gw_sleep_stage *ret,
                          struct gw_err *err)
{
    gw_own_buf struct gw_buf extra = {.most = JSON_MOST};
    struct gw_sleep_stage row = {0};
    struct gw_str parent = {record->parent_external_id.ptr, record->parent_external_id.len};
    enum gw_code code = read_fields(record, stage_columns, COUNT(stage_columns), arena, &row, &extra, err);

    if (!code)
        code = keep_extra(&extra, arena, &row.head.extra, err);
    if (code)
        return code;
    if (!row.stage && !(record->flags & AORTA_RECORD_DELETED))
        return gw_fail(err, GW_DATA, "it does not say which stage it is");
    if (record->end_us - record->start_us > GW_STAGE_MOST_US)
        return gw_fail(err, GW_DATA, "it is longer than a day");
    row.stage = row.stage ? row.stage : "unknown";
    row.parent = parent.len ? gw_arena_strndup(arena, parent.ptr, parent.len) : NULL;
    if (parent.len && !row.parent)
        return gw_fail(err, GW_NOMEM, NULL);
    *ret = row;
    return GW_OK;
}

/* Of a score the number is wanted beside what goes to `extra`. */
static double score_value(const aorta_record *record)
{
    double value;

    for (uint32_t i = 0; i < record->fields_count; i++)
        if (gw_str_is((struct gw_str){record->fields[i].key.ptr, record->fields[i].key.len}, "value") &&
            number_of(&record->fields[i].value, &value))
            return value;
    return NAN;
}

enum gw_code fields_event(const aorta_record *record, struct gw_arena *arena, struct gw_event *ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf extra = {.most = JSON_MOST};
    struct gw_event row = {.value = score_value(record)};
    enum gw_code code = read_fields(record, NULL, 0, arena, &row, &extra, err);

    if (!code)
        code = keep_extra(&extra, arena, &row.head.extra, err);
    if (code)
        return code;
    row.kind = gw_arena_strndup(arena, record->kind.ptr, record->kind.len);
    if (!row.kind)
        return gw_fail(err, GW_NOMEM, NULL);
    *ret = row;
    return GW_OK;
}
