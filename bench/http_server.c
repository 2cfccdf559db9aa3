/* The HTTP server over a database of its own with made-up data, for http_bench.sh.
 *
 * bench-http-server PORT CONNINFO POOL EXTRA: EXTRA further routes are put into the table. Prints the key and the user
 * when it is ready; serves until it is killed. The access log goes to standard error as always.
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

static enum gw_code answer_extra(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_str(&request->reply.body, "{\"extra\":true}");
    return gw_reply_json(request, 200, err);
}

/* The gateway's own table and so many more, spread over it. */
static struct gw_route *table_with(int extra, size_t *ret_count)
{
    size_t count = gw_routes_count + (size_t)extra;
    struct gw_route *table = calloc(count, sizeof(*table));

    if (!table)
        return NULL;
    memcpy(table, gw_routes, gw_routes_count * sizeof(*table));
    for (int i = 0; i < extra; i++) {
        char pattern[64];
        snprintf(pattern, sizeof(pattern), i % 2 ? "/api/v1/extra%d/{thing_id}" : "/api/v1/users/{user_id}/extra%d", i);
        table[gw_routes_count + (size_t)i] = (struct gw_route){.method = GW_GET,
                                                               .pattern = strdup(pattern),
                                                               .handler = answer_extra,
                                                               .scope = GW_SCOPE_READ,
                                                               .doc = "One of many."};
    }
    *ret_count = count;
    return table;
}

static int listen_on(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 1024) != 0) {
        perror("bench-http-server");
        exit(1);
    }
    return fd;
}

static enum gw_code prepare(const char *conninfo, int pool, struct gw_db **db, struct gw_arena *arena,
                            struct gw_uuid *user, char key[GW_KEY_TEXT], struct gw_err *err)
{
    struct gw_db_options options = {.conninfo = conninfo, .name = "bench", .pool = pool};
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
        code = gw_auth_key_create(*db, arena, "bench", GW_SCOPE_READ, key, &row, err);
    return code;
}

int main(int argc, char **argv)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_host_options no_providers = {.plugin_dir = "."};
    struct gw_http_options options = {0};
    struct gw_registry *registry = NULL;
    struct gw_http *http;
    struct gw_uuid user;
    struct gw_err err = {0};
    char key[GW_KEY_TEXT], id[GW_UUID_TEXT];
    enum gw_code code;

    if (argc != 5) {
        fprintf(stderr, "usage: bench-http-server PORT CONNINFO POOL EXTRA\n");
        return 2;
    }
    gw_log_init("bench", GW_LOG_INFO);
    options.routes = table_with(atoi(argv[4]), &options.routes_count);
    options.listen_fd = listen_on(atoi(argv[1]));
    code = prepare(argv[2], atoi(argv[3]), &options.db, arena, &user, key, &err);
    if (code == GW_OK)
        code = gw_registry_load(&no_providers, &registry, &err);
    options.registry = registry;
    if (code == GW_OK)
        code = gw_auth_new(options.db, &options.auth, &err);
    if (code == GW_OK)
        code = gw_http_start(&options, &http, &err);
    if (code != GW_OK) {
        fprintf(stderr, "bench-http-server: %s\n", gw_err_text(&err));
        return 1;
    }
    gw_http_ready(http, true);
    printf("%s %s\n", key, gw_uuid_text(user, id));
    fflush(stdout);
    for (;;)
        pause();
}
