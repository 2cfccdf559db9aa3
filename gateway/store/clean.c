/* Housekeeping. */
#include "base/time.h"
#include "store/commit.h"
#include "store/pool.h"

#define SESSION_DAYS 180 /* a refresh token that nobody used for so long is of no use any more */

enum gw_code gw_store_clean(struct gw_db *db, int payload_days, int run_days, struct gw_err *err)
{
    int64_t now_us = gw_now_us();
    const struct {
        enum sql_id id;
        int days; /* negative: never */
    } rows[] = {
        {SQL_CLEAN_FLOWS, 0},
        {SQL_CLEAN_CONNECTION_STATE, 0},
        {SQL_CLEAN_PROVIDER_STATE, 0},
        {SQL_CLEAN_CODES, 0},
        {SQL_CLEAN_DEVELOPER_SESSIONS, SESSION_DAYS},
        {SQL_CLEAN_SDK_SESSIONS, SESSION_DAYS},
        {SQL_CLEAN_PAYLOADS, payload_days > 0 ? payload_days : -1},
        {SQL_CLEAN_INBOX, payload_days > 0 ? payload_days : -1},
        {SQL_CLEAN_RUNS, run_days > 0 ? run_days : -1},
        {SQL_CLEAN_WEBHOOK_RUNS, run_days > 0 ? run_days : -1},
    };
    enum gw_code code = GW_OK;

    for (size_t i = 0; !code && i < sizeof(rows) / sizeof(*rows); i++) {
        struct pg_params p = {0};
        if (rows[i].days < 0)
            continue;
        pg_put_time(&p, now_us - rows[i].days * GW_US_PER_DAY);
        code = pg_exec(db, rows[i].id, &p, NULL, err);
    }
    return code;
}
