/* The cases of this program. */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>

TCase *tls_case(void);

#endif
