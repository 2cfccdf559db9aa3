/* host/registry.h - the providers of this deployment: those its configuration names, and no other file is opened.
 *
 * Built once per process before any thread, never changed (a reload is a new process). [any thread after that]
 */
#ifndef GW_HOST_REGISTRY_H
#define GW_HOST_REGISTRY_H

#include <stdatomic.h>

#include <aorta/plugin.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct gw_provider_option {
    const char *name, *value; /* as the configuration has them; secrets already read from their files */
};

struct gw_provider_config {
    const char *id;
    bool enabled;
    const char *module; /* file name in plugin_dir, or an absolute path; NULL = "<id>.so" */
    const char *sha256; /* pin in hex, or NULL */
    const struct gw_provider_option *options;
    size_t options_count;
};

struct gw_host_options {
    const char *plugin_dir;
    const struct gw_provider_config *providers;
    size_t providers_count;
    bool strict; /* a provider that does not load ends the program */
};

/* What a plugin did that it may not do; counted for as long as the process lives. */
struct gw_conduct {
    atomic_uint_least64_t forbidden_calls; /* a service its operation may not use, a host it did not declare */
    atomic_uint_least64_t broken_contract; /* arguments or answers against the headers */
    atomic_uint_least64_t refused;         /* records and runs of samples */
};

/* A provider that the configuration enables: loaded, or not and why. */
struct gw_provider {
    const char *id;
    const char *module; /* full path */
    bool ready;
    const char *state;          /* ready, refused (the file), misconfigured (the settings) */
    const char *reason;         /* one sentence for the operator; NULL when ready */
    const aorta_plugin *plugin; /* NULL when refused */
    void *self;
    const struct gw_metric_map *metrics; /* the plugin's own metrics: see gw_registry_number_metrics */
    const aorta_value *settings;         /* in the order of the descriptor; NULL when refused */
    struct gw_conduct *conduct;          /* never NULL */
};

struct gw_registry;

enum gw_code gw_registry_load(const struct gw_host_options *options, struct gw_registry **ret,
                              struct gw_err *err) GW_MUST_USE;
void gw_registry_free(struct gw_registry **registry); /* shuts the instances down; files stay mapped */
/* NULL: not in the configuration (404). A provider that is not ready is returned: look at `ready`. */
const struct gw_provider *gw_registry_find(const struct gw_registry *registry, const char *id);
size_t gw_registry_count(const struct gw_registry *registry);
const struct gw_provider *gw_registry_at(const struct gw_registry *registry, size_t i);

/* Gives the plugins' own metrics their numbers: `number` asks the store. Once, after load, before threads; without it
 * those metrics are unknown to host->metric. `self` is handed to `number`. */
typedef enum gw_code gw_metric_number_fn(void *self, const aorta_metric_decl *decl, uint16_t *ret, struct gw_err *err);
enum gw_code gw_registry_number_metrics(struct gw_registry *registry, gw_metric_number_fn *number, void *self,
                                        struct gw_err *err) GW_MUST_USE;

/* Loads one file with nothing but its entry and descriptor checked: for `aorta plugin list|inspect|normalize`. */
enum gw_code gw_loader_open(const char *path, const aorta_plugin **ret, struct gw_err *err) GW_MUST_USE;

/* The same, made ready for use with no configuration: required settings get made-up values, defaults the rest, own
 * metrics numbers from 10000 on. For tools and tests; `ret` is freed with gw_provider_free. */
enum gw_code gw_provider_open(const char *path, struct gw_provider **ret, struct gw_err *err) GW_MUST_USE;
/* The same for a plugin that is linked in, with its settings (NULL = made up). */
enum gw_code gw_provider_make(const aorta_plugin *plugin, const struct gw_provider_option *options,
                              size_t options_count, struct gw_provider **ret, struct gw_err *err) GW_MUST_USE;
void gw_provider_free(struct gw_provider **provider);

#endif
