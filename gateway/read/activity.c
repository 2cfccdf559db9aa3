/* Pages of days of activity. */
#include "read/activity.h"

#include <math.h>

#include "read/days_page.h"
#include "read/source.h"
#include "read/write.h"
#include "store/duplicates.h"

#define WINDOW_MOST  32 /* days */
#define WINDOW_LEAST 4
#define WINDOW_BYTES ((size_t)256 << 20) /* what one may take */

/* A page under way. */
struct job {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_uuid user;
    struct gw_ranks ranks;
    struct gw_person person;
    struct gw_activity_day *rows; /* in the order of the walk */
    size_t count;
};

/* ---- the walk ---- */

static enum gw_code edge(void *self, struct gw_days days, bool down, int64_t *ret_day, bool *ret_any,
                         struct gw_err *err)
{
    struct job *job = self;
    const struct gw_summary_range range = {job->user, days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST,
                                           (days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST};
    int64_t us = GW_NO_TIME;
    enum gw_code code =
        gw_store_activity_edge(job->db, job->arena, &range, gw_activity_metrics, GW_ACTIVITY_METRICS, down, &us, err);

    if (code != GW_OK || us == GW_NO_TIME)
        return code;
    *ret_any = true;
    *ret_day = gw_floor_div(down ? us + GW_DAY_SHIFT_MOST : us - GW_DAY_SHIFT_MOST, GW_US_PER_DAY);
    return GW_OK;
}

static enum gw_code window(void *self, struct gw_days days, bool down, size_t most, size_t *ret, struct gw_err *err)
{
    struct job *job = self;
    gw_own_arena struct gw_arena *arena = gw_arena_new(WINDOW_BYTES);
    struct gw_activity_window w = {.arena = arena, .ranks = &job->ranks, .person = &job->person, .days = days};
    size_t n = (size_t)(days.last - days.first + 1), added = 0;
    struct gw_activity_day *rows;
    enum gw_code code;

    rows = arena ? gw_arena_alloc(arena, n * sizeof(*rows)) : NULL;
    if (!rows)
        return gw_fail(err, GW_NOMEM, NULL);
    code = gw_activity_load(&w, job->db, job->user, err);
    if (code == GW_OK)
        code = gw_activity_days(&w, rows, err);
    if (code != GW_OK)
        return code;
    for (size_t i = 0; i < n && added < most; i++) {
        const struct gw_activity_day *row = &rows[down ? n - 1 - i : i];
        if (row->source)
            job->rows[job->count + added++] = *row;
    }
    job->count += added;
    *ret = added;
    return GW_OK;
}

/* ---- rows ---- */

/* Floors as counted, else a floor for three metres. */
static double floors_of(const struct gw_activity_day *day)
{
    if (!isnan(day->amount[GW_FLOORS]))
        return day->amount[GW_FLOORS];
    return day->elevation_m > 0 ? floor(day->elevation_m / 3) : (double)NAN;
}

static double or_zero(double v)
{
    return isnan(v) ? 0 : v;
}

static double total_energy(const struct gw_activity_day *day)
{
    if (isnan(day->amount[GW_ENERGY]) && isnan(day->amount[GW_BASAL]))
        return NAN;
    return or_zero(day->amount[GW_ENERGY]) + or_zero(day->amount[GW_BASAL]);
}

static void write_intensity(struct gw_buf *out, const struct gw_activity_day *day)
{
    gw_buf_str(out, ",\"intensity_minutes\":");
    if (isnan(day->intensity[GW_LIGHT]) && isnan(day->intensity[GW_MODERATE]) && isnan(day->intensity[GW_VIGOROUS])) {
        gw_buf_str(out, "null");
        return;
    }
    gw_write_int(out, "{\"light\":", day->intensity[GW_LIGHT]);
    gw_write_int(out, ",\"moderate\":", day->intensity[GW_MODERATE]);
    gw_write_int(out, ",\"vigorous\":", day->intensity[GW_VIGOROUS]);
    gw_buf_char(out, '}');
}

static void write_heart(struct gw_buf *out, const struct gw_activity_day *day)
{
    gw_buf_str(out, ",\"heart_rate\":");
    if (isnan(day->heart_avg) && isnan(day->heart_least) && isnan(day->heart_most)) {
        gw_buf_str(out, "null");
        return;
    }
    gw_write_int(out, "{\"avg_bpm\":", day->heart_avg);
    gw_write_int(out, ",\"max_bpm\":", day->heart_most);
    gw_write_int(out, ",\"min_bpm\":", day->heart_least);
    gw_buf_char(out, '}');
}

static void write_row(struct gw_buf *out, const struct gw_activity_day *day)
{
    char date[16];

    gw_day_format(day->day, date);
    gw_write_text(out, "{\"date\":", date);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(day->source, out);
    gw_write_int(out, ",\"steps\":", or_zero(day->amount[GW_STEPS]));
    gw_write_float(out, ",\"distance_meters\":", day->amount[GW_DISTANCE]);
    gw_write_int(out, ",\"floors_climbed\":", floors_of(day));
    gw_write_float(out, ",\"elevation_meters\":", day->elevation_m);
    gw_write_float(out, ",\"active_calories_kcal\":", or_zero(day->amount[GW_ENERGY]));
    gw_write_float(out, ",\"total_calories_kcal\":", total_energy(day));
    gw_write_int(out, ",\"active_minutes\":", day->amount[GW_ACTIVE_TIME]);
    gw_write_int(out, ",\"sedentary_minutes\":", day->sedentary_minutes);
    write_intensity(out, day);
    write_heart(out, day);
    gw_buf_char(out, '}');
}

/* A page backwards was walked from its end. */
static void write_page(const struct job *job, const struct gw_days_pager *pager, const struct gw_read_days *query,
                       bool more, struct gw_buf *out)
{
    size_t n = job->count - more;
    const struct gw_activity_day *rows = job->rows;

    gw_buf_str(out, "{\"data\":[");
    for (size_t i = 0; i < n; i++) {
        gw_buf_str(out, i ? "," : "");
        write_row(out, &rows[pager->backwards ? n - 1 - i : i]);
    }
    gw_buf_char(out, ']');
    gw_days_pager_end(pager, query, n, n ? rows[pager->backwards ? n - 1 : 0].day : 0,
                      n ? rows[pager->backwards ? 0 : n - 1].day : 0, more, out);
}

enum gw_code gw_read_activity(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                              struct gw_buf *out, struct gw_err *err)
{
    struct job job = {.db = db, .arena = arena, .user = query->user};
    const struct gw_days_list list = {&job, edge, window, WINDOW_LEAST, WINDOW_MOST};
    size_t wanted = (size_t)query->limit + 1, count = 0;
    struct gw_days_pager pager;
    enum gw_code code = gw_days_pager_begin(&pager, GW_CURSOR_ACTIVITY, query, err);

    job.rows = gw_arena_alloc(arena, wanted * sizeof(*job.rows));
    if (code == GW_OK && !job.rows)
        code = gw_fail(err, GW_NOMEM, NULL);
    if (code == GW_OK)
        code = gw_person_get(db, arena, query->user, &job.person, err);
    if (code == GW_OK)
        code = gw_ranks_load(db, arena, query->user, &job.ranks, err);
    if (code == GW_OK)
        code = gw_store_duplicates_refresh(db, query->user, err);
    if (code == GW_OK && job.ranks.count > 0)
        code = gw_days_walk(&pager, &list, wanted, &count, err);
    if (code != GW_OK)
        return code;
    write_page(&job, &pager, query, count == wanted, out);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}
