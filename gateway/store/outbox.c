/* One row of outbox. */
#include "store/outbox.h"

#include "base/time.h"

void outbox_queue(struct pg_conn *c, struct gw_uuid user, const char *type, const char *json)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, user);
    pg_put_uuid(&p, gw_uuid_v7());
    pg_put_time(&p, gw_now_us());
    pg_put_text(&p, type);
    pg_put_text(&p, json);
    pg_queue(c, SQL_OUTBOX_INSERT, &p);
}
