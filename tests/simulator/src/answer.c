/* answer.c - a reply on its way to the socket: whole, cut short, huge, or a reset connection. */
#include "answer.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

struct stream {
    char *body;
    size_t len;
    size_t huge; /* > 0: made up on the way */
    bool cut;
};

/* ["xxx…xxx"]: one long JSON string in a list. */
static size_t huge_bytes(const struct stream *s, uint64_t from, char *out, size_t max)
{
    size_t n = s->huge - from < max ? (size_t)(s->huge - from) : max;
    memset(out, 'x', n);
    for (size_t i = 0; i < n && from + i < 2; i++)
        out[i] = "[\""[from + i];
    for (size_t i = n; i > 0 && s->huge - (from + i - 1) <= 2; i--)
        out[i - 1] = "]\""[s->huge - (from + i - 1) - 1];
    return n;
}

static ssize_t stream_next(void *cls, uint64_t offset, char *out, size_t max)
{
    struct stream *s = cls;
    if (s->huge) {
        if (offset >= s->huge)
            return U_STREAM_END;
        return (ssize_t)huge_bytes(s, offset, out, max);
    }
    if (offset >= s->len)
        return s->cut ? U_STREAM_ERROR : U_STREAM_END;
    size_t n = s->len - offset < max ? s->len - (size_t)offset : max;
    memcpy(out, s->body + offset, n);
    return (ssize_t)n;
}

static void stream_free(void *cls)
{
    struct stream *s = cls;
    free(s->body);
    free(s);
}

static void send_stream(struct reply *a, struct _u_response *response)
{
    struct stream *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    uint64_t promised = a->len;
    s->body = a->body;
    s->len = a->len;
    s->huge = a->huge;
    a->body = NULL;
    if (a->huge) {
        promised = a->huge;
    } else {
        s->cut = true;
        if ((size_t)a->cut < s->len)
            s->len = (size_t)a->cut;
        if (promised <= s->len)
            promised = s->len + 1;
    }
    ulfius_set_stream_response(response, (unsigned)a->status, stream_next, stream_free, promised, 16384, s);
}

/* Finds our end of a client's socket and makes closing it a reset. */
static void reset_peer(const struct sockaddr *peer)
{
    struct rlimit limit = {0};
    getrlimit(RLIMIT_NOFILE, &limit);
    for (int fd = 3; fd < (int)limit.rlim_cur && fd < 65536; fd++) {
        struct sockaddr_in at;
        socklen_t n = sizeof at;
        if (getpeername(fd, (struct sockaddr *)&at, &n) != 0 || at.sin_family != peer->sa_family)
            continue;
        const struct sockaddr_in *want = (const struct sockaddr_in *)(const void *)peer;
        if (at.sin_port != want->sin_port || at.sin_addr.s_addr != want->sin_addr.s_addr)
            continue;
        struct linger hard = {1, 0};
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        shutdown(fd, SHUT_RDWR);
        return;
    }
}

void answer_send(struct reply *a, const struct _u_request *request, struct _u_response *response)
{
    for (size_t i = 0; i < a->headers.n; i++)
        u_map_put(response->map_header, a->headers.v[i].name, a->headers.v[i].value);
    if (a->reset)
        reset_peer(request->client_address);
    if (a->cut >= 0 || a->huge)
        send_stream(a, response);
    else if (a->len > 0)
        ulfius_set_binary_body_response(response, (unsigned)a->status, a->body, a->len);
    else
        response->status = a->status; /* an empty body is refused by the call above */
}
