/* tests/harness/tmp_postgres.h - a PostgreSQL of a test's own: made, used, thrown away.
 *
 * Its files and its only socket are in a new folder under /tmp. It works for root too (the server then runs as an
 * ordinary user) and ends with the process that started it, however that ends. Not for production: see
 * gateway/main/cluster.h.
 */
#ifndef TESTS_TMP_POSTGRES_H
#define TESTS_TMP_POSTGRES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tmp_postgres {
    char dir[64];
    pid_t pid;
    unsigned uid, gid; /* the server's */
    bool durable;      /* fsync on: for what a crash of the server must not lose, and for measuring */
};

/* False with a sentence on stderr. Starts where it was stopped when dir is set already. */
bool tmp_postgres_start(struct tmp_postgres *pg);
/* Ends the server, at once when `crash`; the files stay. */
void tmp_postgres_halt(struct tmp_postgres *pg, bool crash);
/* Ends the server and removes everything. */
void tmp_postgres_stop(struct tmp_postgres *pg);
/* libpq connection string of one of its databases; "postgres" exists from the start. */
const char *tmp_postgres_conninfo(const struct tmp_postgres *pg, const char *database, char *out, size_t len);
/* A new database, empty or a copy of another that nobody is connected to (source may be NULL). */
bool tmp_postgres_create(const struct tmp_postgres *pg, const char *database, const char *source);
bool tmp_postgres_drop(const struct tmp_postgres *pg, const char *database);

#endif
