/* Any bytes as a form: what comes out of its part lies in the input, in order, and does not depend on how the input was
 * cut. The first byte says how.
 */
#include <stdlib.h>

#include "../harness/held_connection.h"
#include "base/buf.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static enum gw_code gather(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    (void)err;
    gw_buf_add(to, bytes, len);
    return GW_OK;
}

static enum gw_code read_form(const char *bytes, size_t len, unsigned cut, struct gw_buf *out)
{
    static struct MHD_Connection *connection;
    struct gw_form *form = NULL;
    struct gw_err err = {0};
    enum gw_code code;

    if (!connection)
        connection = held_connection("multipart/form-data; boundary=xy");
    must(connection != NULL);
    code = gw_form_new(connection, gather, out, &form, &err);
    must(code == GW_OK);
    for (size_t at = 0; !code && at < len;) {
        size_t n = cut ? 1 + ((unsigned char)bytes[at] * cut + at) % 29 : len;
        n = n < len - at ? n : len - at;
        code = gw_form_take(form, bytes + at, n, &err);
        at += n;
    }
    if (!code)
        code = gw_form_end(form, &err);
    gw_form_free(&form);
    must(code == GW_OK || code == GW_MALFORMED || code == GW_INVALID);
    must(!code || gw_err_text(&err)[0]);
    return code;
}

/* What is missing in between was a boundary. */
static void check_inside(const char *bytes, size_t len, const struct gw_buf *out)
{
    size_t at = 0;

    for (size_t i = 0; i < out->len; i++, at++) {
        while (at < len && bytes[at] != out->data[i])
            at++;
        must(at < len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gw_own_buf struct gw_buf whole = {0}, cuts = {0};
    const char *bytes = (const char *)data + (size > 0);
    size_t len = size > 0 ? size - 1 : 0;
    enum gw_code code = read_form(bytes, len, 0, &whole);

    check_inside(bytes, len, &whole);
    if (read_form(bytes, len, size ? data[0] | 1u : 1, &cuts) == GW_OK && code == GW_OK) {
        must(whole.len == cuts.len && (whole.len == 0 || memcmp(whole.data, cuts.data, whole.len) == 0));
    }
    return 0;
}
