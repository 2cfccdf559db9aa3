/* scan.h - where JSON values begin and end, without building anything.
 *
 * A page of workouts with their streams is tens of megabytes, and sync only has to cut it into workouts:
 * these functions look at brackets and quotes and need no memory. They are not a parser: what they accept may
 * still be wrong inside, which normalize finds out. */
#ifndef SUUNTO_SCAN_H
#define SUUNTO_SCAN_H

#include "aorta/sdk.h"

/* Without white space (and a byte order mark) at both ends. */
aorta_str scan_trim(aorta_str text);

/* The first value of text; *rest is what follows it, trimmed. 0 when there is none, or it does not end. */
int scan_value(aorta_str text, aorta_str *value, aorta_str *rest);

/* One member of an object by its name (without escapes), the last of several. 0 when text is not an object,
 * is broken before its end, or has no such member. */
int scan_member(aorta_str object, const char *name, aorta_str *value);

/* The items of an array: `struct scan_items it; if (scan_items_begin(array, &it) == 0) while ((n =
 * scan_items_next( &it, &item)) > 0) …`; n ends 0 after a whole array, -1 when it is broken. */
struct scan_items {
    aorta_str rest;
    int first;
};
int scan_items_begin(aorta_str array, struct scan_items *it);
int scan_items_next(struct scan_items *it, aorta_str *item);

#endif
