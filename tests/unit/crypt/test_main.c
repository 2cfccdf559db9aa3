/* Runs the cases of gateway/crypt. */
#include <stdlib.h>

#include "crypt/crypt.h"
#include "tests.h"

int main(void)
{
    Suite *suite = suite_create("crypt");
    SRunner *runner;
    struct gw_err err;
    int failed;

    if (gw_crypt_init(&err) != GW_OK)
        return EXIT_FAILURE;
    suite_add_tcase(suite, digest_case());
    suite_add_tcase(suite, jwt_case());
    suite_add_tcase(suite, keyring_case());
    suite_add_tcase(suite, seal_case());
    suite_add_tcase(suite, text_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
