/* The control for an answer with SQL: ulfius as it comes, libpq, the statement of GET /users/{id}/connections.
 *
 * bench-bare-ulfius-pq CONNINFO USER CONNECTIONS: prints its port. The pool is a stack under a lock. Rows become JSON
 * by printf.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <orcania.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <ulfius.h>
#include <unistd.h>

#define MOST 64

static const char statement[] =
    "SELECT id, user_id, provider, provider_user_id, provider_username, status, scope, reason, tokens,"
    " token_expires_at, token_version, created_at, updated_at, last_synced_at"
    " FROM connections WHERE user_id = $1::uuid AND ($2::text IS NULL OR provider = $2)"
    " ORDER BY created_at DESC, id DESC";

static struct {
    pthread_mutex_t lock;
    pthread_cond_t given;
    PGconn *free[MOST];
    int count;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER, .given = PTHREAD_COND_INITIALIZER};

static PGconn *take(void)
{
    PGconn *c;

    pthread_mutex_lock(&pool.lock);
    while (pool.count == 0)
        pthread_cond_wait(&pool.given, &pool.lock);
    c = pool.free[--pool.count];
    pthread_mutex_unlock(&pool.lock);
    return c;
}

static void give(PGconn *c)
{
    pthread_mutex_lock(&pool.lock);
    pool.free[pool.count++] = c;
    pthread_cond_signal(&pool.given);
    pthread_mutex_unlock(&pool.lock);
}

static const char *field(const PGresult *r, int row, int column)
{
    return PQgetisnull(r, row, column) ? "" : PQgetvalue(r, row, column);
}

static size_t write_row(char *out, size_t most, const PGresult *r, int i)
{
    return (size_t)snprintf(
        out, most,
        "%s{\"id\":\"%s\",\"user_id\":\"%s\",\"provider\":\"%s\",\"status\":\"%s\",\"status_reason\":null,"
        "\"provider_user_id\":\"%s\",\"provider_username\":null,\"scope\":null,\"created_at\":\"%s\",\"updated_at\":\"%"
        "s\","
        "\"last_synced_at\":null,\"icon_url\":null,\"max_historical_days\":null,\"rest_pull\":false,"
        "\"webhook_stream\":false,\"webhook_ping\":false,\"webhook_callback\":false,\"live_sync_mode\":null,"
        "\"linked_user_ids\":[]}",
        i ? "," : "", field(r, i, 0), field(r, i, 1), field(r, i, 2), field(r, i, 5), field(r, i, 3), field(r, i, 11),
        field(r, i, 12));
}

static int answer(const struct _u_request *request, struct _u_response *response, void *user)
{
    const char *values[] = {user, NULL};
    PGconn *c = take();
    PGresult *r = PQexecPrepared(c, "list", 2, values, NULL, NULL, 0);
    size_t most = 1024 * (size_t)(PQntuples(r) + 1), n = 0;
    char *body = o_malloc(most);

    (void)request;
    give(c);
    if (!body || PQresultStatus(r) != PGRES_TUPLES_OK) {
        o_free(body);
        PQclear(r);
        return U_CALLBACK_ERROR;
    }
    body[n++] = '[';
    for (int i = 0; i < PQntuples(r); i++)
        n += write_row(body + n, most - n, r, i);
    body[n++] = ']';
    PQclear(r);
    response->status = 200;
    response->binary_body = body;
    response->binary_body_length = n;
    u_map_put(response->map_header, "Content-Type", "application/json");
    u_map_put(response->map_header, "X-Request-Id", "0123456789ab-0123456789");
    u_map_put(response->map_header, "Cache-Control", "no-store");
    return U_CALLBACK_CONTINUE;
}

static int fill_pool(const char *conninfo, int count)
{
    for (int i = 0; i < count && i < MOST; i++) {
        PGconn *c = PQconnectdb(conninfo);
        PGresult *r = PQprepare(c, "list", statement, 0, NULL);
        int bad = PQresultStatus(r) != PGRES_COMMAND_OK;
        PQclear(r);
        if (bad) {
            fprintf(stderr, "bench-bare-ulfius-pq: %s", PQerrorMessage(c));
            return 1;
        }
        give(c);
    }
    return 0;
}

/* A port that is free now: ulfius wants a number. */
static unsigned free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 0;
    close(fd);
    return ntohs(at.sin_port);
}

int main(int argc, char **argv)
{
    struct _u_instance instance;
    unsigned port = free_port();

    if (argc != 4) {
        fprintf(stderr, "usage: bench-bare-ulfius-pq CONNINFO USER CONNECTIONS\n");
        return 2;
    }
    if (fill_pool(argv[1], atoi(argv[3])) != 0 || ulfius_init_instance(&instance, port, NULL, NULL) != U_OK ||
        ulfius_add_endpoint_by_val(&instance, "GET", "/api/v1/users/:id", "/connections", 0, answer, argv[2]) != U_OK ||
        ulfius_start_framework(&instance) != U_OK)
        return 1;
    printf("%u\n", port);
    fflush(stdout);
    for (;;)
        pause();
}
