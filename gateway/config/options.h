/* config/options.h - the table of options.def as data, for this layer alone.
 */
#ifndef GW_CONFIG_OPTIONS_H
#define GW_CONFIG_OPTIONS_H

#include "config/config.h"

enum option_kind { OPTION_TEXT, OPTION_NUMBER, OPTION_BOOL, OPTION_LIST };

struct option_row {
    enum option_kind kind;
    const char *name, *env, *fallback;
    int64_t min, max;
    uint32_t flags;
    const char *sentence;
    size_t offset; /* in struct gw_config */
};

enum {
#define GW_OPTION(kind, name, env, default_text, min, max, flags, sentence) OPTION_INDEX_##name,
#include "config/options.def"
#undef GW_OPTION
    OPTION_COUNT
};

extern const struct option_row option_rows[OPTION_COUNT];

const struct option_row *option_find(const char *name); /* NULL: no such option */

#endif
