/* store/priorities.h - which of several sources goes before the others, as the operator has ordered them.
 *
 * Lower numbers go first; what is not listed counts as GW_PRIORITY_UNLISTED. Read for each request that needs them: the
 * tables have a row for each provider and type of device, and a change is seen by every process at once. [any thread]
 */
#ifndef GW_STORE_PRIORITIES_H
#define GW_STORE_PRIORITIES_H

#include "store/db.h"
#include "store/model.h"

#define GW_PRIORITY_UNLISTED 99

enum gw_priority_kind { GW_PRIORITY_PROVIDER, GW_PRIORITY_DEVICE_TYPE, GW_PRIORITY_KINDS };

struct gw_priority {
    const char *name;
    int16_t priority; /* 1 to 100 */
    struct gw_uuid id;
    int64_t created_us, updated_us;
};

struct gw_priorities {
    const struct gw_priority *items[GW_PRIORITY_KINDS]; /* by priority and name */
    size_t count[GW_PRIORITY_KINDS];
    int64_t version; /* raised by every change */
};

enum gw_code gw_store_priorities_get(struct gw_db *db, struct gw_arena *arena, struct gw_priorities *ret,
                                     struct gw_err *err) GW_MUST_USE;
/* Sets those given (name and priority), leaves the others. */
enum gw_code gw_store_priorities_put(struct gw_db *db, enum gw_priority_kind kind, const struct gw_priority *items,
                                     size_t count, struct gw_err *err) GW_MUST_USE;

/* name NULL = "unknown" */
int gw_priority_of(const struct gw_priorities *priorities, enum gw_priority_kind kind, const char *name);
/* < 0: a goes before b. By provider, type of device, model; then by what makes a source, so that two sources are never
 * equal and the order does not depend on which of them was seen first. */
int gw_source_compare(const struct gw_priorities *priorities, const struct gw_source *a, const struct gw_source *b);

#endif
