/* What mobile SDKs report about themselves: checked, and each event a line of our log. Nothing is stored, and no value
 * that was measured is in it; texts are logged only where they are single words.
 */
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"
#include "store/users.h"

#define EVENTS_MOST 100
#define WORD_MOST   80

/* ---- what an event has ---- */

enum value_kind { VALUE_TEXT, VALUE_TIME, VALUE_INT, VALUE_BOOL, VALUE_SHARE, VALUE_COUNTS, VALUE_RANGE };

struct field {
    const char *name;
    enum value_kind kind;
    bool required;
};

static const struct field start_fields[] = {
    {"timestamp", VALUE_TIME, true}, {"dataTypeCounts", VALUE_COUNTS, false}, {"timeRange", VALUE_RANGE, false}};

static const struct field type_end_fields[] = {{"timestamp", VALUE_TIME, true},
                                               {"dataType", VALUE_TEXT, true},
                                               {"success", VALUE_BOOL, true},
                                               {"recordCount", VALUE_INT, false},
                                               {"durationMs", VALUE_INT, false}};

static const struct field device_fields[] = {
    {"timestamp", VALUE_TIME, true},         {"batteryLevel", VALUE_SHARE, false}, {"batteryState", VALUE_TEXT, false},
    {"isLowPowerMode", VALUE_BOOL, false},   {"thermalState", VALUE_TEXT, false},  {"taskType", VALUE_TEXT, false},
    {"availableRamBytes", VALUE_INT, false}, {"totalRamBytes", VALUE_INT, false}};

static bool is_time(const json_t *value)
{
    struct gw_time_text time;

    if (json_is_integer(value))
        return true;
    return json_is_string(value) &&
           gw_time_parse((struct gw_str){json_string_value(value), json_string_length(value)}, &time);
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_int(const json_t *value)
{
    return json_is_integer(value);
}

static bool is_bool(const json_t *value)
{
    return json_is_boolean(value);
}

static bool is_share(const json_t *value)
{
    return json_is_number(value) && json_number_value(value) >= 0 && json_number_value(value) <= 1;
}

static bool is_counts(const json_t *value)
{
    bool good = json_is_array(value);

    for (size_t i = 0; good && i < json_array_size(value); i++) {
        const json_t *item = json_array_get(value, i), *count = json_object_get(item, "count");
        good =
            json_is_string(json_object_get(item, "type")) && json_is_integer(count) && json_integer_value(count) >= 0;
    }
    return good;
}

static bool is_range(const json_t *value)
{
    const json_t *start = json_object_get(value, "startDate");

    return json_is_object(value) && is_time(json_object_get(value, "endDate")) &&
           (!start || json_is_null(start) || is_time(start));
}

static const struct {
    bool (*is)(const json_t *value);
    const char *expected;
} kinds[] = {[VALUE_TEXT] = {is_text, "a text"},
             [VALUE_TIME] = {is_time, "a time"},
             [VALUE_INT] = {is_int, "a whole number"},
             [VALUE_BOOL] = {is_bool, "true or false"},
             [VALUE_SHARE] = {is_share, "a number from 0 to 1"},
             [VALUE_COUNTS] = {is_counts, "a list of {type, count}"},
             [VALUE_RANGE] = {is_range, "a range with an endDate"}};

/* ---- what is logged of it ---- */

/* A word as it is, "-" for anything that is none. */
static const char *word(const json_t *event, const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-+";
    const char *text = json_string_value(json_object_get(event, name));
    size_t len = text ? strlen(text) : 0;

    return len > 0 && len <= WORD_MOST && strspn(text, good) == len ? text : "-";
}

/* A number or a truth as text, "-" where it is not given. */
static const char *figure(const json_t *event, const char *name, char out[32])
{
    const json_t *value = json_object_get(event, name);

    if (json_is_boolean(value))
        return json_is_true(value) ? "true" : "false";
    if (json_is_integer(value))
        snprintf(out, 32, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(out, 32, "%.3g", json_real_value(value));
    else
        return "-";
    return out;
}

static const char *when(const json_t *event, char out[32])
{
    const json_t *value = json_object_get(event, "timestamp");

    return json_is_integer(value) ? figure(event, "timestamp", out) : word(event, "timestamp");
}

static void log_start(const json_t *event)
{
    const json_t *counts = json_object_get(event, "dataTypeCounts");
    long long records = 0;
    char at[32];

    for (size_t i = 0; i < json_array_size(counts); i++)
        records += json_integer_value(json_object_get(json_array_get(counts, i), "count")) % INT32_MAX;
    gw_log(GW_LOG_INFO, "sdk: history begins", "at", when(event, at), "types", GW_N((int64_t)json_array_size(counts)),
           "records", GW_N(records), NULL);
}

static void log_type_end(const json_t *event)
{
    char at[32], success[32], records[32], ms[32];

    gw_log(GW_LOG_INFO, "sdk: history of a type ended", "at", when(event, at), "type", word(event, "dataType"),
           "success", figure(event, "success", success), "records", figure(event, "recordCount", records), "ms",
           figure(event, "durationMs", ms), NULL);
}

static void log_device(const json_t *event)
{
    char at[32], battery[32], low[32], free_ram[32], ram[32];

    gw_log(GW_LOG_INFO, "sdk: device", "at", when(event, at), "battery", figure(event, "batteryLevel", battery),
           "battery_state", word(event, "batteryState"), "low_power", figure(event, "isLowPowerMode", low), "thermal",
           word(event, "thermalState"), "task", word(event, "taskType"), "ram_free",
           figure(event, "availableRamBytes", free_ram), "ram", figure(event, "totalRamBytes", ram), NULL);
}

#define FIELDS(list) (list), sizeof(list) / sizeof((list)[0])

static const struct event_type {
    const char *name;
    const struct field *fields;
    size_t count;
    void (*log)(const json_t *event);
} types[] = {{"historical_data_sync_start", FIELDS(start_fields), log_start},
             {"historical_data_type_sync_end", FIELDS(type_end_fields), log_type_end},
             {"device_state", FIELDS(device_fields), log_device}};

static const struct event_type *type_of(const json_t *event)
{
    const char *name = json_string_value(json_object_get(event, "eventType"));

    for (size_t i = 0; name && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            return &types[i];
    return NULL;
}

/* ---- checking ---- */

static const char *path_of(struct gw_http_request *request, size_t event, const char *name)
{
    const char *path = gw_arena_printf(request->arena, "events.%zu.%s", event, name);

    return path ? path : name;
}

static void check_event(struct gw_http_request *request, const json_t *event, size_t n, struct gw_err *err)
{
    const struct event_type *type = type_of(event);

    if (!type)
        gw_request_violation(request, err, path_of(request, n, "eventType"), "choice",
                             "eventType should be one of: %s, %s, %s.", types[0].name, types[1].name, types[2].name);
    for (size_t i = 0; type && i < type->count; i++) {
        const struct field *field = &type->fields[i];
        const json_t *value = json_object_get(event, field->name);
        if ((!value || json_is_null(value)) && !field->required)
            continue;
        if (!value || !kinds[field->kind].is(value))
            gw_request_violation(request, err, path_of(request, n, field->name), value ? "type" : "required",
                                 "%s should be %s.", field->name, kinds[field->kind].expected);
    }
}

static enum gw_code check(struct gw_http_request *request, const json_t *body, struct gw_err *err)
{
    const json_t *events = json_object_get(body, "events"), *provider = json_object_get(body, "provider");
    size_t count = json_array_size(events);

    if (!json_is_string(json_object_get(body, "sdkVersion")))
        gw_request_violation(request, err, "sdkVersion", "required", "sdkVersion should be a text.");
    if (provider && !json_is_null(provider) && !json_is_string(provider))
        gw_request_violation(request, err, "provider", "type", "provider should be a text.");
    if (!json_is_array(events) || count == 0 || count > EVENTS_MOST)
        gw_request_violation(request, err, "events", "length", "events should be a list of 1 to %d.", EVENTS_MOST);
    for (size_t i = 0; i < count && count <= EVENTS_MOST; i++)
        check_event(request, json_array_get(events, i), i, err);
    return request->violations.count ? GW_INVALID : GW_OK;
}

enum gw_code gw_answer_sdk_logs(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_uuid user = gw_request_uuid(request, "user_id");
    own_json json_t *body = NULL;
    char text[GW_UUID_TEXT];
    struct gw_user row;
    const json_t *events;
    enum gw_code code = gw_request_json(request, &body, err);

    if (!code)
        code = check(request, body, err);
    if (!code)
        code = gw_store_user_get(request->http->options.db, request->arena, user, &row, err);
    if (code)
        return code;
    gw_log_context("user", gw_uuid_text(user, text));
    gw_log_context("sdk", word(body, "sdkVersion"));
    gw_log_context("provider", word(body, "provider"));
    events = json_object_get(body, "events");
    for (size_t i = 0; i < json_array_size(events); i++)
        type_of(json_array_get(events, i))->log(json_array_get(events, i));
    gw_buf_printf(&request->reply.body,
                  "{\"status_code\":202,\"response\":\"Logged\",\"user_id\":\"%s\","
                  "\"dropped_count\":0,\"records_saved\":0,\"workouts_saved\":0,\"sleep_saved\":0}",
                  text);
    return gw_reply_json(request, 202, err);
}
