/* One part of a form. */
#include "http/form.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PART "file"
#define ROOM (16 * 1024) /* of the parser; also the most that a part's headers may have */

struct gw_form {
    struct MHD_PostProcessor *post;
    gw_bytes_fn *fn;
    void *to;
    bool found;
    uint64_t bytes; /* of the part so far */
    enum gw_code code; /* of fn, or of our own */
    struct gw_err err;
};

static enum MHD_Result on_part(void *self, enum MHD_ValueKind kind, const char *key, const char *filename,
                               const char *type, const char *encoding, const char *data, uint64_t offset, size_t size)
{
    struct gw_form *form = self;

    (void)kind;
    (void)filename;
    (void)type;
    (void)encoding;
    if (!key || strcmp(key, PART) != 0)
        return MHD_YES;
    if (offset == 0 && form->bytes > 0) /* an empty piece at the beginning may come more than once */
        form->code = gw_fail(&form->err, GW_INVALID, "The form has more than one part named " PART ".");
    form->found = true;
    form->bytes += size;
    if (!form->code && size > 0)
        form->code = form->fn(form->to, data, size, &form->err);
    return form->code ? MHD_NO : MHD_YES;
}

enum gw_code gw_form_new(struct MHD_Connection *connection, gw_bytes_fn *fn, void *to, struct gw_form **ret,
                         struct gw_err *err)
{
    struct gw_form *form = calloc(1, sizeof(*form));

    if (!form)
        return gw_fail(err, GW_NOMEM, NULL);
    form->fn = fn;
    form->to = to;
    form->post = MHD_create_post_processor(connection, ROOM, on_part, form);
    if (!form->post) {
        free(form);
        return gw_fail(err, GW_MALFORMED, "The Content-Type of the form names no boundary that could be used.");
    }
    *ret = form;
    return GW_OK;
}

void gw_form_free(struct gw_form **form)
{
    if (!*form)
        return;
    if ((*form)->post)
        MHD_destroy_post_processor((*form)->post);
    free(*form);
    *form = NULL;
}

static enum gw_code malformed(struct gw_form *form, struct gw_err *err)
{
    if (!form->code)
        return gw_fail(err, GW_MALFORMED, "The body is not the multipart form that its Content-Type says it is.");
    if (err)
        *err = form->err;
    return form->code;
}

enum gw_code gw_form_take(struct gw_form *form, const char *bytes, size_t len, struct gw_err *err)
{
    return MHD_post_process(form->post, bytes, len) == MHD_YES ? GW_OK : malformed(form, err);
}

enum gw_code gw_form_end(struct gw_form *form, struct gw_err *err)
{
    enum MHD_Result result = MHD_destroy_post_processor(form->post);

    form->post = NULL;
    if (result != MHD_YES || form->code)
        return malformed(form, err);
    if (!form->found)
        return gw_fail(err, GW_INVALID, "The form has no part named " PART ".");
    return GW_OK;
}
