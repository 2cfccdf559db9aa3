/* Settings of providers. */
#include "store/provider_settings.h"

#include "base/time.h"
#include "store/pool.h"

enum gw_code gw_store_provider_settings(struct gw_db *db, struct gw_arena *arena, struct gw_provider_setting **ret,
                                        size_t *ret_count, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_one(db, SQL_PROVIDER_SETTINGS_LIST, NULL, &result, err);
    size_t n = code ? 0 : (size_t)PQntuples(result);
    struct gw_provider_setting *rows = gw_arena_alloc(arena, (n + 1) * sizeof(*rows));

    if (!code && !rows)
        code = gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = arena};
        rows[i].provider = pg_get_text(&row);
        rows[i].is_enabled = pg_get_tribool(&row);
        rows[i].live_sync_mode = pg_get_text(&row);
        rows[i].data_granularity = pg_get_text(&row);
        code = pg_row_check(&row, err);
    }
    if (code)
        return code;
    *ret = rows;
    *ret_count = n;
    return GW_OK;
}

enum gw_code gw_store_provider_settings_put(struct gw_db *db, const struct gw_provider_setting *settings, size_t count,
                                            struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    enum gw_code code;

    while (pg_turn(&turn, &code, err)) {
        pg_queue_plain(turn.c, SQL_BEGIN);
        for (size_t i = 0; i < count; i++) {
            struct pg_params p = {0};
            pg_put_text(&p, settings[i].provider);
            pg_put_tribool(&p, settings[i].is_enabled);
            pg_put_text(&p, settings[i].live_sync_mode);
            pg_put_text(&p, settings[i].data_granularity);
            pg_put_time(&p, gw_now_us());
            pg_queue(turn.c, SQL_PROVIDER_SETTINGS_PUT, &p);
        }
        pg_queue_plain(turn.c, SQL_COMMIT);
        code = pg_run(turn.c, err);
    }
    return code;
}
