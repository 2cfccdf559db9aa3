/* A run as the contract's body. */
#include <math.h>

#include "base/time.h"
#include "sync/request.h"
#include "sync/states.h"

static void write_count(struct gw_buf *out, const char *name, const struct gw_count *c)
{
    gw_buf_printf(out, "\"%s\":{\"fetched\":%lld,\"created\":%lld,\"updated\":%lld,\"unchanged\":%lld", name,
                  (long long)c->fetched, (long long)c->created, (long long)c->updated, (long long)c->unchanged);
    if (c->deleted)
        gw_buf_printf(out, ",\"deleted\":%lld", (long long)c->deleted);
    if (c->rejected)
        gw_buf_printf(out, ",\"rejected\":%lld", (long long)c->rejected);
    gw_buf_char(out, '}');
}

static void write_details(struct gw_buf *out, const struct gw_counts *c)
{
    gw_buf_str(out, "\"details\":{");
    write_count(out, "workouts", &c->workouts);
    gw_buf_char(out, ',');
    write_count(out, "sleep", &c->sleep);
    gw_buf_char(out, ',');
    write_count(out, "timeseries", &c->timeseries);
    gw_buf_char(out, ',');
    write_count(out, "events", &c->events);
    gw_buf_printf(out, ",\"payloads\":{\"fetched\":%lld,\"unreadable\":%lld}}", (long long)c->payloads,
                  (long long)c->payloads_failed);
}

static void write_time(struct gw_buf *out, const char *name, int64_t us)
{
    char text[32];

    gw_buf_printf(out, ",\"%s\":", name);
    if (us == GW_NO_TIME) {
        gw_buf_str(out, "null");
        return;
    }
    gw_time_format(us, text);
    gw_buf_json_cstr(out, text);
}

static void write_error(struct gw_buf *out, const struct gw_run *run)
{
    gw_buf_str(out, ",\"error\":");
    if (!run->error_code) {
        gw_buf_str(out, "null");
        return;
    }
    gw_buf_str(out, "{\"code\":");
    gw_buf_json_cstr(out, run->error_code);
    gw_buf_str(out, ",\"detail\":");
    gw_buf_json_cstr(out, run->error);
    gw_buf_char(out, '}');
}

static void write_ignored(struct gw_buf *out, const struct gw_str *ignored, size_t count)
{
    gw_buf_str(out, ",\"ignored_parameters\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            gw_buf_char(out, ',');
        gw_buf_json(out, ignored[i]);
    }
    gw_buf_char(out, ']');
}

void gw_run_to_json(const struct gw_run *run, bool async, const struct gw_str *ignored, size_t ignored_count,
                    struct gw_buf *out)
{
    const struct gw_run_state *state = gw_run_state_of(run->status);
    char id[GW_UUID_TEXT], user[GW_UUID_TEXT];

    gw_uuid_text(run->id, id);
    gw_uuid_text(run->user_id, user);
    gw_buf_printf(out, "{\"success\":%s,\"run_id\":\"%s\",\"task_id\":\"%s\",\"status\":\"%s\",\"provider\":",
                  state->success ? "true" : "false", id, id, state->name);
    gw_buf_json_cstr(out, run->provider);
    gw_buf_printf(out, ",\"user_id\":\"%s\",\"async\":%s,\"source\":", user, async ? "true" : "false");
    gw_buf_json_cstr(out, run->source);
    gw_buf_char(out, ',');
    write_details(out, &run->counts);
    write_time(out, "retry_at", run->retry_at_us);
    write_ignored(out, ignored, ignored_count);
    gw_buf_str(out, ",\"warnings\":");
    gw_buf_str(out, run->warnings && run->warnings[0] ? run->warnings : "[]");
    write_error(out, run);
    write_time(out, "created_at", run->created_us);
    write_time(out, "started_at", run->started_us);
    write_time(out, "ended_at", run->ended_us);
    gw_buf_char(out, '}');
}
