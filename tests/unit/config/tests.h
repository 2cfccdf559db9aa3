/* tests.h - the cases of this program, one function a file; a folder of its own for each case.
 */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>

#include "config/config.h"

TCase *address_case(void);
TCase *docs_case(void);
TCase *environment_case(void);
TCase *file_case(void);
TCase *saved_case(void);

/* Fixture: a new empty folder, no AORTA_ variable set; gone afterwards. */
void folder_make(void);
void folder_drop(void);
/* Writes folder/name (parents made) and returns its path, alive until the next call. */
const char *folder_put(const char *name, const char *text);
const char *folder_path(const char *name);

#endif
