/* tests.h - the cases of this program, one function a file; a folder of its own for each test.
 */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>

#include "main/cluster.h"

TCase *child_case(void);
TCase *cluster_case(void);
TCase *layout_case(void);
TCase *listen_case(void);
TCase *spawn_case(void);

/* Fixture: a new empty folder, gone afterwards. */
extern char folder[64];
void folder_make(void);
void folder_drop(void);
/* A configuration with this state directory and defaults. */
void config_make(const char *state_dir, struct gw_config *ret);

#endif
