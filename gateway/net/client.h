/* net/client.h - one HTTP request to the outside, done now, on this thread.
 *
 * Easy handles are kept for each thread, so connections live on. Redirects are not followed, cookies not kept, only
 * http and https spoken. TLS is verified against the CA file of the options. gw_net_init once per process before any
 * thread. [any thread]
 */
#ifndef GW_NET_CLIENT_H
#define GW_NET_CLIENT_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/err.h"

struct gw_net_options {
    const char *ca_file;    /* NULL = the system's bundle */
    const char *user_agent; /* NULL = "aorta/<version>" */
};

enum gw_code gw_net_init(const struct gw_net_options *options, struct gw_err *err) GW_MUST_USE;

struct gw_net_header {
    struct gw_str name, value; /* answers: name in lower case */
};

struct gw_net_request {
    const char *method;
    struct gw_str url;
    const struct gw_net_header *headers;
    size_t headers_count;
    struct gw_str body;
    int64_t timeout_ms;        /* whole request, connecting included */
    uint64_t max_response;     /* bytes of body */
    const atomic_bool *cancel; /* or NULL: looked at about ten times a second */
};

struct gw_net_response {
    int status;
    struct gw_net_header *headers;
    size_t headers_count;
    struct gw_str body; /* malloc'd: free with gw_net_response_free */
    int64_t elapsed_us;
};

/* GW_OK with an answer of any status. GW_UPSTREAM (refused, cut, TLS, malformed), GW_UPSTREAM_TIMEOUT,
 * GW_UPSTREAM_REJECTED (body beyond max_response), GW_CANCELLED, GW_NOMEM. err->text names the host, never path,
 * query or body. */
typedef enum gw_code gw_net_perform_fn(void *self, const struct gw_net_request *request, struct gw_net_response *ret,
                                       struct gw_err *err);
enum gw_code gw_net_perform(void *self, const struct gw_net_request *request, struct gw_net_response *ret,
                            struct gw_err *err) GW_MUST_USE; /* self is not used */
void gw_net_response_free(struct gw_net_response *response);
/* Frees this thread's handle; call before the thread ends. */
void gw_net_thread_end(void);

#endif
