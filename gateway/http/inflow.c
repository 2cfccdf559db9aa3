/* A body that is not gathered: what its headers say is undone (gzip, then a form), and what is in it goes into an
 * upload. Who may send it, and how large it is at most, is decided before this.
 */
#include <strings.h>

#include "http/form.h"
#include "http/inside.h"
#include "store/users.h"
#include "upload/unzip.h"
#include "upload/upload.h"

#define SMALL       (64 * 1024) /* bodies that are not counted: their memory is bounded by the connections' number */
#define PATIENCE_US (60 * GW_US_PER_S)
#define SLOWEST     4096 /* bytes a second, beyond that time */
#define AGAIN_MS    2000

struct gw_inflow {
    struct gw_http *http;
    bool counted;
    int64_t began_us;
    uint64_t bytes;
    struct gw_unzip *unzip;   /* of a body that is encoded */
    struct gw_form *form;     /* of one in a form */
    struct gw_upload *upload; /* where all goes */
};

/* ---- the chain, from its end ---- */

static enum gw_code to_upload(void *self, const char *bytes, size_t len, struct gw_err *err)
{
    struct gw_inflow *in = self;

    return gw_upload_take(in->upload, bytes, len, err);
}

static enum gw_code to_form(void *self, const char *bytes, size_t len, struct gw_err *err)
{
    struct gw_inflow *in = self;

    return in->form ? gw_form_take(in->form, bytes, len, err) : to_upload(self, bytes, len, err);
}

/* ---- begin ---- */

static bool has_type(const struct gw_http_request *request, const char *name)
{
    const char *type = gw_request_header(request, "Content-Type");
    size_t len = strlen(name);

    return type && strncasecmp(type, name, len) == 0 && strchr("; \t", type[len]) != NULL;
}

static bool is_encoded(const struct gw_http_request *request)
{
    const char *encoding = gw_request_header(request, "Content-Encoding");

    return encoding && strcasecmp(encoding, "identity") != 0;
}

static bool is_small(const struct gw_http_request *request)
{
    const char *length = gw_request_header(request, "Content-Length");
    int64_t bytes;

    return length && gw_parse_i64(gw_str(length), &bytes) && bytes <= SMALL && !is_encoded(request);
}

/* Large bodies are a few at a time: each has its buffers. */
static enum gw_code count(struct gw_inflow *in, struct gw_err *err)
{
    struct gw_http *http = in->http;

    in->counted = atomic_fetch_add(&http->uploads, 1) < http->options.uploads;
    if (in->counted)
        return GW_OK;
    atomic_fetch_sub(&http->uploads, 1);
    gw_fail_wire(err, GW_BUSY, "uploads.busy", "As many uploads as this gateway takes at once are under way.");
    if (err)
        err->retry_after_ms = AGAIN_MS;
    return GW_BUSY;
}

static enum gw_code build(struct gw_inflow *in, struct gw_http_request *request, struct gw_err *err)
{
    bool push = request->match.route->body == GW_BODY_UPLOAD;
    struct gw_upload_options options = {
        .form = push ? GW_UPLOAD_PUSH : GW_UPLOAD_FILE, .folder = in->http->options.upload_dir, .most = request->limit};
    enum gw_code code = gw_upload_new(&options, &in->upload, err);

    if (!code && has_type(request, "multipart/form-data"))
        code = gw_form_new(request->connection, to_upload, in, &in->form, err);
    if (!code && is_encoded(request))
        code = gw_unzip_new(request->limit, to_form, in, &in->unzip, err);
    return code;
}

enum gw_code gw_inflow_begin(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_inflow *in = gw_arena_zalloc(request->arena, sizeof(*in));
    struct gw_user user;
    enum gw_code code;

    if (!in)
        return gw_fail(err, GW_NOMEM, NULL);
    *in = (struct gw_inflow){.http = request->http, .began_us = gw_mono_us()};
    code =
        gw_store_user_get(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"), &user, err);
    if (!code && !is_small(request))
        code = count(in, err);
    if (!code)
        code = build(in, request, err);
    if (code)
        gw_inflow_free(&in);
    request->inflow = in;
    return code;
}

void gw_inflow_free(struct gw_inflow **inflow)
{
    struct gw_inflow *in = *inflow;

    if (!in)
        return;
    gw_unzip_free(&in->unzip);
    gw_form_free(&in->form);
    gw_upload_free(&in->upload);
    if (in->counted)
        atomic_fetch_sub(&in->http->uploads, 1);
    *inflow = NULL;
}

/* ---- take, end ---- */

static bool too_slow(const struct gw_inflow *in)
{
    int64_t us = gw_mono_us() - in->began_us;

    return us > PATIENCE_US && in->bytes < (uint64_t)(us / GW_US_PER_S) * SLOWEST;
}

enum gw_code gw_inflow_take(struct gw_inflow *in, const char *bytes, size_t len, struct gw_err *err)
{
    in->bytes += len;
    if (in->counted && too_slow(in))
        return gw_fail(err, GW_DEADLINE, "The body comes too slowly.");
    return in->unzip ? gw_unzip_take(in->unzip, bytes, len, err) : to_form(in, bytes, len, err);
}

enum gw_code gw_inflow_end(struct gw_inflow *in, struct gw_upload **ret, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (!in)
        return gw_fail(err, GW_INVALID, "A body is required.");
    if (in->unzip)
        code = gw_unzip_end(in->unzip, err);
    if (!code && in->form)
        code = gw_form_end(in->form, err);
    if (!code)
        code = gw_upload_end(in->upload, err);
    if (!code)
        *ret = in->upload;
    return code;
}
