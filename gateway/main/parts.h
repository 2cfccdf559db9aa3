/* main/parts.h - the layers that api and worker processes have in common, built from the ground up.
 */
#ifndef GW_MAIN_PARTS_H
#define GW_MAIN_PARTS_H

#include "link/link.h"
#include "main/layout.h"

struct gw_parts {
    const struct gw_config *config;
    struct gw_layout layout;
    const char *conninfo;
    struct gw_keyring *ring;
    struct gw_db *db;
    struct gw_registry *registry;
    struct gw_settings *settings;
    struct gw_link link;
    void *memory;
};

/* name: of the database sessions. Half-built parts are closed by gw_main_parts_close too. */
enum gw_code gw_main_parts_open(struct gw_parts *parts, const struct gw_config *config, const char *name,
                                struct gw_err *err) GW_MUST_USE;
void gw_main_parts_close(struct gw_parts *parts);

/* The connection string of `database`, or of the private cluster; alive as long as the arena. NULL: no
 * memory. */
const char *gw_main_conninfo(const struct gw_config *config, const struct gw_layout *layout, struct gw_arena *arena);
/* The plugins of a configuration, as the host wants to be told. */
enum gw_code gw_main_registry(const struct gw_config *config, const struct gw_layout *layout, struct gw_registry **ret,
                              struct gw_err *err) GW_MUST_USE;

#endif
