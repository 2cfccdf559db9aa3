/* Who measured a user's data: apps and devices. */
#include <ctype.h>

#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"
#include "store/device.h"
#include "store/reads.h"

/* "Garmin - Forerunner 255" */
static void write_display_name(struct gw_buf *out, const struct gw_source *s)
{
    const char *what = s->device_model && s->device_model[0]   ? s->device_model
                       : s->original && s->original[0]         ? s->original
                       : s->app && strcmp(s->app, s->provider) != 0 ? s->app
                                                               : NULL;
    gw_own_buf struct gw_buf name = {0};

    gw_buf_char(&name, (char)toupper((unsigned char)s->provider[0]));
    gw_buf_str(&name, s->provider + (s->provider[0] != '\0'));
    if (what) {
        gw_buf_str(&name, " - ");
        gw_buf_str(&name, what);
    }
    gw_write_text(out, ",\"display_name\":", gw_buf_cstr(&name));
}

static void write_source(struct gw_buf *out, struct gw_uuid user, const struct gw_source *s, struct gw_uuid id)
{
    gw_write_uuid(out, "{\"id\":", id);
    gw_write_uuid(out, ",\"user_id\":", user);
    gw_write_text(out, ",\"provider\":", s->provider);
    gw_write_uuid(out, ",\"user_connection_id\":", s->connection_id);
    gw_write_text(out, ",\"device_model\":", s->device_model);
    gw_write_text(out, ",\"device_name\":", s->device_name && s->device_name[0] ? s->device_name : s->device_model);
    gw_write_text(out, ",\"software_version\":", s->software);
    gw_write_text(out, ",\"source\":", s->app && s->app[0] ? s->app : s->provider);
    gw_write_text(out, ",\"device_type\":", gw_source_device_type(s));
    gw_write_text(out, ",\"original_source_name\":", s->original);
    write_display_name(out, s);
    gw_buf_char(out, '}');
}

enum gw_code gw_answer_data_sources(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_uuid user = gw_request_uuid(request, "user_id"), *ids = NULL;
    struct gw_buf *out = &request->reply.body;
    struct gw_source *sources = NULL;
    size_t count = 0;
    enum gw_code code =
        gw_store_source_list(request->http->options.db, request->arena, user, &sources, &ids, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"items\":[");
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_source(out, user, &sources[i], ids[i]);
    }
    gw_buf_printf(out, "],\"total\":%zu}", count);
    return gw_reply_json(request, 200, err);
}
