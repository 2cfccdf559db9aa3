/* Pages of days of recovery: a provider's score of the day, and what the heart did on it. */
#include <math.h>

#include "read/days_page.h"
#include "read/extra.h"
#include "read/means.h"
#include "read/nights.h"
#include "read/source.h"
#include "read/write.h"

#define WINDOW_MOST  128 /* days */
#define WINDOW_LEAST 8

/* A day's score: of the sources that have one the first, and of that the latest. */
struct row {
    int64_t day;
    size_t place;
    const struct gw_event *score;
    const struct gw_night_sum *night; /* or NULL */
};

struct job {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_uuid user;
    struct gw_ranks ranks;
    struct gw_person person;
    struct row *rows;
    size_t count;
};

/* ---- the walk ---- */

static struct gw_summary_range range_of(const struct job *job, struct gw_days days)
{
    return (struct gw_summary_range){job->user, days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST,
                                     (days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST};
}

static enum gw_code edge(void *self, struct gw_days days, bool down, int64_t *ret_day, bool *ret_any,
                         struct gw_err *err)
{
    struct job *job = self;
    const struct gw_summary_range range = range_of(job, days);
    int64_t us = GW_NO_TIME;
    enum gw_code code = gw_store_score_edge(job->db, &range, "recovery", down, &us, err);

    if (code != GW_OK || us == GW_NO_TIME)
        return code;
    *ret_any = true;
    *ret_day = gw_floor_div(down ? us + GW_DAY_SHIFT_MOST : us - GW_DAY_SHIFT_MOST, GW_US_PER_DAY);
    return GW_OK;
}

/* Events come by time, so a later one of the same source takes the place of an earlier. */
static void place_scores(const struct job *job, struct gw_days days, const struct gw_event *events, size_t count,
                         struct row *rows)
{
    for (size_t i = 0; i < count; i++) {
        int64_t day = gw_day_of(events[i].head.start_us, events[i].head.offset_s, job->person.zone);
        size_t place = gw_rank_of(&job->ranks, events[i].head.source_id);
        if (day < days.first || day > days.last || place == GW_NO_RANK)
            continue;
        struct row *row = &rows[day - days.first];
        if (!row->score || place <= row->place)
            *row = (struct row){.day = day, .place = place, .score = &events[i]};
    }
}

/* The night that ended on the day, when it is the same writer's. */
static void place_nights(const struct job *job, struct gw_days days, const struct gw_night_sum *nights, size_t count,
                         struct row *rows)
{
    for (size_t i = 0; i < count; i++) {
        struct row *row = &rows[nights[i].day - days.first];
        if (row->score && job->ranks.items[row->place].group == job->ranks.items[nights[i].place].group)
            row->night = &nights[i];
    }
}

static enum gw_code window(void *self, struct gw_days days, bool down, size_t most, size_t *ret, struct gw_err *err)
{
    struct job *job = self;
    const struct gw_summary_range range = range_of(job, days);
    size_t n = (size_t)(days.last - days.first + 1), events_count = 0, picks_count = 0, nights_count = 0, added = 0;
    struct row *rows = gw_arena_zalloc(job->arena, n * sizeof(*rows));
    struct gw_event *events = NULL;
    struct gw_night_pick *picks = NULL;
    struct gw_night_sum *nights = NULL;
    enum gw_code code = rows ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_OK)
        code = gw_store_event_range(job->db, job->arena, &range, "score", "recovery", &events, &events_count, err);
    if (code == GW_OK)
        code =
            gw_nights_pick(job->db, job->arena, job->user, days, &job->person, &job->ranks, &picks, &picks_count, err);
    if (code == GW_OK)
        code = gw_nights_sum(job->db, job->arena, job->user, picks, picks_count, &nights, &nights_count, err);
    if (code != GW_OK)
        return code;
    place_scores(job, days, events, events_count, rows);
    place_nights(job, days, nights, nights_count, rows);
    for (size_t i = 0; i < n && added < most; i++)
        if (rows[down ? n - 1 - i : i].score)
            job->rows[job->count + added++] = rows[down ? n - 1 - i : i];
    job->count += added;
    *ret = added;
    return GW_OK;
}

/* ---- rows ---- */

enum { RESTING, SDNN, RMSSD, SPO2, VALUES };

/* A component may be a number or {"value": number}. */
static double component(const json_t *extra, const char *name)
{
    const json_t *value = json_object_get(json_object_get(extra, "components"), name);

    if (json_is_object(value))
        value = json_object_get(value, "value");
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* What the score's provider says, else the day's samples: of the same writer, else anybody's. */
static enum gw_code values_of(const struct job *job, const struct row *row, const json_t *extra, double ret[VALUES],
                              struct gw_err *err)
{
    static const uint16_t metrics[VALUES] = {2, 3, 7, 20};
    static const char *const components[VALUES] = {"resting_heart_rate", "hrv_sdnn_milli", "hrv_rmssd_milli",
                                                   "spo2_percentage"};
    const struct gw_means_query query = {.user = job->user,
                                         .metrics = metrics,
                                         .count = VALUES,
                                         .from_us = row->day * GW_US_PER_DAY - GW_DAY_SHIFT_MOST,
                                         .to_us = (row->day + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST,
                                         .by_day = true,
                                         .day = row->day,
                                         .zone = job->person.zone,
                                         .ranks = &job->ranks,
                                         .group = job->ranks.items[row->place].group};
    double mean[GW_MEANS_MOST];
    enum gw_code code = gw_means(job->db, &query, mean, err);

    for (size_t i = 0; i < VALUES && code == GW_OK; i++) {
        double said = component(extra, components[i]);
        ret[i] = isnan(said) ? mean[i] : said;
    }
    return code;
}

static enum gw_code write_row(const struct job *job, const struct row *row, struct gw_buf *out, struct gw_err *err)
{
    gw_own_extra json_t *extra = gw_extra_open(row->score->head.extra);
    const struct gw_night_sum *night = row->night;
    double v[VALUES];
    char date[16];
    enum gw_code code = values_of(job, row, extra, v, err);

    if (code != GW_OK)
        return code;
    gw_day_format(row->day, date);
    gw_write_text(out, "{\"date\":", date);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(&job->ranks.items[row->place].source, out);
    gw_write_int(out, ",\"sleep_duration_seconds\":", night ? night->asleep_s : (double)NAN);
    gw_write_float(out, ",\"sleep_efficiency_percent\":", night ? night->efficiency_percent : (double)NAN);
    gw_write_int(out, ",\"resting_heart_rate_bpm\":", v[RESTING]);
    gw_write_float(out, ",\"avg_hrv_sdnn_ms\":", v[SDNN]);
    gw_write_float(out, ",\"avg_hrv_rmssd_ms\":", v[RMSSD]);
    gw_write_float(out, ",\"avg_spo2_percent\":", v[SPO2]);
    gw_write_int(out, ",\"recovery_score\":", gw_extra_number(extra, "value"));
    gw_buf_char(out, '}');
    return GW_OK;
}

static enum gw_code write_page(const struct job *job, const struct gw_days_pager *pager,
                               const struct gw_read_days *query, bool more, struct gw_buf *out, struct gw_err *err)
{
    size_t n = job->count - more;
    const struct row *rows = job->rows;
    enum gw_code code = GW_OK;

    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < n && code == GW_OK; i++) {
        gw_buf_str(out, i ? "," : "");
        code = write_row(job, &rows[pager->backwards ? n - 1 - i : i], out, err);
    }
    gw_buf_char(out, ']');
    gw_days_pager_end(pager, query, n, n ? rows[pager->backwards ? n - 1 : 0].day : 0,
                      n ? rows[pager->backwards ? 0 : n - 1].day : 0, more, out);
    return code;
}

enum gw_code gw_read_recovery(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                              struct gw_buf *out, struct gw_err *err)
{
    struct job job = {.db = db, .arena = arena, .user = query->user};
    const struct gw_days_list list = {&job, edge, window, WINDOW_LEAST, WINDOW_MOST};
    size_t wanted = (size_t)query->limit + 1, count = 0;
    struct gw_days_pager pager;
    enum gw_code code = gw_days_pager_begin(&pager, GW_CURSOR_RECOVERY, query, err);

    job.rows = gw_arena_alloc(arena, wanted * sizeof(*job.rows));
    if (code == GW_OK && !job.rows)
        code = gw_fail(err, GW_NOMEM, NULL);
    if (code == GW_OK)
        code = gw_person_get(db, arena, query->user, &job.person, err);
    if (code == GW_OK)
        code = gw_ranks_load(db, arena, query->user, &job.ranks, err);
    if (code == GW_OK && job.ranks.count > 0)
        code = gw_days_walk(&pager, &list, wanted, &count, err);
    if (code == GW_OK)
        code = write_page(&job, &pager, query, count == wanted, out, err);
    if (code != GW_OK)
        return code;
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
