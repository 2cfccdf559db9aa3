/* JSON by its outline: quotes, escapes and brackets, and nothing else. No tree is built and no memory needed, so
 * that a body of a hundred megabytes can be cut into its items. It is not a parser: a container that is found
 * whole may still be wrong inside, which shows when it is parsed. */
#include "aorta/sdk.h"

#define DEPTH_MAX 64 /* one bit of a word for each open bracket; sdk_json_parse accepts no more either */

static int is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static aorta_str behind(aorta_str text, size_t len)
{
    text.ptr += len;
    text.len -= len;
    while (text.len && is_space(*text.ptr)) {
        text.ptr++;
        text.len--;
    }
    return text;
}

/* Length of the string that begins at p, quotes included; 0 when it does not end. */
static size_t string_len(const char *p, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (p[i] == '\\')
            i++;
        else if (p[i] == '"')
            return i + 1;
    }
    return 0;
}

static size_t container_len(const char *p, size_t len)
{
    uint64_t arrays = 0; /* bit of each open bracket: 1 = [ */
    unsigned depth = 0;
    for (size_t i = 0; i < len; i++) {
        char c = p[i];
        if (c == '"') {
            size_t n = string_len(p + i, len - i);
            if (!n)
                return 0;
            i += n - 1;
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

/* A number, true, false or null: whatever is made of their characters. */
static size_t word_len(const char *p, size_t len)
{
    size_t i = 0;
    while (i < len && ((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'z') || p[i] == '-' || p[i] == '+' ||
                       p[i] == '.' || p[i] == 'E'))
        i++;
    return i;
}

static size_t value_len(aorta_str text)
{
    if (!text.len)
        return 0;
    if (*text.ptr == '"')
        return string_len(text.ptr, text.len);
    if (*text.ptr == '{' || *text.ptr == '[')
        return container_len(text.ptr, text.len);
    return word_len(text.ptr, text.len);
}

int sdk_outline_value(aorta_str text, aorta_str *value, aorta_str *rest)
{
    if (text.len)
        text = behind(text, 0);
    size_t len = value_len(text);
    if (!len)
        return -1;
    *value = (aorta_str){text.ptr, len};
    *rest = behind(text, len);
    return 0;
}

/* Takes the one character c, or says 0. */
static int take(aorta_str *text, char c)
{
    if (!text->len || *text->ptr != c)
        return 0;
    *text = behind(*text, 1);
    return 1;
}

int sdk_outline_begin(aorta_str container, sdk_outline *ret)
{
    *ret = (sdk_outline){.rest = container.len ? behind(container, 0) : container, .first = 1};
    if (take(&ret->rest, '['))
        ret->close = ']';
    else if (take(&ret->rest, '{'))
        ret->close = '}';
    if (ret->close)
        return 0;
    *ret = (sdk_outline){.close = ']'}; /* whoever goes through it all the same finds it broken */
    return -1;
}

/* "key": before the value of an object's member. */
static int take_key(sdk_outline *o, aorta_str *key)
{
    return o->rest.len && *o->rest.ptr == '"' && sdk_outline_value(o->rest, key, &o->rest) == 0 && take(&o->rest, ':');
}

int sdk_outline_next(sdk_outline *o, aorta_str *key, aorta_str *value)
{
    *key = (aorta_str){NULL, 0};
    if (o->close && take(&o->rest, o->close))
        o->close = 0;
    if (!o->close)
        return 0;
    if ((o->first || take(&o->rest, ',')) && (o->close == ']' || take_key(o, key)) &&
        sdk_outline_value(o->rest, value, &o->rest) == 0) {
        o->first = 0;
        return 1;
    }
    *o = (sdk_outline){.close = ']'}; /* broken it stays */
    return -1;
}

int sdk_outline_member(aorta_str object, const char *name, aorta_str *value)
{
    sdk_outline o;
    aorta_str key, member, found = {NULL, 0};
    int more;
    if (sdk_outline_begin(object, &o) != 0)
        return -1;
    while ((more = sdk_outline_next(&o, &key, &member)) == 1)
        if (key.len >= 2 && sdk_str_eq((aorta_str){key.ptr + 1, key.len - 2}, name))
            found = member;
    if (more < 0 || !found.ptr)
        return -1;
    *value = found;
    return 0;
}
