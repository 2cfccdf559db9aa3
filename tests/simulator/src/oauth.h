/* oauth.h - the OAuth 2.0 endpoints that the providers share: consent answer and token endpoint. */
#ifndef SIM_OAUTH_H
#define SIM_OAUTH_H

#include "tokens.h"
#include "wire.h"

void oauth_authorize(const struct req *r, struct reply *a); /* GET: page, or the decision's redirect */
void oauth_token(const struct req *r, struct reply *a);     /* POST: code exchange and refresh */

void oauth_send_tokens(const struct req *r, struct reply *a, const struct issued *t);

void oauth_begin(const struct req *r); /* around every request: watches for overlapping refreshes */
void oauth_end(const struct req *r);

#endif
