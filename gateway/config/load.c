/* The order of the sources. */
#include "config/reader.h"

extern char **environ;

enum gw_code gw_config_load(const char *path, struct gw_config *ret, struct gw_err *err)
{
    struct reader in = {.arena = gw_arena_new(0)};
    struct gw_config config = {.memory = in.arena};
    enum gw_code code = in.arena ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_OK)
        code = read_files(&in, path, &config.path, err);
    if (code == GW_OK)
        code = read_environment(&in, environ, err);
    if (code == GW_OK)
        code = reader_finish(&in, &config, err);
    if (code == GW_OK)
        code = config_check(&config, &in, err);
    if (code == GW_OK)
        *ret = config;
    else
        gw_arena_free(&in.arena);
    return code;
}

void gw_config_free(struct gw_config *config)
{
    struct gw_arena *arena = config->memory;

    gw_arena_free(&arena);
    memset(config, 0, sizeof(*config));
}
