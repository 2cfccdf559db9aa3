/* A small scanner over JSON that we stored ourselves: no tree is built, for a page of nights has ten thousand
 * stages.
 *
 * It reads what ingest writes, an array of flat objects or of arrays of numbers. Anything else gives null; a
 * failure in the middle takes back what was written.
 */
#include "read/detail.h"

#include "read/write.h"

struct scan {
    const char *p;
    struct gw_buf *out;
};

static void skip_space(struct scan *s)
{
    while (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t')
        s->p++;
}

static bool take(struct scan *s, char c)
{
    skip_space(s);
    if (*s->p != c)
        return false;
    s->p++;
    skip_space(s);
    return true;
}

/* A string with its quotes, as it stands. */
static bool take_string(struct scan *s, struct gw_str *ret)
{
    const char *first = s->p;

    if (*s->p != '"')
        return false;
    for (s->p++; *s->p != '"'; s->p++) {
        if (*s->p == '\0' || (*s->p == '\\' && *++s->p == '\0'))
            return false;
    }
    s->p++;
    *ret = (struct gw_str){first, (size_t)(s->p - first)};
    skip_space(s);
    return true;
}

static bool take_scalar(struct scan *s, struct gw_str *ret)
{
    const char *first = s->p;

    if (*s->p == '"')
        return take_string(s, ret);
    while (strchr("+-.0123456789abcdefghijklmnopqrstuvwxyzE", *s->p) && *s->p)
        s->p++;
    *ret = (struct gw_str){first, (size_t)(s->p - first)};
    skip_space(s);
    return ret->len > 0;
}

/* name is with its quotes. "start_us" with a whole number becomes "start_time" with a text. */
static void write_member(struct gw_buf *out, struct gw_str name, struct gw_str value)
{
    int64_t us;

    if (name.len > 5 && memcmp(name.ptr + name.len - 4, "_us\"", 4) == 0 && gw_parse_i64(value, &us)) {
        gw_buf_add(out, name.ptr, name.len - 4);
        gw_write_time(out, "_time\":", us);
        return;
    }
    gw_buf_add(out, name.ptr, name.len);
    gw_buf_char(out, ':');
    gw_buf_add(out, value.ptr, value.len);
}

static bool copy_object(struct scan *s)
{
    struct gw_str name, value;

    if (!take(s, '{'))
        return false;
    gw_buf_char(s->out, '{');
    for (bool first = true; !take(s, '}'); first = false) {
        if (!first && !take(s, ','))
            return false;
        if (!take_string(s, &name) || !take(s, ':') || !take_scalar(s, &value))
            return false;
        if (!first)
            gw_buf_char(s->out, ',');
        write_member(s->out, name, value);
    }
    gw_buf_char(s->out, '}');
    return true;
}

static bool copy_point(struct scan *s)
{
    struct gw_str t, latitude, longitude;
    int64_t us;

    if (!take(s, '[') || !take_scalar(s, &t) || !take(s, ',') || !take_scalar(s, &latitude) || !take(s, ',') ||
        !take_scalar(s, &longitude) || !take(s, ']') || !gw_parse_i64(t, &us))
        return false;
    gw_write_time(s->out, "{\"timestamp\":", us);
    gw_buf_str(s->out, ",\"latitude\":");
    gw_buf_add(s->out, latitude.ptr, latitude.len);
    gw_buf_str(s->out, ",\"longitude\":");
    gw_buf_add(s->out, longitude.ptr, longitude.len);
    gw_buf_char(s->out, '}');
    return true;
}

static bool copy_array(struct scan *s, bool (*item)(struct scan *s))
{
    if (!take(s, '['))
        return false;
    gw_buf_char(s->out, '[');
    for (bool first = true; !take(s, ']'); first = false) {
        if (!first && !take(s, ','))
            return false;
        if (!first)
            gw_buf_char(s->out, ',');
        if (!item(s))
            return false;
    }
    gw_buf_char(s->out, ']');
    return *s->p == '\0';
}

static void copy(struct gw_buf *out, const char *json, bool (*item)(struct scan *s))
{
    struct scan s = {.p = json, .out = out};
    size_t before = out->len;

    if (json && copy_array(&s, item))
        return;
    if (!out->failed)
        out->len = before;
    gw_buf_str(out, "null");
}

void gw_detail_timed(struct gw_buf *out, const char *json)
{
    copy(out, json, copy_object);
}

void gw_detail_route(struct gw_buf *out, const char *json)
{
    copy(out, json, copy_point);
}
