/* auth/inside.h - what this folder's files share; nobody else does. */
#ifndef GW_AUTH_INSIDE_H
#define GW_AUTH_INSIDE_H

#include <pthread.h>

#include "auth/auth.h"
#include "auth/cache.h"
#include "crypt/jwt.h"

/* A few at a time, a few waiting, the rest told to come again. */
struct turnstile {
    pthread_mutex_t lock;
    pthread_cond_t left;
    int inside, waiting;
};

struct gw_auth {
    struct gw_db *db;
    struct gw_jwt *jwt; /* NULL: no tokens here */
    struct cache *cache;
    struct turnstile passwords;
    char nobodys[128]; /* a stored password that nothing matches */
    pthread_mutex_t lock;
    int64_t guesses_us; /* codes.c: until when wrong codes have used up what there is */
};

/* passwords.c: how many passwords are hashed at once is bounded. GW_BUSY: come again. */
void turnstile_init(struct turnstile *t);
void turnstile_fini(struct turnstile *t);
/* stored NULL: there is none, which takes as long. *ret: whether it matches. */
enum gw_code password_check(struct gw_auth *auth, struct gw_str password, const char *stored, bool *ret,
                            struct gw_err *err) GW_MUST_USE;
enum gw_code password_hash(struct gw_auth *auth, struct gw_str password, char ret[128], struct gw_err *err) GW_MUST_USE;

#endif
