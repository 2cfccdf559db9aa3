/* A node is a place in a path; its children are sorted literals and at most one parameter. */
#include "http/router.h"

#include <stdlib.h>

#include "http/query.h"

struct node {
    struct gw_str literal; /* of the way into this node; a parameter's name when it is one */
    struct node **children;
    size_t children_count;
    struct node *parameter;
    const struct gw_route *routes[GW_METHODS];
    unsigned methods;
};

struct gw_router {
    struct node root;
};

static void node_fini(struct node *node)
{
    for (size_t i = 0; i < node->children_count; i++) {
        node_fini(node->children[i]);
        free(node->children[i]);
    }
    free(node->children);
    if (node->parameter) {
        node_fini(node->parameter);
        free(node->parameter);
    }
}

void gw_router_free(struct gw_router **address)
{
    if (*address) {
        node_fini(&(*address)->root);
        free(*address);
        *address = NULL;
    }
}

static int compare(struct gw_str a, struct gw_str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Where the literal is, or would be put. */
static size_t place_of(const struct node *node, struct gw_str literal, bool *found)
{
    size_t low = 0, high = node->children_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare(literal, node->children[middle]->literal);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    *found = false;
    return low;
}

static struct node *child_of(struct node *node, struct gw_str literal)
{
    bool found;
    size_t place = place_of(node, literal, &found);
    struct node **children, *child;

    if (found)
        return node->children[place];
    child = calloc(1, sizeof(*child));
    children = child ? realloc(node->children, (node->children_count + 1) * sizeof(*children)) : NULL;
    if (!children) {
        free(child);
        return NULL;
    }
    memmove(children + place + 1, children + place, (node->children_count - place) * sizeof(*children));
    children[place] = child;
    node->children = children;
    node->children_count++;
    child->literal = literal;
    return child;
}

/* Cuts the next segment off the path, which begins with a slash or is empty; false at the end. */
static bool segment(struct gw_str *path, struct gw_str *ret)
{
    const char *slash;

    if (path->len == 0)
        return false;
    slash = memchr(path->ptr + 1, '/', path->len - 1);
    *ret = (struct gw_str){path->ptr + 1, slash ? (size_t)(slash - path->ptr - 1) : path->len - 1};
    path->ptr += ret->len + 1;
    path->len -= ret->len + 1;
    return true;
}

static struct gw_str without_end(struct gw_str path)
{
    return path.ptr[path.len - 1] == '/' ? (struct gw_str){path.ptr, path.len - 1} : path;
}

static bool is_parameter(struct gw_str s)
{
    return s.len > 2 && s.ptr[0] == '{' && s.ptr[s.len - 1] == '}';
}

static enum gw_code add(struct gw_router *router, const struct gw_route *route, struct gw_err *err)
{
    struct gw_str path = without_end(gw_str(route->pattern)), s;
    struct node *node = &router->root;

    while (segment(&path, &s)) {
        if (!is_parameter(s)) {
            node = child_of(node, s);
        } else {
            struct gw_str name = {s.ptr + 1, s.len - 2};
            if (!node->parameter && (node->parameter = calloc(1, sizeof(*node))))
                node->parameter->literal = name;
            node = node->parameter;
            if (node && !gw_str_eq(node->literal, name))
                return gw_fail(err, GW_INTERNAL, "%s: another name for the same parameter", route->pattern);
        }
        if (!node)
            return gw_fail(err, GW_NOMEM, NULL);
    }
    if (node->routes[route->method])
        return gw_fail(err, GW_INTERNAL, "%s is in the table twice", route->pattern);
    node->routes[route->method] = route;
    node->methods |= 1u << route->method;
    return GW_OK;
}

enum gw_code gw_router_new(const struct gw_route *routes, size_t count, struct gw_router **ret, struct gw_err *err)
{
    struct gw_router *router = calloc(1, sizeof(*router));
    enum gw_code code = router ? GW_OK : gw_fail(err, GW_NOMEM, NULL);

    for (size_t i = 0; i < count && code == GW_OK; i++)
        code = add(router, &routes[i], err);
    if (code == GW_OK)
        *ret = router;
    else
        gw_router_free(&router);
    return code;
}

static enum gw_code no_such_path(struct gw_err *err)
{
    return gw_fail_wire(err, GW_NOT_FOUND, "route.unknown", "Not Found");
}

/* One step down the tree. Literals win over the parameter. */
static const struct node *step(const struct node *node, struct gw_str value, struct gw_match *match)
{
    bool found;
    size_t place = place_of(node, value, &found);

    if (found)
        return node->children[place];
    if (!node->parameter || value.len == 0 || match->params_count == GW_PATH_PARAMS_MOST)
        return NULL;
    match->names[match->params_count] = node->parameter->literal;
    match->values[match->params_count++] = value;
    return node->parameter;
}

enum gw_code gw_router_match(const struct gw_router *router, enum gw_method method, struct gw_str path,
                             struct gw_arena *arena, struct gw_match *ret, struct gw_err *err)
{
    const struct node *node = &router->root;
    struct gw_str raw, value;
    enum gw_code code;

    *ret = (struct gw_match){0};
    if (path.len == 0 || path.ptr[0] != '/')
        return no_such_path(err);
    path = without_end(path);
    while (segment(&path, &raw)) {
        code = gw_percent_decode(raw, false, arena, &value, err);
        if (code != GW_OK)
            return code;
        node = step(node, value, ret);
        if (!node)
            return no_such_path(err);
    }
    if (!node->methods)
        return no_such_path(err);
    ret->allowed = node->methods;
    if (method >= GW_METHODS || !node->routes[method])
        return gw_fail(err, GW_METHOD, NULL);
    ret->route = node->routes[method];
    return GW_OK;
}
