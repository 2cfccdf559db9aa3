/* The database for a command. */
#include "cli/store.h"

#include "crypt/crypt.h"
#include "main/database.h"

static enum gw_code with_store(const char *conninfo, struct gw_arena *arena, command_store_fn *fn, void *self,
                               struct gw_err *err)
{
    struct gw_db_options options = {.conninfo = conninfo, .name = "aorta command", .pool = 1};
    struct gw_db *db = NULL;
    enum gw_code code;

    if ((code = gw_crypt_init(err)) == GW_OK && (code = gw_store_open(&options, &db, err)) == GW_OK)
        code = fn(self, db, arena, err);
    gw_store_close(&db);
    return code;
}

int command_with_store(const struct cli *cli, command_store_fn *fn, void *self)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_database database;
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;

    if (!command_load_config(cli, &config)) {
        gw_arena_free(&arena);
        return 1;
    }
    code = arena ? gw_main_database_open(&config, &database, &err) : gw_fail(&err, GW_NOMEM, NULL);
    if (code == GW_OK) {
        code = with_store(database.conninfo, arena, fn, self, &err);
        gw_main_database_close(&database);
    }
    gw_arena_free(&arena);
    gw_config_free(&config);
    return code == GW_OK ? 0 : command_failed(&err);
}
