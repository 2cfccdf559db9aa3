/* Runs every suite of the SDK. */
#include "tests.h"

#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(suite_text());
    srunner_add_suite(runner, suite_grow());
    srunner_add_suite(runner, suite_say());
    srunner_add_suite(runner, suite_state());
    srunner_add_suite(runner, suite_oauth());
    srunner_add_suite(runner, suite_json());
    srunner_add_suite(runner, suite_outline());
    srunner_add_suite(runner, suite_time());
    srunner_add_suite(runner, suite_http());
    srunner_add_suite(runner, suite_samples());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
