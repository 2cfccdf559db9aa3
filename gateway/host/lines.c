/* Records, series and webhook items as JSON lines. Members stand in a fixed order; what is not known is left out, but
 * the offset, which is null: not known and not zero are different things. */
#include "host/lines.h"

#include <math.h>

#include "base/time.h"
#include "host/metrics.h"

#define HELD_MOST ((size_t)256 << 10)

/* Lines that somebody writes away do not gather. */
static enum gw_code line_done(struct gw_lines *lines, struct gw_err *err)
{
    if (lines->out->failed)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!lines->write || lines->out->len < HELD_MOST || lines->write(lines->write_self, lines->out))
        return GW_OK;
    return gw_fail(err, GW_INTERNAL, "The output could not be written.");
}

static struct gw_str str_of(aorta_str s)
{
    return (struct gw_str){s.ptr, s.len};
}

static void key(struct gw_buf *out, const char *name)
{
    if (out->len && out->data[out->len - 1] != '{')
        gw_buf_char(out, ',');
    gw_buf_json_cstr(out, name);
    gw_buf_char(out, ':');
}

static void text_member(struct gw_buf *out, const char *name, aorta_str text)
{
    if (text.len == 0)
        return;
    key(out, name);
    gw_buf_json(out, str_of(text));
}

static void time_text(struct gw_buf *out, int64_t us)
{
    char text[32];

    gw_time_format(us, text);
    gw_buf_json_cstr(out, text);
}

static void time_member(struct gw_buf *out, const char *name, int64_t us)
{
    key(out, name);
    time_text(out, us);
}

static void offset_member(struct gw_buf *out, bool known, int32_t offset_s)
{
    char text[8];

    key(out, "offset");
    if (!known) {
        gw_buf_str(out, "null");
        return;
    }
    gw_offset_format(offset_s, text);
    gw_buf_json_cstr(out, text);
}

static void source_member(struct gw_buf *out, const aorta_source *s)
{
    key(out, "source");
    gw_buf_char(out, '{');
    text_member(out, "app", s->app);
    text_member(out, "app_id", s->app_id);
    text_member(out, "device_model", s->device_model);
    text_member(out, "device_name", s->device_name);
    text_member(out, "device_type", s->device_type);
    text_member(out, "software", s->software);
    text_member(out, "original", s->original);
    gw_buf_char(out, '}');
}

/* The flags TENTATIVE and DELETED have the same bits on records and series. */
static void flags_member(struct gw_buf *out, uint32_t flags)
{
    static const struct {
        uint32_t bit;
        const char *text;
    } names[] = {{AORTA_RECORD_TENTATIVE, "tentative"}, {AORTA_RECORD_DELETED, "deleted"}};
    bool first = true;

    key(out, "flags");
    gw_buf_char(out, '[');
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!(flags & names[i].bit))
            continue;
        if (!first)
            gw_buf_char(out, ',');
        first = false;
        gw_buf_json_cstr(out, names[i].text);
    }
    gw_buf_char(out, ']');
}

_Static_assert(AORTA_RECORD_TENTATIVE == AORTA_SERIES_TENTATIVE && AORTA_RECORD_DELETED == AORTA_SERIES_DELETED,
               "flags_member serves both");

/* ---- records ---- */

static void date_text(struct gw_buf *out, int64_t days)
{
    int64_t year;
    unsigned month, day;

    gw_civil_from_days(days, &year, &month, &day);
    gw_buf_printf(out, "\"%04lld-%02u-%02u\"", (long long)year, month, day);
}

/* JSON without its layout, so that it stays on one line: white space outside of strings goes. */
static void one_line_json(struct gw_buf *out, struct gw_str json)
{
    bool in_string = false;

    for (size_t i = 0; i < json.len; i++) {
        char c = json.ptr[i];
        if (in_string && c == '\\' && i + 1 < json.len) {
            gw_buf_add(out, json.ptr + i++, 2);
            continue;
        }
        if (c == '"')
            in_string = !in_string;
        if (in_string || !strchr(" \t\r\n", c))
            gw_buf_char(out, c);
    }
}

static void value_text(struct gw_buf *out, const aorta_value *v)
{
    switch (v->type) {
    case AORTA_TYPE_BOOL:
        gw_buf_str(out, v->u.i ? "true" : "false");
        break;
    case AORTA_TYPE_INT:
    case AORTA_TYPE_DURATION:
        gw_buf_i64(out, v->u.i);
        break;
    case AORTA_TYPE_FLOAT:
        gw_buf_f64(out, v->u.f);
        break;
    case AORTA_TYPE_TIME:
        time_text(out, v->u.i);
        break;
    case AORTA_TYPE_DATE:
        date_text(out, v->u.i);
        break;
    case AORTA_TYPE_JSON: /* checked by the host: it parses */
        one_line_json(out, str_of(v->u.s));
        break;
    default:
        gw_buf_json(out, str_of(v->u.s));
    }
}

static void fields_member(struct gw_buf *out, const aorta_record *r)
{
    key(out, "fields");
    gw_buf_char(out, '{');
    for (uint32_t i = 0; i < r->fields_count; i++) {
        if (i)
            gw_buf_char(out, ',');
        gw_buf_json(out, str_of(r->fields[i].key));
        gw_buf_char(out, ':');
        value_text(out, &r->fields[i].value);
    }
    gw_buf_char(out, '}');
}

static enum gw_code on_record(void *self, const aorta_record *r, const aorta_source *source, uint32_t index,
                              struct gw_err *err)
{
    struct gw_lines *lines = self;
    struct gw_buf *out = lines->out;

    (void)index;
    gw_buf_char(out, '{');
    text_member(out, "record", r->kind);
    text_member(out, "external_id", r->external_id);
    text_member(out, "parent_external_id", r->parent_external_id);
    time_member(out, "start", r->start_us);
    time_member(out, "end", r->end_us);
    offset_member(out, r->flags & AORTA_RECORD_HAS_OFFSET, r->tz_offset_s);
    if (r->version_us)
        time_member(out, "version", r->version_us);
    flags_member(out, r->flags);
    source_member(out, source);
    fields_member(out, r);
    gw_buf_str(out, "}\n");
    lines->records++;
    return line_done(lines, err);
}

/* ---- series ---- */

static void samples_member(struct gw_buf *out, const aorta_series *s)
{
    key(out, "samples");
    gw_buf_char(out, '[');
    for (uint32_t i = 0; i < s->count; i++) {
        gw_buf_str(out, i ? ",[" : "[");
        time_text(out, s->t_us[i]);
        gw_buf_char(out, ',');
        if (s->v)
            gw_buf_f64(out, s->v[i]);
        else
            gw_buf_str(out, "null");
        if (s->dur_us) {
            gw_buf_char(out, ',');
            gw_buf_f64(out, (double)s->dur_us[i] / 1e6);
        }
        gw_buf_char(out, ']');
    }
    gw_buf_char(out, ']');
}

static void summary_members(struct gw_buf *out, const aorta_series *s)
{
    double least = INFINITY, most = -INFINITY, sum = 0;

    for (uint32_t i = 0; s->v && i < s->count; i++) {
        least = fmin(least, s->v[i]);
        most = fmax(most, s->v[i]);
        sum += s->v[i];
    }
    key(out, "min");
    gw_buf_f64(out, least);
    key(out, "max");
    gw_buf_f64(out, most);
    key(out, "mean");
    gw_buf_f64(out, s->v ? sum / s->count : NAN);
}

static enum gw_code on_series(void *self, const aorta_series *s, uint16_t metric, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    struct gw_lines *lines = self;
    struct gw_buf *out = lines->out;
    const struct gw_metric *m = gw_metric_by_number(metric);

    (void)index;
    gw_buf_char(out, '{');
    key(out, "series");
    gw_buf_json_cstr(out, m->name);
    key(out, "unit");
    gw_buf_json_cstr(out, m->unit);
    key(out, "count");
    gw_buf_i64(out, s->count);
    time_member(out, "start", s->t_us[0]);
    time_member(out, "end", s->t_us[s->count - 1]);
    offset_member(out, s->flags & AORTA_SERIES_HAS_OFFSET, s->tz_offset_s);
    if (s->version_us)
        time_member(out, "version", s->version_us);
    flags_member(out, s->flags);
    source_member(out, source);
    key(out, "daily_total");
    gw_buf_str(out, s->flags & AORTA_SERIES_DAILY_TOTAL ? "true" : "false");
    if (lines->summary)
        summary_members(out, s);
    else
        samples_member(out, s);
    gw_buf_str(out, "}\n");
    lines->series++;
    lines->samples += s->count;
    return line_done(lines, err);
}

/* ---- refusals, items ---- */

static void on_refused(void *self, struct gw_str what, struct gw_str reason)
{
    struct gw_lines *lines = self;
    struct gw_buf *out = lines->out;

    gw_buf_char(out, '{');
    key(out, "refused");
    gw_buf_json(out, what);
    key(out, "reason");
    gw_buf_json(out, reason);
    gw_buf_str(out, "}\n");
    lines->refused++;
}

/* Payloads are mostly JSON, and then readable as it is; other bytes only by their number. */
static void payload_member(struct gw_buf *out, const aorta_payload *p)
{
    struct gw_str bytes = {(const char *)p->data, p->data ? (size_t)p->size : 0};

    key(out, "payload");
    gw_buf_char(out, '{');
    text_member(out, "kind", p->kind);
    text_member(out, "external_id", p->external_id);
    text_member(out, "content_type", p->content_type);
    if (p->flags & AORTA_PAYLOAD_HAS_OFFSET)
        offset_member(out, true, p->tz_offset_s);
    key(out, "size");
    gw_buf_i64(out, (int64_t)p->size);
    if (bytes.len && gw_utf8_valid(bytes.ptr, bytes.len)) {
        key(out, "text");
        gw_buf_json(out, bytes);
    }
    gw_buf_char(out, '}');
}

static enum gw_code on_item(void *self, const aorta_webhook_item *item, struct gw_err *err)
{
    static const char *const types[] = {"", "data", "fetch", "deregister", "permissions"};
    struct gw_lines *lines = self;
    struct gw_buf *out = lines->out;

    gw_buf_char(out, '{');
    key(out, "item");
    gw_buf_json_cstr(out, types[item->type]);
    text_member(out, "account", item->provider_user_id);
    text_member(out, "event", item->event);
    text_member(out, "hint", item->hint);
    text_member(out, "scope", item->scope);
    if (item->payload)
        payload_member(out, item->payload);
    gw_buf_str(out, "}\n");
    lines->items++;
    return line_done(lines, err);
}

static int64_t on_read(void *self, void *buf, size_t cap)
{
    struct gw_lines *lines = self;

    return lines->read(lines->read_self, buf, cap);
}

void gw_lines_sink(struct gw_lines *lines, struct gw_sink *ret)
{
    *ret = (struct gw_sink){.self = lines,
                            .record = on_record,
                            .series = on_series,
                            .refused = on_refused,
                            .webhook_item = on_item,
                            .payload_read = lines->read ? on_read : NULL};
}
