/* Runs every suite of the Apple plugin. */
#include "apple_host.h"

#include <sodium.h>
#include <stdlib.h>

int main(void)
{
    if (sodium_init() < 0)
        return EXIT_FAILURE;
    SRunner *runner = srunner_create(declare_suite());
    srunner_add_suite(runner, stream_suite());
    srunner_add_suite(runner, left_out_suite());
    srunner_add_suite(runner, large_suite());
    srunner_add_suite(runner, memory_suite());
    srunner_add_suite(runner, import_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
