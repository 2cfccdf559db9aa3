/* Runs the cases of gateway/upload. */
#include <stdlib.h>

#include "crypt/crypt.h"
#include "tests.h"

int main(void)
{
    Suite *suite = suite_create("upload");
    SRunner *runner;
    int failed;

    if (gw_crypt_init(NULL) != GW_OK)
        return EXIT_FAILURE;
    suite_add_tcase(suite, file_case());
    suite_add_tcase(suite, look_case());
    suite_add_tcase(suite, route_case());
    suite_add_tcase(suite, spool_case());
    suite_add_tcase(suite, unzip_case());
    suite_add_tcase(suite, upload_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
