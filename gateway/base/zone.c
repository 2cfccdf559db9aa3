/* Zones in use, and what they say. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/own.h"
#include "base/time.h"
#include "base/zone_table.h"

#define TABLES     "/usr/share/zoneinfo"
#define FILE_MOST  (256 * 1024)
#define NAME_MOST  64
#define KNOWN_MOST 1024 /* more than there are */
#define DAY_S      86400
#define SHIFT_MOST (26 * 3600) /* no clock is further from UTC */

/* ---- the zones read so far, in the order they were asked for ---- */

struct known {
    char name[NAME_MOST + 1];
    struct gw_zone *zone; /* NULL: there is none of that name, or it cannot be read */
};

static struct known *known[KNOWN_MOST];
static size_t known_count;
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

/* A name that cannot leave the folder of tables. */
static bool good_name(struct gw_str name)
{
    if (name.len == 0 || name.len > NAME_MOST || name.ptr[0] < 'A' || name.ptr[0] > 'Z')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr("_+-/", c))))
            return false;
    }
    return true;
}

static struct gw_zone *read_file(struct gw_str name)
{
    const char *dir = getenv("TZDIR");
    gw_own_free char *bytes = malloc(FILE_MOST);
    char path[512];
    gw_own_fd int fd = -1;
    ssize_t n;
    size_t len = 0;

    snprintf(path, sizeof(path), "%s/%.*s", dir && dir[0] ? dir : TABLES, (int)name.len, name.ptr);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !bytes)
        return NULL;
    while (len < FILE_MOST && (n = read(fd, bytes + len, FILE_MOST - len)) > 0)
        len += (size_t)n;
    return gw_zone_read((struct gw_str){bytes, len});
}

static struct known *look_up(struct gw_str name)
{
    for (size_t i = 0; i < known_count; i++)
        if (gw_str_is(name, known[i]->name))
            return known[i];
    return NULL;
}

/* Names without a table are not kept: anybody may make them up. */
static const struct gw_zone *read_and_keep(struct gw_str name)
{
    struct gw_zone *zone = read_file(name);
    struct known *own = zone ? calloc(1, sizeof(*own)) : NULL, *other = NULL;
    bool kept = false;

    if (!own) {
        gw_zone_free(&zone);
        return NULL;
    }
    memcpy(own->name, name.ptr, name.len);
    own->zone = zone;
    pthread_rwlock_wrlock(&lock);
    other = look_up(name);
    if (!other && known_count < KNOWN_MOST) {
        known[known_count++] = own;
        kept = true;
    }
    pthread_rwlock_unlock(&lock);
    if (kept)
        return zone;
    gw_zone_free(&zone);
    free(own);
    return other ? other->zone : NULL;
}

const struct gw_zone *gw_zone_find(struct gw_str name)
{
    const struct known *found;

    if (!good_name(name))
        return NULL;
    pthread_rwlock_rdlock(&lock);
    found = look_up(name);
    pthread_rwlock_unlock(&lock);
    return found ? found->zone : read_and_keep(name);
}

/* ---- offsets ---- */

static int64_t year_of(int64_t second)
{
    int64_t year;
    unsigned month, day;

    gw_civil_from_days(gw_floor_div(second, DAY_S), &year, &month, &day);
    return year;
}

static bool leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The day in a year that a rule speaks of. */
static int64_t day_in(const struct zone_when *when, int64_t year)
{
    int64_t first = gw_days_from_civil(year, 1, 1), day, next;

    if (when->form == ZONE_DAY)
        return first + when->day;
    if (when->form == ZONE_JULIAN)
        return first + when->day - 1 + (leap(year) && when->day >= 60);
    first = gw_days_from_civil(year, (unsigned)when->month, 1);
    next =
        gw_days_from_civil(when->month == 12 ? year + 1 : year, when->month == 12 ? 1 : (unsigned)when->month + 1, 1);
    /* 1970-01-01 was a Thursday, day 4 of its week. */
    day = first + ((when->day - (first + 4)) % 7 + 7) % 7 + 7 * ((int64_t)when->week - 1);
    while (day >= next)
        day -= 7;
    return day;
}

static void insert(struct zone_change *list, size_t count, struct zone_change c)
{
    while (count > 0 && list[count - 1].at > c.at) {
        list[count] = list[count - 1];
        count--;
    }
    list[count] = c;
}

/* The last change at or before a second, and when the next one is. */
static int32_t rule_offset(const struct zone_rule *rule, int64_t second, int64_t *until)
{
    struct zone_change list[10];
    size_t count = 0, i;
    int64_t year = year_of(second);

    *until = INT64_MAX;
    if (!rule->changes)
        return rule->standard_s;
    for (int64_t y = year - 2; y <= year + 2; y++) { /* a rule may name a day a week off its year */
        int64_t begins = day_in(&rule->begins, y) * DAY_S + rule->begins.second - rule->standard_s;
        int64_t ends = day_in(&rule->ends, y) * DAY_S + rule->ends.second - rule->daylight_s;
        insert(list, count++, (struct zone_change){begins, rule->daylight_s});
        insert(list, count++, (struct zone_change){ends, rule->standard_s});
    }
    for (i = 0; i < count && list[i].at <= second; i++)
        ;
    if (i < count)
        *until = list[i].at;
    return i > 0 ? list[i - 1].offset_s : rule->standard_s;
}

static int32_t offset_at(const struct gw_zone *zone, int64_t second, int64_t *until)
{
    size_t low = 0, high = zone->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->changes[middle].at <= second)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < zone->count) {
        *until = zone->changes[low].at;
        return low ? zone->changes[low - 1].offset_s : zone->first_s;
    }
    if (zone->rule.known)
        return rule_offset(&zone->rule, second, until);
    *until = INT64_MAX;
    return low ? zone->changes[low - 1].offset_s : zone->first_s;
}

int32_t gw_zone_offset(const struct gw_zone *zone, int64_t us, int64_t *ret_until_us)
{
    int64_t until = INT64_MAX;
    int32_t offset = zone ? offset_at(zone, gw_floor_div(us, GW_US_PER_S), &until) : 0;

    if (ret_until_us)
        *ret_until_us = until > INT64_MAX / GW_US_PER_S ? INT64_MAX : until * GW_US_PER_S;
    return offset;
}

/* ---- days ---- */

int64_t gw_offset_day(int32_t offset_s, int64_t us)
{
    return gw_floor_div(us + offset_s * GW_US_PER_S, GW_US_PER_DAY);
}

int64_t gw_zone_day(const struct gw_zone *zone, int64_t us)
{
    return gw_offset_day(gw_zone_offset(zone, us, NULL), us);
}

/* Stretches of one offset, from before any clock's midnight on: the first instant whose clock shows it or more. */
int64_t gw_zone_day_start(const struct gw_zone *zone, int64_t day)
{
    int64_t midnight = day * GW_US_PER_DAY, at = midnight - SHIFT_MOST * GW_US_PER_S, until;

    for (;; at = until) {
        int64_t shown = midnight - gw_zone_offset(zone, at, &until) * GW_US_PER_S;
        if (shown < until)
            return shown > at ? shown : at;
    }
}

void gw_day_format(int64_t day, char *out)
{
    char text[32];

    gw_time_format(day * GW_US_PER_DAY, text);
    memcpy(out, text, 10);
    out[10] = '\0';
}
