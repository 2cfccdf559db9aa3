/* Digits by table, times by the day. */
#include "read/sample.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"

static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243"
                            "4445464748495051525354555657585960616263646566676869707172737475767778798081828384858687"
                            "888990919293949596979899";

static inline char *put2(char *p, unsigned v)
{
    memcpy(p, pairs + 2 * v, 2);
    return p + 2;
}

char *gw_whole_put(char *p, uint64_t v)
{
    char text[20], *q = text + sizeof(text);

    while (v >= 100) {
        q -= 2;
        memcpy(q, pairs + 2 * (v % 100), 2);
        v /= 100;
    }
    if (v >= 10) {
        q -= 2;
        memcpy(q, pairs + 2 * v, 2);
    } else {
        *--q = (char)('0' + v);
    }
    memcpy(p, q, (size_t)(text + sizeof(text) - q));
    return p + (text + sizeof(text) - q);
}

/* n / 10000 with at least one digit behind the point and no zero at the end. */
static char *put_scaled(char *p, uint64_t n)
{
    unsigned fraction = (unsigned)(n % 10000);
    int digits = 4;

    p = gw_whole_put(p, n / 10000);
    *p++ = '.';
    if (fraction == 0) {
        *p++ = '0';
        return p;
    }
    put2(put2(p, fraction / 100), fraction % 100);
    while (p[digits - 1] == '0')
        digits--;
    return p + digits;
}

static char *put_general(char *p, double v)
{
    int n = 0;

    for (int precision = 15; precision <= 17; precision++) {
        n = snprintf(p, GW_NUMBER_MOST, "%.*g", precision, v);
        if (strtod(p, NULL) == v)
            break;
    }
    if (!memchr(p, '.', (size_t)n) && !memchr(p, 'e', (size_t)n)) {
        memcpy(p + n, ".0", 2);
        n += 2;
    }
    return p + n;
}

char *gw_number_put(char *p, double v)
{
    double positive = fabs(v);

    if (positive < 1e9) {
        uint64_t whole = (uint64_t)positive, scaled;
        if ((double)whole == positive) {
            if (v < 0)
                *p++ = '-';
            p = gw_whole_put(p, whole);
            memcpy(p, ".0", 2);
            return p + 2;
        }
        scaled = (uint64_t)(positive * 10000 + 0.5);
        if ((double)scaled / 10000 == positive) {
            if (v < 0)
                *p++ = '-';
            return put_scaled(p, scaled);
        }
    }
    return put_general(p, v);
}

static void day_set(struct gw_sample_day *day, int64_t t_us)
{
    char text[32];
    int64_t days = gw_floor_div(t_us, GW_US_PER_DAY);

    day->first_us = days * GW_US_PER_DAY;
    day->last_us = day->first_us + GW_US_PER_DAY - 1;
    gw_time_format(day->first_us, text);
    memcpy(day->date, text, 11);
}

/* "18:05:07.123456Z"; the fraction only when there is one. */
static inline char *put_clock(char *p, uint64_t of_day)
{
    unsigned second = (unsigned)(of_day / 1000000), fraction = (unsigned)(of_day - (uint64_t)second * 1000000);
    unsigned minute = second / 60;

    p = put2(p, minute / 60);
    *p++ = ':';
    p = put2(p, minute % 60);
    *p++ = ':';
    p = put2(p, second % 60);
    if (fraction) {
        *p++ = '.';
        p = put2(put2(put2(p, fraction / 10000), fraction / 100 % 100), fraction % 100);
    }
    *p++ = 'Z';
    return p;
}

static inline char *time_put(char *p, struct gw_sample_day *day, int64_t t_us)
{
    if (t_us < day->first_us || t_us > day->last_us)
        day_set(day, t_us);
    memcpy(p, day->date, 11);
    return put_clock(p + 11, (uint64_t)(t_us - day->first_us));
}

char *gw_sample_time_put(char *p, struct gw_sample_day *day, int64_t t_us)
{
    return time_put(p, day, t_us);
}

/* Copies in pieces of known length, which are instructions and no call: up to GW_FORM_PAD bytes too many. */
static inline char *put_padded(char *p, struct gw_str text)
{
    for (size_t i = 0; i < text.len; i += GW_FORM_PAD)
        memcpy(p + i, text.ptr + i, GW_FORM_PAD);
    return p + text.len;
}

size_t gw_samples_put(char **at, const char *end, bool comma, struct gw_sample_day *day,
                      const struct gw_sample_form *form, const int64_t *t_us, const double *v, size_t count)
{
    const struct gw_sample_form f = *form;
    size_t room = gw_sample_room(&f) + 1, i;
    char *p = *at;

    for (i = 0; i < count && (size_t)(end - p) >= room; i++) {
        if (comma)
            *p++ = ',';
        comma = f.commas;
        memcpy(p, f.front, sizeof(f.front));
        p = time_put(p + f.front_len, day, t_us[i]);
        p = gw_number_put(put_padded(p, f.middle), v[i]);
        p = put_padded(p, f.end);
    }
    *at = p;
    return i;
}

static size_t whole_len(uint64_t v)
{
    size_t n = 1;

    for (; v >= 10; v /= 10)
        n++;
    return n;
}

/* As gw_number_put decides. */
size_t gw_number_len(double v)
{
    double positive = fabs(v);
    char text[GW_NUMBER_MOST];

    if (positive < 1e9) {
        uint64_t whole = (uint64_t)positive;
        if ((double)whole == positive)
            return (v < 0) + whole_len(whole) + 2;
    }
    return (size_t)(gw_number_put(text, v) - text);
}

size_t gw_samples_len(const struct gw_sample_form *form, const int64_t *t_us, const double *v, size_t count)
{
    size_t len = count * (form->front_len + 20 + form->middle.len + form->end.len);

    for (size_t i = 0; i < count; i++)
        len += gw_number_len(v[i]) + (t_us[i] % GW_US_PER_S ? 7 : 0);
    return len;
}
