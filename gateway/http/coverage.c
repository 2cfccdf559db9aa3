/* What arrives from which provider: the plugins' own declarations, in the words of the API. Made once: a reload is a
 * new process.
 */
#include <stdlib.h>

#include "host/metrics.h"
#include "http/answers.h"
#include "http/inside.h"

#define PROVIDERS_MOST 64
#define ROWS_MOST      2048

/* ---- words ---- */

/* Metrics by their numbers: a plugin's own begin far above. */
static const struct {
    unsigned first;
    const char *name;
} categories[] = {
    {1, "Heart & Cardiovascular"},
    {20, "Blood & Respiratory"},
    {40, "Body Composition"},
    {60, "Fitness Metrics"},
    {80, "Activity - Basic"},
    {100, "Activity - Distance"},
    {120, "Activity - Walking"},
    {140, "Activity - Running"},
    {160, "Activity - Swimming"},
    {180, "Activity - Generic"},
    {200, "Environmental"},
    {220, "Provider-Specific"},
    {500, "Other"},
};
#define CATEGORIES        (sizeof(categories) / sizeof(categories[0]))
#define PROVIDER_SPECIFIC 11
#define OWN_METRICS       10000

static size_t category_of(unsigned number)
{
    size_t c = 0;

    if (number >= OWN_METRICS)
        return PROVIDER_SPECIFIC;
    while (c + 1 < CATEGORIES && number >= categories[c + 1].first)
        c++;
    return c;
}

/* The API's word for a field; those that it has none for keep ours. */
struct word {
    const char *ours, *theirs;
};

static const struct word workout_words[] = {
    {"distance_m", "distance"},
    {"energy_kcal", "energy_burned"},
    {"heart_rate_avg_bpm", "heart_rate_avg"},
    {"heart_rate_max_bpm", "heart_rate_max"},
    {"heart_rate_min_bpm", "heart_rate_min"},
    {"steps", "steps_count"},
    {"speed_avg_mps", "average_speed"},
    {"speed_max_mps", "max_speed"},
    {"cadence_avg_rpm", "average_cadence"},
    {"cadence_max_rpm", "max_cadence"},
    {"power_avg_w", "average_watts"},
    {"power_max_w", "max_watts"},
    {"elevation_max_m", "elev_high"},
    {"elevation_min_m", "elev_low"},
    {"elevation_gain_m", "total_elevation_gain"},
    {"elevation_loss_m", "total_elevation_loss"},
    {"moving_time_s", "moving_time_seconds"},
    {"duration_s", "duration_seconds"},
    {0},
};

static const struct word sleep_words[] = {
    {"awake_s", "sleep_awake_minutes"},
    {"deep_s", "sleep_deep_minutes"},
    {"light_s", "sleep_light_minutes"},
    {"rem_s", "sleep_rem_minutes"},
    {"in_bed_s", "sleep_time_in_bed_minutes"},
    {"asleep_s", "sleep_total_duration_minutes"},
    {"efficiency_percent", "sleep_efficiency_score"},
    {"stages", "sleep_stages"},
    {"duration_s", "duration_seconds"},
    {"latency_s", "sleep_latency_seconds"},
    {0},
};

static const struct word cycle_words[] = {
    {"phase_number", "current_phase"},
    {"phase", "current_phase_type"},
    {"cycle_length_days", "cycle_length"},
    {"predicted_cycle_length_days", "predicted_cycle_length"},
    {"is_predicted", "is_predicted_cycle"},
    {"period_length_days", "period_length"},
    {"phase_length_days", "length_of_current_phase"},
    {"fertile_window_length_days", "length_of_fertile_window"},
    {"pregnancy", "pregnancy_snapshot"},
    {0},
};

static const struct word score_words[] = {{0}};

static const char *word_for(const struct word *words, const char *ours)
{
    for (; words->ours; words++)
        if (strcmp(words->ours, ours) == 0)
            return words->theirs;
    return ours;
}

/* ---- gathering ---- */

/* One field or metric and who has it. */
struct row {
    const char *code, *unit;
    size_t category;
    uint64_t providers; /* a bit each, in the order of their names */
};

struct section {
    const char *what, *key; /* as plugins and the API call it */
    const struct word *words;
    struct row *rows;
    size_t count;
};

static void add(struct section *s, const char *code, const char *unit, size_t category, size_t provider)
{
    size_t i = 0;

    while (i < s->count && strcmp(s->rows[i].code, code) != 0)
        i++;
    if (i == ROWS_MOST)
        return;
    if (i == s->count)
        s->rows[s->count++] = (struct row){.code = code, .unit = unit, .category = category};
    s->rows[i].providers |= UINT64_C(1) << provider;
}

/* A plugin's own kind "x.menstrual_cycle" is one of menstrual_cycle. */
static bool is_of(const char *kind, const char *what)
{
    const char *dot = strchr(kind, '.');

    return strcmp(kind, what) == 0 || (dot && strcmp(dot + 1, what) == 0);
}

static void gather(struct section *sections, size_t count, const aorta_descriptor *d, size_t provider)
{
    for (uint32_t i = 0; i < d->coverage_count; i++) {
        const char *at = (const char *)d->coverage + (size_t)i * d->coverage_stride;
        const aorta_coverage_decl *c = (const aorta_coverage_decl *)(const void *)at;
        for (size_t k = 0; k < count; k++) {
            const struct gw_metric *m = sections[k].words ? NULL : gw_metric_by_name(gw_str(c->name));
            if (!is_of(c->what, sections[k].what))
                continue;
            if (sections[k].words)
                add(&sections[k], word_for(sections[k].words, c->name), NULL, 0, provider);
            else if (m)
                add(&sections[k], m->name, m->unit, category_of(m->number), provider);
        }
    }
}

/* ---- writing ---- */

static int by_code(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->category != y->category)
        return x->category < y->category ? -1 : 1;
    return strcmp(x->code, y->code);
}

static void write_providers(struct gw_buf *out, const struct gw_provider *const *providers, size_t count,
                            uint64_t which)
{
    bool first = true;

    gw_buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        if (!(which >> i & 1))
            continue;
        gw_buf_str(out, first ? "" : ",");
        gw_buf_json_cstr(out, providers[i]->id);
        first = false;
    }
    gw_buf_char(out, ']');
}

static void write_row(struct gw_buf *out, const struct row *row, const struct gw_provider *const *providers, size_t n)
{
    gw_buf_str(out, "{\"code\":");
    gw_buf_json_cstr(out, row->code);
    if (row->unit) {
        gw_buf_str(out, ",\"unit\":");
        gw_buf_json_cstr(out, row->unit);
    }
    gw_buf_str(out, ",\"providers\":");
    write_providers(out, providers, n, row->providers);
    gw_buf_char(out, '}');
}

static void write_series(struct gw_buf *out, const struct section *s, const struct gw_provider *const *providers,
                         size_t n)
{
    for (size_t i = 0; i < s->count; i++) {
        bool begins = i == 0 || s->rows[i].category != s->rows[i - 1].category;
        if (begins) {
            gw_buf_str(out, i ? "]},{\"name\":" : "{\"name\":");
            gw_buf_json_cstr(out, categories[s->rows[i].category].name);
            gw_buf_str(out, ",\"metrics\":[");
        } else {
            gw_buf_char(out, ',');
        }
        write_row(out, &s->rows[i], providers, n);
    }
    gw_buf_str(out, s->count ? "]}" : "");
}

static void write_section(struct gw_buf *out, struct section *s, const struct gw_provider *const *providers, size_t n)
{
    qsort(s->rows, s->count, sizeof(*s->rows), by_code);
    gw_buf_printf(out, ",\"%s\":[", s->key);
    if (!s->words)
        write_series(out, s, providers, n);
    for (size_t i = 0; s->words && i < s->count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_row(out, &s->rows[i], providers, n);
    }
    gw_buf_char(out, ']');
}

static int by_id(const void *a, const void *b)
{
    const struct gw_provider *const *x = a, *const *y = b;

    return strcmp((*x)->id, (*y)->id);
}

enum gw_code gw_answer_coverage_make(struct gw_http *http, struct gw_err *err)
{
    struct section sections[] = {
        {.what = "series", .key = "timeseries"},
        {.what = "workout", .key = "workout_fields", .words = workout_words},
        {.what = "sleep", .key = "sleep_fields", .words = sleep_words},
        {.what = "menstrual_cycle", .key = "menstrual_cycle_fields", .words = cycle_words},
        {.what = "score", .key = "health_scores", .words = score_words},
    };
    const size_t count = sizeof(sections) / sizeof(sections[0]);
    const struct gw_provider *providers[PROVIDERS_MOST];
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_buf *out = &http->coverage;
    bool room = arena != NULL;
    size_t n = 0;

    for (size_t k = 0; room && k < count; k++)
        room = (sections[k].rows = gw_arena_alloc(arena, ROWS_MOST * sizeof(struct row))) != NULL;
    for (size_t i = 0; i < gw_registry_count(http->options.registry) && n < PROVIDERS_MOST; i++)
        if (gw_registry_at(http->options.registry, i)->plugin)
            providers[n++] = gw_registry_at(http->options.registry, i);
    qsort(providers, n, sizeof(providers[0]), by_id);
    for (size_t i = 0; room && i < n; i++)
        gather(sections, count, providers[i]->plugin->desc, i);
    gw_buf_str(out, "{\"providers\":");
    write_providers(out, providers, n, UINT64_MAX);
    for (size_t k = 0; room && k < count; k++)
        write_section(out, &sections[k], providers, n);
    gw_buf_char(out, '}');
    gw_arena_free(&arena);
    return !room || out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_answer_coverage(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_add(&request->reply.body, request->http->coverage.data, request->http->coverage.len);
    return gw_reply_json(request, 200, err);
}
