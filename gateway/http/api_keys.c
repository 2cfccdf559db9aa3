/* API keys over HTTP, by developers.
 *
 * A key's text is shown when it is made, never again. Then `id` is the text, as it is where the clients of today come
 * from, and `key` says so; `key_id` is what names the key ever after, as `id` does in every other answer. A path takes
 * either.
 */
#include <jansson.h>

#include "auth/people.h"
#include "base/own.h"
#include "crypt/crypt.h"
#include "http/answers.h"
#include "http/check.h"
#include "http/inside.h"
#include "read/write.h"

#define ALL       (GW_SCOPE_READ | GW_SCOPE_WRITE | GW_SCOPE_ADMIN)
#define NAME_MOST 100 /* characters */

static void json_cleanup(json_t **json)
{
    json_decref(*json);
}
#define own_json GW_CLEANUP(json_cleanup)

static const struct {
    uint32_t scope;
    const char *name;
} scopes[] = {{GW_SCOPE_READ, "read"}, {GW_SCOPE_WRITE, "write"}, {GW_SCOPE_ADMIN, "admin"}};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

static void write_scopes(struct gw_buf *out, uint32_t has)
{
    bool first = true;

    gw_buf_str(out, ",\"scopes\":[");
    for (size_t i = 0; i < SCOPES; i++) {
        if (!(has & scopes[i].scope))
            continue;
        gw_buf_str(out, first ? "" : ",");
        gw_buf_json_cstr(out, scopes[i].name);
        first = false;
    }
    gw_buf_char(out, ']');
}

static void write_key(struct gw_buf *out, const struct gw_api_key *key, const char *text)
{
    if (text)
        gw_write_text(out, "{\"id\":", text);
    else
        gw_write_uuid(out, "{\"id\":", key->id);
    if (text)
        gw_write_text(out, ",\"key\":", text);
    gw_write_uuid(out, ",\"key_id\":", key->id);
    gw_write_text(out, ",\"name\":", key->name);
    gw_write_text(out, ",\"prefix\":", key->prefix);
    write_scopes(out, key->scopes);
    gw_write_uuid(out, ",\"created_by\":", key->created_by);
    gw_write_time(out, ",\"created_at\":", key->created_us);
    gw_write_time(out, ",\"last_used_at\":", key->last_used_us);
    gw_buf_char(out, '}');
}

static enum gw_code reply(struct gw_http_request *request, int status, const struct gw_api_key *key, const char *text,
                          struct gw_err *err)
{
    write_key(&request->reply.body, key, text);
    return gw_reply_json(request, status, err);
}

/* ---- bodies ---- */

struct wanted {
    const char *name; /* NULL: not given */
    uint32_t scopes;  /* 0: not given */
};

static void read_name(struct gw_http_request *request, const json_t *value, struct wanted *ret, struct gw_err *err)
{
    struct gw_str text = {json_string_value(value), json_string_length(value)};

    if (!value || json_is_null(value))
        return;
    if (!json_is_string(value) || memchr(text.ptr, '\0', text.len) || gw_check_length(text) == 0 ||
        gw_check_length(text) > NAME_MOST)
        gw_request_violation(request, err, "name", "text", "name should be a text of 1 to %d characters.", NAME_MOST);
    else
        ret->name = gw_arena_strndup(request->arena, text.ptr, text.len);
}

static uint32_t scope_of(const json_t *value)
{
    const char *text = json_string_value(value);

    for (size_t i = 0; text && i < SCOPES; i++)
        if (strcmp(text, scopes[i].name) == 0)
            return scopes[i].scope;
    return 0;
}

static void read_scopes(struct gw_http_request *request, const json_t *value, struct wanted *ret, struct gw_err *err)
{
    bool good = json_is_array(value) && json_array_size(value) > 0;

    if (!value || json_is_null(value))
        return;
    for (size_t i = 0; good && i < json_array_size(value); i++) {
        uint32_t scope = scope_of(json_array_get(value, i));
        good = scope != 0;
        ret->scopes |= scope;
    }
    if (!good)
        gw_request_violation(request, err, "scopes", "choice", "scopes should be a list of read, write and admin.");
}

/* No body is as good as {}. */
static enum gw_code read_wanted(struct gw_http_request *request, struct wanted *ret, struct gw_err *err)
{
    own_json json_t *body = NULL;
    enum gw_code code;

    if (request->body.len == 0)
        return GW_OK;
    code = gw_request_json(request, &body, err);
    if (code != GW_OK)
        return code;
    read_name(request, json_object_get(body, "name"), ret, err);
    read_scopes(request, json_object_get(body, "scopes"), ret, err);
    return request->violations.count ? GW_INVALID : GW_OK;
}

/* ---- which key ---- */

static enum gw_code unknown(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_str named = request->match.values[0];

    if (named.len > 36) /* it may be the key itself: that is nobody's to repeat */
        named.len = 0;
    return gw_fail_wire(err, GW_NOT_FOUND, "key.unknown", "Apikey with ID: %.*s not found.", (int)named.len,
                        named.ptr ? named.ptr : "");
}

static enum gw_code by_text(struct gw_http_request *request, struct gw_str text, struct gw_uuid *ret,
                            struct gw_err *err)
{
    uint8_t digest[32];
    uint32_t ignored;

    gw_sha256(text, digest);
    return gw_store_key_find(request->http->options.db, digest, ret, &ignored, err);
}

/* A key that is not revoked, by id or by its text. */
static enum gw_code find(struct gw_http_request *request, struct gw_api_key *ret, struct gw_err *err)
{
    struct gw_str named = request->match.values[0];
    struct gw_uuid id;
    enum gw_code code = GW_OK;

    if (!gw_check_uuid(named, &id))
        code = by_text(request, named, &id, err);
    if (code == GW_OK)
        code = gw_store_key_get(request->http->options.db, request->arena, id, ret, err);
    if (code == GW_UNAUTHENTICATED || code == GW_NOT_FOUND || (code == GW_OK && ret->revoked_us != GW_NO_TIME))
        return unknown(request, err);
    return code;
}

/* ---- the answers ---- */

enum gw_code gw_answer_keys(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_api_key *keys;
    size_t count;
    enum gw_code code = gw_store_key_list(request->http->options.db, request->arena, &keys, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    while (count-- > 0) { /* newest first */
        if (keys[count].revoked_us != GW_NO_TIME)
            continue;
        gw_buf_str(out, out->len > 1 ? "," : "");
        write_key(out, &keys[count], NULL);
    }
    gw_buf_char(out, ']');
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_key_create(struct gw_http_request *request, struct gw_err *err)
{
    struct wanted wanted = {0};
    struct gw_api_key key;
    char text[GW_KEY_TEXT];
    enum gw_code code = read_wanted(request, &wanted, err);

    if (code == GW_OK)
        code = gw_auth_key_create(request->http->options.db, request->arena, wanted.name ? wanted.name : "Default",
                                  wanted.scopes ? wanted.scopes : ALL, request->caller.id, text, &key, err);
    return code == GW_OK ? reply(request, 201, &key, text, err) : code;
}

enum gw_code gw_answer_key_update(struct gw_http_request *request, struct gw_err *err)
{
    struct wanted wanted = {0};
    struct gw_api_key key;
    enum gw_code code = read_wanted(request, &wanted, err);

    if (code == GW_OK)
        code = find(request, &key, err);
    if (code == GW_OK && wanted.name)
        code = gw_store_key_rename(request->http->options.db, request->arena, key.id, wanted.name, &key, err);
    return code == GW_OK ? reply(request, 200, &key, NULL, err) : code;
}

enum gw_code gw_answer_key_delete(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_api_key key;
    enum gw_code code = find(request, &key, err);

    if (code == GW_OK)
        code = gw_store_key_revoke(request->http->options.db, key.id, request->caller.id, err);
    if (code != GW_OK)
        return code;
    gw_auth_forget(request->http->options.auth);
    return reply(request, 200, &key, NULL, err);
}

enum gw_code gw_answer_key_rotate(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_api_key old, key;
    char text[GW_KEY_TEXT];
    enum gw_code code = find(request, &old, err);

    if (code == GW_OK)
        code =
            gw_auth_key_rotate(request->http->options.auth, request->arena, &old, request->caller.id, text, &key, err);
    if (code == GW_NOT_FOUND)
        return unknown(request, err);
    return code == GW_OK ? reply(request, 201, &key, text, err) : code;
}
