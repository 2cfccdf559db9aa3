/* base/err.h - how a function says that it failed: a code, and a sentence in a struct of its caller's.
 *
 * Fallible functions return enum gw_code (0 is success) and take `struct gw_err *err` last; err may be NULL.
 * The first failure writes it; callers may put their context in front with gw_err_context. Outputs are
 * untouched on failure. [any thread]
 */
#ifndef GW_BASE_ERR_H
#define GW_BASE_ERR_H

#include <stdint.h>

enum gw_code {
    GW_OK = 0,
#define GW_CODE(name, http, retry, wire, text) GW_##name,
#include "base/codes.def"
#undef GW_CODE
    GW_CODE_COUNT
};

#define GW_MUST_USE __attribute__((warn_unused_result))

struct gw_err {
    enum gw_code code;
    int detail;             /* HTTP status of the provider, errno, or 0 */
    int64_t retry_after_ms; /* 0 = not said */
    char wire[64];          /* dotted code for the client; empty = the code's own */
    char field[64];         /* the parameter it is about, or empty */
    char text[400];         /* one sentence, no secret; empty = the code's own */
};

/* Writes err (when not NULL) and returns code. */
enum gw_code gw_fail(struct gw_err *err, enum gw_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same, with the dotted wire code a client matches on. */
enum gw_code gw_fail_wire(struct gw_err *err, enum gw_code code, const char *wire, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Puts "context: " in front of the text; returns err->code. */
enum gw_code gw_err_context(struct gw_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

int gw_code_http(enum gw_code code);
int gw_code_retry(enum gw_code code);
const char *gw_code_name(enum gw_code code); /* "NOT_CONNECTED"; "OK" for 0 */
const char *gw_code_wire(enum gw_code code);
const char *gw_err_wire(const struct gw_err *err);
const char *gw_err_text(const struct gw_err *err);
/* The code whose wire text this is; GW_INTERNAL when there is none. */
enum gw_code gw_code_from_wire(const char *wire);

/* The analyser sees one file at a time: it is told that these return the code they were given. */
#ifdef __clang_analyzer__
#define gw_fail(err, code, ...)            ((void)gw_fail(err, code, __VA_ARGS__), (code))
#define gw_fail_wire(err, code, wire, ...) ((void)gw_fail_wire(err, code, wire, __VA_ARGS__), (code))
#endif

#endif
