/* Pages of sleep sessions. */
#include <math.h>

#include "read/detail.h"
#include "read/nights.h"
#include "read/page.h"
#include "read/sleep.h"
#include "read/source.h"

/* Minutes are whole and rounded down, as the field's readers expect. */
static void write_minutes(struct gw_buf *out, const char *key, double seconds)
{
    gw_write_int(out, key, isnan(seconds) ? seconds : floor(seconds / 60));
}

/* Both spellings; null when no stage is known at all. */
static void write_stages(struct gw_buf *out, const struct gw_sleep *s)
{
    if (isnan(s->awake_s) && isnan(s->light_s) && isnan(s->deep_s) && isnan(s->rem_s)) {
        gw_buf_str(out, ",\"stages\":null");
        return;
    }
    gw_write_int(out, ",\"stages\":{\"awake_seconds\":", s->awake_s);
    gw_write_int(out, ",\"light_seconds\":", s->light_s);
    gw_write_int(out, ",\"deep_seconds\":", s->deep_s);
    gw_write_int(out, ",\"rem_seconds\":", s->rem_s);
    write_minutes(out, ",\"awake_minutes\":", s->awake_s);
    write_minutes(out, ",\"light_minutes\":", s->light_s);
    write_minutes(out, ",\"deep_minutes\":", s->deep_s);
    write_minutes(out, ",\"rem_minutes\":", s->rem_s);
    gw_buf_char(out, '}');
}

void gw_sleep_json(struct gw_buf *out, const struct gw_sleep *s, const struct gw_source *source)
{
    double seconds = isnan(s->duration_s) ? (double)(s->head.end_us - s->head.start_us) / 1e6 : s->duration_s;

    gw_write_uuid(out, "{\"id\":", s->head.id);
    gw_write_time(out, ",\"start_time\":", s->head.start_us);
    gw_write_time(out, ",\"end_time\":", s->head.end_us);
    gw_write_offset(out, ",\"zone_offset\":", s->head.offset_s);
    gw_write_int(out, ",\"duration_seconds\":", seconds);
    gw_write_int(out, ",\"sleep_duration_seconds\":", s->asleep_s);
    gw_write_float(out, ",\"efficiency_percent\":", s->efficiency_percent);
    write_stages(out, s);
    gw_buf_str(out, ",\"sleep_stage_intervals\":");
    gw_detail_timed(out, s->stages);
    gw_write_bool(out, ",\"is_nap\":", s->is_nap > 0);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(source, out);
    gw_buf_char(out, '}');
}

static void write_page(struct gw_buf *out, const struct gw_event_page *rows)
{
    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < rows->count; i++) {
        const struct gw_sleep *s = &rows->sleeps[i];
        if (i)
            gw_buf_char(out, ',');
        gw_sleep_json(out, s, gw_store_source_find(rows->sources, rows->sources_count, s->head.source_id));
    }
    gw_buf_char(out, ']');
}

enum gw_code gw_read_sleep(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                           struct gw_buf *out, struct gw_err *err)
{
    struct gw_event_pager pager;
    struct gw_event_query query;
    struct gw_event_page rows = {0};
    enum gw_code code = gw_pager_begin(&pager, GW_CURSOR_SLEEP, page, &query, err);

    if (code == GW_OK && page->from_us < page->to_us)
        code = page->by_priority ? gw_nights_page(db, arena, &query, &rows, err)
                                 : gw_store_sleep_page(db, arena, &query, &rows, err);
    if (code != GW_OK)
        return code;
    write_page(out, &rows);
    gw_pager_end(&pager, page, &query, &rows, rows.count ? &rows.sleeps[0].head : NULL,
                 rows.count ? &rows.sleeps[rows.count - 1].head : NULL, out);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
