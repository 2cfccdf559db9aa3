/* The catalogue's tables, made from plugin-api/catalogue; and the metrics that plugins bring. What a record or a run
 * must look like is checked in the services, not here. */
#include "host/metrics.h"

#include <pthread.h>
#include <stdlib.h>

#include <aorta/declare.h>

#define METRIC_NUMBER_MOST 65535

static const struct gw_metric catalogue[] = {
#define METRIC(number, name, unit, aggregation) {name, unit, aggregation, number},
#include <catalogue/metrics.def>
#undef METRIC
};
#define CATALOGUE_COUNT (sizeof(catalogue) / sizeof(catalogue[0]))

static const struct {
    const char *type, *title;
} workout_types[] = {
#define WORKOUT_TYPE(type, title) {type, title},
#include <catalogue/workout_types.def>
#undef WORKOUT_TYPE
};

static const char *const kinds[] = {
#define KIND(name) name,
#define FIELD(kind, key, type, unit)
#include <catalogue/records.def>
#undef KIND
#undef FIELD
};

static const struct field {
    const char *kind, *key;
    uint32_t type;
    const char *note;
} fields[] = {
#define KIND(name)
#define FIELD(kind, key, type, unit) {kind, key, type, unit},
#include <catalogue/records.def>
#undef KIND
#undef FIELD
};

/* Filled once before threads; readers need no lock. */
static struct gw_metric *registered;
static size_t registered_count;

static const struct gw_metric *by_name[CATALOGUE_COUNT];
static pthread_once_t by_name_once = PTHREAD_ONCE_INIT;

static int compare_names(const void *a, const void *b)
{
    return strcmp((*(const struct gw_metric *const *)a)->name, (*(const struct gw_metric *const *)b)->name);
}

static void sort_names(void)
{
    for (size_t i = 0; i < CATALOGUE_COUNT; i++)
        by_name[i] = &catalogue[i];
    qsort(by_name, CATALOGUE_COUNT, sizeof(by_name) / CATALOGUE_COUNT, compare_names);
}

static int compare_text(struct gw_str text, const char *name)
{
    size_t len = strlen(name);
    int order = memcmp(text.ptr, name, text.len < len ? text.len : len);

    return order ? order : (text.len > len) - (text.len < len);
}

const struct gw_metric *gw_metric_by_name(struct gw_str name)
{
    size_t low = 0, high = CATALOGUE_COUNT;

    if (name.len == 0)
        return NULL;
    pthread_once(&by_name_once, sort_names);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_text(name, by_name[middle]->name);
        if (order == 0)
            return by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    for (size_t i = 0; i < registered_count; i++)
        if (gw_str_is(name, registered[i].name))
            return &registered[i];
    return NULL;
}

const struct gw_metric *gw_metric_by_number(uint16_t number)
{
    size_t low = 0, high = CATALOGUE_COUNT; /* the catalogue ascends by number; a unit test says so */

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (catalogue[middle].number == number)
            return &catalogue[middle];
        if (number < catalogue[middle].number)
            high = middle;
        else
            low = middle + 1;
    }
    for (size_t i = 0; i < registered_count; i++)
        if (registered[i].number == number)
            return &registered[i];
    return NULL;
}

size_t gw_metric_count(void)
{
    return CATALOGUE_COUNT + registered_count;
}

const struct gw_metric *gw_metric_at(size_t i)
{
    if (i < CATALOGUE_COUNT)
        return &catalogue[i];
    return i - CATALOGUE_COUNT < registered_count ? &registered[i - CATALOGUE_COUNT] : NULL;
}

static enum gw_code already_there(const struct gw_metric *metric, const struct gw_metric *there, struct gw_err *err)
{
    if (there->number == metric->number && strcmp(there->name, metric->name) == 0)
        return GW_OK;
    return gw_fail(err, GW_CONFLICT, "The metric %s cannot have the number %u: %s has the number %u.", metric->name,
                   (unsigned)metric->number, there->name, (unsigned)there->number);
}

enum gw_code gw_metric_register(const struct gw_metric *metric, struct gw_err *err)
{
    const struct gw_metric *there = gw_metric_by_name(gw_str(metric->name));
    struct gw_metric *more, *own;

    if (!there)
        there = gw_metric_by_number(metric->number);
    if (there)
        return already_there(metric, there, err);
    if (metric->number == 0)
        return gw_fail(err, GW_INTERNAL, "The metric %s has no number.", metric->name);
    more = realloc(registered, (registered_count + 1) * sizeof(*more));
    if (!more)
        return gw_fail(err, GW_NOMEM, NULL);
    registered = more;
    own = &registered[registered_count];
    *own = (struct gw_metric){strdup(metric->name), strdup(metric->unit), metric->aggregation, metric->number};
    if (!own->name || !own->unit) {
        free((char *)own->name);
        free((char *)own->unit);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    registered_count++;
    return GW_OK;
}

static const char *aggregation_name(uint32_t aggregation)
{
    static const char *const names[] = {[AORTA_AGGREGATE_AVG] = "average",
                                        [AORTA_AGGREGATE_SUM] = "sum",
                                        [AORTA_AGGREGATE_MAX] = "largest",
                                        [AORTA_AGGREGATE_MIN] = "smallest",
                                        [AORTA_AGGREGATE_LAST] = "last"};

    return aggregation < sizeof(names) / sizeof(names[0]) && names[aggregation] ? names[aggregation] : "average";
}

void gw_metrics_markdown(struct gw_buf *out)
{
    gw_buf_str(out, "| type | unit | of an interval |\n| --- | --- | --- |\n");
    for (size_t i = 0; i < CATALOGUE_COUNT; i++)
        gw_buf_printf(out, "| `%s` | %s | %s |\n", catalogue[i].name, catalogue[i].unit,
                      aggregation_name(catalogue[i].aggregation));
}

const char *gw_workout_type_title(struct gw_str type)
{
    for (size_t i = 0; i < sizeof(workout_types) / sizeof(workout_types[0]); i++)
        if (gw_str_is(type, workout_types[i].type))
            return workout_types[i].title;
    return NULL;
}

bool gw_record_kind_known(struct gw_str kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (gw_str_is(kind, kinds[i]))
            return true;
    return false;
}

static const struct field *find_field(struct gw_str kind, struct gw_str key)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (gw_str_is(key, fields[i].key) && gw_str_is(kind, fields[i].kind))
            return &fields[i];
    return NULL;
}

uint32_t gw_record_field_type(struct gw_str kind, struct gw_str key)
{
    const struct field *field = find_field(kind, key);

    return field ? field->type : AORTA_TYPE_NONE;
}

/* The catalogue lists the words of an ENUM in its last column, a workout's type in a file of its own. */
bool gw_record_word_known(struct gw_str kind, struct gw_str key, struct gw_str word)
{
    const struct field *field = find_field(kind, key);

    if (!field || field->type != AORTA_TYPE_ENUM)
        return false;
    if (gw_str_is(kind, "workout"))
        return gw_workout_type_title(word) != NULL;
    for (const char *p = field->note; *p;) {
        size_t len = strcspn(p, " ");
        if (gw_str_eq(word, (struct gw_str){p, len}))
            return true;
        p += len + (p[len] == ' ');
    }
    return false;
}
