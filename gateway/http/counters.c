/* One row a route: a counter for each status we answer, and a histogram of durations. In memory that all api processes
 * share, so that any of them can tell of all, and that outlives each of them.
 */
#include "http/counters.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* What is shared: zero until the first process writes what its rows mean. */
struct table {
    _Atomic uint64_t meaning;
    struct row rows[]; /* count + 1: the last for what no route took */
};

struct gw_counters {
    const struct gw_route *routes;
    size_t count;
    struct table *table;
    size_t size;
};

static uint64_t mix(uint64_t h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return h * UINT64_C(0x100000001b3) + 1;
}

/* Two programs whose tables differ must not count into each other's rows. */
static uint64_t meaning_of(const struct gw_route *routes, size_t count)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325) + STATUSES * 1000 + BOUNDS;

    for (size_t i = 0; i < count; i++)
        h = mix(mix(h, gw_method_name(routes[i].method)), routes[i].pattern);
    return h | 1;
}

static struct table *map(int fd, size_t size)
{
    void *p = fd > 0 && ftruncate(fd, (off_t)size) == 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
                                                        : MAP_FAILED;

    return p == MAP_FAILED ? NULL : p;
}

static struct table *map_own(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

struct gw_counters *gw_counters_new(const struct gw_route *routes, size_t count, int shared_fd)
{
    struct gw_counters *counters = calloc(1, sizeof(*counters));
    size_t size = sizeof(struct table) + (count + 1) * sizeof(struct row);
    uint64_t meaning = meaning_of(routes, count), found = 0;

    if (!counters)
        return NULL;
    *counters = (struct gw_counters){.routes = routes, .count = count, .size = size};
    counters->table = map(shared_fd, size);
    if (counters->table && !atomic_compare_exchange_strong(&counters->table->meaning, &found, meaning) &&
        found != meaning) {
        munmap(counters->table, size); /* another version's, which is being replaced */
        counters->table = NULL;
    }
    if (!counters->table)
        counters->table = map_own(size);
    if (!counters->table) {
        free(counters);
        return NULL;
    }
    return counters;
}

void gw_counters_free(struct gw_counters **counters)
{
    if (!*counters)
        return;
    munmap((*counters)->table, (*counters)->size);
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
    struct row *row = &counters->table->rows[route ? (size_t)(route - counters->routes) : counters->count];

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
        write_statuses(out, i < counters->count ? &counters->routes[i] : NULL, &counters->table->rows[i]);
    gw_buf_str(out, "# HELP aorta_http_request_seconds From request line to the last byte of the answer.\n"
                    "# TYPE aorta_http_request_seconds histogram\n");
    for (size_t i = 0; i <= counters->count; i++)
        write_durations(out, i < counters->count ? &counters->routes[i] : NULL, &counters->table->rows[i]);
}
