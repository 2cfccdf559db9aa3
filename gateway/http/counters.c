/* One row a route: a counter for each status we answer, and a histogram of durations. */
#include "http/counters.h"

#include <stdatomic.h>
#include <stdlib.h>

static const int statuses[] = {200, 201, 202, 204, 303, 400, 401, 403, 404, 405, 409,
                               413, 415, 422, 429, 500, 501, 502, 503, 504, 0};
#define STATUSES (sizeof(statuses) / sizeof(statuses[0])) /* the last: any other, or cut off */

static const struct bound {
    int64_t us;
    const char *text;
} bounds[] = {{250, "0.00025"}, {500, "0.0005"},  {1000, "0.001"}, {2500, "0.0025"}, {5000, "0.005"},
              {10000, "0.01"},  {25000, "0.025"}, {50000, "0.05"}, {100000, "0.1"},  {250000, "0.25"},
              {1000000, "1"},   {5000000, "5"},   {60000000, "60"}};
#define BOUNDS (sizeof(bounds) / sizeof(bounds[0]))

struct row {
    _Atomic uint64_t by_status[STATUSES];
    _Atomic uint64_t by_duration[BOUNDS + 1];
    _Atomic uint64_t total_us;
};

struct gw_counters {
    const struct gw_route *routes;
    size_t count;
    struct row rows[]; /* count + 1: the last for what no route took */
};

struct gw_counters *gw_counters_new(const struct gw_route *routes, size_t count)
{
    struct gw_counters *counters = calloc(1, sizeof(*counters) + (count + 1) * sizeof(struct row));

    if (counters) {
        counters->routes = routes;
        counters->count = count;
    }
    return counters;
}

void gw_counters_free(struct gw_counters **counters)
{
    free(*counters);
    *counters = NULL;
}

static size_t status_index(int status)
{
    size_t i = 0;

    while (i < STATUSES - 1 && statuses[i] != status)
        i++;
    return i;
}

static size_t bound_index(int64_t us)
{
    size_t i = 0;

    while (i < BOUNDS && us > bounds[i].us)
        i++;
    return i;
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit((_Atomic uint64_t *)counter, memory_order_relaxed);
}

void gw_counters_add(struct gw_counters *counters, const struct gw_route *route, int status, int64_t us)
{
    struct row *row = &counters->rows[route ? (size_t)(route - counters->routes) : counters->count];

    add(&row->by_status[status_index(status)], 1);
    add(&row->by_duration[bound_index(us)], 1);
    add(&row->total_us, us > 0 ? (uint64_t)us : 0);
}

static void write_labels(struct gw_buf *out, const struct gw_route *route)
{
    gw_buf_printf(out, "{method=\"%s\",route=\"%s\"", route ? gw_method_name(route->method) : "-",
                  route ? route->pattern : "-");
}

static void write_statuses(struct gw_buf *out, const struct gw_route *route, const struct row *row)
{
    for (size_t i = 0; i < STATUSES; i++) {
        uint64_t n = get(&row->by_status[i]);
        if (n == 0)
            continue;
        gw_buf_str(out, "aorta_http_requests_total");
        write_labels(out, route);
        if (statuses[i])
            gw_buf_printf(out, ",status=\"%d\"} %llu\n", statuses[i], (unsigned long long)n);
        else
            gw_buf_printf(out, ",status=\"other\"} %llu\n", (unsigned long long)n);
    }
}

static void write_durations(struct gw_buf *out, const struct gw_route *route, const struct row *row)
{
    uint64_t total = 0;

    for (size_t i = 0; i <= BOUNDS; i++)
        total += get(&row->by_duration[i]);
    if (total == 0)
        return;
    total = 0;
    for (size_t i = 0; i <= BOUNDS; i++) {
        total += get(&row->by_duration[i]);
        gw_buf_str(out, "aorta_http_request_seconds_bucket");
        write_labels(out, route);
        gw_buf_printf(out, ",le=\"%s\"} %llu\n", i < BOUNDS ? bounds[i].text : "+Inf", (unsigned long long)total);
    }
    gw_buf_str(out, "aorta_http_request_seconds_sum");
    write_labels(out, route);
    gw_buf_printf(out, "} %.6f\n", (double)get(&row->total_us) / 1e6);
    gw_buf_str(out, "aorta_http_request_seconds_count");
    write_labels(out, route);
    gw_buf_printf(out, "} %llu\n", (unsigned long long)total);
}

void gw_counters_write(const struct gw_counters *counters, struct gw_buf *out)
{
    gw_buf_str(out, "# HELP aorta_http_requests_total Requests answered, by route and status.\n"
                    "# TYPE aorta_http_requests_total counter\n");
    for (size_t i = 0; i <= counters->count; i++)
        write_statuses(out, i < counters->count ? &counters->routes[i] : NULL, &counters->rows[i]);
    gw_buf_str(out, "# HELP aorta_http_request_seconds From request line to the last byte of the answer.\n"
                    "# TYPE aorta_http_request_seconds histogram\n");
    for (size_t i = 0; i <= counters->count; i++)
        write_durations(out, i < counters->count ? &counters->routes[i] : NULL, &counters->rows[i]);
}
