/* A plugin's declarations as JSON: for `aorta plugin inspect`, GET /providers and the documentation. */
#include "host/declare.h"
#include "host/params.h"

/* Writes "name": in front of each member, and the commas. */
struct object {
    struct gw_buf *out;
    bool first;
};

static struct object begin(struct gw_buf *out)
{
    gw_buf_char(out, '{');
    return (struct object){out, true};
}

static void member(struct object *o, const char *name)
{
    if (!o->first)
        gw_buf_char(o->out, ',');
    o->first = false;
    gw_buf_json_cstr(o->out, name);
    gw_buf_char(o->out, ':');
}

static void end(struct object *o)
{
    gw_buf_char(o->out, '}');
}

static void text(struct object *o, const char *name, const char *value)
{
    if (!value)
        return;
    member(o, name);
    gw_buf_json_cstr(o->out, value);
}

static void number(struct object *o, const char *name, int64_t value)
{
    member(o, name);
    gw_buf_i64(o->out, value);
}

static void flag(struct object *o, const char *name, bool value)
{
    member(o, name);
    gw_buf_str(o->out, value ? "true" : "false");
}

static void list(struct object *o, const char *name, const char *const *items)
{
    member(o, name);
    gw_buf_char(o->out, '[');
    for (size_t i = 0; items && items[i]; i++) {
        if (i)
            gw_buf_char(o->out, ',');
        gw_buf_json_cstr(o->out, items[i]);
    }
    gw_buf_char(o->out, ']');
}

/* ---- rows ---- */

typedef void row_fn(const void *row, struct gw_buf *out);

static void table(struct object *o, const char *name, const void *rows, uint32_t count, uint32_t stride, row_fn *write)
{
    member(o, name);
    gw_buf_char(o->out, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            gw_buf_char(o->out, ',');
        write(GW_ROW(void, rows, i, stride), o->out);
    }
    gw_buf_char(o->out, ']');
}

static void write_param(const void *row, struct gw_buf *out)
{
    const aorta_param *p = row;
    struct object o = begin(out);

    text(&o, "name", p->name);
    text(&o, "title", p->title);
    text(&o, "description", p->description);
    text(&o, "type", gw_type_name(p->type));
    flag(&o, "required", p->flags & AORTA_PARAM_REQUIRED);
    flag(&o, "secret", p->flags & AORTA_PARAM_SECRET);
    flag(&o, "advanced", p->flags & AORTA_PARAM_ADVANCED);
    text(&o, "default", p->default_text);
    text(&o, "min", p->min_text);
    text(&o, "max", p->max_text);
    text(&o, "pattern", p->pattern);
    text(&o, "unit", p->unit);
    text(&o, "example", p->example);
    if (p->choices)
        list(&o, "choices", p->choices);
    if (p->type == AORTA_TYPE_STRING)
        number(&o, "max_length", p->max_len ? p->max_len : 1024);
    text(&o, "error_code", p->error_code);
    text(&o, "error_text", p->error_text);
    end(&o);
}

static void write_rule(const void *row, struct gw_buf *out)
{
    static const char *const kinds[] = {"", "all_or_none", "ordered", "max_span"};
    const aorta_rule *r = row;
    struct object o = begin(out);

    text(&o, "kind", r->kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[r->kind] : "unknown");
    list(&o, "names", r->names);
    if (r->kind == AORTA_RULE_MAX_SPAN)
        number(&o, "amount", r->amount);
    text(&o, "error_code", r->error_code);
    text(&o, "error_text", r->error_text);
    end(&o);
}

static void write_rate(const void *row, struct gw_buf *out)
{
    const aorta_rate *r = row;
    struct object o = begin(out);

    text(&o, "key", r->key);
    text(&o, "scope", r->scope == AORTA_RATE_APP ? "app" : "connection");
    number(&o, "requests", r->requests);
    number(&o, "window_ms", r->window_ms);
    end(&o);
}

static void write_metric(const void *row, struct gw_buf *out)
{
    static const char *const aggregations[] = {"", "avg", "sum", "max", "min", "last"};
    const aorta_metric_decl *m = row;
    struct object o = begin(out);

    text(&o, "name", m->name);
    text(&o, "unit", m->unit);
    text(&o, "description", m->description);
    text(&o, "aggregation",
         m->aggregation < sizeof(aggregations) / sizeof(aggregations[0]) ? aggregations[m->aggregation] : "unknown");
    end(&o);
}

static void write_kind(const void *row, struct gw_buf *out)
{
    const aorta_kind_decl *k = row;
    struct object o = begin(out);

    text(&o, "name", k->name);
    text(&o, "description", k->description);
    end(&o);
}

static void write_coverage(const void *row, struct gw_buf *out)
{
    const aorta_coverage_decl *c = row;
    struct object o = begin(out);

    text(&o, "what", c->what);
    text(&o, "name", c->name);
    text(&o, "notes", c->notes);
    end(&o);
}

/* ---- the whole ---- */

static void write_capabilities(struct object *o, uint64_t capabilities)
{
    static const struct {
        uint64_t bit;
        const char *name;
    } names[] = {
        {AORTA_CAP_OAUTH, "oauth"},
        {AORTA_CAP_PULL, "pull"},
        {AORTA_CAP_WEBHOOK_PUSH, "webhook_push"},
        {AORTA_CAP_WEBHOOK_PING, "webhook_ping"},
        {AORTA_CAP_UPLOAD, "upload"},
        {AORTA_CAP_IMPORT, "import"},
        {AORTA_CAP_BACKFILL_ASYNC, "backfill_async"},
        {AORTA_CAP_WORKOUTS, "workouts"},
        {AORTA_CAP_247, "247"},
    };
    const char *list_of[sizeof(names) / sizeof(names[0]) + 1];
    size_t n = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (capabilities & names[i].bit)
            list_of[n++] = names[i].name;
    list_of[n] = NULL;
    list(o, "capabilities", list_of);
}

static void write_schedule(struct object *o, const aorta_schedule_decl *s)
{
    struct object inner;

    if (!s)
        return;
    member(o, "schedule");
    inner = begin(o->out);
    number(&inner, "poll_interval_s", s->poll_interval_s);
    number(&inner, "history_reach_s", s->history_reach_s);
    number(&inner, "correction_window_s", s->correction_window_s);
    number(&inner, "token_keep_alive_s", s->token_keep_alive_s);
    end(&inner);
}

static void write_abi(struct object *o, const aorta_plugin *plugin)
{
    struct object inner;

    member(o, "abi");
    inner = begin(o->out);
    number(&inner, "major", plugin->abi_major);
    number(&inner, "minor", plugin->abi_minor);
    number(&inner, "min_host_minor", plugin->min_host_minor);
    end(&inner);
}

void gw_descriptor_to_json(const aorta_plugin *plugin, struct gw_buf *out)
{
    const aorta_descriptor *d = plugin->desc;
    struct object o = begin(out);

    text(&o, "id", d->id);
    text(&o, "name", d->name);
    text(&o, "version", d->version);
    text(&o, "vendor", d->vendor);
    text(&o, "license", d->license);
    text(&o, "homepage", d->homepage);
    text(&o, "description", d->description);
    write_abi(&o, plugin);
    write_capabilities(&o, d->capabilities);
    flag(&o, "signs_requests", d->flags & AORTA_DESC_SIGNS_REQUESTS);
    table(&o, "settings", d->settings, d->settings_count, d->settings_stride, write_param);
    table(&o, "sync_params", d->sync_params, d->sync_params_count, d->sync_params_stride, write_param);
    table(&o, "sync_rules", d->sync_rules, d->sync_rules_count, d->sync_rules_stride, write_rule);
    table(&o, "rates", d->rates, d->rates_count, d->rates_stride, write_rate);
    list(&o, "payload_kinds", d->payload_kinds);
    table(&o, "metrics", d->metrics, d->metrics_count, d->metrics_stride, write_metric);
    table(&o, "kinds", d->kinds, d->kinds_count, d->kinds_stride, write_kind);
    table(&o, "coverage", d->coverage, d->coverage_count, d->coverage_stride, write_coverage);
    write_schedule(&o, d->schedule);
    list(&o, "http_hosts", d->http_hosts);
    list(&o, "extensions", d->extensions);
    list(&o, "required_host_extensions", d->required_host_extensions);
    number(&o, "normalize_revision", d->normalize_revision);
    end(&o);
}
