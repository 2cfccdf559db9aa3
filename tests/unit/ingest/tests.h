/* tests.h - the cases of this program. */
#ifndef INGEST_TESTS_H
#define INGEST_TESTS_H

#include <check.h>

TCase *batch_case(void);
TCase *nights_case(void);

#endif
