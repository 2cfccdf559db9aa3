/* What a client is given for its Accept. */
#include "http/accept.h"
#include "tests.h"

START_TEST(the_form_that_is_asked_for)
{
    static const struct gw_offer offers[] = {{"application/json", 1}, {"application/x-ndjson", 2}, {"text/csv", 3}};
    static const struct {
        const char *header;
        int answer;
    } rows[] = {
        {NULL, 1},
        {"", 1},
        {"*/*", 1},
        {"text/csv", 3},
        {"TEXT/CSV; charset=utf-8", 3},
        {"application/x-ndjson", 2},
        {"application/*", 1},
        {"text/*", 3},
        {"text/csv, */*", 3},
        {"*/*, text/csv", 3},
        {"text/csv;q=0.5, application/json", 1},
        {"text/csv;q=0.5,application/json;q=0.4", 3},
        {"application/x-ndjson , text/csv", 2},
        {"text/csv,application/x-ndjson", 3},
        {"text/html,application/xhtml+xml,*/*;q=0.8", 1},
        {"text/html", 1},
        {"text/csv;q=0", 1},
        {"application/json;q=0, */*", 2},
        {"*/*;q=0.1, text/csv;q=0.001", 1},
        {"text/csv;q=0.3;q=junk, application/json;q=0.9", 3}, /* no quality: as if none were given */
        {"text/csv;q=2, application/json;q=0.9", 3},
        {"text", 1},
        {"/", 1},
        {",,;;=,/,*/json", 1},
        {"text/csvx", 1},
        {"\"text/csv\"", 1},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_msg(gw_accept_choose(rows[i].header, offers, 3) == rows[i].answer, "%s",
                      rows[i].header ? rows[i].header : "none");
}
END_TEST

TCase *accept_case(void)
{
    TCase *tests = tcase_create("accept");

    tcase_add_test(tests, the_form_that_is_asked_for);
    return tests;
}
