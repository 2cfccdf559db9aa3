/* Pages of nights: the sessions of a local day of waking, summed up. */
#include "read/nights.h"

#include <math.h>
#include <stdlib.h>

#include "read/days_page.h"
#include "read/extra.h"
#include "read/means.h"
#include "read/source.h"
#include "read/write.h"

#define WINDOW_MOST  128 /* days */
#define WINDOW_LEAST 8

/* ---- sums ---- */

static double plus(double sum, double v)
{
    return isnan(v) ? sum : isnan(sum) ? v : sum + v;
}

static double length_s(const struct gw_sleep *s)
{
    return isnan(s->duration_s) ? (double)(s->head.end_us - s->head.start_us) / 1e6 : s->duration_s;
}

/* Time asleep; where it was not said, all that was not awake. */
static double asleep_s(const struct gw_sleep *s)
{
    if (!isnan(s->asleep_s))
        return s->asleep_s;
    return isnan(s->awake_s) ? length_s(s) : fmax(length_s(s) - s->awake_s, 0);
}

static bool is_longer(const struct gw_sleep *a, const struct gw_sleep *b)
{
    return !b || a->head.end_us - a->head.start_us > b->head.end_us - b->head.start_us;
}

static void add_night(struct gw_night_sum *sum, const struct gw_sleep *s, double *weight)
{
    if (is_longer(s, sum->main))
        sum->main = s;
    sum->asleep_s = plus(sum->asleep_s, asleep_s(s));
    sum->in_bed_s = plus(sum->in_bed_s, isnan(s->in_bed_s) ? length_s(s) : s->in_bed_s);
    sum->awake_s = plus(sum->awake_s, s->awake_s);
    sum->light_s = plus(sum->light_s, s->light_s);
    sum->deep_s = plus(sum->deep_s, s->deep_s);
    sum->rem_s = plus(sum->rem_s, s->rem_s);
    if (!isnan(s->efficiency_percent)) {
        sum->efficiency_percent = plus(sum->efficiency_percent, s->efficiency_percent * length_s(s));
        *weight += length_s(s);
    }
}

static void sum_up(struct gw_night_sum *sum)
{
    double weight = 0;

    sum->asleep_s = sum->nap_s = sum->in_bed_s = sum->efficiency_percent = NAN;
    sum->awake_s = sum->light_s = sum->deep_s = sum->rem_s = NAN;
    for (size_t i = 0; i < sum->sessions_count; i++) {
        const struct gw_sleep *s = sum->sessions[i];
        if (s->is_nap > 0) {
            sum->naps++;
            sum->nap_s = plus(sum->nap_s, asleep_s(s));
        } else {
            add_night(sum, s, &weight);
        }
    }
    if (weight > 0)
        sum->efficiency_percent /= weight;
    else
        sum->efficiency_percent = NAN;
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct gw_sleep *)a)->head.id.b, ((const struct gw_sleep *)b)->head.id.b, 16);
}

static enum gw_code load(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                         const struct gw_night_pick *picks, size_t count, struct gw_sleep **ret, size_t *ret_count,
                         struct gw_err *err)
{
    struct gw_uuid *ids = gw_arena_alloc(arena, count * sizeof(*ids));
    size_t n = 0;
    enum gw_code code;

    if (!ids)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < count; i++)
        if (picks[i].kept)
            ids[n++] = picks[i].night.id;
    code = n ? gw_store_sleep_some(db, arena, user, ids, n, false, ret, ret_count, err) : GW_OK;
    if (code == GW_OK && *ret_count > 1)
        qsort(*ret, *ret_count, sizeof(**ret), by_id);
    return code;
}

enum gw_code gw_nights_sum(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user,
                           const struct gw_night_pick *picks, size_t count, struct gw_night_sum **ret,
                           size_t *ret_count, struct gw_err *err)
{
    struct gw_night_sum *sums = gw_arena_zalloc(arena, count * sizeof(*sums));
    const struct gw_sleep **sessions = gw_arena_alloc(arena, count * sizeof(*sessions));
    struct gw_sleep *rows = NULL;
    size_t rows_count = 0, n = 0;
    enum gw_code code =
        sums && sessions ? load(db, arena, user, picks, count, &rows, &rows_count, err) : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; i < count && code == GW_OK; i++) {
        struct gw_sleep key = {.head.id = picks[i].night.id};
        const struct gw_sleep *row =
            picks[i].kept && rows_count ? bsearch(&key, rows, rows_count, sizeof(key), by_id) : NULL;
        sessions[i] = row;
        if (!row)
            continue;
        if (n == 0 || sums[n - 1].day != picks[i].day)
            sums[n++] = (struct gw_night_sum){.day = picks[i].day, .place = picks[i].place, .sessions = &sessions[i]};
        struct gw_night_sum *sum = &sums[n - 1];
        sessions[(size_t)(sum->sessions - (const struct gw_sleep *const *)sessions) + sum->sessions_count++] = row;
        if (row->is_nap <= 0 && is_longer(row, sum->main)) {
            sum->main = row;
            sum->place = picks[i].place;
        }
    }
    for (size_t i = 0; i < n; i++)
        sum_up(&sums[i]);
    *ret = sums;
    *ret_count = n;
    return code;
}

/* ---- the walk ---- */

struct job {
    struct gw_db *db;
    struct gw_arena *arena;
    struct gw_uuid user;
    struct gw_ranks ranks;
    struct gw_person person;
    struct gw_night_sum *rows;
    size_t count;
};

static enum gw_code edge(void *self, struct gw_days days, bool down, int64_t *ret_day, bool *ret_any,
                         struct gw_err *err)
{
    struct job *job = self;
    const struct gw_summary_range range = {job->user, days.first * GW_US_PER_DAY - GW_DAY_SHIFT_MOST - GW_NIGHT_MOST,
                                           (days.last + 1) * GW_US_PER_DAY + GW_DAY_SHIFT_MOST};
    int64_t us = GW_NO_TIME;
    enum gw_code code = gw_store_night_edge(job->db, &range, down, &us, err);

    if (code != GW_OK || us == GW_NO_TIME)
        return code;
    *ret_any = true;
    *ret_day = gw_floor_div(down ? us + GW_DAY_SHIFT_MOST + GW_NIGHT_MOST : us - GW_DAY_SHIFT_MOST, GW_US_PER_DAY);
    return GW_OK;
}

static enum gw_code window(void *self, struct gw_days days, bool down, size_t most, size_t *ret, struct gw_err *err)
{
    struct job *job = self;
    struct gw_night_pick *picks = NULL;
    struct gw_night_sum *sums = NULL;
    size_t count = 0, n = 0, added = 0;
    enum gw_code code =
        gw_nights_pick(job->db, job->arena, job->user, days, &job->person, &job->ranks, &picks, &count, err);

    if (code == GW_OK)
        code = gw_nights_sum(job->db, job->arena, job->user, picks, count, &sums, &n, err);
    for (size_t i = 0; i < n && code == GW_OK && added < most; i++)
        job->rows[job->count + added++] = sums[down ? n - 1 - i : i];
    job->count += added;
    *ret = added;
    return code;
}

/* ---- rows ---- */

static double minutes(double seconds)
{
    return isnan(seconds) ? seconds : floor(seconds / 60);
}

static void write_stages(struct gw_buf *out, const struct gw_night_sum *sum)
{
    if (isnan(sum->awake_s) && isnan(sum->light_s) && isnan(sum->deep_s) && isnan(sum->rem_s)) {
        gw_buf_str(out, ",\"stages\":null");
        return;
    }
    gw_write_int(out, ",\"stages\":{\"awake_minutes\":", minutes(sum->awake_s));
    gw_write_int(out, ",\"light_minutes\":", minutes(sum->light_s));
    gw_write_int(out, ",\"deep_minutes\":", minutes(sum->deep_s));
    gw_write_int(out, ",\"rem_minutes\":", minutes(sum->rem_s));
    gw_buf_char(out, '}');
}

static void write_sessions(struct gw_buf *out, const struct gw_night_sum *sum)
{
    gw_buf_str(out, ",\"sessions\":[");
    for (size_t i = 0; i < sum->sessions_count; i++) {
        const struct gw_sleep *s = sum->sessions[i];
        gw_write_time(out, i ? ",{\"start_time\":" : "{\"start_time\":", s->head.start_us);
        gw_write_time(out, ",\"end_time\":", s->head.end_us);
        gw_write_offset(out, ",\"zone_offset\":", s->head.offset_s);
        gw_write_int(out, ",\"duration_minutes\":", minutes(asleep_s(s)));
        gw_write_bool(out, ",\"is_nap\":", s->is_nap > 0);
        gw_buf_char(out, '}');
    }
    gw_buf_char(out, ']');
}

/* Averages over the longest session: of samples, else as its provider gave them. */
static enum gw_code write_averages(const struct job *job, const struct gw_night_sum *sum, struct gw_buf *out,
                                   struct gw_err *err)
{
    static const uint16_t metrics[] = {1, 3, 7, 24, 20};
    static const char *const keys[] = {"heart_rate_avg_bpm", "hrv_sdnn_avg_ms", "hrv_rmssd_avg_ms",
                                       "respiratory_rate_avg", "oxygen_saturation_avg_percent"};
    double mean[GW_MEANS_MOST] = {NAN, NAN, NAN, NAN, NAN};
    gw_own_extra json_t *extra = sum->main ? gw_extra_open(sum->main->head.extra) : NULL;
    const struct gw_means_query query = {.user = job->user,
                                         .metrics = metrics,
                                         .count = 5,
                                         .from_us = sum->main ? sum->main->head.start_us : 0,
                                         .to_us = sum->main ? sum->main->head.end_us : 0,
                                         .group = GW_NO_RANK};
    enum gw_code code = sum->main ? gw_means(job->db, &query, mean, err) : GW_OK;

    for (size_t i = 0; i < 5 && code == GW_OK; i++)
        mean[i] = isnan(mean[i]) ? gw_extra_number(extra, keys[i]) : mean[i];
    gw_write_int(out, ",\"avg_heart_rate_bpm\":", mean[0]);
    gw_write_float(out, ",\"avg_hrv_sdnn_ms\":", mean[1]);
    gw_write_float(out, ",\"avg_hrv_rmssd_ms\":", mean[2]);
    gw_write_float(out, ",\"avg_respiratory_rate\":", mean[3]);
    gw_write_float(out, ",\"avg_spo2_percent\":", mean[4]);
    return code;
}

static enum gw_code write_row(const struct job *job, const struct gw_night_sum *sum, struct gw_buf *out,
                              struct gw_err *err)
{
    const struct gw_record_head *head = sum->main ? &sum->main->head : NULL;
    char date[16];
    enum gw_code code;

    gw_day_format(sum->day, date);
    gw_write_text(out, "{\"date\":", date);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(&job->ranks.items[sum->place].source, out);
    gw_write_time(out, ",\"start_time\":", head ? head->start_us : GW_NO_TIME);
    gw_write_time(out, ",\"end_time\":", head ? head->end_us : GW_NO_TIME);
    gw_write_offset(out, ",\"zone_offset\":", head ? head->offset_s : GW_NO_OFFSET);
    gw_write_int(out, ",\"duration_minutes\":", minutes(sum->asleep_s));
    gw_write_int(out, ",\"total_duration_minutes\":", minutes(plus(sum->asleep_s, sum->nap_s)));
    gw_write_int(out, ",\"time_in_bed_minutes\":", minutes(sum->in_bed_s));
    gw_write_float(out, ",\"efficiency_percent\":", sum->efficiency_percent);
    write_stages(out, sum);
    gw_buf_str(out, ",\"interruptions_count\":null");
    gw_write_int(out, ",\"nap_count\":", (double)sum->naps);
    gw_write_int(out, ",\"nap_duration_minutes\":", isnan(sum->nap_s) ? 0 : minutes(sum->nap_s));
    write_sessions(out, sum);
    code = write_averages(job, sum, out, err);
    gw_buf_char(out, '}');
    return code;
}

static enum gw_code write_page(const struct job *job, const struct gw_days_pager *pager,
                               const struct gw_read_days *query, bool more, struct gw_buf *out, struct gw_err *err)
{
    size_t n = job->count - more;
    const struct gw_night_sum *rows = job->rows;
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

enum gw_code gw_read_nights(struct gw_db *db, struct gw_arena *arena, const struct gw_read_days *query,
                            struct gw_buf *out, struct gw_err *err)
{
    struct job job = {.db = db, .arena = arena, .user = query->user};
    const struct gw_days_list list = {&job, edge, window, WINDOW_LEAST, WINDOW_MOST};
    size_t wanted = (size_t)query->limit + 1, count = 0;
    struct gw_days_pager pager;
    enum gw_code code = gw_days_pager_begin(&pager, GW_CURSOR_NIGHT, query, err);

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
