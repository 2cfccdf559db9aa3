/* Keeps what was said, last word wins. */
#include "config/reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

enum gw_code reader_fail(struct origin origin, struct gw_err *err, const char *fmt, ...)
{
    char text[300];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (origin.line > 0)
        return gw_fail(err, GW_CONFIG, "%s:%d: %s", origin.file, origin.line, text);
    return gw_fail(err, GW_CONFIG, "%s: %s", origin.file ? origin.file : "configuration", text);
}

bool reader_name_valid(const char *name)
{
    size_t len = strlen(name);

    if (len == 0 || len > 32 || !islower((unsigned char)name[0]))
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

enum gw_code reader_text(struct reader *in, const struct option_row *row, const char *text, struct origin origin,
                         struct gw_err *err)
{
    struct said *said = &in->options[row - option_rows];
    char *copy = gw_arena_strdup(in->arena, text);

    if (!copy)
        return gw_fail(err, GW_NOMEM, NULL);
    *said = (struct said){.text = copy, .origin = origin};
    return GW_OK;
}

enum gw_code reader_list(struct reader *in, const struct option_row *row, const char *const *items, size_t count,
                         struct origin origin, struct gw_err *err)
{
    struct said *said = &in->options[row - option_rows];
    const char **list = gw_arena_zalloc(in->arena, (count + 1) * sizeof(*list));

    if (!list)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0; i < count; i++)
        if ((list[i] = gw_arena_strdup(in->arena, items[i])) == NULL)
            return gw_fail(err, GW_NOMEM, NULL);
    *said = (struct said){.list = list, .origin = origin};
    return GW_OK;
}

struct said_provider *reader_provider(struct reader *in, const char *id)
{
    struct said_provider **link = &in->providers, *made;

    for (; *link; link = &(*link)->next)
        if (strcmp((*link)->id, id) == 0)
            return *link;
    made = gw_arena_zalloc(in->arena, sizeof(*made));
    if (!made || (made->id = gw_arena_strdup(in->arena, id)) == NULL)
        return NULL;
    *link = made;
    return made;
}

enum gw_code reader_setting(struct reader *in, struct said_provider *provider, const char *name, const char *text,
                            struct origin origin, struct gw_err *err)
{
    struct said_setting **link = &provider->settings;

    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    if (!*link) {
        struct said_setting *made = gw_arena_zalloc(in->arena, sizeof(*made));
        if (!made || (made->name = gw_arena_strdup(in->arena, name)) == NULL)
            return gw_fail(err, GW_NOMEM, NULL);
        *link = made;
    }
    (*link)->value.text = gw_arena_strdup(in->arena, text);
    (*link)->value.origin = origin;
    return (*link)->value.text ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}
