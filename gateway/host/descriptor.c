/* Whether a plugin's declarations are well formed. The first fault is the answer: authors fix one at a time. */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "host/declare.h"
#include "host/frame.h"
#include "host/metrics.h"
#include "host/url.h"

#define LIST_MOST    1024 /* a list without its closing NULL would be read for ever */
#define ROWS_MOST    4096
#define FLAGS_REFUSE 0xff000000u

#define CHECK(call)                                                                                                    \
    do {                                                                                                               \
        enum gw_code check_code_ = (call);                                                                             \
        if (check_code_ != GW_OK)                                                                                      \
            return check_code_;                                                                                        \
    } while (0)

#define WRONG(...) gw_fail(err, GW_CONTRACT, __VA_ARGS__)

static bool text_ok(const char *text)
{
    return text && gw_utf8_valid(text, strlen(text));
}

static bool optional_text_ok(const char *text)
{
    return !text || text_ok(text);
}

static bool name_ok(const char *name, size_t least, size_t most)
{
    size_t len = name ? strnlen(name, most + 1) : 0;

    return len >= least && len <= most && name[0] >= 'a' && name[0] <= 'z' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* "<id>.<something>" */
static bool own_name(const char *name, const char *id)
{
    size_t len = strlen(id);

    return text_ok(name) && strncmp(name, id, len) == 0 && name[len] == '.' && name[len + 1] && strlen(name) <= 64 &&
           !strpbrk(name, " \t\r\n,\"");
}

/* Behind the digits that v begins with; NULL when it begins with none, or with too many. */
static const char *behind_digits(const char *v)
{
    size_t n = strspn(v, "0123456789");

    return n > 0 && n < 10 ? v + n : NULL;
}

static bool semver_ok(const char *v)
{
    if (!text_ok(v))
        return false;
    for (int part = 0; part < 3; part++) {
        if (part > 0 && *v++ != '.')
            return false;
        v = behind_digits(v);
        if (!v)
            return false;
    }
    return v[0] == '\0' || ((v[0] == '-' || v[0] == '+') && v[1]);
}

static size_t list_len(const char *const *list)
{
    size_t n = 0;

    while (list && n < LIST_MOST && list[n])
        n++;
    return n;
}

static bool listed(const char *const *list, const char *text)
{
    for (; list && *list; list++)
        if (strcmp(*list, text) == 0)
            return true;
    return false;
}

static enum gw_code check_list(const char *const *list, const char *what, struct gw_err *err)
{
    size_t n = list_len(list);

    if (n == LIST_MOST)
        return WRONG("its list of %s does not end with NULL", what);
    for (size_t i = 0; i < n; i++) {
        if (!text_ok(list[i]) || !list[i][0])
            return WRONG("its list of %s holds an empty text or no UTF-8", what);
        if (listed(list + i + 1, list[i]))
            return WRONG("its list of %s names %.64s twice", what, list[i]);
    }
    return GW_OK;
}

static enum gw_code check_table(const void *rows, uint32_t count, uint32_t stride, size_t size, const char *what,
                                struct gw_err *err)
{
    if (count == 0)
        return GW_OK;
    if (!rows || count > ROWS_MOST)
        return WRONG("its table of %s is missing or has more than %d rows", what, ROWS_MOST);
    if (stride < size || stride % _Alignof(void *))
        return WRONG("its table of %s has rows of %u bytes where %zu are needed", what, (unsigned)stride, size);
    return GW_OK;
}

/* ---- parameters ---- */

static enum gw_code check_choices(const aorta_param *p, const char *what, struct gw_err *err)
{
    if (p->type != AORTA_TYPE_ENUM)
        return p->choices ? WRONG("%s %s has choices but is no ENUM", what, p->name) : GW_OK;
    if (list_len(p->choices) == 0)
        return WRONG("%s %s is an ENUM without choices", what, p->name);
    return check_list(p->choices, p->name, err);
}

static enum gw_code check_pattern(const aorta_param *p, const char *what, struct gw_err *err)
{
    regex_t re;

    if (!p->pattern)
        return GW_OK;
    if (p->type != AORTA_TYPE_STRING)
        return WRONG("%s %s has a pattern but is no STRING", what, p->name);
    if (!text_ok(p->pattern) || regcomp(&re, p->pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return WRONG("%s %s has a pattern that is not a POSIX extended regular expression", what, p->name);
    regfree(&re);
    return GW_OK;
}

static bool has_order(uint32_t type)
{
    return type == AORTA_TYPE_INT || type == AORTA_TYPE_FLOAT || type == AORTA_TYPE_TIME || type == AORTA_TYPE_DATE ||
           type == AORTA_TYPE_DURATION;
}

static enum gw_code read_edge(const aorta_param *p, const char *text, const char *what, const char *which,
                              struct gw_arena *arena, int64_t now_us, aorta_value *ret, struct gw_err *err)
{
    const char *fault;

    if (!text)
        return GW_OK;
    fault = gw_param_value(p, gw_str(text), true, now_us, arena, ret);
    return fault ? WRONG("%s %s has the %s \"%.64s\", which is not %s", what, p->name, which, text, fault) : GW_OK;
}

static enum gw_code check_bounds(const aorta_param *p, const char *what, struct gw_arena *arena, struct gw_err *err)
{
    aorta_value low = {0}, high = {0}, initial = {0};
    int64_t now_us = gw_now_us();
    const char *fault;

    if ((p->min_text || p->max_text) && !has_order(p->type))
        return WRONG("%s %s has bounds but its type has no order", what, p->name);
    CHECK(read_edge(p, p->min_text, what, "minimum", arena, now_us, &low, err));
    CHECK(read_edge(p, p->max_text, what, "maximum", arena, now_us, &high, err));
    CHECK(read_edge(p, p->default_text, what, "default", arena, now_us, &initial, err));
    if (p->min_text && p->max_text && gw_param_bounds(p, &low, now_us, arena))
        return WRONG("%s %s has a minimum above its maximum", what, p->name);
    fault = p->default_text ? gw_param_bounds(p, &initial, now_us, arena) : NULL;
    return fault ? WRONG("%s %s has the default \"%.64s\", which %s", what, p->name, p->default_text, fault) : GW_OK;
}

static enum gw_code check_param_flags(const aorta_param *p, const char *what, bool setting, struct gw_err *err)
{
    if (p->flags & FLAGS_REFUSE)
        return WRONG("%s %s has a flag that this gateway does not know", what, p->name);
    if (p->flags & AORTA_PARAM_REPEATED)
        return WRONG("%s %s is REPEATED, which no gateway accepts yet", what, p->name);
    if (p->flags & AORTA_PARAM_SECRET && !setting)
        return WRONG("%s %s is SECRET, which only settings may be", what, p->name);
    if (p->flags & AORTA_PARAM_SECRET && p->default_text)
        return WRONG("%s %s is SECRET and has a default", what, p->name);
    if (p->flags & AORTA_PARAM_REQUIRED && p->default_text)
        return WRONG("%s %s is REQUIRED and has a default", what, p->name);
    return GW_OK;
}

static enum gw_code check_param(const aorta_param *p, const char *what, bool setting, struct gw_arena *arena,
                                struct gw_err *err)
{
    if (!name_ok(p->name, 1, 32))
        return WRONG("%s has a name that is not [a-z][a-z0-9_]{0,31}", what);
    if (!gw_type_name(p->type))
        return WRONG("%s %s has the type %u, which parameters cannot have", what, p->name, (unsigned)p->type);
    if (!optional_text_ok(p->title) || !optional_text_ok(p->description) || !optional_text_ok(p->unit) ||
        !optional_text_ok(p->example) || !optional_text_ok(p->error_code) || !optional_text_ok(p->error_text))
        return WRONG("%s %s has a text that is not UTF-8", what, p->name);
    CHECK(check_param_flags(p, what, setting, err));
    CHECK(check_choices(p, what, err));
    CHECK(check_pattern(p, what, err));
    return check_bounds(p, what, arena, err);
}

static const aorta_param *find_param(const aorta_param *rows, uint32_t count, uint32_t stride, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        const aorta_param *p = GW_ROW(aorta_param, rows, i, stride);
        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static enum gw_code check_params(const aorta_param *rows, uint32_t count, uint32_t stride, bool setting,
                                 struct gw_err *err)
{
    const char *what = setting ? "setting" : "sync parameter";
    struct gw_arena *arena;
    enum gw_code code;

    CHECK(check_table(rows, count, stride, sizeof(aorta_param), setting ? "settings" : "sync parameters", err));
    arena = gw_arena_new(0);
    if (!arena)
        return gw_fail(err, GW_NOMEM, NULL);
    code = GW_OK;
    for (uint32_t i = 0; i < count && code == GW_OK; i++) {
        const aorta_param *p = GW_ROW(aorta_param, rows, i, stride);
        code = check_param(p, what, setting, arena, err);
        if (code == GW_OK && find_param(rows, i, stride, p->name))
            code = WRONG("%s %s is declared twice", what, p->name);
    }
    gw_arena_free(&arena);
    return code;
}

/* ---- rules ---- */

static enum gw_code check_rule_names(const aorta_descriptor *d, const aorta_rule *rule, struct gw_err *err)
{
    uint32_t type = AORTA_TYPE_NONE;

    for (const char *const *n = rule->names; *n; n++) {
        const aorta_param *p = find_param(d->sync_params, d->sync_params_count, d->sync_params_stride, *n);
        if (!p)
            return WRONG("a rule names %.64s, which is not a sync parameter", *n);
        if (rule->kind != AORTA_RULE_ALL_OR_NONE && (!has_order(p->type) || (type && p->type != type)))
            return WRONG("a rule compares %.64s, which cannot be compared with the other", *n);
        type = p->type;
    }
    return GW_OK;
}

static enum gw_code check_rule(const aorta_descriptor *d, const aorta_rule *rule, struct gw_err *err)
{
    size_t n;

    if (rule->kind < AORTA_RULE_ALL_OR_NONE || rule->kind > AORTA_RULE_MAX_SPAN)
        return WRONG("a rule has the kind %u, which this gateway does not know", (unsigned)rule->kind);
    CHECK(check_list(rule->names, "names in a rule", err));
    n = list_len(rule->names);
    if (rule->kind == AORTA_RULE_ALL_OR_NONE ? n < 2 : n != 2)
        return WRONG("a rule names %zu parameters, which is not the number it needs", n);
    if (rule->kind == AORTA_RULE_MAX_SPAN && rule->amount <= 0)
        return WRONG("a rule about the span of %.64s has no amount", rule->names[0]);
    if (!optional_text_ok(rule->error_code) || !optional_text_ok(rule->error_text))
        return WRONG("a rule has a text that is not UTF-8");
    return check_rule_names(d, rule, err);
}

static enum gw_code check_rules(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_table(d->sync_rules, d->sync_rules_count, d->sync_rules_stride, sizeof(aorta_rule), "rules", err));
    for (uint32_t i = 0; i < d->sync_rules_count; i++)
        CHECK(check_rule(d, GW_ROW(aorta_rule, d->sync_rules, i, d->sync_rules_stride), err));
    return GW_OK;
}

/* ---- rates, metrics, kinds, coverage, schedule ---- */

static enum gw_code check_rates(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_table(d->rates, d->rates_count, d->rates_stride, sizeof(aorta_rate), "rates", err));
    for (uint32_t i = 0; i < d->rates_count; i++) {
        const aorta_rate *r = GW_ROW(aorta_rate, d->rates, i, d->rates_stride);
        if (!name_ok(r->key, 1, 32))
            return WRONG("a rate has a key that is not [a-z][a-z0-9_]{0,31}");
        if (r->scope != AORTA_RATE_APP && r->scope != AORTA_RATE_CONNECTION)
            return WRONG("the rate %s has the scope %u, which this gateway does not know", r->key, (unsigned)r->scope);
        if (r->requests == 0 || r->window_ms <= 0)
            return WRONG("the rate %s allows nothing", r->key);
    }
    return GW_OK;
}

static const aorta_metric_decl *find_metric(const aorta_descriptor *d, uint32_t before, const char *name)
{
    for (uint32_t i = 0; i < before; i++) {
        const aorta_metric_decl *m = GW_ROW(aorta_metric_decl, d->metrics, i, d->metrics_stride);
        if (strcmp(m->name, name) == 0)
            return m;
    }
    return NULL;
}

static enum gw_code check_metrics(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_table(d->metrics, d->metrics_count, d->metrics_stride, sizeof(aorta_metric_decl), "metrics", err));
    for (uint32_t i = 0; i < d->metrics_count; i++) {
        const aorta_metric_decl *m = GW_ROW(aorta_metric_decl, d->metrics, i, d->metrics_stride);
        if (!own_name(m->name, d->id))
            return WRONG("its metric number %u is not called \"%s.<name>\"", (unsigned)i, d->id);
        if (!text_ok(m->unit) || !optional_text_ok(m->description))
            return WRONG("its metric %s has no unit, or a text that is not UTF-8", m->name);
        if (m->aggregation < AORTA_AGGREGATE_AVG || m->aggregation > AORTA_AGGREGATE_LAST)
            return WRONG("its metric %s has the aggregation %u, which this gateway does not know", m->name,
                         (unsigned)m->aggregation);
        if (find_metric(d, i, m->name))
            return WRONG("its metric %s is declared twice", m->name);
    }
    return GW_OK;
}

static bool kind_declared(const aorta_descriptor *d, uint32_t before, const char *name)
{
    for (uint32_t i = 0; i < before; i++)
        if (strcmp(GW_ROW(aorta_kind_decl, d->kinds, i, d->kinds_stride)->name, name) == 0)
            return true;
    return false;
}

static enum gw_code check_kinds(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_table(d->kinds, d->kinds_count, d->kinds_stride, sizeof(aorta_kind_decl), "kinds", err));
    for (uint32_t i = 0; i < d->kinds_count; i++) {
        const aorta_kind_decl *k = GW_ROW(aorta_kind_decl, d->kinds, i, d->kinds_stride);
        if (!own_name(k->name, d->id) || !optional_text_ok(k->description))
            return WRONG("its record kind number %u is not called \"%s.<name>\"", (unsigned)i, d->id);
        if (kind_declared(d, i, k->name))
            return WRONG("its record kind %s is declared twice", k->name);
    }
    return GW_OK;
}

static enum gw_code check_coverage(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(
        check_table(d->coverage, d->coverage_count, d->coverage_stride, sizeof(aorta_coverage_decl), "coverage", err));
    for (uint32_t i = 0; i < d->coverage_count; i++) {
        const aorta_coverage_decl *c = GW_ROW(aorta_coverage_decl, d->coverage, i, d->coverage_stride);
        if (!text_ok(c->what) || !text_ok(c->name) || !optional_text_ok(c->notes))
            return WRONG("row %u of its coverage has a missing text", (unsigned)i);
        if (strcmp(c->what, "series") == 0) {
            if (!gw_metric_by_name(gw_str(c->name)) && !find_metric(d, d->metrics_count, c->name))
                return WRONG("its coverage names the metric %.64s, which is neither in the catalogue nor declared",
                             c->name);
        } else if (!gw_record_kind_known(gw_str(c->what)) && !kind_declared(d, d->kinds_count, c->what)) {
            return WRONG("its coverage names the record kind %.64s, which is neither in the catalogue nor declared",
                         c->what);
        }
    }
    return GW_OK;
}

static enum gw_code check_schedule(const aorta_descriptor *d, struct gw_err *err)
{
    const aorta_schedule_decl *s = d->schedule;

    if (!s)
        return GW_OK;
    if (s->struct_size < sizeof(*s))
        return WRONG("its schedule is not whole");
    if (s->flags & FLAGS_REFUSE)
        return WRONG("its schedule has a flag that this gateway does not know");
    if (s->poll_interval_s < 0 || s->history_reach_s < 0 || s->correction_window_s < 0 || s->token_keep_alive_s < 0)
        return WRONG("its schedule has a negative time");
    return GW_OK;
}

/* ---- lists ---- */

static enum gw_code check_payload_kinds(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_list(d->payload_kinds, "payload kinds", err));
    for (const char *const *k = d->payload_kinds; k && *k; k++)
        if (!own_name(*k, d->id))
            return WRONG("its payload kind %.64s is not called \"%s.<name>\"", *k, d->id);
    return GW_OK;
}

static enum gw_code check_hosts(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_list(d->http_hosts, "http_hosts", err));
    for (const char *const *h = d->http_hosts; h && *h; h++) {
        const aorta_param *p;
        struct gw_str host;
        uint16_t port;
        if ((*h)[0] != '@') {
            if (!gw_url_parse_host(gw_str(*h), &host, &port))
                return WRONG("its http_hosts has %.64s, which is not a host name", *h);
            continue;
        }
        p = find_param(d->settings, d->settings_count, d->settings_stride, *h + 1);
        if (!p || p->type != AORTA_TYPE_URL)
            return WRONG("its http_hosts has %.64s, but there is no such setting of type URL", *h);
    }
    return GW_OK;
}

static enum gw_code check_extensions(const aorta_descriptor *d, struct gw_err *err)
{
    CHECK(check_list(d->extensions, "extensions", err));
    CHECK(check_list(d->required_host_extensions, "required host extensions", err));
    for (const char *const *id = d->required_host_extensions; id && *id; id++)
        if (!gw_host_extension_known(*id))
            return WRONG("it requires the host extension %.64s, which this gateway does not have; a newer gateway may",
                         *id);
    return GW_OK;
}

static enum gw_code check_capabilities(const aorta_descriptor *d, struct gw_err *err)
{
    bool takes_webhooks = d->capabilities & (AORTA_CAP_WEBHOOK_PUSH | AORTA_CAP_WEBHOOK_PING);
    bool gives_data = d->capabilities & (AORTA_CAP_PULL | AORTA_CAP_WEBHOOK_PUSH | AORTA_CAP_UPLOAD | AORTA_CAP_IMPORT);

    if (takes_webhooks && !listed(d->extensions, AORTA_EXT_WEBHOOK))
        return WRONG("its capabilities name webhooks, but its extensions lack " AORTA_EXT_WEBHOOK);
    if (gives_data && list_len(d->payload_kinds) == 0)
        return WRONG("its capabilities name data, but it has no payload kinds");
    return GW_OK;
}

enum gw_code gw_descriptor_check(const aorta_descriptor *d, struct gw_err *err)
{
    if (!d || d->struct_size < sizeof(*d))
        return WRONG("its descriptor is missing or not whole");
    if (d->flags & FLAGS_REFUSE)
        return WRONG("its descriptor has a flag that this gateway does not know");
    if (!name_ok(d->id, 2, 32))
        return WRONG("its id is not [a-z][a-z0-9_]{1,31}");
    if (!text_ok(d->name) || !d->name[0])
        return WRONG("it has no name");
    if (!semver_ok(d->version))
        return WRONG("its version is not of the form 1.2.3");
    if (!optional_text_ok(d->vendor) || !optional_text_ok(d->license) || !optional_text_ok(d->homepage) ||
        !optional_text_ok(d->description))
        return WRONG("its descriptor has a text that is not UTF-8");
    CHECK(check_params(d->settings, d->settings_count, d->settings_stride, true, err));
    CHECK(check_params(d->sync_params, d->sync_params_count, d->sync_params_stride, false, err));
    CHECK(check_rules(d, err));
    CHECK(check_rates(d, err));
    CHECK(check_payload_kinds(d, err));
    CHECK(check_metrics(d, err));
    CHECK(check_kinds(d, err));
    CHECK(check_coverage(d, err));
    CHECK(check_schedule(d, err));
    CHECK(check_hosts(d, err));
    CHECK(check_extensions(d, err));
    return check_capabilities(d, err);
}

/* ---- what only an instance can tell ---- */

static bool extension_whole(const char *id, const void *p)
{
    const aorta_refresh_ext *refresh = p;
    const aorta_revoke_ext *revoke = p;
    const aorta_webhook_ext *webhook = p;

    if (strcmp(id, AORTA_EXT_REFRESH) == 0)
        return refresh->struct_size >= sizeof(*refresh) && refresh->refresh;
    if (strcmp(id, AORTA_EXT_REVOKE) == 0)
        return revoke->struct_size >= sizeof(*revoke) && revoke->revoke;
    if (strcmp(id, AORTA_EXT_WEBHOOK) == 0)
        return webhook->struct_size >= sizeof(*webhook) && webhook->verify && webhook->route;
    return true; /* some newer gateway's */
}

enum gw_code gw_extensions_check(const aorta_plugin *plugin, void *self, struct gw_err *err)
{
    static const char *const known[] = {AORTA_EXT_REFRESH, AORTA_EXT_REVOKE, AORTA_EXT_WEBHOOK};
    const char *const *list = plugin->desc->extensions;

    for (const char *const *id = list; id && *id; id++) {
        const void *p = plugin->get_extension(self, *id);
        if (!p)
            return WRONG("it declares the extension %.64s, but get_extension does not answer it", *id);
        if (!extension_whole(*id, p))
            return WRONG("its extension %.64s is not whole", *id);
    }
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (!listed(list, known[i]) && plugin->get_extension(self, known[i]))
            return WRONG("get_extension answers %s, which the descriptor does not list", known[i]);
    if (plugin->get_extension(self, "aorta.none/0"))
        return WRONG("get_extension answers an id that does not exist");
    return GW_OK;
}
