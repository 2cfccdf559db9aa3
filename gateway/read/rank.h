/* read/rank.h - a user's sources in the order of the priorities, best first. [any thread]
 *
 * A cloud account is one writer, however many devices it names: its totals come from one device and its heart rate from
 * another. So its sources form a group, and a day is told by a group. On a phone each source is alone: the watch and
 * the phone count the same steps.
 */
#ifndef GW_READ_RANK_H
#define GW_READ_RANK_H

#include "store/db.h"
#include "store/model.h"

struct gw_rank {
    struct gw_source source;
    size_t group; /* the place of the group's best */
};

struct gw_ranks {
    struct gw_rank *items; /* best first */
    size_t count;
    size_t *by_id; /* places in order of source_id */
};

#define GW_NO_RANK SIZE_MAX

enum gw_code gw_ranks_load(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_ranks *ret,
                           struct gw_err *err) GW_MUST_USE;
size_t gw_rank_of(const struct gw_ranks *ranks, int32_t source_id); /* its place, or GW_NO_RANK */

#endif
