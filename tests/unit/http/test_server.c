/* The server over a socket, with a table of its own: what it says before it reads, how it keeps and ends connections.
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "http/request.h"
#include "http/server.h"
#include "tests.h"

#define LIMIT 1000

static enum gw_code answer_hello(struct gw_http_request *request, struct gw_err *err)
{
    gw_buf_str(&request->reply.body, "{\"hello\":true}");
    return gw_reply_json(request, 200, err);
}

static enum gw_code answer_count(struct gw_http_request *request, struct gw_err *err)
{
    struct json_t *body = NULL;
    enum gw_code code = gw_request_json(request, &body, err);

    if (code != GW_OK)
        return code;
    json_decref(body);
    gw_buf_printf(&request->reply.body, "{\"bytes\":%zu}", request->body.len);
    return gw_reply_json(request, 201, err);
}

static enum gw_code answer_slowly(struct gw_http_request *request, struct gw_err *err)
{
    nanosleep(&(struct timespec){.tv_sec = gw_request_arg(request, "seconds")->i}, NULL);
    return answer_hello(request, err);
}

static enum gw_code answer_large(struct gw_http_request *request, struct gw_err *err)
{
    for (int i = 0; i < 100000; i++)
        gw_buf_printf(&request->reply.body, "%08d\n", i);
    request->reply.type = "text/plain";
    return gw_reply_json(request, 200, err);
}

static enum gw_code answer_badly(struct gw_http_request *request, struct gw_err *err)
{
    enum gw_code code = gw_fail_wire(err, GW_RATE_LIMITED, "things.too_many", "Too many \"things\".");

    (void)request;
    err->retry_after_ms = 1500;
    return code;
}

static enum gw_code answer_nothing(struct gw_http_request *request, struct gw_err *err)
{
    return gw_reply_json(request, 204, err);
}

static const struct gw_arg_decl slow_args[] = {{"seconds", GW_ARG_INT, 0, "2", 0, 10, NULL, ""}};
#define ROW(m, p, h, ...)                                                                                              \
    {                                                                                                                  \
        .method = (m), .pattern = (p), .handler = (h), ##__VA_ARGS__                                                   \
    }

static const struct gw_route table[] = {
    ROW(GW_GET, "/open", answer_hello),
    ROW(GW_GET, "/things/{thing_id}", answer_hello, .scope = GW_SCOPE_READ),
    ROW(GW_POST, "/things", answer_count, .scope = GW_SCOPE_WRITE, .body = GW_BODY_JSON, .max_body = LIMIT),
    ROW(GW_GET, "/slow", answer_slowly, .flags = GW_ROUTE_SLOW, .args = slow_args, .args_count = 1),
    ROW(GW_GET, "/large", answer_large),
    ROW(GW_GET, "/bad", answer_badly),
    ROW(GW_GET, "/nothing", answer_nothing),
};

static struct gw_http *http;
static struct gw_auth *auth;
static int listen_fd, port;

static void setup(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof(at);
    struct gw_err err;

    listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listen_fd, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(listen(listen_fd, 128), 0);
    getsockname(listen_fd, (struct sockaddr *)&at, &len);
    port = ntohs(at.sin_port);
    ck_assert_int_eq(gw_auth_new(NULL, NULL, &auth, NULL), GW_OK);
    struct gw_http_options options = {.listen_fd = listen_fd,
                                      .auth = auth,
                                      .idle_timeout_s = 1,
                                      .routes = table,
                                      .routes_count = sizeof(table) / sizeof(table[0])};
    ck_assert_msg(gw_http_start(&options, &http, &err) == GW_OK, "%s", gw_err_text(&err));
}

static void teardown(void)
{
    gw_http_stop(&http, 5);
    gw_auth_free(&auth);
    close(listen_fd);
}

/* ---- what an answer must be ---- */

static void check_status(struct answer *answer, int status)
{
    ck_assert_msg(answer->status == status, "%d instead of %d: %s", answer->status, status,
                  answer->body ? answer->body : "");
    answer_free(answer);
}

static void check_error(struct answer *answer, int status, const char *code)
{
    json_t *body = answer->body ? json_loads(answer->body, 0, NULL) : NULL;
    char id[128];

    ck_assert_msg(answer->status == status, "%d instead of %d: %s", answer->status, status,
                  answer->body ? answer->body : "");
    ck_assert_ptr_nonnull(body);
    ck_assert_str_eq(answer_header(answer, "Content-Type"), "application/json");
    ck_assert_str_eq(json_string_value(json_object_get(body, "code")), code);
    ck_assert_uint_gt(json_string_length(json_object_get(body, "detail")), 5);
    snprintf(id, sizeof(id), "%s", answer_header(answer, "X-Request-Id"));
    ck_assert_str_eq(json_string_value(json_object_get(body, "request_id")), id);
    ck_assert_int_eq(json_is_array(json_object_get(body, "errors")), status == 422);
    json_decref(body);
    answer_free(answer);
}

#define GET(path, headers) "GET " path " HTTP/1.1\r\nHost: x\r\n" headers "\r\n"
#define KEY(key)           "X-Open-Wearables-API-Key: " key "\r\n"
#define ID                 "176be8de-8452-4eb7-a7ea-147fec925d9d"

/* ---- routing, keys ---- */

START_TEST(an_open_route_answers)
{
    struct answer answer = client_once(port, GET("/open", ""));

    ck_assert_int_eq(answer.status, 200);
    ck_assert_str_eq(answer.body, "{\"hello\":true}");
    ck_assert_str_eq(answer_header(&answer, "Content-Type"), "application/json");
    ck_assert_str_eq(answer_header(&answer, "Cache-Control"), "no-store");
    answer_free(&answer);
}
END_TEST

START_TEST(request_ids_are_kept_when_sane)
{
    struct answer answer = client_once(port, GET("/open", "X-Request-Id: My.id_7-a\r\n")), other;

    ck_assert_str_eq(answer_header(&answer, "X-Request-Id"), "My.id_7-a");
    answer_free(&answer);
    answer = client_once(port, GET("/open", "X-Request-Id: a b<script>\r\n"));
    other = client_once(port, GET("/open", ""));
    ck_assert_ptr_null(strchr(answer_header(&answer, "X-Request-Id"), '<'));
    ck_assert_uint_gt(strlen(answer_header(&answer, "X-Request-Id")), 10);
    ck_assert_str_ne(strstr(answer.head, "X-Request-Id"), strstr(other.head, "X-Request-Id"));
    answer_free(&answer);
    answer_free(&other);
}
END_TEST

START_TEST(routes_that_are_not)
{
    struct answer answer = client_once(port, GET("/nowhere", ""));

    check_error(&answer, 404, "route.unknown");
    answer = client_once(port, GET("/open/%zz", ""));
    check_error(&answer, 400, "request.malformed");
    answer = client_once(port, GET("/%ff", ""));
    check_error(&answer, 400, "request.malformed");
    answer = client_once(port, "DELETE /things HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_str_eq(answer_header(&answer, "Allow"), "POST, OPTIONS");
    check_error(&answer, 405, "method.not_allowed");
    answer = client_once(port, "BREW /open HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_str_eq(answer_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
    check_error(&answer, 405, "method.not_allowed");
}
END_TEST

START_TEST(options_head_and_a_slash)
{
    struct answer answer = client_once(port, "OPTIONS /open HTTP/1.1\r\nHost: x\r\n\r\n");

    ck_assert_str_eq(answer_header(&answer, "Allow"), "GET, HEAD, OPTIONS");
    check_status(&answer, 204);
    answer = client_once(port, "HEAD /open HTTP/1.1\r\nHost: x\r\n\r\n");
    ck_assert_str_eq(answer_header(&answer, "Content-Length"), "14");
    check_status(&answer, 200);
    answer = client_once(port, GET("/open/", ""));
    check_status(&answer, 200);
    answer = client_once(port, GET("/nothing", ""));
    ck_assert_ptr_null(answer_header(&answer, "Content-Type"));
    check_status(&answer, 204);
}
END_TEST

START_TEST(keys_and_scopes)
{
    struct answer answer = client_once(port, GET("/things/" ID, ""));

    ck_assert_ptr_nonnull(answer_header(&answer, "WWW-Authenticate"));
    check_error(&answer, 401, "auth.required");
    answer = client_once(port, GET("/things/" ID, KEY("sk-wrong")));
    check_error(&answer, 401, "auth.key_invalid");
    answer = client_once(port, GET("/things/" ID, "X-Open-Wearables-API-Key:\r\n"));
    check_error(&answer, 401, "auth.required");
    answer = client_once(port, GET("/things/" ID, "Authorization: Bearer " KEY_ALL "\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.body, "X-Open-Wearables-API-Key"));
    check_error(&answer, 401, "auth.wrong_header");
    answer = client_once(port, GET("/things/" ID, "Authorization: Bearer x\r\n" KEY(KEY_READ)));
    check_status(&answer, 200);
    answer = client_once(port, GET("/things/" ID, "x-open-wearables-api-key: " KEY_READ "\r\n"));
    check_status(&answer, 200);
    answer = client_once(port, "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n" KEY(KEY_READ) "\r\n{}");
    check_error(&answer, 403, "auth.forbidden");
}
END_TEST

START_TEST(the_key_is_asked_for_before_parameters_are_looked_at)
{
    struct answer answer = client_once(port, GET("/things/not-a-uuid", ""));

    check_error(&answer, 401, "auth.required");
    answer = client_once(port, GET("/things/not-a-uuid", KEY(KEY_ALL)));
    check_error(&answer, 422, "validation.failed");
    answer = client_once(port, GET("/things/" ID "?thing_id=7", KEY(KEY_ALL))); /* the query is not the path */
    check_status(&answer, 200);
    answer = client_once(port, GET("/things/" ID "?a=%ff", KEY(KEY_ALL)));
    check_error(&answer, 400, "request.malformed");
}
END_TEST

START_TEST(errors_of_handlers)
{
    struct answer answer = client_once(port, GET("/bad", ""));

    ck_assert_str_eq(answer_header(&answer, "Retry-After"), "2");
    ck_assert_ptr_nonnull(strstr(answer.body, "Too many \\\"things\\\"."));
    check_error(&answer, 429, "things.too_many");
}
END_TEST

/* ---- bodies ---- */

static struct answer post(const char *headers, const char *body)
{
    char text[4096];

    snprintf(text, sizeof(text), "POST /things HTTP/1.1\r\nHost: x\r\n%sContent-Length: %zu\r\n\r\n%s", headers,
             strlen(body), body);
    return client_once(port, text);
}

START_TEST(json_bodies)
{
    static const char *const good[] = {"{}", " {\"a\":[1,2,{\"b\":null}]} ", "{\"a\":\"\\u00e9\"}"};
    static const char *const malformed[] = {"{",     "{\"a\":}",           "nonsense", "{\"a\":\"\xff\"}",
                                            "{} {}", "{\"a\":\"\\u0000\"}"};
    struct answer answer;

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        answer = post(KEY(KEY_ALL) "Content-Type: application/json; charset=utf-8\r\n", good[i]);
        check_status(&answer, 201);
    }
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        answer = post(KEY(KEY_ALL), malformed[i]);
        check_error(&answer, 400, "request.malformed");
    }
    answer = post(KEY(KEY_ALL), "[]");
    check_error(&answer, 422, "validation.failed");
    answer = post(KEY(KEY_ALL), "");
    check_error(&answer, 422, "validation.failed");
}
END_TEST

START_TEST(depth_is_bounded)
{
    char body[LIMIT];
    struct answer answer;

    memset(body, '[', 400);
    memcpy(body + 400, "", 1);
    answer = post(KEY(KEY_ALL), body);
    ck_assert_ptr_nonnull(strstr(answer.body, "deep"));
    check_error(&answer, 400, "request.malformed");
    answer = post(KEY(KEY_ALL), "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[[[\"}");
    check_status(&answer, 201); /* brackets in a text are text */
}
END_TEST

START_TEST(content_types)
{
    struct answer answer = post(KEY(KEY_ALL) "Content-Type: text/plain\r\n", "{}");

    check_error(&answer, 415, "body.media_type");
    answer = post(KEY(KEY_ALL) "Content-Type: application/x-www-form-urlencoded\r\n", "a=b");
    check_error(&answer, 415, "body.media_type");
    answer = post(KEY(KEY_ALL) "Content-Type: application/merge-patch+json\r\n", "{}");
    check_status(&answer, 201);
    answer = post(KEY(KEY_ALL) "Content-Type: text/plain\r\n", ""); /* no body, no type to be wrong */
    check_error(&answer, 422, "validation.failed");
}
END_TEST

/* The answer comes although not one byte of the body was sent. */
static void answered_without_body(const char *head, int status, const char *code)
{
    int fd = client_connect(port);
    struct answer answer;

    ck_assert(client_send(fd, head, strlen(head)));
    answer = client_answer(fd, false);
    ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
    check_error(&answer, status, code);
    close(fd);
}

START_TEST(refusals_do_not_wait_for_the_body)
{
    answered_without_body("POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n", 401,
                          "auth.required");
    answered_without_body("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n", 404,
                          "route.unknown");
    answered_without_body("PUT /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 405,
                          "method.not_allowed");
    answered_without_body("POST /things HTTP/1.1\r\nHost: x\r\n" KEY(KEY_ALL) "Content-Length: 1001\r\n\r\n", 413,
                          "body.too_large");
    answered_without_body(
        "POST /things HTTP/1.1\r\nHost: x\r\n" KEY(KEY_ALL) "Content-Type: text/xml\r\nContent-Length: 9\r\n\r\n", 415,
        "body.media_type");
    answered_without_body(
        "POST /things HTTP/1.1\r\nHost: x\r\n" KEY(KEY_ALL) "Expect: 100-continue\r\nContent-Length: 100000000\r\n\r\n",
        413, "body.too_large");
}
END_TEST

START_TEST(a_refusal_reaches_a_client_that_sends_first_and_listens_later)
{
    static const char head[] = "POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 20000000\r\n\r\n";
    size_t len = 20000000;
    char *body = calloc(1, len);
    int fd = client_connect(port);
    struct answer answer;

    ck_assert(client_send(fd, head, sizeof(head) - 1));
    ck_assert(client_send(fd, body, len));
    answer = client_answer(fd, false);
    check_error(&answer, 401, "auth.required");
    close(fd);
    free(body);
}
END_TEST

static bool send_chunk(int fd, size_t len)
{
    char text[2048];
    int n = snprintf(text, sizeof(text), "%zx\r\n%.*s\r\n", len, (int)len,
                     "                                                                                            "
                     "                                                                                            ");

    return client_send(fd, text, (size_t)n);
}

START_TEST(chunks_are_counted)
{
    static const char head[] = "POST /things HTTP/1.1\r\nHost: x\r\n" KEY(KEY_ALL) "Transfer-Encoding: chunked\r\n\r\n";
    struct answer answer;

    for (int chunks = 9; chunks <= 50; chunks += 41) { /* 900 and 5,000 bytes; 1,000 are allowed */
        int fd = client_connect(port);
        ck_assert(client_send(fd, head, sizeof(head) - 1));
        for (int i = 0; i < chunks; i++)
            ck_assert(send_chunk(fd, 100));
        ck_assert(client_send(fd, "2\r\n{}\r\n0\r\n\r\n", 12));
        answer = client_answer(fd, false);
        if (chunks == 9)
            check_status(&answer, 201);
        else
            check_error(&answer, 413, "body.too_large");
        close(fd);
    }
}
END_TEST

START_TEST(a_body_cut_off_harms_nobody)
{
    static const char part[] = "POST /things HTTP/1.1\r\nHost: x\r\n" KEY(KEY_ALL) "Content-Length: 500\r\n\r\n{\"a\"";
    struct answer answer;

    for (int i = 0; i < 20; i++) {
        int fd = client_connect(port);
        ck_assert(client_send(fd, part, sizeof(part) - 1));
        close(fd);
    }
    answer = client_once(port, GET("/open", ""));
    check_status(&answer, 200);
}
END_TEST

/* ---- connections ---- */

START_TEST(a_connection_carries_many_requests)
{
    int fd = client_connect(port);
    struct answer answer;

    for (int i = 0; i < 50; i++) { /* refusals without a body keep it open too */
        static const char *const requests[] = {GET("/open", ""), GET("/nowhere", ""), GET("/things/" ID, "")};
        static const int statuses[] = {200, 404, 401};
        ck_assert(client_send(fd, requests[i % 3], strlen(requests[i % 3])));
        answer = client_answer(fd, false);
        check_status(&answer, statuses[i % 3]);
    }
    close(fd);
}
END_TEST

START_TEST(a_large_answer_is_whole)
{
    struct answer answer = client_once(port, GET("/large", ""));
    int lines = 0;

    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.body_len, 900000);
    while (lines < 100000 && atoi(answer.body + 9 * (size_t)lines) == lines)
        lines++;
    ck_assert_int_eq(lines, 100000);
    answer_free(&answer);
}
END_TEST

START_TEST(a_slow_handler_outlives_the_idle_time_out)
{
    struct answer answer = client_once(port, GET("/slow?seconds=3", ""));

    check_status(&answer, 200);
}
END_TEST

START_TEST(an_idle_connection_is_ended)
{
    int fd = client_connect(port);
    int64_t began = gw_mono_us();
    char byte;

    ck_assert(client_send(fd, "GET /open HT", 12));
    ck_assert_int_eq(recv(fd, &byte, 1, 0), 0);
    ck_assert_int_lt(gw_mono_us() - began, 4 * GW_US_PER_S);
    close(fd);
}
END_TEST

/* ---- the end ---- */

static void *stop_soon(void *arg)
{
    (void)arg;
    nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    gw_http_stop(&http, 5);
    return NULL;
}

START_TEST(what_is_in_flight_is_finished)
{
    pthread_t thread;
    struct answer answer;

    ck_assert_int_eq(pthread_create(&thread, NULL, stop_soon, NULL), 0);
    answer = client_once(port, GET("/slow?seconds=1", ""));
    ck_assert_str_eq(answer_header(&answer, "Connection"), "close");
    check_status(&answer, 200);
    pthread_join(thread, NULL);
}
END_TEST

START_TEST(an_idle_connection_does_not_hold_up_the_end)
{
    int fd = client_connect(port);
    int64_t began;
    struct answer answer;

    ck_assert(client_send(fd, GET("/open", ""), strlen(GET("/open", ""))));
    answer = client_answer(fd, false);
    check_status(&answer, 200);
    began = gw_mono_us();
    gw_http_stop(&http, 10);
    ck_assert_int_lt(gw_mono_us() - began, 3 * GW_US_PER_S);
    close(fd);
}
END_TEST

START_TEST(the_socket_outlives_the_server)
{
    struct answer answer;

    teardown();
    setup();
    answer = client_once(port, GET("/open", ""));
    check_status(&answer, 200);
}
END_TEST

START_TEST(a_second_server_on_the_socket_takes_over)
{
    struct gw_http_options options = {
        .listen_fd = listen_fd, .auth = auth, .routes = table, .routes_count = sizeof(table) / sizeof(table[0])};
    struct gw_http *old = http;
    struct answer answer;

    ck_assert_int_eq(gw_http_start(&options, &http, NULL), GW_OK);
    gw_http_stop(&old, 1);
    for (int i = 0; i < 20; i++) {
        answer = client_once(port, GET("/open", ""));
        check_status(&answer, 200);
    }
}
END_TEST

START_TEST(requests_are_counted)
{
    struct answer answer = client_once(port, GET("/open", ""));
    struct gw_buf text = {0};

    answer_free(&answer);
    answer = client_once(port, GET("/things/" ID, ""));
    answer_free(&answer);
    for (int i = 0; i < 100; i++) { /* counted when the answer is out, a moment after it was read here */
        gw_buf_free(&text);
        gw_http_metrics(http, &text);
        if (strstr(gw_buf_cstr(&text), "status=\"401\"") && strstr(text.data, "route=\"/open\",status=\"200\"} 1\n"))
            break;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    ck_assert_ptr_nonnull(
        strstr(text.data, "aorta_http_requests_total{method=\"GET\",route=\"/open\",status=\"200\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "aorta_http_requests_total{method=\"GET\",route=\"/things/{thing_id}\",status=\"401\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "aorta_http_request_seconds_count{method=\"GET\",route=\"/open\"} 1\n"));
    gw_buf_free(&text);
}
END_TEST

TCase *server_case(void)
{
    TCase *tests = tcase_create("server");

    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, an_open_route_answers);
    tcase_add_test(tests, request_ids_are_kept_when_sane);
    tcase_add_test(tests, routes_that_are_not);
    tcase_add_test(tests, options_head_and_a_slash);
    tcase_add_test(tests, keys_and_scopes);
    tcase_add_test(tests, the_key_is_asked_for_before_parameters_are_looked_at);
    tcase_add_test(tests, errors_of_handlers);
    tcase_add_test(tests, json_bodies);
    tcase_add_test(tests, depth_is_bounded);
    tcase_add_test(tests, content_types);
    tcase_add_test(tests, refusals_do_not_wait_for_the_body);
    tcase_add_test(tests, a_refusal_reaches_a_client_that_sends_first_and_listens_later);
    tcase_add_test(tests, chunks_are_counted);
    tcase_add_test(tests, a_body_cut_off_harms_nobody);
    tcase_add_test(tests, a_connection_carries_many_requests);
    tcase_add_test(tests, a_large_answer_is_whole);
    tcase_add_test(tests, a_slow_handler_outlives_the_idle_time_out);
    tcase_add_test(tests, an_idle_connection_is_ended);
    tcase_add_test(tests, what_is_in_flight_is_finished);
    tcase_add_test(tests, an_idle_connection_does_not_hold_up_the_end);
    tcase_add_test(tests, the_socket_outlives_the_server);
    tcase_add_test(tests, a_second_server_on_the_socket_takes_over);
    tcase_add_test(tests, requests_are_counted);
    return tests;
}
