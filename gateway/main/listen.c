/* The listening socket. */
#include "main/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "config/address.h"

#define BACKLOG 4096 /* the kernel cuts it to net.core.somaxconn */

static int try_listen(const struct gw_address *address)
{
    static const int on = 1;
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), why;

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 && bind(fd, &address->any, address->len) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd;
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

enum gw_code gw_main_listen(const char *address, int wait_s, int *ret_fd, struct gw_err *err)
{
    static const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
    int64_t until_us = gw_mono_us() + wait_s * GW_US_PER_S;
    struct gw_address a;
    enum gw_code code = gw_address_parse(address, &a, err);
    int fd;

    if (code != GW_OK)
        return code;
    while ((fd = try_listen(&a)) < 0 && errno == EADDRINUSE && gw_mono_us() < until_us)
        nanosleep(&pause, NULL);
    if (fd < 0)
        return gw_fail(err, errno == EADDRINUSE ? GW_BUSY : GW_CONFIG, "cannot listen on %.100s: %s", address,
                       strerror(errno));
    *ret_fd = fd;
    return GW_OK;
}

enum gw_code gw_main_listen_url(int fd, char out[64], struct gw_err *err)
{
    struct gw_address a = {.len = sizeof(a.v6)};
    char host[INET6_ADDRSTRLEN];

    if (getsockname(fd, &a.any, &a.len) != 0)
        return gw_fail(err, GW_INTERNAL, "getsockname: %s", strerror(errno));
    if (a.any.sa_family == AF_INET6) {
        if (IN6_IS_ADDR_UNSPECIFIED(&a.v6.sin6_addr))
            a.v6.sin6_addr = in6addr_loopback;
        inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof(host));
        snprintf(out, 64, "http://[%s]:%d", host, ntohs(a.v6.sin6_port));
        return GW_OK;
    }
    if (a.v4.sin_addr.s_addr == htonl(INADDR_ANY))
        a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof(host));
    snprintf(out, 64, "http://%s:%d", host, ntohs(a.v4.sin_port));
    return GW_OK;
}
