/* A sync asked for over HTTP: parameters checked, a job submitted, an answer waited for. */
#include "sync/request.h"

#include <stdio.h>

#include "base/time.h"
#include "sync/args.h"
#include "sync/states.h"
#include "sync/waiters.h"

#define LOOK_AGAIN_US (1 * GW_US_PER_S) /* a hint may be lost: the row is the truth */

struct asking {
    struct gw_sync_engine *engine;
    struct gw_arena *arena;
    const struct gw_sync_ask *ask;
    struct gw_sync_answer *answer;
    struct gw_param_text *texts; /* the query without data_type and async */
    size_t texts_count;
    uint32_t data;
    aorta_value *values;
    struct gw_connection connection;
};

/* ---- parameters ---- */

static const struct {
    const char *name;
    uint32_t mask;
} data_types[] = {
    {"all", AORTA_DATA_WORKOUTS | AORTA_DATA_247},
    {"workouts", AORTA_DATA_WORKOUTS},
    {"247", AORTA_DATA_247},
};

static bool read_data_type(struct gw_str text, uint32_t *ret)
{
    for (size_t i = 0; i < sizeof(data_types) / sizeof(data_types[0]); i++) {
        if (gw_str_is(text, data_types[i].name)) {
            *ret = data_types[i].mask;
            return true;
        }
    }
    return false;
}

/* data_type is the core's, for every provider; what is left goes by the plugin's declarations. */
static enum gw_code split_params(struct asking *a, bool *data_type_wrong, struct gw_err *err)
{
    a->texts = gw_arena_zalloc(a->arena, (a->ask->params_count + 1) * sizeof(*a->texts));
    if (!a->texts)
        return gw_fail(err, GW_NOMEM, NULL);
    a->data = data_types[0].mask;
    for (size_t i = 0; i < a->ask->params_count; i++) {
        const struct gw_param_text *p = &a->ask->params[i];
        if (gw_str_is(p->name, "data_type"))
            *data_type_wrong |= !read_data_type(p->value, &a->data);
        else if (!gw_str_is(p->name, "async"))
            a->texts[a->texts_count++] = *p;
    }
    return GW_OK;
}

static enum gw_code add_violation(struct asking *a, const char *field, const char *code, const char *message,
                                  struct gw_err *err)
{
    struct gw_violations *v = &a->answer->violations;
    struct gw_violation *items = gw_arena_zalloc(a->arena, (v->count + 1) * sizeof(*items));

    if (!items)
        return gw_fail(err, GW_NOMEM, NULL);
    items[0] = (struct gw_violation){field, code, message};
    if (v->count)
        memcpy(items + 1, v->items, v->count * sizeof(*items));
    v->items = items;
    v->count++;
    return gw_fail(err, GW_INVALID, "%s", message);
}

static enum gw_code read_params(struct asking *a, struct gw_err *err)
{
    const aorta_descriptor *d = a->ask->provider->plugin->desc;
    bool data_type_wrong = false;
    struct gw_str *ignored = NULL;
    enum gw_code code = split_params(a, &data_type_wrong, err);

    if (code)
        return code;
    code = gw_params_parse(d->sync_params, d->sync_params_count, d->sync_params_stride, d->sync_rules,
                           d->sync_rules_count, d->sync_rules_stride, a->texts, a->texts_count, gw_now_us(), a->arena,
                           &a->values, &ignored, &a->answer->ignored_count, &a->answer->violations, err);
    a->answer->ignored = ignored;
    if (data_type_wrong && (code == GW_OK || code == GW_INVALID))
        code = add_violation(a, "data_type", "validation.enum", "data_type should be 'workouts', '247' or 'all'", err);
    return code;
}

/* 501 when none of what is wanted exists there; what does not exist is left out of `all`. */
static enum gw_code check_data(struct asking *a, struct gw_err *err)
{
    const struct gw_provider *p = a->ask->provider;
    uint64_t caps = p->plugin->desc->capabilities;
    uint32_t offered =
        (caps & AORTA_CAP_WORKOUTS ? AORTA_DATA_WORKOUTS : 0) | (caps & AORTA_CAP_247 ? AORTA_DATA_247 : 0);

    if (!(caps & AORTA_CAP_PULL) || !(a->data & offered))
        return gw_fail(err, GW_UNSUPPORTED, "Provider '%s' does not support %s", p->id,
                       !(caps & AORTA_CAP_PULL) || a->data == data_types[0].mask ? "any requested data types"
                       : a->data == AORTA_DATA_WORKOUTS                          ? "workouts"
                                                        : "247 data (sleep/recovery/activity)");
    a->data &= offered;
    return GW_OK;
}

/* ---- the connection ---- */

static enum gw_code find_connection(struct asking *a, struct gw_err *err)
{
    struct gw_connection *all = NULL;
    size_t count = 0;
    const struct gw_provider *p = a->ask->provider;
    enum gw_code code = gw_store_connection_list(a->engine->db, a->arena, a->ask->user, p->id, &all, &count, err);

    if (code)
        return code;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].status, "active") == 0) {
            a->connection = all[i];
            return GW_OK;
        }
    }
    if (count == 0 || strcmp(all[0].status, "revoked") == 0)
        return gw_fail_wire(err, count ? GW_REAUTHORIZE : GW_NOT_CONNECTED,
                            count ? "connection.reauthorize" : "connection.missing", "User not connected to %s", p->id);
    return gw_fail(err, GW_REAUTHORIZE, "The user has to connect %s again: %s", p->id,
                   all[0].reason ? all[0].reason : "the provider refused the grant");
}

/* ---- the job ---- */

static enum gw_code submit(struct asking *a, struct gw_waiter *waiter, struct gw_uuid *ret_run, struct gw_err *err)
{
    struct gw_job job = {
        .id = gw_uuid_v7(),
        .user_id = a->ask->user,
        .connection_id = a->connection.id,
        .provider = a->ask->provider->id,
        .kind = GW_JOB_SYNC,
        .priority = GW_PRIORITY_INTERACTIVE,
        .run_at_us = gw_now_us(),
        .wanted = !a->ask->async,
    };
    bool joined = false;
    enum gw_code code = gw_args_write_sync(a->ask->provider->plugin->desc, a->values, a->data, a->arena, &job.args,
                                           job.args_digest, err);

    if (code)
        return code;
    if (waiter)
        gw_waiter_begin(a->engine->waiters, waiter, job.id);
    code = gw_store_job_submit(a->engine->db, &job, ret_run, &joined, err);
    if (code && waiter)
        gw_waiter_end(a->engine->waiters, waiter);
    if (code)
        return code;
    if (waiter && joined)
        gw_waiter_retarget(a->engine->waiters, waiter, *ret_run);
    gw_notify_work(a->engine->notify);
    return GW_OK;
}

static enum gw_code look(struct asking *a, struct gw_uuid run, struct gw_err *err)
{
    return gw_store_run_get(a->engine->db, a->arena, a->ask->user, run, &a->answer->run, err);
}

static enum gw_code wait_for(struct asking *a, struct gw_waiter *waiter, struct gw_uuid run, struct gw_err *err)
{
    int64_t end = gw_mono_us() + a->engine->wait_s * GW_US_PER_S;

    for (;;) {
        int64_t now = gw_mono_us();
        enum gw_code code = look(a, run, err);
        if (code || gw_run_state_of(a->answer->run.status)->ended || now >= end)
            return code;
        gw_waiter_sleep(a->engine->waiters, waiter, now + LOOK_AGAIN_US < end ? now + LOOK_AGAIN_US : end);
    }
}

/* The code of a run that failed, with its wire text; anything else is an answer. */
static enum gw_code judge(struct asking *a, struct gw_err *err)
{
    const struct gw_run *run = &a->answer->run;
    enum gw_code code;

    a->answer->accepted = !gw_run_state_of(run->status)->ended;
    if (strcmp(run->status, "failed") != 0 || !run->error_code)
        return GW_OK;
    code = gw_code_from_wire(run->error_code);
    if (code == GW_INTERNAL && strcmp(run->error_code, gw_code_wire(GW_INTERNAL)) != 0)
        code = run->error_status == 409   ? GW_CONFLICT
               : run->error_status == 422 ? GW_INVALID
               : run->error_status == 403 ? GW_DENIED
               : run->error_status == 404 ? GW_NOT_FOUND
               : run->error_status == 502 ? GW_UPSTREAM_REJECTED
               : run->error_status == 503 ? GW_CONFIG
                                          : GW_INTERNAL;
    return gw_fail_wire(err, code, run->error_code, "%s", run->error ? run->error : "");
}

static enum gw_code prepare(struct asking *a, struct gw_err *err)
{
    const struct gw_provider *p = a->ask->provider;
    struct gw_user user;
    enum gw_code code = gw_store_user_get(a->engine->db, a->arena, a->ask->user, &user, err);

    if (code)
        return code;
    if (!p->ready)
        return gw_fail(err, GW_CONFIG, "%s", p->reason);
    code = gw_settings_require(a->engine->link->settings, p->id, err);
    if (!code)
        code = read_params(a, err);
    if (!code)
        code = check_data(a, err);
    if (!code)
        code = find_connection(a, err);
    return code;
}

enum gw_code gw_sync_request(struct gw_sync_engine *engine, struct gw_arena *arena, const struct gw_sync_ask *ask,
                             struct gw_sync_answer *ret, struct gw_err *err)
{
    struct gw_sync_ask copy = *ask;
    struct asking a = {.engine = engine, .arena = arena, .ask = &copy, .answer = ret};
    struct gw_waiter waiter;
    struct gw_uuid run;
    enum gw_code code;

    memset(ret, 0, sizeof(*ret));
    if (!copy.async && gw_waiters_count(engine->waiters) >= (size_t)engine->most_waiting)
        copy.async = true;
    code = prepare(&a, err);
    if (!code)
        code = submit(&a, copy.async ? NULL : &waiter, &run, err);
    if (code)
        return code;
    if (copy.async) {
        code = look(&a, run, err);
    } else {
        code = wait_for(&a, &waiter, run, err);
        gw_waiter_end(engine->waiters, &waiter);
    }
    return code ? code : judge(&a, err);
}
