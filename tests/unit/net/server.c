/* See server.h. */
#include "server.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MOST     (1 << 20)
#define CONNECTIONS_MOST 256

struct test_server {
    int fd;
    uint16_t port;
    answer_fn *answer;
    void *self;
    atomic_uint requests, connections;
    atomic_bool ending;
    pthread_t acceptor, workers[CONNECTIONS_MOST];
};

struct connection {
    struct test_server *server;
    int fd;
};

bool test_send_bytes(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len > 0) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

bool test_send(int fd, const char *text)
{
    return test_send_bytes(fd, text, strlen(text));
}

bool test_answer(int fd, const char *status, const char *headers, const char *body)
{
    char head[4096];

    snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers, strlen(body));
    return test_send(fd, head) && test_send(fd, body);
}

static size_t content_length(const char *head)
{
    const char *at = strcasestr(head, "\r\ncontent-length:");

    return at ? strtoul(at + 17, NULL, 10) : 0;
}

/* One request into text; false at the end of the connection. */
static bool read_request(const struct connection *c, char *text)
{
    size_t len = 0;

    while (len < REQUEST_MOST - 1) {
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        char *end;
        ssize_t n;
        if (atomic_load(&c->server->ending))
            return false;
        if (poll(&p, 1, 50) == 0)
            continue;
        n = recv(c->fd, text + len, REQUEST_MOST - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        text[len] = '\0';
        end = strstr(text, "\r\n\r\n");
        if (end && (size_t)(text + len - end - 4) >= content_length(text))
            return true;
    }
    return false;
}

static void *serve(void *arg)
{
    struct connection *c = arg;
    char *text = malloc(REQUEST_MOST);

    while (text && read_request(c, text)) {
        unsigned count = atomic_fetch_add(&c->server->requests, 1) + 1;
        if (!c->server->answer(c->server->self, c->fd, text, count))
            break;
    }
    close(c->fd);
    free(text);
    free(c);
    return NULL;
}

static void take_connection(struct test_server *s)
{
    struct connection *c = calloc(1, sizeof(*c));
    unsigned at = atomic_load(&s->connections);

    if (!c)
        abort();
    c->server = s;
    c->fd = accept(s->fd, NULL, NULL);
    if (c->fd < 0 || at == CONNECTIONS_MOST || pthread_create(&s->workers[at], NULL, serve, c) != 0) {
        if (c->fd >= 0)
            close(c->fd);
        free(c);
        return;
    }
    atomic_fetch_add(&s->connections, 1);
}

static void *accept_all(void *arg)
{
    struct test_server *s = arg;

    while (!atomic_load(&s->ending)) {
        struct pollfd p = {.fd = s->fd, .events = POLLIN};
        if (poll(&p, 1, 50) == 1)
            take_connection(s);
    }
    return NULL;
}

struct test_server *test_server_start(answer_fn *answer, void *self)
{
    struct test_server *s = calloc(1, sizeof(*s));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    if (!s)
        abort();
    s->answer = answer;
    s->self = self;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&address, len) != 0 || listen(s->fd, 128) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&address, &len) != 0 ||
        pthread_create(&s->acceptor, NULL, accept_all, s) != 0)
        abort();
    s->port = ntohs(address.sin_port);
    return s;
}

void test_server_stop(struct test_server *s)
{
    atomic_store(&s->ending, true);
    pthread_join(s->acceptor, NULL);
    for (unsigned i = 0; i < atomic_load(&s->connections); i++)
        pthread_join(s->workers[i], NULL);
    close(s->fd);
    free(s);
}

uint16_t test_server_port(const struct test_server *s)
{
    return s->port;
}

unsigned test_server_requests(const struct test_server *s)
{
    return atomic_load(&((struct test_server *)s)->requests);
}

unsigned test_server_connections(const struct test_server *s)
{
    return atomic_load(&((struct test_server *)s)->connections);
}
