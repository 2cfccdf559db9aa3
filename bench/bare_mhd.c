/* The control for an answer without SQL: libmicrohttpd alone, a thread a connection, the same bytes.
 *
 * bench-bare-mhd BODY: prints its port.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum MHD_Result answer(void *body, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context)
{
    static int seen;
    struct MHD_Response *response;
    enum MHD_Result result;

    (void)url;
    (void)method;
    (void)version;
    (void)upload;
    (void)upload_size;
    if (!*context) {
        *context = &seen;
        return MHD_YES;
    }
    response = MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "application/json");
    MHD_add_response_header(response, "X-Request-Id", "0123456789ab-0123456789");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    struct MHD_Daemon *daemon;

    if (argc != 2) {
        fprintf(stderr, "usage: bench-bare-mhd BODY\n");
        return 2;
    }
    daemon = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL,
                              NULL, answer, argv[1], MHD_OPTION_CONNECTION_LIMIT, 512u, MHD_OPTION_THREAD_STACK_SIZE,
                              (size_t)256 * 1024, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024,
                              MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "bench-bare-mhd: does not start\n");
        return 1;
    }
    printf("%d\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    for (;;)
        pause();
}
