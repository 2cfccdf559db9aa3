/* Text to typed values: every type, every bound, every rule, and whose words the error has. */
#include <math.h>

#include "base/time.h"
#include "fake.h"
#include "host/params.h"

#define NOW INT64_C(1795262400000000) /* 2026-11-21T12:00:00Z */

static struct gw_arena *arena;
static aorta_value *values;
static struct gw_str *ignored;
static size_t ignored_count;
static struct gw_violations violations;
static struct gw_err err;

static void setup(void)
{
    arena = gw_arena_new(0);
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static enum gw_code parse(const aorta_param *decls, uint32_t count, const aorta_rule *rules, uint32_t rules_count,
                          const struct gw_param_text *texts, size_t texts_count)
{
    err = (struct gw_err){0};
    violations = (struct gw_violations){0};
    return gw_params_parse(decls, count, sizeof(*decls), rules, rules_count, sizeof(*rules), texts, texts_count, NOW,
                           arena, &values, &ignored, &ignored_count, &violations, &err);
}

static enum gw_code parse_one(aorta_param decl, const char *text)
{
    aorta_param *own = gw_arena_alloc(arena, sizeof(*own));
    struct gw_param_text t = {GW_STR("x"), gw_str(text)};

    decl.name = "x";
    *own = decl;
    return parse(own, 1, NULL, 0, &t, text ? 1 : 0);
}

static const char *message(void)
{
    ck_assert_uint_eq(violations.count, 1);
    ck_assert_str_eq(violations.items[0].field, "x");
    ck_assert_str_eq(err.text, violations.items[0].message);
    ck_assert_str_eq(err.field, "x");
    return violations.items[0].message;
}

START_TEST(reads_every_type)
{
    static const char *const choices[] = {"day", "night", NULL};

    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_BOOL}, "Yes"), GW_OK);
    ck_assert_int_eq(values[0].u.i, 1);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_BOOL}, "off"), GW_OK);
    ck_assert_int_eq(values[0].u.i, 0);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_INT}, "-17"), GW_OK);
    ck_assert_int_eq(values[0].u.i, -17);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_FLOAT}, "2.5"), GW_OK);
    ck_assert_double_eq(values[0].u.f, 2.5);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_STRING}, "gr\xc3\xbc\xc3\x9f"), GW_OK);
    ck_assert_uint_eq(values[0].u.s.len, 6);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_ENUM, .choices = choices}, "night"), GW_OK);
    ck_assert_int_eq(memcmp(values[0].u.s.ptr, "night", 5), 0);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_TIME}, "2026-11-21T12:00:00"), GW_OK);
    ck_assert_int_eq(values[0].u.i, NOW);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_TIME}, "2026-11-21T13:00:00+01:00"), GW_OK);
    ck_assert_int_eq(values[0].u.i, NOW);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_TIME}, "1795262400"), GW_OK);
    ck_assert_int_eq(values[0].u.i, NOW);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_DATE}, "1970-01-03"), GW_OK);
    ck_assert_int_eq(values[0].u.i, 2);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_DURATION}, "1.5"), GW_OK);
    ck_assert_int_eq(values[0].u.i, 1500000);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_URL}, "https://api.example.com/v1//"), GW_OK);
    ck_assert_int_eq(values[0].u.s.len, 26);
}
END_TEST

START_TEST(refuses_what_is_not_of_the_type)
{
    static const char *const choices[] = {"day", NULL};
    static const struct {
        uint32_t type;
        const char *text, *expected;
    } rows[] = {
        {AORTA_TYPE_BOOL, "maybe", "x must be true or false."},
        {AORTA_TYPE_INT, "1.5", "x must be a whole number."},
        {AORTA_TYPE_INT, "99999999999999999999", "x must be a whole number."},
        {AORTA_TYPE_FLOAT, "nan", "x must be a number."},
        {AORTA_TYPE_FLOAT, "1,5", "x must be a number."},
        {AORTA_TYPE_STRING, "\xff", "x must be text in UTF-8."},
        {AORTA_TYPE_ENUM, "dusk", "x must be one of its choices."},
        {AORTA_TYPE_TIME, "yesterday", "x must be a time (ISO 8601 or Unix seconds)."},
        {AORTA_TYPE_TIME, "now-1d", "x must be a time (ISO 8601 or Unix seconds)."},
        {AORTA_TYPE_DATE, "2026-02-30", "x must be a date (YYYY-MM-DD)."},
        {AORTA_TYPE_DATE, "2026-02-03T10:00:00Z", "x must be a date (YYYY-MM-DD)."},
        {AORTA_TYPE_DURATION, "1h", "x must be a number of seconds."},
        {AORTA_TYPE_URL, "ftp://example.com", "x must be an absolute http or https URL."},
        {AORTA_TYPE_URL, "https://user@example.com", "x must be an absolute http or https URL."},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        aorta_param d = {.type = rows[i].type, .choices = choices};
        ck_assert_msg(parse_one(d, rows[i].text) == GW_INVALID, "%s", rows[i].text);
        ck_assert_str_eq(message(), rows[i].expected);
    }
}
END_TEST

START_TEST(keeps_the_bounds)
{
    aorta_param limit = {.type = AORTA_TYPE_INT, .min_text = "1", .max_text = "100"};
    aorta_param word = {.type = AORTA_TYPE_STRING, .max_len = 4, .pattern = "^[a-z]+$"};

    ck_assert_int_eq(parse_one(limit, "1"), GW_OK);
    ck_assert_int_eq(parse_one(limit, "100"), GW_OK);
    ck_assert_int_eq(parse_one(limit, "0"), GW_INVALID);
    ck_assert_str_eq(message(), "x must be between 1 and 100.");
    ck_assert_int_eq(parse_one(limit, "101"), GW_INVALID);
    limit.max_text = NULL;
    limit.unit = "items";
    ck_assert_int_eq(parse_one(limit, "0"), GW_INVALID);
    ck_assert_str_eq(message(), "x must be at least 1 items.");
    ck_assert_int_eq(parse_one(word, "abcd"), GW_OK);
    ck_assert_int_eq(parse_one(word, "abcde"), GW_INVALID);
    ck_assert_str_eq(message(), "x must be at most 4 bytes long.");
    ck_assert_int_eq(parse_one(word, "ab1"), GW_INVALID);
    ck_assert_str_eq(message(), "x must match ^[a-z]+$.");
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_FLOAT, .max_text = "0.5"}, "0.51"), GW_INVALID);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_DURATION, .max_text = "60"}, "61"), GW_INVALID);
    ck_assert_int_eq(parse_one((aorta_param){.type = AORTA_TYPE_DURATION, .max_text = "60"}, "60"), GW_OK);
}
END_TEST

START_TEST(understands_bounds_that_move_with_the_clock)
{
    aorta_param since = {.type = AORTA_TYPE_TIME, .min_text = "now-28d", .max_text = "now+5m"};

    ck_assert_int_eq(parse_one(since, "2026-10-24T12:00:00Z"), GW_OK);
    ck_assert_int_eq(parse_one(since, "2026-10-24T11:59:59Z"), GW_INVALID);
    ck_assert_str_eq(message(), "x must be between now-28d and now+5m.");
    ck_assert_int_eq(parse_one(since, "2026-11-21T12:05:00Z"), GW_OK);
    ck_assert_int_eq(parse_one(since, "2026-11-21T12:05:01Z"), GW_INVALID);
    since.default_text = "now-1d";
    ck_assert_int_eq(parse_one(since, NULL), GW_OK);
    ck_assert_int_eq(values[0].u.i, NOW - GW_US_PER_DAY);
}
END_TEST

START_TEST(fills_in_defaults_and_absences)
{
    aorta_param d = {.type = AORTA_TYPE_INT, .default_text = "50"};

    ck_assert_int_eq(parse_one(d, NULL), GW_OK);
    ck_assert_int_eq(values[0].u.i, 50);
    ck_assert_int_eq(parse_one(d, ""), GW_OK);
    ck_assert_int_eq(values[0].u.i, 50);
    d.default_text = NULL;
    ck_assert_int_eq(parse_one(d, NULL), GW_OK);
    ck_assert_uint_eq(values[0].type, AORTA_TYPE_NONE);
    d.flags = AORTA_PARAM_REQUIRED;
    ck_assert_int_eq(parse_one(d, NULL), GW_INVALID);
    ck_assert_str_eq(message(), "x is required.");
    ck_assert_str_eq(violations.items[0].code, "parameter.missing");
}
END_TEST

START_TEST(uses_the_declared_words)
{
    aorta_param d = {.type = AORTA_TYPE_INT,
                     .flags = AORTA_PARAM_REQUIRED,
                     .max_text = "9",
                     .error_code = "fake.range",
                     .error_text = "Missing time range parameters"};

    ck_assert_int_eq(parse_one(d, NULL), GW_INVALID);
    ck_assert_str_eq(message(), "Missing time range parameters");
    ck_assert_str_eq(violations.items[0].code, "fake.range");
    ck_assert_int_eq(parse_one(d, "10"), GW_INVALID);
    ck_assert_str_eq(message(), "Missing time range parameters");
    ck_assert_int_eq(parse_one(d, "ten"), GW_INVALID); /* there it would mislead */
    ck_assert_str_eq(message(), "x must be a whole number.");
}
END_TEST

static const aorta_param range[] = {
    {.name = "start", .type = AORTA_TYPE_TIME},
    {.name = "limit", .type = AORTA_TYPE_INT, .max_text = "10"},
    {.name = "end", .type = AORTA_TYPE_TIME},
};

static const char *const start_end[] = {"start", "end", NULL};

START_TEST(collects_all_violations_in_order)
{
    struct gw_param_text texts[] = {{GW_STR("end"), GW_STR("never")},
                                    {GW_STR("limit"), GW_STR("11")},
                                    {GW_STR("start"), GW_STR("1")},
                                    {GW_STR("start"), GW_STR("2")},
                                    {GW_STR("colour"), GW_STR("red")}};

    ck_assert_int_eq(parse(range, 3, NULL, 0, texts, 5), GW_INVALID);
    ck_assert_uint_eq(violations.count, 3);
    ck_assert_str_eq(violations.items[0].field, "start");
    ck_assert_str_eq(violations.items[0].message, "start was given more than once.");
    ck_assert_str_eq(violations.items[1].field, "limit");
    ck_assert_str_eq(violations.items[2].field, "end");
    ck_assert_uint_eq(ignored_count, 1);
    ck_assert(gw_str_is(ignored[0], "colour"));
}
END_TEST

static enum gw_code rule(uint32_t kind, int64_t amount, const char *start, const char *end)
{
    static aorta_rule r;
    struct gw_param_text texts[2];
    size_t n = 0;

    r = (aorta_rule){.kind = kind, .names = start_end, .amount = amount};
    if (start)
        texts[n++] = (struct gw_param_text){GW_STR("start"), gw_str(start)};
    if (end)
        texts[n++] = (struct gw_param_text){GW_STR("end"), gw_str(end)};
    return parse(range, 3, &r, 1, texts, n);
}

START_TEST(keeps_the_rules)
{
    ck_assert_int_eq(rule(AORTA_RULE_ALL_OR_NONE, 0, NULL, NULL), GW_OK);
    ck_assert_int_eq(rule(AORTA_RULE_ALL_OR_NONE, 0, "1", "2"), GW_OK);
    ck_assert_int_eq(rule(AORTA_RULE_ALL_OR_NONE, 0, "1", NULL), GW_INVALID);
    ck_assert_str_eq(violations.items[0].field, "end");
    ck_assert_str_eq(violations.items[0].message, "start, end must be given together.");
    ck_assert_int_eq(rule(AORTA_RULE_ORDERED, 0, "1", "2"), GW_OK);
    ck_assert_int_eq(rule(AORTA_RULE_ORDERED, 0, "1", NULL), GW_OK);
    ck_assert_int_eq(rule(AORTA_RULE_ORDERED, 0, "2", "2"), GW_INVALID);
    ck_assert_str_eq(violations.items[0].message, "start must be before end.");
    ck_assert_int_eq(rule(AORTA_RULE_MAX_SPAN, 86400000000, "0", "86400"), GW_OK);
    ck_assert_int_eq(rule(AORTA_RULE_MAX_SPAN, 86400000000, "0", "86401"), GW_INVALID);
    ck_assert_str_eq(violations.items[0].message, "end is too far from start.");
    ck_assert_int_eq(rule(AORTA_RULE_ORDERED, 0, "later", "2"), GW_INVALID); /* said once, not twice */
    ck_assert_uint_eq(violations.count, 1);
}
END_TEST

START_TEST(goes_through_json_and_back)
{
    static const char *const choices[] = {"a", "b", NULL};
    static const aorta_param decls[] = {
        {.name = "flag", .type = AORTA_TYPE_BOOL},
        {.name = "n", .type = AORTA_TYPE_INT},
        {.name = "f", .type = AORTA_TYPE_FLOAT},
        {.name = "s", .type = AORTA_TYPE_STRING},
        {.name = "e", .type = AORTA_TYPE_ENUM, .choices = choices},
        {.name = "t", .type = AORTA_TYPE_TIME},
        {.name = "none", .type = AORTA_TYPE_INT},
    };
    struct gw_param_text texts[] = {{GW_STR("flag"), GW_STR("true")}, {GW_STR("n"), GW_STR("9007199254740993")},
                                    {GW_STR("f"), GW_STR("0.1")},     {GW_STR("s"), GW_STR("a \"quoted\" word")},
                                    {GW_STR("e"), GW_STR("b")},       {GW_STR("t"), GW_STR("1795262400.5")}};
    gw_own_buf struct gw_buf json = {0};
    aorta_value *back;

    ck_assert_int_eq(parse(decls, 7, NULL, 0, texts, 6), GW_OK);
    gw_params_to_json(decls, 7, sizeof(decls[0]), values, &json);
    ck_assert_str_eq(gw_buf_cstr(&json), "{\"flag\":true,\"n\":9007199254740993,\"f\":0.1,"
                                         "\"s\":\"a \\\"quoted\\\" word\",\"e\":\"b\",\"t\":1795262400500000}");
    ck_assert_int_eq(gw_params_from_json(decls, 7, sizeof(decls[0]), json.data, arena, &back, &err), GW_OK);
    for (int i = 0; i < 7; i++)
        ck_assert_uint_eq(back[i].type, values[i].type);
    ck_assert_int_eq(back[1].u.i, INT64_C(9007199254740993));
    ck_assert_double_eq(back[2].u.f, 0.1);
    ck_assert_int_eq(back[5].u.i, INT64_C(1795262400500000));
    ck_assert_int_eq(gw_params_from_json(decls, 7, sizeof(decls[0]), "{\"n\":\"7\"}", arena, &back, &err), GW_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "parameter n"));
    ck_assert_int_eq(gw_params_from_json(decls, 7, sizeof(decls[0]), "[", arena, &back, &err), GW_DATA);
}
END_TEST

TCase *params_case(void)
{
    TCase *c = tcase_create("params");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, reads_every_type);
    tcase_add_test(c, refuses_what_is_not_of_the_type);
    tcase_add_test(c, keeps_the_bounds);
    tcase_add_test(c, understands_bounds_that_move_with_the_clock);
    tcase_add_test(c, fills_in_defaults_and_absences);
    tcase_add_test(c, uses_the_declared_words);
    tcase_add_test(c, collects_all_violations_in_order);
    tcase_add_test(c, keeps_the_rules);
    tcase_add_test(c, goes_through_json_and_back);
    return c;
}
