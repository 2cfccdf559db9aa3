/* A picture for each provider: a letter in a circle, of our own drawing, for nobody's trademark is ours to hand out. */
#include <ctype.h>
#include <string.h>

#include "http/answers.h"
#include "http/inside.h"

#define SUFFIX ".svg"

/* Any colour will do as long as it stays the same and white can be read on it. */
static unsigned hue_of(const char *id)
{
    unsigned h = 5381;

    for (; *id; id++)
        h = h * 33 + (unsigned char)*id;
    return h % 360;
}

static const struct gw_provider *provider_of(struct gw_http_request *request)
{
    const char *file = gw_request_path(request, "icon");
    size_t len = file ? strlen(file) : 0, suffix = strlen(SUFFIX);
    char id[64];

    if (len <= suffix || len - suffix >= sizeof(id) || strcmp(file + len - suffix, SUFFIX) != 0)
        return NULL;
    memcpy(id, file, len - suffix);
    id[len - suffix] = '\0';
    return gw_registry_find(request->http->options.registry, id);
}

enum gw_code gw_answer_icon(struct gw_http_request *request, struct gw_err *err)
{
    const struct gw_provider *provider = provider_of(request);
    struct gw_buf *out = &request->reply.body;

    if (!provider)
        return gw_fail(err, GW_NOT_FOUND, "There is no such icon.");
    gw_buf_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\" width=\"64\" height=\"64\" role=\"img\" "
        "aria-label=\"%s\"><circle cx=\"32\" cy=\"32\" r=\"32\" fill=\"hsl(%u,55%%,38%%)\"/>"
        "<text x=\"32\" y=\"33\" fill=\"#fff\" font-family=\"system-ui,sans-serif\" font-size=\"34\" "
        "font-weight=\"600\" text-anchor=\"middle\" dominant-baseline=\"central\">%c</text></svg>\n",
        provider->id, hue_of(provider->id), toupper((unsigned char)provider->id[0]));
    request->reply.type = "image/svg+xml";
    request->reply.status = 200;
    request->reply.cache = "public, max-age=86400";
    gw_reply_header(request, "X-Content-Type-Options", "nosniff");
    gw_reply_header(request, "Content-Security-Policy", "default-src 'none'");
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

void gw_answer_icon_url(const struct gw_provider *provider, struct gw_buf *out)
{
    if (provider)
        gw_buf_printf(out, "\"/static/provider-icons/%s" SUFFIX "\"", provider->id);
    else
        gw_buf_str(out, "null");
}
