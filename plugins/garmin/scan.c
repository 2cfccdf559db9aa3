/* JSON by its outline: where values begin and end, without looking into them. A push may be 100 MB, and a
 * tree of it would not fit the operation's memory; taking the body apart needs only the outlines of its
 * items. What is inside a value is checked when it is parsed. */
#include "garmin.h"

#include <string.h>

#define DEPTH_MAX 64

static const char *blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* Behind the closing quote of the string that begins at p, or NULL. */
static const char *string_end(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return NULL;
}

/* Behind the bracket that closes the one at p, or NULL. */
static const char *container_end(const char *p, const char *end)
{
    char open[DEPTH_MAX];
    int depth = 0;
    while (p < end) {
        char c = *p;
        if (c == '"') {
            p = string_end(p, end);
            if (!p)
                return NULL;
            continue;
        }
        if (c == '{' || c == '[') {
            if (depth == DEPTH_MAX)
                return NULL;
            open[depth++] = c;
        } else if (c == '}' || c == ']') {
            if (depth == 0 || open[--depth] != (c == '}' ? '{' : '['))
                return NULL;
            if (depth == 0)
                return p + 1;
        }
        p++;
    }
    return NULL;
}

/* Behind a number or a word, or NULL when there is none. */
static const char *word_end(const char *p, const char *end)
{
    const char *start = p;
    while (p < end &&
           ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || *p == '-' || *p == '+' || *p == '.' || *p == 'E'))
        p++;
    return p > start ? p : NULL;
}

static const char *value_end(const char *p, const char *end)
{
    if (p == end)
        return NULL;
    if (*p == '"')
        return string_end(p, end);
    if (*p == '{' || *p == '[')
        return container_end(p, end);
    return word_end(p, end);
}

int garmin_scan_document(aorta_str text, aorta_str *ret)
{
    const char *end = text.ptr + text.len;
    const char *p = text.len ? blanks(text.ptr, end) : end;
    const char *after = text.len ? value_end(p, end) : NULL;
    if (!after || blanks(after, end) != end)
        return -1;
    *ret = (aorta_str){p, (size_t)(after - p)};
    return 0;
}

int garmin_members_begin(aorta_str container, struct garmin_members *ret)
{
    if (container.len < 2 || (*container.ptr != '{' && *container.ptr != '['))
        return -1;
    *ret = (struct garmin_members){container.ptr + 1, container.ptr + container.len - 1, *container.ptr == '{', 1};
    return 0;
}

/* "key" : before the value of an object's member. */
static const char *read_key(const char *p, const char *end, aorta_str *key)
{
    if (p == end || *p != '"')
        return NULL;
    const char *after = string_end(p, end);
    if (!after)
        return NULL;
    *key = (aorta_str){p, (size_t)(after - p)};
    p = blanks(after, end);
    return p < end && *p == ':' ? blanks(p + 1, end) : NULL;
}

int garmin_members_next(struct garmin_members *m, aorta_str *ret_key, aorta_str *ret_value)
{
    const char *p = blanks(m->p, m->end);
    *ret_key = (aorta_str){NULL, 0};
    if (p == m->end)
        return 0;
    if (!m->first) {
        if (*p != ',')
            return -1;
        p = blanks(p + 1, m->end);
    }
    if (m->object)
        p = read_key(p, m->end, ret_key);
    const char *after = p ? value_end(p, m->end) : NULL;
    if (!after)
        return -1;
    *ret_value = (aorta_str){p, (size_t)(after - p)};
    m->p = after;
    m->first = 0;
    return 1;
}
