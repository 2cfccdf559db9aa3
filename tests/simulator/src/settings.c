/* settings.c - the numbers of settings.def, readable from any thread. */
#include "settings.h"

#include <stdatomic.h>
#include <string.h>

static const struct {
    const char *name;
    long value;
    const char *text;
} table[] = {
#define SETTING(id, name, value, text) {name, value, text},
#include "settings.def"
#undef SETTING
};

static atomic_long values[SET_COUNT] = {
#define SETTING(id, name, value, text) value,
#include "settings.def"
#undef SETTING
};

static long kept[SET_COUNT] = {
#define SETTING(id, name, value, text) value,
#include "settings.def"
#undef SETTING
};

long setting(enum setting id)
{
    return atomic_load(&values[id]);
}

void settings_reset(void)
{
    for (int i = 0; i < SET_COUNT; i++)
        atomic_store(&values[i], kept[i]);
}

void settings_keep(void)
{
    for (int i = 0; i < SET_COUNT; i++)
        kept[i] = atomic_load(&values[i]);
}

bool settings_put(const char *name, long value)
{
    for (int i = 0; i < SET_COUNT; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        atomic_store(&values[i], value);
        return true;
    }
    return false;
}

json_t *settings_json(bool with_text)
{
    json_t *all = json_object();
    for (int i = 0; i < SET_COUNT; i++) {
        json_t *value = json_integer(setting((enum setting)i));
        if (with_text)
            value = json_pack("{s:o, s:I, s:s}", "value", value, "default", (json_int_t)table[i].value, "text",
                              table[i].text);
        json_object_set_new(all, table[i].name, value);
    }
    return all;
}
