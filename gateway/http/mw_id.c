/* Every request has an id: the caller's own when it is sane, else one of ours. It is in the answer and in the
 * log. */
#include <stdatomic.h>
#include <stdio.h>

#include "base/log.h"
#include "http/request.h"

static bool sane(const char *id)
{
    size_t n = 0;

    for (; id[n]; n++) {
        char c = id[n];
        if (n == GW_REQUEST_ID_MOST || !((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                                         c == '-' || c == '_' || c == '.'))
            return false;
    }
    return n > 0;
}

/* Unique, not secret: a random beginning for the process and a count. */
static void make(char out[GW_REQUEST_ID_MOST + 1])
{
    static const char hex[] = "0123456789abcdef";
    static _Atomic uint64_t count;
    static _Atomic uint64_t process;
    uint64_t front = atomic_load_explicit(&process, memory_order_relaxed), n;

    while (front == 0) {
        uint64_t mine, expected = 0;
        gw_random(&mine, sizeof(mine));
        mine |= 1;
        front = atomic_compare_exchange_strong(&process, &expected, mine) ? mine : expected;
    }
    n = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    for (int i = 0; i < 12; i++)
        out[i] = hex[front >> (60 - 4 * i) & 15];
    out[12] = '-';
    for (int i = 0; i < 10; i++)
        out[13 + i] = hex[n >> (36 - 4 * i) & 15];
    out[23] = '\0';
}

enum gw_code gw_step_id(struct gw_http_request *request, struct gw_err *err)
{
    const char *given = gw_request_header(request, "X-Request-Id");

    (void)err;
    if (given && sane(given))
        memcpy(request->id, given, strlen(given) + 1);
    else
        make(request->id);
    gw_log_context("request_id", request->id);
    return GW_OK;
}
