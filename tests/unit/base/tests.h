/* tests.h - the cases of each file. */
#ifndef TESTS_BASE_H
#define TESTS_BASE_H

#include <check.h>

TCase *zone_tests(void);

#endif
