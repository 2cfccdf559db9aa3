/* Any text as the URL of a plugin's request and as a Retry-After. An accepted URL has a host of plain characters and a
 * port; nothing that could end a line or hide another host gets through. */
#include <stdlib.h>

#include "host/retry.h"
#include "host/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int truth)
{
    if (!truth)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_str text = {(const char *)data, size}, host;
    struct gw_url url;
    uint16_t port;
    int64_t ms = gw_retry_after_ms(text, INT64_C(1795262400000000));

    must(ms >= -1 && ms <= INT64_C(400) * 86400 * 1000);
    if (gw_url_parse_host(text, &host, &port))
        must(host.len > 0 && host.len < 254);
    if (!gw_url_parse(text, &url))
        return 0;
    must(url.host.len > 0 && url.port > 0);
    must(url.host.ptr > text.ptr && url.host.ptr + url.host.len <= text.ptr + text.len);
    for (size_t i = 0; i < size; i++)
        must(data[i] > ' ' && data[i] < 0x7f && data[i] != '\\' && data[i] != '#');
    for (const char *p = url.host.ptr; p < url.host.ptr + url.host.len; p++)
        must(*p != '@' && *p != '/' && *p != '?' && *p != '%');
    must(gw_url_host_is(&url, url.host));
    return 0;
}
