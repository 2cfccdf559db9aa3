/* Rules on texts. */
#include <stdio.h>

#include "http/check.h"
#include "tests.h"

static bool email(const char *text, char *out)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_str ret = {0};
    bool ok = gw_check_email(gw_str(text), arena, &ret);

    if (ok)
        snprintf(out, 300, "%.*s", (int)ret.len, ret.ptr);
    gw_arena_free(&arena);
    return ok;
}

START_TEST(addresses_that_are_taken)
{
    static const char *const rows[][2] = {{"user@example.com", "user@example.com"},
                                          {"User.Name+tag@Sub.EXAMPLE.Org", "User.Name+tag@sub.example.org"},
                                          {"o'neil@ex-ample.co", "o'neil@ex-ample.co"},
                                          {"j\xc3\xb6rg@b\xc3\xbc"
                                           "cher.example",
                                           "j\xc3\xb6rg@b\xc3\xbc"
                                           "cher.example"}};
    char out[300];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(email(rows[i][0], out), "%s", rows[i][0]);
        ck_assert_str_eq(out, rows[i][1]);
    }
}
END_TEST

START_TEST(addresses_that_are_not)
{
    static const char *const rows[] = {
        "",         "x",        "@example.com", "a@",        "a@b",           "a b@example.com",
        "a@b..c",   ".a@b.com", "a.@b.com",     "a..b@c.de", "a@-b.com",      "a@b-.com",
        "a@b.com.", "a@b@c.de", "a@b c.de",     "<a@b.de>",  "a@b.de\r\nX: y"};
    char out[300], lengthy[400];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(!email(rows[i], out), "%s", rows[i]);
    memset(lengthy, 'a', sizeof(lengthy));
    memcpy(lengthy + 65, "@b.de", 6);
    ck_assert(!email(lengthy, out));
}
END_TEST

START_TEST(lengths_are_characters)
{
    ck_assert_uint_eq(gw_check_length(gw_str("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
    ck_assert_uint_eq(gw_check_length(gw_str("")), 0);
}
END_TEST

START_TEST(dates_of_birth)
{
    ck_assert(gw_check_date(gw_str("1990-05-17")));
    ck_assert(gw_check_date(gw_str("2000-02-29")));
    ck_assert(!gw_check_date(gw_str("1999-02-29")));
    ck_assert(!gw_check_date(gw_str("1899-12-31")));
    ck_assert(!gw_check_date(gw_str("9999-01-01")));
    ck_assert(!gw_check_date(gw_str("1990-05-17T00:00:00Z")));
    ck_assert(!gw_check_date(gw_str("17.05.1990")));
}
END_TEST

START_TEST(time_zones)
{
    ck_assert(gw_check_time_zone(gw_str("UTC")));
    ck_assert(gw_check_time_zone(gw_str("Europe/Berlin")));
    ck_assert(!gw_check_time_zone(gw_str("../../etc/passwd")));
    ck_assert(!gw_check_time_zone(gw_str("/etc/passwd")));
    ck_assert(!gw_check_time_zone(gw_str("Europe/")));
    ck_assert(!gw_check_time_zone(gw_str("")));
}
END_TEST

START_TEST(every_form_of_uuid)
{
    static const char *const rows[] = {"176be8de-8452-4eb7-a7ea-147fec925d9d", "176BE8DE-8452-4EB7-A7EA-147FEC925D9D",
                                       "176be8de84524eb7a7ea147fec925d9d", "{176be8de-8452-4eb7-a7ea-147fec925d9d}",
                                       "urn:uuid:176be8de-8452-4eb7-a7ea-147fec925d9d"};
    static const char *const wrong[] = {"",
                                        "not-a-uuid",
                                        "176be8de-8452-4eb7-a7ea-147fec925d9",
                                        "176be8de-8452-4eb7-a7ea-147fec925d9dd",
                                        "{176be8de-8452-4eb7-a7ea-147fec925d9d",
                                        "g76be8de-8452-4eb7-a7ea-147fec925d9d"};
    struct gw_uuid id, first;

    ck_assert(gw_check_uuid(gw_str(rows[0]), &first));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ck_assert_msg(gw_check_uuid(gw_str(rows[i]), &id), "%s", rows[i]);
        ck_assert(gw_uuid_eq(id, first));
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(!gw_check_uuid(gw_str(wrong[i]), &id), "%s", wrong[i]);
}
END_TEST

TCase *check_case(void)
{
    TCase *tests = tcase_create("check");

    tcase_add_test(tests, addresses_that_are_taken);
    tcase_add_test(tests, addresses_that_are_not);
    tcase_add_test(tests, lengths_are_characters);
    tcase_add_test(tests, dates_of_birth);
    tcase_add_test(tests, time_zones);
    tcase_add_test(tests, every_form_of_uuid);
    return tests;
}
