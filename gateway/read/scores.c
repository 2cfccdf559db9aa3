/* Scores as their providers made them: a page by number of rows. */
#include <math.h>

#include "read/extra.h"
#include "read/summaries.h"
#include "read/write.h"
#include "store/summaries.h"

/* A part of a score is a number, a word, or both. */
static void write_component(struct gw_buf *out, const char *name, const json_t *value)
{
    const json_t *number = json_is_object(value) ? json_object_get(value, "value") : value;
    const json_t *word = json_is_object(value) ? json_object_get(value, "qualifier") : value;

    gw_buf_json_cstr(out, name);
    gw_write_float(out, ":{\"value\":", json_is_number(number) ? json_number_value(number) : (double)NAN);
    gw_write_text(out, ",\"qualifier\":", json_string_value(word));
    gw_buf_char(out, '}');
}

static void write_components(struct gw_buf *out, json_t *components)
{
    const char *name;
    json_t *value;
    bool first = true;

    gw_buf_str(out, ",\"components\":");
    if (!json_is_object(components)) {
        gw_buf_str(out, "null");
        return;
    }
    gw_buf_char(out, '{');
    json_object_foreach(components, name, value)
    {
        gw_buf_str(out, first ? "" : ",");
        write_component(out, name, value);
        first = false;
    }
    gw_buf_char(out, '}');
}

/* A user's sources with the ids that the API shows. */
struct named {
    struct gw_source *sources;
    struct gw_uuid *ids;
    size_t count;
};

static void write_source(struct gw_buf *out, const struct named *named, int32_t source_id)
{
    static const struct gw_uuid nobody;
    size_t i = 0;

    while (i < named->count && named->sources[i].id != source_id)
        i++;
    gw_write_uuid(out, ",\"data_source_id\":", i < named->count ? named->ids[i] : nobody);
    gw_write_text(out, ",\"provider\":", i < named->count ? named->sources[i].provider : NULL);
}

static void write_row(struct gw_buf *out, const struct gw_event *event, const struct named *named)
{
    gw_own_extra json_t *extra = gw_extra_open(event->head.extra);

    gw_write_text(out, "{\"category\":", gw_extra_text(extra, "category"));
    gw_write_float(out, ",\"value\":", gw_extra_number(extra, "value"));
    gw_write_text(out, ",\"qualifier\":", gw_extra_text(extra, "qualifier"));
    gw_write_time(out, ",\"recorded_at\":", event->head.start_us);
    gw_write_offset(out, ",\"zone_offset\":", event->head.offset_s);
    write_components(out, json_object_get(extra, "components"));
    gw_write_uuid(out, ",\"id\":", event->head.id);
    write_source(out, named, event->head.source_id);
    gw_buf_char(out, '}');
}

enum gw_code gw_read_scores(struct gw_db *db, struct gw_arena *arena, const struct gw_read_scores *query,
                            struct gw_buf *out, struct gw_err *err)
{
    const struct gw_score_query q = {.range = {query->user, query->from_us, query->to_us},
                                     .category = query->category,
                                     .provider = query->provider,
                                     .limit = query->limit,
                                     .offset = query->offset};
    struct gw_page_end end = {.from_text = query->from_text, .to_text = query->to_text};
    struct gw_event *events = NULL;
    struct named named = {0};
    size_t count = 0;
    enum gw_code code = GW_OK;

    if (query->from_us < query->to_us)
        code = gw_store_score_page(db, arena, &q, &events, &count, &end.total, err);
    if (code == GW_OK && count > 0)
        code = gw_store_source_list(db, arena, query->user, &named.sources, &named.ids, &named.count, err);
    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_row(out, &events[i], &named);
    }
    gw_buf_char(out, ']');
    end.rows = (int64_t)count;
    end.more = query->offset + end.rows < end.total;
    gw_write_page_end(out, &end);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
