/* server.h - a tiny HTTP server on loopback whose answers a test writes byte by byte, so that they can be wrong.
 *
 * One thread a connection. A connection is closed after each answer unless the answerer says to keep it.
 */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes the answer to `request` (head and body, NUL-terminated) on fd. count: requests so far, from 1.
 * True = the connection may go on. */
typedef bool answer_fn(void *self, int fd, const char *request, unsigned count);

struct test_server;

struct test_server *test_server_start(answer_fn *answer, void *self);
void test_server_stop(struct test_server *server); /* waits for its threads */
uint16_t test_server_port(const struct test_server *server);
unsigned test_server_requests(const struct test_server *server);
unsigned test_server_connections(const struct test_server *server);

/* Both give false when the other side is gone. */
bool test_send(int fd, const char *text);
bool test_send_bytes(int fd, const void *data, size_t len);
/* "HTTP/1.1 <status>", the headers (each with \r\n), Content-Length and the body. */
bool test_answer(int fd, const char *status, const char *headers, const char *body);

#endif
