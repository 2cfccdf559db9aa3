/* store/twins.h - which workouts are one activity that several sources have recorded. No SQL here. [any thread]
 *
 * The rule looks at nothing but the workouts, their sources and the priorities, so what is marked does not depend on
 * what came first. Two rows are twins when they come from different sources, begin within GW_TWIN_START of each other
 * and
 *   - overlap by 80 % of the longer one and are of one family of sports (sport_families.def), or
 *   - one was written by the other's provider ("com.garmin.connect.mobile" in Apple Health is Garmin's) and they
 * overlap by half of the longer one, or
 *   - the same app wrote both and they begin in the same second.
 * Rows are taken in order: the provider's priority (of a row that another provider wrote: the writer's), an original
 * before what was written elsewhere, the type of device, the fuller record, then what makes the source, start and id. A
 * row that has a twin before it which stands is a duplicate of the first such; every other row stands. So no duplicate
 * names a row that is itself one.
 */
#ifndef GW_STORE_TWINS_H
#define GW_STORE_TWINS_H

#include "store/priorities.h"

#define GW_TWIN_START (5 * INT64_C(60000000)) /* microseconds */
/* Rows that begin in a chain of such steps; a longer one is nobody's training, and nothing in it is marked. */
#define GW_TWIN_CHAIN_MOST 2000

struct gw_twin {
    struct gw_uuid id;
    const struct gw_source *source;
    int64_t start_us, end_us;
    const char *type, *external_id; /* or NULL */
    struct gw_str digest;
    int filled;             /* fields that say something */
    struct gw_uuid stands;  /* as stored: the row it is a duplicate of; nil = none */
    struct gw_uuid decided; /* out: what it should be */
};

/* rows: sorted by start; whole chains. GW_NOMEM */
enum gw_code gw_twins_decide(const struct gw_priorities *priorities, struct gw_twin *rows, size_t count,
                             struct gw_arena *arena, struct gw_err *err) GW_MUST_USE;
/* The chain that begins at `from`: the index behind it. */
size_t gw_twins_chain(const struct gw_twin *rows, size_t count, size_t from);

#endif
