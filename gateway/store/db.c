/* The pool: a bounded number of connections, opened when wanted, kept, replaced when broken. */
#include "store/db.h"

#include <errno.h>
#include <pthread.h>

#include "base/log.h"
#include "base/own.h"
#include "base/time.h"
#include "store/pool.h"

/* Idle connections of one kind; opened counts those in use too. One that is given back wakes one who waits. */
struct shelf {
    pthread_cond_t freed;
    struct pg_conn **idle;
    int idle_count, opened, most;
};

struct gw_db {
    pthread_mutex_t lock;
    struct shelf brief;   /* the pool */
    struct shelf lasting; /* token locks: held for seconds, so that they never starve the pool */
    char *conninfo, *name;
    int acquire_ms, timeout_ms;
};

enum gw_code gw_store_open(const struct gw_db_options *options, struct gw_db **ret, struct gw_err *err)
{
    struct gw_db *db = calloc(1, sizeof(*db));
    pthread_condattr_t attr;

    if (!db)
        return gw_fail(err, GW_NOMEM, NULL);
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&db->brief.freed, &attr);
    pthread_cond_init(&db->lasting.freed, &attr);
    pthread_condattr_destroy(&attr);
    db->brief.most = options->pool > 0 ? options->pool : 4;
    db->lasting.most = db->brief.most;
    db->acquire_ms = options->acquire_ms > 0 ? options->acquire_ms : 5000;
    db->timeout_ms = options->statement_timeout_ms > 0 ? options->statement_timeout_ms : 15000;
    db->conninfo = strdup(options->conninfo ? options->conninfo : "");
    db->name = strdup(options->name ? options->name : "aorta");
    db->brief.idle = calloc((size_t)db->brief.most, sizeof(*db->brief.idle));
    db->lasting.idle = calloc((size_t)db->lasting.most, sizeof(*db->lasting.idle));
    if (!db->conninfo || !db->name || !db->brief.idle || !db->lasting.idle) {
        gw_store_close(&db);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    *ret = db;
    return GW_OK;
}

static void shelf_clear(struct shelf *shelf)
{
    for (int i = 0; i < shelf->idle_count; i++)
        pg_close(&shelf->idle[i]);
    free(shelf->idle);
}

void gw_store_close(struct gw_db **db)
{
    struct gw_db *d = *db;

    if (!d)
        return;
    shelf_clear(&d->brief);
    shelf_clear(&d->lasting);
    pthread_cond_destroy(&d->brief.freed);
    pthread_cond_destroy(&d->lasting.freed);
    pthread_mutex_destroy(&d->lock);
    free(d->conninfo);
    free(d->name);
    free(d);
    *db = NULL;
}

/* An idle connection, or the right to open one (*ret NULL), within acquire_ms. */
static enum gw_code shelf_take(struct gw_db *db, struct shelf *shelf, struct pg_conn **ret, struct gw_err *err)
{
    int64_t until_us = gw_mono_us() + (int64_t)db->acquire_ms * 1000;
    struct timespec until = {until_us / GW_US_PER_S, until_us % GW_US_PER_S * 1000};
    int waited = 0;

    *ret = NULL;
    pthread_mutex_lock(&db->lock);
    while (shelf->idle_count == 0 && shelf->opened == shelf->most && waited != ETIMEDOUT)
        waited = pthread_cond_timedwait(&shelf->freed, &db->lock, &until);
    bool got = true;
    if (shelf->idle_count > 0)
        *ret = shelf->idle[--shelf->idle_count];
    else if (shelf->opened < shelf->most)
        shelf->opened++;
    else
        got = false;
    pthread_mutex_unlock(&db->lock);
    return got ? GW_OK : gw_fail_wire(err, GW_BUSY, "database.busy", "Every database connection is in use.");
}

static void shelf_give(struct gw_db *db, struct shelf *shelf, struct pg_conn *c)
{
    pthread_mutex_lock(&db->lock);
    if (c)
        shelf->idle[shelf->idle_count++] = c;
    else
        shelf->opened--;
    pthread_mutex_unlock(&db->lock);
    pthread_cond_signal(&shelf->freed); /* without the lock, which it would run into */
}

static struct shelf *shelf_of(struct pg_turn *turn)
{
    return turn->lasting ? &turn->db->lasting : &turn->db->brief;
}

static enum gw_code acquire(struct pg_turn *turn, struct gw_err *err)
{
    struct gw_db *db = turn->db;
    struct shelf *shelf = shelf_of(turn);
    enum gw_code code = shelf_take(db, shelf, &turn->c, err);

    if (code)
        return code;
    if (turn->c && !pg_alive(turn->c))
        pg_close(&turn->c);
    if (!turn->c)
        code = pg_open(db->conninfo, db->name, db->timeout_ms, &turn->c, err);
    if (code)
        shelf_give(db, shelf, NULL);
    return code;
}

bool pg_turn(struct pg_turn *turn, enum gw_code *code, struct gw_err *err)
{
    if (turn->c) {
        bool again = *code && turn->tries == 1 && pg_broken(turn->c) && pg_may_repeat(turn->c);
        if (!pg_settle(turn->c))
            pg_close(&turn->c);
        shelf_give(turn->db, shelf_of(turn), gw_take(turn->c));
        if (!again)
            return false;
        gw_log(GW_LOG_DEBUG, "database connection lost, once more", NULL);
    }
    turn->tries++;
    *code = acquire(turn, err);
    return *code == GW_OK;
}

static enum gw_code one(struct pg_conn *c, enum sql_id id, const struct pg_params *params, PGresult **ret,
                        struct gw_err *err)
{
    gw_own_result *result = NULL;

    pg_queue(c, id, params);
    enum gw_code code = pg_send(c, 0, err);
    if (!code)
        code = pg_next(c, &result, err);
    if (!code)
        code = pg_finish(c, err);
    if (!code)
        *ret = gw_take(result);
    return code;
}

enum gw_code pg_one(struct gw_db *db, enum sql_id id, const struct pg_params *params, PGresult **ret,
                    struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err))
        code = one(turn.c, id, params, ret, err);
    return code;
}

enum gw_code pg_exec(struct gw_db *db, enum sql_id id, const struct pg_params *params, int64_t *ret_rows,
                     struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, id, params, &result, err);

    if (!code && ret_rows)
        *ret_rows = pg_affected(result);
    return code;
}

enum gw_code gw_store_ping(struct gw_db *db, struct gw_err *err)
{
    return pg_exec(db, SQL_PING, NULL, NULL, err);
}
