/* The `source` object of a row. */
#include "read/source.h"

static bool said(const char *text)
{
    return text && text[0];
}

struct gw_source_view gw_source_view(const struct gw_source *source)
{
    static const struct gw_source nobody;
    const struct gw_source *s = source ? source : &nobody;
    const char *device = said(s->device_model) ? s->device_model : NULL;

    return (struct gw_source_view){.provider = s->provider ? s->provider : "unknown",
                                   .source = said(s->app) ? s->app : s->provider,
                                   .device = device,
                                   .device_type = gw_source_device_type(s),
                                   .device_name = said(s->device_name) ? s->device_name : device};
}

void gw_source_json(const struct gw_source *source, struct gw_buf *out)
{
    struct gw_source_view view = gw_source_view(source);

    gw_buf_str(out, "{\"provider\":");
    gw_buf_json_cstr(out, view.provider);
    gw_buf_str(out, ",\"source\":");
    gw_buf_json_cstr(out, view.source);
    gw_buf_str(out, ",\"device\":");
    gw_buf_json_cstr(out, view.device);
    gw_buf_str(out, ",\"device_type\":");
    gw_buf_json_cstr(out, view.device_type);
    gw_buf_str(out, ",\"device_name\":");
    gw_buf_json_cstr(out, view.device_name);
    gw_buf_char(out, '}');
}
