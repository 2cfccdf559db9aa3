/* The plugins of this deployment: which, in what state, what they declare. Made once: a reload is a new
 * process. */
#include "host/params.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"

static void write_plugin(struct gw_buf *out, const aorta_plugin *plugin)
{
    if (!plugin) {
        gw_buf_str(out, ",\"name\":null,\"version\":null,\"abi\":null,\"descriptor\":null}");
        return;
    }
    gw_write_text(out, ",\"name\":", plugin->desc->name);
    gw_write_text(out, ",\"version\":", plugin->desc->version);
    gw_buf_printf(out, ",\"abi\":\"%u.%u\",\"descriptor\":", plugin->abi_major, plugin->abi_minor);
    gw_descriptor_to_json(plugin, out);
    gw_buf_char(out, '}');
}

enum gw_code gw_answer_providers_make(struct gw_http *http, struct gw_err *err)
{
    const struct gw_registry *registry = http->options.registry;
    struct gw_buf *out = &http->providers;

    gw_buf_char(out, '[');
    for (size_t i = 0; i < gw_registry_count(registry); i++) {
        const struct gw_provider *provider = gw_registry_at(registry, i);
        gw_write_text(out, i ? ",{\"id\":" : "{\"id\":", provider->id);
        gw_buf_str(out, ",\"enabled\":true");
        gw_write_text(out, ",\"state\":", provider->state);
        gw_write_bool(out, ",\"healthy\":", provider->ready);
        gw_write_text(out, ",\"reason\":", provider->reason);
        write_plugin(out, provider->plugin);
    }
    gw_buf_char(out, ']');
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_answer_providers(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_add(&request->reply.body, request->http->providers.data, request->http->providers.len);
    return gw_reply_json(request, 200, err);
}
