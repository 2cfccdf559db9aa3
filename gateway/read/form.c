/* The constant parts of rows. */
#include "read/form.h"

#include <aorta/declare.h>

#include "base/time.h"
#include "read/source.h"
#include "read/write.h"

#define SAMPLE_COLUMNS ",unit,zone_offset,provider,source,device,device_type,device_name,is_daily_total\r\n"

const char *gw_form_csv_head(bool aggregated, bool of_days)
{
    if (of_days)
        return "timestamp,date,type,value,min,max,count" SAMPLE_COLUMNS;
    return aggregated ? "timestamp,type,value,min,max,count" SAMPLE_COLUMNS : "timestamp,type,value" SAMPLE_COLUMNS;
}

const struct gw_form_between *gw_form_between(enum gw_format format)
{
    static const struct gw_form_between json = {{"\",\"date\":\"", 10},
                                                {",\"min\":", 7},
                                                {",\"max\":", 7},
                                                {",\"count\":", 9}},
                                        csv = {{",", 1}, {",", 1}, {",", 1}, {",", 1}};

    return format == GW_FORMAT_CSV ? &csv : &json;
}

void gw_csv_text(struct gw_buf *out, const char *text)
{
    if (!text)
        return;
    if (!strpbrk(text, ",\"\r\n")) {
        gw_buf_str(out, text);
        return;
    }
    gw_buf_char(out, '"');
    for (; *text; text++) {
        if (*text == '"')
            gw_buf_char(out, '"');
        gw_buf_char(out, *text);
    }
    gw_buf_char(out, '"');
}

static struct gw_str keep(struct gw_buf *b, struct gw_arena *arena)
{
    char *text = b->failed ? NULL : gw_arena_strndup(arena, b->len ? b->data : "", b->len);
    struct gw_str ret = {text, text ? b->len : 0};

    gw_buf_free(b);
    return ret;
}

struct gw_str gw_form_source(enum gw_format format, const struct gw_source *source, struct gw_arena *arena)
{
    struct gw_source_view view = gw_source_view(source);
    const char *const fields[] = {view.provider, view.source, view.device, view.device_type, view.device_name};
    struct gw_buf b = {0};

    if (format != GW_FORMAT_CSV)
        gw_source_json(source, &b);
    for (size_t i = 0; format == GW_FORMAT_CSV && i < 5; i++) {
        if (i)
            gw_buf_char(&b, ',');
        gw_csv_text(&b, fields[i]);
    }
    return keep(&b, arena);
}

/* Of a metric that is summed: whether it is. Of others it says nothing. */
static const char *total_text(const struct gw_form_facts *f, const struct gw_metric *metric)
{
    if (f->daily_total)
        return "true";
    if (metric && metric->aggregation == AORTA_AGGREGATE_SUM)
        return "false";
    return f->format == GW_FORMAT_CSV ? "" : "null";
}

static void write_json(const struct gw_form_facts *f, const struct gw_metric *metric, struct gw_buf *b, size_t *middle)
{
    gw_write_text(b, "\",\"type\":", metric ? metric->name : "unknown");
    gw_buf_str(b, ",\"value\":");
    *middle = b->len;
    gw_write_text(b, ",\"unit\":", metric ? metric->unit : "");
    gw_write_offset(b, ",\"zone_offset\":", f->offset_s);
    gw_buf_str(b, ",\"source\":");
    gw_buf_add(b, f->source.ptr, f->source.len);
    gw_buf_str(b, ",\"is_daily_total\":");
    gw_buf_str(b, total_text(f, metric));
    gw_buf_str(b, f->format == GW_FORMAT_LINES ? "}\n" : "}");
}

static void write_csv(const struct gw_form_facts *f, const struct gw_metric *metric, struct gw_buf *b, size_t *middle)
{
    char offset[16] = "";

    if (f->offset_s != GW_NO_OFFSET)
        gw_offset_format(f->offset_s, offset);
    gw_buf_char(b, ',');
    gw_csv_text(b, metric ? metric->name : "unknown");
    gw_buf_char(b, ',');
    *middle = b->len;
    gw_buf_char(b, ',');
    gw_csv_text(b, metric ? metric->unit : "");
    gw_buf_char(b, ',');
    gw_buf_str(b, offset);
    gw_buf_char(b, ',');
    gw_buf_add(b, f->source.ptr, f->source.len);
    gw_buf_char(b, ',');
    gw_buf_str(b, total_text(f, metric));
    gw_buf_str(b, "\r\n");
}

bool gw_form_make(const struct gw_form_facts *facts, struct gw_arena *arena, struct gw_sample_form *ret)
{
    static const struct gw_str json_front = {"{\"timestamp\":\"", 14};
    static const char pad[GW_FORM_PAD];
    const struct gw_metric *metric = gw_metric_by_number(facts->metric);
    struct gw_sample_form form = {.commas = facts->format == GW_FORMAT_JSON};
    struct gw_buf b = {0};
    struct gw_str text;
    size_t middle;

    if (facts->format == GW_FORMAT_CSV) {
        write_csv(facts, metric, &b, &middle);
    } else {
        memcpy(form.front, json_front.ptr, json_front.len);
        form.front_len = json_front.len;
        write_json(facts, metric, &b, &middle);
    }
    gw_buf_add(&b, pad, sizeof(pad));
    text = keep(&b, arena);
    if (!text.ptr)
        return false;
    form.middle = (struct gw_str){text.ptr, middle};
    form.end = (struct gw_str){text.ptr + middle, text.len - middle - sizeof(pad)};
    *ret = form;
    return true;
}
