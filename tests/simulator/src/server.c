/* server.c - one request from the socket to the socket: faults, handler, record, answer. */
#include "server.h"

#include "answer.h"
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
    answer_send(&a, request, response);
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
