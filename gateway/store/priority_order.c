/* What follows from the priorities for two sources. No SQL here. */
#include "store/device.h"
#include "store/priorities.h"

int gw_priority_of(const struct gw_priorities *priorities, enum gw_priority_kind kind, const char *name)
{
    for (size_t i = 0; i < priorities->count[kind]; i++)
        if (strcmp(priorities->items[kind][i].name, name ? name : "unknown") == 0)
            return priorities->items[kind][i].priority;
    return GW_PRIORITY_UNLISTED;
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* No model goes behind any. */
static int compare_model(const char *a, const char *b)
{
    bool has_a = a && *a, has_b = b && *b;

    return has_a != has_b ? (has_a ? -1 : 1) : compare_text(a, b);
}

int gw_source_compare(const struct gw_priorities *p, const struct gw_source *a, const struct gw_source *b)
{
    int order =
        gw_priority_of(p, GW_PRIORITY_PROVIDER, a->provider) - gw_priority_of(p, GW_PRIORITY_PROVIDER, b->provider);

    if (order == 0)
        order = compare_text(a->provider, b->provider);
    if (order == 0)
        order = gw_priority_of(p, GW_PRIORITY_DEVICE_TYPE, gw_source_device_type(a)) -
                gw_priority_of(p, GW_PRIORITY_DEVICE_TYPE, gw_source_device_type(b));
    if (order == 0)
        order = compare_model(a->device_model, b->device_model);
    const char *const rest[][2] = {{a->account, b->account},         {a->app, b->app},
                                   {a->app_id, b->app_id},           {a->device_name, b->device_name},
                                   {a->device_type, b->device_type}, {a->original, b->original}};
    for (size_t i = 0; order == 0 && i < sizeof(rest) / sizeof(rest[0]); i++)
        order = compare_text(rest[i][0], rest[i][1]);
    return order;
}
