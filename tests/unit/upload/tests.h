/* tests.h - the cases of this program, and what they share. */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>

#include "base/buf.h"
#include "base/err.h"

TCase *file_case(void);
TCase *look_case(void);
TCase *route_case(void);
TCase *spool_case(void);
TCase *unzip_case(void);
TCase *upload_case(void);

/* trouble.c: the allocation so many from now fails, and all behind it; 0 = none. Zeroed by trouble_end. */
void trouble_allocations(int after);
/* Writes beyond so many bytes find the disk full; -1 = none. */
void trouble_disk(long bytes);
void trouble_end(void);

/* test_unzip.c: packed as gzip; the buffer is the caller's to free */
struct gw_buf gzip_of(struct gw_str plain);

/* fake_store.c: what was stored last, put together */
extern struct gw_buf stored;
extern char stored_kind[64], stored_type[64];

#endif
