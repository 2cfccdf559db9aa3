/* One commit: locks, reads, merges, writes, and the job's next state, in two round trips. */
#include "store/commit.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/time.h"
#include "store/commit_tx.h"
#include "store/connection_row.h"
#include "store/counts.h"
#include "store/duplicates_tx.h"
#include "store/outbox.h"
#include "store/pool.h"

/* A job that an event of this commit may be news for. */
struct listener {
    struct gw_uuid id;
    bool waits, started;
    const char *wait_events, *arrived, *early;
    struct gw_counts counts, early_counts;
};

/* The commit and what only its job side needs. */
struct commit {
    struct commit_tx tx;
    struct job_row job;
    struct gw_counts total;
    struct listener *listeners;
    size_t listeners_count;
};

/* ---- names separated by commas ---- */

static bool has_name(const char *list, struct gw_str name)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        if (len == name.len && memcmp(list, name.ptr, len) == 0)
            return true;
        list += len + (list[len] == ',');
    }
    return false;
}

static const char *with_name(struct gw_arena *arena, const char *list, const char *name)
{
    if (has_name(list, gw_str(name)))
        return list;
    return gw_arena_printf(arena, "%s%s%s", list, *list ? "," : "", name);
}

static bool is_awaited(const char *wait_events, const char *event)
{
    return !*wait_events || has_name(wait_events, gw_str(event));
}

/* Those of `names` that are waited for. */
static const char *awaited(struct gw_arena *arena, const char *wait_events, const char *names)
{
    const char *got = "";

    while (got && *names) {
        size_t len = strcspn(names, ",");
        const char *name = gw_arena_strndup(arena, names, len);
        if (!name)
            return NULL;
        if (is_awaited(wait_events, name))
            got = with_name(arena, got, name);
        names += len + (names[len] == ',');
    }
    return got;
}

/* ---- first trip ---- */

static bool has_job(const struct commit *m)
{
    return m->tx.in->end != GW_COMMIT_NONE;
}

static enum gw_code prepare(struct commit *m, struct gw_err *err)
{
    struct commit_tx *tx = &m->tx;
    enum gw_code code = sources_prepare(tx, err);

    if (!code)
        code = payloads_prepare(tx, err);
    if (!code)
        code = records_check(tx, err);
    if (!code)
        code = series_prepare(tx, err);
    return code;
}

static void queue_reads(struct commit *m)
{
    struct commit_tx *tx = &m->tx;
    struct pg_params user = {0}, live = {0}, job = {0}, listen = {0};

    pg_put_uuid(&user, tx->in->user_id);
    pg_queue_plain(tx->c, SQL_BEGIN);
    pg_queue(tx->c, SQL_USER_LOCK, &user);
    if (tx->in->lazily)
        pg_queue_plain(tx->c, SQL_COMMIT_LAZILY);
    if (tx->in->live_only) {
        pg_put_uuid(&live, tx->in->user_id);
        pg_put_uuid(&live, tx->in->connection_id);
        pg_queue(tx->c, SQL_CONNECTION_LIVE, &live);
    }
    if (has_job(m)) {
        pg_put_uuid(&job, tx->in->job_id);
        pg_put_uuid(&job, tx->in->lease);
        pg_queue(tx->c, SQL_JOB_LOCK, &job);
    }
    if (tx->in->wake_event) {
        pg_put_uuid(&listen, tx->in->connection_id);
        pg_put_uuid(&listen, tx->in->job_id);
        pg_queue(tx->c, SQL_JOB_LOCK_LISTENING, &listen);
    }
    sources_queue_reads(tx);
    payloads_queue_reads(tx);
    records_queue_reads(tx);
    series_queue_reads(tx);
}

static enum gw_code take_user(struct commit *m, struct gw_err *err)
{
    int64_t rows = 0;
    enum gw_code code = pg_next_done(m->tx.c, NULL, err);

    if (!code)
        code = pg_next_done(m->tx.c, &rows, err);
    if (!code && rows == 0)
        code = gw_fail(err, GW_NOT_FOUND, "The user is gone.");
    return code;
}

static enum gw_code take_live(struct commit *m, struct gw_err *err)
{
    int64_t rows = 0;
    enum gw_code code = pg_next_done(m->tx.c, &rows, err);

    return !code && rows == 0 ? gw_fail(err, GW_NOT_CONNECTED, "The connection has been ended.") : code;
}

static enum gw_code take_job(struct commit *m, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(m->tx.c, &result, err);

    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_LEASE_LOST, NULL);
    return code ? code : job_read(result, 0, m->tx.arena, &m->job, err);
}

static enum gw_code take_listeners(struct commit *m, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(m->tx.c, &result, err);

    if (code)
        return code;
    m->listeners_count = (size_t)PQntuples(result);
    m->listeners = gw_arena_alloc(m->tx.arena, m->listeners_count * sizeof(*m->listeners));
    if (!m->listeners)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < m->listeners_count; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = m->tx.arena};
        struct listener *l = &m->listeners[i];
        l->id = pg_get_uuid(&row);
        l->waits = pg_get_bool(&row);
        l->started = pg_get_bool(&row);
        l->wait_events = pg_get_text(&row);
        l->arrived = pg_get_text(&row);
        l->early = pg_get_text(&row);
        counts_get(&row, &l->counts);
        counts_get(&row, &l->early_counts);
        code = pg_row_check(&row, err);
    }
    return code;
}

static enum gw_code take_reads(struct commit *m, struct gw_err *err)
{
    struct commit_tx *tx = &m->tx;
    enum gw_code code = take_user(m, err);

    if (!code && tx->in->lazily)
        code = pg_next_done(tx->c, NULL, err);
    if (!code && tx->in->live_only)
        code = take_live(m, err);
    if (!code && has_job(m))
        code = take_job(m, err);
    if (!code && tx->in->wake_event)
        code = take_listeners(m, err);
    if (!code)
        code = sources_take_reads(tx, err);
    if (!code)
        code = payloads_take_reads(tx, err);
    if (!code)
        code = records_take_reads(tx, err);
    if (!code)
        code = series_take_reads(tx, err);
    if (!code)
        code = pg_finish(tx->c, err);
    return code;
}

/* ---- second trip ---- */

void notice_member(struct commit_tx *tx, const char *name)
{
    gw_buf_printf(&tx->notice, ",\"%s\":", name);
}

static enum gw_code queue_notice(struct commit_tx *tx, struct gw_err *err)
{
    gw_own_buf struct gw_buf json = {0};
    char text[GW_UUID_TEXT];

    if (tx->notice.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    if (tx->notice.len == 0)
        return GW_OK;
    gw_buf_str(&json, "{\"provider\":");
    gw_buf_json_cstr(&json, tx->in->provider);
    if (!gw_uuid_is_nil(tx->in->connection_id))
        gw_buf_printf(&json, ",\"connection_id\":\"%s\"", gw_uuid_text(tx->in->connection_id, text));
    gw_buf_add(&json, tx->notice.data, tx->notice.len);
    gw_buf_char(&json, '}');
    const char *data = gw_buf_cstr(&json);
    if (!data)
        return gw_fail(err, GW_NOMEM, NULL);
    outbox_queue(tx->c, tx->in->user_id, "data.changed", data);
    return GW_OK;
}

/* What the caller knows and what was found out. */
static void sum_counts(struct commit *m)
{
    struct gw_counts *in = &m->tx.in->counts, *out = &m->tx.counts;
    struct gw_count *const given[] = {&in->workouts, &in->sleep, &in->timeseries, &in->events};
    struct gw_count *const found[] = {&out->workouts, &out->sleep, &out->timeseries, &out->events};

    for (size_t i = 0; i < 4; i++) {
        found[i]->fetched += given[i]->fetched;
        found[i]->rejected = given[i]->rejected;
    }
    out->payloads_failed = in->payloads_failed;
    if (!m->tx.in->afresh)
        m->total = m->job.job.counts;
    counts_add(&m->total, out);
}

/* ($1 id, $2 cursor, $3 counts, $4 warnings) */
static void put_progress(struct commit *m, struct pg_params *p, const char *warnings)
{
    p->arena = m->tx.arena;
    pg_put_uuid(p, m->tx.in->job_id);
    pg_put_str(p, m->tx.in->cursor);
    counts_put(p, &m->total);
    pg_put_text(p, warnings);
}

/* An event that came while the job still ran ends its wait at once. */
static enum gw_code queue_wait(struct commit *m, const char *warnings, struct gw_err *err)
{
    const struct gw_commit *in = m->tx.in;
    const char *events = in->wait_events ? in->wait_events : "";
    const char *got = awaited(m->tx.arena, events, m->job.early);
    struct pg_params p = {0};

    if (!got)
        return gw_fail(err, GW_NOMEM, NULL);
    if (*got)
        counts_add(&m->total, &m->job.early_counts);
    put_progress(m, &p, warnings);
    pg_put_time(&p, *got ? gw_now_us() : in->wake_at_us);
    pg_put_text(&p, events);
    pg_put_text(&p, got);
    pg_queue(m->tx.c, SQL_JOB_WAIT, &p);
    return GW_OK;
}

static void queue_requeue(struct commit *m, const char *warnings)
{
    const struct gw_err *why = m->tx.in->why;
    struct pg_params p = {0};

    put_progress(m, &p, warnings);
    pg_put_time(&p, m->tx.in->wake_at_us > 0 ? m->tx.in->wake_at_us : gw_now_us());
    pg_put_text(&p, why ? gw_err_wire(why) : NULL);
    pg_put_text(&p, why ? gw_err_text(why) : NULL);
    pg_queue(m->tx.c, SQL_JOB_REQUEUE, &p);
}

static void queue_finish(struct commit *m, const char *warnings)
{
    const struct gw_commit *in = m->tx.in;
    struct pg_params synced = {0};

    job_queue_end(m->tx.c, m->tx.arena, &m->job.job, in->status ? in->status : "success", &m->total, warnings, in->why);
    if (!in->synced || gw_uuid_is_nil(in->connection_id))
        return;
    pg_put_uuid(&synced, in->user_id);
    pg_put_uuid(&synced, in->connection_id);
    pg_put_time(&synced, gw_now_us());
    pg_queue(m->tx.c, SQL_CONNECTION_SYNCED, &synced);
}

static enum gw_code queue_job(struct commit *m, struct gw_err *err)
{
    bool failed = false;
    const char *before = m->tx.in->afresh ? NULL : m->job.job.warnings;
    const char *warnings = warnings_join(m->tx.arena, before, m->tx.in->warnings, &failed);
    struct pg_params p = {0};

    if (failed)
        return gw_fail(err, GW_NOMEM, NULL);
    switch (m->tx.in->end) {
    case GW_COMMIT_NONE:
        break;
    case GW_COMMIT_CONTINUE:
        put_progress(m, &p, warnings);
        pg_put_f64(&p, m->tx.in->progress > 0 ? m->tx.in->progress : __builtin_nan(""));
        pg_queue(m->tx.c, SQL_JOB_CONTINUE, &p);
        break;
    case GW_COMMIT_FINISH:
        queue_finish(m, warnings);
        break;
    case GW_COMMIT_WAIT:
        return queue_wait(m, warnings, err);
    case GW_COMMIT_REQUEUE:
        queue_requeue(m, warnings);
        break;
    }
    return GW_OK;
}

/* One who waits for the event goes on with it; one who runs, or will again, finds it when it begins to wait. */
static enum gw_code queue_wakes(struct commit *m, bool *ret_woke, struct gw_err *err)
{
    const char *event = m->tx.in->wake_event;

    for (size_t i = 0; i < m->listeners_count; i++) {
        struct listener *l = &m->listeners[i];
        struct pg_params p = {.arena = m->tx.arena};
        bool wakes = l->waits && is_awaited(l->wait_events, event);
        if (l->waits ? !wakes : !l->started)
            continue;
        const char *names = with_name(m->tx.arena, wakes ? l->arrived : l->early, event);
        if (!names)
            return gw_fail(err, GW_NOMEM, NULL);
        struct gw_counts *counts = wakes ? &l->counts : &l->early_counts;
        counts_add(counts, &m->tx.counts);
        pg_put_uuid(&p, l->id);
        pg_put_text(&p, names);
        counts_put(&p, counts);
        if (wakes)
            pg_put_time(&p, gw_now_us());
        pg_queue(m->tx.c, wakes ? SQL_JOB_WAKE : SQL_JOB_NOTE_EARLY, &p);
        *ret_woke |= wakes;
    }
    return GW_OK;
}

static int by_number(const void *a, const void *b)
{
    const struct gw_source *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* All sources that a workout of the user may name, by number: the stored ones and the new ones of this commit. */
static enum gw_code all_sources(struct commit_tx *tx, struct gw_source **ret, size_t *ret_count, struct gw_err *err)
{
    size_t n = tx->stored_sources_count;
    struct gw_source *all = gw_arena_alloc(tx->arena, (n + tx->in->sources_count) * sizeof(*all));

    if (!all)
        return gw_fail(err, GW_NOMEM, NULL);
    if (n)
        memcpy(all, tx->stored_sources, n * sizeof(*all));
    for (size_t i = 0; i < tx->in->sources_count; i++) {
        if (tx->sources[i].stored || tx->sources[i].same_as != i || tx->sources[i].id == 0)
            continue;
        all[n] = tx->in->sources[i];
        all[n].id = tx->sources[i].id;
        all[n].account = all[n].account ? all[n].account : tx->account;
        n++;
    }
    qsort(all, n, sizeof(*all), by_number);
    *ret = all;
    *ret_count = n;
    return GW_OK;
}

/* Marks of duplicates around the workouts that this commit writes: a trip of its own, where there are any. */
static enum gw_code settle_duplicates(struct commit_tx *tx, struct gw_err *err)
{
    struct gw_source *sources = NULL;
    struct gw_uuid *ids = NULL;
    size_t sources_count = 0, count = 0;
    char text[GW_UUID_TEXT];
    enum gw_code code;

    if (tx->moved_count == 0)
        return GW_OK;
    code = all_sources(tx, &sources, &sources_count, err);
    if (!code)
        code = duplicates_settle(tx->c, tx->arena, tx->in->user_id, tx->moved, tx->moved_count, sources, sources_count,
                                 &ids, &count, err);
    if (code || count == 0)
        return code;
    notice_member(tx, "duplicates");
    for (size_t i = 0; i < count; i++)
        gw_buf_printf(&tx->notice, "%s\"%s\"", i ? "," : "[", gw_uuid_text(ids[i], text));
    gw_buf_char(&tx->notice, ']');
    return GW_OK;
}

static enum gw_code queue_writes(struct commit *m, bool *ret_woke, struct gw_err *err)
{
    struct commit_tx *tx = &m->tx;
    enum gw_code code;

    records_queue_writes(tx);
    nights_queue_writes(tx);
    code = settle_duplicates(tx, err);
    if (!code)
        code = series_queue_writes(tx, err);
    if (code)
        return code;
    sources_queue_writes(tx);
    code = payloads_queue_writes(tx, err);
    if (!code)
        code = queue_notice(tx, err);
    if (code)
        return code;
    for (size_t i = 0; i < tx->in->states_count; i++)
        state_queue(tx->c, tx->in->user_id, tx->in->connection_id, tx->in->provider, &tx->in->states[i]);
    sum_counts(m);
    code = queue_job(m, err);
    if (!code)
        code = queue_wakes(m, ret_woke, err);
    if (!code)
        pg_queue_plain(tx->c, SQL_COMMIT);
    return code;
}

/* ---- all of it ---- */

static enum gw_code run(struct commit *m, bool *ret_yield, struct gw_counts *ret_total, struct gw_err *err)
{
    struct gw_commit *in = m->tx.in;
    bool woke = false;
    enum gw_code code = prepare(m, err);

    if (code)
        return code;
    queue_reads(m);
    code = pg_send(m->tx.c, 0, err);
    if (!code)
        code = take_reads(m, err);
    if (!code)
        code = nights_settle(&m->tx, err);
    if (!code)
        code = queue_writes(m, &woke, err);
    if (!code)
        code = pg_run(m->tx.c, err);
    if (code)
        return code;
    in->counts = m->tx.counts;
    in->wanted = m->job.job.wanted;
    in->woke = woke || in->end == GW_COMMIT_FINISH || in->end == GW_COMMIT_WAIT || in->end == GW_COMMIT_REQUEUE;
    if (ret_yield)
        *ret_yield = in->end == GW_COMMIT_CONTINUE && m->job.job.yield;
    if (ret_total)
        *ret_total = m->total;
    return GW_OK;
}

enum gw_code gw_store_commit(struct gw_db *db, struct gw_commit *commit, bool *ret_yield, struct gw_counts *ret_total,
                             struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        struct commit m = {.tx = {.c = turn.c,
                                  .arena = gw_arena_new(0),
                                  .in = commit,
                                  .account = commit->account ? commit->account : ""}};
        code = m.tx.arena ? run(&m, ret_yield, ret_total, err) : gw_fail(err, GW_NOMEM, NULL);
        gw_buf_free(&m.tx.notice);
        gw_arena_free(&m.tx.arena);
    }
    return code;
}
