/* Retry-After: a number of seconds, or "Sun, 06 Nov 1994 08:49:37 GMT". */
#include "host/retry.h"

#include "base/time.h"

#define SECONDS_MOST (INT64_C(400) * 86400)

static bool number(const char *text, size_t len, int64_t least, int64_t most, int64_t *ret)
{
    return text[0] != '-' && gw_parse_i64((struct gw_str){text, len}, ret) && *ret >= least && *ret <= most;
}

/* The one form that RFC 9110 lets a sender write; its places are fixed. */
static bool http_date(struct gw_str value, int64_t *ret_us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char form[] = "???, ?? ??? ???? ??:??:?? GMT";
    const char *t = value.ptr, *month = months;
    int64_t day, year, hour, minute, second;

    if (value.len != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if (form[i] != '?' && t[i] != form[i])
            return false;
    while (*month && memcmp(month, t + 8, 3) != 0)
        month += 3;
    if (!*month || !number(t + 5, 2, 1, 31, &day) || !number(t + 12, 4, 1970, 9999, &year) ||
        !number(t + 17, 2, 0, 23, &hour) || !number(t + 20, 2, 0, 59, &minute) || !number(t + 23, 2, 0, 60, &second))
        return false;
    *ret_us = gw_days_from_civil(year, (unsigned)((month - months) / 3 + 1), (unsigned)day) * GW_US_PER_DAY +
              hour * GW_US_PER_HOUR + minute * GW_US_PER_MIN + second * GW_US_PER_S;
    return true;
}

int64_t gw_retry_after_ms(struct gw_str value, int64_t now_us)
{
    int64_t n, at;

    while (value.len && value.ptr[value.len - 1] == ' ')
        value.len--;
    if (gw_parse_i64(value, &n))
        return n < 0 ? -1 : (n < SECONDS_MOST ? n : SECONDS_MOST) * 1000;
    if (!http_date(value, &at))
        return -1;
    n = (at - now_us) / 1000;
    return n < 0 ? 0 : n < SECONDS_MOST * 1000 ? n : SECONDS_MOST * 1000;
}
