/* host/metrics.h - the catalogue at run time: metrics, workout types, record kinds. [any thread] */
#ifndef GW_HOST_METRICS_H
#define GW_HOST_METRICS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct gw_metric {
    const char *name, *unit;
    uint32_t aggregation; /* AORTA_AGGREGATE_* */
    uint16_t number;      /* of the catalogue, or given by the store to a plugin's own */
};

/* A plugin's own metrics with the numbers the store gave them, in the order of its descriptor. */
struct gw_metric_map {
    size_t count;
    const struct gw_metric *items;
};

const struct gw_metric *gw_metric_by_name(struct gw_str name); /* catalogue and registered; NULL */
const struct gw_metric *gw_metric_by_number(uint16_t number);  /* catalogue and registered; NULL */
size_t gw_metric_count(void);                                  /* catalogue and registered */
const struct gw_metric *gw_metric_at(size_t i);
/* Gives a plugin's metric its number (from the store), once, before threads; tools give any from 10000 on. */
enum gw_code gw_metric_register(const struct gw_metric *metric, struct gw_err *err) GW_MUST_USE;

/* The catalogue as rows of a table in Markdown, with a head: for docs/data-model.md. */
void gw_metrics_markdown(struct gw_buf *out);

const char *gw_workout_type_title(struct gw_str type); /* "Run"; NULL = not a type of the catalogue */
bool gw_record_kind_known(struct gw_str kind);
/* AORTA_TYPE_* of a field of a kind; AORTA_TYPE_NONE = not in the catalogue. */
uint32_t gw_record_field_type(struct gw_str kind, struct gw_str key);

/* True when `word` is one of those the catalogue lists for an ENUM field. */
bool gw_record_word_known(struct gw_str kind, struct gw_str key, struct gw_str word);

#endif
