/* names.h - finding a row of a constant table by its name, fast enough to be asked for every record.
 *
 * The table is an array of structs that begin with `const char *name`. The index is built at the start of an operation
 * and needs no memory of its own. Not for tables that change.
 */
#ifndef PHONE_NAMES_H
#define PHONE_NAMES_H

#include "aorta/sdk.h"

#define PHONE_NAME_SLOTS 1024u /* a power of two, at least twice the rows of the largest table */

struct phone_names {
    const char *rows;
    size_t stride;
    uint16_t slot[PHONE_NAME_SLOTS]; /* row + 1; 0 = free */
};

/* Of equal names the first row stays. */
void phone_names_init(struct phone_names *names, const void *rows, size_t stride, uint32_t count);
const void *phone_names_find(const struct phone_names *names, aorta_str name); /* the row, or NULL */

/* Letters and digits of ASCII alone, in lower case, as tables write their names: "start_date", "Start Date" and
 * "startDate" are one name. {NULL,0} when nothing is left, or more than `cap`. */
aorta_str phone_squeeze(aorta_str text, char *out, size_t cap);

#endif
