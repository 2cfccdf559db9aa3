/* host/declare.h - reading a plugin's tables: strides, lists, the values of parameters. Private to this folder. */
#ifndef GW_HOST_DECLARE_H
#define GW_HOST_DECLARE_H

#include <aorta/plugin.h>

#include "base/arena.h"
#include "base/err.h"

/* Row i of a table whose rows may be longer than the ones we know. */
#define GW_ROW(type, table, i, stride) ((const type *)(const void *)((const char *)(table) + (size_t)(i) * (stride)))

/* Reads one text as the parameter's type. NULL = fine; else what it should have been ("a whole number"). `declared`
 * texts (defaults, bounds) may say "now-28d". */
const char *gw_param_value(const aorta_param *decl, struct gw_str text, bool declared, int64_t now_us,
                           struct gw_arena *arena, aorta_value *ret);
/* NULL = within its bounds; else a sentence's end ("must be between 1 and 100"), from the arena. */
const char *gw_param_bounds(const aorta_param *decl, const aorta_value *value, int64_t now_us, struct gw_arena *arena);
const char *gw_type_name(uint32_t type); /* "integer"; NULL = not a parameter's type */

/* GW_CONTRACT with what is wrong with the declarations: a sentence's end, to be put behind "<file> was refused: ". */
enum gw_code gw_descriptor_check(const aorta_descriptor *descriptor, struct gw_err *err) GW_MUST_USE;
/* The same for what can only be asked of an instance: get_extension answers as declared. */
enum gw_code gw_extensions_check(const aorta_plugin *plugin, void *self, struct gw_err *err) GW_MUST_USE;

#endif
