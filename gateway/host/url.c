/* Reads a URL as curl would, but refuses all that two readers could understand differently. */
#include "host/url.h"

#include <strings.h>

#define URL_MOST 16384

static bool host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

static bool plain_host(struct gw_str host)
{
    if (host.len == 0 || host.len > 253 || host.ptr[0] == '.' || host.ptr[0] == '-')
        return false;
    for (size_t i = 0; i < host.len; i++)
        if (!host_char(host.ptr[i]) || (host.ptr[i] == '.' && i + 1 < host.len && host.ptr[i + 1] == '.'))
            return false;
    return true;
}

static bool bracketed_host(struct gw_str host)
{
    if (host.len < 2 || host.len > 45)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!hex && c != ':' && c != '.')
            return false;
    }
    return memchr(host.ptr, ':', host.len) != NULL;
}

static bool parse_port(struct gw_str text, uint16_t *ret)
{
    int64_t port;

    if (text.len == 0 || text.len > 5 || !gw_parse_i64(text, &port) || port < 1 || port > 65535)
        return false;
    *ret = (uint16_t)port;
    return true;
}

bool gw_url_parse_host(struct gw_str text, struct gw_str *ret_host, uint16_t *ret_port)
{
    struct gw_str host = text, rest = {0};
    const char *end;

    if (text.len > 0 && text.ptr[0] == '[') {
        end = memchr(text.ptr, ']', text.len);
        if (!end)
            return false;
        host = (struct gw_str){text.ptr + 1, (size_t)(end - text.ptr) - 1};
        rest = (struct gw_str){end + 1, text.len - host.len - 2};
        if (!bracketed_host(host))
            return false;
    } else {
        end = memchr(text.ptr ? text.ptr : "", ':', text.len);
        if (end) {
            host.len = (size_t)(end - text.ptr);
            rest = (struct gw_str){end, text.len - host.len};
        }
        if (!plain_host(host))
            return false;
    }
    *ret_port = 0;
    if (rest.len > 0 && (rest.ptr[0] != ':' || !parse_port((struct gw_str){rest.ptr + 1, rest.len - 1}, ret_port)))
        return false;
    *ret_host = host;
    return true;
}

static bool clean(struct gw_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c <= ' ' || c >= 0x7f || c == '\\' || c == '#' || c == '"' || c == '<' || c == '>')
            return false;
    }
    return true;
}

bool gw_url_parse(struct gw_str text, struct gw_url *ret)
{
    struct gw_str rest;
    size_t n = 0;

    if (text.len < 8 || text.len > URL_MOST || !clean(text))
        return false;
    ret->https = strncasecmp(text.ptr, "https://", 8) == 0;
    if (!ret->https && strncasecmp(text.ptr, "http://", 7) != 0)
        return false;
    n = ret->https ? 8 : 7;
    rest = (struct gw_str){text.ptr + n, text.len - n};
    for (n = 0; n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?'; n++)
        if (rest.ptr[n] == '@')
            return false;
    if (!gw_url_parse_host((struct gw_str){rest.ptr, n}, &ret->host, &ret->port))
        return false;
    if (ret->port == 0)
        ret->port = ret->https ? 443 : 80;
    return true;
}

bool gw_url_host_is(const struct gw_url *url, struct gw_str host)
{
    return url->host.len == host.len && strncasecmp(url->host.ptr, host.ptr, host.len) == 0;
}

/* 127.0.0.0/8 in four plain decimal parts: "127.1" and "0x7f.1" are left to be refused. */
static bool loopback_v4(struct gw_str host)
{
    int parts = 0;

    if (host.len < 9 || memcmp(host.ptr, "127.", 4) != 0)
        return false;
    for (size_t i = 0, start = 0; i <= host.len; i++) {
        int64_t value;
        if (i < host.len && host.ptr[i] != '.')
            continue;
        if (!gw_parse_i64((struct gw_str){host.ptr + start, i - start}, &value) || value < 0 || value > 255)
            return false;
        parts++;
        start = i + 1;
    }
    return parts == 4;
}

bool gw_url_is_loopback(const struct gw_url *url)
{
    return gw_url_host_is(url, GW_STR("localhost")) || gw_url_host_is(url, GW_STR("::1")) || loopback_v4(url->host);
}
