/* The tests of gateway/host. */
#include <stdlib.h>

#include "base/log.h"
#include "fake.h"

int main(void)
{
    static TCase *(*const cases[])(void) = {metrics_case, params_case,    descriptor_case, services_case,
                                            http_case,    normalize_case, call_case};
    Suite *suite = suite_create("host");
    SRunner *runner;
    int bad;

    gw_log_init("test", GW_LOG_INFO);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        suite_add_tcase(suite, cases[i]());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    bad = srunner_ntests_failed(runner);
    srunner_free(runner);
    return bad != 0;
}
