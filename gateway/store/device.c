/* What kind of device a model name means: tables, first match wins. */
#include "store/device.h"

#include <string.h>

struct device_word {
    const char *word, *type;
};

/* Beginnings, as written. */
static const struct device_word beginnings[] = {{"Watch", "watch"}, {"iPhone", "phone"}, {"iPad", "phone"}};

/* Anywhere in the model, in any case. The order decides: "Ionic Band watch" is a watch. */
static const struct device_word model_words[] = {
    {"watch", "watch"},  {"band", "band"},      {"vivosmart", "band"}, {"vivofit", "band"},   {"ring", "ring"},
    {"oura", "ring"},    {"phone", "phone"},    {"scale", "scale"},    {"index", "scale"},    {"forerunner", "watch"},
    {"fenix", "watch"},  {"venu", "watch"},     {"epix", "watch"},     {"enduro", "watch"},   {"instinct", "watch"},
    {"tactix", "watch"}, {"approach", "watch"}, {"vantage", "watch"},  {"grit x", "watch"},   {"pacer", "watch"},
    {"ignite", "watch"}, {"unite", "watch"},    {"suunto", "watch"},   {"vertical", "watch"}, {"race", "watch"},
    {"peak", "watch"},   {"whoop", "band"},
};

/* In the name of the writer, where no model is known. */
static const struct device_word writer_words[] = {
    {"autosleep", "watch"}, {"mi band", "band"}, {"xiaomi", "band"}, {"amazfit band", "band"}, {"oura", "ring"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const char *containing(const struct device_word *table, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcasestr(text, table[i].word))
            return table[i].type;
    return NULL;
}

const char *gw_device_type(const char *model, const char *original)
{
    const char *type;

    if (!model || !model[0])
        return original ? containing(writer_words, COUNT(writer_words), original) : NULL;
    for (size_t i = 0; i < COUNT(beginnings); i++)
        if (strncmp(model, beginnings[i].word, strlen(beginnings[i].word)) == 0)
            return beginnings[i].type;
    type = containing(model_words, COUNT(model_words), model);
    return type ? type : "other";
}

const char *gw_source_device_type(const struct gw_source *s)
{
    if (s->device_type && s->device_type[0] && strcmp(s->device_type, "unknown") != 0)
        return s->device_type;
    return gw_device_type(s->device_model, s->original);
}
