/* Any bytes as a request target: split, routed, its query parsed. What comes out is UTF-8 text without NUL, lies in the
 * arena or in the input, and does not depend on how it was escaped: encoding a value again and parsing that gives the
 * value.
 */
#include <stdlib.h>

#include "http/query.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

static void check_again(struct gw_arena *arena, struct gw_str value)
{
    char *encoded = gw_arena_alloc(arena, 3 * value.len + 1);
    struct gw_str again;

    must(encoded != NULL);
    must(gw_percent_decode((struct gw_str){encoded, gw_percent_encode(value, encoded)}, true, arena, &again, NULL) ==
         GW_OK);
    must(gw_str_eq(again, value));
}

static void check_query(struct gw_arena *arena, struct gw_str query)
{
    struct gw_param_text *pairs;
    size_t count;

    if (gw_query_parse(query, arena, &pairs, &count, NULL) != GW_OK)
        return;
    must(count <= GW_QUERY_MOST);
    for (size_t i = 0; i < count; i++) {
        must(gw_utf8_valid(pairs[i].name.ptr, pairs[i].name.len));
        must(gw_utf8_valid(pairs[i].value.ptr, pairs[i].value.len));
        must(pairs[i].name.len + pairs[i].value.len <= query.len);
        check_again(arena, pairs[i].value);
    }
}

static void check_path(struct gw_arena *arena, struct gw_str path)
{
    static struct gw_router *router;
    struct gw_match match;

    if (!router)
        must(gw_router_new(gw_routes, gw_routes_count, &router, NULL) == GW_OK);
    for (int method = 0; method <= GW_OPTIONS; method++) {
        enum gw_code code = gw_router_match(router, (enum gw_method)method, path, arena, &match, NULL);
        must((code == GW_OK) == (match.route != NULL));
        must(code != GW_METHOD || match.allowed != 0);
        if (code == GW_OK)
            must(match.route->method == (enum gw_method)method && match.allowed & 1u << method);
        for (size_t i = 0; code == GW_OK && i < match.params_count; i++)
            must(match.values[i].len > 0 && gw_utf8_valid(match.values[i].ptr, match.values[i].len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_str target = {(const char *)data, size}, path, query;

    must(arena != NULL);
    gw_target_split(target, &path, &query);
    must(path.len + query.len <= size + 1);
    check_path(arena, path);
    check_query(arena, query);
    gw_arena_free(&arena);
    return 0;
}
