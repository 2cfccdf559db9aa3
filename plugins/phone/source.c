/* See source.h. Today's phones send appId, deviceName, deviceModel, deviceType; older ones name, bundleIdentifier and
 * productType. */
#include "source.h"

#include <stdio.h>
#include <string.h>

/* ---- what kind of device ---- */

struct device {
    const char *word, *type; /* type "" = not known */
};

static const struct device types[] = {
    {"watch", "watch"},       {"phone", "phone"},        {"scale", "scale"},
    {"ring", "ring"},         {"fitness_band", "band"},  {"band", "band"},
    {"chest_strap", "other"}, {"head_mounted", "other"}, {"smart_display", "other"},
};

/* Beginnings of product codes. */
static const struct device models[] = {
    {"Watch", "watch"}, {"iPhone", "phone"}, {"iPad", "phone"},  {"iPod", "phone"},
    {"SM-R3", "band"},  {"SM-R7", "watch"},  {"SM-R8", "watch"}, {"SM-R9", "watch"},
    {"SM-L", "watch"},  {"SM-Q", "ring"},    {"SM-S", "phone"},  {"SM-A", "phone"},
    {"SM-F", "phone"},  {"SM-G", "phone"},   {"SM-N", "phone"},  {"SM-M", "phone"},
};

static const char *device_type(aorta_str said, aorta_str model)
{
    for (uint32_t i = 0; i < AORTA_COUNT(types); i++)
        if (sdk_str_ieq(said, types[i].word))
            return types[i].type;
    for (uint32_t i = 0; i < AORTA_COUNT(models); i++) {
        size_t len = strlen(models[i].word);
        if (model.len >= len && memcmp(model.ptr, models[i].word, len) == 0)
            return models[i].type;
    }
    return NULL;
}

/* ---- texts ---- */

static aorta_str text(phone_value source, enum phone_key key)
{
    return phone_text(phone_get(source, key));
}

static aorta_str first(aorta_str a, aorta_str b)
{
    return a.len ? a : b;
}

/* "11.2.0" of {majorVersion, minorVersion, patchVersion}, which come together or not at all. */
static aorta_str system_version(phone_value source, char *out, size_t cap)
{
    phone_value v = phone_get(source, PHONE_operatingsystemversion);
    aorta_str major = text(v, PHONE_majorversion), minor = text(v, PHONE_minorversion),
              patch = text(v, PHONE_patchversion);
    if (!major.len || !minor.len || !patch.len || major.len + minor.len + patch.len + 3 > cap)
        return (aorta_str){NULL, 0};
    int n = snprintf(out, cap, "%.*s.%.*s.%.*s", (int)major.len, major.ptr, (int)minor.len, minor.ptr, (int)patch.len,
                     patch.ptr);
    return (aorta_str){out, n > 0 ? (size_t)n : 0};
}

/* ---- handles ---- */

/* All texts of a source, one behind the other: what is compared with those asked for lately. 0 = too long for that. */
static size_t joined(const aorta_source *s, char out[PHONE_SOURCE_TEXT])
{
    const aorta_str texts[] = {s->app, s->app_id, s->device_model, s->device_name, s->device_type, s->software};
    size_t n = 0;
    for (uint32_t i = 0; i < AORTA_COUNT(texts); i++) {
        if (texts[i].len + 1 > PHONE_SOURCE_TEXT - n)
            return 0;
        if (texts[i].len)
            memcpy(out + n, texts[i].ptr, texts[i].len);
        n += texts[i].len;
        out[n++] = '\0';
    }
    return n;
}

static uint32_t handle_of(struct phone_sources *sources, const aorta_source *source)
{
    char key[PHONE_SOURCE_TEXT];
    size_t len = joined(source, key);
    for (unsigned i = 0; len && i < PHONE_SOURCES_NEAR; i++)
        if (sources->near[i].len == len && memcmp(sources->near[i].text, key, len) == 0)
            return sources->near[i].handle;
    uint32_t handle = sources->ctx->host->source(sources->ctx, source);
    if (len) {
        unsigned at = sources->next++ % PHONE_SOURCES_NEAR;
        sources->near[at].handle = handle;
        sources->near[at].len = len;
        memcpy(sources->near[at].text, key, len);
    }
    return handle;
}

aorta_str phone_source_name(phone_value source)
{
    aorta_str name = first(text(source, PHONE_name), text(source, PHONE_devicename));
    return first(first(name, text(source, PHONE_appid)), text(source, PHONE_bundleidentifier));
}

/* ---- objects ---- */

static uint64_t shape_of(const struct phone_node *node)
{
    return (uint64_t)node->len << 16 | (uint64_t)node->type << 8 | node->key;
}

static int is_same(const struct phone_source_object *o, const struct phone_node *node, uint32_t nodes, aorta_str text)
{
    if (o->nodes != nodes || o->len != text.len || memcmp(o->text, text.ptr, text.len) != 0)
        return 0;
    for (uint32_t i = 0; i < nodes; i++)
        if (o->shape[i] != shape_of(&node[i]))
            return 0;
    return 1;
}

static void remember(struct phone_sources *sources, const struct phone_node *node, uint32_t nodes, aorta_str text,
                     uint32_t handle)
{
    struct phone_source_object *o = &sources->object[sources->next_object++ % PHONE_SOURCES_NEAR];
    o->handle = handle;
    o->nodes = nodes;
    for (uint32_t i = 0; i < nodes; i++)
        o->shape[i] = shape_of(&node[i]);
    o->len = text.len;
    memcpy(o->text, text.ptr, text.len);
}

static uint32_t read_object(struct phone_sources *sources, phone_value source)
{
    char version[64];
    aorta_str model = first(text(source, PHONE_devicemodel), text(source, PHONE_producttype));
    aorta_str system = system_version(source, version, sizeof(version));
    const aorta_source all = {
        .struct_size = sizeof(all),
        .app = phone_source_name(source),
        .app_id = first(text(source, PHONE_appid), text(source, PHONE_bundleidentifier)),
        .device_model = model,
        .device_name = text(source, PHONE_devicename),
        .device_type = text(source, PHONE_devicetype),
        .software = first(first(system, text(source, PHONE_devicesoftwareversion)), text(source, PHONE_version)),
    };
    return phone_source_of(sources, &all);
}

uint32_t phone_source(struct phone_sources *sources, phone_value source)
{
    uint32_t nodes;
    if (phone_type(source) == SDK_JSON_STRING)
        return phone_source_named(sources, phone_text(source), (aorta_str){NULL, 0});
    if (!phone_first(source).node)
        return 0;
    aorta_str texts = phone_tape_texts(source, &nodes);
    if (nodes > PHONE_SOURCE_NODES || texts.len > PHONE_SOURCE_TEXT)
        return read_object(sources, source);
    for (unsigned i = 0; i < PHONE_SOURCES_NEAR; i++)
        if (is_same(&sources->object[i], source.node, nodes, texts))
            return sources->object[i].handle;
    uint32_t handle = read_object(sources, source);
    remember(sources, source.node, nodes, texts, handle);
    return handle;
}

uint32_t phone_source_of(struct phone_sources *sources, const aorta_source *source)
{
    aorta_source all = *source;
    all.device_type = sdk_str(device_type(source->device_type, source->device_model));
    return handle_of(sources, &all);
}

uint32_t phone_source_named(struct phone_sources *sources, aorta_str name, aorta_str id)
{
    const aorta_source all = {.struct_size = sizeof(all), .app = first(name, id), .app_id = id};
    return name.len || id.len ? handle_of(sources, &all) : 0;
}

int phone_source_manual(phone_value source)
{
    aorta_str method = text(source, PHONE_recordingmethod);
    aorta_str app = first(text(source, PHONE_appid), text(source, PHONE_bundleidentifier));
    if (sdk_str_ieq(method, "manual") || sdk_str_eq(app, "com.apple.Health")) /* typed into the Health app */
        return 1;
    return sdk_str_ieq(method, "active") || sdk_str_ieq(method, "automatic") ? 0 : -1;
}
