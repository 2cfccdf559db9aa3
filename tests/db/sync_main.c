/* Runs the suites of what stands above the store, on one server. */
#include <stdlib.h>

#include "sync_test.h"

int main(void)
{
    char conninfo[256];
    struct gw_err e = {0};
    SRunner *runner;
    int failed;

    if (gw_crypt_init(&e) || !tmp_postgres_start(&db_server))
        return EXIT_FAILURE;
    if (!tmp_postgres_create(&db_server, "migrated", NULL) ||
        gw_store_migrate(tmp_postgres_conninfo(&db_server, "migrated", conninfo, sizeof(conninfo)), NULL, &e)) {
        fprintf(stderr, "migrate: %s\n", gw_err_text(&e));
        tmp_postgres_stop(&db_server);
        return EXIT_FAILURE;
    }
    runner = srunner_create(suite_push());
    srunner_add_suite(runner, suite_nights());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    tmp_postgres_stop(&db_server);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
