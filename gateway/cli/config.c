/* config check, config docs. */
#include <stdio.h>

#include "cli/command.h"
#include "host/registry.h"
#include "main/layout.h"
#include "main/parts.h"

static void print(const struct gw_buf *text)
{
    fwrite(text->data, 1, text->len, stdout);
}

int command_config_docs(const struct cli *cli)
{
    gw_own_buf struct gw_buf text = {0};

    (void)cli;
    gw_config_markdown(&text);
    print(&text);
    return text.failed;
}

static int print_providers(const struct gw_registry *registry)
{
    int trouble = 0;

    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *p = gw_registry_at(registry, i);
        printf("# provider %s: %s%s%s\n", p->id, p->state, p->reason ? ": " : "", p->reason ? p->reason : "");
        trouble |= !p->ready;
    }
    return trouble;
}

static int check(const struct gw_config *config)
{
    gw_own_buf struct gw_buf text = {0};
    struct gw_registry *registry = NULL;
    struct gw_layout layout;
    struct gw_err err = {0};
    int trouble;

    gw_config_print(config, &text);
    printf("# %s\n", config->path ? config->path : "no file: defaults and environment");
    print(&text);
    if (gw_main_layout(config, false, &layout, &err) != GW_OK ||
        gw_main_registry(config, &layout, &registry, &err) != GW_OK)
        return command_failed(&err);
    trouble = print_providers(registry);
    gw_registry_free(&registry);
    return trouble;
}

int command_config_check(const struct cli *cli)
{
    struct gw_config config;
    int status;

    if (!command_load_config(cli, &config))
        return 1;
    status = check(&config);
    gw_config_free(&config);
    return status;
}
