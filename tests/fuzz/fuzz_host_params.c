/* Any text as the value of a parameter of each type, with every bound and rule. What is accepted has the declared type
 * and keeps its bounds, survives the row of a job unchanged, and what is refused has words. */
#include <stdlib.h>

#include "host/params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1795262400000000)

static const char *const choices[] = {"day", "night", NULL};
static const char *const times[] = {"from", "to", NULL};

static const aorta_param decls[] = {
    {.name = "flag", .type = AORTA_TYPE_BOOL},
    {.name = "limit", .type = AORTA_TYPE_INT, .min_text = "1", .max_text = "100", .default_text = "50"},
    {.name = "ratio", .type = AORTA_TYPE_FLOAT, .min_text = "0", .max_text = "1"},
    {.name = "word", .type = AORTA_TYPE_STRING, .pattern = "^[a-z]*$", .max_len = 16},
    {.name = "when", .type = AORTA_TYPE_ENUM, .choices = choices},
    {.name = "from", .type = AORTA_TYPE_TIME, .min_text = "now-28d", .max_text = "now+5m"},
    {.name = "to", .type = AORTA_TYPE_TIME},
    {.name = "day", .type = AORTA_TYPE_DATE},
    {.name = "gap", .type = AORTA_TYPE_DURATION, .max_text = "3600"},
    {.name = "base", .type = AORTA_TYPE_URL},
};
#define COUNT ((uint32_t)(sizeof(decls) / sizeof(decls[0])))

static const aorta_rule rules[] = {
    {.kind = AORTA_RULE_ALL_OR_NONE, .names = times},
    {.kind = AORTA_RULE_ORDERED, .names = times},
    {.kind = AORTA_RULE_MAX_SPAN, .names = times, .amount = INT64_C(86400000000)},
};

static void must(int truth)
{
    if (!truth)
        abort();
}

/* "name=value" lines, as many as fit. */
static size_t split(const char *text, size_t len, struct gw_param_text *out, size_t most)
{
    size_t n = 0;

    for (size_t at = 0; at < len && n < most;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t line = end ? (size_t)(end - text) - at : len - at;
        const char *sign = memchr(text + at, '=', line);
        size_t name = sign ? (size_t)(sign - text) - at : line;
        out[n].name = (struct gw_str){text + at, name};
        out[n].value = sign ? (struct gw_str){sign + 1, line - name - 1} : (struct gw_str){"", 0};
        n++;
        at += line + 1;
    }
    return n;
}

static void check_values(const aorta_value *v)
{
    for (uint32_t i = 0; i < COUNT; i++)
        must(v[i].type == AORTA_TYPE_NONE || v[i].type == decls[i].type);
    must(v[0].type == AORTA_TYPE_NONE || v[0].u.i == 0 || v[0].u.i == 1);
    must(v[1].u.i >= 1 && v[1].u.i <= 100);
    must(v[2].type == AORTA_TYPE_NONE || (v[2].u.f >= 0 && v[2].u.f <= 1));
    must(v[3].type == AORTA_TYPE_NONE || v[3].u.s.len <= 16);
    must((v[5].type == AORTA_TYPE_NONE) == (v[6].type == AORTA_TYPE_NONE));
    if (v[5].type != AORTA_TYPE_NONE)
        must(v[5].u.i < v[6].u.i && v[6].u.i - v[5].u.i <= INT64_C(86400000000));
}

static void check_row(const aorta_value *values, struct gw_arena *arena)
{
    struct gw_buf json = {0}, again = {0};
    aorta_value *back;

    gw_params_to_json(decls, COUNT, sizeof(decls[0]), values, &json);
    must(gw_buf_cstr(&json) != NULL);
    must(gw_params_from_json(decls, COUNT, sizeof(decls[0]), json.data, arena, &back, NULL) == GW_OK);
    gw_params_to_json(decls, COUNT, sizeof(decls[0]), back, &again);
    must(json.len == again.len && memcmp(json.data, again.data, json.len) == 0);
    gw_buf_free(&json);
    gw_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_param_text texts[32];
    size_t n = split((const char *)data, size, texts, 32), ignored_count = 0;
    struct gw_violations violations = {0};
    struct gw_str *ignored;
    aorta_value *values = NULL;
    struct gw_err err = {0};
    enum gw_code code;

    must(arena != NULL);
    code = gw_params_parse(decls, COUNT, sizeof(decls[0]), rules, 3, sizeof(rules[0]), texts, n, NOW, arena, &values,
                           &ignored, &ignored_count, &violations, &err);
    must(ignored_count <= n);
    if (code == GW_OK) {
        must(violations.count == 0);
        check_values(values);
        check_row(values, arena);
    } else {
        must(code == GW_INVALID && violations.count > 0 && err.text[0]);
        for (size_t i = 0; i < violations.count; i++)
            must(violations.items[i].field[0] && violations.items[i].code[0] && violations.items[i].message[0]);
    }
    gw_arena_free(&arena);
    return 0;
}
