/* The document: paths and operations from the table of routes, components from schemas/. */
#include "http/openapi.h"

#include <ctype.h>
#include <jansson.h>

#include "http/embedded.h"
#include "http/member.h"
#include "store/keys.h"

#define REF  "#/components/schemas/"
#define JSON "application/json"
#define FORM "application/x-www-form-urlencoded"

static const char about[] =
    "A self-hosted gateway between an application and its users' wearables.\n\n"
    "Every answer that is not 2xx or 3xx has the body Error. Times are ISO 8601 in UTC; fields carry their unit in "
    "their name; what is not known is null. Unknown query parameters and members of a body are ignored.";

/* ---- who may call ---- */

static const struct scheme {
    const char *name, *type, *scheme, *in, *header, *format, *text;
} schemes[] = {
    {"apiKey", "apiKey", NULL, "header", "X-Open-Wearables-API-Key", NULL,
     "A key of the application's backend. The scopes a call needs are listed with it: read, write, admin."},
    {"developer", "http", "bearer", NULL, NULL, "JWT", "The access token of a developer's login."},
    {"sdk", "http", "bearer", NULL, NULL, "JWT", "A token for one user's phone; valid below /api/v1/sdk/ only."},
};

static void write_schemes(struct gw_buf *out)
{
    gw_json_open(out, "securitySchemes", '{');
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        const struct scheme *s = &schemes[i];
        gw_json_open(out, s->name, '{');
        gw_json_text(out, "type", s->type);
        gw_json_text(out, "scheme", s->scheme);
        gw_json_text(out, "bearerFormat", s->format);
        gw_json_text(out, "in", s->in);
        gw_json_text(out, "name", s->header);
        gw_json_text(out, "description", s->text);
        gw_json_close(out, '}');
    }
    gw_json_close(out, '}');
}

/* One way of several to be let in. */
static void write_way(struct gw_buf *out, const char *scheme, uint32_t scope)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } scopes[] = {{GW_SCOPE_READ, "read"}, {GW_SCOPE_WRITE, "write"}, {GW_SCOPE_ADMIN, "admin"}};

    gw_json_open(out, NULL, '{');
    gw_json_open(out, scheme, '[');
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
        if (scope & scopes[i].bit)
            gw_json_element(out, scopes[i].name);
    gw_json_close(out, ']');
    gw_json_close(out, '}');
}

static void write_security(const struct gw_route *route, struct gw_buf *out)
{
    gw_json_open(out, "security", '[');
    if (!gw_route_is_public(route)) {
        if (!(route->flags & GW_ROUTE_DEVELOPER))
            write_way(out, "apiKey", route->scope);
        write_way(out, route->flags & GW_ROUTE_SDK ? "sdk" : "developer", 0);
    }
    gw_json_close(out, ']');
}

/* ---- answers ---- */

static const struct meaning {
    short status;
    const char *text;
} meanings[] = {
    {200, "What was asked for."},
    {201, "Created."},
    {202, "Accepted; it goes on without the caller."},
    {204, "Done; there is nothing to say."},
    {303, "The browser is sent on."},
    {304, "Not changed."},
    {400, "Bytes that could not be parsed."},
    {401, "No credentials, or none that are valid here."},
    {403, "These credentials may not do that."},
    {404, "There is no such thing."},
    {409, "What is stored does not allow it."},
    {413, "The body is too large."},
    {415, "This content type is not accepted here."},
    {422, "Well-formed, and wrong: errors says which fields."},
    {429, "Too many requests; Retry-After says when."},
    {500, "Something went wrong in the gateway."},
    {501, "The provider does not offer this."},
    {502, "The provider did not answer as it should."},
    {503, "Not now; Retry-After says when."},
    {504, "The provider did not answer in time."},
};

static const char *meaning_of(int status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].status == status)
            return meanings[i].text;
    return status < 400 ? "Answered." : "An error.";
}

static void write_ref(struct gw_buf *out, const char *key, const char *schema)
{
    gw_json_open(out, key, '{');
    gw_json_key(out, "$ref");
    gw_buf_str(out, "\"" REF);
    gw_buf_str(out, schema);
    gw_buf_str(out, "\"}");
}

/* A body of one content type; what is not JSON has no schema. */
static void write_media(struct gw_buf *out, struct gw_str type, const char *schema)
{
    gw_json_comma(out);
    gw_buf_json(out, type);
    gw_buf_str(out, ":{");
    if (schema && (gw_str_is(type, JSON) || gw_str_is(type, FORM)))
        write_ref(out, "schema", schema);
    gw_json_close(out, '}');
}

static void write_content(struct gw_buf *out, const char *types, const char *schema)
{
    gw_json_open(out, "content", '{');
    while (*types) {
        size_t len = strcspn(types, " ");
        write_media(out, (struct gw_str){types, len}, schema);
        types += len + strspn(types + len, " ");
    }
    gw_json_close(out, '}');
}

static void write_answer(const struct gw_route *route, int status, struct gw_buf *out)
{
    char key[16];

    snprintf(key, sizeof(key), "%d", status);
    gw_json_open(out, key, '{');
    gw_json_text(out, "description", meaning_of(status));
    if ((route->reply || route->types) && status != 204 && (status < 300 || status >= 400))
        write_content(out, route->types ? route->types : JSON, route->reply);
    gw_json_close(out, '}');
}

static void write_error(const struct gw_route *route, int status, struct gw_buf *out)
{
    char key[16];

    snprintf(key, sizeof(key), "%d", status);
    gw_json_open(out, key, '{');
    gw_json_text(out, "description", meaning_of(status));
    write_content(out, route->flags & GW_ROUTE_PAGE ? JSON " text/html" : JSON, "Error");
    gw_json_close(out, '}');
}

static bool says(const short *statuses, int status)
{
    for (size_t i = 0; i < GW_STATUSES_MOST && statuses[i]; i++)
        if (statuses[i] == status)
            return true;
    return false;
}

/* Whether a route of this form, with these callers and this body can fail so. */
static bool can_fail(const struct gw_route *route, int status)
{
    bool path = strchr(route->pattern, '{') != NULL, body = route->body != GW_BODY_NONE;

    switch (status) {
    case 400:
    case 413: /* also a body that nobody wants has a limit */
    case 500:
    case 503:
        return true;
    case 401:
    case 403:
        return !gw_route_is_public(route);
    case 404:
        return path;
    case 415:
        return route->body == GW_BODY_JSON || route->body == GW_BODY_FORM || route->body == GW_BODY_UPLOAD ||
               route->body == GW_BODY_FILE;
    case 422:
        return path || body || route->args_count || route->flags & GW_ROUTE_PARAMS;
    default:
        return false;
    }
}

static void write_answers(const struct gw_route *route, struct gw_buf *out)
{
    gw_json_open(out, "responses", '{');
    for (int status = 200; status < 600; status++) {
        if (says(route->statuses, status) || (status == 200 && !route->statuses[0]))
            write_answer(route, status, out);
        else if (says(route->fails, status) || can_fail(route, status))
            write_error(route, status, out);
    }
    gw_json_close(out, '}');
}

static void write_body(const struct gw_route *route, struct gw_buf *out)
{
    static const char *const types[] = {[GW_BODY_JSON] = JSON,
                                        [GW_BODY_WEBHOOK] = JSON,
                                        [GW_BODY_UPLOAD] = JSON,
                                        [GW_BODY_FILE] = "application/xml application/zip",
                                        [GW_BODY_FORM] = FORM};
    const char *type = (size_t)route->body < sizeof(types) / sizeof(types[0]) ? types[route->body] : NULL;

    if (!type)
        return;
    gw_json_open(out, "requestBody", '{');
    gw_json_bool(out, "required", true);
    write_content(out, type, route->takes);
    gw_json_close(out, '}');
}

/* ---- operations ---- */

/* Words of a pattern without /api/v1, braces and _id: "users/user/events". *at walks along. */
static bool next_word(const char **at, struct gw_str *ret, bool *param)
{
    const char *p = *at, *end;

    p += *p == '/';
    if (*p == '\0')
        return false;
    end = p + strcspn(p, "/");
    *at = end;
    *param = *p == '{';
    if (*param) {
        p++;
        end--;
        if (end - p > 3 && memcmp(end - 3, "_id", 3) == 0)
            end -= 3;
    }
    *ret = (struct gw_str){p, (size_t)(end - p)};
    return true;
}

static const char *behind_prefix(const char *pattern)
{
    static const char prefix[] = "/api/v1";

    return strncmp(pattern, prefix, sizeof(prefix) - 1) == 0 ? pattern + sizeof(prefix) - 1 : pattern;
}

/* Nouns that are shown together with others. */
static const struct group {
    const char *noun, *tag;
} groups[] = {
    {"connect", "oauth"},      {"connect-link", "oauth"},    {"data-sources", "connections"},
    {"developer", "api-keys"}, {"invitation-code", "token"}, {"export", "users"},
    {"import", "sdk"},         {"meta", "providers"},
};

static struct gw_str group_of(struct gw_str noun)
{
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
        if (gw_str_is(noun, groups[i].noun))
            return gw_str(groups[i].tag);
    return noun;
}

/* The noun an operation is about: what stands behind /users/{user_id}, else the first word. */
static struct gw_str tag_of(const char *pattern)
{
    const char *at = behind_prefix(pattern);
    struct gw_str word, first = {0};
    bool param;

    if (at == pattern)
        return gw_str("gateway");
    for (int i = 0; next_word(&at, &word, &param); i++) {
        if (i == 0)
            first = word;
        else if (i == 2 && gw_str_is(first, "users"))
            return group_of(word);
    }
    return group_of(first);
}

/* "get_users_user_events_workouts"; the provider's id where the path is of one. */
static void write_operation_id(const struct gw_route *route, const struct gw_provider *provider, struct gw_buf *out)
{
    const char *at = behind_prefix(route->pattern);
    struct gw_str word;
    bool param;

    gw_json_key(out, "operationId");
    gw_buf_char(out, '"');
    for (const char *p = gw_method_name(route->method); *p; p++)
        gw_buf_char(out, (char)tolower(*p));
    while (next_word(&at, &word, &param)) {
        gw_buf_char(out, '_');
        if (provider && param && gw_str_is(word, "provider"))
            word = gw_str(provider->id);
        for (size_t i = 0; i < word.len; i++)
            gw_buf_char(out, isalnum((unsigned char)word.ptr[i]) ? word.ptr[i] : '_');
    }
    gw_buf_char(out, '"');
}

static void write_operation(const struct gw_openapi *what, const struct gw_route *route,
                            const struct gw_provider *provider, struct gw_buf *out)
{
    char method[16] = "";
    const char *name = gw_method_name(route->method);

    for (size_t i = 0; i < sizeof(method) - 1 && name[i]; i++)
        method[i] = (char)tolower(name[i]);
    gw_json_open(out, method, '{');
    gw_json_open(out, "tags", '[');
    gw_buf_json(out, tag_of(route->pattern));
    gw_json_close(out, ']');
    gw_json_text(out, "summary", route->doc);
    write_operation_id(route, provider, out);
    write_security(route, out);
    gw_openapi_params(what, route, provider, out);
    write_body(route, out);
    write_answers(route, out);
    gw_json_close(out, '}');
}

/* The pattern with the provider's id in place of {provider}. */
static void write_path(const char *pattern, const struct gw_provider *provider, struct gw_buf *out)
{
    static const char mark[] = "{provider}";
    const char *at = provider ? strstr(pattern, mark) : NULL;

    gw_json_comma(out);
    gw_buf_char(out, '"');
    if (at) {
        gw_buf_add(out, pattern, (size_t)(at - pattern));
        gw_buf_str(out, provider->id);
        gw_buf_str(out, at + sizeof(mark) - 1);
    } else {
        gw_buf_str(out, pattern);
    }
    gw_buf_str(out, "\":");
}

static void write_paths_of_providers(const struct gw_openapi *what, const struct gw_route *route, struct gw_buf *out)
{
    size_t count = what->registry ? gw_registry_count(what->registry) : 0;

    for (size_t i = 0; i < count; i++) {
        const struct gw_provider *provider = gw_registry_at(what->registry, i);
        if (!provider->plugin)
            continue;
        write_path(route->pattern, provider, out);
        gw_buf_char(out, '{');
        write_operation(what, route, provider, out);
        gw_json_close(out, '}');
    }
}

static bool said_before(const struct gw_openapi *what, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(what->routes[k].pattern, what->routes[i].pattern) == 0)
            return true;
    return false;
}

static void write_paths(const struct gw_openapi *what, struct gw_buf *out)
{
    gw_json_open(out, "paths", '{');
    for (size_t i = 0; i < what->routes_count; i++) {
        if (said_before(what, i))
            continue;
        write_path(what->routes[i].pattern, NULL, out);
        gw_buf_char(out, '{');
        for (size_t k = i; k < what->routes_count; k++)
            if (strcmp(what->routes[k].pattern, what->routes[i].pattern) == 0)
                write_operation(what, &what->routes[k], NULL, out);
        gw_json_close(out, '}');
        if (what->routes[i].flags & GW_ROUTE_PARAMS)
            write_paths_of_providers(what, &what->routes[i], out);
    }
    gw_json_close(out, '}');
}

/* ---- the whole ---- */

static void write_info(const struct gw_openapi *what, struct gw_buf *out)
{
    gw_json_text(out, "openapi", "3.1.0");
    gw_json_open(out, "info", '{');
    gw_json_text(out, "title", "Aorta");
    gw_json_text(out, "version", GW_VERSION);
    gw_json_text(out, "description", about);
    gw_json_open(out, "license", '{');
    gw_json_text(out, "name", "MIT");
    gw_json_text(out, "identifier", "MIT");
    gw_json_close(out, '}');
    gw_json_close(out, '}');
    gw_json_open(out, "servers", '[');
    gw_json_open(out, NULL, '{');
    gw_json_text(out, "url", what->public_url && what->public_url[0] ? what->public_url : "/");
    gw_json_close(out, '}');
    gw_json_close(out, ']');
}

static void write_schemas(struct gw_buf *out)
{
    const struct gw_embedded *schema;

    gw_json_open(out, "schemas", '{');
    for (size_t i = 0; (schema = gw_schema_at(i)) != NULL; i++) {
        gw_json_key(out, schema->name);
        gw_buf_add(out, schema->data, schema->len);
        while (out->len && out->data[out->len - 1] == '\n')
            out->len--;
    }
    gw_json_close(out, '}');
}

static enum gw_code check_names(const struct gw_openapi *what, struct gw_err *err)
{
    for (size_t i = 0; i < what->routes_count; i++) {
        const struct gw_route *route = &what->routes[i];
        const char *names[] = {route->takes, route->reply};
        for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
            if (names[k] && !gw_schema_find(names[k]))
                return gw_fail(err, GW_INTERNAL, "%s: there is no schema %s", route->pattern, names[k]);
    }
    return GW_OK;
}

/* Reads what was written, so that nothing else is ever served, and writes it without the blanks of its parts. */
static enum gw_code tidy(const struct gw_buf *text, struct gw_buf *out, struct gw_err *err)
{
    json_error_t error;
    json_t *json = json_loadb(text->data, text->len, JSON_REJECT_DUPLICATES, &error);
    char *compact;

    if (!json)
        return gw_fail(err, GW_INTERNAL, "openapi.json, byte %d: %s", error.position, error.text);
    compact = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    if (compact)
        gw_buf_str(out, compact);
    else
        out->failed = true;
    free(compact);
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

enum gw_code gw_openapi_write(const struct gw_openapi *what, struct gw_buf *out, struct gw_err *err)
{
    gw_own_buf struct gw_buf text = {0};
    enum gw_code code = check_names(what, err);

    if (code != GW_OK)
        return code;
    gw_json_open(&text, NULL, '{');
    write_info(what, &text);
    write_paths(what, &text);
    gw_json_open(&text, "components", '{');
    write_schemes(&text);
    write_schemas(&text);
    gw_json_close(&text, '}');
    gw_json_close(&text, '}');
    return text.failed ? gw_fail(err, GW_NOMEM, NULL) : tidy(&text, out, err);
}
