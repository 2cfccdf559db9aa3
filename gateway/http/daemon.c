/* Our MHD_start_daemon: the one that libulfius finds first, because a program's own symbols come before a
 * library's.
 *
 * ulfius reads every body to its end before anybody is asked, and gives no place to stand in front of that.
 * So the handler it registers is wrapped here (gate.c), and everything else goes on to the library unchanged.
 * See docs/decisions/0005-answers-before-bodies.md.
 */
#include <stdarg.h>

#include "http/inside.h"

static _Thread_local struct gw_gate *armed;

void gw_daemon_arm(struct gw_gate *gate)
{
    armed = gate;
}

bool gw_daemon_disarm(void)
{
    bool taken = armed == NULL;

    armed = NULL;
    return taken;
}

__attribute__((visibility("default"))) struct MHD_Daemon *
MHD_start_daemon(unsigned int flags, uint16_t port, MHD_AcceptPolicyCallback accept, void *accept_self,
                 MHD_AccessHandlerCallback handler, void *handler_self, ...)
{
    struct gw_gate *gate = armed;
    struct MHD_Daemon *daemon;
    va_list options;

    armed = NULL;
    if (gate) {
        gate->handler = handler;
        gate->handler_self = handler_self;
        handler = gw_gate_access;
        handler_self = gate;
    }
    va_start(options, handler_self);
    daemon = MHD_start_daemon_va(flags, port, accept, accept_self, handler, handler_self, options);
    va_end(options);
    return daemon;
}
