/* Metrics of Health Auto Export. See export.h. */
#include "export.h"

#include <stdlib.h>
#include <string.h>

#define PARKED_MAX ((size_t)24 << 20)

static const struct phone_metric rows[] = {
#define EXPORT(name, metric, dimension, unit, scale, rules) {name, metric, {PHONE_##dimension, unit, scale, rules}},
#include "exports.def"
#undef EXPORT
};

static const struct {
    const char *name;
    enum phone_key key;
    const char *metric;
} pressures[] = {
    {"systolic", PHONE_systolic, "blood_pressure_systolic"},
    {"diastolic", PHONE_diastolic, "blood_pressure_diastolic"},
};

void phone_exports_init(struct phone_names *names)
{
    phone_names_init(names, rows, sizeof(rows[0]), AORTA_COUNT(rows));
}

/* ---- when and who ---- */

int phone_export_span(struct phone_job *job, enum phone_list list, phone_value item, struct phone_span *ret)
{
    struct phone_when start, end;
    phone_value when = phone_get_or(item, PHONE_start, PHONE_startdate);
    if (phone_type(when) <= SDK_JSON_NULL)
        when = phone_get(item, PHONE_date);
    if (phone_when(&job->export_clock, phone_text(when), &start) != 0) {
        phone_fault(&job->tally, list, PHONE_FAULT_TIME);
        return -1;
    }
    *ret = (struct phone_span){.start_us = start.us,
                               .end_us = start.us,
                               .flags = start.has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                               .offset_s = start.offset_s};
    if (phone_when(&job->export_clock, phone_text(phone_get_or(item, PHONE_end, PHONE_enddate)), &end) == 0 &&
        end.us >= start.us) {
        ret->end_us = end.us;
        ret->has_end = 1;
    }
    return 0;
}

uint32_t phone_export_source(struct phone_job *job, phone_value item)
{
    phone_value source = phone_first(phone_get(item, PHONE_sources));
    if (source.node)
        return phone_source_named(&job->sources, phone_text(phone_get(source, PHONE_name)),
                                  phone_text(phone_get(source, PHONE_identifier)));
    return phone_source(&job->sources, phone_get(item, PHONE_source));
}

/* ---- points ---- */

static aorta_status point_out(struct phone_job *job, const struct phone_export *e, const struct phone_point *p)
{
    uint32_t flags = e->daily && p->at_midnight ? AORTA_SERIES_DAILY_TOTAL : 0;
    return phone_sample_out(job, p->metric, &p->span, p->source, flags, p->value);
}

/* The app does not say whether it has summed up minutes or days: days are points at local midnight and nowhere else. */
static aorta_status decide(struct phone_job *job, struct phone_export *e, const struct phone_point *second)
{
    e->decided = 1;
    e->daily = e->early.at_midnight && (!second || second->at_midnight);
    return point_out(job, e, &e->early);
}

static aorta_status amount(struct phone_job *job, struct phone_export *e, const struct phone_point *p)
{
    aorta_status st = AORTA_OK;
    if (!e->decided && !e->has_early) {
        e->early = *p;
        e->has_early = 1;
        return AORTA_OK;
    }
    if (!e->decided)
        st = decide(job, e, p);
    return st == AORTA_OK ? point_out(job, e, p) : st;
}

static aorta_status measured(struct phone_job *job, struct phone_export *e, const struct phone_metric *row,
                             phone_value item, aorta_str unit)
{
    struct phone_point p = {.metric = row->metric};
    if (phone_export_span(job, PHONE_LIST_METRICS, item, &p.span) != 0)
        return AORTA_OK;
    if (!phone_number(phone_get_or(item, PHONE_qty, PHONE_avg), &p.value))
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_VALUE);
    if (phone_convert(&row->quantity, unit, &p.value) != 0)
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_RANGE);
    p.source = phone_export_source(job, item);
    if (p.span.has_end || !phone_metric_adds_up(row->metric))
        return phone_sample_out(job, p.metric, &p.span, p.source, 0, p.value);
    p.at_midnight =
        p.span.flags & AORTA_RECORD_HAS_OFFSET && phone_midnight(p.span.start_us, p.span.offset_s) == p.span.start_us;
    return amount(job, e, &p);
}

static aorta_status pressure(struct phone_job *job, phone_value item, aorta_str unit)
{
    const struct phone_quantity quantity = {PHONE_PRESSURE, "mmHg", 1, PHONE_POSITIVE};
    struct phone_span span;
    aorta_status st = AORTA_OK;
    double v;
    if (phone_export_span(job, PHONE_LIST_METRICS, item, &span) != 0)
        return AORTA_OK;
    uint32_t source = phone_export_source(job, item);
    for (uint32_t i = 0; i < AORTA_COUNT(pressures) && st == AORTA_OK; i++) {
        if (!phone_number(phone_get(item, pressures[i].key), &v))
            st = phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_VALUE);
        else if (phone_convert(&quantity, unit, &v) != 0)
            st = phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_RANGE);
        else
            st = phone_sample_out(job, pressures[i].metric, &span, source, 0, v);
    }
    return st;
}

static aorta_str or_else(aorta_str text, const char *otherwise, size_t len)
{
    return text.len ? text : (aorta_str){otherwise, len};
}

static aorta_status point(struct phone_job *job, struct phone_export *e, phone_value item)
{
    char buf[64];
    aorta_str said = or_else(phone_text(phone_get(item, PHONE_metric)), e->name, e->name_len);
    aorta_str unit = or_else(phone_text(phone_get_or(item, PHONE_units, PHONE_unit)), e->unit, e->unit_len);
    aorta_str name = phone_squeeze(said, buf, sizeof(buf));
    if (sdk_str_eq(name, "sleepanalysis"))
        return phone_export_night(job, item, unit);
    if (sdk_str_eq(name, "bloodpressure"))
        return pressure(job, item, unit);
    const struct phone_metric *row = phone_names_find(&job->exports, name);
    if (row)
        return measured(job, e, row, item, unit);
    job->tally.unknown[PHONE_LIST_METRICS]++;
    return AORTA_OK;
}

/* ---- parking ---- */

struct phone_parked {
    struct phone_parked *next;
    size_t nodes, len;
    uint32_t place;           /* among the points of the body */
    struct phone_node node[]; /* and behind them the texts */
};

static aorta_status park(struct phone_job *job, struct phone_export *e, phone_value item)
{
    const struct phone_tape *tape = item.tape;
    size_t nodes = tape->nodes * sizeof(struct phone_node), size = sizeof(struct phone_parked) + nodes + tape->len;
    if (size > PARKED_MAX - e->parked)
        return phone_fault(&job->tally, PHONE_LIST_METRICS, PHONE_FAULT_SIZE);
    struct phone_parked *p = malloc(size);
    if (!p)
        return AORTA_ERR_NOMEM;
    p->next = NULL;
    p->nodes = tape->nodes;
    p->len = tape->len;
    p->place = job->tally.seen[PHONE_LIST_METRICS];
    memcpy(p->node, tape->node, nodes);
    if (tape->len)
        memcpy((char *)p->node + nodes, tape->text, tape->len);
    *e->last = p;
    e->last = &p->next;
    e->parked += size;
    return AORTA_OK;
}

static aorta_status unpark(struct phone_job *job, struct phone_export *e)
{
    aorta_status st = AORTA_OK;
    uint32_t seen = job->tally.seen[PHONE_LIST_METRICS];
    while (e->first && st == AORTA_OK) {
        struct phone_parked *p = e->first;
        struct phone_tape tape = {
            .node = p->node, .text = (char *)(p->node + p->nodes), .nodes = p->nodes, .len = p->len};
        job->tally.seen[PHONE_LIST_METRICS] = p->place;
        st = point(job, e, phone_tape_root(&tape));
        e->first = p->next;
        free(p);
    }
    job->tally.seen[PHONE_LIST_METRICS] = seen;
    if (!e->first)
        e->last = &e->first;
    e->parked = 0;
    return st;
}

/* ---- the metric ---- */

void phone_export_begin(struct phone_export *e)
{
    phone_export_free(e);
    *e = (struct phone_export){0};
    e->last = &e->first;
}

void phone_export_free(struct phone_export *e)
{
    while (e->first) {
        struct phone_parked *next = e->first->next;
        free(e->first);
        e->first = next;
    }
    e->last = &e->first;
}

static size_t keep(char *to, size_t cap, aorta_str text)
{
    if (text.len > cap)
        return 0;
    if (text.len)
        memcpy(to, text.ptr, text.len);
    return text.len;
}

void phone_export_member(struct phone_export *e, enum phone_key key, aorta_str text)
{
    if (key == PHONE_name || key == PHONE_metric)
        e->name_len = keep(e->name, sizeof(e->name), text);
    else if (key == PHONE_units || key == PHONE_unit)
        e->unit_len = keep(e->unit, sizeof(e->unit), text);
}

aorta_status phone_export_point(struct phone_job *job, struct phone_export *e, phone_value item)
{
    int named = e->name_len || phone_get(item, PHONE_metric).node;
    int measured_in = e->unit_len || phone_get_or(item, PHONE_units, PHONE_unit).node;
    if (!named || !measured_in)
        return park(job, e, item);
    aorta_status st = e->first ? unpark(job, e) : AORTA_OK;
    return st == AORTA_OK ? point(job, e, item) : st;
}

aorta_status phone_export_end(struct phone_job *job, struct phone_export *e)
{
    aorta_status st = unpark(job, e);
    if (st == AORTA_OK && e->has_early && !e->decided)
        st = decide(job, e, NULL);
    return st;
}
