/* store/db.h - a pool of connections to PostgreSQL, every statement prepared on first use.
 *
 * Each function of this layer takes a connection for its own duration (waiting at most acquire_ms, else GW_BUSY),
 * runs with a deadline, and gives it back. A broken connection is replaced; a statement that met a broken connection
 * outside of a transaction of several steps is tried once more. Errors: GW_DB for anything that may pass, GW_INTERNAL
 * for what is a defect. Texts never quote values. [any thread]
 */
#ifndef GW_STORE_DB_H
#define GW_STORE_DB_H

#include "base/err.h"

struct gw_db;

struct gw_db_options {
    const char *conninfo;     /* libpq connection string or URI */
    const char *name;         /* application_name */
    int pool;                 /* most connections; default 4 */
    int acquire_ms;           /* default 5000 */
    int statement_timeout_ms; /* default 15000 */
};

enum gw_code gw_store_open(const struct gw_db_options *options, struct gw_db **ret, struct gw_err *err) GW_MUST_USE;
void gw_store_close(struct gw_db **db);
/* SELECT 1, for readiness. */
enum gw_code gw_store_ping(struct gw_db *db, struct gw_err *err) GW_MUST_USE;

/* Brings the schema up to the newest migration under an advisory lock; refuses a database that is newer than this
 * program knows by more than it may run on, and one whose applied migrations have another checksum. ret: how many
 * were applied. */
enum gw_code gw_store_migrate(const char *conninfo, int *ret_applied, struct gw_err *err) GW_MUST_USE;

#endif
