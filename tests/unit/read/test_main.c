/* Runs the cases of gateway/read. */
#include <stdlib.h>

#include "crypt/crypt.h"
#include "tests.h"

int main(void)
{
    Suite *suite = suite_create("read");
    SRunner *runner;
    int failed;

    if (gw_crypt_init(NULL) != GW_OK)
        return EXIT_FAILURE;
    suite_add_tcase(suite, cursor_case());
    suite_add_tcase(suite, day_case());
    suite_add_tcase(suite, detail_case());
    suite_add_tcase(suite, sample_case());
    suite_add_tcase(suite, source_case());
    suite_add_tcase(suite, events_case());
    suite_add_tcase(suite, series_case());
    suite_add_tcase(suite, rollup_case());
    suite_add_tcase(suite, summaries_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
