/* The suites of this program, one a file. */
#ifndef SDK_TESTS_H
#define SDK_TESTS_H

#include <check.h>

Suite *suite_text(void);
Suite *suite_grow(void);
Suite *suite_say(void);
Suite *suite_state(void);
Suite *suite_oauth(void);
Suite *suite_json(void);
Suite *suite_outline(void);
Suite *suite_time(void);
Suite *suite_http(void);
Suite *suite_samples(void);

#endif
