/* See when.h. */
#include "when.h"

#include <string.h>

#define TEXT_MAX  40
#define MS_FROM   1e11 /* seconds reach it in the year 5138, milliseconds did in 1973 */
#define MS_BEYOND 1e14

static int in_range(int64_t us)
{
    return us >= 0 && us < PHONE_TIME_MOST;
}

static int from_number(const struct phone_clock *clock, double v, struct phone_when *ret)
{
    double s = v >= MS_FROM ? v / 1000 : v;
    if (v >= MS_BEYOND || v <= 0)
        return -1;
    ret->us = (int64_t)(s * 1e6) + clock->epoch_s * PHONE_US_PER_S;
    return in_range(ret->us) ? 0 : -1;
}

/* "2024-02-06 14:30:00 -0800" as sdk_time_parse wants it, without the second space. */
static aorta_str without_space(aorta_str text, char out[TEXT_MAX])
{
    const char *space = text.len > 11 ? memchr(text.ptr + 11, ' ', text.len - 11) : NULL;
    if (!space || text.len > TEXT_MAX)
        return text;
    size_t head = (size_t)(space - text.ptr);
    memcpy(out, text.ptr, head);
    memcpy(out + head, space + 1, text.len - head - 1);
    return (aorta_str){out, text.len - 1};
}

static void set_local(const struct phone_clock *clock, struct phone_when *ret)
{
    ret->has_offset = clock->has_offset;
    ret->offset_s = clock->has_offset ? clock->offset_s : 0;
    ret->us -= ret->offset_s * PHONE_US_PER_S;
}

/* "Z", and a bare "+00:00" from those who write UTC so, is not an offset. */
static int says_where(const struct phone_clock *clock, aorta_str text, int32_t offset_s)
{
    char last = text.ptr[text.len - 1];
    return last != 'Z' && last != 'z' && (offset_s != 0 || clock->zone_is_known);
}

static int from_text(const struct phone_clock *clock, aorta_str text, struct phone_when *ret)
{
    char buf[TEXT_MAX];
    int64_t days;
    int zoned;
    text = without_space(text, buf);
    if (sdk_time_parse(text, &ret->us, &ret->offset_s, &zoned) == 0) {
        ret->has_offset = zoned && says_where(clock, text, ret->offset_s);
        if (!zoned)
            set_local(clock, ret);
    } else if (sdk_date_parse(text, &days) == 0) {
        ret->is_day = 1;
        ret->us = days * PHONE_DAY_S * PHONE_US_PER_S;
        set_local(clock, ret);
    } else {
        return -1;
    }
    return in_range(ret->us) ? 0 : -1;
}

int phone_when(const struct phone_clock *clock, aorta_str text, struct phone_when *ret)
{
    double number;
    struct phone_when when = {0};
    if (!text.len)
        return -1;
    int failed =
        sdk_number_parse(text, &number) == 0 ? from_number(clock, number, &when) : from_text(clock, text, &when);
    if (failed)
        return -1;
    *ret = when;
    return 0;
}

int phone_offset(aorta_str text, int32_t *offset_s)
{
    char iso[TEXT_MAX] = "2000-01-01T00:00:00";
    const size_t head = sizeof("2000-01-01T00:00:00") - 1;
    int64_t us;
    int has;
    if (text.len == 0 || text.len > TEXT_MAX - head)
        return -1;
    memcpy(iso + head, text.ptr, text.len);
    int32_t offset;
    if (sdk_time_parse((aorta_str){iso, head + text.len}, &us, &offset, &has) != 0 || !has)
        return -1;
    *offset_s = offset;
    return 0;
}
