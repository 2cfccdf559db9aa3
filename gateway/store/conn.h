/* store/conn.h - one connection to PostgreSQL, always in pipeline mode. This layer only.
 *
 * Statements are queued, sent as one batch with a deadline, and their results read in order:
 *
 *     pg_queue(c, SQL_BEGIN, NULL, err); pg_queue(c, SQL_USER_LOCK, &p, err); …
 *     pg_send(c, err); pg_next(c, &result, err); …
 *
 * A statement is prepared when it is queued for the first time. What a caller leaves unread, and a transaction it
 * leaves open, is cleared when the connection goes back to its pool (pg_settle): an early return is a rollback.
 * [one thread at a time]
 */
#ifndef GW_STORE_CONN_H
#define GW_STORE_CONN_H

#include <libpq-fe.h>

#include "base/err.h"
#include "store/params.h"
#include "store/row.h"
#include "store/statement.h"

struct pg_conn;

enum gw_code pg_open(const char *conninfo, const char *name, int timeout_ms, struct pg_conn **ret,
                     struct gw_err *err) GW_MUST_USE;
void pg_close(struct pg_conn **c);

/* The first failure of a batch is kept: queueing on is harmless, pg_send returns it. */
void pg_queue(struct pg_conn *c, enum sql_id id, const struct pg_params *params);
void pg_queue_plain(struct pg_conn *c, enum sql_id id); /* without parameters */
/* Waits until the server's side has taken what is queued: after a statement with much in it. */
void pg_flush(struct pg_conn *c);
/* Ends the batch. Its results must all come within timeout_ms (0 = the connection's own). */
enum gw_code pg_send(struct pg_conn *c, int timeout_ms, struct gw_err *err) GW_MUST_USE;
/* The next result; after a failure there are no more. */
enum gw_code pg_next(struct pg_conn *c, PGresult **ret, struct gw_err *err) GW_MUST_USE;
/* The next result, which is of no interest beyond having gone well; ret_rows may be NULL. */
enum gw_code pg_next_done(struct pg_conn *c, int64_t *ret_rows, struct gw_err *err) GW_MUST_USE;
/* Results up to that of the next `id`, which must have gone well. */
enum gw_code pg_skip_to(struct pg_conn *c, enum sql_id id, struct gw_err *err) GW_MUST_USE;
/* All results that are left must have gone well. */
enum gw_code pg_finish(struct pg_conn *c, struct gw_err *err) GW_MUST_USE;
/* pg_send and pg_finish. */
enum gw_code pg_run(struct pg_conn *c, struct gw_err *err) GW_MUST_USE;

int64_t pg_affected(const PGresult *result);
const char *pg_sqlstate(const struct pg_conn *c); /* of the last failure, "" = not the server's */
bool pg_broken(struct pg_conn *c);
/* False once a COMMIT was sent, until the server is known not to have come to it: what broke may have happened. */
bool pg_may_repeat(const struct pg_conn *c);
/* Ready for the next user: rest read, transaction ended. False = close it. */
bool pg_settle(struct pg_conn *c);
/* Whether an idle connection is still there, without asking the server. */
bool pg_alive(struct pg_conn *c);

#endif
