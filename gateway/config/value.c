/* Text to typed values: bounds, defaults, secrets read from their files. */
#include <errno.h>
#include <stdio.h>

#include "base/own.h"
#include "config/reader.h"

#define SECRET_FILE_MOST 65536

/* "@/path": the file's content without the line break at its end. */
static enum gw_code read_secret(struct reader *in, struct said *said, struct gw_err *err)
{
    const char *path = said->text + 1;
    gw_own_file FILE *file = fopen(path, "re");
    gw_own_free char *text = malloc(SECRET_FILE_MOST + 1);
    size_t len;

    if (!text)
        return gw_fail(err, GW_NOMEM, NULL);
    if (!file)
        return reader_fail(said->origin, err, "secret file %s: %s", path, strerror(errno));
    len = fread(text, 1, SECRET_FILE_MOST + 1, file);
    if (ferror(file) || len > SECRET_FILE_MOST || memchr(text, '\0', len))
        return reader_fail(said->origin, err, "secret file %s: cannot be read, holds a NUL or is too large", path);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    said->text = gw_arena_strndup(in->arena, text, len);
    explicit_bzero(text, SECRET_FILE_MOST + 1);
    return said->text ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

static enum gw_code resolve(struct reader *in, struct said *said, struct gw_err *err)
{
    if (in->resolved || !said->text || strncmp(said->text, "@/", 2) != 0)
        return GW_OK;
    return read_secret(in, said, err);
}

static bool parse_bool(const char *text, bool *ret)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {{"true", true},   {"1", true},  {"yes", true}, {"on", true},
                 {"false", false}, {"0", false}, {"no", false}, {"off", false}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(text, words[i].text) == 0) {
            *ret = words[i].value;
            return true;
        }
    }
    return false;
}

static enum gw_code finish_number(const struct option_row *row, const struct said *said, const char *text, int64_t *ret,
                                  struct gw_err *err)
{
    int64_t value;

    if (!gw_parse_i64(gw_str(text), &value))
        return reader_fail(said->origin, err, "%s wants a number", row->name);
    if (value < row->min || value > row->max)
        return reader_fail(said->origin, err, "%s is %lld to %lld", row->name, (long long)row->min,
                           (long long)row->max);
    *ret = value;
    return GW_OK;
}

static enum gw_code finish_option(struct reader *in, const struct option_row *row, struct gw_config *ret,
                                  struct gw_err *err)
{
    static const char *const nothing[] = {NULL};
    struct said *said = &in->options[row - option_rows];
    void *at = (char *)ret + row->offset;
    const char *text;
    enum gw_code code;

    if (row->flags & GW_OPTION_SECRET && (code = resolve(in, said, err)) != GW_OK)
        return code;
    text = said->text ? said->text : row->fallback;
    switch (row->kind) {
    case OPTION_TEXT:
        *(const char **)at = text;
        return GW_OK;
    case OPTION_NUMBER:
        return finish_number(row, said, text, at, err);
    case OPTION_BOOL:
        if (!parse_bool(text, at))
            return reader_fail(said->origin, err, "%s wants true or false", row->name);
        return GW_OK;
    case OPTION_LIST:
        *(const char *const **)at = said->list ? said->list : nothing;
        return GW_OK;
    }
    return GW_INTERNAL;
}

static enum gw_code finish_setting(struct reader *in, struct said_setting *setting, struct gw_config_provider *ret,
                                   struct gw_err *err)
{
    struct said *value = &setting->value;
    enum gw_code code;

    if (strcmp(setting->name, "enabled") == 0) {
        if (!parse_bool(value->text, &ret->enabled))
            return reader_fail(value->origin, err, "%s.enabled wants true or false", ret->id);
    } else if (strcmp(setting->name, "module") == 0) {
        ret->module = value->text[0] ? value->text : NULL;
    } else if (strcmp(setting->name, "sha256") == 0) {
        if (strlen(value->text) != 64 || strspn(value->text, "0123456789abcdefABCDEF") != 64)
            return reader_fail(value->origin, err, "%s.sha256 wants 64 hexadecimal digits", ret->id);
        ret->sha256 = value->text;
    } else {
        if ((code = resolve(in, value, err)) != GW_OK)
            return code;
        ret->options[ret->options_count++] = (struct gw_config_pair){setting->name, value->text};
    }
    return GW_OK;
}

static enum gw_code finish_provider(struct reader *in, const struct said_provider *said, struct gw_config_provider *ret,
                                    struct gw_err *err)
{
    size_t count = 0;
    enum gw_code code = GW_OK;

    for (struct said_setting *s = said->settings; s; s = s->next)
        count++;
    ret->id = said->id;
    ret->enabled = true;
    ret->options = gw_arena_zalloc(in->arena, (count + 1) * sizeof(*ret->options));
    if (!ret->options)
        return gw_fail(err, GW_NOMEM, NULL);
    for (struct said_setting *s = said->settings; code == GW_OK && s; s = s->next)
        code = finish_setting(in, s, ret, err);
    return code;
}

static enum gw_code finish_providers(struct reader *in, struct gw_config *ret, struct gw_err *err)
{
    size_t count = 0;
    enum gw_code code = GW_OK;

    for (struct said_provider *p = in->providers; p; p = p->next)
        count++;
    ret->providers = gw_arena_zalloc(in->arena, (count + 1) * sizeof(*ret->providers));
    if (!ret->providers)
        return gw_fail(err, GW_NOMEM, NULL);
    for (struct said_provider *p = in->providers; code == GW_OK && p; p = p->next)
        code = finish_provider(in, p, &ret->providers[ret->providers_count++], err);
    return code;
}

enum gw_code reader_finish(struct reader *in, struct gw_config *ret, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; code == GW_OK && i < OPTION_COUNT; i++)
        code = finish_option(in, &option_rows[i], ret, err);
    if (code == GW_OK)
        code = finish_providers(in, ret, err);
    return code;
}
