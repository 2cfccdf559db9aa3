/* http/member.h - writing nested JSON: members and their commas. What was written last decides whether a comma
 * comes first, so nothing has to be carried along. For documents that are made once; rows of data have writers of
 * their own (read/write.h).
 */
#ifndef GW_HTTP_MEMBER_H
#define GW_HTTP_MEMBER_H

#include "base/buf.h"

static inline void gw_json_comma(struct gw_buf *out)
{
    char last = out->len ? out->data[out->len - 1] : '{';

    if (last != '{' && last != '[' && last != ':')
        gw_buf_char(out, ',');
}

static inline void gw_json_key(struct gw_buf *out, const char *key)
{
    gw_json_comma(out);
    gw_buf_json_cstr(out, key);
    gw_buf_char(out, ':');
}

/* An object or an array as a member, or, without a key, as an element: '{' or '['. */
static inline void gw_json_open(struct gw_buf *out, const char *key, char bracket)
{
    if (key)
        gw_json_key(out, key);
    else
        gw_json_comma(out);
    gw_buf_char(out, bracket);
}

static inline void gw_json_close(struct gw_buf *out, char bracket)
{
    gw_buf_char(out, bracket);
}

/* NULL leaves the member out. */
static inline void gw_json_text(struct gw_buf *out, const char *key, const char *text)
{
    if (!text)
        return;
    gw_json_key(out, key);
    gw_buf_json_cstr(out, text);
}

static inline void gw_json_int(struct gw_buf *out, const char *key, int64_t value)
{
    gw_json_key(out, key);
    gw_buf_i64(out, value);
}

static inline void gw_json_bool(struct gw_buf *out, const char *key, bool value)
{
    gw_json_key(out, key);
    gw_buf_str(out, value ? "true" : "false");
}

static inline void gw_json_element(struct gw_buf *out, const char *text)
{
    gw_json_comma(out);
    gw_buf_json_cstr(out, text);
}

#endif
