/* AORTA_<OPTION> and AORTA_PROVIDER_<ID>_<NAME>. */
#include <ctype.h>
#include <stdlib.h>

#include "config/reader.h"

#define PROVIDER_PREFIX "AORTA_PROVIDER_"

/* "https://a, https://b" as a list; empty pieces are left out. */
static enum gw_code take_list(struct reader *in, const struct option_row *row, const char *text, struct origin origin,
                              struct gw_err *err)
{
    char *copy = gw_arena_strdup(in->arena, text), *rest = NULL;
    const char **items = gw_arena_zalloc(in->arena, (strlen(text) / 2 + 2) * sizeof(*items));
    size_t count = 0;

    if (!copy || !items)
        return gw_fail(err, GW_NOMEM, NULL);
    for (char *item = strtok_r(copy, ", ", &rest); item; item = strtok_r(NULL, ", ", &rest))
        items[count++] = item;
    return reader_list(in, row, items, count, origin, err);
}

static enum gw_code take_option(struct reader *in, const struct option_row *row, struct gw_err *err)
{
    const char *text = getenv(row->env);
    struct origin origin = {row->env, 0};

    if (!text)
        return GW_OK;
    if (row->kind == OPTION_LIST)
        return take_list(in, row, text, origin, err);
    return reader_text(in, row, text, origin, err);
}

/* "GARMIN_CLIENT_ID" belongs to garmin: the longest id that fits, for ids may hold an underscore. */
static struct said_provider *owner_of(struct reader *in, const char *rest)
{
    struct said_provider *best = NULL;

    for (struct said_provider *p = in->providers; p; p = p->next) {
        size_t len = strlen(p->id);
        if (strncmp(rest, p->id, len) == 0 && rest[len] == '_' && (!best || len > strlen(best->id)))
            best = p;
    }
    return best;
}

/* A variable cut into its name and what stands behind the prefix, in lower case; false when it is not of a
 * provider. */
static bool provider_variable(struct gw_arena *arena, const char *entry, char **ret_name, char **ret_rest)
{
    const char *equals = strchr(entry, '=');

    if (!equals || strncmp(entry, PROVIDER_PREFIX, sizeof(PROVIDER_PREFIX) - 1) != 0)
        return false;
    *ret_name = gw_arena_strndup(arena, entry, (size_t)(equals - entry));
    *ret_rest = *ret_name ? gw_arena_strdup(arena, *ret_name + sizeof(PROVIDER_PREFIX) - 1) : NULL;
    for (char *p = *ret_rest; p && *p; p++)
        *p = (char)tolower((unsigned char)*p);
    return true;
}

/* …_ENABLED of an id that nobody named makes the provider exist. */
static enum gw_code take_enabled(struct reader *in, char *rest, const char *name, struct gw_err *err)
{
    static const char suffix[] = "_enabled";
    size_t len = strlen(rest), cut = sizeof(suffix) - 1;
    char *id;

    if (len <= cut || strcmp(rest + len - cut, suffix) != 0 || owner_of(in, rest))
        return GW_OK;
    id = gw_arena_strndup(in->arena, rest, len - cut);
    if (!id || (reader_name_valid(id) && !reader_provider(in, id)))
        return gw_fail(err, GW_NOMEM, NULL);
    return reader_name_valid(id) ? GW_OK : reader_fail((struct origin){name, 0}, err, "not a provider's id");
}

static enum gw_code take_setting(struct reader *in, const char *rest, const char *name, const char *value,
                                 struct gw_err *err)
{
    struct said_provider *provider = owner_of(in, rest);
    struct origin origin = {name, 0};
    const char *setting;

    if (!provider)
        return reader_fail(origin, err,
                           "the configuration names no such provider; "
                           "AORTA_PROVIDER_<ID>_ENABLED=true would");
    setting = rest + strlen(provider->id) + 1;
    if (!reader_name_valid(setting))
        return reader_fail(origin, err, "not a setting's name");
    return reader_setting(in, provider, setting, value, origin, err);
}

/* Two passes: first the providers that the environment makes, then all settings. */
static enum gw_code take_providers(struct reader *in, char *const *env, bool making, struct gw_err *err)
{
    enum gw_code code = GW_OK;
    char *name, *rest;

    for (size_t i = 0; code == GW_OK && env[i]; i++) {
        if (!provider_variable(in->arena, env[i], &name, &rest))
            continue;
        if (!name || !rest)
            code = gw_fail(err, GW_NOMEM, NULL);
        else if (making)
            code = take_enabled(in, rest, name, err);
        else
            code = take_setting(in, rest, name, strchr(env[i], '=') + 1, err);
    }
    return code;
}

enum gw_code read_environment(struct reader *in, char *const *env, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    for (size_t i = 0; code == GW_OK && i < OPTION_COUNT; i++)
        code = take_option(in, &option_rows[i], err);
    if (code == GW_OK)
        code = take_providers(in, env, true, err);
    if (code == GW_OK)
        code = take_providers(in, env, false, err);
    return code;
}
