/* token.h - Suunto's token endpoint: one exchange, and who the answer belongs to. No flow is decided here. */
#ifndef SUUNTO_TOKEN_H
#define SUUNTO_TOKEN_H

#include "suunto.h"

struct token {
    aorta_str access, refresh, type, scope;
    aorta_str user; /* the Suunto app's user name; webhooks call it `username`. May be empty after a refresh */
    int64_t expires_in_s;
};

/* What the form asks for decides what "invalid_grant" means. */
enum token_grant { GRANT_CODE, GRANT_REFRESH };

/* POSTs the form with HTTP Basic. A failure is recorded and returned; *ret is then untouched. */
aorta_status token_request(const struct suunto *self, aorta_ctx *ctx, enum token_grant grant, const sdk_query *form,
                           struct token *ret);

#endif
