/* Webhook bodies: stored with the job that will read them, before the provider gets its 200. */
#include "base/time.h"
#include "store/counts.h"
#include "store/job_row.h"
#include "store/pool.h"

static enum gw_code put(struct pg_conn *c, struct gw_arena *arena, const struct gw_inbox *inbox,
                        const struct gw_job *job, struct gw_err *err)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, inbox->id);
    pg_put_text(&p, inbox->provider);
    pg_put_text(&p, inbox->method);
    pg_put_text(&p, inbox->headers ? inbox->headers : "[]");
    pg_put_text(&p, inbox->query ? inbox->query : "[]");
    pg_put_bytes(&p, inbox->body.ptr, inbox->body.len);
    pg_put_time(&p, inbox->received_us > 0 ? inbox->received_us : gw_now_us());
    pg_queue_plain(c, SQL_BEGIN);
    pg_queue(c, SQL_INBOX_INSERT, &p);
    job_queue_insert(c, arena, job, false);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_inbox_put(struct gw_db *db, const struct gw_inbox *inbox, struct gw_uuid *ret_job,
                                struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_inbox row = *inbox;
    struct gw_job job = {
        .id = gw_uuid_v7(), .provider = inbox->provider, .kind = GW_JOB_WEBHOOK, .priority = GW_PRIORITY_EVENT};
    struct pg_turn turn = {.db = db};
    char text[GW_UUID_TEXT];
    enum gw_code code = GW_OK;

    if (gw_uuid_is_nil(row.id))
        row.id = gw_uuid_v7();
    if (arena)
        job.args = gw_arena_printf(arena, "{\"inbox_id\":\"%s\"}", gw_uuid_text(row.id, text));
    if (!arena || !job.args)
        code = gw_fail(err, GW_NOMEM, NULL);
    if (!code)
        while (pg_turn(&turn, &code, err))
            code = put(turn.c, arena, &row, &job, err);
    gw_arena_free(&arena);
    if (!code && ret_job)
        *ret_job = job.id;
    return code;
}

enum gw_code gw_store_inbox_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_inbox *ret,
                                struct gw_err *err)
{
    struct pg_params p = {0};
    gw_own_result *result = NULL;
    struct gw_inbox inbox;
    enum gw_code code;

    pg_put_uuid(&p, id);
    code = pg_one(db, SQL_INBOX_GET, &p, &result, err);
    if (!code && PQntuples(result) == 0)
        code = gw_fail(err, GW_NOT_FOUND, "There is no such webhook.");
    if (code)
        return code;
    struct pg_row row = {.result = result, .arena = arena};
    inbox.id = pg_get_uuid(&row);
    inbox.provider = pg_get_text(&row);
    inbox.method = pg_get_text(&row);
    inbox.headers = pg_get_text(&row);
    inbox.query = pg_get_text(&row);
    inbox.body = pg_get_bytes(&row);
    inbox.received_us = pg_get_time(&row);
    code = pg_row_check(&row, err);
    if (!code)
        *ret = inbox;
    return code;
}

static enum gw_code done(struct pg_conn *c, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid job,
                         struct gw_uuid lease, const struct gw_counts *counts, const char *warnings, struct gw_err *err)
{
    struct pg_params p = {0};
    struct job_row row;
    bool failed = false;
    enum gw_code code = job_begin(c, job, lease, arena, &row, err);

    if (code)
        return code;
    if (counts)
        counts_add(&row.job.counts, counts);
    warnings = warnings_join(arena, row.job.warnings, warnings, &failed);
    if (failed)
        return gw_fail(err, GW_NOMEM, NULL);
    pg_put_uuid(&p, id);
    pg_queue(c, SQL_INBOX_DELETE, &p);
    job_queue_end(c, arena, &row.job, "success", &row.job.counts, warnings, NULL);
    pg_queue_plain(c, SQL_COMMIT);
    return pg_run(c, err);
}

enum gw_code gw_store_inbox_done(struct gw_db *db, struct gw_uuid id, struct gw_uuid job, struct gw_uuid lease,
                                 const struct gw_counts *counts, const char *warnings_json, struct gw_err *err)
{
    struct pg_turn turn = {.db = db};
    struct gw_arena *arena = gw_arena_new(0);
    enum gw_code code;

    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    while (pg_turn(&turn, &code, err))
        code = done(turn.c, arena, id, job, lease, counts, warnings_json, err);
    gw_arena_free(&arena);
    return code;
}
