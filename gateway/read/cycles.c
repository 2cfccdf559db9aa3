/* Pages of what providers know of a menstrual cycle or a pregnancy, a day each. */
#include <stdlib.h>

#include "read/extra.h"
#include "read/page.h"
#include "read/source.h"

/* The API's names and ours, which plugins use. */
static const struct cycle_field {
    const char *key, *ours;
    enum { FIELD_INT, FIELD_TEXT, FIELD_BOOL } type;
} fields[] = {
    {",\"current_phase\":", "phase_number", FIELD_INT},
    {",\"current_phase_type\":", "phase", FIELD_TEXT},
    {",\"day_in_cycle\":", "day_in_cycle", FIELD_INT},
    {",\"cycle_length\":", "cycle_length_days", FIELD_INT},
    {",\"predicted_cycle_length\":", "predicted_cycle_length_days", FIELD_INT},
    {",\"is_predicted_cycle\":", "is_predicted", FIELD_BOOL},
    {",\"period_start_date\":", "period_start_date", FIELD_TEXT},
    {",\"period_length\":", "period_length_days", FIELD_INT},
    {",\"length_of_current_phase\":", "phase_length_days", FIELD_INT},
    {",\"days_until_next_phase\":", "days_until_next_phase", FIELD_INT},
    {",\"fertile_window_start\":", "fertile_window_start", FIELD_INT},
    {",\"length_of_fertile_window\":", "fertile_window_length_days", FIELD_INT},
    {",\"has_specified_cycle_length\":", "has_specified_cycle_length", FIELD_BOOL},
    {",\"has_specified_period_length\":", "has_specified_period_length", FIELD_BOOL},
};

static void write_field(struct gw_buf *out, const struct cycle_field *field, const json_t *extra)
{
    const json_t *value = json_object_get(extra, field->ours);

    switch (field->type) {
    case FIELD_INT:
        gw_write_int(out, field->key, gw_extra_number(extra, field->ours));
        break;
    case FIELD_TEXT:
        gw_write_text(out, field->key, gw_extra_text(extra, field->ours));
        break;
    case FIELD_BOOL:
        gw_write_bool(out, field->key, json_is_boolean(value) ? json_is_true(value) : -1);
        break;
    }
}

/* As the provider said it: a list of one. */
static void write_pregnancy(struct gw_buf *out, const json_t *extra)
{
    const json_t *value = json_object_get(extra, "pregnancy");
    char *text = json_is_object(value) ? json_dumps(value, JSON_COMPACT) : NULL;

    gw_buf_str(out, ",\"pregnancy_snapshot\":");
    gw_buf_str(out, text ? "[" : "null");
    gw_buf_str(out, text ? text : "");
    gw_buf_str(out, text ? "]" : "");
    out->failed |= json_is_object(value) && !text;
    free(text);
}

static void write_row(struct gw_buf *out, const struct gw_event *event, const struct gw_source *source)
{
    gw_own_extra json_t *extra = gw_extra_open(event->head.extra);

    gw_write_uuid(out, "{\"id\":", event->head.id);
    gw_write_time(out, ",\"start_time\":", event->head.start_us);
    gw_write_time(out, ",\"end_time\":", event->head.end_us);
    gw_write_offset(out, ",\"zone_offset\":", event->head.offset_s);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(source, out);
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        write_field(out, &fields[i], extra);
    gw_write_time(out, ",\"last_updated_at\":", event->head.version_us);
    write_pregnancy(out, extra);
    gw_buf_char(out, '}');
}

enum gw_code gw_read_cycles(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                            struct gw_buf *out, struct gw_err *err)
{
    struct gw_event_pager pager;
    struct gw_event_query query;
    struct gw_event_page rows = {0};
    enum gw_code code = gw_pager_begin(&pager, GW_CURSOR_CYCLE, page, &query, err);

    query.type = "menstrual_cycle";
    if (code == GW_OK && page->from_us < page->to_us)
        code = gw_store_event_page(db, arena, &query, &rows, err);
    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < rows.count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_row(out, &rows.events[i],
                  gw_store_source_find(rows.sources, rows.sources_count, rows.events[i].head.source_id));
    }
    gw_buf_char(out, ']');
    gw_pager_end(&pager, page, &query, &rows, rows.count ? &rows.events[0].head : NULL,
                 rows.count ? &rows.events[rows.count - 1].head : NULL, out);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
