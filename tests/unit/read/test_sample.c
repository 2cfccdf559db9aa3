/* The writer of samples against the slow ways to say the same. */
#include <math.h>
#include <stdlib.h>

#include "base/time.h"
#include "base/uuid.h"
#include "read/sample.h"
#include "tests.h"

static const char *number(double v)
{
    static char text[64];
    char *end;

    memset(text, '#', sizeof(text));
    end = gw_number_put(text, v);
    if (end - text > GW_NUMBER_MOST || (size_t)(end - text) != gw_number_len(v))
        ck_abort_msg("%g needs %d", v, (int)(end - text));
    *end = '\0';
    return text;
}

START_TEST(numbers_as_people_write_them)
{
    static const struct {
        double v;
        const char *text;
    } rows[] = {{0, "0.0"},
                {72, "72.0"},
                {-5, "-5.0"},
                {450.5, "450.5"},
                {0.1, "0.1"},
                {-0.0001, "-0.0001"},
                {98.6, "98.6"},
                {36.75, "36.75"},
                {1e9, "1000000000.0"},
                {0.00005, "5e-05"},
                {999999999.5, "999999999.5"},
                {1234567.8912, "1234567.8912"},
                {1.0 / 3, "0.3333333333333333"},
                {1e300, "1e+300"},
                {100, "100.0"},
                {10.01, "10.01"},
                {99.9999, "99.9999"},
                {0.99999, "0.99999"}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_str_eq(number(rows[i].v), rows[i].text);
}
END_TEST

START_TEST(every_number_reads_back)
{
    for (int i = 0; i < 300000; i++) {
        uint64_t bits;
        double v;
        gw_random(&bits, sizeof(bits));
        switch (i % 4) {
        case 0: /* any double at all */
            memcpy(&v, &bits, sizeof(v));
            break;
        case 1: /* four decimals and less */
            v = (double)(int64_t)(bits % 2000000000000) / 10000 - 1e8;
            break;
        case 2: /* one ulp beside such a value */
            v = nextafter((double)(int64_t)(bits % 20000000) / 10000, i % 8 == 2 ? 0 : 1e9);
            break;
        default:
            v = (double)(int64_t)bits;
        }
        if (isfinite(v) && v != 0 && strtod(number(v), NULL) != v)
            ck_abort_msg("%.17g gave %s", v, number(v));
    }
}
END_TEST

START_TEST(rows_against_the_plain_way)
{
    static const char middle[10 + GW_FORM_PAD] = "\",\"value\":", tail[14 + GW_FORM_PAD] = ",\"unit\":\"bpm\"}";
    static const struct gw_sample_form form = {"{\"timestamp\":\"", 14, true, {middle, 10}, {tail, 14}};
    struct gw_sample_day day = GW_SAMPLE_DAY_NONE;
    char text[256], plain[256], time[32], *end;

    for (int i = 0; i < 100000; i++) {
        uint64_t bits;
        int64_t t;
        double v;
        gw_random(&bits, sizeof(bits));
        t = (int64_t)(bits % (uint64_t)(4102444800 * GW_US_PER_S)) - 946684800 * GW_US_PER_S;
        if (i % 2)
            t -= t % GW_US_PER_S;
        if (i % 3 == 0)
            t -= t % GW_US_PER_DAY;
        v = (double)(bits >> 50);
        end = text;
        if (gw_samples_put(&end, text + sizeof(text), false, &day, &form, &t, &v, 1) != 1)
            ck_abort_msg("no room");
        *end = '\0';
        gw_time_format(t, time);
        snprintf(plain, sizeof(plain), "{\"timestamp\":\"%s\",\"value\":%.1f,\"unit\":\"bpm\"}", time, v);
        if (strcmp(text, plain) != 0 || strlen(text) > gw_sample_room(&form) ||
            gw_samples_len(&form, &t, &v, 1) != strlen(text))
            ck_abort_msg("%s instead of %s", text, plain);
    }
}
END_TEST

TCase *sample_case(void)
{
    TCase *tests = tcase_create("sample");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, numbers_as_people_write_them);
    tcase_add_test(tests, every_number_reads_back);
    tcase_add_test(tests, rows_against_the_plain_way);
    return tests;
}
