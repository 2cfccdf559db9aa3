/* store/audit.h - who did what to the things that open doors: one line of the audit log, in the transaction that does
 * it. This layer only; those above name the actor. [any thread] */
#ifndef GW_STORE_AUDIT_H
#define GW_STORE_AUDIT_H

#include "store/conn.h"
#include "store/db.h"

/* by: a developer; nil = the command line. user: whom it concerns, or nil. */
void audit_queue(struct pg_conn *c, const char *action, struct gw_uuid subject, struct gw_uuid user, struct gw_uuid by);
/* Every process looks at keys and tokens again. A lost hint is made good by the look they take each second. */
void audit_hint(struct gw_db *db);

#endif
