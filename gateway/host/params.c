/* Parsing all parameters of a request or all settings of a provider, and the rules across them. */
#include "host/params.h"

#include <stdio.h>

#include "host/declare.h"

struct parse {
    const aorta_param *decls;
    uint32_t count, stride;
    const struct gw_param_text *texts;
    size_t texts_count;
    int64_t now_us;
    struct gw_arena *arena;
    aorta_value *values;
    bool *wrong; /* by declaration: a rule says nothing more about it */
    struct gw_violation *violations;
    size_t violations_count;
};

static const aorta_param *decl_at(const struct parse *p, uint32_t i)
{
    return GW_ROW(aorta_param, p->decls, i, p->stride);
}

static int find_decl(const struct parse *p, struct gw_str name)
{
    for (uint32_t i = 0; i < p->count; i++)
        if (gw_str_is(name, decl_at(p, i)->name))
            return (int)i;
    return -1;
}

static void add(struct parse *p, const char *field, const char *code, const char *message)
{
    p->violations[p->violations_count++] =
        (struct gw_violation){field, code, message ? message : "This parameter is not valid."};
}

/* The declaration's own words when it has them. */
static void add_declared(struct parse *p, uint32_t i, const char *code, const char *message)
{
    const aorta_param *d = decl_at(p, i);

    p->wrong[i] = true;
    add(p, d->name, d->error_code ? d->error_code : code, d->error_text ? d->error_text : message);
}

static void missing(struct parse *p, uint32_t i)
{
    add_declared(p, i, "parameter.missing", gw_arena_printf(p->arena, "%s is required.", decl_at(p, i)->name));
}

static void malformed(struct parse *p, uint32_t i, const char *what)
{
    const aorta_param *d = decl_at(p, i);

    p->wrong[i] = true;
    if (d->type == AORTA_TYPE_ENUM)
        add_declared(p, i, "parameter.choice", gw_arena_printf(p->arena, "%s must be one of its choices.", d->name));
    else
        add(p, d->name, "parameter.type", gw_arena_printf(p->arena, "%s must be %s.", d->name, what));
}

static void read_one(struct parse *p, uint32_t i, struct gw_str text)
{
    const aorta_param *d = decl_at(p, i);
    const char *fault = gw_param_value(d, text, false, p->now_us, p->arena, &p->values[i]);

    if (fault) {
        malformed(p, i, fault);
        return;
    }
    fault = gw_param_bounds(d, &p->values[i], p->now_us, p->arena);
    if (fault)
        add_declared(p, i, "parameter.range", gw_arena_printf(p->arena, "%s %s.", d->name, fault));
}

static void read_decl(struct parse *p, uint32_t i)
{
    const aorta_param *d = decl_at(p, i);
    const struct gw_param_text *given = NULL;

    for (size_t k = 0; k < p->texts_count; k++) {
        if (!gw_str_is(p->texts[k].name, d->name))
            continue;
        if (given) {
            p->wrong[i] = true;
            add(p, d->name, "parameter.repeated", gw_arena_printf(p->arena, "%s was given more than once.", d->name));
            return;
        }
        given = &p->texts[k];
    }
    if (given && given->value.len)
        read_one(p, i, given->value);
    else if (d->default_text) /* checked when the plugin was loaded */
        gw_param_value(d, gw_str(d->default_text), true, p->now_us, p->arena, &p->values[i]);
    else if (d->flags & AORTA_PARAM_REQUIRED)
        missing(p, i);
}

/* ---- rules ---- */

static const char *join_names(struct parse *p, const aorta_rule *rule)
{
    const char *text = NULL;

    for (const char *const *n = rule->names; *n; n++)
        text = text ? gw_arena_printf(p->arena, "%s, %s", text, *n) : *n;
    return text ? text : "";
}

static void broken_rule(struct parse *p, const aorta_rule *rule, const char *field, const char *code,
                        const char *message)
{
    add(p, field, rule->error_code ? rule->error_code : code, rule->error_text ? rule->error_text : message);
}

static void all_or_none(struct parse *p, const aorta_rule *rule)
{
    const char *absent = NULL;
    bool some = false;

    for (const char *const *n = rule->names; *n; n++) {
        int i = find_decl(p, gw_str(*n));
        if (i >= 0 && p->values[i].type != AORTA_TYPE_NONE)
            some = true;
        else if (!absent)
            absent = *n;
    }
    if (some && absent)
        broken_rule(p, rule, absent, "parameter.together",
                    gw_arena_printf(p->arena, "%s must be given together.", join_names(p, rule)));
}

static bool both_given(struct parse *p, const aorta_rule *rule, aorta_value *a, aorta_value *b)
{
    int i = find_decl(p, gw_str(rule->names[0])), k = find_decl(p, gw_str(rule->names[1]));

    if (i < 0 || k < 0 || p->values[i].type == AORTA_TYPE_NONE || p->values[k].type == AORTA_TYPE_NONE)
        return false;
    *a = p->values[i];
    *b = p->values[k];
    return true;
}

static void ordered(struct parse *p, const aorta_rule *rule)
{
    aorta_value a, b;
    bool fine;

    if (!both_given(p, rule, &a, &b))
        return;
    fine = a.type == AORTA_TYPE_FLOAT ? a.u.f < b.u.f : a.u.i < b.u.i;
    if (!fine)
        broken_rule(p, rule, rule->names[1], "parameter.order",
                    gw_arena_printf(p->arena, "%s must be before %s.", rule->names[0], rule->names[1]));
}

static void max_span(struct parse *p, const aorta_rule *rule)
{
    aorta_value a, b;
    int64_t span;

    if (!both_given(p, rule, &a, &b))
        return;
    if (a.type == AORTA_TYPE_FLOAT ? b.u.f - a.u.f <= (double)rule->amount
                                   : !__builtin_sub_overflow(b.u.i, a.u.i, &span) && span <= rule->amount)
        return;
    broken_rule(p, rule, rule->names[1], "parameter.span",
                gw_arena_printf(p->arena, "%s is too far from %s.", rule->names[1], rule->names[0]));
}

static bool names_wrong(struct parse *p, const aorta_rule *rule)
{
    for (const char *const *n = rule->names; *n; n++) {
        int i = find_decl(p, gw_str(*n));
        if (i >= 0 && p->wrong[i])
            return true;
    }
    return false;
}

static void check_rule(struct parse *p, const aorta_rule *rule)
{
    if (names_wrong(p, rule))
        return;
    if (rule->kind == AORTA_RULE_ALL_OR_NONE)
        all_or_none(p, rule);
    else if (rule->kind == AORTA_RULE_ORDERED)
        ordered(p, rule);
    else if (rule->kind == AORTA_RULE_MAX_SPAN)
        max_span(p, rule);
}

/* ---- all together ---- */

static bool make_room(struct parse *p, uint32_t rules_count)
{
    p->values = gw_arena_zalloc(p->arena, p->count * sizeof(*p->values));
    p->wrong = gw_arena_zalloc(p->arena, p->count * sizeof(*p->wrong));
    p->violations = gw_arena_alloc(p->arena, ((size_t)p->count + rules_count) * sizeof(*p->violations));
    return p->values && p->wrong && p->violations;
}

static bool find_ignored(struct parse *p, struct gw_str **ret, size_t *ret_count)
{
    struct gw_str *names = gw_arena_alloc(p->arena, p->texts_count * sizeof(*names));
    size_t n = 0;

    if (!names)
        return false;
    for (size_t i = 0; i < p->texts_count; i++)
        if (find_decl(p, p->texts[i].name) < 0)
            names[n++] = p->texts[i].name;
    *ret = names;
    *ret_count = n;
    return true;
}

static enum gw_code first_violation(const struct parse *p, struct gw_err *err)
{
    gw_fail(err, GW_INVALID, "%s", p->violations[0].message);
    if (err)
        snprintf(err->field, sizeof(err->field), "%s", p->violations[0].field);
    return GW_INVALID;
}

enum gw_code gw_params_parse(const aorta_param *decls, uint32_t count, uint32_t stride, const aorta_rule *rules,
                             uint32_t rules_count, uint32_t rules_stride, const struct gw_param_text *texts,
                             size_t texts_count, int64_t now_us, struct gw_arena *arena, aorta_value **ret_values,
                             struct gw_str **ret_ignored, size_t *ret_ignored_count,
                             struct gw_violations *ret_violations, struct gw_err *err)
{
    struct parse p = {.decls = decls,
                      .count = count,
                      .stride = stride,
                      .texts = texts,
                      .texts_count = texts_count,
                      .now_us = now_us,
                      .arena = arena};

    if (!make_room(&p, rules_count) || !find_ignored(&p, ret_ignored, ret_ignored_count))
        return gw_fail(err, GW_NOMEM, NULL);
    for (uint32_t i = 0; i < count; i++)
        read_decl(&p, i);
    for (uint32_t i = 0; i < rules_count; i++)
        check_rule(&p, GW_ROW(aorta_rule, rules, i, rules_stride));
    *ret_violations = (struct gw_violations){p.violations, p.violations_count};
    if (p.violations_count)
        return first_violation(&p, err);
    *ret_values = p.values;
    return GW_OK;
}
