/* One text, one value: the types of parameters, and their bounds. */
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/time.h"
#include "host/declare.h"
#include "host/url.h"

#define STRING_DEFAULT_MOST 1024

static const char *const names[] = {
    [AORTA_TYPE_BOOL] = "boolean",  [AORTA_TYPE_INT] = "integer",       [AORTA_TYPE_FLOAT] = "number",
    [AORTA_TYPE_STRING] = "string", [AORTA_TYPE_ENUM] = "enum",         [AORTA_TYPE_TIME] = "time",
    [AORTA_TYPE_DATE] = "date",     [AORTA_TYPE_DURATION] = "duration", [AORTA_TYPE_URL] = "url",
};

const char *gw_type_name(uint32_t type)
{
    return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

/* ---- each type ---- */

static bool parse_bool(struct gw_str text, int64_t *ret)
{
    static const struct {
        const char *word;
        int64_t value;
    } words[] = {{"true", 1}, {"false", 0}, {"1", 1}, {"0", 0}, {"yes", 1}, {"no", 0}, {"on", 1}, {"off", 0}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (text.len == strlen(words[i].word) && strncasecmp(text.ptr, words[i].word, text.len) == 0) {
            *ret = words[i].value;
            return true;
        }
    }
    return false;
}

/* "now", "now+5m", "now-28d". */
static bool parse_relative(struct gw_str text, int64_t now_us, int64_t *ret)
{
    static const char units[] = "smhd";
    static const int64_t lengths[] = {GW_US_PER_S, GW_US_PER_MIN, GW_US_PER_HOUR, GW_US_PER_DAY};
    const char *unit;
    int64_t n;

    if (text.len < 3 || memcmp(text.ptr, "now", 3) != 0)
        return false;
    *ret = now_us;
    if (text.len == 3)
        return true;
    unit = memchr(units, text.ptr[text.len - 1], sizeof(units) - 1);
    if (!unit || text.len < 6 || (text.ptr[3] != '+' && text.ptr[3] != '-') ||
        !gw_parse_i64((struct gw_str){text.ptr + 4, text.len - 5}, &n) || n < 0 || n > 1000000000)
        return false;
    n *= lengths[unit - units];
    *ret = text.ptr[3] == '+' ? now_us + n : now_us - n;
    return true;
}

static bool parse_instant(struct gw_str text, bool declared, int64_t now_us, int64_t *ret)
{
    struct gw_time_text t;

    if (declared && parse_relative(text, now_us, ret))
        return true;
    if (!gw_time_parse(text, &t))
        return false;
    *ret = t.us;
    return true;
}

static bool parse_day(struct gw_str text, int64_t *ret)
{
    struct gw_time_text t;

    if (!gw_time_parse_iso(text, &t) || !t.date_only)
        return false;
    *ret = gw_floor_div(t.us, GW_US_PER_DAY);
    return true;
}

static bool parse_duration(struct gw_str text, int64_t *ret)
{
    double s;

    if (!gw_parse_f64(text, &s) || fabs(s) > 1e11)
        return false;
    *ret = (int64_t)llround(s * 1e6);
    return true;
}

static bool parse_choice(const aorta_param *decl, struct gw_str text)
{
    for (const char *const *c = decl->choices; c && *c; c++)
        if (gw_str_is(text, *c))
            return true;
    return false;
}

static bool parse_url(struct gw_str text, struct gw_str *ret)
{
    struct gw_url url;

    while (text.len && text.ptr[text.len - 1] == '/')
        text.len--;
    *ret = text;
    return gw_url_parse(text, &url);
}

static const char *copy(struct gw_str text, struct gw_arena *arena, aorta_value *ret)
{
    char *p = gw_arena_strndup(arena, text.len ? text.ptr : "", text.len);

    if (!p)
        return "something that fits into memory";
    ret->u.s = (aorta_str){p, text.len};
    return NULL;
}

const char *gw_param_value(const aorta_param *decl, struct gw_str text, bool declared, int64_t now_us,
                           struct gw_arena *arena, aorta_value *ret)
{
    aorta_value v = {.type = decl->type};
    const char *fault = NULL;

    switch (decl->type) {
    case AORTA_TYPE_BOOL:
        fault = parse_bool(text, &v.u.i) ? NULL : "true or false";
        break;
    case AORTA_TYPE_INT:
        fault = gw_parse_i64(text, &v.u.i) ? NULL : "a whole number";
        break;
    case AORTA_TYPE_FLOAT:
        fault = gw_parse_f64(text, &v.u.f) ? NULL : "a number";
        break;
    case AORTA_TYPE_TIME:
        fault = parse_instant(text, declared, now_us, &v.u.i) ? NULL : "a time (ISO 8601 or Unix seconds)";
        break;
    case AORTA_TYPE_DATE:
        fault = parse_day(text, &v.u.i) ? NULL : "a date (YYYY-MM-DD)";
        break;
    case AORTA_TYPE_DURATION:
        fault = parse_duration(text, &v.u.i) ? NULL : "a number of seconds";
        break;
    case AORTA_TYPE_ENUM:
        fault = parse_choice(decl, text) ? copy(text, arena, &v) : "one of its choices";
        break;
    case AORTA_TYPE_URL:
        fault = parse_url(text, &text) ? copy(text, arena, &v) : "an absolute http or https URL";
        break;
    case AORTA_TYPE_STRING:
        fault = gw_utf8_valid(text.ptr, text.len) ? copy(text, arena, &v) : "text in UTF-8";
        break;
    default:
        fault = "of a known type";
    }
    if (!fault)
        *ret = v;
    return fault;
}

/* ---- bounds ---- */

static double number_of(const aorta_value *v)
{
    return v->type == AORTA_TYPE_FLOAT ? v->u.f : (double)v->u.i;
}

static int compare(const aorta_value *a, const aorta_value *b)
{
    if (a->type == AORTA_TYPE_FLOAT)
        return (number_of(a) > number_of(b)) - (number_of(a) < number_of(b));
    return (a->u.i > b->u.i) - (a->u.i < b->u.i);
}

/* Bounds of parameters that have an order; false = there is none. */
static bool bound(const aorta_param *decl, const char *text, int64_t now_us, struct gw_arena *arena, aorta_value *ret)
{
    return text && !gw_param_value(decl, gw_str(text), true, now_us, arena, ret);
}

static const char *range_text(const aorta_param *decl, struct gw_arena *arena)
{
    const char *unit = decl->unit ? decl->unit : "", *gap = decl->unit ? " " : "", *text;

    if (decl->min_text && decl->max_text)
        text = gw_arena_printf(arena, "must be between %s and %s%s%s", decl->min_text, decl->max_text, gap, unit);
    else if (decl->min_text)
        text = gw_arena_printf(arena, "must be at least %s%s%s", decl->min_text, gap, unit);
    else
        text = gw_arena_printf(arena, "must be at most %s%s%s", decl->max_text, gap, unit);
    return text ? text : "is out of range";
}

static const char *pattern_fault(const aorta_param *decl, const aorta_value *value, struct gw_arena *arena)
{
    regex_t re;
    const char *text;
    int miss;

    if (!decl->pattern)
        return NULL;
    if (regcomp(&re, decl->pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return "has a pattern that cannot be read";
    miss = regexec(&re, value->u.s.ptr, 0, NULL, 0);
    regfree(&re);
    if (miss == 0)
        return NULL;
    text = gw_arena_printf(arena, "must match %s", decl->pattern);
    return text ? text : "has a wrong form";
}

static const char *string_fault(const aorta_param *decl, const aorta_value *value, struct gw_arena *arena)
{
    uint32_t most = decl->max_len ? decl->max_len : STRING_DEFAULT_MOST;
    const char *text;

    if (value->u.s.len <= most)
        return pattern_fault(decl, value, arena);
    text = gw_arena_printf(arena, "must be at most %u bytes long", (unsigned)most);
    return text ? text : "is too long";
}

const char *gw_param_bounds(const aorta_param *decl, const aorta_value *value, int64_t now_us, struct gw_arena *arena)
{
    aorta_value edge;

    switch (decl->type) {
    case AORTA_TYPE_STRING:
        return string_fault(decl, value, arena);
    case AORTA_TYPE_INT:
    case AORTA_TYPE_FLOAT:
    case AORTA_TYPE_TIME:
    case AORTA_TYPE_DATE:
    case AORTA_TYPE_DURATION:
        if (bound(decl, decl->min_text, now_us, arena, &edge) && compare(value, &edge) < 0)
            return range_text(decl, arena);
        if (bound(decl, decl->max_text, now_us, arena, &edge) && compare(value, &edge) > 0)
            return range_text(decl, arena);
        return NULL;
    default:
        return NULL;
    }
}
