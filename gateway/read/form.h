/* read/form.h - how rows of samples are written down: as JSON in a page, as JSON lines, as CSV. [any thread] */
#ifndef GW_READ_FORM_H
#define GW_READ_FORM_H

#include "host/metrics.h"
#include "read/sample.h"
#include "store/model.h"

enum gw_format { GW_FORMAT_JSON, GW_FORMAT_LINES, GW_FORMAT_CSV };

/* What the rows of one form have in common. */
struct gw_form_facts {
    enum gw_format format;
    bool of_days; /* the date follows the time, and middle begins behind it */
    uint16_t metric;
    bool daily_total;
    int32_t offset_s;
    struct gw_str source; /* as gw_form_source wrote it */
};

/* The source in the format's own way, in the arena; ptr NULL = no memory. Formatted once, for every form has it. */
struct gw_str gw_form_source(enum gw_format format, const struct gw_source *source, struct gw_arena *arena);
/* False: no memory. */
bool gw_form_make(const struct gw_form_facts *facts, struct gw_arena *arena, struct gw_sample_form *ret) GW_MUST_USE;

/* What stands between the time and the date, the value and min, min and max, max and count. */
struct gw_form_between {
    struct gw_str date, min, max, count;
};
const struct gw_form_between *gw_form_between(enum gw_format format);

/* The first line of CSV: of samples, of intervals, of days. */
const char *gw_form_csv_head(bool aggregated, bool of_days);

/* A text as a field of CSV (RFC 4180); NULL = an empty one. */
void gw_csv_text(struct gw_buf *out, const char *text);

#endif
