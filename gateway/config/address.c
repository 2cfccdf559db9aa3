/* Addresses to listen on: text to sockaddr, and whether strangers reach it. */
#include "config/address.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Cuts "host:port" or "[host]:port"; host gets its NUL. */
static bool split(const char *text, char host[INET6_ADDRSTRLEN], struct gw_str *port)
{
    const char *colon = strrchr(text, ':');
    const char *start = text, *end = colon;

    if (!colon)
        return false;
    if (text[0] == '[') {
        if (colon == text || colon[-1] != ']')
            return false;
        start = text + 1;
        end = colon - 1;
    }
    if (end <= start || (size_t)(end - start) >= INET6_ADDRSTRLEN)
        return false;
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    *port = gw_str(colon + 1);
    return true;
}

enum gw_code gw_address_parse(const char *text, struct gw_address *ret, struct gw_err *err)
{
    struct gw_address a = {0};
    char host[INET6_ADDRSTRLEN];
    const char *numeric;
    struct gw_str port_text;
    int64_t port;

    if (!split(text, host, &port_text) || !gw_parse_i64(port_text, &port) || port < 0 || port > 65535)
        return gw_fail(err, GW_CONFIG, "\"%.100s\" is not address:port", text);
    numeric = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
    if (text[0] != '[' && inet_pton(AF_INET, numeric, &a.v4.sin_addr) == 1) {
        a.v4.sin_family = AF_INET;
        a.v4.sin_port = htons((uint16_t)port);
        a.len = sizeof(a.v4);
    } else if (text[0] == '[' && inet_pton(AF_INET6, numeric, &a.v6.sin6_addr) == 1) {
        a.v6.sin6_family = AF_INET6;
        a.v6.sin6_port = htons((uint16_t)port);
        a.len = sizeof(a.v6);
    } else {
        return gw_fail(err, GW_CONFIG, "\"%.100s\" is not an IPv4 address, [IPv6 address] or localhost", text);
    }
    *ret = a;
    return GW_OK;
}

static bool v4_public(uint32_t ip)
{
    static const struct {
        uint32_t net, mask;
    } inside[] = {
        {0x7f000000, 0xff000000},                                                     /* loopback */
        {0x0a000000, 0xff000000}, {0xac100000, 0xfff00000}, {0xc0a80000, 0xffff0000}, /* private */
        {0xa9fe0000, 0xffff0000},                                                     /* link-local */
    };

    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
        if ((ip & inside[i].mask) == inside[i].net)
            return false;
    return true;
}

bool gw_address_public(const struct gw_address *address)
{
    const struct in6_addr *six = &address->v6.sin6_addr;
    uint32_t mapped;

    if (address->any.sa_family == AF_INET)
        return v4_public(ntohl(address->v4.sin_addr.s_addr));
    if (IN6_IS_ADDR_V4MAPPED(six)) {
        memcpy(&mapped, &six->s6_addr[12], sizeof(mapped));
        return v4_public(ntohl(mapped));
    }
    return !IN6_IS_ADDR_LOOPBACK(six) && !IN6_IS_ADDR_LINKLOCAL(six) && (six->s6_addr[0] & 0xfe) != 0xfc;
}
