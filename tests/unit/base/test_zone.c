/* Zones: every zone of the system against the C library, local days, tables that are broken. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/time.h"
#include "base/zone.h"
#include "tests.h"

#define DAY GW_US_PER_DAY

static int64_t at(const char *text)
{
    struct gw_time_text t;

    ck_assert_msg(gw_time_parse_iso(gw_str(text), &t), "%s", text);
    return t.us;
}

static const struct gw_zone *zone(const char *name)
{
    const struct gw_zone *z = gw_zone_find(gw_str(name));

    ck_assert_msg(z != NULL, "%s", name);
    return z;
}

static int32_t libc_offset(int64_t second)
{
    time_t t = (time_t)second;
    struct tm tm;

    ck_assert_ptr_nonnull(localtime_r(&t, &tm));
    return (int32_t)tm.tm_gmtoff;
}

static uint64_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

/* Whether the offset is the library's at a second, and whether it holds exactly as long as we say. */
static bool same_at(const struct gw_zone *z, int64_t second)
{
    int64_t until;
    int32_t ours = gw_zone_offset(z, second * GW_US_PER_S, &until);

    if (ours != libc_offset(second))
        return false;
    if (until == INT64_MAX)
        return true;
    until /= GW_US_PER_S;
    return until > second && libc_offset(until - 1) == ours &&
           gw_zone_offset(z, until * GW_US_PER_S, NULL) == libc_offset(until);
}

START_TEST(every_zone_is_as_the_c_library_has_it)
{
    FILE *list = popen(
        "cd /usr/share/zoneinfo && find . -type f -name '[A-Z]*' | cut -c3- | grep -v -E '^(posix|right)|Factory'",
        "r");
    uint64_t state = 7;
    char name[128];
    int count = 0;

    ck_assert_ptr_nonnull(list);
    while (fgets(name, sizeof(name), list)) {
        name[strcspn(name, "\n")] = '\0';
        const struct gw_zone *z = zone(name);
        ck_assert_ptr_eq(z, gw_zone_find(gw_str(name)));
        setenv("TZ", name, 1);
        tzset();
        for (int i = 0; i < 300; i++) {
            int64_t second = (int64_t)(draw(&state) % 8200000000) - 2200000000; /* 1900 to 2160 */
            if (!same_at(z, second))
                ck_abort_msg("%s at %lld", name, (long long)second);
        }
        count++;
    }
    pclose(list);
    ck_assert_int_gt(count, 300);
}
END_TEST

START_TEST(names_without_a_table_are_no_zones)
{
    static const char *const names[] = {
        "", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "Europe", "utc", "Europe/../UTC", "zone.tab", "A"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        ck_assert_msg(gw_zone_find(gw_str(names[i])) == NULL, "%s", names[i]);
    ck_assert_ptr_null(gw_zone_find((struct gw_str){"Europe/Berlin\0", 14}));
}
END_TEST

/* zone, day, its first instant */
static const struct {
    const char *zone, *day, *begins;
} days[] = {
    {"Europe/Berlin", "2025-01-15", "2025-01-14T23:00:00Z"},
    {"Europe/Berlin", "2025-03-30", "2025-03-29T23:00:00Z"}, /* 23 hours */
    {"Europe/Berlin", "2025-03-31", "2025-03-30T22:00:00Z"},
    {"Europe/Berlin", "2025-10-26", "2025-10-25T22:00:00Z"}, /* 25 hours */
    {"Europe/Berlin", "2025-10-27", "2025-10-26T23:00:00Z"},
    {"Europe/Berlin", "2060-07-01", "2060-06-30T22:00:00Z"},
    {"America/Los_Angeles", "2025-03-10", "2025-03-10T07:00:00Z"},
    {"Asia/Kolkata", "2025-01-15", "2025-01-14T18:30:00Z"},
    {"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, /* midnight was jumped over */
    {"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z"}, /* 23:00 to 24:00 came twice, before it */
    {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      /* a day that was left out begins with the next */
    {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
    {"Pacific/Kiritimati", "2025-01-15", "2025-01-14T10:00:00Z"},
    {"Etc/GMT+12", "2025-01-15", "2025-01-15T12:00:00Z"},
};

START_TEST(days_begin_where_their_midnight_is)
{
    const struct gw_zone *z = zone(days[_i].zone);
    int64_t day = at(days[_i].day) / DAY, begins = gw_zone_day_start(z, day);
    char text[32];

    gw_time_format(begins, text);
    ck_assert_str_eq(text, days[_i].begins);
    ck_assert_int_ge(gw_zone_day(z, begins), day);
    ck_assert_int_lt(gw_zone_day(z, begins - 1), day);
}
END_TEST

START_TEST(days_follow_each_other_without_a_gap)
{
    static const char *const names[] = {"Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe",
                                        "Africa/Casablanca"};

    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        const struct gw_zone *z = zone(names[n]);
        for (int64_t day = at("2009-01-01") / DAY; day < at("2031-01-01") / DAY; day++) {
            int64_t begins = gw_zone_day_start(z, day), ends = gw_zone_day_start(z, day + 1);
            if (ends < begins || (ends > begins && (gw_zone_day(z, begins) != day || gw_zone_day(z, ends - 1) != day)))
                ck_abort_msg("%s day %lld", names[n], (long long)day);
        }
    }
}
END_TEST

START_TEST(without_a_zone_it_is_utc)
{
    int64_t until, noon = at("2025-01-15T12:00:00Z");
    char text[11];

    ck_assert_int_eq(gw_zone_offset(NULL, noon, &until), 0);
    ck_assert_int_eq(until, INT64_MAX);
    ck_assert_int_eq(gw_zone_day(NULL, noon), at("2025-01-15") / DAY);
    ck_assert_int_eq(gw_zone_day_start(NULL, at("2025-01-15") / DAY), at("2025-01-15"));
    ck_assert_int_eq(gw_offset_day(-8 * 3600, at("2025-01-15T07:59:59Z")), at("2025-01-14") / DAY);
    ck_assert_int_eq(gw_offset_day(19800, at("2025-01-14T18:30:00Z")), at("2025-01-15") / DAY);
    ck_assert_int_eq(gw_offset_day(0, -1), -1);
    gw_day_format(at("2025-01-15") / DAY, text);
    ck_assert_str_eq(text, "2025-01-15");
}
END_TEST

/* A table without changes and with this rule. */
static struct gw_zone *ruled(const char *rule)
{
    struct gw_buf b = {0};
    struct gw_zone *z;
    char head[44] = "TZif2", types[6] = {0, 0, 0x0e, 0x10};

    head[39] = 1;
    head[43] = 4;
    for (int i = 0; i < 2; i++) {
        gw_buf_add(&b, head, sizeof(head));
        gw_buf_add(&b, types, sizeof(types));
        gw_buf_add(&b, "CET", 4);
    }
    gw_buf_printf(&b, "\n%s\n", rule);
    z = gw_zone_read((struct gw_str){b.data, b.len});
    gw_buf_free(&b);
    return z;
}

START_TEST(rules_are_read_as_posix_says)
{
    static const struct {
        const char *rule, *when;
        int32_t offset_s;
    } cases[] = {
        {"", "2025-07-01T00:00:00Z", 3600},
        {"JST-9", "2025-07-01T00:00:00Z", 32400},
        {"<+0330>-3:30", "2025-07-01T00:00:00Z", 12600},
        {"<-0930>9:30:15", "2025-07-01T00:00:00Z", -34215},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-03-30T00:59:59Z", 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-03-30T01:00:00Z", 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-10-26T00:59:59Z", 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2025-10-26T01:00:00Z", 3600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2025-01-15T00:00:00Z", 39600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2025-06-15T00:00:00Z", 36000},
        {"AAA0BBB-3,J60/0,J300/0", "2024-03-01T00:00:00Z", 10800}, /* J60 is 1 March in every year */
        {"AAA0BBB-3,J60/0,J300/0", "2024-02-29T23:59:59Z", 0},
        {"AAA0BBB,59/0,300/0", "2024-02-29T00:00:00Z", 3600},
        {"XXX3EDT4,0/0,J365/23", "2025-12-31T23:30:00Z", -14400},      /* daylight saving all year */
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2025-03-28T00:00:00Z", 10800}, /* the Friday before the last Sunday */
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2025-03-27T23:59:59Z", 7200},
        {"AAA0BBB,0/-167,J365/167", "2025-12-30T00:00:00Z", 3600},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gw_zone *z = ruled(cases[i].rule);
        ck_assert_msg(z != NULL, "%s", cases[i].rule);
        ck_assert_msg(gw_zone_offset(z, at(cases[i].when), NULL) == cases[i].offset_s, "%s %s: %d", cases[i].rule,
                      cases[i].when, gw_zone_offset(z, at(cases[i].when), NULL));
        gw_zone_free(&z);
    }
}
END_TEST

START_TEST(broken_rules_are_no_zone)
{
    static const char *const rules[] = {"C-1",
                                        "CET",
                                        "CET-1CEST",
                                        "CET-1CEST,M3.5.0",
                                        "CET-1CEST,M13.5.0,M10.5.0",
                                        "CET-1CEST,M3.0.0,M10.5.0",
                                        "CET-1CEST,M3.5.7,M10.5.0",
                                        "CET-1CEST,J0,J5",
                                        "CET-1CEST,366,J5",
                                        "CET-1CEST,M3.5.0,M10.5.0/168",
                                        "CET-1CEST,M3.5.0,M10.5.0x",
                                        "<CET-1",
                                        "CET-30",
                                        "CET-1:60",
                                        "CET-1,"};

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct gw_zone *z = ruled(rules[i]);
        ck_assert_msg(z == NULL, "%s", rules[i]);
    }
}
END_TEST

START_TEST(a_table_cut_anywhere_is_no_zone)
{
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "r");
    char bytes[8192];
    size_t len = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
    struct gw_zone *z = gw_zone_read((struct gw_str){bytes, len});

    ck_assert_ptr_nonnull(z);
    gw_zone_free(&z);
    for (size_t n = 0; n < len; n++) {
        z = gw_zone_read((struct gw_str){bytes, n});
        ck_assert_ptr_null(z);
    }
    bytes[4] = 0;
    ck_assert_ptr_null(gw_zone_read((struct gw_str){bytes, len}));
    fclose(file);
}
END_TEST

TCase *zone_tests(void)
{
    TCase *tc = tcase_create("zone");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, every_zone_is_as_the_c_library_has_it);
    tcase_add_test(tc, names_without_a_table_are_no_zones);
    tcase_add_loop_test(tc, days_begin_where_their_midnight_is, 0, sizeof(days) / sizeof(days[0]));
    tcase_add_test(tc, days_follow_each_other_without_a_gap);
    tcase_add_test(tc, without_a_zone_it_is_utc);
    tcase_add_test(tc, rules_are_read_as_posix_says);
    tcase_add_test(tc, broken_rules_are_no_zone);
    tcase_add_test(tc, a_table_cut_anywhere_is_no_zone);
    return tc;
}
