/* store/provider_settings.h - what operators set for a provider while the program runs. [any thread] */
#ifndef GW_STORE_PROVIDER_SETTINGS_H
#define GW_STORE_PROVIDER_SETTINGS_H

#include "store/db.h"
#include "store/model.h"

struct gw_provider_setting {
    const char *provider;
    int is_enabled;                                /* -1 = never set */
    const char *live_sync_mode, *data_granularity; /* NULL = never set */
};

/* Those that were ever set. */
enum gw_code gw_store_provider_settings(struct gw_db *db, struct gw_arena *arena, struct gw_provider_setting **ret,
                                        size_t *ret_count, struct gw_err *err) GW_MUST_USE;
/* All at once; what is -1 or NULL stays as it is. */
enum gw_code gw_store_provider_settings_put(struct gw_db *db, const struct gw_provider_setting *settings, size_t count,
                                            struct gw_err *err) GW_MUST_USE;

#endif
