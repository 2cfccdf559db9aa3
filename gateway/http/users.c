/* Users: created, found, changed. */

#include "store/users.h"
#include "base/json.h"
#include "http/answers.h"
#include "http/check.h"
#include "http/inside.h"
#include "read/write.h"

static void write_user(struct gw_buf *out, const struct gw_user *user)
{
    gw_write_uuid(out, "{\"id\":", user->id);
    gw_write_text(out, ",\"email\":", user->email);
    gw_write_text(out, ",\"external_user_id\":", user->external_user_id);
    gw_write_time(out, ",\"created_at\":", user->created_us);
    gw_write_time(out, ",\"updated_at\":", user->updated_us);
    gw_write_text(out, ",\"first_name\":", user->first_name);
    gw_write_text(out, ",\"last_name\":", user->last_name);
    gw_write_text(out, ",\"time_zone\":", user->time_zone);
    gw_write_text(out, ",\"birth_date\":", user->birth_date);
    gw_write_text(out, ",\"sex\":", user->sex);
    gw_write_time(out, ",\"last_synced_at\":", user->last_synced_us);
    gw_write_text(out, ",\"last_synced_provider\":", user->last_synced_provider);
    gw_write_bool(out, ",\"has_active_connection\":", user->has_active_connection);
    gw_buf_char(out, '}');
}

/* ---- fields of a body ---- */

static bool any_text(struct gw_str text, struct gw_arena *arena, struct gw_str *ret)
{
    (void)text;
    (void)arena;
    (void)ret;
    return true;
}

static bool is_date(struct gw_str text, struct gw_arena *arena, struct gw_str *ret)
{
    (void)arena;
    (void)ret;
    return gw_check_date(text);
}

static bool is_zone(struct gw_str text, struct gw_arena *arena, struct gw_str *ret)
{
    (void)arena;
    (void)ret;
    return gw_check_time_zone(text);
}

static bool is_sex(struct gw_str text, struct gw_arena *arena, struct gw_str *ret)
{
    (void)arena;
    (void)ret;
    return gw_str_is(text, "male") || gw_str_is(text, "female") || gw_str_is(text, "other");
}

static const struct field {
    const char *name;
    size_t place; /* in struct gw_user */
    size_t most;  /* characters */
    bool (*check)(struct gw_str text, struct gw_arena *arena, struct gw_str *ret);
    bool empty_is_none;
    const char *expected;
} fields[] = {
    {"email", offsetof(struct gw_user, email), 254, gw_check_email, false, "a valid e-mail address"},
    {"external_user_id", offsetof(struct gw_user, external_user_id), 255, any_text, true, ""},
    {"first_name", offsetof(struct gw_user, first_name), 100, any_text, false, ""},
    {"last_name", offsetof(struct gw_user, last_name), 100, any_text, false, ""},
    {"time_zone", offsetof(struct gw_user, time_zone), 64, is_zone, false, "a time zone such as Europe/Berlin"},
    {"birth_date", offsetof(struct gw_user, birth_date), 10, is_date, false, "a date such as 1990-05-17"},
    {"sex", offsetof(struct gw_user, sex), 16, is_sex, false, "one of: male, female, other"},
};

static void read_field(struct gw_http_request *request, const struct field *field, const json_t *value,
                       struct gw_user *user, struct gw_err *err)
{
    struct gw_str text = {json_string_value(value), json_string_length(value)};

    if (!json_is_string(value))
        gw_request_violation(request, err, field->name, "text", "%s should be a text.", field->name);
    else if (gw_check_length(text) > field->most)
        gw_request_violation(request, err, field->name, "too_long", "%s should have at most %zu characters.",
                             field->name, field->most);
    else if (!field->check(text, request->arena, &text))
        gw_request_violation(request, err, field->name, "invalid", "%s should be %s.", field->name, field->expected);
    else if (text.len || !field->empty_is_none)
        *(const char **)((char *)user + field->place) = gw_arena_strndup(request->arena, text.ptr, text.len);
}

/* null is as good as absent; what is not known is ignored. */
static enum gw_code read_user(struct gw_http_request *request, struct gw_user *user, struct gw_err *err)
{
    own_json json_t *body = NULL;
    enum gw_code code = gw_request_json(request, &body, err);

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && code == GW_OK; i++) {
        const json_t *value = json_object_get(body, fields[i].name);
        if (value && !json_is_null(value))
            read_field(request, &fields[i], value, user, err);
    }
    if (code == GW_OK && request->violations.count)
        return GW_INVALID;
    return code;
}

enum gw_code gw_answer_no_user(struct gw_http_request *request, struct gw_err *err)
{
    char id[GW_UUID_TEXT];

    return gw_fail_wire(err, GW_NOT_FOUND, "user.unknown", "User with ID: %s not found.",
                        gw_uuid_text(gw_request_uuid(request, "user_id"), id));
}

static enum gw_code named(enum gw_code code, struct gw_http_request *request, struct gw_err *err)
{
    if (code == GW_NOT_FOUND)
        return gw_answer_no_user(request, err);
    if (code == GW_CONFLICT)
        return gw_fail_wire(err, GW_CONFLICT, "user.external_id_taken", "Another user has this external_user_id.");
    return code;
}

enum gw_code gw_answer_user_create(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_user wanted = {.last_synced_us = GW_NO_TIME}, user;
    bool created = false;
    enum gw_code code = read_user(request, &wanted, err);

    if (code == GW_OK)
        code = gw_store_user_create(request->http->options.db, request->arena, &wanted, &user, &created, err);
    if (code != GW_OK)
        return code;
    write_user(&request->reply.body, &user);
    return gw_reply_json(request, created ? 201 : 200, err);
}

enum gw_code gw_answer_user_get(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_user user;
    enum gw_code code =
        gw_store_user_get(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"), &user, err);

    if (code != GW_OK)
        return named(code, request, err);
    write_user(&request->reply.body, &user);
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_user_update(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_user changes = {.last_synced_us = GW_NO_TIME}, user;
    enum gw_code code = read_user(request, &changes, err);

    if (code == GW_OK)
        code = gw_store_user_update(request->http->options.db, request->arena, gw_request_uuid(request, "user_id"),
                                    &changes, &user, err);
    if (code != GW_OK)
        return named(code, request, err);
    write_user(&request->reply.body, &user);
    return gw_reply_json(request, 200, err);
}

enum gw_code gw_answer_user_delete(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_untold *untold = NULL;
    struct gw_user user;
    enum gw_code code = gw_link_delete_user(request->http->options.link, request->arena,
                                            gw_request_uuid(request, "user_id"), &user, &untold, err);

    gw_answer_log_untold(untold);
    if (code != GW_OK)
        return named(code, request, err);
    write_user(&request->reply.body, &user);
    return gw_reply_json(request, 200, err);
}

static void write_list_end(struct gw_buf *out, int64_t total, int64_t page, int64_t limit)
{
    int64_t pages = (total + limit - 1) / limit;

    gw_buf_printf(out, "],\"total\":%lld,\"page\":%lld,\"limit\":%lld,\"pages\":%lld", (long long)total,
                  (long long)page, (long long)limit, (long long)pages);
    gw_write_bool(out, ",\"has_next\":", page < pages);
    gw_write_bool(out, ",\"has_prev\":", page > 1);
    gw_buf_char(out, '}');
}

enum gw_code gw_answer_user_list(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_user_filter filter = {.search = gw_request_text(request, "search"),
                                    .email = gw_request_text(request, "email"),
                                    .external_user_id = gw_request_text(request, "external_user_id"),
                                    .sort_by = gw_request_text(request, "sort_by"),
                                    .ascending = gw_request_arg(request, "sort_order")->i == 0,
                                    .page = gw_request_arg(request, "page")->i,
                                    .limit = gw_request_arg(request, "limit")->i};
    struct gw_buf *out = &request->reply.body;
    struct gw_user *users;
    size_t count;
    int64_t total;
    enum gw_code code =
        gw_store_user_list(request->http->options.db, request->arena, &filter, &users, &count, &total, err);

    if (code != GW_OK)
        return code;
    gw_buf_str(out, "{\"items\":[");
    for (size_t i = 0; i < count; i++) {
        gw_buf_str(out, i ? "," : "");
        write_user(out, &users[i]);
    }
    write_list_end(out, total, filter.page, filter.limit);
    return gw_reply_json(request, 200, err);
}
