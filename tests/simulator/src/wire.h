/* wire.h - one HTTP request and one answer, free of any server library.
 *
 * The handlers of the providers see these and nothing else. Query and form fields are decoded, in the order
 * they came in (OAuth 1.0a signs them); names are kept as sent.
 */
#ifndef SIM_WIRE_H
#define SIM_WIRE_H

#include "provider.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct person;

struct pair {
    char *name;
    char *value;
};

struct pairs {
    struct pair *v;
    size_t n;
};

void pairs_add(struct pairs *p, const char *name, const char *value);
void pairs_parse(struct pairs *p, const char *text, size_t n);  /* a=1&b=2 */
const char *pairs_get(const struct pairs *p, const char *name); /* NULL when absent */
const char *pairs_get_nocase(const struct pairs *p, const char *name);
void pairs_fini(struct pairs *p);

struct req {
    const char *method;
    char *target; /* as sent: path and query */
    char *path;   /* decoded, without query */
    char *raw_path;
    struct pairs query;
    struct pairs headers;
    struct pairs form; /* filled for application/x-www-form-urlencoded */
    const char *body;  /* borrowed, not NUL terminated */
    size_t body_len;
    enum provider provider;
    const char *rest; /* the path after "/<provider>" or "/control" */
    const char *base; /* http://host:port as the caller wrote it */
};

void req_init(struct req *r, const char *method, const char *target, const char *body, size_t body_len);
void req_ready(struct req *r); /* once the headers are in: form and base */
void req_fini(struct req *r);

const char *req_query(const struct req *r, const char *name);
const char *req_header(const struct req *r, const char *name);
const char *req_form(const struct req *r, const char *name);
char *req_bearer(const struct req *r);                /* given to you, or NULL */
json_t *req_json(const struct req *r);                /* new reference, or NULL */
bool req_flag(const struct req *r, const char *name); /* query value "true" */
bool req_is(const struct req *r, const char *method);

struct reply {
    int status;
    struct pairs headers;
    char *body;
    size_t len;
    const struct person *person; /* for the record */
    long cut;                    /* ≥ 0: close after so many bytes of the body */
    bool reset;                  /* close before any answer */
    size_t huge;                 /* > 0: stream so many bytes of valid JSON instead of the body */
};

void reply_init(struct reply *a);
void reply_fini(struct reply *a);
void reply_header(struct reply *a, const char *name, const char *value);
void reply_empty(struct reply *a, int status);
void reply_text(struct reply *a, int status, const char *type, const char *text);
void reply_json(struct reply *a, int status, json_t *take);
void reply_bytes(struct reply *a, int status, const char *type, char *take, size_t n);
void reply_redirect(struct reply *a, const char *url);

char *wire_dump(const json_t *json); /* compact text, the same bytes for the same value; given to you */

#endif
