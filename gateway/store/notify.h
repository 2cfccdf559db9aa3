/* store/notify.h - hints between processes by LISTEN/NOTIFY: never the truth, only the reason to look now.
 *
 * One connection and one thread a process, which listens, and gathers what is said within 5 ms into one NOTIFY outside
 * of any data transaction. After every connect on_reconnect is called: re-read what you wait for.
 * The connection must be direct (not through a transaction-mode pooler). Callbacks run on the listener's thread and
 * must not block.
 */
#ifndef GW_STORE_NOTIFY_H
#define GW_STORE_NOTIFY_H

#include "base/err.h"
#include "base/uuid.h"

struct gw_notify;

struct gw_notify_handlers {
    void *self;
    void (*on_work)(void *self);                     /* a job became ready */
    void (*on_done)(void *self, struct gw_uuid run); /* a wanted run ended or began to wait */
    void (*on_keys)(void *self);                     /* an API key changed */
    void (*on_reconnect)(void *self);
};

enum gw_code gw_notify_open(const char *conninfo, const struct gw_notify_handlers *handlers, struct gw_notify **ret,
                            struct gw_err *err) GW_MUST_USE;
void gw_notify_close(struct gw_notify **notify);
void gw_notify_work(struct gw_notify *notify);
void gw_notify_done(struct gw_notify *notify, struct gw_uuid run);
void gw_notify_keys(struct gw_notify *notify);

#endif
