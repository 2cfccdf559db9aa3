/* The client against a server that answers well, badly, too much, too slowly or not at all. */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

#include "base/time.h"
#include "net/client.h"
#include "server.h"
#include "tests.h"

static struct test_server *server;
static struct gw_net_response answer;
static struct gw_err err;
static char last_request[65536];
static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;

static enum gw_code ask(struct gw_net_request *request, const char *path)
{
    char url[512];
    enum gw_code code;

    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", (unsigned)test_server_port(server), path);
    request->url = gw_str(url);
    if (!request->method)
        request->method = "GET";
    if (!request->timeout_ms)
        request->timeout_ms = 5000;
    if (!request->max_response)
        request->max_response = 1 << 20;
    gw_net_response_free(&answer);
    err = (struct gw_err){0};
    code = gw_net_perform(NULL, request, &answer, &err);
    ck_assert_int_eq(code, code == GW_OK ? GW_OK : err.code);
    return code;
}

static enum gw_code get(const char *path)
{
    return ask(&(struct gw_net_request){0}, path);
}

static const char *header(const char *name)
{
    for (size_t i = 0; i < answer.headers_count; i++)
        if (gw_str_is(answer.headers[i].name, name))
            return answer.headers[i].value.ptr;
    return NULL;
}

/* ---- what the server does, by path ---- */

static bool send_gzip(int fd, size_t plain)
{
    unsigned char chunk[16384];
    char *zeros = calloc(1, plain);
    z_stream z = {0};
    bool ok = zeros && deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;

    ok = ok && test_send(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
    z.next_in = (unsigned char *)zeros;
    z.avail_in = (unsigned)plain;
    while (ok && z.avail_in > 0) {
        z.next_out = chunk;
        z.avail_out = sizeof(chunk);
        deflate(&z, Z_NO_FLUSH);
        ok = test_send_bytes(fd, chunk, sizeof(chunk) - z.avail_out);
    }
    if (ok) {
        z.next_out = chunk;
        z.avail_out = sizeof(chunk);
        deflate(&z, Z_FINISH);
        ok = test_send_bytes(fd, chunk, sizeof(chunk) - z.avail_out);
    }
    deflateEnd(&z);
    free(zeros);
    return false;
}

static size_t huge_sent;

static bool send_huge(int fd)
{
    static char block[65536];

    huge_sent = 0;
    if (!test_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n"))
        return false;
    while (huge_sent < 104857600 && test_send_bytes(fd, block, sizeof(block)))
        huge_sent += sizeof(block);
    return false;
}

static bool send_many_headers(int fd)
{
    if (!test_send(fd, "HTTP/1.1 200 OK\r\n"))
        return false;
    for (int i = 0; i < 5000; i++)
        if (!test_send(fd, "X-Long: 0123456789012345678901234567890123456789012345678901234567890123456789\r\n"))
            return false;
    test_send(fd, "Content-Length: 0\r\n\r\n");
    return false;
}

/* Says nothing for ten seconds, or until the client has hung up. */
static void wait_until_gone(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};

    poll(&p, 1, 10000);
}

static bool serve(void *self, int fd, const char *request, unsigned count)
{
    char path[64] = "", echo[128];

    (void)self;
    pthread_mutex_lock(&last_lock);
    snprintf(last_request, sizeof(last_request), "%s", request);
    pthread_mutex_unlock(&last_lock);
    sscanf(request, "%*s %63s", path);
    if (strcmp(path, "/plain") == 0)
        return test_answer(fd, "200 OK", "X-Mixed-Case: Yes\r\nX-Empty:\r\n", "hello");
    if (strcmp(path, "/count") == 0) {
        snprintf(echo, sizeof(echo), "%u", count);
        return test_answer(fd, "200 OK", "", echo);
    }
    if (strcmp(path, "/teapot") == 0)
        return test_answer(fd, "418 I'm a teapot", "Retry-After: 7\r\n", "short");
    if (strcmp(path, "/redirect") == 0)
        return test_answer(fd, "302 Found", "Location: /plain\r\n", "");
    if (strcmp(path, "/continue") == 0)
        return test_send(fd, "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n") &&
               test_answer(fd, "200 OK", "X-Late: 1\r\n", "done");
    if (strcmp(path, "/malformed") == 0) {
        test_send(fd, "this is no HTTP\r\n\r\n");
        return false;
    }
    if (strcmp(path, "/cut") == 0) {
        test_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this");
        return false;
    }
    if (strcmp(path, "/nothing") == 0)
        return false;
    if (strcmp(path, "/huge") == 0)
        return send_huge(fd);
    if (strcmp(path, "/headers") == 0)
        return send_many_headers(fd);
    if (strcmp(path, "/gzip") == 0)
        return send_gzip(fd, 100000);
    if (strcmp(path, "/bomb") == 0)
        return send_gzip(fd, 64 << 20);
    if (strcmp(path, "/badgzip") == 0)
        return test_answer(fd, "200 OK", "Content-Encoding: gzip\r\n", "not gzip at all");
    if (strcmp(path, "/slow") == 0)
        wait_until_gone(fd);
    return test_answer(fd, "200 OK", "", "slow");
}

static void setup(void)
{
    ck_assert_int_eq(gw_net_init(NULL, NULL), GW_OK);
    server = test_server_start(serve, NULL);
}

static void teardown(void)
{
    gw_net_response_free(&answer);
    gw_net_thread_end();
    test_server_stop(server);
}

/* ---- answers ---- */

START_TEST(gives_status_headers_and_body)
{
    ck_assert_int_eq(get("/plain"), GW_OK);
    ck_assert_int_eq(answer.status, 200);
    ck_assert(gw_str_is(answer.body, "hello"));
    ck_assert_str_eq(header("x-mixed-case"), "Yes");
    ck_assert_str_eq(header("x-empty"), "");
    ck_assert_int_ge(answer.elapsed_us, 0);
}
END_TEST

START_TEST(gives_an_answer_of_any_status)
{
    ck_assert_int_eq(get("/teapot"), GW_OK);
    ck_assert_int_eq(answer.status, 418);
    ck_assert_str_eq(header("retry-after"), "7");
    ck_assert(gw_str_is(answer.body, "short"));
}
END_TEST

START_TEST(does_not_follow_a_redirect)
{
    ck_assert_int_eq(get("/redirect"), GW_OK);
    ck_assert_int_eq(answer.status, 302);
    ck_assert_str_eq(header("location"), "/plain");
    ck_assert_uint_eq(test_server_requests(server), 1);
}
END_TEST

START_TEST(gives_the_headers_of_the_last_head_only)
{
    ck_assert_int_eq(get("/continue"), GW_OK);
    ck_assert_ptr_null(header("x-early"));
    ck_assert_str_eq(header("x-late"), "1");
}
END_TEST

START_TEST(keeps_its_connection)
{
    ck_assert_int_eq(get("/plain"), GW_OK);
    ck_assert_int_eq(get("/count"), GW_OK);
    ck_assert_int_eq(get("/plain"), GW_OK);
    ck_assert_uint_eq(test_server_requests(server), 3);
    ck_assert_uint_eq(test_server_connections(server), 1);
}
END_TEST

START_TEST(decodes_what_is_compressed)
{
    ck_assert_int_eq(get("/gzip"), GW_OK);
    ck_assert_uint_eq(answer.body.len, 100000);
    ck_assert_ptr_nonnull(strcasestr(last_request, "accept-encoding: "));
}
END_TEST

/* ---- requests ---- */

START_TEST(sends_what_was_asked_and_nothing_else)
{
    struct gw_net_header headers[] = {{GW_STR("X-One"), GW_STR("1")}, {GW_STR("X-None"), GW_STR("")}};

    ck_assert_int_eq(ask(
                         &(struct gw_net_request){
                             .method = "POST", .headers = headers, .headers_count = 2, .body = GW_STR("a=b&c=d")},
                         "/plain"),
                     GW_OK);
    ck_assert_int_eq(strncmp(last_request, "POST /plain HTTP/1.1\r\n", 22), 0);
    ck_assert_ptr_nonnull(strstr(last_request, "\r\nX-One: 1\r\n"));
    ck_assert_ptr_nonnull(strstr(last_request, "\r\nX-None:\r\n"));
    ck_assert_ptr_nonnull(strstr(last_request, "\r\nContent-Length: 7\r\n"));
    ck_assert_ptr_nonnull(strstr(last_request, "\r\n\r\na=b&c=d"));
    ck_assert_ptr_nonnull(strstr(last_request, "\r\nUser-Agent: aorta/"));
    ck_assert_ptr_null(strcasestr(last_request, "\r\nexpect:"));
    ck_assert_ptr_null(strcasestr(last_request, "\r\ncontent-type:"));
    ck_assert_ptr_null(strcasestr(last_request, "\r\ncookie:"));
}
END_TEST

START_TEST(knows_every_method)
{
    static const char *const methods[] = {"GET", "PUT", "PATCH", "DELETE", "POST"};
    char line[64];

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        ck_assert_int_eq(ask(&(struct gw_net_request){.method = methods[i]}, "/plain"), GW_OK);
        snprintf(line, sizeof(line), "%s /plain HTTP/1.1\r\n", methods[i]);
        ck_assert_int_eq(strncmp(last_request, line, strlen(line)), 0);
        ck_assert_uint_eq(answer.body.len, 5);
    }
}
END_TEST

START_TEST(forgets_the_last_request)
{
    struct gw_net_header secret = {GW_STR("Authorization"), GW_STR("Bearer made-up")};

    ck_assert_int_eq(
        ask(&(struct gw_net_request){.method = "POST", .headers = &secret, .headers_count = 1, .body = GW_STR("x")},
            "/plain"),
        GW_OK);
    ck_assert_int_eq(get("/plain"), GW_OK);
    ck_assert_int_eq(strncmp(last_request, "GET ", 4), 0);
    ck_assert_ptr_null(strcasestr(last_request, "authorization"));
    ck_assert_ptr_null(strcasestr(last_request, "content-length"));
}
END_TEST

/* ---- failures ---- */

START_TEST(calls_a_bad_answer_a_failure_of_the_provider)
{
    static const char *const paths[] = {"/malformed", "/cut", "/nothing", "/badgzip", "/headers"};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        ck_assert_msg(get(paths[i]) == GW_UPSTREAM, "%s gave %d", paths[i], (int)err.code);
        ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
        ck_assert_ptr_null(strstr(err.text, paths[i]));
    }
    ck_assert_int_eq(get("/plain"), GW_OK); /* the handle is good for the next */
}
END_TEST

START_TEST(tells_who_refused_the_connection)
{
    struct gw_net_request request = {.method = "GET",
                                     .url = GW_STR("http://127.0.0.1:1/secret?token=made-up"),
                                     .timeout_ms = 2000,
                                     .max_response = 100};

    ck_assert_int_eq(gw_net_perform(NULL, &request, &answer, &err), GW_UPSTREAM);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
    ck_assert_ptr_null(strstr(err.text, "made-up"));
    ck_assert_ptr_null(strstr(err.text, "secret"));
}
END_TEST

START_TEST(cuts_a_huge_answer_while_it_arrives)
{
    ck_assert_int_eq(ask(&(struct gw_net_request){.max_response = 1 << 20}, "/huge"), GW_UPSTREAM_REJECTED);
    ck_assert_uint_eq(answer.body.len, 0);
    gw_net_thread_end(); /* closes, so that the server sees it */
    for (int i = 0; i < 100 && huge_sent == 0; i++)
        usleep(10000);
    ck_assert_uint_lt(huge_sent, 50 << 20);
}
END_TEST

START_TEST(counts_what_comes_out_of_a_bomb)
{
    ck_assert_int_eq(ask(&(struct gw_net_request){.max_response = 1 << 20}, "/bomb"), GW_UPSTREAM_REJECTED);
}
END_TEST

START_TEST(takes_an_answer_of_exactly_the_limit)
{
    ck_assert_int_eq(ask(&(struct gw_net_request){.max_response = 5}, "/plain"), GW_OK);
    ck_assert_int_eq(ask(&(struct gw_net_request){.max_response = 4}, "/plain"), GW_UPSTREAM_REJECTED);
}
END_TEST

START_TEST(ends_at_its_deadline)
{
    int64_t begun = gw_mono_us();

    ck_assert_int_eq(ask(&(struct gw_net_request){.timeout_ms = 200}, "/slow"), GW_UPSTREAM_TIMEOUT);
    ck_assert_int_lt(gw_mono_us() - begun, 5000000);
    ck_assert_ptr_nonnull(strstr(err.text, "200 ms"));
}
END_TEST

static void *cancel_soon(void *flag)
{
    usleep(150000);
    atomic_store((atomic_bool *)flag, true);
    return NULL;
}

START_TEST(ends_when_cancelled)
{
    int64_t least = INT64_MAX;

    for (int i = 0; i < 3; i++) { /* the best of three: the machine may be busy */
        atomic_bool cancel = false;
        int64_t begun = gw_mono_us();
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
        ck_assert_int_eq(ask(&(struct gw_net_request){.cancel = &cancel}, "/slow"), GW_CANCELLED);
        pthread_join(thread, NULL);
        least = gw_mono_us() - begun < least ? gw_mono_us() - begun : least;
    }
    ck_assert_int_lt(least, 700000);
    ck_assert_int_eq(get("/plain"), GW_OK);
}
END_TEST

START_TEST(speaks_http_and_https_only)
{
    static const char *const urls[] = {"file:///etc/hostname", "ftp://127.0.0.1/x", "gopher://127.0.0.1/x",
                                       "http://user:word@127.0.0.1/", "dict://127.0.0.1/"};

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct gw_net_request request = {
            .method = "GET", .url = gw_str(urls[i]), .timeout_ms = 2000, .max_response = 100};
        ck_assert_msg(gw_net_perform(NULL, &request, &answer, &err) == GW_UPSTREAM, "%s", urls[i]);
    }
}
END_TEST

START_TEST(refuses_a_ca_file_that_is_not_there)
{
    ck_assert_int_eq(gw_net_init(&(struct gw_net_options){.ca_file = "/nowhere/ca.pem"}, &err), GW_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/ca.pem"));
}
END_TEST

/* ---- threads ---- */

static void *ask_often(void *self)
{
    char url[64];
    int bad = 0;

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/plain", (unsigned)test_server_port(server));
    for (int i = 0; i < 20; i++) {
        struct gw_net_request request = {.method = "GET", .url = gw_str(url), .timeout_ms = 5000, .max_response = 100};
        struct gw_net_response r = {0};
        bad += gw_net_perform(NULL, &request, &r, NULL) != GW_OK || !gw_str_is(r.body, "hello");
        gw_net_response_free(&r);
    }
    *(int *)self = bad;
    gw_net_thread_end();
    return NULL;
}

START_TEST(serves_many_threads)
{
    pthread_t threads[8];
    int bad[8];

    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often, &bad[i]), 0);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        ck_assert_int_eq(bad[i], 0);
    }
    ck_assert_uint_eq(test_server_requests(server), 160);
    ck_assert_uint_le(test_server_connections(server), 8);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("net");
    TCase *client = tcase_create("client");
    SRunner *runner;
    int bad;

    tcase_add_checked_fixture(client, setup, teardown);
    tcase_set_timeout(client, 60);
    tcase_add_test(client, gives_status_headers_and_body);
    tcase_add_test(client, gives_an_answer_of_any_status);
    tcase_add_test(client, does_not_follow_a_redirect);
    tcase_add_test(client, gives_the_headers_of_the_last_head_only);
    tcase_add_test(client, keeps_its_connection);
    tcase_add_test(client, decodes_what_is_compressed);
    tcase_add_test(client, sends_what_was_asked_and_nothing_else);
    tcase_add_test(client, knows_every_method);
    tcase_add_test(client, forgets_the_last_request);
    tcase_add_test(client, calls_a_bad_answer_a_failure_of_the_provider);
    tcase_add_test(client, tells_who_refused_the_connection);
    tcase_add_test(client, cuts_a_huge_answer_while_it_arrives);
    tcase_add_test(client, counts_what_comes_out_of_a_bomb);
    tcase_add_test(client, takes_an_answer_of_exactly_the_limit);
    tcase_add_test(client, ends_at_its_deadline);
    tcase_add_test(client, ends_when_cancelled);
    tcase_add_test(client, speaks_http_and_https_only);
    tcase_add_test(client, refuses_a_ca_file_that_is_not_there);
    tcase_add_test(client, serves_many_threads);
    suite_add_tcase(suite, client);
    suite_add_tcase(suite, tls_case());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    bad = srunner_ntests_failed(runner);
    srunner_free(runner);
    return bad != 0;
}
