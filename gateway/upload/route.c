/* Whose a body is: by what it says, by where it was sent, by what is configured here. */
#include <stdio.h>

#include "upload/upload.h"

static bool takes_pushes(const struct gw_provider *p)
{
    return p && p->ready && p->plugin->desc->capabilities & AORTA_CAP_UPLOAD;
}

/* "apple, samsung" */
static void list_takers(const struct gw_registry *registry, char *out, size_t room)
{
    size_t n = 0;

    snprintf(out, room, "none");
    for (size_t i = 0; i < gw_registry_count(registry) && n < room; i++)
        if (takes_pushes(gw_registry_at(registry, i)))
            n += (size_t)snprintf(out + n, room - n, "%s%s", n ? ", " : "", gw_registry_at(registry, i)->id);
}

/* What the body says is quoted only where it looks like a name. */
static bool is_name(const char *text)
{
    return *text && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static enum gw_code unsupported(const struct gw_registry *registry, const char *name, struct gw_err *err)
{
    static const char wire[] = "provider.unsupported";
    char takers[200];

    list_takers(registry, takers, sizeof(takers));
    if (!name)
        gw_fail_wire(err, GW_INVALID, wire, "The body has to name its provider. Supported: %s", takers);
    else
        gw_fail_wire(err, GW_INVALID, wire, "Unsupported provider%s%s. Supported: %s", is_name(name) ? ": " : "",
                     is_name(name) ? name : "", takers);
    if (err)
        snprintf(err->field, sizeof(err->field), "provider");
    return GW_INVALID;
}

/* "<id>.<shape>" of the kinds that the plugin declares; NULL = it has none of that name. */
static const char *kind_of(const struct gw_provider *p, const char *shape)
{
    size_t id = strlen(p->id);

    for (const char *const *k = p->plugin->desc->payload_kinds; k && *k; k++)
        if (strncmp(*k, p->id, id) == 0 && (*k)[id] == '.' && strcmp(*k + id + 1, shape) == 0)
            return *k;
    return NULL;
}

enum gw_code gw_upload_route(const struct gw_registry *registry, const char *said, const char *meant, const char *shape,
                             const struct gw_provider **ret, const char **ret_kind, struct gw_err *err)
{
    const char *name = said ? said : meant;
    const struct gw_provider *p = name ? gw_registry_find(registry, name) : NULL;
    const char *const *kinds;

    if (!takes_pushes(p))
        return unsupported(registry, name, err);
    kinds = p->plugin->desc->payload_kinds;
    *ret = p;
    *ret_kind = kind_of(p, shape);
    if (!*ret_kind)
        *ret_kind = kind_of(p, "sdk");
    if (!*ret_kind && kinds)
        *ret_kind = kinds[0];
    return *ret_kind ? GW_OK : unsupported(registry, name, err);
}

enum gw_code gw_upload_route_file(const struct gw_registry *registry, const char *provider, const char *kind,
                                  const char **ret_kind, struct gw_err *err)
{
    const struct gw_provider *p = gw_registry_find(registry, provider);

    if (!p || !p->ready)
        return gw_fail_wire(err, GW_CONFIG, "provider.not_ready", "Provider %s is not ready: %s", provider,
                            p && p->reason ? p->reason : "it is not configured here");
    *ret_kind = kind_of(p, kind);
    if (!*ret_kind)
        return gw_fail(err, GW_UNSUPPORTED, "Provider %s reads no files of this kind.", provider);
    return GW_OK;
}
