/* Runs the suites on one server. */
#include "db_test.h"

#include <stdlib.h>

int main(void)
{
    char conninfo[256];
    struct gw_err e = {0};
    SRunner *runner;
    int failed;

    if (!tmp_postgres_start(&db_server))
        return EXIT_FAILURE;
    if (!tmp_postgres_create(&db_server, "migrated", NULL) ||
        gw_store_migrate(tmp_postgres_conninfo(&db_server, "migrated", conninfo, sizeof(conninfo)), NULL, &e)) {
        fprintf(stderr, "migrate: %s\n", gw_err_text(&e));
        tmp_postgres_stop(&db_server);
        return EXIT_FAILURE;
    }
    runner = srunner_create(suite_schema());
    srunner_add_suite(runner, suite_people());
    srunner_add_suite(runner, suite_callers());
    srunner_add_suite(runner, suite_forget());
    srunner_add_suite(runner, suite_jobs());
    srunner_add_suite(runner, suite_records());
    srunner_add_suite(runner, suite_series());
    srunner_add_suite(runner, suite_payloads());
    srunner_add_suite(runner, suite_race());
    srunner_add_suite(runner, suite_trouble());
    srunner_add_suite(runner, suite_notify());
    srunner_add_suite(runner, suite_reads());
    srunner_add_suite(runner, suite_duplicates());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    tmp_postgres_stop(&db_server);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
