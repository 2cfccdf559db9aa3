/* What Garmin posts to us. There is no signature; what can be checked is checked, and a callback URL counts
 * only when it leads to Garmin's own API. One body holds many types and many users: each user's part goes its
 * own way, and what cannot be read is left out without harm to the rest. Garmin repeats a notification for
 * days unless it is answered 200, so nothing in here makes the host answer otherwise. */
#include "garmin.h"

#include <stdlib.h>
#include <string.h>

#define BODY_MAX (100u << 20) /* Garmin wants 10 MB taken, and 100 MB for activity details */
#define USER_MAX 128
#define HINT_MAX (64u << 10)
#define KEY_MAX  64

/* ---- verify ---- */

static int equal(aorta_ctx *ctx, aorta_str a, aorta_str b)
{
    return ctx->host->ct_equal(ctx, a.ptr, a.len, b.ptr, b.len);
}

static aorta_status verify(void *self, aorta_ctx *ctx, const aorta_webhook_req *req)
{
    const struct garmin *g = self;
    aorta_str id = sdk_pair(req->headers, req->headers_count, "garmin-client-id");
    aorta_str token = sdk_pair(req->query, req->query_count, "token");
    if (g->webhook_token.len && !equal(ctx, token, g->webhook_token))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "garmin.webhook_token", "the token of the webhook's URL is wrong");
    /* Garmin's data generator leaves the header out */
    if (g->client_id_check && id.len && !equal(ctx, id, g->client_id))
        return sdk_fail(ctx, AORTA_ERR_DENIED, "garmin.webhook_client_id", "the webhook is for another client id");
    return AORTA_OK;
}

/* ---- route ---- */

struct route {
    const struct garmin *g;
    aorta_ctx *ctx;
    const aorta_host_webhook *host;
    int64_t received_at_us;
    aorta_str raw_key; /* of the list in hand, with its quotes */
    aorta_str key;
    int type; /* -1 = unknown */
    aorta_str user;
    uint32_t skipped, files;
};

static aorta_status hand_over(struct route *r, const aorta_webhook_item *item)
{
    aorta_status st = r->host->item(r->ctx, item);
    return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st; /* a user we do not have: the host counts it */
}

/* The string value of a member, or empty. Only the value is parsed. */
static aorta_str text_of(aorta_ctx *ctx, aorta_str raw)
{
    sdk_json v;
    if (!raw.len || *raw.ptr != '"')
        return (aorta_str){NULL, 0};
    if (!memchr(raw.ptr, '\\', raw.len))
        return (aorta_str){raw.ptr + 1, raw.len - 2};
    return sdk_json_parse(ctx, raw.ptr, raw.len, &v) == AORTA_OK ? sdk_json_str(v) : (aorta_str){NULL, 0};
}

/* Printable ASCII without blanks, as user ids, keys and URLs of Garmin's are. */
static int is_plain(aorta_str s, size_t max)
{
    if (s.len == 0 || s.len > max)
        return 0;
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7f)
            return 0;
    return 1;
}

/* What one entry of a list is, by its outline. */
struct entry {
    struct garmin_raw raw;
    aorta_str callback; /* raw; empty in a push */
    int says;           /* there is more than whom it is about and what an old ping repeats of its link */
};

static int is_frame(aorta_str key)
{
    static const char *const frame[] = {"\"userId\"", "\"callbackURL\"", "\"userAccessToken\"",
                                        "\"uploadStartTimeInSeconds\"", "\"uploadEndTimeInSeconds\""};
    for (size_t i = 0; i < AORTA_COUNT(frame); i++)
        if (sdk_str_eq(key, frame[i]))
            return 1;
    return 0;
}

static int read_entry(struct route *r, aorta_str text, struct entry *ret)
{
    sdk_outline o;
    aorta_str key, value;
    int more;
    *ret = (struct entry){.raw = {.text = text}};
    if (*text.ptr != '{' || sdk_outline_begin(text, &o) != 0)
        return -1;
    while ((more = sdk_outline_next(&o, &key, &value)) == 1) {
        if (sdk_str_eq(key, "\"userId\""))
            ret->raw.user = text_of(r->ctx, value);
        else if (sdk_str_eq(key, "\"callbackURL\""))
            ret->callback = value;
        else if (sdk_str_eq(key, "\"userAccessToken\""))
            ret->raw.strip = 1;
        ret->says |= !is_frame(key);
    }
    return more == 0 && is_plain(ret->raw.user, USER_MAX) ? 0 : -1;
}

static aorta_status ping(struct route *r, const struct entry *e)
{
    aorta_str url = text_of(r->ctx, e->callback);
    if (r->type < 0 && sdk_str_eq(r->key, "activityFiles")) {
        r->files++;
        return AORTA_OK;
    }
    if (!is_plain(url, HINT_MAX) || !garmin_same_origin(url, r->g->api_url)) {
        sdk_log(r->ctx, AORTA_LOG_WARN, "a ping was skipped: its callback URL does not lead to Garmin's API");
        return AORTA_OK;
    }
    aorta_str hint = sdk_format(r->ctx, "{\"type\":%.*s,\"url\":%.*s}", (int)r->raw_key.len, r->raw_key.ptr,
                                (int)e->callback.len, e->callback.ptr);
    if (!hint.ptr)
        return AORTA_ERR_NOMEM;
    if (hint.len > HINT_MAX) {
        r->skipped++;
        return AORTA_OK;
    }
    aorta_webhook_item item = {.struct_size = sizeof(item),
                               .type = AORTA_WEBHOOK_FETCH,
                               .provider_user_id = e->raw.user,
                               .event = r->key,
                               .hint = hint};
    return hand_over(r, &item);
}

static aorta_status push(void *arg, aorta_str text)
{
    struct route *r = arg;
    aorta_payload payload = {
        .struct_size = sizeof(payload),
        .kind = sdk_str(r->type >= 0 ? garmin_types[r->type].kind : GARMIN_KIND_UNKNOWN),
        .content_type = AORTA_S("application/json"),
        .origin = AORTA_S("webhook"),
        .data = (const uint8_t *)text.ptr,
        .size = text.len,
        .received_at_us = r->received_at_us,
    };
    aorta_webhook_item item = {.struct_size = sizeof(item),
                               .type = AORTA_WEBHOOK_DATA,
                               .provider_user_id = r->user,
                               .event = r->key,
                               .payload = &payload};
    return hand_over(r, &item);
}

static int by_user(const void *a, const void *b)
{
    const struct garmin_raw *x = a, *y = b;
    int order = sdk_str_cmp(x->user, y->user);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Pushed items, user by user, each in the order they came. */
static aorta_status push_all(struct route *r, struct garmin_raw *items, size_t count)
{
    if (count > 1)
        qsort(items, count, sizeof(*items), by_user);
    for (size_t i = 0, n; i < count; i += n) {
        for (n = 1; i + n < count && sdk_str_cmp(items[i].user, items[i + n].user) == 0; n++)
            ;
        r->user = items[i].user;
        aorta_status st = garmin_envelope_write(r->ctx, r->raw_key, r->type == GARMIN_epochs, items + i, n, push, r);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

static size_t count_of(aorta_str list)
{
    sdk_outline o;
    aorta_str key, value;
    size_t count = 0;
    for (sdk_outline_begin(list, &o); sdk_outline_next(&o, &key, &value) == 1;)
        count++;
    return count;
}

/* A list of data: pings go out one by one, pushes together. */
static aorta_status data(struct route *r, aorta_str list)
{
    sdk_outline o;
    aorta_str key, value;
    size_t count = 0;
    int more;
    struct garmin_raw *items = r->ctx->host->alloc(r->ctx, (count_of(list) + 1) * sizeof(*items));
    if (!items)
        return AORTA_ERR_NOMEM;
    for (sdk_outline_begin(list, &o); (more = sdk_outline_next(&o, &key, &value)) == 1;) {
        struct entry e;
        if (read_entry(r, value, &e) != 0) {
            r->skipped++;
        } else if (e.callback.len) {
            aorta_status st = ping(r, &e);
            if (st != AORTA_OK)
                return st;
        } else if (!e.says) {
            r->skipped++; /* a ping without its link */
        } else {
            e.raw.index = (uint32_t)count;
            items[count++] = e.raw;
        }
    }
    r->skipped += more < 0; /* the rest of the list */
    return push_all(r, items, count);
}

/* ---- events about the user ---- */

static aorta_status deregistered(struct route *r, const struct entry *e)
{
    aorta_webhook_item item = {
        .struct_size = sizeof(item), .type = AORTA_WEBHOOK_DEREGISTER, .provider_user_id = e->raw.user};
    return hand_over(r, &item);
}

static aorta_status permissions_changed(struct route *r, const struct entry *e)
{
    sdk_json doc;
    aorta_str scope;
    if (sdk_json_parse(r->ctx, e->raw.text.ptr, e->raw.text.len, &doc) != AORTA_OK ||
        garmin_permissions(r->ctx, doc, &scope) != 0) {
        r->skipped++;
        return AORTA_OK;
    }
    aorta_webhook_item item = {.struct_size = sizeof(item),
                               .type = AORTA_WEBHOOK_PERMISSIONS,
                               .provider_user_id = e->raw.user,
                               .scope = scope};
    return hand_over(r, &item);
}

static aorta_status each(struct route *r, aorta_str list, aorta_status (*one)(struct route *, const struct entry *))
{
    sdk_outline o;
    aorta_str key, value;
    int more;
    for (sdk_outline_begin(list, &o); (more = sdk_outline_next(&o, &key, &value)) == 1;) {
        struct entry e;
        if (read_entry(r, value, &e) != 0) {
            r->skipped++;
            continue;
        }
        aorta_status st = one(r, &e);
        if (st != AORTA_OK)
            return st;
    }
    r->skipped += more < 0; /* the rest of the list */
    return AORTA_OK;
}

/* ---- the envelope ---- */

static aorta_status list_of(struct route *r, aorta_str list)
{
    aorta_str name = text_of(r->ctx, r->raw_key);
    r->key = name;
    r->type = garmin_type_find(name);
    if (*list.ptr != '[' || !is_plain(name, KEY_MAX)) {
        r->skipped++;
        return AORTA_OK;
    }
    if (sdk_str_eq(name, "deregistrations"))
        return each(r, list, deregistered);
    if (sdk_str_eq(name, "userPermissionsChange"))
        return each(r, list, permissions_changed);
    if (r->type < 0 && !sdk_str_eq(name, "activityFiles"))
        sdk_log(r->ctx, AORTA_LOG_WARN, "Garmin sent a type that this plugin does not know: %.*s", (int)name.len,
                name.ptr);
    return data(r, list);
}

static aorta_status route(void *self, aorta_ctx *ctx, const aorta_webhook_req *req)
{
    struct route r = {.g = self, .ctx = ctx, .received_at_us = req->received_at_us};
    sdk_outline o;
    aorta_str body = {(const char *)req->body.ptr, req->body.len}, whole, rest, value;
    int more;
    r.host = ctx->host->get_extension(ctx->host, AORTA_HOST_EXT_WEBHOOK);
    if (!r.host)
        return sdk_fail(ctx, AORTA_ERR_CONTRACT, "garmin.webhook_host", "the gateway offers no way to route webhooks");
    if (sdk_outline_value(body, &whole, &rest) != 0 || rest.len || *whole.ptr != '{' ||
        sdk_outline_begin(whole, &o) != 0)
        return sdk_fail(ctx, AORTA_ERR_DATA, "garmin.webhook_body", "the webhook's body is not a JSON object");
    while ((more = sdk_outline_next(&o, &r.raw_key, &value)) == 1) {
        aorta_status st = list_of(&r, value);
        if (st != AORTA_OK)
            return st;
    }
    if (r.files)
        sdk_log(ctx, AORTA_LOG_INFO, "%u activity files were announced; the plugin does not fetch files", r.files);
    if (r.skipped)
        sdk_log(ctx, AORTA_LOG_WARN, "%u entries of a webhook could not be read and were skipped", r.skipped);
    if (more < 0)
        return sdk_fail(ctx, AORTA_ERR_DATA, "garmin.webhook_body", "the webhook's body is malformed");
    return AORTA_OK;
}

const aorta_webhook_ext garmin_webhook = {
    .struct_size = sizeof(aorta_webhook_ext), .max_body = BODY_MAX, .verify = verify, .route = route};
