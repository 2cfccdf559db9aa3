/* api.h - one GET of the Cloud API with the user's token and the subscription key, and what its answer means.
 */
#ifndef SUUNTO_API_H
#define SUUNTO_API_H

#include "suunto.h"

struct api_answer {
    const aorta_http_resp *resp; /* give it to host->http_release when done; NULL after a failure */
    aorta_str body;              /* trimmed; empty means "nothing" */
    int too_large;               /* the failure was max_response: asking for less helps */
};

/* OK: a 2xx answer that is not an error in disguise. Else the status of the failure, already recorded. */
aorta_status api_get(const struct suunto *self, aorta_ctx *ctx, const char *path, const sdk_query *query,
                     uint64_t max_response, struct api_answer *ret);

#endif
