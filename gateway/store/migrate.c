/* Numbered migrations, each in a transaction, one process at a time.
 *
 * Expand before contract: a migration adds first; what an older program still uses is taken away one release later.
 * Its line "-- runs_with: N" names the oldest schema a program must know to work on the result; so a program refuses
 * a database only when a migration it does not know asks for more than it has.
 */
#include <libpq-fe.h>

#include "base/own.h"
#include "crypt/crypt.h"
#include "store/db.h"
#include "store/row.h"

#define LOCK_KEY  "7306651" /* of the advisory lock; any number that is always the same */
#define RUNS_WITH "-- runs_with: "

struct migration {
    int version;
    const char *name, *sql;
};

#include "migrations.inc"

#define NEWEST (migrations[sizeof(migrations) / sizeof(*migrations) - 1].version)

static void finish_pg(PGconn **pg)
{
    PQfinish(*pg);
}
#define own_pg GW_CLEANUP(finish_pg) PGconn

static enum gw_code run(PGconn *pg, const char *sql, const char *what, struct gw_err *err)
{
    gw_own_result *result = PQexec(pg, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return GW_OK;
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    if (!state)
        return gw_fail(err, GW_DB, "The connection to the database was lost (%s).", what);
    return gw_fail(err, strncmp(state, "55", 2) == 0 ? GW_DB : GW_INTERNAL,
                   "The database refused %s (SQLSTATE %s, position %s).", what, state, position ? position : "?");
}

static int runs_with(const struct migration *m)
{
    return strncmp(m->sql, RUNS_WITH, strlen(RUNS_WITH)) == 0 ? atoi(m->sql + strlen(RUNS_WITH)) : m->version;
}

static void hex(const uint8_t *bytes, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void checksum(const struct migration *m, char out[65])
{
    uint8_t digest[32];

    gw_sha256(gw_str(m->sql), digest);
    hex(digest, sizeof(digest), out);
}

static enum gw_code prepare_table(PGconn *pg, struct gw_err *err)
{
    return run(pg,
               "SET client_min_messages = warning; SET lock_timeout = '60s'; SET statement_timeout = '30min';"
               "SELECT pg_advisory_lock(" LOCK_KEY ");"
               "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL,"
               " checksum text NOT NULL, runs_with integer NOT NULL, applied_at timestamptz NOT NULL)",
               "the table of migrations", err);
}

/* What is applied must be what we know; what we do not know must be able to live with us. */
static enum gw_code check_applied(const PGresult *applied, int row, struct gw_err *err)
{
    int version = atoi(PQgetvalue(applied, row, 0));
    int wants = atoi(PQgetvalue(applied, row, 2));
    char sum[65];

    if (version > NEWEST) {
        if (wants <= NEWEST)
            return GW_OK;
        return gw_fail(err, GW_CONFIG,
                       "The database is newer than this program: migration %d needs a program that knows %d, this "
                       "one knows %d.",
                       version, wants, NEWEST);
    }
    for (size_t i = 0; i < sizeof(migrations) / sizeof(*migrations); i++) {
        if (migrations[i].version != version)
            continue;
        checksum(&migrations[i], sum);
        if (strcmp(sum, PQgetvalue(applied, row, 1)) == 0)
            return GW_OK;
        return gw_fail(err, GW_CONFIG, "Migration %s was applied in another form than this program has.",
                       migrations[i].name);
    }
    return gw_fail(err, GW_CONFIG, "The database has a migration %d that this program does not know.", version);
}

static bool is_applied(const PGresult *applied, int version)
{
    for (int i = 0; i < PQntuples(applied); i++)
        if (atoi(PQgetvalue(applied, i, 0)) == version)
            return true;
    return false;
}

static enum gw_code apply(PGconn *pg, const struct migration *m, struct gw_err *err)
{
    char sum[65], note[512];
    enum gw_code code;

    checksum(m, sum);
    snprintf(note, sizeof(note),
             "INSERT INTO schema_migrations (version, name, checksum, runs_with, applied_at) "
             "VALUES (%d, '%s', '%s', %d, now())",
             m->version, m->name, sum, runs_with(m));
    code = run(pg, "BEGIN", m->name, err);
    if (!code)
        code = run(pg, m->sql, m->name, err);
    if (!code)
        code = run(pg, note, m->name, err);
    if (!code)
        code = run(pg, "COMMIT", m->name, err);
    return code;
}

enum gw_code gw_store_migrate(const char *conninfo, int *ret_applied, struct gw_err *err)
{
    const char *const keys[] = {"application_name", "connect_timeout", "dbname", "client_encoding", NULL};
    const char *const values[] = {"aorta migrate", "10", conninfo, "UTF8", NULL};
    own_pg *pg = PQconnectdbParams(keys, values, 1);
    gw_own_result *applied = NULL;
    enum gw_code code;
    int count = 0;

    if (PQstatus(pg) != CONNECTION_OK)
        return gw_fail(err, GW_DB, "The database cannot be reached.");
    if (PQserverVersion(pg) < 150000)
        return gw_fail(err, GW_CONFIG, "The database is PostgreSQL %d; 15 or newer is needed.",
                       PQserverVersion(pg) / 10000);
    code = prepare_table(pg, err);
    if (code)
        return code;
    applied = PQexec(pg, "SELECT version, checksum, runs_with FROM schema_migrations ORDER BY version");
    if (PQresultStatus(applied) != PGRES_TUPLES_OK)
        return gw_fail(err, GW_DB, "The table of migrations cannot be read.");
    for (int i = 0; !code && i < PQntuples(applied); i++)
        code = check_applied(applied, i, err);
    for (size_t i = 0; !code && i < sizeof(migrations) / sizeof(*migrations); i++) {
        if (is_applied(applied, migrations[i].version))
            continue;
        code = apply(pg, &migrations[i], err);
        count += !code;
    }
    if (!code && ret_applied)
        *ret_applied = count;
    return code;
}
