/* tests/db/db_test.h - what the tests of the store share: one server for the program, a migrated database for each
 * test, short ways to make things and to look. */
#ifndef TESTS_DB_TEST_H
#define TESTS_DB_TEST_H

#include <check.h>
#include <libpq-fe.h>

#include "store/commit.h"
#include "store/connections.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/keys.h"
#include "store/model.h"
#include "store/notify.h"
#include "store/reads.h"
#include "store/users.h"
#include "tmp_postgres.h"

extern struct tmp_postgres db_server; /* started by main */
extern char db_conninfo[256];         /* of this test's database */
extern struct gw_db *db;              /* opened on it, 8 connections */
extern struct gw_arena *arena;
extern struct gw_err err;

/* A checked fixture: a new database from the migrated template. */
void db_setup(void);
void db_teardown(void);
TCase *db_case(Suite *suite, const char *name); /* with that fixture and a generous time-out */

#define ck_good(call)                                                                                                  \
    do {                                                                                                               \
        enum gw_code code_ = (call);                                                                                   \
        ck_assert_msg(code_ == GW_OK, "%s: %s: %s", #call, gw_code_name(code_), gw_err_text(&err));                    \
    } while (0)
#define ck_fails(call, expected) ck_assert_str_eq(gw_code_name(call), gw_code_name(expected))

/* SQL beside the store, for looking and for trouble. sql_one: the first column of the first row, "" for none; lives
 * until the next call but seven. */
void sql_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *sql_one(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
long sql_long(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Every row of every table of data but run book-keeping, as one text; malloc'd. */
char *sql_dump(void);
/* The same without what may depend on the order in which things came: ids made at first insert, numbers of sources,
 * and where in a block a sample is kept. malloc'd */
char *sql_dump_logical(void);

/* Two dumps are equal; else the first line that differs. Frees both. */
void ck_same_dump(char *a, char *b);

struct gw_uuid make_user(const char *name);
struct gw_connection make_connection(struct gw_uuid user, const char *provider, const char *account);
/* A job of the connection, submitted; and claimed with a new lease. */
struct gw_uuid make_job(const struct gw_connection *connection, int kind, const char *args);
struct gw_job claim_one(const char *worker);
const char *uuid_text(struct gw_uuid id); /* one of eight buffers */

/* A commit without a job; [0] of sources is the provider. */
extern struct gw_source test_sources[3];
struct gw_commit make_commit(const struct gw_connection *connection);
struct gw_workout make_workout(const char *external_id, int64_t start_us, int64_t version_us, double duration_s);
struct gw_sleep make_sleep(const char *external_id, int64_t start_us, int64_t version_us, double duration_s);

/* A page of workouts; its rows in one array for all calls, texts copied. */
struct listed {
    struct gw_event_page page;
    const struct gw_workout_item *rows;
};
struct listed list_workouts(const struct gw_event_query *query);

#define DAY_US  INT64_C(86400000000)
#define HOUR_US INT64_C(3600000000)
#define MIN_US  INT64_C(60000000)
#define T0      INT64_C(1763596800000000) /* 2025-11-20 00:00 UTC */

Suite *suite_schema(void);
Suite *suite_people(void);
Suite *suite_forget(void);
Suite *suite_jobs(void);
Suite *suite_records(void);
Suite *suite_series(void);
Suite *suite_payloads(void);
Suite *suite_race(void);
Suite *suite_trouble(void);
Suite *suite_notify(void);
Suite *suite_reads(void);
Suite *suite_duplicates(void);
Suite *suite_callers(void);

#endif
