/* Connect links: made for an application, opened by a person, who chooses a provider and goes on to its consent page.
 */
#include <jansson.h>

#include "http/answers.h"
#include "http/fields.h"
#include "http/inside.h"
#include "link/connect.h"
#include "read/write.h"
#include "store/users.h"

#define LIFE_S 900

static void json_cleanup(json_t **json)
{
    json_decref(*json);
}
#define own_json GW_CLEANUP(json_cleanup)

static bool can_connect(struct gw_http_request *request, const struct gw_provider *provider)
{
    return provider->ready && provider->plugin->desc->capabilities & AORTA_CAP_OAUTH &&
           gw_settings_enabled(request->http->options.link->settings, provider->id);
}

/* ---- making one ---- */

struct wanted {
    const char *provider, *redirect_uri;
};

static const struct gw_field fields[] = {
    GW_FIELD(wanted, provider, 1, 32, 0),
    GW_FIELD(wanted, redirect_uri, 1, 2048, 0),
};

static void check_provider(struct gw_http_request *request, const char *id, struct gw_err *err)
{
    const struct gw_provider *provider = gw_registry_find(request->http->options.registry, id);

    if (!provider)
        gw_request_violation(request, err, "provider", "unknown", "There is no provider %s here.", id);
    else if (!can_connect(request, provider))
        gw_request_violation(request, err, "provider", "unavailable", "The provider %s cannot be connected now.", id);
}

static int64_t read_life(struct gw_http_request *request, const json_t *value, struct gw_err *err)
{
    json_int_t seconds = json_is_integer(value) ? json_integer_value(value) : 0;

    if (!value || json_is_null(value))
        return LIFE_S;
    if (seconds < GW_CONNECT_LEAST_S || seconds > GW_CONNECT_MOST_S)
        gw_request_violation(request, err, "expires_in", "range", "expires_in should be between %d and %d seconds.",
                             GW_CONNECT_LEAST_S, GW_CONNECT_MOST_S);
    return seconds;
}

static enum gw_code read_wanted(struct gw_http_request *request, struct gw_connect_link *ret, struct gw_err *err)
{
    own_json json_t *body = NULL;
    struct wanted wanted = {0};
    int64_t life_s = LIFE_S;
    enum gw_code code = GW_OK;

    if (request->body.len) {
        code = gw_fields_json(request, fields, sizeof(fields) / sizeof(fields[0]), &wanted, err);
        if (code == GW_OK || code == GW_INVALID)
            code = gw_request_json(request, &body, err);
        if (code == GW_OK)
            life_s = read_life(request, json_object_get(body, "expires_in"), err);
    }
    if (code == GW_OK && wanted.provider)
        check_provider(request, wanted.provider, err);
    if (code == GW_OK && request->violations.count)
        return GW_INVALID;
    *ret = (struct gw_connect_link){.user = gw_request_uuid(request, "user_id"),
                                    .provider = wanted.provider,
                                    .redirect_uri = wanted.redirect_uri,
                                    .expires_us = gw_now_us() + life_s * GW_US_PER_S};
    return code;
}

enum gw_code gw_answer_connect_link(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_connect_link link;
    struct gw_user user;
    const char *url = NULL;
    enum gw_code code = read_wanted(request, &link, err);

    if (code == GW_OK)
        code = gw_store_user_get(request->http->options.db, request->arena, link.user, &user, err);
    if (code == GW_NOT_FOUND)
        return gw_answer_no_user(request, err);
    if (code == GW_OK)
        code = gw_connect_make(request->http->options.link, request->arena, &link, &url, err);
    if (code != GW_OK)
        return code;
    gw_write_text(out, "{\"url\":", url);
    gw_write_uuid(out, ",\"user_id\":", link.user);
    gw_write_text(out, ",\"provider\":", link.provider);
    gw_write_time(out, ",\"expires_at\":", link.expires_us);
    gw_buf_char(out, '}');
    return gw_reply_json(request, 200, err);
}

/* ---- opening it ---- */

static enum gw_code read_link(struct gw_http_request *request, struct gw_connect_link *ret, const char **ret_text,
                              struct gw_err *err)
{
    struct gw_user user;
    const char *text = gw_request_path(request, "link");
    enum gw_code code = text ? gw_connect_read(request->http->options.link, request->arena, gw_str(text), ret, err)
                             : gw_fail(err, GW_NOMEM, NULL);

    if (code != GW_OK)
        return code;
    code = gw_store_user_get(request->http->options.db, request->arena, ret->user, &user, err);
    if (code == GW_NOT_FOUND)
        return gw_fail_wire(err, GW_NOT_FOUND, "connect_link.invalid",
                            "This link is not valid. Please ask for a new one.");
    *ret_text = text;
    return code;
}

/* To the provider's consent page; back to where the application said, or to the list. */
static enum gw_code go(struct gw_http_request *request, const struct gw_connect_link *link,
                       const struct gw_provider *provider, const char *text, struct gw_err *err)
{
    struct gw_link *l = request->http->options.link;
    const char *url, *state, *back = link->redirect_uri;
    enum gw_code code;

    if (!back && !link->provider)
        back = gw_connect_page(l, request->arena, gw_str(text));
    code = gw_link_authorize(l, request->arena, provider, link->user, back, NULL, &url, &state, err);
    if (code != GW_OK)
        return code;
    gw_reply_header(request, "Location", url);
    gw_reply_header(request, "Referrer-Policy", "no-referrer");
    request->reply.status = 303;
    return GW_OK;
}

static bool connected(const struct gw_connection *all, size_t count, const char *provider)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].provider, provider) == 0 && strcmp(all[i].status, "active") == 0)
            return true;
    return false;
}

/* What came of the provider the person has just been to. */
static void write_note(struct gw_http_request *request)
{
    const char *status = gw_request_text(request, "status"), *id = gw_request_text(request, "provider");
    const struct gw_provider *provider = id ? gw_registry_find(request->http->options.registry, id) : NULL;
    struct gw_buf *out = &request->reply.body;
    bool good = status && strcmp(status, "success") == 0;

    if (!provider || !status)
        return;
    gw_buf_str(out, good ? "<p class=\"note\">" : "<p class=\"note bad\">");
    gw_page_escape(out, gw_answer_provider_name(provider));
    gw_buf_str(out, good ? " is connected. Your data will arrive shortly.</p>"
                         : " was not connected. You can try it again.</p>");
}

static void write_choice(struct gw_buf *out, const struct gw_provider *provider, const char *text, bool is_connected)
{
    gw_buf_printf(out, "<li><a href=\"%s/%s\"><img src=\"../../../static/provider-icons/%s.svg\" alt=\"\"><span>", text,
                  provider->id, provider->id);
    gw_page_escape(out, gw_answer_provider_name(provider));
    gw_buf_str(out, "</span>");
    gw_buf_str(out, is_connected ? "<small>connected</small></a></li>" : "</a></li>");
}

static enum gw_code list(struct gw_http_request *request, const struct gw_connect_link *link, const char *text,
                         struct gw_err *err)
{
    const struct gw_registry *registry = request->http->options.registry;
    struct gw_buf *out = &request->reply.body;
    struct gw_connection *all = NULL;
    size_t count = 0, shown = 0;
    enum gw_code code =
        gw_store_connection_list(request->http->options.db, request->arena, link->user, NULL, &all, &count, err);

    if (code != GW_OK)
        return code;
    gw_page_begin(request, "Connect your wearables");
    write_note(request);
    gw_buf_str(out, "<p>Choose where your data comes from. You will be asked there what you want to share.</p><ul>");
    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *provider = gw_registry_at(registry, i);
        if (!can_connect(request, provider))
            continue;
        write_choice(out, provider, text, connected(all, count, provider->id));
        shown++;
    }
    gw_buf_str(out, shown ? "</ul>" : "</ul><p>There is nothing to connect at the moment.</p>");
    gw_page_end(request, 200);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_answer_connect_page(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_connect_link link;
    const struct gw_provider *provider;
    const char *text;
    enum gw_code code = read_link(request, &link, &text, err);

    if (code != GW_OK)
        return code;
    if (!link.provider)
        return list(request, &link, text, err);
    provider = gw_registry_find(request->http->options.registry, link.provider);
    if (!provider)
        return gw_fail_wire(err, GW_NOT_FOUND, "provider.unknown", "There is no such provider here.");
    return go(request, &link, provider, text, err);
}

enum gw_code gw_answer_connect_choice(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_connect_link link;
    const char *text;
    enum gw_code code = read_link(request, &link, &text, err);

    if (code != GW_OK)
        return code;
    if (link.provider && strcmp(link.provider, request->provider->id) != 0)
        return gw_fail_wire(err, GW_NOT_FOUND, "connect_link.invalid", "This link is for another provider.");
    return go(request, &link, request->provider, text, err);
}
