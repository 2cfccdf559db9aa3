/* Retry-After: a number of seconds, or "Sun, 06 Nov 1994 08:49:37 GMT". */
#include "host/retry.h"

#include <stdio.h>

#include "base/time.h"

#define SECONDS_MOST (INT64_C(400) * 86400)

static bool http_date(struct gw_str value, int64_t *ret_us)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[40], month[4];
    const char *at;
    int day, year, hour, minute, second, end = 0;

    if (value.len >= sizeof(text))
        return false;
    memcpy(text, value.ptr, value.len);
    text[value.len] = '\0';
    if (sscanf(text, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour, &minute, &second, &end) !=
            6 ||
        end == 0 || text[end])
        return false;
    at = strstr(months, month);
    if (!at || strlen(month) != 3 || (at - months) % 3 || year < 1970 || day < 1 || day > 31 || hour < 0 || minute < 0)
        return false;
    *ret_us = gw_days_from_civil(year, (unsigned)((at - months) / 3 + 1), (unsigned)day) * GW_US_PER_DAY +
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
