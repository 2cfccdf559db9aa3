/* The HTTP server over a PostgreSQL of its own with made-up data, for http_bench.py.
 *
 * bench-http-server ROUTES: a table of so many routes, two of them real, or 0 for the gateway's own. Prints port, key,
 * user and the database's connection string when it is ready; serves until its standard input ends. The access log
 * goes to standard error as always.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "crypt/crypt.h"
#include "http/request.h"
#include "http/server.h"
#include "http_data.h"
#include "tmp_postgres.h"

#define POOL 8

static enum gw_code answer_extra(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_str(&request->reply.body, "{\"extra\":true}");
    return gw_reply_json(request, 200, err);
}

static const struct gw_route *own_route(const char *pattern)
{
    for (size_t i = 0; i < gw_routes_count; i++)
        if (strcmp(gw_routes[i].pattern, pattern) == 0)
            return &gw_routes[i];
    abort();
}

/* Two real routes and fillers around them in the tree. */
static struct gw_route *table_of(int count)
{
    struct gw_route *table = calloc((size_t)count, sizeof(*table));

    if (!table)
        abort();
    table[0] = *own_route("/api/v1/providers");
    table[1] = *own_route("/api/v1/users/{user_id}/connections");
    for (int i = 2; i < count; i++) {
        char pattern[64];
        snprintf(pattern, sizeof(pattern), i % 2 ? "/api/v1/extra%d/{thing_id}" : "/api/v1/users/{user_id}/extra%d", i);
        table[i] = (struct gw_route){.method = GW_GET,
                                     .pattern = strdup(pattern),
                                     .handler = answer_extra,
                                     .scope = GW_SCOPE_READ,
                                     .doc = "One of many."};
    }
    return table;
}

static int listen_anywhere(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        perror("bench-http-server");
        exit(1);
    }
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static enum gw_code prepare(const char *conninfo, struct gw_db **db, struct gw_arena *arena, struct gw_uuid *user,
                            char key[GW_KEY_TEXT], struct gw_err *err)
{
    struct gw_db_options options = {.conninfo = conninfo, .name = "bench", .pool = POOL};
    struct gw_api_key row;
    int applied;
    enum gw_code code = gw_crypt_init(err);

    if (code == GW_OK)
        code = gw_store_migrate(conninfo, &applied, err);
    if (code == GW_OK)
        code = gw_store_open(&options, db, err);
    if (code == GW_OK)
        code = bench_data_make(*db, conninfo, arena, user, err);
    if (code == GW_OK)
        code = gw_auth_key_create(*db, arena, "bench", GW_SCOPE_READ, (struct gw_uuid){{0}}, key, &row, err);
    return code;
}

static enum gw_code serve(struct gw_http_options *options, struct gw_http **http, struct gw_err *err)
{
    struct gw_host_options no_providers = {.plugin_dir = "."};
    struct gw_registry *registry = NULL;
    enum gw_code code = gw_registry_load(&no_providers, &registry, err);

    options->registry = registry;
    if (code == GW_OK)
        code = gw_auth_new(options->db, NULL, &options->auth, err);
    if (code == GW_OK)
        code = gw_http_start(options, http, err);
    if (code == GW_OK)
        gw_http_ready(*http, true);
    return code;
}

int main(int argc, char **argv)
{
    struct tmp_postgres pg = {.durable = true};
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_http_options options = {0};
    struct gw_http *http;
    struct gw_uuid user;
    struct gw_err err = {0};
    char key[GW_KEY_TEXT], id[GW_UUID_TEXT], conninfo[256], byte;
    enum gw_code code;
    int port;

    if (argc != 2) {
        fprintf(stderr, "usage: bench-http-server ROUTES\n");
        return 2;
    }
    gw_log_init("bench", GW_LOG_INFO);
    if (atoi(argv[1]) > 0) {
        options.routes_count = (size_t)atoi(argv[1]);
        options.routes = table_of(atoi(argv[1]));
    }
    if (!tmp_postgres_start(&pg))
        return 1;
    tmp_postgres_conninfo(&pg, "postgres", conninfo, sizeof(conninfo));
    options.listen_fd = listen_anywhere(&port);
    code = prepare(conninfo, &options.db, arena, &user, key, &err);
    if (code == GW_OK)
        code = serve(&options, &http, &err);
    if (code == GW_OK) {
        printf("%d\n%s\n%s\n%s\n", port, key, gw_uuid_text(user, id), conninfo);
        fflush(stdout);
        while (read(STDIN_FILENO, &byte, 1) > 0)
            ;
        gw_http_stop(&http, 1);
    } else {
        fprintf(stderr, "bench-http-server: %s\n", gw_err_text(&err));
    }
    tmp_postgres_stop(&pg);
    return code != GW_OK;
}
