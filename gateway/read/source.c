/* The `source` object of a row. */
#include "read/source.h"

void gw_source_json(const struct gw_source *source, struct gw_buf *out)
{
    static const struct gw_source nobody;
    const struct gw_source *s = source ? source : &nobody;
    const char *provider = s->provider ? s->provider : "unknown";
    const char *type = gw_source_device_type(s);

    gw_buf_str(out, "{\"provider\":");
    gw_buf_json_cstr(out, provider);
    gw_buf_str(out, ",\"source\":");
    gw_buf_json_cstr(out, s->app && s->app[0] ? s->app : s->provider);
    gw_buf_str(out, ",\"device\":");
    gw_buf_json_cstr(out, s->device_model);
    gw_buf_str(out, ",\"device_type\":");
    gw_buf_json_cstr(out, type);
    gw_buf_str(out, ",\"device_name\":");
    gw_buf_json_cstr(out, s->device_name && s->device_name[0] ? s->device_name : s->device_model);
    gw_buf_char(out, '}');
}
