/* civil.c - days, dates and ISO 8601 texts. */
#include "civil.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int civil_days(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int yoe = year - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

int civil_day_of(int64_t wall_s)
{
    int64_t day = wall_s / DAY_S;
    return (int)(wall_s % DAY_S < 0 ? day - 1 : day);
}

static void fill_date(struct civil *c, int days)
{
    int z = days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    c->day = doy - (153 * mp + 2) / 5 + 1;
    c->month = mp < 10 ? mp + 3 : mp - 9;
    c->year = yoe + era * 400 + (c->month <= 2);
}

struct civil civil_from_s(int64_t wall_s)
{
    struct civil c;
    int day = civil_day_of(wall_s);
    int rest = (int)(wall_s - (int64_t)day * DAY_S);
    fill_date(&c, day);
    c.hour = rest / 3600;
    c.minute = rest / 60 % 60;
    c.second = rest % 60;
    return c;
}

static bool plain_digits(const char *s)
{
    if (*s == '-')
        s++;
    if (!isdigit((unsigned char)*s))
        return false;
    while (isdigit((unsigned char)*s))
        s++;
    return *s == '\0';
}

static bool date_at(const char *text, int *ret_day, int *ret_used)
{
    int y, m, d, n = 0;
    if (sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &n) != 3 || n != 10)
        return false;
    if (m < 1 || m > 12 || d < 1 || d > 31)
        return false;
    struct civil back = civil_from_s((int64_t)civil_days(y, m, d) * DAY_S);
    if (back.day != d || back.month != m)
        return false;
    *ret_day = civil_days(y, m, d);
    *ret_used = n;
    return true;
}

bool civil_parse_date(const char *text, int *ret_day)
{
    int day, used;
    if (!text || !date_at(text, &day, &used) || text[used] != '\0')
        return false;
    *ret_day = day;
    return true;
}

static bool zone_at(const char *s, int *ret_min)
{
    int h, m;
    *ret_min = 0;
    if (*s == '\0' || strcmp(s, "Z") == 0)
        return true;
    if ((*s != '+' && *s != '-') || sscanf(s + 1, "%2d:%2d", &h, &m) != 2 || strlen(s) != 6)
        return false;
    *ret_min = (*s == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

static bool clock_at(const char *s, int64_t *ret_us, const char **ret_rest)
{
    int h, m, sec = 0, n = 0;
    if (sscanf(s, "%2d:%2d%n", &h, &m, &n) != 2)
        return false;
    s += n;
    if (*s == ':') {
        if (sscanf(s + 1, "%2d%n", &sec, &n) != 1)
            return false;
        s += 1 + n;
    }
    int64_t us = 0;
    if (*s == '.') {
        int64_t unit = 100000;
        for (s++; isdigit((unsigned char)*s); s++, unit /= 10)
            us += (*s - '0') * unit;
    }
    if (h > 24 || m > 59 || sec > 60)
        return false;
    *ret_us = ((int64_t)h * 3600 + m * 60 + sec) * 1000000 + us;
    *ret_rest = s;
    return true;
}

bool civil_parse_us(const char *text, int64_t *ret_us)
{
    int day, used, zone = 0;
    int64_t clock_us = 0;
    if (!text || !*text)
        return false;
    if (plain_digits(text)) {
        *ret_us = strtoll(text, NULL, 10) * 1000000;
        return true;
    }
    if (!date_at(text, &day, &used))
        return false;
    const char *rest = text + used;
    if (*rest == 'T' || *rest == ' ') {
        if (!clock_at(rest + 1, &clock_us, &rest) || !zone_at(rest, &zone))
            return false;
    } else if (*rest != '\0') {
        return false;
    }
    *ret_us = ((int64_t)day * DAY_S - zone * 60) * 1000000 + clock_us;
    return true;
}

struct stamp civil_date(int day)
{
    struct stamp out;
    struct civil c = civil_from_s((int64_t)day * DAY_S);
    snprintf(out.s, sizeof out.s, "%04d-%02d-%02d", c.year, c.month, c.day);
    return out;
}

struct stamp civil_wall(int64_t s, int offset_min)
{
    struct stamp out;
    struct civil c = civil_from_s(s + offset_min * 60);
    snprintf(out.s, sizeof out.s, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute, c.second);
    return out;
}

struct stamp civil_utc(int64_t s)
{
    struct stamp out = civil_wall(s, 0);
    strcat(out.s, "Z");
    return out;
}

struct stamp civil_iso_ms(int64_t ms, int offset_min)
{
    int64_t s = ms >= 0 ? ms / 1000 : (ms - 999) / 1000;
    struct stamp out = civil_wall(s, offset_min);
    int abs_min = abs(offset_min);
    size_t n = strlen(out.s);
    snprintf(out.s + n, sizeof out.s - n, ".%03d%c%02d:%02d", (int)(ms - s * 1000), offset_min < 0 ? '-' : '+',
             abs_min / 60 % 100, abs_min % 60);
    return out;
}

struct stamp civil_hh_mm(int64_t s, int offset_min)
{
    struct stamp out;
    struct civil c = civil_from_s(s + offset_min * 60);
    snprintf(out.s, sizeof out.s, "%02d:%02d", c.hour, c.minute);
    return out;
}

struct stamp civil_hh_mm_ss(int64_t s, int offset_min)
{
    struct stamp out;
    struct civil c = civil_from_s(s + offset_min * 60);
    snprintf(out.s, sizeof out.s, "%02d:%02d:%02d", c.hour, c.minute, c.second);
    return out;
}
