/* Priorities of providers and of types of devices: which source of several is shown. */

#include "store/priorities.h"
#include "base/json.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"

#define ITEMS_MOST 100
#define NAME_MOST  32

/* What the two kinds are called. */
static const struct kind {
    enum gw_priority_kind kind;
    const char *key; /* of the name, in items and bodies */
} providers = {GW_PRIORITY_PROVIDER, "provider"}, device_types = {GW_PRIORITY_DEVICE_TYPE, "device_type"};

static const char *const types[] = {"watch", "band", "ring", "phone", "scale", "other", "unknown"};

static bool is_type(struct gw_str name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (gw_str_is(name, types[i]))
            return true;
    return false;
}

/* A provider need not be configured yet; its name must be one that could be. */
static bool is_provider(struct gw_str name)
{
    if (name.len == 0 || name.len > NAME_MOST || name.ptr[0] < 'a' || name.ptr[0] > 'z')
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!((name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || (name.ptr[i] >= '0' && name.ptr[i] <= '9') ||
              name.ptr[i] == '_' || name.ptr[i] == '-'))
            return false;
    return true;
}

/* ---- answers ---- */

static void write_item(struct gw_buf *out, const struct kind *kind, const struct gw_priority *item)
{
    gw_buf_str(out, out->len && out->data[out->len - 1] == '}' ? ",{\"" : "{\"");
    gw_buf_str(out, kind->key);
    gw_write_text(out, "\":", item->name);
    gw_write_int(out, ",\"priority\":", item->priority);
    gw_write_uuid(out, ",\"id\":", item->id);
    gw_write_time(out, ",\"created_at\":", item->created_us);
    gw_write_time(out, ",\"updated_at\":", item->updated_us);
    gw_buf_char(out, '}');
}

static const struct gw_priority *find(const struct gw_priorities *all, const struct kind *kind, const char *name)
{
    for (size_t i = 0; i < all->count[kind->kind]; i++)
        if (strcmp(all->items[kind->kind][i].name, name) == 0)
            return &all->items[kind->kind][i];
    return NULL;
}

/* Providers of this deployment that nobody has ordered yet. */
static void write_unlisted(struct gw_http_request *request, const struct gw_priorities *all, struct gw_buf *out)
{
    const struct gw_registry *registry = request->http->options.registry;

    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_priority item = {.name = gw_registry_at(registry, i)->id,
                                         .priority = GW_PRIORITY_UNLISTED,
                                         .created_us = GW_NO_TIME,
                                         .updated_us = GW_NO_TIME};
        if (!find(all, &providers, item.name))
            write_item(out, &providers, &item);
    }
}

static enum gw_code answer_list(struct gw_http_request *request, const struct kind *kind, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_priorities all;
    enum gw_code code = gw_store_priorities_get(request->http->options.db, request->arena, &all, err);

    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"items\":[");
    for (size_t i = 0; i < all.count[kind->kind]; i++)
        write_item(out, kind, &all.items[kind->kind][i]);
    if (kind == &providers)
        write_unlisted(request, &all, out);
    gw_buf_str(out, "]}");
    return gw_reply_json(request, 200, err);
}

/* ---- bodies ---- */

static void read_priority(struct gw_http_request *request, const json_t *value, struct gw_priority *item,
                          struct gw_err *err)
{
    json_int_t n = json_integer_value(value);

    if (!value || json_is_null(value))
        gw_request_violation(request, err, "priority", "required", "priority is required.");
    else if (!json_is_integer(value))
        gw_request_violation(request, err, "priority", "integer", "priority should be a whole number.");
    else if (n < 1 || n > 100)
        gw_request_violation(request, err, "priority", n < 1 ? "minimum" : "maximum", "priority should be at %s %d.",
                             n < 1 ? "least" : "most", n < 1 ? 1 : 100);
    else
        item->priority = (int16_t)n;
}

static void read_name(struct gw_http_request *request, const struct kind *kind, struct gw_str name,
                      struct gw_priority *item, struct gw_err *err)
{
    bool good = kind == &providers ? is_provider(name) : is_type(name);

    if (!good)
        gw_request_violation(request, err, kind->key, "choice",
                             kind == &providers
                                 ? "provider should be the name of a provider."
                                 : "device_type should be one of: watch, band, ring, phone, scale, other, unknown.");
    else
        item->name = gw_arena_strndup(request->arena, name.ptr, name.len);
}

/* The item of the path, or those of the list. */
static enum gw_code read_items(struct gw_http_request *request, const struct kind *kind, const json_t *list,
                               struct gw_priority **ret, size_t *ret_count, struct gw_err *err)
{
    size_t n = json_array_size(list);

    if (!json_is_array(list))
        return gw_request_violation(request, err, "priorities", list ? "list" : "required",
                                    list ? "priorities should be a list." : "priorities is required.");
    if (n > ITEMS_MOST)
        return gw_request_violation(request, err, "priorities", "too_long", "priorities should have at most %d items.",
                                    ITEMS_MOST);
    *ret = gw_arena_zalloc(request->arena, (n + 1) * sizeof(**ret));
    if (!*ret)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i), *name = json_object_get(item, kind->key);
        read_name(request, kind, (struct gw_str){json_string_value(name), json_string_length(name)}, &(*ret)[i], err);
        read_priority(request, json_object_get(item, "priority"), &(*ret)[i], err);
    }
    *ret_count = n;
    return request->violations.count ? GW_INVALID : GW_OK;
}

/* Stores them and writes them as they are now. */
static enum gw_code put(struct gw_http_request *request, const struct kind *kind, const struct gw_priority *items,
                        size_t count, struct gw_err *err)
{
    struct gw_db *db = request->http->options.db;
    struct gw_priorities all;
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < count; i++)
        if (!items[i].name)
            return gw_fail(err, GW_NOMEM, NULL);
    if (count > 0)
        code = gw_store_priorities_put(db, kind->kind, items, count, err);
    if (code == GW_OK)
        code = gw_store_priorities_get(db, request->arena, &all, err);
    for (size_t i = 0; i < count && code == GW_OK; i++) {
        const struct gw_priority *now = find(&all, kind, items[i].name);
        if (now)
            write_item(&request->reply.body, kind, now);
    }
    return code;
}

static enum gw_code answer_put_all(struct gw_http_request *request, const struct kind *kind, struct gw_err *err)
{
    own_json json_t *body = NULL;
    struct gw_priority *items = NULL;
    size_t count = 0;
    enum gw_code code = gw_request_json(request, &body, err);

    if (code == GW_OK)
        code = read_items(request, kind, json_object_get(body, "priorities"), &items, &count, err);
    if (code != GW_OK)
        return code;
    gw_buf_str(&request->reply.body, "{\"items\":[");
    code = put(request, kind, items, count, err);
    gw_buf_str(&request->reply.body, "]}");
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

static enum gw_code answer_put_one(struct gw_http_request *request, const struct kind *kind, struct gw_err *err)
{
    own_json json_t *body = NULL;
    struct gw_priority item = {0};
    enum gw_code code = gw_request_json(request, &body, err);

    if (code != GW_OK)
        return code;
    read_name(request, kind, request->match.values[0], &item, err);
    read_priority(request, json_object_get(body, "priority"), &item, err);
    if (request->violations.count)
        return GW_INVALID;
    code = put(request, kind, &item, 1, err);
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

enum gw_code gw_answer_provider_priorities(struct gw_http_request *request, struct gw_err *err)
{
    return answer_list(request, &providers, err);
}

enum gw_code gw_answer_provider_priorities_put(struct gw_http_request *request, struct gw_err *err)
{
    return answer_put_all(request, &providers, err);
}

enum gw_code gw_answer_provider_priority_put(struct gw_http_request *request, struct gw_err *err)
{
    return answer_put_one(request, &providers, err);
}

enum gw_code gw_answer_device_priorities(struct gw_http_request *request, struct gw_err *err)
{
    return answer_list(request, &device_types, err);
}

enum gw_code gw_answer_device_priorities_put(struct gw_http_request *request, struct gw_err *err)
{
    return answer_put_all(request, &device_types, err);
}

enum gw_code gw_answer_device_priority_put(struct gw_http_request *request, struct gw_err *err)
{
    return answer_put_one(request, &device_types, err);
}
