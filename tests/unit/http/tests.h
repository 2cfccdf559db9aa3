/* tests.h - the cases of this program, and the raw client. */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

TCase *accept_case(void);
TCase *args_case(void);
TCase *check_case(void);
TCase *form_case(void);
TCase *openapi_case(void);
TCase *query_case(void);
TCase *router_case(void);
TCase *routes_case(void);
TCase *server_case(void);

/* fake_keys.c: these two texts are valid keys */
#define KEY_ALL  "sk-all"
#define KEY_READ "sk-read"

/* client.c: one connection, any bytes. Everything is waited for at most five seconds. */
struct answer {
    int status; /* 0: none came */
    char *head; /* with the status line; NUL-terminated */
    char *body;
    size_t body_len;
    bool closes; /* the connection was closed behind it */
};
int client_connect(int port);
bool client_send(int fd, const char *bytes, size_t len);
/* One answer by its Content-Length (none is read when `bodiless`). */
struct answer client_answer(int fd, bool bodiless);
void answer_free(struct answer *answer);
const char *answer_header(const struct answer *answer, const char *name); /* NULL; valid until the next call */
/* Connects, sends the text, reads one answer, closes. */
struct answer client_once(int port, const char *request);

#endif
