/* The rule of twins.h. */
#include "store/twins.h"

#include <stdlib.h>
#include <strings.h>

#include "store/device.h"

#define SAME_MOMENT INT64_C(1000000)

/* A row on its way through the rule. */
struct entry {
    struct gw_twin *row;
    const char *writer; /* the provider whose app wrote it, else its own */
    bool copy;          /* they differ */
};

struct decision {
    const struct gw_priorities *priorities;
};

/* ---- types ---- */

static const char *family_of(const char *type)
{
    static const struct {
        const char *type, *family;
    } families[] = {
#define FAMILY(t, f) {t, f},
#include "store/sport_families.def"
#undef FAMILY
    };

    for (size_t i = 0; type && i < sizeof(families) / sizeof(*families); i++)
        if (strcmp(families[i].type, type) == 0)
            return families[i].family;
    return type ? type : "any";
}

static bool compatible(const char *a, const char *b)
{
    const char *x = family_of(a), *y = family_of(b);

    return strcmp(x, "any") == 0 || strcmp(y, "any") == 0 || strcmp(x, y) == 0;
}

/* ---- writers ---- */

/* A provider's name is one of the parts of the app's name: com.garmin.connect.mobile, fi.polar.polarflow. */
static bool names_provider(const char *app_id, const char *provider)
{
    size_t len = strlen(provider);

    while (app_id && *app_id) {
        size_t part = strcspn(app_id, ".");
        if (part == len && strncasecmp(app_id, provider, len) == 0)
            return true;
        app_id += part + (app_id[part] == '.');
    }
    return false;
}

/* Only a provider that is itself in the chain can have written a row of it. */
static void find_writer(struct entry *entry, const struct gw_twin *rows, size_t count)
{
    const struct gw_source *source = entry->row->source;

    entry->writer = source->provider;
    for (size_t i = 0; source->app_id && *source->app_id && i < count && !entry->copy; i++) {
        const char *provider = rows[i].source->provider;
        if (strcmp(provider, source->provider) != 0 && names_provider(source->app_id, provider)) {
            entry->writer = provider;
            entry->copy = true;
        }
    }
}

/* ---- twins ---- */

static int64_t difference(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

static bool overlap(const struct gw_twin *a, const struct gw_twin *b, int percent)
{
    int64_t from = a->start_us > b->start_us ? a->start_us : b->start_us;
    int64_t to = a->end_us < b->end_us ? a->end_us : b->end_us;
    int64_t x = a->end_us - a->start_us, y = b->end_us - b->start_us;

    return to >= from && (to - from) * 100 >= (x > y ? x : y) * percent;
}

static bool same_app(const struct gw_source *a, const struct gw_source *b)
{
    return a->app_id && *a->app_id && b->app_id && strcmp(a->app_id, b->app_id) == 0;
}

static bool are_twins(const struct entry *x, const struct entry *y)
{
    const struct gw_twin *a = x->row, *b = y->row;

    if (a->source->id == b->source->id || difference(a->start_us, b->start_us) > GW_TWIN_START)
        return false;
    if (same_app(a->source, b->source) && difference(a->start_us, b->start_us) < SAME_MOMENT)
        return true;
    if (((x->copy && strcmp(x->writer, b->source->provider) == 0) ||
         (y->copy && strcmp(y->writer, a->source->provider) == 0)) &&
        overlap(a, b, 50))
        return true;
    return compatible(a->type, b->type) && overlap(a, b, 80);
}

/* ---- the order ---- */

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare_digests(struct gw_str a, struct gw_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* What is the same of twins of any origin is asked last, and the id only of rows that are the same in all else. */
static int compare_rest(const struct gw_priorities *p, const struct gw_twin *a, const struct gw_twin *b)
{
    int order = gw_source_compare(p, a->source, b->source);

    if (order == 0)
        order = (a->start_us > b->start_us) - (a->start_us < b->start_us);
    if (order == 0)
        order = compare_text(a->external_id, b->external_id);
    if (order == 0)
        order = compare_digests(a->digest, b->digest);
    return order ? order : memcmp(a->id.b, b->id.b, sizeof(a->id.b));
}

static int by_order(const void *left, const void *right, void *self)
{
    const struct gw_priorities *p = ((const struct decision *)self)->priorities;
    const struct entry *x = left, *y = right;
    const struct gw_source *a = x->row->source, *b = y->row->source;
    int order = gw_priority_of(p, GW_PRIORITY_PROVIDER, x->writer) - gw_priority_of(p, GW_PRIORITY_PROVIDER, y->writer);

    if (order == 0)
        order = strcmp(x->writer, y->writer);
    if (order == 0)
        order = (int)x->copy - (int)y->copy;
    if (order == 0)
        order = gw_priority_of(p, GW_PRIORITY_DEVICE_TYPE, gw_source_device_type(a)) -
                gw_priority_of(p, GW_PRIORITY_DEVICE_TYPE, gw_source_device_type(b));
    if (order == 0)
        order = y->row->filled - x->row->filled;
    return order ? order : compare_rest(p, x->row, y->row);
}

/* ---- all of it ---- */

size_t gw_twins_chain(const struct gw_twin *rows, size_t count, size_t from)
{
    size_t to = from + 1;

    while (to < count && rows[to].start_us - rows[to - 1].start_us <= GW_TWIN_START)
        to++;
    return to < count ? to : count;
}

static void decide(struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gw_twin *row = entries[i].row;
        memset(&row->decided, 0, sizeof(row->decided));
        for (size_t k = 0; k < i; k++) {
            if (gw_uuid_is_nil(entries[k].row->decided) && are_twins(&entries[k], &entries[i])) {
                row->decided = entries[k].row->id;
                break;
            }
        }
    }
}

enum gw_code gw_twins_decide(const struct gw_priorities *priorities, struct gw_twin *rows, size_t count,
                             struct gw_arena *arena, struct gw_err *err)
{
    struct decision decision = {priorities};
    struct entry *entries = gw_arena_alloc(arena, count * sizeof(*entries));

    if (!entries)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t from = 0, to; from < count; from = to) {
        to = gw_twins_chain(rows, count, from);
        size_t n = to - from;
        for (size_t i = 0; i < n; i++) {
            entries[i] = (struct entry){.row = &rows[from + i]};
            memset(&rows[from + i].decided, 0, sizeof(rows[from + i].decided));
            if (n <= GW_TWIN_CHAIN_MOST)
                find_writer(&entries[i], rows + from, n);
        }
        if (n < 2 || n > GW_TWIN_CHAIN_MOST)
            continue;
        qsort_r(entries, n, sizeof(*entries), by_order, &decision);
        decide(entries, n);
    }
    return GW_OK;
}
