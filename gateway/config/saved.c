/* A configuration as bytes and back: texts ended by NUL, first what it is, then its name, then its values. */
#include "config/reader.h"

/* The first text of an entry. Lists and providers are ended by their count of texts. */
#define ENTRY_OPTION   "option"   /* name, text */
#define ENTRY_LIST     "list"     /* name, count, texts */
#define ENTRY_PROVIDER "provider" /* id */
#define ENTRY_SETTING  "setting"  /* name, text; of the provider before it */
#define ENTRY_PATH     "path"

static void put(struct gw_buf *out, const char *text)
{
    gw_buf_add(out, text, strlen(text) + 1);
}

static void put_number(struct gw_buf *out, int64_t value)
{
    gw_buf_i64(out, value);
    gw_buf_char(out, '\0');
}

static void put_list(struct gw_buf *out, const struct option_row *row, const char *const *list)
{
    int64_t count = 0;

    while (list[count])
        count++;
    put(out, ENTRY_LIST);
    put(out, row->name);
    put_number(out, count);
    for (int64_t i = 0; i < count; i++)
        put(out, list[i]);
}

static void put_option(struct gw_buf *out, const struct option_row *row, const struct gw_config *config)
{
    const void *at = (const char *)config + row->offset;

    if (row->kind == OPTION_LIST) {
        put_list(out, row, *(const char *const *const *)at);
        return;
    }
    put(out, ENTRY_OPTION);
    put(out, row->name);
    if (row->kind == OPTION_TEXT)
        put(out, *(const char *const *)at);
    else if (row->kind == OPTION_NUMBER)
        put_number(out, *(const int64_t *)at);
    else
        put(out, *(const bool *)at ? "true" : "false");
}

static void put_setting(struct gw_buf *out, const char *name, const char *value)
{
    if (!value)
        return;
    put(out, ENTRY_SETTING);
    put(out, name);
    put(out, value);
}

void gw_config_save(const struct gw_config *config, struct gw_buf *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        put_option(out, &option_rows[i], config);
    for (size_t i = 0; i < config->providers_count; i++) {
        const struct gw_config_provider *p = &config->providers[i];
        put(out, ENTRY_PROVIDER);
        put(out, p->id);
        put_setting(out, "enabled", p->enabled ? "true" : "false");
        put_setting(out, "module", p->module);
        put_setting(out, "sha256", p->sha256);
        for (size_t j = 0; j < p->options_count; j++)
            put_setting(out, p->options[j].name, p->options[j].value);
    }
    if (config->path) {
        put(out, ENTRY_PATH);
        put(out, config->path);
    }
}

/* ---- back ---- */

struct walk {
    struct reader *in;
    struct gw_str rest;
    struct said_provider *provider;
    const char *path;
    struct gw_err *err;
};

static enum gw_code broken(struct walk *w)
{
    return gw_fail(w->err, GW_CONFIG, "the configuration handed over is broken");
}

static const char *take(struct walk *w)
{
    const char *text = w->rest.ptr;
    const char *end = w->rest.len ? memchr(text, '\0', w->rest.len) : NULL;

    if (!end)
        return NULL;
    w->rest.ptr = end + 1;
    w->rest.len -= (size_t)(end + 1 - text);
    return text;
}

static enum gw_code take_option(struct walk *w)
{
    const char *name = take(w), *text = take(w);
    const struct option_row *row = name ? option_find(name) : NULL;

    if (!row || !text)
        return broken(w);
    return reader_text(w->in, row, text, (struct origin){0}, w->err);
}

static enum gw_code take_list(struct walk *w)
{
    const char *name = take(w), *count_text = take(w), **items;
    const struct option_row *row = name ? option_find(name) : NULL;
    int64_t count;

    if (!row || !count_text || !gw_parse_i64(gw_str(count_text), &count) || count < 0 || (size_t)count > w->rest.len)
        return broken(w);
    items = gw_arena_zalloc(w->in->arena, ((size_t)count + 1) * sizeof(*items));
    if (!items)
        return gw_fail(w->err, GW_NOMEM, NULL);
    for (int64_t i = 0; i < count; i++)
        if ((items[i] = take(w)) == NULL)
            return broken(w);
    return reader_list(w->in, row, items, (size_t)count, (struct origin){0}, w->err);
}

static enum gw_code take_provider(struct walk *w)
{
    const char *id = take(w);

    if (!id)
        return broken(w);
    w->provider = reader_provider(w->in, id);
    return w->provider ? GW_OK : gw_fail(w->err, GW_NOMEM, NULL);
}

static enum gw_code take_setting(struct walk *w)
{
    const char *name = take(w), *text = take(w);

    if (!name || !text || !w->provider)
        return broken(w);
    return reader_setting(w->in, w->provider, name, text, (struct origin){0}, w->err);
}

static enum gw_code take_path(struct walk *w)
{
    const char *path = take(w);

    if (!path)
        return broken(w);
    w->path = gw_arena_strdup(w->in->arena, path);
    return w->path ? GW_OK : gw_fail(w->err, GW_NOMEM, NULL);
}

static enum gw_code take_entry(struct walk *w, const char *entry)
{
    static const struct {
        const char *entry;
        enum gw_code (*take)(struct walk *w);
    } entries[] = {{ENTRY_OPTION, take_option},
                   {ENTRY_LIST, take_list},
                   {ENTRY_PROVIDER, take_provider},
                   {ENTRY_SETTING, take_setting},
                   {ENTRY_PATH, take_path}};

    for (size_t i = 0; entry && i < sizeof(entries) / sizeof(entries[0]); i++)
        if (strcmp(entries[i].entry, entry) == 0)
            return entries[i].take(w);
    return broken(w);
}

enum gw_code gw_config_load_saved(struct gw_str saved, struct gw_config *ret, struct gw_err *err)
{
    struct reader in = {.arena = gw_arena_new(0), .resolved = true};
    struct walk walk = {.in = &in, .rest = saved, .err = err};
    struct gw_config config = {.memory = in.arena};
    enum gw_code code = in.arena ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    while (code == GW_OK && walk.rest.len > 0)
        code = take_entry(&walk, take(&walk));
    if (code == GW_OK)
        code = reader_finish(&in, &config, err);
    config.path = walk.path;
    if (code == GW_OK)
        *ret = config;
    else
        gw_arena_free(&in.arena);
    return code;
}
