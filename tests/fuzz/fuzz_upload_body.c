/* Any bytes as a body on its way in: looked at as JSON, whole and in pieces that the input itself cuts, and undone from
 * gzip. The verdict does not depend on the cuts; what was taken for good is an object; no more comes out of gzip than
 * is allowed. The first byte says which, and how the rest is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "upload/look.h"
#include "upload/unzip.h"

#define MOST 100000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

struct verdict {
    enum gw_code code;
    char name[GW_LOOK_NAME_MOST + 2];
};

/* cut 0: in one piece */
static struct verdict look_at(const char *bytes, size_t len, unsigned cut)
{
    struct verdict v = {0};
    struct gw_look *look = NULL;
    struct gw_err err = {0};

    must(gw_look_new(&look, NULL) == GW_OK);
    for (size_t at = 0; !v.code && at < len;) {
        size_t n = cut ? 1 + ((unsigned char)bytes[at] * cut + at) % 17 : len;
        n = n < len - at ? n : len - at;
        v.code = gw_look_take(look, bytes + at, n, &err);
        at += n;
    }
    if (!v.code)
        v.code = gw_look_end(look, &err);
    must(v.code == GW_OK || v.code == GW_MALFORMED || v.code == GW_INVALID);
    must(!v.code || gw_err_text(&err)[0]);
    const char *name = v.code ? NULL : gw_look_provider(look);
    if (name) {
        must(strlen(name) <= GW_LOOK_NAME_MOST);
        v.name[0] = '=';
        strcpy(v.name + 1, name);
    }
    gw_look_free(&look);
    return v;
}

static void check_look(const char *bytes, size_t len, unsigned cut)
{
    struct verdict whole = look_at(bytes, len, 0), cuts = look_at(bytes, len, cut);
    size_t at = 0;

    must(whole.code == cuts.code && strcmp(whole.name, cuts.name) == 0);
    while (at < len && memchr(" \t\r\n\v\f", bytes[at], 6)) /* as yajl has it */
        at++;
    must(whole.code != GW_OK || (at < len && bytes[at] == '{'));
}

struct out {
    size_t len;
    uint64_t sum;
};

static enum gw_code count(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    struct out *out = to;

    (void)err;
    for (size_t i = 0; i < len; i++)
        out->sum = out->sum * 31 + (unsigned char)bytes[i];
    out->len += len;
    return GW_OK;
}

static enum gw_code unzip(const char *bytes, size_t len, unsigned cut, struct out *out)
{
    struct gw_unzip *u = NULL;
    struct gw_err err = {0};
    enum gw_code code = gw_unzip_new(MOST, count, out, &u, &err);

    for (size_t at = 0; !code && at < len;) {
        size_t n = cut ? 1 + ((unsigned char)bytes[at] * cut + at) % 17 : len;
        n = n < len - at ? n : len - at;
        code = gw_unzip_take(u, bytes + at, n, &err);
        at += n;
    }
    if (!code)
        code = gw_unzip_end(u, &err);
    gw_unzip_free(&u);
    must(code == GW_OK || code == GW_MALFORMED || code == GW_TOO_LARGE);
    must(out->len <= MOST);
    return code;
}

static void check_unzip(const char *bytes, size_t len, unsigned cut)
{
    struct out whole = {0}, cuts = {0};
    enum gw_code code = unzip(bytes, len, 0, &whole);

    must((unzip(bytes, len, cut, &cuts) == GW_OK) == (code == GW_OK)); /* of two faults the cuts decide */
    must(code != GW_OK || (whole.len == cuts.len && whole.sum == cuts.sum));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;

    if (size == 0) {
        check_look("", 0, 1);
        return 0;
    }
    if (bytes[0] == '{' || bytes[0] == ' ')
        check_look(bytes, size, 3);
    else if (data[0] & 1)
        check_look(bytes + 1, size - 1, data[0]);
    else
        check_unzip(bytes + 1, size - 1, data[0] | 1u);
    if (data[0] == 0x1f)
        check_unzip(bytes, size, 5);
    return 0;
}
