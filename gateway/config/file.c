/* aorta.conf and conf.d/: libconfig's only home. Values are taken as text; which text is right is value.c's
 * business.
 */
#include <dirent.h>
#include <errno.h>
#include <libconfig.h>
#include <stdio.h>

#include "base/own.h"
#include "config/reader.h"

struct file {
    struct reader *in;
    const char *path; /* lives in the arena */
};

static struct origin origin_of(const struct file *file, const config_setting_t *setting)
{
    return (struct origin){file->path, (int)config_setting_source_line(setting)};
}

static const char *wanted(enum option_kind kind)
{
    static const char *const texts[] = {"a text in double quotes", "a number", "true or false",
                                        "a list of texts: [ \"…\", \"…\" ]"};
    return texts[kind];
}

/* A scalar as text; false for groups, lists and arrays. */
static bool scalar_text(const config_setting_t *setting, struct gw_buf *out)
{
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        gw_buf_i64(out, config_setting_get_int64(setting));
        return true;
    case CONFIG_TYPE_FLOAT:
        gw_buf_f64(out, config_setting_get_float(setting));
        return true;
    case CONFIG_TYPE_BOOL:
        gw_buf_str(out, config_setting_get_bool(setting) ? "true" : "false");
        return true;
    case CONFIG_TYPE_STRING:
        gw_buf_str(out, config_setting_get_string(setting));
        return true;
    default:
        return false;
    }
}

static bool kind_fits(enum option_kind kind, const config_setting_t *setting)
{
    int type = config_setting_type(setting);

    switch (kind) {
    case OPTION_TEXT:
        return type == CONFIG_TYPE_STRING;
    case OPTION_NUMBER:
        return type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
    case OPTION_BOOL:
        return type == CONFIG_TYPE_BOOL;
    case OPTION_LIST:
        return type == CONFIG_TYPE_ARRAY || type == CONFIG_TYPE_LIST || type == CONFIG_TYPE_STRING;
    }
    return false;
}

static enum gw_code take_list(struct file *file, const struct option_row *row, const config_setting_t *setting,
                              struct gw_err *err)
{
    struct origin origin = origin_of(file, setting);
    bool single = config_setting_type(setting) == CONFIG_TYPE_STRING;
    size_t count = single ? 1 : (size_t)config_setting_length(setting);
    const char **items = gw_arena_zalloc(file->in->arena, (count + 1) * sizeof(*items));

    if (!items)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < count; i++) {
        items[i] = single ? config_setting_get_string(setting) : config_setting_get_string_elem(setting, (int)i);
        if (!items[i])
            return reader_fail(origin, err, "%s wants %s", row->name, wanted(row->kind));
    }
    return reader_list(file->in, row, items, count, origin, err);
}

static enum gw_code take_option(struct file *file, const config_setting_t *setting, struct gw_err *err)
{
    const char *name = config_setting_name(setting);
    const struct option_row *row = option_find(name);
    struct origin origin = origin_of(file, setting);
    gw_own_buf struct gw_buf text = {0};

    if (!row)
        return reader_fail(origin, err, "unknown option \"%.60s\"", name);
    if (!kind_fits(row->kind, setting))
        return reader_fail(origin, err, "%s wants %s", name, wanted(row->kind));
    if (row->kind == OPTION_LIST)
        return take_list(file, row, setting, err);
    scalar_text(setting, &text);
    if (!gw_buf_cstr(&text))
        return gw_fail(err, GW_NOMEM, NULL);
    return reader_text(file->in, row, gw_buf_cstr(&text), origin, err);
}

static enum gw_code take_setting(struct file *file, struct said_provider *provider, const config_setting_t *setting,
                                 struct gw_err *err)
{
    const char *name = config_setting_name(setting);
    struct origin origin = origin_of(file, setting);
    gw_own_buf struct gw_buf text = {0};

    if (!reader_name_valid(name))
        return reader_fail(origin, err, "\"%.60s\" is not a setting's name: a-z, 0-9 and _, at most 32", name);
    if (!scalar_text(setting, &text))
        return reader_fail(origin, err, "%s.%s wants a text, a number, true or false", provider->id, name);
    if (!gw_buf_cstr(&text))
        return gw_fail(err, GW_NOMEM, NULL);
    return reader_setting(file->in, provider, name, gw_buf_cstr(&text), origin, err);
}

static enum gw_code take_provider(struct file *file, const config_setting_t *section, struct gw_err *err)
{
    const char *id = config_setting_name(section);
    struct said_provider *provider;
    enum gw_code code = GW_OK;

    if (!config_setting_is_group(section))
        return reader_fail(origin_of(file, section), err, "providers.%.60s wants a group: { … }", id);
    if (!reader_name_valid(id))
        return reader_fail(origin_of(file, section), err, "\"%.60s\" is not a provider's id", id);
    if ((provider = reader_provider(file->in, id)) == NULL)
        return gw_fail(err, GW_NOMEM, NULL);
    for (int i = 0; code == GW_OK && i < config_setting_length(section); i++)
        code = take_setting(file, provider, config_setting_get_elem(section, (unsigned)i), err);
    return code;
}

static enum gw_code take_providers(struct file *file, const config_setting_t *group, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (!config_setting_is_group(group))
        return reader_fail(origin_of(file, group), err, "providers wants a group: { … }");
    for (int i = 0; code == GW_OK && i < config_setting_length(group); i++)
        code = take_provider(file, config_setting_get_elem(group, (unsigned)i), err);
    return code;
}

static enum gw_code take_root(struct file *file, const config_t *config, struct gw_err *err)
{
    const config_setting_t *root = config_root_setting(config);
    enum gw_code code = GW_OK;

    for (int i = 0; code == GW_OK && i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        if (strcmp(config_setting_name(setting), "providers") == 0)
            code = take_providers(file, setting, err);
        else
            code = take_option(file, setting, err);
    }
    return code;
}

static enum gw_code read_file(struct reader *in, const char *path, struct gw_err *err)
{
    struct file file = {in, gw_arena_strdup(in->arena, path)};
    gw_own_file FILE *stream = fopen(path, "re");
    config_t config;
    enum gw_code code;

    if (!file.path)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!stream)
        return gw_fail(err, GW_CONFIG, "%s: %s", path, strerror(errno));
    config_init(&config);
    if (config_read(&config, stream) == CONFIG_TRUE)
        code = take_root(&file, &config, err);
    else
        code = reader_fail((struct origin){path, config_error_line(&config)}, err, "%s", config_error_text(&config));
    config_destroy(&config);
    return code;
}

/* ---- which files ---- */

static int is_conf(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum gw_code read_folder(struct reader *in, const char *folder, struct gw_err *err)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, is_conf, by_bytes);
    enum gw_code code = GW_OK;

    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR ? GW_OK : gw_fail(err, GW_CONFIG, "%s: %s", folder, strerror(errno));
    for (int i = 0; i < count; i++) {
        const char *path = gw_arena_printf(in->arena, "%s/%s", folder, entries[i]->d_name);
        if (code == GW_OK)
            code = path ? read_file(in, path, err) : gw_fail(err, GW_NOMEM, NULL);
        free(entries[i]);
    }
    free(entries);
    return code;
}

/* The folder beside a file: "/etc/aorta/aorta.conf" gives "/etc/aorta/conf.d". */
static const char *folder_beside(struct gw_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return gw_arena_printf(arena, "%.*sconf.d", slash ? (int)(slash - path + 1) : 0, path);
}

static const char *usual_place(void)
{
    static const char *const places[] = {"aorta.conf", "/etc/aorta/aorta.conf"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], F_OK) == 0)
            return places[i];
    return NULL;
}

enum gw_code read_files(struct reader *in, const char *path, const char **ret_path, struct gw_err *err)
{
    const char *folder;
    enum gw_code code;

    if (!path || !path[0])
        path = getenv("AORTA_CONFIG");
    if (!path || !path[0])
        path = usual_place();
    if (!path) {
        *ret_path = NULL;
        return GW_OK;
    }
    if ((*ret_path = gw_arena_strdup(in->arena, path)) == NULL || (folder = folder_beside(in->arena, path)) == NULL)
        return gw_fail(err, GW_NOMEM, NULL);
    if ((code = read_file(in, path, err)) != GW_OK)
        return code;
    return read_folder(in, folder, err);
}
