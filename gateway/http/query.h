/* http/query.h - percent-decoding and the query of a URL, from the bytes as they came.
 *
 * Ours on purpose: the HTTP library mixes the query into path parameters and drops what is not UTF-8 without
 * a word. [any thread]
 */
#ifndef GW_HTTP_QUERY_H
#define GW_HTTP_QUERY_H

#include "base/arena.h"
#include "base/err.h"
#include "host/params.h"

#define GW_QUERY_MOST 256 /* pairs */

/* Decoded bytes, borrowed from text when nothing was encoded. plus: '+' is a space. GW_MALFORMED: a broken
 * escape, or bytes that are not UTF-8 text; GW_NOMEM. */
enum gw_code gw_percent_decode(struct gw_str text, bool plus, struct gw_arena *arena, struct gw_str *ret,
                               struct gw_err *err) GW_MUST_USE;

/* `a=1&b=2`, in order, repeated names kept. A pair without '=' has an empty value; empty pairs are skipped.
 */
enum gw_code gw_query_parse(struct gw_str text, struct gw_arena *arena, struct gw_param_text **ret, size_t *ret_count,
                            struct gw_err *err) GW_MUST_USE;

/* A request target as it came: its path and its query (empty when there is none). The authority of an
 * absolute form and a fragment are left out. */
void gw_target_split(struct gw_str target, struct gw_str *ret_path, struct gw_str *ret_query);

#endif
