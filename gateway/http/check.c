/* The rules, one after the other. */
#include "http/check.h"

#include <stdio.h>
#include <unistd.h>

#include "base/time.h"

#define EMAIL_MOST 254
#define LOCAL_MOST 64
#define ZONES      "/usr/share/zoneinfo"

size_t gw_check_length(struct gw_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

static bool local_char(unsigned char c)
{
    return c > ' ' && c != 0x7f && !strchr("()<>[]:;@\\,\"", c);
}

static bool local_part(const char *p, size_t len)
{
    if (len == 0 || len > LOCAL_MOST || p[0] == '.' || p[len - 1] == '.')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!local_char((unsigned char)p[i]) || (p[i] == '.' && p[i + 1] == '.'))
            return false;
    return true;
}

static bool domain_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c >= 0x80;
}

/* Labels of letters, digits and inner hyphens; two at least. */
static bool domain(const char *p, size_t len)
{
    size_t labels = 0, first = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && p[i] != '.') {
            if (!domain_char((unsigned char)p[i]))
                return false;
            continue;
        }
        if (i == first || i - first > 63 || p[first] == '-' || p[i - 1] == '-')
            return false;
        labels++;
        first = i + 1;
    }
    return labels >= 2;
}

bool gw_check_email(struct gw_str text, struct gw_arena *arena, struct gw_str *ret)
{
    const char *at = text.len ? memchr(text.ptr, '@', text.len) : NULL;
    size_t front = at ? (size_t)(at - text.ptr) : 0;
    char *copy;

    if (!at || text.len > EMAIL_MOST || !local_part(text.ptr, front) || !domain(at + 1, text.len - front - 1))
        return false;
    copy = gw_arena_strndup(arena, text.ptr, text.len);
    for (size_t i = front; copy && i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    *ret = (struct gw_str){copy, copy ? text.len : 0};
    return true;
}

bool gw_check_date(struct gw_str text)
{
    struct gw_time_text t;

    return gw_time_parse_iso(text, &t) && t.date_only && t.us <= gw_now_us() + GW_US_PER_DAY &&
           t.us >= gw_days_from_civil(1900, 1, 1) * GW_US_PER_DAY;
}

static bool zone_text(struct gw_str text)
{
    if (text.len == 0 || text.len > 64 || text.ptr[0] == '/' || text.ptr[text.len - 1] == '/')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("_+-/", c)))
            return false;
    }
    return true;
}

bool gw_check_time_zone(struct gw_str text)
{
    char path[128];

    if (!zone_text(text))
        return false;
    if (gw_str_is(text, "UTC") || access(ZONES "/Etc/UTC", R_OK) != 0)
        return true; /* without the tables the form is all that can be checked */
    snprintf(path, sizeof(path), ZONES "/%.*s", (int)text.len, text.ptr);
    return access(path, R_OK) == 0 && text.ptr[0] >= 'A' && text.ptr[0] <= 'Z';
}

bool gw_check_uuid(struct gw_str text, struct gw_uuid *ret)
{
    if (text.len > 9 && memcmp(text.ptr, "urn:uuid:", 9) == 0)
        text = (struct gw_str){text.ptr + 9, text.len - 9};
    if (text.len > 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}')
        text = (struct gw_str){text.ptr + 1, text.len - 2};
    return gw_uuid_parse(text, ret);
}
