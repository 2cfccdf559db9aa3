/* The providers of one process: each loaded, given its settings and initialised, or kept with the reason why not. */
#include "host/registry.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/time.h"
#include "host/declare.h"
#include "host/frame.h"
#include "host/loader.h"
#include "host/metrics.h"
#include "host/params.h"

#define INIT_TIMEOUT_MS   10000
#define TOOL_METRICS_FROM 10000

/* A provider and what belongs to it. `pub` is what others see. */
struct instance {
    struct gw_provider pub;
    struct gw_conduct conduct;
    struct gw_metric_map map;
    struct gw_arena *arena;
};

struct gw_registry {
    struct instance **items;
    size_t count;
};

static struct instance *instance_new(const char *id, const char *module)
{
    struct instance *in = calloc(1, sizeof(*in));

    if (!in)
        return NULL;
    in->arena = gw_arena_new(0);
    in->pub.conduct = &in->conduct;
    in->pub.metrics = &in->map;
    in->pub.state = "refused";
    in->pub.id = in->arena ? gw_arena_strdup(in->arena, id) : NULL;
    in->pub.module = in->arena ? gw_arena_strdup(in->arena, module) : NULL;
    if (!in->pub.id || !in->pub.module) {
        gw_arena_free(&in->arena);
        free(in);
        return NULL;
    }
    return in;
}

static void instance_free(struct instance **address)
{
    struct instance *in = *address;

    if (!in)
        return;
    if (in->pub.ready)
        in->pub.plugin->shutdown(in->pub.self);
    gw_arena_free(&in->arena);
    free(in);
    *address = NULL;
}

static void set_state(struct instance *in, const char *state, const char *reason)
{
    const char *copy = gw_arena_strdup(in->arena, reason);

    in->pub.state = state;
    in->pub.reason = copy ? copy : "The gateway ran out of memory.";
}

/* ---- settings ---- */

/* Secrets become known to the log before anything can go wrong with them. */
static void register_secrets(const aorta_descriptor *d, const struct gw_param_text *texts, size_t count)
{
    for (uint32_t i = 0; i < d->settings_count; i++) {
        const aorta_param *p = GW_ROW(aorta_param, d->settings, i, d->settings_stride);
        for (size_t k = 0; p->flags & AORTA_PARAM_SECRET && k < count; k++)
            if (gw_str_is(texts[k].name, p->name))
                gw_log_secret(texts[k].value);
    }
}

static void misconfigured(struct instance *in, const struct gw_violations *v, struct gw_str ignored)
{
    char text[400];

    if (ignored.len)
        snprintf(text, sizeof(text), "The provider %s has no setting %.*s; see aorta plugin inspect %s.", in->pub.id,
                 (int)(ignored.len < 64 ? ignored.len : 64), ignored.ptr, in->pub.id);
    else
        snprintf(text, sizeof(text), "The provider %s is not configured: %.250s%s", in->pub.id, v->items[0].message,
                 v->count > 1 ? " (There is more: run aorta config check.)" : "");
    set_state(in, "misconfigured", text);
}

static bool resolve_settings(struct instance *in, const struct gw_param_text *texts, size_t count, aorta_value **ret)
{
    const aorta_descriptor *d = in->pub.plugin->desc;
    struct gw_violations violations = {0};
    struct gw_str *ignored;
    size_t ignored_count = 0;
    struct gw_err err = {0};
    enum gw_code code;

    code = gw_params_parse(d->settings, d->settings_count, d->settings_stride, NULL, 0, 0, texts, count, gw_now_us(),
                           in->arena, ret, &ignored, &ignored_count, &violations, &err);
    if (code == GW_OK && ignored_count == 0)
        return true;
    if (code == GW_NOMEM)
        set_state(in, "misconfigured", gw_err_text(&err));
    else
        misconfigured(in, &violations, ignored_count ? ignored[0] : (struct gw_str){0});
    return false;
}

/* ---- init ---- */

static void init_failed(struct instance *in, const struct gw_frame *frame, aorta_status status)
{
    char text[500];
    const char *why = frame->failed && frame->err.text[0] ? frame->err.text : "it gave no reason";

    snprintf(text, sizeof(text), "The provider %s did not start (%d): %s", in->pub.id, (int)status, why);
    set_state(in, "misconfigured", text);
}

static bool run_init(struct instance *in)
{
    const aorta_plugin *plugin = in->pub.plugin;
    struct gw_frame *frame = gw_frame_begin(&in->pub, NULL, 0, INIT_TIMEOUT_MS, NULL);
    aorta_status status;

    if (!frame) {
        set_state(in, "misconfigured", "The gateway ran out of memory.");
        return false;
    }
    status = plugin->init(&frame->ctx, in->pub.settings, plugin->desc->settings_count, &in->pub.self);
    if (status != AORTA_OK)
        init_failed(in, frame, status);
    gw_frame_end(frame);
    return status == AORTA_OK;
}

static bool check_extensions(struct instance *in)
{
    struct gw_err err = {0};
    char text[700];

    if (gw_extensions_check(in->pub.plugin, in->pub.self, &err) == GW_OK)
        return true;
    in->pub.plugin->shutdown(in->pub.self);
    in->pub.self = NULL;
    snprintf(text, sizeof(text), "%s (plugin ABI %u.%u, gateway ABI %u.%u) was refused: %s; correct the plugin.",
             in->pub.module, (unsigned)in->pub.plugin->abi_major, (unsigned)in->pub.plugin->abi_minor,
             (unsigned)AORTA_ABI_MAJOR, (unsigned)AORTA_ABI_MINOR, gw_err_text(&err));
    set_state(in, "refused", text);
    in->pub.plugin = NULL;
    return false;
}

static void start(struct instance *in, const struct gw_param_text *texts, size_t count)
{
    aorta_value *values = NULL;

    if (!resolve_settings(in, texts, count, &values))
        return;
    in->pub.settings = values;
    if (!run_init(in) || !check_extensions(in))
        return;
    in->pub.state = "ready";
    in->pub.ready = true;
}

/* ---- the configuration's providers ---- */

static bool module_path(const struct gw_host_options *options, const struct gw_provider_config *config, char *out,
                        size_t cap)
{
    char own[64];
    const char *module = config->module && config->module[0] ? config->module : own;
    int n;

    snprintf(own, sizeof(own), "%.32s.so", config->id);
    if (module[0] == '/')
        n = snprintf(out, cap, "%s", module);
    else
        n = snprintf(out, cap, "%s/%s", options->plugin_dir ? options->plugin_dir : ".", module);
    return n > 0 && (size_t)n < cap && (module[0] == '/' || !strchr(module, '/'));
}

static struct gw_param_text *option_texts(struct gw_arena *arena, const struct gw_provider_config *config)
{
    struct gw_param_text *texts = gw_arena_alloc(arena, config->options_count * sizeof(*texts));

    for (size_t i = 0; texts && i < config->options_count; i++)
        texts[i] = (struct gw_param_text){gw_str(config->options[i].name), gw_str(config->options[i].value)};
    return texts;
}

static void load(struct instance *in, const struct gw_provider_config *config)
{
    struct gw_param_text *texts = option_texts(in->arena, config);
    struct gw_err err = {0};

    if (!texts) {
        set_state(in, "refused", "The gateway ran out of memory.");
    } else if (gw_loader_open_as(in->pub.module, in->pub.id, config->sha256, &in->pub.plugin, &err) != GW_OK) {
        in->pub.plugin = NULL;
        set_state(in, "refused", gw_err_text(&err));
    } else {
        register_secrets(in->pub.plugin->desc, texts, config->options_count);
        start(in, texts, config->options_count);
    }
}

static enum gw_code add(struct gw_registry *r, const struct gw_host_options *options,
                        const struct gw_provider_config *config, struct gw_err *err)
{
    char path[4096] = "";
    bool path_ok = module_path(options, config, path, sizeof(path));
    struct instance *in;

    if (gw_registry_find(r, config->id))
        return gw_fail(err, GW_CONFIG, "The provider %.32s is configured twice; remove one section.", config->id);
    in = instance_new(config->id, path);
    if (!in)
        return gw_fail(err, GW_NOMEM, NULL);
    r->items[r->count++] = in;
    if (path_ok)
        load(in, config);
    else
        set_state(in, "refused", "Its module is neither an absolute path nor a file name in plugin_dir.");
    if (options->strict && !in->pub.ready)
        return gw_fail(err, GW_CONFIG, "%s", in->pub.reason);
    return GW_OK;
}

enum gw_code gw_registry_load(const struct gw_host_options *options, struct gw_registry **ret, struct gw_err *err)
{
    struct gw_registry *r = calloc(1, sizeof(*r));
    enum gw_code code = GW_OK;

    if (r)
        r->items = calloc(options->providers_count + 1, sizeof(struct instance *));
    if (!r || !r->items) {
        free(r);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    for (size_t i = 0; i < options->providers_count && code == GW_OK; i++)
        if (options->providers[i].enabled)
            code = add(r, options, &options->providers[i], err);
    if (code == GW_OK)
        *ret = r;
    else
        gw_registry_free(&r);
    return code;
}

void gw_registry_free(struct gw_registry **address)
{
    struct gw_registry *r = *address;

    if (!r)
        return;
    for (size_t i = r->count; i > 0; i--)
        instance_free(&r->items[i - 1]);
    free(r->items);
    free(r);
    *address = NULL;
}

const struct gw_provider *gw_registry_find(const struct gw_registry *r, const char *id)
{
    for (size_t i = 0; i < r->count; i++)
        if (strcmp(r->items[i]->pub.id, id) == 0)
            return &r->items[i]->pub;
    return NULL;
}

size_t gw_registry_count(const struct gw_registry *r)
{
    return r->count;
}

const struct gw_provider *gw_registry_at(const struct gw_registry *r, size_t i)
{
    return i < r->count ? &r->items[i]->pub : NULL;
}

/* ---- the plugins' own metrics ---- */

static enum gw_code number_metrics(struct instance *in, gw_metric_number_fn *number, void *self, struct gw_err *err)
{
    const aorta_descriptor *d = in->pub.plugin ? in->pub.plugin->desc : NULL;
    struct gw_metric *items;

    if (!d || !in->pub.ready)
        return GW_OK;
    items = gw_arena_zalloc(in->arena, d->metrics_count * sizeof(*items));
    if (!items)
        return gw_fail(err, GW_NOMEM, NULL);
    for (uint32_t i = 0; i < d->metrics_count; i++) {
        const aorta_metric_decl *decl = GW_ROW(aorta_metric_decl, d->metrics, i, d->metrics_stride);
        enum gw_code code;
        items[i] = (struct gw_metric){decl->name, decl->unit, decl->aggregation, 0};
        code = number(self, decl, &items[i].number, err);
        if (code == GW_OK)
            code = gw_metric_register(&items[i], err);
        if (code != GW_OK)
            return code;
    }
    in->map = (struct gw_metric_map){d->metrics_count, items};
    return GW_OK;
}

enum gw_code gw_registry_number_metrics(struct gw_registry *r, gw_metric_number_fn *number, void *self,
                                        struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; i < r->count && code == GW_OK; i++)
        code = number_metrics(r->items[i], number, self, err);
    return code;
}

/* ---- one plugin without a configuration ---- */

static const char *made_up(const aorta_param *p)
{
    switch (p->type) {
    case AORTA_TYPE_BOOL:
        return "false";
    case AORTA_TYPE_TIME:
    case AORTA_TYPE_DATE:
        return "2026-01-01";
    case AORTA_TYPE_ENUM:
        return p->choices[0];
    case AORTA_TYPE_URL:
        return "https://provider.invalid";
    case AORTA_TYPE_STRING:
        return "made-up";
    default:
        return p->min_text ? p->min_text : p->max_text ? p->max_text : "1";
    }
}

/* The example when it fits, else any value that does. */
static const char *stand_in(const aorta_param *p, struct gw_arena *arena)
{
    aorta_value value;

    if (p->example && !gw_param_value(p, gw_str(p->example), false, 0, arena, &value) &&
        !gw_param_bounds(p, &value, 0, arena))
        return p->example;
    return made_up(p);
}

static struct gw_param_text *stand_ins(const aorta_descriptor *d, struct gw_arena *arena, size_t *ret_count)
{
    struct gw_param_text *texts = gw_arena_alloc(arena, d->settings_count * sizeof(*texts));

    *ret_count = 0;
    for (uint32_t i = 0; texts && i < d->settings_count; i++) {
        const aorta_param *p = GW_ROW(aorta_param, d->settings, i, d->settings_stride);
        if (p->flags & AORTA_PARAM_REQUIRED)
            texts[(*ret_count)++] = (struct gw_param_text){gw_str(p->name), gw_str(stand_in(p, arena))};
    }
    return texts;
}

static enum gw_code count_up(void *self, const aorta_metric_decl *decl, uint16_t *ret, struct gw_err *err)
{
    const struct gw_metric *there = gw_metric_by_name(gw_str(decl->name));

    (void)self;
    (void)err;
    *ret = there ? there->number : TOOL_METRICS_FROM;
    while (!there && gw_metric_by_number(*ret))
        (*ret)++;
    return GW_OK;
}

static struct gw_param_text *given_options(struct gw_arena *arena, const struct gw_provider_option *options, size_t n)
{
    struct gw_provider_config config = {.options = options, .options_count = n};

    return option_texts(arena, &config);
}

static enum gw_code make(const char *path, const aorta_plugin *plugin, const struct gw_provider_option *options,
                         size_t count, struct gw_provider **ret, struct gw_err *err)
{
    struct instance *in = instance_new(plugin->desc->id, path);
    struct gw_param_text *texts = NULL;
    enum gw_code code;

    if (in) /* what is made up is no secret: it would redact innocent words */
        texts = options ? given_options(in->arena, options, count) : stand_ins(plugin->desc, in->arena, &count);
    if (!texts) {
        instance_free(&in);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    in->pub.plugin = plugin;
    start(in, texts, count);
    code = in->pub.ready ? number_metrics(in, count_up, NULL, err) : gw_fail(err, GW_CONFIG, "%s", in->pub.reason);
    if (code != GW_OK) {
        instance_free(&in);
        return code;
    }
    *ret = &in->pub;
    return GW_OK;
}

enum gw_code gw_provider_open(const char *path, struct gw_provider **ret, struct gw_err *err)
{
    const aorta_plugin *plugin;
    enum gw_code code = gw_loader_open(path, &plugin, err);

    return code == GW_OK ? make(path, plugin, NULL, 0, ret, err) : code;
}

enum gw_code gw_provider_make(const aorta_plugin *plugin, const struct gw_provider_option *options,
                              size_t options_count, struct gw_provider **ret, struct gw_err *err)
{
    enum gw_code code = gw_loader_check("the plugin", plugin, NULL, err);

    return code == GW_OK ? make("the plugin", plugin, options, options_count, ret, err) : code;
}

void gw_provider_free(struct gw_provider **provider)
{
    struct instance *in = (struct instance *)(void *)*provider; /* pub is its first member */

    instance_free(&in);
    *provider = NULL;
}
