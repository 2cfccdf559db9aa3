/* tokens.h - codes, grants, access and refresh tokens of all three providers. [thread-safe]
 *
 * A grant is one consent of one person. Several grants of one person may live side by side, as when two
 * accounts of the gateway connect the same watch.
 */
#ifndef SIM_TOKENS_H
#define SIM_TOKENS_H

#include "people.h"
#include "perms.h"
#include "wire.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct consent {
    enum provider provider;
    const struct person *person;
    const char *client_id;
    const char *redirect_uri; /* NULL: none was sent */
    const char *challenge;    /* PKCE S256, NULL: none */
    unsigned perms;
};

enum token_result {
    TOKEN_OK,
    TOKEN_UNKNOWN,
    TOKEN_EXPIRED,
    TOKEN_REVOKED,
    TOKEN_USED,
    TOKEN_BAD_REDIRECT,
    TOKEN_BAD_VERIFIER
};

struct issued {
    const struct person *person;
    char *access, *refresh; /* refresh NULL at Polar */
    long access_s, refresh_s;
};
void issued_fini(struct issued *i);

struct auth {
    const struct person *person;
    int64_t grant;
    unsigned perms;
};

char *tokens_code(const struct consent *c); /* given to you */
enum token_result tokens_exchange(enum provider p, const char *code, const char *redirect_uri, const char *verifier,
                                  struct issued *ret);
enum token_result tokens_refresh(enum provider p, const char *refresh, struct issued *ret);
enum token_result tokens_check(enum provider p, const char *access, struct auth *ret);

/* Marks a refresh as being under way, to tell tests about two at once for one token. */
void tokens_refresh_begin(const char *refresh);
void tokens_refresh_end(const char *refresh);

const struct person *tokens_whose(const struct req *r); /* from whatever credential it carries; or NULL */

/* What users and tests do to grants. Each returns how many grants were touched. person NULL: everyone. */
int tokens_expire_access(enum provider p, const char *person);
int tokens_expire_refresh(enum provider p, const char *person);
int tokens_revoke(enum provider p, const char *person);
bool tokens_revoke_grant(int64_t grant);
int tokens_set_perms(const struct person *person, unsigned perms); /* Garmin */
unsigned tokens_perms(const struct person *person);                /* Garmin: of all live grants */
bool tokens_connected(enum provider p, const struct person *person);
int64_t tokens_first_connected_s(enum provider p, const struct person *person); /* 0: never */

/* OAuth 1.0a access tokens are tokens without end that have a secret beside them. */
struct issued1 {
    char *token, *secret;
};
void tokens_oauth1(const struct consent *c, struct issued1 *ret);
/* New OAuth 2.0 tokens for an OAuth 1.0a grant; its old token stops working. */
bool tokens_migrate(int64_t grant, struct issued *ret);
/* A copy of the secret of an OAuth 1.0a access token, or NULL. */
char *tokens_oauth1_secret(const char *token);

json_t *tokens_grants(void);   /* for /control/connections */
json_t *tokens_counters(void); /* refreshes, reuse, overlaps */
json_t *tokens_overlaps(void);
json_t *tokens_save(void);
void tokens_load(const json_t *saved);
void tokens_reset(void);

#endif
