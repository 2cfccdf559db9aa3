/* Each layer's options filled from the configuration, each layer handed to the next. */
#include "main/parts.h"

#include <malloc.h>

#include "base/arena.h"
#include "main/cluster.h"
#include "net/client.h"
#include "store/commit.h"

#define MALLOC_ARENAS 4

/* The host reads these only while it loads. */
static const struct gw_provider_config *provider_list(const struct gw_config *config, struct gw_arena *arena)
{
    struct gw_provider_config *list = gw_arena_zalloc(arena, (config->providers_count + 1) * sizeof(*list));

    for (size_t i = 0; list && i < config->providers_count; i++) {
        const struct gw_config_provider *from = &config->providers[i];
        struct gw_provider_option *options = gw_arena_zalloc(arena, (from->options_count + 1) * sizeof(*options));
        if (!options)
            return NULL;
        for (size_t j = 0; j < from->options_count; j++)
            options[j] = (struct gw_provider_option){from->options[j].name, from->options[j].value};
        list[i] = (struct gw_provider_config){.id = from->id,
                                              .enabled = from->enabled,
                                              .module = from->module,
                                              .sha256 = from->sha256,
                                              .options = options,
                                              .options_count = from->options_count};
    }
    return list;
}

enum gw_code gw_main_registry(const struct gw_config *config, const struct gw_layout *layout, struct gw_registry **ret,
                              struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_host_options options = {.plugin_dir = layout->plugin_dir,
                                      .providers_count = config->providers_count,
                                      .strict = config->strict_providers};
    enum gw_code code;

    if (!arena || (options.providers = provider_list(config, arena)) == NULL)
        code = gw_fail(err, GW_NOMEM, NULL);
    else
        code = gw_registry_load(&options, ret, err);
    gw_arena_free(&arena);
    return code;
}

const char *gw_main_conninfo(const struct gw_config *config, const struct gw_layout *layout, struct gw_arena *arena)
{
    struct gw_cluster cluster;

    if (config->database[0])
        return gw_arena_strdup(arena, config->database);
    gw_main_cluster_conninfo(layout, &cluster);
    return gw_arena_strdup(arena, cluster.conninfo);
}

static enum gw_code open_net(const struct gw_config *config, struct gw_err *err)
{
    struct gw_net_options options = {.ca_file = config->ca_file[0] ? config->ca_file : NULL};

    return gw_net_init(&options, err);
}

static enum gw_code open_store(struct gw_parts *p, const char *name, struct gw_err *err)
{
    struct gw_db_options options = {.conninfo = p->conninfo, .name = name, .pool = (int)p->config->database_pool};

    return gw_store_open(&options, &p->db, err);
}

static enum gw_code number_metric(void *self, const aorta_metric_decl *decl, uint16_t *ret, struct gw_err *err)
{
    return gw_store_metric_number(self, decl->name, decl->unit, (int)decl->aggregation, ret, err);
}

static void fill_link(struct gw_parts *p)
{
    p->link = (struct gw_link){.db = p->db,
                               .registry = p->registry,
                               .ring = p->ring,
                               .settings = p->settings,
                               .perform = gw_net_perform,
                               .public_url = p->config->public_url,
                               .allowed_redirects = p->config->allowed_redirects};
}

enum gw_code gw_main_parts_open(struct gw_parts *parts, const struct gw_config *config, const char *name,
                                struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    *parts = (struct gw_parts){.config = config, .memory = arena};
    mallopt(M_ARENA_MAX, MALLOC_ARENAS); /* a heap for each of many threads would keep what each once needed */
    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    if ((code = gw_main_layout(config, false, &parts->layout, err)) != GW_OK)
        return code;
    if ((parts->conninfo = gw_main_conninfo(config, &parts->layout, arena)) == NULL)
        return gw_fail(err, GW_NOMEM, NULL);
    if ((code = gw_crypt_init(err)) != GW_OK || (code = open_net(config, err)) != GW_OK ||
        (code = gw_keyring_load(parts->layout.key_file, &parts->ring, err)) != GW_OK ||
        (code = open_store(parts, name, err)) != GW_OK ||
        (code = gw_settings_new(parts->db, &parts->settings, err)) != GW_OK ||
        (code = gw_main_registry(config, &parts->layout, &parts->registry, err)) != GW_OK ||
        (code = gw_registry_number_metrics(parts->registry, number_metric, parts->db, err)) != GW_OK)
        return code;
    fill_link(parts);
    return GW_OK;
}

void gw_main_parts_close(struct gw_parts *parts)
{
    struct gw_arena *arena = parts->memory;

    gw_registry_free(&parts->registry);
    gw_settings_free(&parts->settings);
    gw_store_close(&parts->db);
    gw_keyring_free(&parts->ring);
    gw_arena_free(&arena);
    parts->memory = NULL;
}
