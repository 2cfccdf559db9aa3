/* oauth1.h - OAuth 1.0a as Garmin still speaks it: three legs, HMAC-SHA1, tokens without end. */
#ifndef SIM_OAUTH1_H
#define SIM_OAUTH1_H

#include "tokens.h"
#include "wire.h"

bool oauth1_present(const struct req *r); /* whether the Authorization header is an OAuth 1.0a one */
/* A signed API call: false, and the answer is written, when anything about it is wrong. */
bool oauth1_check(const struct req *r, struct reply *a, struct auth *ret);

void oauth1_request_token(const struct req *r, struct reply *a);
void oauth1_confirm(const struct req *r, struct reply *a);
void oauth1_access_token(const struct req *r, struct reply *a);

/* The signature base string of a request, for tests; given to you. */
char *oauth1_base_string(const struct req *r, const struct pairs *oauth);
void oauth1_reset(void);

#endif
