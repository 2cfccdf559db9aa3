/* consent.h - the page on which a person says yes or no, and its short form for tests. */
#ifndef SIM_CONSENT_H
#define SIM_CONSENT_H

#include "tokens.h"
#include "wire.h"

struct decision {
    bool approved;
    const struct person *person;
    unsigned perms;
};

/* True when the request carries a decision. Else the answer (the page, or a 400) is already written. */
bool consent_decide(const struct req *r, struct reply *a, struct decision *ret);

/* `url` with more parameters; the pairs end with NULL, a NULL value leaves its name out. Given to you. */
char *consent_url(const char *url, ...) __attribute__((sentinel));
void consent_error(struct reply *a, int status, const char *text); /* a small HTML page */

#endif
