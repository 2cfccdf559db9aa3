/* Whether a redirect_uri lies in an allowed origin: scheme, host and port compared exactly, nothing guessed.
 */
#include <string.h>

#include "link/tokens.h"

/* The origin is what stands before the first / ? or # behind "://". User information and backslashes are refused:
 * browsers and libraries read them differently. */
static bool origin_of(const char *uri, struct gw_str *ret)
{
    const char *authority = strstr(uri, "://");
    size_t len;

    if (!authority || (strncmp(uri, "https://", 8) != 0 && strncmp(uri, "http://", 7) != 0))
        return false;
    authority += 3;
    len = strcspn(authority, "/?#");
    if (len == 0 || memchr(authority, '@', len))
        return false;
    for (const char *p = uri; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f || *p == '\\')
            return false;
    *ret = (struct gw_str){uri, (size_t)(authority - uri) + len};
    return true;
}

/* An allowed origin without a port stands for every port when its host is loopback: `./dev run` serves there.
 */
static bool origin_matches(struct gw_str origin, struct gw_str allowed)
{
    if (gw_str_eq(origin, allowed))
        return true;
    if (!gw_str_is(allowed, "http://localhost") && !gw_str_is(allowed, "http://127.0.0.1") &&
        !gw_str_is(allowed, "http://[::1]"))
        return false;
    if (origin.len <= allowed.len + 1 || memcmp(origin.ptr, allowed.ptr, allowed.len) != 0 ||
        origin.ptr[allowed.len] != ':')
        return false;
    return strspn(origin.ptr + allowed.len + 1, "0123456789") >= origin.len - allowed.len - 1;
}

bool redirect_allowed(const char *const *allowed, const char *uri)
{
    struct gw_str origin;

    if (!origin_of(uri, &origin))
        return false;
    for (; allowed && *allowed; allowed++) {
        struct gw_str item = gw_str(*allowed);
        while (item.len > 0 && item.ptr[item.len - 1] == '/')
            item.len--;
        if (origin_matches(origin, item))
            return true;
    }
    return false;
}

enum gw_code redirect_check(const struct gw_link *link, const char *uri, struct gw_err *err)
{
    size_t own = strlen(link->public_url);
    enum gw_code code;

    if (strncmp(uri, link->public_url, own) == 0 && strncmp(uri + own, CONNECT_PATH, strlen(CONNECT_PATH)) == 0)
        return GW_OK;
    if (redirect_allowed(link->allowed_redirects, uri))
        return GW_OK;
    code =
        gw_fail_wire(err, GW_INVALID, "oauth.redirect_not_allowed", "redirect_uri does not point to an allowed origin");
    if (err)
        memcpy(err->field, "redirect_uri", sizeof("redirect_uri"));
    return code;
}
