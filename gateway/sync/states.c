/* The table of run states. */
#include "sync/states.h"

const struct gw_run_state gw_run_states[] = {
    {"queued", false, true, "waits for a worker, or for the next attempt"},
    {"running", false, true, "a worker is at it"},
    {"waiting", false, true, "the provider delivers later; nothing is being done until then"},
    {"success", true, true, "all that was asked for is stored"},
    {"partial", true, true, "some of it is stored; the error or the warnings tell what is not"},
    {"failed", true, false, "nothing of it could be stored; the error tells why"},
    {"cancelled", true, false, "ended before it was done"},
    {0},
};

const struct gw_run_state *gw_run_state_of(const char *name)
{
    const struct gw_run_state *failed = &gw_run_states[5];

    for (const struct gw_run_state *s = gw_run_states; s->name; s++)
        if (name && strcmp(s->name, name) == 0)
            return s;
    return failed;
}
