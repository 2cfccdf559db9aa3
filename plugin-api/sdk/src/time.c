/* Times as providers write them. The calendar is the proleptic Gregorian one; no time zone database is
 * consulted, a local time becomes an instant only through an offset that came with it. */
#include "aorta/sdk.h"

#define US_PER_S INT64_C(1000000)

/* A reader over counted text: every step checks the end. */
struct scan {
    const char *p, *end;
};

static struct scan begin(aorta_str text)
{
    const char *p = text.len ? text.ptr : ""; /* no arithmetic on NULL */
    return (struct scan){p, p + text.len};
}

static int digit(const struct scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static int take(struct scan *s, char c)
{
    if (s->p < s->end && *s->p == c) {
        s->p++;
        return 1;
    }
    return 0;
}

/* Exactly n digits. */
static int digits(struct scan *s, int n, int *ret)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (!digit(s))
            return -1;
        v = v * 10 + (*s->p++ - '0');
    }
    *ret = v;
    return 0;
}

/* The digits after a decimal mark, as microseconds; what is finer is cut. */
static int fraction(struct scan *s, int64_t *us)
{
    int64_t unit = 100000, v = 0;
    if (!digit(s))
        return -1;
    for (; digit(s); s->p++, unit /= 10)
        v += (*s->p - '0') * unit;
    *us = v;
    return 0;
}

/* Days since 1970-01-01; years begin in March here, so that the leap day is the last. */
static int64_t days_of(int y, int m, int d)
{
    int64_t year = m <= 2 ? y - 1 : y;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int *y, int *m, int *d)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    *d = (int)(of_year - (153 * month + 2) / 5 + 1);
    *m = (int)(month < 10 ? month + 3 : month - 9);
    *y = (int)(year + era * 400 + (*m <= 2));
}

static int date(struct scan *s, int64_t *days)
{
    static const unsigned char in_month[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, m, d;
    if (digits(s, 4, &y) || !take(s, '-') || digits(s, 2, &m) || !take(s, '-') || digits(s, 2, &d))
        return -1;
    if (m < 1 || m > 12 || d < 1 || d > in_month[m - 1])
        return -1;
    if (m == 2 && d == 29 && (y % 4 != 0 || (y % 100 == 0 && y % 400 != 0)))
        return -1;
    *days = days_of(y, m, d);
    return 0;
}

/* "23:33", "23:33:07", "23:33:07.25"; a leap second and 24:00 are accepted and run over. */
static int clock_us(struct scan *s, int64_t *us)
{
    int h, m, sec = 0;
    int64_t part = 0;
    if (digits(s, 2, &h) || !take(s, ':') || digits(s, 2, &m))
        return -1;
    if (take(s, ':') && (digits(s, 2, &sec) || ((take(s, '.') || take(s, ',')) && fraction(s, &part))))
        return -1;
    if (h > 24 || m > 59 || sec > 60 || (h == 24 && (m || sec || part)))
        return -1;
    *us = ((int64_t)h * 3600 + m * 60 + sec) * US_PER_S + part;
    return 0;
}

/* "Z", "+01:00", "+0100", "+01"; nothing is also an answer. */
static int zone(struct scan *s, int32_t *offset_s, int *has)
{
    int h, m = 0;
    *offset_s = 0;
    *has = 0;
    if (s->p == s->end)
        return 0;
    *has = 1;
    if (take(s, 'Z') || take(s, 'z'))
        return 0;
    int sign = take(s, '+') ? 1 : take(s, '-') ? -1 : 0;
    if (!sign || digits(s, 2, &h))
        return -1;
    if (s->p < s->end) {
        (void)take(s, ':');
        if (digits(s, 2, &m))
            return -1;
    }
    if (h > 18 || m > 59 || (h == 18 && m))
        return -1;
    *offset_s = sign * (h * 3600 + m * 60);
    return 0;
}

int sdk_time_parse(aorta_str text, int64_t *us, int32_t *offset_s, int *has_offset)
{
    struct scan s = begin(text);
    int64_t days, time;
    int32_t offset;
    int has;
    if (date(&s, &days) || !(take(&s, 'T') || take(&s, 't') || take(&s, ' ')) || clock_us(&s, &time) ||
        zone(&s, &offset, &has) || s.p != s.end)
        return -1;
    *us = days * 86400 * US_PER_S + time - offset * US_PER_S;
    *offset_s = offset;
    *has_offset = has;
    return 0;
}

int sdk_date_parse(aorta_str text, int64_t *days)
{
    struct scan s = begin(text);
    int64_t v;
    if (date(&s, &v) || s.p != s.end)
        return -1;
    *days = v;
    return 0;
}

int sdk_clock_parse(aorta_str text, int64_t *seconds)
{
    struct scan s = begin(text);
    int64_t us;
    if (clock_us(&s, &us) || s.p != s.end)
        return -1;
    *seconds = us / US_PER_S;
    return 0;
}

/* The units of an ISO 8601 duration in the order in which they may come; M means minutes, so only after T. */
static const struct unit {
    char letter;
    int after_t;
    int64_t seconds;
} units[] = {{'W', 0, 604800}, {'D', 0, 86400}, {'H', 1, 3600}, {'M', 1, 60}, {'S', 1, 1}};

/* One number with its letter; *next is where in `units` the following one may stand. */
static int duration_part(struct scan *s, int in_time, size_t *next, int64_t *us)
{
    int64_t whole = 0, part = 0;
    if (!digit(s))
        return -1;
    for (; digit(s); s->p++) {
        whole = whole * 10 + (*s->p - '0');
        if (whole > INT64_C(1000000000000))
            return -1;
    }
    int fractional = take(s, '.') || take(s, ',');
    if (fractional && fraction(s, &part))
        return -1;
    for (size_t i = *next; i < AORTA_COUNT(units); i++) {
        if (units[i].after_t != in_time || !take(s, units[i].letter))
            continue;
        *next = i + 1;
        int64_t add;
        if (__builtin_mul_overflow(whole * US_PER_S + part, units[i].seconds, &add) ||
            __builtin_add_overflow(*us, add, us))
            return -1;
        return 0;
    }
    return -1;
}

int sdk_duration_parse(aorta_str text, int64_t *us)
{
    struct scan s = begin(text);
    int64_t sum = 0;
    size_t next = 0;
    int in_time = 0, parts = 0;
    if (!take(&s, 'P'))
        return -1;
    while (s.p < s.end) {
        if (!in_time && take(&s, 'T')) {
            in_time = 1;
            if (s.p == s.end)
                return -1;
        }
        if (duration_part(&s, in_time, &next, &sum))
            return -1;
        parts++;
    }
    if (!parts)
        return -1;
    *us = sum;
    return 0;
}

aorta_str sdk_date_format(aorta_ctx *ctx, int64_t days)
{
    int y, m, d;
    date_of(days, &y, &m, &d);
    return sdk_format(ctx, "%04d-%02d-%02d", y, m, d);
}

aorta_str sdk_time_format(aorta_ctx *ctx, int64_t us)
{
    int64_t seconds = us / US_PER_S - (us % US_PER_S < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int in_day = (int)(seconds - days * 86400);
    int y, m, d;
    date_of(days, &y, &m, &d);
    return sdk_format(ctx, "%04d-%02d-%02dT%02d:%02d:%02dZ", y, m, d, in_day / 3600, in_day / 60 % 60, in_day % 60);
}
