/* The suites of this program, and the plugin under test, loaded as the gateway would. */
#ifndef POLAR_TESTS_H
#define POLAR_TESTS_H

#include "aorta/plugin.h"
#include "fake_host.h"

#include <check.h>

Suite *suite_oauth(void);
Suite *suite_sync(void);
Suite *suite_night(void);
Suite *suite_declare(void);

const aorta_plugin *polar(void);
/* An instance with the settings' defaults, client "client" and secret "s3cret", at https://polar.test.
 * Settings named in `set` (NULL-terminated pairs of name and text) are changed. */
void *polar_new(const char *const *set);

#endif
