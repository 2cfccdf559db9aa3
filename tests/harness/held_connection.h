/* held_connection.h - a connection of the HTTP library whose headers have come and whose body has not: for what asks a
 * connection about its headers. Over a socket pair, by the caller's own thread; one at a time, until the process ends.
 */
#ifndef HELD_CONNECTION_H
#define HELD_CONNECTION_H

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct MHD_Connection *held_now;
static struct MHD_Daemon *held_by;

static enum MHD_Result hold(void *self, struct MHD_Connection *connection, const char *url, const char *method,
                            const char *version, const char *upload, size_t *upload_size, void **context)
{
    (void)self;
    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    *upload_size = 0;
    *context = &held_now;
    held_now = connection;
    return MHD_YES;
}

/* NULL: it could not be made. The one before is gone. */
static struct MHD_Connection *held_connection(const char *content_type)
{
    static const struct sockaddr nowhere = {.sa_family = AF_UNIX};
    char head[512];
    int fds[2], len;

    if (held_by)
        MHD_stop_daemon(held_by);
    held_by = MHD_start_daemon(MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, hold, NULL, MHD_OPTION_END);
    held_now = NULL;
    if (!held_by || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return NULL;
    len = snprintf(head, sizeof(head), "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 9\r\n\r\n",
                   content_type);
    if (write(fds[0], head, (size_t)len) != len ||
        MHD_add_connection(held_by, fds[1], &nowhere, sizeof(nowhere)) != MHD_YES)
        return NULL;
    for (int i = 0; i < 100 && !held_now; i++)
        MHD_run(held_by);
    return held_now;
}

#endif
