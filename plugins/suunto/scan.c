/* Bounds of JSON values: quotes, escapes and brackets, and nothing else. */
#include "scan.h"

#include <string.h>

#define DEPTH_MAX 64 /* one bit of a word for each open bracket; the JSON reader accepts no more either */

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static aorta_str from(aorta_str text, size_t at)
{
    return (aorta_str){text.ptr + at, text.len - at};
}

static aorta_str skip_space(aorta_str text)
{
    size_t i = 0;
    while (i < text.len && is_space(text.ptr[i]))
        i++;
    return i ? from(text, i) : text;
}

aorta_str scan_trim(aorta_str text)
{
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
        text = from(text, 3);
    text = skip_space(text);
    while (text.len && is_space(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Length of the string that begins at text, quotes included; 0 when it does not end. */
static size_t string_len(aorta_str text)
{
    for (size_t i = 1; i < text.len; i++) {
        if (text.ptr[i] == '\\')
            i++;
        else if (text.ptr[i] == '"')
            return i + 1;
    }
    return 0;
}

static size_t scalar_len(aorta_str text)
{
    size_t i = 0;
    while (i < text.len && !is_space(text.ptr[i]) && !strchr(",:]}[{\"", text.ptr[i]))
        i++;
    return i;
}

static size_t container_len(aorta_str text)
{
    uint64_t arrays = 0; /* bit of each open bracket: 1 = [ */
    unsigned depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '"') {
            size_t len = string_len(from(text, i));
            if (!len)
                return 0;
            i += len - 1;
        } else if (c == '[' || c == '{') {
            if (++depth > DEPTH_MAX)
                return 0;
            arrays = arrays << 1 | (c == '[');
        } else if (c == ']' || c == '}') {
            if ((arrays & 1) != (c == ']'))
                return 0;
            arrays >>= 1;
            if (--depth == 0)
                return i + 1;
        }
    }
    return 0;
}

int scan_value(aorta_str text, aorta_str *value, aorta_str *rest)
{
    text = skip_space(text);
    if (!text.len)
        return 0;
    char c = text.ptr[0];
    size_t len = c == '"' ? string_len(text) : c == '{' || c == '[' ? container_len(text) : scalar_len(text);
    if (!len)
        return 0;
    *value = (aorta_str){text.ptr, len};
    *rest = skip_space(from(text, len));
    return 1;
}

/* Takes the one character c, or says 0. */
static int take(aorta_str *text, char c)
{
    if (!text->len || text->ptr[0] != c)
        return 0;
    *text = skip_space(from(*text, 1));
    return 1;
}

static int is_name(aorta_str quoted, const char *name)
{
    return quoted.len >= 2 && quoted.ptr[0] == '"' && sdk_str_eq((aorta_str){quoted.ptr + 1, quoted.len - 2}, name);
}

int scan_member(aorta_str object, const char *name, aorta_str *value)
{
    aorta_str rest = skip_space(object), key, member;
    int found = 0;
    if (!take(&rest, '{'))
        return 0;
    while (rest.len && rest.ptr[0] == '"') {
        if (!scan_value(rest, &key, &rest) || !take(&rest, ':') || !scan_value(rest, &member, &rest))
            return 0;
        if (is_name(key, name)) {
            *value = member;
            found = 1;
        }
        if (!take(&rest, ','))
            break;
    }
    return found && take(&rest, '}');
}

int scan_items_begin(aorta_str array, struct scan_items *it)
{
    *it = (struct scan_items){.rest = skip_space(array), .first = 1};
    return take(&it->rest, '[') ? 0 : -1;
}

int scan_items_next(struct scan_items *it, aorta_str *item)
{
    if (take(&it->rest, ']'))
        return 0;
    if (!it->first && !take(&it->rest, ','))
        return -1;
    it->first = 0;
    return scan_value(it->rest, item, &it->rest) ? 1 : -1;
}
