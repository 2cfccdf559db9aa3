/* config/reader.h - what the files and the environment said, as text, before it is checked. For this layer
 * alone.
 *
 * Sources put their values in one after the other, and the later one wins; value.c turns the outcome into the
 * struct.
 */
#ifndef GW_CONFIG_READER_H
#define GW_CONFIG_READER_H

#include "base/arena.h"
#include "config/options.h"

/* Where a value was said; line 0: file is the name of an environment variable. */
struct origin {
    const char *file;
    int line;
};

struct said {
    const char *text;  /* NULL = not said */
    const char **list; /* for lists: NULL-terminated */
    struct origin origin;
};

struct said_setting {
    struct said_setting *next;
    const char *name;
    struct said value;
};

struct said_provider {
    struct said_provider *next;
    const char *id;
    struct said_setting *settings; /* enabled, module and sha256 among them */
};

struct reader {
    struct gw_arena *arena;
    struct said options[OPTION_COUNT];
    struct said_provider *providers; /* in the order of their first mention */
    bool resolved;                   /* secrets have been read from their files already */
};

/* GW_CONFIG with "file:line: …" in front. */
enum gw_code reader_fail(struct origin origin, struct gw_err *err, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool reader_name_valid(const char *name); /* [a-z][a-z0-9_]{0,31} */

/* Texts are copied. */
enum gw_code reader_text(struct reader *in, const struct option_row *row, const char *text, struct origin origin,
                         struct gw_err *err) GW_MUST_USE;
enum gw_code reader_list(struct reader *in, const struct option_row *row, const char *const *items, size_t count,
                         struct origin origin, struct gw_err *err) GW_MUST_USE;
/* Found or made. */
struct said_provider *reader_provider(struct reader *in, const char *id); /* NULL: no memory */
enum gw_code reader_setting(struct reader *in, struct said_provider *provider, const char *name, const char *text,
                            struct origin origin, struct gw_err *err) GW_MUST_USE;

/* The sources. */
enum gw_code read_files(struct reader *in, const char *path, const char **ret_path, struct gw_err *err) GW_MUST_USE;
enum gw_code read_environment(struct reader *in, char *const *env, struct gw_err *err) GW_MUST_USE;

/* What was said, as the struct: types, bounds, secrets from files, defaults. */
enum gw_code reader_finish(struct reader *in, struct gw_config *ret, struct gw_err *err) GW_MUST_USE;
/* Rules across options. */
enum gw_code config_check(const struct gw_config *config, const struct reader *in, struct gw_err *err) GW_MUST_USE;

#endif
