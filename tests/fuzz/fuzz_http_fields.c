/* Any body as a form and as JSON, for a table of fields of every kind: each is taken within its bounds, or refused with
 * a sentence. */
#include <stdlib.h>

#include "http/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct filled {
    const char *username, *password, *email, *name;
};

static const struct gw_field fields[] = {
    GW_FIELD(filled, username, 0, 20, GW_FIELD_REQUIRED),
    GW_FIELD(filled, password, 8, 30, GW_FIELD_REQUIRED),
    GW_FIELD(filled, email, 0, 40, GW_FIELD_EMAIL),
    GW_FIELD(filled, name, 1, 10, 0),
};

static void must(int truth)
{
    if (!truth)
        abort();
}

typedef enum gw_code read_fn(struct gw_http_request *, const struct gw_field *, size_t, void *, struct gw_err *);

static void check(read_fn *read, struct gw_str body)
{
    struct gw_http_request request = {.arena = gw_arena_new(0), .body = body};
    struct filled filled = {0};
    struct gw_err err = {0};
    enum gw_code code;

    must(request.arena != NULL);
    code = read(&request, fields, sizeof(fields) / sizeof(fields[0]), &filled, &err);
    must(code == GW_OK || code == GW_INVALID || code == GW_MALFORMED);
    if (code == GW_INVALID)
        must(request.violations.count > 0 && gw_utf8_valid(err.text, strlen(err.text)));
    if (code == GW_OK) {
        must(filled.username && filled.password);
        must(strlen(filled.username) <= 80 && strlen(filled.password) >= 8);
        must(!filled.email || strchr(filled.email, '@') || !filled.email[0]);
        must(!filled.name || filled.name[0]);
    }
    gw_arena_free(&request.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_str body = {(const char *)data, size};

    check(gw_fields_form, body);
    check(gw_fields_json, body);
    return 0;
}
