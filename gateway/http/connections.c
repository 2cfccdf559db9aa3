/* A user's connections, with what their providers can do. */
#include <math.h>

#include "base/log.h"
#include "http/answers.h"
#include "http/inside.h"
#include "read/write.h"
#include "store/connections.h"

#define DAY_S 86400

static uint64_t capabilities(const struct gw_provider *provider)
{
    return provider && provider->plugin ? provider->plugin->desc->capabilities : 0;
}

const char *gw_answer_live_mode(const struct gw_provider *provider)
{
    uint64_t caps = capabilities(provider);

    if (caps & AORTA_CAP_BACKFILL_ASYNC || (caps & AORTA_CAP_WEBHOOK_PUSH && !(caps & AORTA_CAP_PULL)))
        return "webhook";
    return caps & AORTA_CAP_PULL ? "pull" : NULL;
}

/* The API's clients know three words. */
static const char *status_of(const struct gw_connection *c)
{
    return strcmp(c->status, "reauthorize") == 0 ? "expired" : c->status;
}

static void write_reach(struct gw_buf *out, const struct gw_provider *provider)
{
    const aorta_schedule_decl *schedule = provider && provider->plugin ? provider->plugin->desc->schedule : NULL;
    bool said = AORTA_HAS(aorta_schedule_decl, schedule, history_reach_s) && schedule->history_reach_s > 0;

    gw_write_int(out, ",\"max_historical_days\":", said ? (double)(schedule->history_reach_s / DAY_S) : (double)NAN);
}

static void write_provider(struct gw_buf *out, const struct gw_provider *provider)
{
    uint64_t caps = capabilities(provider);

    gw_buf_str(out, ",\"icon_url\":");
    gw_answer_icon_url(provider, out);
    write_reach(out, provider);
    gw_write_bool(out, ",\"rest_pull\":", (caps & AORTA_CAP_PULL) != 0);
    gw_write_bool(out, ",\"webhook_stream\":", (caps & AORTA_CAP_WEBHOOK_PUSH) != 0);
    gw_write_bool(out, ",\"webhook_ping\":", (caps & AORTA_CAP_WEBHOOK_PING) != 0);
    gw_write_bool(out, ",\"webhook_callback\":", (caps & AORTA_CAP_BACKFILL_ASYNC) != 0);
    gw_write_text(out, ",\"live_sync_mode\":", gw_answer_live_mode(provider));
}

/* Other users whose active connection is to the same account. */
static enum gw_code write_linked(struct gw_http_request *request, const struct gw_connection *c, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_connection *others = NULL;
    size_t count = 0, n = 0;
    enum gw_code code = GW_OK;
    char id[GW_UUID_TEXT];

    if (c->shared && strcmp(c->status, "active") == 0)
        code = gw_store_connection_by_account(request->http->options.db, request->arena, c->provider,
                                              c->provider_user_id, &others, &count, err);
    gw_buf_str(out, ",\"linked_user_ids\":[");
    for (size_t i = 0; i < count && code == GW_OK; i++) {
        if (gw_uuid_eq(others[i].user_id, c->user_id) || strcmp(others[i].status, "active") != 0)
            continue;
        gw_buf_str(out, n++ ? ",\"" : "\"");
        gw_buf_str(out, gw_uuid_text(others[i].user_id, id));
        gw_buf_char(out, '"');
    }
    gw_buf_char(out, ']');
    return code;
}

static enum gw_code write_connection(struct gw_http_request *request, const struct gw_connection *c, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    enum gw_code code;

    gw_write_uuid(out, "{\"id\":", c->id);
    gw_write_uuid(out, ",\"user_id\":", c->user_id);
    gw_write_text(out, ",\"provider\":", c->provider);
    gw_write_text(out, ",\"status\":", status_of(c));
    gw_write_text(out, ",\"status_reason\":", c->reason);
    gw_write_text(out, ",\"provider_user_id\":", c->provider_user_id);
    gw_write_text(out, ",\"provider_username\":", c->provider_username);
    gw_write_text(out, ",\"scope\":", c->scope);
    gw_write_time(out, ",\"created_at\":", c->created_us);
    gw_write_time(out, ",\"updated_at\":", c->updated_us);
    gw_write_time(out, ",\"last_synced_at\":", c->last_synced_us);
    write_provider(out, gw_registry_find(request->http->options.registry, c->provider));
    code = write_linked(request, c, err);
    gw_buf_char(out, '}');
    return code;
}

enum gw_code gw_answer_connections(struct gw_http_request *request, struct gw_err *err)
{
    struct gw_buf *out = &request->reply.body;
    struct gw_connection *list;
    size_t count;
    enum gw_code code = gw_store_connection_list(request->http->options.db, request->arena,
                                                 gw_request_uuid(request, "user_id"), NULL, &list, &count, err);

    if (code != GW_OK)
        return code;
    gw_buf_char(out, '[');
    for (size_t i = 0; i < count && code == GW_OK; i++) {
        gw_buf_str(out, i ? "," : "");
        code = write_connection(request, &list[i], err);
    }
    gw_buf_char(out, ']');
    return code == GW_OK ? gw_reply_json(request, 200, err) : code;
}

/* ---- ending them ---- */

void gw_answer_log_untold(const struct gw_untold *list)
{
    char id[GW_UUID_TEXT];

    for (; list; list = list->next)
        gw_log(list->meant ? GW_LOG_INFO : GW_LOG_WARN, "the provider was not told that the user left", "provider",
               list->provider, "connection", gw_uuid_text(list->connection, id), "code", gw_err_wire(&list->why),
               "error", gw_err_text(&list->why), NULL);
}

enum gw_code gw_answer_empty(struct gw_http_request *request)
{
    request->reply.status = 204;
    return GW_OK;
}

typedef enum gw_code end_fn(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                            struct gw_untold **untold, struct gw_err *err);

static enum gw_code end(struct gw_http_request *request, end_fn *how, struct gw_err *err)
{
    struct gw_untold *untold = NULL;
    const char *provider = gw_request_path(request, "provider");
    struct gw_uuid user = gw_request_uuid(request, "user_id");
    char id[GW_UUID_TEXT];
    enum gw_code code = provider ? how(request->http->options.link, request->arena, user, provider, &untold, err)
                                 : gw_fail(err, GW_NOMEM, NULL);

    gw_answer_log_untold(untold);
    if (code == GW_NOT_CONNECTED)
        return gw_fail_wire(err, GW_NOT_FOUND, "connection.unknown", "Connection with ID: %s not found.",
                            gw_uuid_text(user, id));
    if (code == GW_NOT_FOUND)
        return gw_answer_no_user(request, err);
    return code ? code : gw_answer_empty(request);
}

enum gw_code gw_answer_disconnect(struct gw_http_request *request, struct gw_err *err)
{
    return end(request, gw_link_disconnect, err);
}

enum gw_code gw_answer_data_delete(struct gw_http_request *request, struct gw_err *err)
{
    return end(request, gw_link_delete_data, err);
}
