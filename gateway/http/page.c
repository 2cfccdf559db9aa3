/* The pages a person may see, in a connect flow and at the first start: no script, nothing from elsewhere. */
#include <strings.h>

#include "http/inside.h"

static const char page_front[] = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>";
static const char page_style[] =
    "</title><style>body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1.2em;"
    "color:#222;background:#fff}h1{font-size:1.4em}small{color:#666}"
    "ul{list-style:none;padding:0}li{margin:.6em 0}"
    "li a{display:flex;align-items:center;gap:.8em;padding:.7em 1em;border:1px solid #ccc;border-radius:.6em;"
    "color:inherit;text-decoration:none}li a:hover,li a:focus{border-color:#555;background:#f4f4f4}"
    "li img{width:2em;height:2em}li small{margin-left:auto}"
    ".note{padding:.7em 1em;border-radius:.6em;background:#e6f4e6}.bad{background:#fbe9e7}"
    "label{display:block;margin:.8em 0}input,button{font:inherit;padding:.3em}"
    "input{display:block;width:100%;box-sizing:border-box}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}small{color:#999}"
    "li a{border-color:#444}li a:hover,li a:focus{border-color:#999;background:#222}"
    ".note{background:#1d331d}.bad{background:#3a201c}}</style></head><body>";

void gw_page_escape(struct gw_buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            gw_buf_str(out, "&lt;");
            break;
        case '>':
            gw_buf_str(out, "&gt;");
            break;
        case '&':
            gw_buf_str(out, "&amp;");
            break;
        case '"':
            gw_buf_str(out, "&quot;");
            break;
        default:
            gw_buf_char(out, *text);
        }
    }
}

void gw_page_begin(struct gw_http_request *request, const char *title)
{
    struct gw_buf *out = &request->reply.body;

    gw_buf_str(out, page_front);
    gw_page_escape(out, title);
    gw_buf_str(out, page_style);
    gw_buf_str(out, "<h1>");
    gw_page_escape(out, title);
    gw_buf_str(out, "</h1>");
}

static void end(struct gw_http_request *request, int status, const char *policy)
{
    gw_buf_str(&request->reply.body, "</body></html>\n");
    request->reply.status = status;
    request->reply.type = "text/html; charset=utf-8";
    gw_reply_header(request, "Content-Security-Policy", policy);
    gw_reply_header(request, "Referrer-Policy", "no-referrer");
    gw_reply_header(request, "X-Content-Type-Options", "nosniff");
}

#define POLICY "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "

void gw_page_end(struct gw_http_request *request, int status)
{
    end(request, status, POLICY "form-action 'none'");
}

void gw_page_end_form(struct gw_http_request *request, int status)
{
    end(request, status, POLICY "form-action 'self'");
}

void gw_page_write(struct gw_http_request *request, int status, const char *title, const char *text, const char *code)
{
    struct gw_buf *out = &request->reply.body;

    gw_page_begin(request, title);
    gw_buf_str(out, "<p>");
    gw_page_escape(out, text);
    gw_buf_str(out, "</p>");
    if (code) {
        gw_buf_str(out, "<p><small>");
        gw_page_escape(out, code);
        gw_buf_str(out, " &middot; ");
        gw_page_escape(out, request->id);
        gw_buf_str(out, "</small></p>");
    }
    gw_page_end(request, status);
}

/* A browser gets a page where one is expected; who asks for JSON gets JSON. */
bool gw_page_wanted(const struct gw_http_request *request)
{
    const char *accept;

    if (!request->match.route || !(request->match.route->flags & GW_ROUTE_PAGE))
        return false;
    accept = gw_request_header(request, "Accept");
    return !accept || !strcasestr(accept, "application/json") || strcasestr(accept, "text/html");
}

void gw_page_error(struct gw_http_request *request, int status, const struct gw_err *err)
{
    bool connecting = strcmp(request->match.route->pattern, "/setup") != 0;

    gw_page_write(request, status, connecting ? "The connection was not made" : "This did not work", gw_err_text(err),
                  gw_err_wire(err));
}

void gw_page_connected(struct gw_http_request *request, const char *provider_name)
{
    char title[160];

    snprintf(title, sizeof(title), "%.100s is connected", provider_name);
    gw_page_write(request, 200, title, "Your data will arrive shortly. You may close this window.", NULL);
}
