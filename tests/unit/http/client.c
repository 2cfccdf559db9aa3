/* The raw client. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests.h"

#define WAIT_MS 5000

int client_connect(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

bool client_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
        ssize_t n;
        if (poll(&poll_fd, 1, WAIT_MS) <= 0)
            return false;
        n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* 0 at the end, -1 when nothing came in time */
static ssize_t receive(int fd, char *out, size_t most)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    if (poll(&poll_fd, 1, WAIT_MS) <= 0)
        return -1;
    return recv(fd, out, most, 0);
}

static bool read_head(int fd, struct answer *answer)
{
    size_t len = 0, cap = 65536;

    answer->head = calloc(1, cap);
    while (len + 1 < cap && !strstr(answer->head, "\r\n\r\n")) {
        if (receive(fd, answer->head + len, 1) != 1) /* a byte at a time: the body stays where it is */
            return false;
        len++;
    }
    return sscanf(answer->head, "HTTP/1.1 %d", &answer->status) == 1;
}

struct answer client_answer(int fd, bool bodiless)
{
    struct answer answer = {0};
    const char *length;
    size_t got = 0;

    if (!read_head(fd, &answer)) {
        answer.status = 0;
        return answer;
    }
    length = answer_header(&answer, "Content-Length");
    answer.body_len = length && !bodiless ? strtoul(length, NULL, 10) : 0;
    answer.body = calloc(1, answer.body_len + 1);
    while (got < answer.body_len) {
        ssize_t n = receive(fd, answer.body + got, answer.body_len - got);
        if (n <= 0) {
            answer.status = 0;
            return answer;
        }
        got += (size_t)n;
    }
    return answer;
}

void answer_free(struct answer *answer)
{
    free(answer->head);
    free(answer->body);
    memset(answer, 0, sizeof(*answer));
}

const char *answer_header(const struct answer *answer, const char *name)
{
    static char value[1024];
    size_t len = strlen(name);

    for (const char *line = answer->head; line && *line; line = strstr(line, "\r\n"), line = line ? line + 2 : NULL) {
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + len + 2, "\r"), line + len + 2);
            return value;
        }
    }
    return NULL;
}

struct answer client_once(int port, const char *request)
{
    struct answer answer = {0};
    int fd = client_connect(port);

    if (fd >= 0 && client_send(fd, request, strlen(request)))
        answer = client_answer(fd, strncmp(request, "HEAD", 4) == 0);
    if (fd >= 0)
        close(fd);
    return answer;
}
