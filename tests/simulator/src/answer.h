/* answer.h - a reply on its way to the socket: whole, cut short, huge, or a reset connection. */
#ifndef SIM_ANSWER_H
#define SIM_ANSWER_H

#include "wire.h"

#include <ulfius.h>

void answer_send(struct reply *a, const struct _u_request *request, struct _u_response *response);

#endif
