/* The audit log. */
#include "store/audit.h"

#include <stdio.h>

#include "base/time.h"
#include "store/pool.h"

void audit_queue(struct pg_conn *c, const char *action, struct gw_uuid subject, struct gw_uuid user, struct gw_uuid by)
{
    char detail[32 + GW_UUID_TEXT], id[GW_UUID_TEXT];
    struct pg_params p = {0};

    if (gw_uuid_is_nil(by))
        snprintf(detail, sizeof(detail), "{\"by\":\"command line\"}");
    else
        snprintf(detail, sizeof(detail), "{\"by\":\"%s\"}", gw_uuid_text(by, id));
    pg_put_uuid(&p, gw_uuid_v7());
    pg_put_time(&p, gw_now_us());
    pg_put_text(&p, action);
    pg_put_uuid_or_null(&p, subject);
    pg_put_uuid_or_null(&p, user);
    pg_put_text(&p, detail);
    pg_queue(c, SQL_AUDIT_INSERT, &p);
}

void audit_hint(struct gw_db *db)
{
    struct pg_params hint = {0};

    pg_put_text(&hint, "k");
    (void)!pg_exec(db, SQL_NOTIFY, &hint, NULL, NULL);
}
