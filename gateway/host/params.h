/* host/params.h - text to typed values, by a plugin's declarations: settings and sync parameters alike.
 *
 * All violations are collected, in the order of declaration, rules last. [any thread]
 */
#ifndef GW_HOST_PARAMS_H
#define GW_HOST_PARAMS_H

#include <aorta/plugin.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct gw_violation {
    const char *field, *code, *message;
};

struct gw_violations {
    struct gw_violation *items;
    size_t count;
};

struct gw_param_text {
    struct gw_str name, value;
};

/* values[i] belongs to decl i (defaults filled in, NONE when absent). Names in `texts` that are not declared go to
 * ret_ignored. TIME: ISO 8601 (naive = UTC) or Unix seconds. BOOL: true false 1 0 yes no on off. GW_INVALID when
 * violations were found (err = the first); GW_NOMEM. now_us serves "now-28d". */
enum gw_code gw_params_parse(const aorta_param *decls, uint32_t count, uint32_t stride, const aorta_rule *rules,
                             uint32_t rules_count, uint32_t rules_stride, const struct gw_param_text *texts,
                             size_t texts_count, int64_t now_us, struct gw_arena *arena, aorta_value **ret_values,
                             struct gw_str **ret_ignored, size_t *ret_ignored_count,
                             struct gw_violations *ret_violations, struct gw_err *err) GW_MUST_USE;

/* Values as a JSON object by name (absent ones left out), and back: what a job row keeps. */
void gw_params_to_json(const aorta_param *decls, uint32_t count, uint32_t stride, const aorta_value *values,
                       struct gw_buf *out);
enum gw_code gw_params_from_json(const aorta_param *decls, uint32_t count, uint32_t stride, const char *json,
                                 struct gw_arena *arena, aorta_value **ret_values, struct gw_err *err) GW_MUST_USE;
/* Descriptor, settings (names, never values), parameters, capabilities as a JSON object: inspect, /providers. */
void gw_descriptor_to_json(const aorta_plugin *plugin, struct gw_buf *out);

#endif
