/* libpq with deadlines: nothing here blocks but poll(2). */
#include "store/conn.h"

#include <errno.h>
#include <poll.h>

#include "base/time.h"

#define PREPARE  0x8000u    /* an expected result that is a statement's preparation */
#define SYNC     0xffffu    /* the end of a batch */
#define FLUSH_AT (4u << 20) /* bytes queued before the server is made to take some */
#define GRACE_MS 2000       /* for a cancelled statement to end */

struct pg_conn {
    PGconn *pg;
    int timeout_ms;
    int64_t deadline_us;
    bool prepared[SQL_COUNT];
    uint16_t *expected; /* what the server will answer, in order */
    size_t expected_count, expected_cap, expected_next;
    size_t queued_bytes;
    struct gw_err failure; /* of the batch being queued; code GW_OK = none */
    bool lost, committed;
    char sqlstate[6];
};

/* ---- errors ---- */

/* By class: what may pass is tried again by whoever asked, the rest is a defect. */
static const struct {
    const char *prefix;
    enum gw_code code;
    bool close;
} sqlstates[] = {
    {"08", GW_DB, true},           {"57P", GW_DB, true},     {"25P03", GW_DB, true}, {"26", GW_DB, true},
    {"0A000", GW_DB, true},        {"53", GW_DB, false},     {"57", GW_DB, false},   {"40", GW_DB, false},
    {"55", GW_DB, false},          {"58", GW_DB, false},     {"25006", GW_DB, true}, {"23503", GW_NOT_FOUND, false},
    {"23505", GW_CONFLICT, false}, {"", GW_INTERNAL, false},
};

/* Constraint and state say what happened; the server's own sentence may quote values and is left out. */
static enum gw_code fail_result(struct pg_conn *c, const PGresult *result, unsigned what, struct gw_err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
    const char *name = what == SYNC ? "sync" : sql_name((enum sql_id)(what & ~PREPARE));
    size_t i = 0;

    snprintf(c->sqlstate, sizeof(c->sqlstate), "%s", state ? state : "");
    if (!state) {
        c->lost = true;
        return gw_fail(err, GW_DB, "The connection to the database was lost.");
    }
    if (what != SQL_COMMIT && what != SYNC)
        c->committed = false; /* the server stopped before it came to COMMIT */
    while (strncmp(state, sqlstates[i].prefix, strlen(sqlstates[i].prefix)) != 0)
        i++;
    if (sqlstates[i].close)
        c->lost = true;
    if (strcmp(state, "57014") == 0)
        return gw_fail(err, GW_DB, "The database took too long (%s).", name);
    return gw_fail(err, sqlstates[i].code, "The database refused %s%s (SQLSTATE %s%s%s).",
                   what != SYNC && (what & PREPARE) ? "to prepare " : "", name, state, constraint ? ", " : "",
                   constraint ? constraint : "");
}

static enum gw_code fail_lost(struct pg_conn *c, struct gw_err *err)
{
    c->lost = true;
    c->sqlstate[0] = '\0';
    return gw_fail(err, GW_DB, "The connection to the database was lost.");
}

/* Asks the server to stop what it is doing; the answer is read by pg_settle. */
static enum gw_code fail_late(struct pg_conn *c, struct gw_err *err)
{
    PGcancel *cancel = PQgetCancel(c->pg);
    char text[256];

    if (!cancel || !PQcancel(cancel, text, sizeof(text)))
        c->lost = true;
    PQfreeCancel(cancel);
    c->deadline_us = gw_mono_us() + GRACE_MS * 1000;
    c->sqlstate[0] = '\0';
    return gw_fail(err, GW_DB, "The database took too long.");
}

/* ---- waiting ---- */

static int left_ms(int64_t deadline_us)
{
    int64_t left = deadline_us - gw_mono_us();

    return left <= 0 ? 0 : (int)(left / 1000 + 1);
}

/* Sends what is waiting and takes in what has come; returns when something happened. to_send: also at once when
 * nothing is left to be sent, for then the server may have nothing to say either. */
static enum gw_code wait_io(struct pg_conn *c, bool to_send, struct gw_err *err)
{
    int flush = PQflush(c->pg);
    struct pollfd poll_fd = {PQsocket(c->pg), (short)(POLLIN | (flush > 0 ? POLLOUT : 0)), 0};
    int left = left_ms(c->deadline_us);

    if (flush < 0 || poll_fd.fd < 0)
        return fail_lost(c, err);
    if (to_send && flush == 0)
        return GW_OK;
    int n = poll(&poll_fd, 1, left);
    if (n < 0 && errno != EINTR)
        return fail_lost(c, err);
    if (n == 0 && left_ms(c->deadline_us) == 0)
        return fail_late(c, err);
    if (n > 0 && (poll_fd.revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(c->pg))
        return fail_lost(c, err);
    return GW_OK;
}

/* ---- life ---- */

/* What the server has to say beside results is in its own log. */
static void ignore_notice(void *unused, const char *message)
{
    (void)unused;
    (void)message;
}

static enum gw_code connect_wait(struct pg_conn *c, int64_t deadline_us, struct gw_err *err)
{
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
        struct pollfd p = {PQsocket(c->pg), state == PGRES_POLLING_READING ? POLLIN : POLLOUT, 0};
        int n = poll(&p, 1, left_ms(deadline_us));
        if (n == 0)
            return gw_fail(err, GW_DB, "The database did not answer in time.");
        if (n < 0 && errno != EINTR)
            return gw_fail(err, GW_DB, "Waiting for the database failed.");
        state = PQconnectPoll(c->pg);
    }
    if (state == PGRES_POLLING_FAILED)
        return gw_fail(err, GW_DB, "The database cannot be reached.");
    return GW_OK;
}

/* One round trip: everything a session of ours relies on. */
static enum gw_code set_up(struct pg_conn *c, struct gw_err *err)
{
    char sql[512];
    PGresult *result;
    enum gw_code code = GW_OK;

    snprintf(sql, sizeof(sql),
             "SET statement_timeout = %d; SET idle_in_transaction_session_timeout = '60s'; SET jit = off; "
             "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET client_min_messages = warning; "
             "SET default_transaction_isolation = 'read committed'",
             c->timeout_ms + GRACE_MS / 2);
    if (!PQsendQuery(c->pg, sql))
        return fail_lost(c, err);
    for (;;) {
        while (!code && PQisBusy(c->pg))
            code = wait_io(c, false, err);
        if (code || !(result = PQgetResult(c->pg)))
            break;
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            code = gw_fail(err, GW_DB, "The database refused the session's settings.");
        PQclear(result);
    }
    if (!code && !PQenterPipelineMode(c->pg))
        code = fail_lost(c, err);
    return code;
}

enum gw_code pg_open(const char *conninfo, const char *name, int timeout_ms, struct pg_conn **ret, struct gw_err *err)
{
    /* the connection string comes as dbname: it may override what stands before it */
    const char *const keys[] = {"application_name", "dbname", "client_encoding", NULL};
    const char *const values[] = {name ? name : "aorta", conninfo, "UTF8", NULL};
    struct pg_conn *c = calloc(1, sizeof(*c));
    enum gw_code code;

    if (!c)
        return gw_fail(err, GW_NOMEM, NULL);
    c->timeout_ms = timeout_ms;
    c->deadline_us = gw_mono_us() + (int64_t)timeout_ms * 1000;
    c->pg = PQconnectStartParams(keys, values, 1);
    if (c->pg)
        PQsetNoticeProcessor(c->pg, ignore_notice, NULL);
    if (!c->pg)
        code = gw_fail(err, GW_NOMEM, NULL);
    else if (PQstatus(c->pg) == CONNECTION_BAD)
        code = gw_fail(err, GW_DB, "The database cannot be reached.");
    else
        code = connect_wait(c, c->deadline_us, err);
    if (!code && PQsetnonblocking(c->pg, 1) != 0)
        code = fail_lost(c, err);
    if (!code)
        code = set_up(c, err);
    if (code)
        pg_close(&c);
    else
        *ret = c;
    return code;
}

void pg_close(struct pg_conn **c)
{
    if (!*c)
        return;
    PQfinish((*c)->pg);
    free((*c)->expected);
    free(*c);
    *c = NULL;
}

/* ---- queueing ---- */

static bool expect(struct pg_conn *c, unsigned what)
{
    if (c->expected_count == c->expected_cap) {
        size_t cap = c->expected_cap ? 2 * c->expected_cap : 64;
        uint16_t *more = realloc(c->expected, cap * sizeof(*more));
        if (!more) {
            gw_fail(&c->failure, GW_NOMEM, NULL);
            return false;
        }
        c->expected = more;
        c->expected_cap = cap;
    }
    c->expected[c->expected_count++] = (uint16_t)what;
    return true;
}

void pg_flush(struct pg_conn *c)
{
    c->deadline_us = gw_mono_us() + (int64_t)c->timeout_ms * 1000;
    while (!c->failure.code && PQflush(c->pg) > 0)
        wait_io(c, true, &c->failure);
    c->queued_bytes = 0;
}

/* Keeps what is buffered on our side small. */
static void push(struct pg_conn *c, size_t bytes)
{
    c->queued_bytes += bytes;
    if (c->queued_bytes >= FLUSH_AT)
        pg_flush(c);
}

void pg_queue(struct pg_conn *c, enum sql_id id, const struct pg_params *params)
{
    static const struct pg_params none;
    const struct pg_params *p = params ? params : &none;
    size_t bytes = 0;

    if (c->failure.code)
        return;
    if (p->failed) {
        gw_fail(&c->failure, GW_NOMEM, NULL);
        return;
    }
    if (!c->prepared[id]) {
        if (!expect(c, id | PREPARE))
            return;
        if (!PQsendPrepare(c->pg, sql_name(id), sql_text(id), 0, NULL)) {
            fail_lost(c, &c->failure);
            return;
        }
        c->prepared[id] = true;
    }
    if (!expect(c, id))
        return;
    for (int i = 0; i < p->count; i++)
        bytes += (size_t)p->length[i];
    if (!PQsendQueryPrepared(c->pg, sql_name(id), p->count, p->value, p->length, p->format, 1))
        fail_lost(c, &c->failure);
    else
        push(c, bytes);
    if (id == SQL_COMMIT)
        c->committed = true;
}

void pg_queue_plain(struct pg_conn *c, enum sql_id id)
{
    pg_queue(c, id, NULL);
}

enum gw_code pg_send(struct pg_conn *c, int timeout_ms, struct gw_err *err)
{
    c->deadline_us = gw_mono_us() + (int64_t)(timeout_ms > 0 ? timeout_ms : c->timeout_ms) * 1000;
    c->queued_bytes = 0;
    if (!c->failure.code && expect(c, SYNC) && !PQpipelineSync(c->pg))
        fail_lost(c, &c->failure);
    if (c->failure.code) {
        enum gw_code code = c->failure.code;
        if (err)
            *err = c->failure;
        c->lost = true; /* half a batch was sent: there is no clean way back */
        return code;
    }
    return GW_OK;
}

/* ---- results ---- */

static enum gw_code get_result(struct pg_conn *c, PGresult **ret, struct gw_err *err)
{
    enum gw_code code;

    while (PQisBusy(c->pg)) {
        code = wait_io(c, false, err);
        if (code)
            return code;
    }
    *ret = PQgetResult(c->pg);
    return GW_OK;
}

/* One expected result with the NULL that ends it. */
static enum gw_code take(struct pg_conn *c, unsigned what, PGresult **ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    PGresult *end = NULL;
    enum gw_code code = get_result(c, &result, err);

    if (code)
        return code;
    if (!result)
        return fail_lost(c, err);
    if (what != SYNC) {
        code = get_result(c, &end, err);
        PQclear(end);
        if (code)
            return code;
    }
    *ret = gw_take(result);
    return GW_OK;
}

static bool went_well(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

/* The next expected result, good or not; sets *ret_what. NULL in ret = the batch has ended. */
static enum gw_code step(struct pg_conn *c, PGresult **ret, unsigned *ret_what, struct gw_err *err)
{
    enum gw_code code;

    *ret = NULL;
    if (c->expected_next == c->expected_count) {
        c->expected_next = c->expected_count = 0;
        return GW_OK;
    }
    *ret_what = c->expected[c->expected_next];
    code = take(c, *ret_what, ret, err);
    if (code)
        return code;
    c->expected_next++;
    if (*ret_what != SYNC && (*ret_what & PREPARE) && !went_well(*ret))
        c->prepared[*ret_what & ~PREPARE] = false;
    return GW_OK;
}

enum gw_code pg_next(struct pg_conn *c, PGresult **ret, struct gw_err *err)
{
    for (;;) {
        gw_own_result *result = NULL;
        unsigned what = 0;
        enum gw_code code = step(c, &result, &what, err);
        if (code)
            return code;
        if (!result || what == SYNC)
            return gw_fail(err, GW_INTERNAL, "More results were read than statements sent.");
        if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
            return gw_fail(err, GW_INTERNAL, "An earlier statement of this batch failed.");
        if (!went_well(result))
            return fail_result(c, result, what, err);
        if (what & PREPARE)
            continue;
        *ret = gw_take(result);
        return GW_OK;
    }
}

enum gw_code pg_next_done(struct pg_conn *c, int64_t *ret_rows, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(c, &result, err);

    if (!code && ret_rows)
        *ret_rows = pg_affected(result);
    return code;
}

enum gw_code pg_skip_to(struct pg_conn *c, enum sql_id id, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    while (!code && c->expected_next < c->expected_count && (c->expected[c->expected_next] & ~PREPARE) != (unsigned)id)
        code = pg_next_done(c, NULL, err);
    return code;
}

enum gw_code pg_finish(struct pg_conn *c, struct gw_err *err)
{
    for (;;) {
        gw_own_result *result = NULL;
        unsigned what = 0;
        enum gw_code code = step(c, &result, &what, err);
        if (code)
            return code;
        if (!result)
            return GW_OK;
        if (!went_well(result))
            return fail_result(c, result, what, err);
    }
}

enum gw_code pg_run(struct pg_conn *c, struct gw_err *err)
{
    enum gw_code code = pg_send(c, 0, err);

    return code ? code : pg_finish(c, err);
}

int64_t pg_affected(const PGresult *result)
{
    return strtoll(PQcmdTuples((PGresult *)(uintptr_t)result), NULL, 10);
}

const char *pg_sqlstate(const struct pg_conn *c)
{
    return c->sqlstate;
}

bool pg_broken(struct pg_conn *c)
{
    return c->lost || PQstatus(c->pg) == CONNECTION_BAD;
}

bool pg_may_repeat(const struct pg_conn *c)
{
    return !c->committed;
}

/* ---- between users ---- */

static bool drain(struct pg_conn *c)
{
    while (c->expected_count > 0) {
        gw_own_result *result = NULL;
        unsigned what;
        if (step(c, &result, &what, NULL) != GW_OK || pg_broken(c))
            return false;
    }
    return true;
}

bool pg_settle(struct pg_conn *c)
{
    if (pg_broken(c) || c->failure.code)
        return false;
    if (c->expected_count > 0 && c->expected[c->expected_count - 1] != SYNC)
        return false; /* queued but never sent */
    if (!drain(c))
        return false;
    if (PQtransactionStatus(c->pg) != PQTRANS_IDLE) {
        pg_queue_plain(c, SQL_ROLLBACK);
        if (pg_run(c, NULL) != GW_OK)
            return false;
    }
    c->committed = false;
    c->sqlstate[0] = '\0';
    return PQtransactionStatus(c->pg) == PQTRANS_IDLE;
}

bool pg_alive(struct pg_conn *c)
{
    struct pollfd p = {PQsocket(c->pg), POLLIN, 0};

    if (pg_broken(c) || p.fd < 0)
        return false;
    /* an idle server says nothing but a change of settings, or good-bye: behind its last word is the end, and that
     * keeps the socket readable */
    while (poll(&p, 1, 0) > 0)
        if (!PQconsumeInput(c->pg) || PQisBusy(c->pg))
            return false;
    return PQstatus(c->pg) == CONNECTION_OK;
}
