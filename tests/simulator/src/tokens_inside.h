/* tokens_inside.h - the ledger behind tokens.h, shared by the files that write in it: tokens.c (codes, issuing,
 * use), token_refresh.c (rotation), token_acts.c (what users and tests do), token_keep.c (reports, a file). */
#ifndef SIM_TOKENS_INSIDE_H
#define SIM_TOKENS_INSIDE_H

#include "map.h"
#include "tokens.h"

#include <pthread.h>

enum kind { ACCESS, REFRESH, OAUTH1 };

struct grant {
    struct grant *next;
    int64_t id, created_s;
    enum provider provider;
    const struct person *person;
    unsigned perms;
    bool revoked;
};

struct token {
    struct token *next;
    char *value, *secret;
    enum kind kind;
    struct grant *grant;
    int64_t expires_s; /* 0: never */
    int64_t rotated_s; /* refresh: when its successor was made; 0: it is the newest */
    struct token *heir_access, *heir_refresh;
    bool touched; /* was used by the client since it was issued */
    int in_flight;
    long uses;
};

struct code {
    struct code *next;
    char *value, *redirect_uri, *challenge;
    enum provider provider;
    const struct person *person;
    unsigned perms;
    int64_t expires_s;
    bool used;
};

struct overlap {
    struct overlap *next;
    char *person, *token;
    const char *what;
    int64_t at_us;
    enum provider provider;
};

struct ledger {
    pthread_mutex_t lock; /* everything below is under it */
    struct grant *grants;
    struct token *tokens;
    struct code *codes;
    struct overlap *overlaps;
    struct map token_map, code_map;
    int64_t last_grant;
    long refreshes, refused, reused, overlapped;
    char *jwt_key;
};
extern struct ledger ledger;

/* All of these want the lock. */
struct grant *ledger_grant(enum provider p, const struct person *person, unsigned perms); /* a new one */
struct grant *ledger_grant_by_id(int64_t id);
struct token *ledger_token(struct token made); /* takes what it points to, tells secrets.h */
struct token *ledger_new_token(struct grant *g, enum kind kind, long life_s);
struct token *ledger_issue(struct grant *g, struct issued *ret, struct token **ret_refresh);

#endif
