/* Civil calendar arithmetic, ISO 8601 text, clocks. */
#include "base/time.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t clock_shift;

int64_t gw_now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * GW_US_PER_S + ts.tv_nsec / 1000 +
           atomic_load_explicit(&clock_shift, memory_order_relaxed);
}

int64_t gw_mono_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * GW_US_PER_S + ts.tv_nsec / 1000;
}

void gw_clock_offset(int64_t us)
{
    atomic_store_explicit(&clock_shift, us, memory_order_relaxed);
}

int64_t gw_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days of the proleptic Gregorian calendar by eras of 400 years, the year beginning in March. */
int64_t gw_days_from_civil(int64_t year, unsigned month, unsigned day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = gw_floor_div(y, 400);
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + (int64_t)day - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

void gw_civil_from_days(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
    int64_t z = days + 719468;
    int64_t era = gw_floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
    *month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
    *year = yoe + era * 400 + (*month <= 2);
}

/* Reads exactly n digits; moves *p. */
static bool digits(const char **p, const char *end, int n, unsigned *ret)
{
    unsigned v = 0;

    if (end - *p < n)
        return false;
    for (int i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        v = v * 10 + (unsigned)(**p - '0');
    }
    *ret = v;
    return true;
}

static bool literal(const char **p, const char *end, char c)
{
    if (*p == end || **p != c)
        return false;
    (*p)++;
    return true;
}

static bool leap_year(unsigned y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

static bool civil_day(unsigned y, unsigned m, unsigned d, int64_t *days)
{
    static const unsigned most[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (y < 1 || m < 1 || m > 12 || d < 1 || d > most[m - 1] || (m == 2 && d == 29 && !leap_year(y)))
        return false;
    *days = gw_days_from_civil(y, m, d);
    return true;
}

/* Week 1 is the one with 4 January in it; days 1 to 7 from Monday. */
static bool week_day(unsigned y, unsigned week, unsigned d, int64_t *days)
{
    int64_t fourth = gw_days_from_civil(y, 1, 4), next = gw_days_from_civil((int64_t)y + 1, 1, 4);
    int64_t monday = fourth - (fourth % 7 + 10) % 7; /* 1970-01-01 was a Thursday */
    int64_t end = next - (next % 7 + 10) % 7;

    *days = monday + 7 * ((int64_t)week - 1) + d - 1;
    return y >= 1 && week >= 1 && d >= 1 && d <= 7 && *days < end;
}

static bool parse_date(const char **p, const char *end, bool wide, int64_t *days)
{
    unsigned y, m, d = 1;
    bool dashes;

    if (!digits(p, end, 4, &y))
        return false;
    dashes = literal(p, end, '-');
    if (!dashes && !wide)
        return false;
    if (wide && literal(p, end, 'W')) {
        if (!digits(p, end, 2, &m) || (dashes ? literal(p, end, '-') && !digits(p, end, 1, &d)
                                              : *p < end && **p >= '0' && **p <= '9' && !digits(p, end, 1, &d)))
            return false;
        return week_day(y, m, d, days);
    }
    if (!digits(p, end, 2, &m) || (dashes && !literal(p, end, '-')) || !digits(p, end, 2, &d))
        return false;
    return civil_day(y, m, d, days);
}

static bool parse_fraction(const char **p, const char *end, int64_t *us)
{
    int64_t scale = 100000;
    const char *first;

    *us = 0;
    if (*p == end || (**p != '.' && **p != ','))
        return true;
    first = ++*p;
    for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
        *us += (**p - '0') * scale;
    return *p > first && *p - first <= 9;
}

static bool digit_next(const char *p, const char *end)
{
    return p < end && *p >= '0' && *p <= '9';
}

/* wide: also 07, 0730 and 073000 */
static bool parse_clock(const char **p, const char *end, bool wide, int64_t *us)
{
    unsigned h, m = 0, s = 0;
    int64_t fraction = 0;
    bool colons;

    if (!digits(p, end, 2, &h))
        return false;
    colons = literal(p, end, ':');
    if (!colons && !wide)
        return false;
    if ((colons || digit_next(*p, end)) && !digits(p, end, 2, &m))
        return false;
    if (colons ? literal(p, end, ':') : digit_next(*p, end)) {
        if (!digits(p, end, 2, &s) || !parse_fraction(p, end, &fraction))
            return false;
    }
    if (h > 24 || m > 59 || s > 60 || (h == 24 && (m || s || fraction)))
        return false;
    *us = ((int64_t)h * 3600 + m * 60 + s) * GW_US_PER_S + fraction;
    return true;
}

static bool parse_offset(const char **p, const char *end, struct gw_time_text *t)
{
    unsigned h, m = 0;
    int sign;

    if (*p == end)
        return true;
    if (literal(p, end, 'Z') || literal(p, end, 'z')) {
        t->has_offset = true;
        return true;
    }
    if (**p != '+' && **p != '-')
        return false;
    sign = **p == '-' ? -1 : 1;
    (*p)++;
    if (!digits(p, end, 2, &h))
        return false;
    if (*p < end) {
        literal(p, end, ':');
        if (!digits(p, end, 2, &m))
            return false;
    }
    if (h > 18 || m > 59)
        return false;
    t->has_offset = true;
    t->offset_s = sign * (int32_t)(h * 3600 + m * 60);
    return true;
}

static bool parse_iso(struct gw_str text, bool wide, struct gw_time_text *ret)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    struct gw_time_text t = {0};
    int64_t days, clock = 0;

    if (text.len == 0 || !parse_date(&p, end, wide, &days))
        return false;
    if (p == end) {
        t.date_only = true;
    } else {
        if (*p != 'T' && *p != 't' && *p != ' ')
            return false;
        p++;
        if (!parse_clock(&p, end, wide, &clock) || !parse_offset(&p, end, &t) || p != end)
            return false;
    }
    t.us = days * GW_US_PER_DAY + clock - (int64_t)t.offset_s * GW_US_PER_S;
    *ret = t;
    return true;
}

bool gw_time_parse_iso(struct gw_str text, struct gw_time_text *ret)
{
    return parse_iso(text, false, ret);
}

#define TEXT_MOST 64

/* In a URL a bare '+' means a space, so that "…T00:00:00+02:00" arrives with one: the offset is taken as it was meant.
 */
static struct gw_str mend_plus(struct gw_str text, char out[TEXT_MOST])
{
    size_t clock = 11; /* where a time may begin: behind a date and its T or space */

    if (text.len <= clock || text.len > TEXT_MOST)
        return text;
    memcpy(out, text.ptr, text.len);
    for (size_t i = clock; i < text.len; i++)
        if (out[i] == ' ')
            out[i] = '+';
    return (struct gw_str){out, text.len};
}

bool gw_time_parse(struct gw_str text, struct gw_time_text *ret)
{
    char mended[TEXT_MOST];
    double seconds;
    int64_t whole;

    for (; text.len && text.ptr[0] == ' '; text.ptr++)
        text.len--;
    for (; text.len && text.ptr[text.len - 1] == ' ';)
        text.len--;
    if (gw_parse_i64(text, &whole)) {
        if (whole < -62135596800 || whole > 253402300799)
            return false;
        *ret = (struct gw_time_text){.us = whole * GW_US_PER_S, .has_offset = true};
        return true;
    }
    if (gw_parse_f64(text, &seconds)) {
        if (seconds < -62135596800.0 || seconds > 253402300799.0)
            return false;
        *ret = (struct gw_time_text){.us = llround(seconds * 1e6), .has_offset = true};
        return true;
    }
    return parse_iso(mend_plus(text, mended), true, ret);
}

static char *put2(char *p, unsigned v)
{
    *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

size_t gw_time_format(int64_t us, char *out)
{
    int64_t days = gw_floor_div(us, GW_US_PER_DAY), rest = us - days * GW_US_PER_DAY, year;
    unsigned month, day, s = (unsigned)(rest / GW_US_PER_S), fraction = (unsigned)(rest % GW_US_PER_S);
    char *p = out;

    gw_civil_from_days(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        year = year < 0 ? 0 : 9999;
    p = put2(p, (unsigned)year / 100);
    p = put2(p, (unsigned)year % 100);
    *p++ = '-';
    p = put2(p, month);
    *p++ = '-';
    p = put2(p, day);
    *p++ = 'T';
    p = put2(p, s / 3600);
    *p++ = ':';
    p = put2(p, s / 60 % 60);
    *p++ = ':';
    p = put2(p, s % 60);
    if (fraction) {
        *p++ = '.';
        p = put2(p, fraction / 10000);
        p = put2(p, fraction / 100 % 100);
        p = put2(p, fraction % 100);
    }
    *p++ = 'Z';
    *p = '\0';
    return (size_t)(p - out);
}

size_t gw_offset_format(int32_t offset_s, char *out)
{
    unsigned a = (unsigned)(offset_s < 0 ? -offset_s : offset_s) / 60;
    char *p = out;

    *p++ = offset_s < 0 ? '-' : '+';
    p = put2(p, a / 60);
    *p++ = ':';
    p = put2(p, a % 60);
    *p = '\0';
    return (size_t)(p - out);
}
