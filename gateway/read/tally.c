/* How much a user has of what. A workout that two sources have counts once: duplicates are left out. */
#include <stdlib.h>

#include "host/metrics.h"
#include "read/stream.h"
#include "read/summaries.h"
#include "read/write.h"
#include "store/duplicates.h"
#include "store/summaries.h"

/* A name and how often. */
struct count {
    const char *name;
    int64_t n;
};

/* Counts of names, few enough to look through. */
struct counts {
    struct gw_arena *arena;
    struct count *items;
    size_t count, cap;
    bool failed;
};

/* One provider's part. */
struct part {
    const char *provider;
    int64_t samples, workouts, sleep;
    struct counts series;
};

struct sums {
    struct gw_arena *arena;
    int64_t samples, workouts, sleep;
    struct counts series, types;
    struct part **parts;
    size_t parts_count, parts_cap;
    bool failed;
};

static void add(struct counts *c, const char *name, int64_t n)
{
    for (size_t i = 0; i < c->count; i++) {
        if (strcmp(c->items[i].name, name) == 0) {
            c->items[i].n += n;
            return;
        }
    }
    if (!gw_grow(c->arena, (void **)&c->items, &c->cap, c->count, sizeof(*c->items))) {
        c->failed = true;
        return;
    }
    c->items[c->count++] = (struct count){name, n};
}

static struct part *part_of(struct sums *sums, const char *provider)
{
    struct part *part;

    for (size_t i = 0; i < sums->parts_count; i++)
        if (strcmp(sums->parts[i]->provider, provider) == 0)
            return sums->parts[i];
    part = gw_arena_zalloc(sums->arena, sizeof(*part));
    if (!part ||
        !gw_grow(sums->arena, (void **)&sums->parts, &sums->parts_cap, sums->parts_count, sizeof(struct part *))) {
        sums->failed = true;
        return NULL;
    }
    part->provider = provider;
    part->series.arena = sums->arena;
    sums->parts[sums->parts_count++] = part;
    return part;
}

static void add_samples(struct sums *sums, const struct gw_tally *tally, int32_t source_id, uint16_t metric, int64_t n)
{
    const struct gw_source *source = gw_store_source_find(tally->sources, tally->sources_count, source_id);
    const struct gw_metric *known = gw_metric_by_number(metric);
    const char *name = known ? known->name : "unknown";
    struct part *part = n ? part_of(sums, source ? source->provider : "unknown") : NULL;

    if (!part)
        return;
    sums->samples += n;
    part->samples += n;
    add(&sums->series, name, n);
    add(&part->series, name, n);
}

/* The blocks that the range cuts are the only ones that are looked into, one after the other. */
static enum gw_code add_cut(struct sums *sums, const struct gw_tally *tally, int64_t from_us, int64_t to_us,
                            struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < tally->cut_count && code == GW_OK; i++) {
        gw_own_arena struct gw_arena *arena = gw_arena_new(0);
        int64_t n = 0;
        code = arena ? gw_row_count(arena, &tally->cut[i], from_us, to_us, &n, err) : gw_fail(err, GW_NOMEM, NULL);
        if (code == GW_OK)
            add_samples(sums, tally, tally->cut[i].source_id, tally->cut[i].metric, n);
    }
    return code;
}

static void add_records(struct sums *sums, const struct gw_tally *tally)
{
    for (size_t i = 0; i < tally->workouts_count; i++) {
        struct part *part = part_of(sums, tally->workouts[i].provider);
        sums->workouts += tally->workouts[i].n;
        add(&sums->types, tally->workouts[i].type, tally->workouts[i].n);
        if (part)
            part->workouts += tally->workouts[i].n;
    }
    for (size_t i = 0; i < tally->sleep_count; i++) {
        struct part *part = part_of(sums, tally->sleep[i].provider);
        sums->sleep += tally->sleep[i].n;
        if (part)
            part->sleep += tally->sleep[i].n;
    }
}

/* ---- out ---- */

static int most_first(const void *a, const void *b)
{
    const struct count *x = a, *y = b;

    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int64_t all_of(const struct part *part)
{
    return part->samples + part->workouts + part->sleep;
}

static int largest_first(const void *a, const void *b)
{
    const struct part *x = *(struct part *const *)a, *y = *(struct part *const *)b;

    if (all_of(x) != all_of(y))
        return all_of(x) > all_of(y) ? -1 : 1;
    return strcmp(x->provider, y->provider);
}

static void write_n(struct gw_buf *out, const char *key, int64_t n)
{
    gw_buf_str(out, key);
    gw_buf_i64(out, n);
}

static void write_counts(struct gw_buf *out, const char *key, struct counts *c)
{
    if (c->count > 1)
        qsort(c->items, c->count, sizeof(*c->items), most_first);
    gw_buf_str(out, key);
    gw_buf_char(out, '{');
    for (size_t i = 0; i < c->count; i++) {
        gw_buf_str(out, i ? "," : "");
        gw_buf_json_cstr(out, c->items[i].name);
        write_n(out, ":", c->items[i].n);
    }
    gw_buf_char(out, '}');
}

static void write_parts(struct gw_buf *out, struct sums *sums)
{
    if (sums->parts_count > 1)
        qsort(sums->parts, sums->parts_count, sizeof(struct part *), largest_first);
    gw_buf_str(out, ",\"by_provider\":[");
    for (size_t i = 0; i < sums->parts_count; i++) {
        struct part *part = sums->parts[i];
        gw_write_text(out, i ? ",{\"provider\":" : "{\"provider\":", part->provider);
        write_n(out, ",\"data_points\":", part->samples);
        write_counts(out, ",\"series_counts\":", &part->series);
        write_n(out, ",\"workout_count\":", part->workouts);
        write_n(out, ",\"sleep_count\":", part->sleep);
        gw_buf_char(out, '}');
    }
    gw_buf_char(out, ']');
}

static bool failed(const struct sums *sums)
{
    bool bad = sums->failed || sums->series.failed || sums->types.failed;

    for (size_t i = 0; i < sums->parts_count; i++)
        bad |= sums->parts[i]->series.failed;
    return bad;
}

enum gw_code gw_read_tally(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, int64_t from_us,
                           int64_t to_us, struct gw_buf *out, struct gw_err *err)
{
    const struct gw_summary_range range = {user, from_us, to_us};
    struct gw_tally tally = {0};
    struct sums sums = {.arena = arena, .series.arena = arena, .types.arena = arena};
    enum gw_code code = gw_store_duplicates_refresh(db, user, err);

    if (code == GW_OK && from_us < to_us)
        code = gw_store_tally(db, arena, &range, &tally, err);
    if (code != GW_OK)
        return code;
    for (size_t i = 0; i < tally.samples_count; i++)
        add_samples(&sums, &tally, tally.samples[i].source_id, tally.samples[i].metric, tally.samples[i].n);
    code = add_cut(&sums, &tally, from_us, to_us, err);
    if (code != GW_OK)
        return code;
    add_records(&sums, &tally);
    gw_write_uuid(out, "{\"user_id\":", user);
    write_n(out, ",\"total_data_points\":", sums.samples);
    write_n(out, ",\"total_workouts\":", sums.workouts);
    write_n(out, ",\"total_sleep_events\":", sums.sleep);
    write_counts(out, ",\"series_type_counts\":", &sums.series);
    write_counts(out, ",\"workout_type_counts\":", &sums.types);
    write_parts(out, &sums);
    gw_write_bool(out, ",\"has_womens_health_data\":", tally.has_cycles);
    gw_buf_char(out, '}');
    return failed(&sums) || out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
