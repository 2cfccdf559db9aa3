/* store/counts.h - counts of a run as the bigint[] they are stored as, and JSON arrays put together. This layer only.
 */
#ifndef GW_STORE_COUNTS_H
#define GW_STORE_COUNTS_H

#include "store/params.h"
#include "store/row.h"

void counts_put(struct pg_params *p, const struct gw_counts *counts); /* p needs an arena */
void counts_get(struct pg_row *row, struct gw_counts *ret);
void counts_add(struct gw_counts *to, const struct gw_counts *more);
/* Two JSON arrays as one; NULL when both are NULL, or no memory (*failed). */
const char *warnings_join(struct gw_arena *arena, const char *a, const char *b, bool *failed);

#endif
