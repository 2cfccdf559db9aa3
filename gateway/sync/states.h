/* sync/states.h - the states of a run and what each means to a caller. [any thread] */
#ifndef GW_SYNC_STATES_H
#define GW_SYNC_STATES_H

#include "base/str.h"

struct gw_run_state {
    const char *name;
    bool ended;
    bool success; /* what the contract's `success` says while or after */
    const char *meaning;
};

extern const struct gw_run_state gw_run_states[];             /* ends with name NULL */
const struct gw_run_state *gw_run_state_of(const char *name); /* unknown names: failed */

#endif
