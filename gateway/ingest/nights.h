/* ingest/nights.h - the rule that makes sleep sessions of stages; a gw_nights_fn.
 *
 * Stages of one source are of one session when the provider names one parent for both, or when no more than two hours
 * are between what goes before and what follows. A session begins with the first stage that is sleep or time in bed:
 * being awake alone is none. Where light, deep or REM sleep are known, they and being awake are its timeline; else
 * sleep without a kind; else time in bed is taken for sleep. What overlaps is cut: the later stage begins where the
 * earlier ended. All numbers are seconds; of stages that are not told apart nothing is known, which is not 0.
 *
 * A nap is a session of less than three hours asleep, more than half of it between 09:00 and 21:00 local time. [any
 * thread]
 */
#ifndef GW_INGEST_NIGHTS_H
#define GW_INGEST_NIGHTS_H

#include "store/commit.h"

enum gw_code gw_ingest_nights(const struct gw_sleep_stage *stages, size_t count, const struct gw_zone *zone,
                              struct gw_arena *arena, uint32_t *ret_group, struct gw_sleep **ret, size_t *ret_count,
                              struct gw_err *err) GW_MUST_USE;

#endif
