/* Runs every suite of the Suunto plugin. */
#include "suunto_host.h"

#include <sodium.h>
#include <stdlib.h>

int main(void)
{
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    SRunner *runner = srunner_create(oauth_suite());
    srunner_add_suite(runner, sync_suite());
    srunner_add_suite(runner, webhook_suite());
    srunner_add_suite(runner, normalize_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
