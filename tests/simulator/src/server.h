/* server.h - the HTTP side: one default endpoint of ulfius, everything dispatched here. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include <stdbool.h>

bool server_start(const char *address, int port); /* port 0: any free one */
int server_port(void);
void server_base(const char *url); /* what callback URLs begin with; NULL: http://127.0.0.1:port */
char *server_url(void);            /* given to you */
void server_stop(void);            /* ends slow answers, then waits for the connections */
bool server_stopping(void);

#endif
