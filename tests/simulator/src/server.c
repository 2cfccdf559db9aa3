/* server.c - one request from the socket to the socket: faults, handler, record, answer. */
#include "server.h"

#include "clock.h"
#include "control.h"
#include "faults.h"
#include "garmin.h"
#include "oauth.h"
#include "people.h"
#include "polar.h"
#include "record.h"
#include "suunto.h"
#include "text.h"
#include "tokens.h"
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <ulfius.h>
#include <unistd.h>

static struct _u_instance instance;
static atomic_bool stopping;
static int bound_port;
static const char *base_url;

bool server_stopping(void)
{
    return atomic_load(&stopping);
}

int server_port(void)
{
    return bound_port;
}

void server_base(const char *url)
{
    base_url = url;
}

char *server_url(void)
{
    return base_url ? text_dup(base_url) : text_printf("http://127.0.0.1:%d", bound_port);
}

static void nap(long ms)
{
    int64_t end = clock_mono_ms() + ms;
    while (!server_stopping() && clock_mono_ms() < end) {
        int64_t left = end - clock_mono_ms();
        usleep((useconds_t)(left > 50 ? 50 : left > 0 ? left : 0) * 1000);
    }
}

static void dispatch(const struct req *r, struct reply *a)
{
    switch (r->provider) {
    case GARMIN:
        garmin_handle(r, a);
        break;
    case POLAR:
        polar_handle(r, a);
        break;
    case SUUNTO:
        suunto_handle(r, a);
        break;
    case PROVIDERS:
        control_handle(r, a);
        break;
    }
}

static const struct person *play(const struct req *r, struct reply *a, struct fault_hit *hit, bool faulty)
{
    const struct person *who = tokens_whose(r);
    a->person = who;
    if (faulty && !hit->after)
        nap(hit->delay_ms);
    if (!faulty || fault_runs_handler(hit))
        dispatch(r, a);
    if (faulty)
        fault_apply(hit, r, a);
    if (faulty && hit->after)
        nap(hit->delay_ms);
    return a->person ? a->person : who;
}

/* Everything but /control is subject to faults and goes into the record. */
static void serve(const struct req *r, struct reply *a)
{
    if (r->provider == NO_PROVIDER && text_starts(r->path, "/control/")) {
        dispatch(r, a);
        return;
    }
    int64_t at = clock_real_us(), from = clock_mono_ms();
    struct fault_hit hit = {0};
    const struct person *early = tokens_whose(r);
    bool faulty = r->provider != NO_PROVIDER && faults_take(r, early ? early->name : NULL, &hit);
    oauth_begin(r);
    const struct person *who = play(r, a, &hit, faulty);
    oauth_end(r);
    record_add(r, a, who ? who->name : NULL, faulty ? fault_name(hit.kind) : NULL, at, clock_mono_ms() - from);
    free(hit.body);
}

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

static void send_reply(struct reply *a, const struct _u_request *request, struct _u_response *response)
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

static void copy_headers(struct req *r, const struct _u_map *map)
{
    const char **keys = u_map_enum_keys(map);
    for (int i = 0; keys && keys[i]; i++)
        pairs_add(&r->headers, keys[i], u_map_get(map, keys[i]));
}

static int on_request(const struct _u_request *request, struct _u_response *response, void *cls)
{
    (void)cls;
    struct req r;
    struct reply a;
    req_init(&r, request->http_verb, request->http_url, request->binary_body, request->binary_body_length);
    copy_headers(&r, request->map_header);
    req_ready(&r);
    reply_init(&a);
    serve(&r, &a);
    send_reply(&a, request, response);
    reply_fini(&a);
    req_fini(&r);
    return U_CALLBACK_COMPLETE;
}

static int free_port(const struct sockaddr_in *address)
{
    struct sockaddr_in at = *address;
    socklen_t n = sizeof at;
    at.sin_port = 0;
    int fd = socket(AF_INET, SOCK_STREAM, 0), port = -1;
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&at, n) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0)
        port = ntohs(at.sin_port);
    close(fd);
    return port;
}

static bool listen_on(struct sockaddr_in *address, int port)
{
    bound_port = port ? port : free_port(address);
    address->sin_port = htons((uint16_t)bound_port);
    if (bound_port <= 0 || ulfius_init_instance(&instance, (unsigned)bound_port, address, NULL) != U_OK)
        return false;
    instance.timeout = 75;
    /* ulfius refuses to start without a route; this one answers like the default */
    if (ulfius_add_endpoint_by_val(&instance, "GET", "/control/health", NULL, 0, on_request, NULL) == U_OK &&
        ulfius_set_default_endpoint(&instance, on_request, NULL) == U_OK && ulfius_start_framework(&instance) == U_OK)
        return true;
    ulfius_clean_instance(&instance);
    return false;
}

bool server_start(const char *address, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
        return false;
    for (int tries = port ? 1 : 5; tries > 0; tries--)
        if (listen_on(&at, port))
            return true;
    return false;
}

void server_stop(void)
{
    atomic_store(&stopping, true);
    ulfius_stop_framework(&instance);
    ulfius_clean_instance(&instance);
}
