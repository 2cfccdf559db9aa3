/* settings.h - the numbers of settings.def, readable from any thread. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <jansson.h>
#include <stdbool.h>

enum setting {
#define SETTING(id, name, value, text) SET_##id,
#include "settings.def"
#undef SETTING
    SET_COUNT
};

long setting(enum setting id);
void settings_reset(void);                       /* back to the defaults and the command line's values */
bool settings_put(const char *name, long value); /* false: no such name */
void settings_keep(void);                        /* what is set now is what settings_reset() returns to */
json_t *settings_json(bool with_text);

#endif
