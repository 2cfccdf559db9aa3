/* Files by their first bytes. */
#include "upload/file.h"

#include "tests.h"

START_TEST(known_by_its_head)
{
    static const struct {
        struct gw_str head;
        enum gw_file_is is;
    } cases[] = {{{"<?xml version=\"1.0\"?>", 21}, GW_FILE_XML},
                 {{"\xef\xbb\xbf<HealthData>", 15}, GW_FILE_XML},
                 {{" \r\n\t<a/>", 8}, GW_FILE_XML},
                 {{"PK\x03\x04more", 8}, GW_FILE_ZIP},
                 {{" PK\x03\x04", 5}, GW_FILE_UNKNOWN},
                 {{"PK\x03", 3}, GW_FILE_UNKNOWN},
                 {{"PK\x05\x06", 4}, GW_FILE_UNKNOWN},
                 {{"\x1f\x8b\x08", 3}, GW_FILE_GZIP},
                 {{"\n{\"a\":1}", 8}, GW_FILE_JSON},
                 {{"[1]", 3}, GW_FILE_UNKNOWN},
                 {{"hello", 5}, GW_FILE_UNKNOWN},
                 {{"   ", 3}, GW_FILE_UNKNOWN},
                 {{"\xef\xbb\xbf", 3}, GW_FILE_UNKNOWN},
                 {{"", 0}, GW_FILE_UNKNOWN}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_msg(gw_file_look(cases[i].head.ptr, cases[i].head.len) == cases[i].is, "%zu", i);
    ck_assert_str_eq(gw_file_type(GW_FILE_ZIP), "application/zip");
}
END_TEST

TCase *file_case(void)
{
    TCase *tests = tcase_create("file");

    tcase_add_test(tests, known_by_its_head);
    return tests;
}
