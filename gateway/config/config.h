/* config/config.h - the configuration, checked, with every default filled in.
 *
 * Order: built-in default, aorta.conf, conf.d/ files *.conf beside it by name, environment (AORTA_LISTEN,
 * AORTA_PROVIDER_GARMIN_CLIENT_ID). A secret "@/path" is read from that file. Errors name file and line. Read
 * once, before threads, by main and cli alone: every layer has an options struct of its own.
 */
#ifndef GW_CONFIG_CONFIG_H
#define GW_CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define GW_OPTION_SECRET 0x1u

struct gw_config_pair {
    const char *name, *value;
};

struct gw_config_provider {
    const char *id;
    bool enabled;
    const char *module, *sha256;    /* NULL when not given */
    struct gw_config_pair *options; /* the plugin's own settings, as text */
    size_t options_count;
};

struct gw_config {
#define GW_TEXT(name)                                                       const char *name;
#define GW_NUMBER(name)                                                     int64_t name;
#define GW_BOOL(name)                                                       bool name;
#define GW_LIST(name)                                                       const char *const *name; /* NULL-terminated */
#define GW_OPTION(kind, name, env, default_text, min, max, flags, sentence) GW_##kind(name)
#include "config/options.def"
#undef GW_OPTION
#undef GW_TEXT
#undef GW_NUMBER
#undef GW_BOOL
#undef GW_LIST
    struct gw_config_provider *providers;
    size_t providers_count;
    const char *path; /* the file that was read; NULL = defaults and environment alone */
    void *memory;     /* backs everything above */
};

/* path NULL: $AORTA_CONFIG, else ./aorta.conf, else /etc/aorta/aorta.conf, else defaults alone. */
enum gw_code gw_config_load(const char *path, struct gw_config *ret, struct gw_err *err) GW_MUST_USE;
void gw_config_free(struct gw_config *config);

/* The whole configuration as bytes, secrets included, and back: how the master hands its own to its children,
 * so that all of them run on one reading of the files. */
void gw_config_save(const struct gw_config *config, struct gw_buf *out);
enum gw_code gw_config_load_saved(struct gw_str saved, struct gw_config *ret, struct gw_err *err) GW_MUST_USE;

/* Every option with its value, for `aorta config check`. Secrets are ***, and so is every setting of a
 * provider that does not look harmless (a number, true or false, a plain URL): only the plugin knows which
 * are secret. */
void gw_config_print(const struct gw_config *config, struct gw_buf *out);
/* The table as Markdown: docs/configuration.md. */
void gw_config_markdown(struct gw_buf *out);

#endif
