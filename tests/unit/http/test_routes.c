/* The gateway's own table keeps its promises: to the router, to documentation, to the contract's groups. */
#include "http/router.h"
#include "store/keys.h"
#include "tests.h"

START_TEST(the_table_makes_a_router)
{
    struct gw_router *router = NULL;
    struct gw_err err;

    ck_assert_msg(gw_router_new(gw_routes, gw_routes_count, &router, &err) == GW_OK, "%s", gw_err_text(&err));
    gw_router_free(&router);
}
END_TEST

START_TEST(every_row_is_complete)
{
    for (size_t i = 0; i < gw_routes_count; i++) {
        const struct gw_route *route = &gw_routes[i];
        ck_assert_ptr_nonnull(route->handler);
        ck_assert_msg(route->doc && route->doc[0], "%s", route->pattern);
        ck_assert_msg(route->args_count <= GW_ARGS_MOST, "%s", route->pattern);
        for (size_t k = 0; k < route->args_count; k++) {
            ck_assert_msg(route->args[k].doc && route->args[k].doc[0], "%s %s", route->pattern, route->args[k].name);
            if (route->args[k].type == GW_ARG_CHOICE)
                ck_assert_ptr_nonnull(route->args[k].choices);
            if (route->args[k].type == GW_ARG_INT)
                ck_assert_msg(route->args[k].min < route->args[k].max, "%s %s", route->pattern, route->args[k].name);
        }
    }
}
END_TEST

/* Who may call without a key is written down a second time here: a slip in the table must not open a route. */
START_TEST(only_these_are_public)
{
    static const char *const open[] = {"/",
                                       "/healthz",
                                       "/readyz",
                                       "/setup",
                                       "/setup",
                                       "/openapi.json",
                                       "/docs",
                                       "/docs/{file}",
                                       "/static/provider-icons/{icon}",
                                       "/api/v1/meta/coverage",
                                       "/api/v1/connect/{link}",
                                       "/api/v1/connect/{link}/{provider}",
                                       "/api/v1/oauth/providers",
                                       "/api/v1/oauth/{provider}/callback",
                                       "/api/v1/oauth/success",
                                       "/api/v1/oauth/error",
                                       "/api/v1/auth/login",
                                       "/api/v1/token/refresh",
                                       "/api/v1/token/revoke",
                                       "/api/v1/users/{user_id}/token",
                                       "/api/v1/invitation-code/redeem",
                                       "/api/v1/invitations/accept",
                                       "/api/v1/providers/{provider}/webhooks"};
    size_t found = 0;

    for (size_t i = 0; i < gw_routes_count; i++) {
        bool listed = false;
        for (size_t k = 0; k < sizeof(open) / sizeof(open[0]); k++)
            listed |= strcmp(gw_routes[i].pattern, open[k]) == 0 && gw_routes[i].method != GW_PUT;
        ck_assert_msg(listed == gw_route_is_public(&gw_routes[i]), "%s", gw_routes[i].pattern);
        found += listed;
    }
    ck_assert_uint_eq(found, sizeof(open) / sizeof(open[0]));
}
END_TEST

/* What takes away or hands out more than one person should be able to by a slip. */
static const struct {
    enum gw_method method;
    const char *pattern;
} for_admins[] = {
    {GW_DELETE, "/api/v1/users/{user_id}"},
    {GW_GET, "/api/v1/users/{user_id}/export"},
    {GW_DELETE, "/api/v1/users/{user_id}/connections/{provider}/data"},
    {GW_PUT, "/api/v1/oauth/providers"},
    {GW_PUT, "/api/v1/oauth/providers/{provider}"},
    {GW_GET, "/api/v1/priorities/providers"},
    {GW_GET, "/api/v1/priorities/device-types"},
    {GW_PUT, "/api/v1/priorities/providers"},
    {GW_PUT, "/api/v1/priorities/providers/{name}"},
    {GW_PUT, "/api/v1/priorities/device-types"},
    {GW_PUT, "/api/v1/priorities/device-types/{name}"},
};

static bool is_for_admins(const struct gw_route *route)
{
    for (size_t i = 0; i < sizeof(for_admins) / sizeof(for_admins[0]); i++)
        if (for_admins[i].method == route->method && strcmp(for_admins[i].pattern, route->pattern) == 0)
            return true;
    return false;
}

static uint32_t scope_due(const struct gw_route *route)
{
    bool begins_a_flow = strstr(route->pattern, "/authorize") != NULL;

    if (is_for_admins(route))
        return GW_SCOPE_ADMIN;
    return route->method == GW_GET && !begins_a_flow ? GW_SCOPE_READ : GW_SCOPE_WRITE;
}

START_TEST(reading_needs_read_and_changing_needs_write)
{
    size_t admins = 0;

    for (size_t i = 0; i < gw_routes_count; i++) {
        const struct gw_route *route = &gw_routes[i];
        if (route->scope)
            ck_assert_msg(route->scope == scope_due(route), "%s", route->pattern);
        admins += is_for_admins(route);
    }
    ck_assert_uint_eq(admins, sizeof(for_admins) / sizeof(for_admins[0]));
}
END_TEST

TCase *routes_case(void)
{
    TCase *tests = tcase_create("routes");

    tcase_add_test(tests, the_table_makes_a_router);
    tcase_add_test(tests, every_row_is_complete);
    tcase_add_test(tests, only_these_are_public);
    tcase_add_test(tests, reading_needs_read_and_changing_needs_write);
    return tests;
}
