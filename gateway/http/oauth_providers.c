/* The providers as an application's settings page shows them, and their switches. */
#include "base/json.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"

#define PROVIDERS_MOST 64 /* in one body */

const char *gw_answer_provider_name(const struct gw_provider *provider)
{
    return provider->plugin ? provider->plugin->desc->name : provider->id;
}

/* What was set, by provider. */
struct settings {
    struct gw_provider_setting *items;
    size_t count;
};

static struct gw_provider_setting setting_of(const struct settings *all, const char *provider)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->items[i].provider, provider) == 0)
            return all->items[i];
    return (struct gw_provider_setting){.provider = provider, .is_enabled = -1};
}

static bool has_cloud(const struct gw_provider *provider)
{
    return provider->plugin && provider->plugin->desc->capabilities & AORTA_CAP_OAUTH;
}

static void write_provider(struct gw_buf *out, const struct gw_provider *provider,
                           const struct gw_provider_setting *set)
{
    gw_write_text(out, "{\"provider\":", provider->id);
    gw_write_text(out, ",\"name\":", gw_answer_provider_name(provider));
    gw_write_bool(out, ",\"has_cloud_api\":", has_cloud(provider));
    gw_write_bool(out, ",\"is_enabled\":", set->is_enabled != 0);
    gw_write_bool(out, ",\"is_ready\":", provider->ready);
    gw_buf_str(out, ",\"icon_url\":");
    gw_answer_icon_url(provider, out);
    gw_write_text(out, ",\"live_sync_mode\":", gw_answer_live_mode(provider));
    gw_buf_str(out, ",\"live_sync_configurable\":false");
    gw_write_text(out, ",\"data_granularity\":", set->data_granularity);
    gw_buf_char(out, '}');
}

static enum gw_code write_list(struct gw_http_request *request, bool enabled, bool cloud, struct gw_err *err)
{
    const struct gw_registry *registry = request->http->options.registry;
    struct gw_buf *out = &request->reply.body;
    struct settings all = {0};
    enum gw_code code =
        gw_store_provider_settings(request->http->options.db, request->arena, &all.items, &all.count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *provider = gw_registry_at(registry, i);
        struct gw_provider_setting set = setting_of(&all, provider->id);
        if ((enabled && (!provider->ready || set.is_enabled == 0)) || (cloud && !has_cloud(provider)))
            continue;
        gw_buf_str(out, out->len > 1 ? "," : "");
        write_provider(out, provider, &set);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_oauth_providers(struct gw_http_request *request, struct gw_err *err)
{
    return write_list(request, gw_request_arg(request, "enabled_only")->i, gw_request_arg(request, "cloud_only")->i,
                      err);
}

/* ---- one ---- */

static void read_enabled(struct gw_http_request *request, const json_t *value, struct gw_provider_setting *set,
                         struct gw_err *err)
{
    if (json_is_boolean(value))
        set->is_enabled = json_is_true(value);
    else if (value && !json_is_null(value))
        gw_request_violation(request, err, "is_enabled", "boolean", "is_enabled should be true or false.");
}

/* How data comes is the provider's way, not a choice: naming it is right, another is not. */
static void read_mode(struct gw_http_request *request, const json_t *value, struct gw_provider_setting *set,
                      struct gw_err *err)
{
    const char *mode = gw_answer_live_mode(request->provider), *wanted = json_string_value(value);

    if (!value)
        return;
    if (json_is_null(value))
        gw_request_violation(request, err, "live_sync_mode", "null",
                             "live_sync_mode cannot be set to null; omit the field to leave it unchanged");
    else if (!wanted || (strcmp(wanted, "pull") != 0 && strcmp(wanted, "webhook") != 0))
        gw_request_violation(request, err, "live_sync_mode", "enum", "live_sync_mode should be 'pull' or 'webhook'");
    else if (!mode || strcmp(mode, wanted) != 0)
        gw_request_violation(request, err, "live_sync_mode", "unsupported",
                             "Provider '%s' does not support live sync mode configuration", request->provider->id);
    else
        set->live_sync_mode = mode;
}

/* Every sample is kept as it came. */
static void read_granularity(struct gw_http_request *request, const json_t *value, struct gw_provider_setting *set,
                             struct gw_err *err)
{
    const char *wanted = json_string_value(value);

    if (!value || json_is_null(value))
        return;
    if (wanted && strcmp(wanted, "raw") == 0)
        set->data_granularity = "raw";
    else if (wanted && (strcmp(wanted, "hourly") == 0 || strcmp(wanted, "daily") == 0))
        gw_request_violation(request, err, "data_granularity", "unsupported",
                             "Samples are kept as they came: data_granularity can only be 'raw'");
    else
        gw_request_violation(request, err, "data_granularity", "enum",
                             "data_granularity should be 'daily', 'hourly' or 'raw'");
}

static enum gw_code put(struct gw_http_request *request, const struct gw_provider_setting *settings, size_t count,
                        struct gw_err *err)
{
    enum gw_code code = gw_store_provider_settings_put(request->http->options.db, settings, count, err);

    gw_settings_forget(request->http->options.link->settings);
    return code;
}

enum gw_code gw_answer_oauth_provider_put(struct gw_http_request *request, struct gw_err *err)
{
    own_json json_t *body = NULL;
    struct gw_provider_setting set = {.is_enabled = -1};
    struct settings all = {0};
    enum gw_code code;

    if (!request->provider)
        return gw_fail_wire(err, GW_NOT_FOUND, "provider.unknown", "There is no such provider here.");
    code = gw_request_json(request, &body, err);
    if (code != GW_OK)
        return code;
    set.provider = request->provider->id;
    read_enabled(request, json_object_get(body, "is_enabled"), &set, err);
    read_mode(request, json_object_get(body, "live_sync_mode"), &set, err);
    read_granularity(request, json_object_get(body, "data_granularity"), &set, err);
    if (request->violations.count)
        return GW_INVALID;
    code = put(request, &set, 1, err);
    if (code == GW_OK)
        code = gw_store_provider_settings(request->http->options.db, request->arena, &all.items, &all.count, err);
    if (code != GW_OK)
        return code;
    set = setting_of(&all, request->provider->id);
    write_provider(&request->reply.body, request->provider, &set);
    return gw_reply_json(request, 200, err);
}

/* ---- several: {"providers": {"polar": false}} ---- */

static size_t read_switches(struct gw_http_request *request, json_t *switches, struct gw_provider_setting *settings,
                            struct gw_err *err)
{
    const char *name;
    json_t *value;
    size_t n = 0;

    json_object_foreach(switches, name, value)
    {
        const struct gw_provider *provider = gw_registry_find(request->http->options.registry, name);
        const char *field = gw_arena_printf(request->arena, "providers.%.40s", name);
        if (!provider)
            gw_request_violation(request, err, field, "unknown", "There is no provider %.40s here.", name);
        else if (!json_is_boolean(value))
            gw_request_violation(request, err, field, "boolean", "%.60s should be true or false.", field);
        else if (n < PROVIDERS_MOST)
            settings[n++] = (struct gw_provider_setting){.provider = provider->id, .is_enabled = json_is_true(value)};
    }
    return n;
}

enum gw_code gw_answer_oauth_providers_put(struct gw_http_request *request, struct gw_err *err)
{
    own_json json_t *body = NULL;
    struct gw_provider_setting settings[PROVIDERS_MOST];
    json_t *switches;
    size_t count;
    enum gw_code code = gw_request_json(request, &body, err);

    if (code != GW_OK)
        return code;
    switches = json_object_get(body, "providers");
    if (!json_is_object(switches))
        return gw_request_violation(request, err, "providers", "object",
                                    "providers should be an object of providers and true or false.");
    count = read_switches(request, switches, settings, err);
    if (request->violations.count)
        return GW_INVALID;
    code = count ? put(request, settings, count, err) : GW_OK;
    return code == GW_OK ? write_list(request, false, false, err) : code;
}
