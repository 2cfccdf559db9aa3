/* See stamp.h. */
#include "stamp.h"

#include <string.h>

#define FORM      "dddd-dd-dd dd:dd:dd sdddd"
#define FORM_LEN  25
#define QUARTER_S 900
#define NEAR_DAYS 400

static int has_form(const char *text)
{
    for (int i = 0; i < FORM_LEN; i++) {
        char c = text[i], f = FORM[i];
        int digit = (unsigned)(c - '0') <= 9;
        if (f == 'd' ? !digit : f == 's' ? c != '+' && c != '-' : c != f) /* a NUL is none of them */
            return 0;
    }
    return text[FORM_LEN] == '\0';
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + (p[1] - '0');
}

static int set_day(struct apple_stamps *s, const char *text)
{
    int64_t days;
    if (memcmp(text, s->day, sizeof(s->day)) == 0)
        return 0;
    if (sdk_date_parse((aorta_str){text, sizeof(s->day)}, &days) != 0)
        return -1;
    memcpy(s->day, text, sizeof(s->day));
    s->day_us = days * PHONE_DAY_S * PHONE_US_PER_S;
    return 0;
}

static int set_zone(struct apple_stamps *s, const char *text)
{
    int h = two(text + 1), m = two(text + 3);
    if (memcmp(text, s->zone, sizeof(s->zone)) == 0)
        return 0;
    if (m > 59 || h > 18 || (h == 18 && m))
        return -1;
    memcpy(s->zone, text, sizeof(s->zone));
    s->offset_s = (text[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
    return 0;
}

/* The latest of a day stays: clocks change early in the morning, so that is the offset at the next midnight. */
static void note(struct apple_stamps *s, int hour)
{
    int64_t day = s->day_us / (PHONE_DAY_S * PHONE_US_PER_S);
    if (day < 0 || day >= APPLE_DAYS || (s->seen[day] && hour < s->hour[day]))
        return;
    s->seen[day] = (uint8_t)(s->offset_s / QUARTER_S + 100);
    s->hour[day] = (uint8_t)hour;
}

int apple_stamp(struct apple_stamps *s, const char *text, struct phone_when *ret)
{
    if (!has_form(text))
        return phone_when(&s->clock, sdk_str(text), ret);
    int hour = two(text + 11), minute = two(text + 14), second = two(text + 17);
    if (set_day(s, text) != 0 || set_zone(s, text + 20) != 0 || hour > 23 || minute > 59 || second > 60)
        return -1;
    note(s, hour);
    int64_t into = hour * 3600 + minute * 60 + second - s->offset_s;
    *ret = (struct phone_when){.us = s->day_us + into * PHONE_US_PER_S, .offset_s = s->offset_s, .has_offset = 1};
    return ret->us >= 0 && ret->us < PHONE_TIME_MOST ? 0 : -1;
}

int apple_offset_on(const struct apple_stamps *s, int64_t day, int32_t *offset_s)
{
    int64_t at = day - 1;
    while (at > 0 && day - at < NEAR_DAYS && !s->seen[at])
        at--;
    if (at < 0 || !s->seen[at])
        for (at = day; at < APPLE_DAYS - 1 && at - day < NEAR_DAYS && !s->seen[at];)
            at++;
    *offset_s = s->seen[at] ? (s->seen[at] - 100) * QUARTER_S : s->offset_s;
    return s->zone[0] != '\0';
}
