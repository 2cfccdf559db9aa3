/* What kind of device a model name means: tables, first match wins. */
#include "read/source.h"

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

void gw_source_json(const struct gw_source *source, struct gw_buf *out)
{
    static const struct gw_source nobody;
    const struct gw_source *s = source ? source : &nobody;
    const char *provider = s->provider ? s->provider : "unknown";
    const char *type = s->device_type && s->device_type[0] && strcmp(s->device_type, "unknown") != 0
                           ? s->device_type
                           : gw_device_type(s->device_model, s->original);

    gw_buf_str(out, "{\"provider\":");
    gw_buf_json_cstr(out, provider);
    gw_buf_str(out, ",\"source\":");
    gw_buf_json_cstr(out, s->app && s->app[0] ? s->app : s->provider);
    gw_buf_str(out, ",\"device\":");
    gw_buf_json_cstr(out, s->device_model);
    gw_buf_str(out, ",\"device_type\":");
    gw_buf_json_cstr(out, type);
    gw_buf_str(out, ",\"device_name\":");
    gw_buf_json_cstr(out, s->device_name && s->device_name[0] ? s->device_name : s->device_model);
    gw_buf_char(out, '}');
}
