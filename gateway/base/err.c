/* The table of codes and the writing of errors. */
#include "base/err.h"

#undef gw_fail
#undef gw_fail_wire

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct code_row {
    const char *name, *wire, *text;
    int http, retry;
} code_rows[GW_CODE_COUNT] = {
    [GW_OK] = {"OK", "ok", "No error.", 200, 0},
#define GW_CODE(name, http, retry, wire, text) [GW_##name] = {#name, wire, text, http, retry},
#include "base/codes.def"
#undef GW_CODE
};

static const struct code_row *row_of(enum gw_code code)
{
    if ((int)code < 0 || code >= GW_CODE_COUNT)
        code = GW_INTERNAL;
    return &code_rows[code];
}

__attribute__((format(printf, 4, 0))) static void write_err(struct gw_err *err, enum gw_code code, const char *wire,
                                                            const char *fmt, va_list args)
{
    memset(err, 0, sizeof(*err));
    err->code = code;
    if (wire)
        snprintf(err->wire, sizeof(err->wire), "%s", wire);
    if (fmt)
        vsnprintf(err->text, sizeof(err->text), fmt, args);
}

enum gw_code gw_fail(struct gw_err *err, enum gw_code code, const char *fmt, ...)
{
    va_list args;

    if (err) {
        va_start(args, fmt);
        write_err(err, code, NULL, fmt, args);
        va_end(args);
    }
    return code;
}

enum gw_code gw_fail_wire(struct gw_err *err, enum gw_code code, const char *wire, const char *fmt, ...)
{
    va_list args;

    if (err) {
        va_start(args, fmt);
        write_err(err, code, wire, fmt, args);
        va_end(args);
    }
    return code;
}

enum gw_code gw_err_context(struct gw_err *err, const char *fmt, ...)
{
    char front[sizeof(err->text)], old[sizeof(err->text)];
    va_list args;

    if (!err)
        return GW_INTERNAL;
    va_start(args, fmt);
    vsnprintf(front, sizeof(front), fmt, args);
    va_end(args);
    snprintf(old, sizeof(old), "%s", gw_err_text(err));
    if (snprintf(err->text, sizeof(err->text), "%.150s: %.240s", front, old) < 0)
        err->text[0] = '\0';
    return err->code;
}

int gw_code_http(enum gw_code code)
{
    return row_of(code)->http;
}

int gw_code_retry(enum gw_code code)
{
    return row_of(code)->retry;
}

const char *gw_code_name(enum gw_code code)
{
    return row_of(code)->name;
}

const char *gw_code_wire(enum gw_code code)
{
    return row_of(code)->wire;
}

const char *gw_err_wire(const struct gw_err *err)
{
    return err->wire[0] ? err->wire : gw_code_wire(err->code);
}

const char *gw_err_text(const struct gw_err *err)
{
    return err->text[0] ? err->text : row_of(err->code)->text;
}

enum gw_code gw_code_from_wire(const char *wire)
{
    for (int i = 0; i < GW_CODE_COUNT; i++)
        if (strcmp(code_rows[i].wire, wire) == 0)
            return (enum gw_code)i;
    return GW_INTERNAL;
}
