/* The document that describes the API: whole, without loose ends, and of the very table that the server runs on. */
#include <jansson.h>

#include "http/embedded.h"
#include "http/openapi.h"
#include "tests.h"

static json_t *document;

static void setup(void)
{
    struct gw_openapi what = {.routes = gw_routes, .routes_count = gw_routes_count};
    gw_own_buf struct gw_buf text = {0};
    struct gw_err err;

    ck_assert_msg(gw_openapi_write(&what, &text, &err) == GW_OK, "%s", gw_err_text(&err));
    document = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(document);
}

static void teardown(void)
{
    json_decref(document);
}

static json_t *operation_of(const struct gw_route *route)
{
    json_t *path = json_object_get(json_object_get(document, "paths"), route->pattern);
    char method[16] = "";

    for (size_t i = 0; gw_method_name(route->method)[i]; i++)
        method[i] = (char)(gw_method_name(route->method)[i] | 0x20);
    return json_object_get(path, method);
}

START_TEST(every_route_is_in_it)
{
    for (size_t i = 0; i < gw_routes_count; i++) {
        const struct gw_route *route = &gw_routes[i];
        json_t *operation = operation_of(route), *parameters = json_object_get(operation, "parameters");
        size_t in_path = 0;
        for (const char *p = route->pattern; *p; p++)
            in_path += *p == '{';
        ck_assert_msg(operation != NULL, "%s", route->pattern);
        ck_assert_msg(json_array_size(parameters) == in_path + route->args_count, "%s", route->pattern);
        ck_assert_msg(json_object_get(operation, "security") != NULL, "%s", route->pattern);
        ck_assert_msg((json_object_get(operation, "requestBody") != NULL) == (route->body != GW_BODY_NONE), "%s",
                      route->pattern);
    }
}
END_TEST

START_TEST(every_route_says_what_goes_in_and_out)
{
    for (size_t i = 0; i < gw_routes_count; i++) {
        const struct gw_route *route = &gw_routes[i];
        bool object = route->body == GW_BODY_JSON || route->body == GW_BODY_FORM;
        ck_assert_msg(route->reply || route->types || route->statuses[0],
                      "%s %s: .reply names the schema of its answer (README.md beside routes.c)",
                      gw_method_name(route->method), route->pattern);
        ck_assert_msg(!object || route->takes, "%s %s: .takes names the schema of its body",
                      gw_method_name(route->method), route->pattern);
    }
}
END_TEST

START_TEST(operations_have_names_of_their_own)
{
    json_t *seen = json_object();

    for (size_t i = 0; i < gw_routes_count; i++) {
        const char *id = json_string_value(json_object_get(operation_of(&gw_routes[i]), "operationId"));
        ck_assert_msg(id && !json_object_get(seen, id), "%s: %s", gw_routes[i].pattern, id);
        json_object_set_new(seen, id, json_true());
    }
    json_decref(seen);
}
END_TEST

/* Calls visit for each "$ref" below json. */
static void each_ref(const json_t *json, void (*visit)(const char *ref, void *self), void *self)
{
    const char *key;
    json_t *value;
    size_t i;

    if (json_is_array(json)) {
        json_array_foreach(json, i, value) each_ref(value, visit, self);
    } else if (json_is_object(json)) {
        json_object_foreach((json_t *)(uintptr_t)json, key, value)
        {
            if (strcmp(key, "$ref") == 0)
                visit(json_string_value(value), self);
            else
                each_ref(value, visit, self);
        }
    }
}

/* self: the set of names that are referred to, with what they refer to in turn. */
static void note_ref(const char *ref, void *self)
{
    static const char prefix[] = "#/components/schemas/";
    const json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    const char *name;

    ck_assert_msg(ref && strncmp(ref, prefix, sizeof(prefix) - 1) == 0, "%s", ref);
    name = ref + sizeof(prefix) - 1;
    ck_assert_msg(json_object_get(schemas, name) != NULL, "%s refers to nothing", ref);
    if (json_object_get(self, name))
        return;
    json_object_set_new(self, name, json_true());
    each_ref(json_object_get(schemas, name), note_ref, self);
}

START_TEST(every_reference_leads_somewhere_and_every_schema_is_used)
{
    const struct gw_embedded *schema;
    json_t *used = json_object();

    each_ref(json_object_get(document, "paths"), note_ref, used);
    for (size_t i = 0; (schema = gw_schema_at(i)) != NULL; i++)
        ck_assert_msg(json_object_get(used, schema->name) != NULL, "no route leads to schemas/%s.json", schema->name);
    json_decref(used);
}
END_TEST

START_TEST(a_schema_that_is_not_there_is_told)
{
    const struct gw_route route = {GW_GET, "/x", NULL, .doc = "x", .reply = "NoSuchSchema"};
    struct gw_openapi what = {.routes = &route, .routes_count = 1};
    gw_own_buf struct gw_buf text = {0};
    struct gw_err err;

    ck_assert_int_eq(gw_openapi_write(&what, &text, &err), GW_INTERNAL);
    ck_assert_ptr_nonnull(strstr(gw_err_text(&err), "NoSuchSchema"));
}
END_TEST

TCase *openapi_case(void)
{
    TCase *tests = tcase_create("openapi");

    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_route_is_in_it);
    tcase_add_test(tests, every_route_says_what_goes_in_and_out);
    tcase_add_test(tests, operations_have_names_of_their_own);
    tcase_add_test(tests, every_reference_leads_somewhere_and_every_schema_is_used);
    tcase_add_test(tests, a_schema_that_is_not_there_is_told);
    return tests;
}
