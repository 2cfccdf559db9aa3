/* tests.h - the cases of this program, one function a file. */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>

TCase *digest_case(void);
TCase *jwt_case(void);
TCase *keyring_case(void);
TCase *seal_case(void);
TCase *text_case(void);

#endif
