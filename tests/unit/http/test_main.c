/* Runs the cases of gateway/http. */
#include <stdlib.h>

#include "base/log.h"
#include "crypt/crypt.h"
#include "tests.h"

int main(void)
{
    Suite *suite = suite_create("http");
    SRunner *runner;
    int failed;

    if (gw_crypt_init(NULL) != GW_OK)
        return EXIT_FAILURE;
    gw_log_init("test-http", GW_LOG_ERROR);
    suite_add_tcase(suite, accept_case());
    suite_add_tcase(suite, query_case());
    suite_add_tcase(suite, check_case());
    suite_add_tcase(suite, form_case());
    suite_add_tcase(suite, router_case());
    suite_add_tcase(suite, routes_case());
    suite_add_tcase(suite, openapi_case());
    suite_add_tcase(suite, args_case());
    suite_add_tcase(suite, server_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
