/* Keys and values of JSON rows, and the end of a page. */
#include "read/write.h"

#include <math.h>

#include "base/time.h"

void gw_write_text(struct gw_buf *out, const char *key, const char *text)
{
    gw_buf_str(out, key);
    gw_buf_json_cstr(out, text);
}

void gw_write_time(struct gw_buf *out, const char *key, int64_t us)
{
    char text[32];

    gw_buf_str(out, key);
    if (us == GW_NO_TIME) {
        gw_buf_str(out, "null");
        return;
    }
    gw_buf_char(out, '"');
    gw_buf_add(out, text, gw_time_format(us, text));
    gw_buf_char(out, '"');
}

void gw_write_offset(struct gw_buf *out, const char *key, int32_t offset_s)
{
    char text[16];

    gw_buf_str(out, key);
    if (offset_s == GW_NO_OFFSET) {
        gw_buf_str(out, "null");
        return;
    }
    gw_buf_char(out, '"');
    gw_buf_add(out, text, gw_offset_format(offset_s, text));
    gw_buf_char(out, '"');
}

void gw_write_uuid(struct gw_buf *out, const char *key, struct gw_uuid id)
{
    char text[GW_UUID_TEXT];

    gw_buf_str(out, key);
    if (gw_uuid_is_nil(id)) {
        gw_buf_str(out, "null");
        return;
    }
    gw_buf_char(out, '"');
    gw_buf_add(out, gw_uuid_text(id, text), GW_UUID_TEXT - 1);
    gw_buf_char(out, '"');
}

void gw_write_float(struct gw_buf *out, const char *key, double v)
{
    gw_buf_str(out, key);
    gw_buf_f64(out, v);
}

void gw_write_int(struct gw_buf *out, const char *key, double v)
{
    gw_buf_str(out, key);
    if (isfinite(v) && fabs(v) < 9.2e18)
        gw_buf_i64(out, llround(v));
    else
        gw_buf_str(out, "null");
}

void gw_write_bool(struct gw_buf *out, const char *key, int v)
{
    gw_buf_str(out, key);
    gw_buf_str(out, v < 0 ? "null" : v ? "true" : "false");
}

void gw_write_page_end(struct gw_buf *out, const struct gw_page_end *end)
{
    gw_write_text(out, ",\"pagination\":{\"cursor\":", end->next);
    gw_write_text(out, ",\"next_cursor\":", end->next);
    gw_write_text(out, ",\"previous_cursor\":", end->previous);
    gw_write_bool(out, ",\"has_more\":", end->more || end->next);
    gw_buf_str(out, ",\"total_count\":");
    if (end->total < 0)
        gw_buf_str(out, "null");
    else
        gw_buf_i64(out, end->total);
    gw_write_text(out, "},\"metadata\":{\"resolution\":", end->resolution);
    gw_buf_str(out, ",\"sample_count\":");
    gw_buf_i64(out, end->rows);
    gw_write_text(out, ",\"start_time\":", end->from_text);
    gw_write_text(out, ",\"end_time\":", end->to_text);
    gw_buf_str(out, "}}");
}
