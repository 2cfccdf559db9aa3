/* host->http: where a plugin's requests may go, with whose token, and how often they are repeated. The bytes are
 * moved by the perform function of the sink. */
#include <stdlib.h>
#include <strings.h>

#include "base/buf.h"
#include "base/time.h"
#include "base/uuid.h"
#include "host/frame.h"
#include "host/retry.h"
#include "host/url.h"

#define TIMEOUT_DEFAULT_MS 30000
#define RESPONSE_DEFAULT   ((uint64_t)32 << 20)
#define HEADERS_MOST       64
#define REPEATS_MOST       2
#define BACKOFF_FIRST_MS   200
#define WAIT_MOST_MS       5000 /* longer waits are told to the plugin: threads are not for sleeping */

/* An answer as the plugin holds it; lives until released or the operation's end. */
struct gw_answer {
    aorta_http_resp pub;
    struct gw_net_response net;
    size_t size;
    struct gw_answer *next;
    aorta_pair pairs[];
};

/* One host->http in progress. */
struct exchange {
    struct gw_frame *frame;
    const aorta_http_req *req;
    struct gw_url url;
    struct gw_net_header *headers;
    size_t headers_count;
    struct gw_buf authorization; /* "Bearer …" */
    uint32_t attempts, repeats;
    bool refreshed;
};

/* ---- what may be asked ---- */

static bool token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool header_ok(const aorta_pair *h)
{
    static const char *const ours[] = {"host",       "content-length",  "transfer-encoding",
                                       "connection", "accept-encoding", "expect"};

    if (h->name.len == 0 || h->name.len > 128 || h->value.len > 16384 || (h->value.len && !h->value.ptr))
        return false;
    for (size_t i = 0; i < h->name.len; i++)
        if (!token_char(h->name.ptr[i]))
            return false;
    for (size_t i = 0; i < h->value.len; i++) {
        unsigned char c = (unsigned char)h->value.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (h->name.len == strlen(ours[i]) && strncasecmp(h->name.ptr, ours[i], h->name.len) == 0)
            return false;
    return true;
}

static bool method_ok(const char *method)
{
    size_t len = method ? strlen(method) : 0;

    return len > 0 && len <= 16 && strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == len;
}

static bool has_header(const aorta_http_req *req, const char *name)
{
    for (uint32_t i = 0; i < req->headers_count; i++)
        if (req->headers[i].name.len == strlen(name) && strncasecmp(req->headers[i].name.ptr, name, strlen(name)) == 0)
            return true;
    return false;
}

static aorta_status check_form(struct exchange *x)
{
    const aorta_http_req *req = x->req;

    if (!method_ok(req->method))
        return gw_frame_broke(x->frame, "The plugin made a request without a method in capital letters.");
    if (!gw_url_parse(gw_str_of(req->url), &x->url))
        return gw_frame_broke(x->frame, "The plugin made a request to what is not an absolute http or https URL.");
    if (req->headers_count > HEADERS_MOST || (req->headers_count && !req->headers))
        return gw_frame_broke(x->frame, "The plugin made a request with more than %d headers.", HEADERS_MOST);
    for (uint32_t i = 0; i < req->headers_count; i++)
        if (!header_ok(&req->headers[i]))
            return gw_frame_broke(x->frame, "The plugin made a request with a header that is malformed or the "
                                            "gateway's own to set.");
    if (req->flags & AORTA_HTTP_AUTH && has_header(req, "authorization"))
        return gw_frame_broke(x->frame, "The plugin sets Authorization and asks the gateway to set it.");
    if (req->body.len && !req->body.ptr)
        return gw_frame_broke(x->frame, "The plugin made a request whose body is missing.");
    return AORTA_OK;
}

/* The value of a URL setting, by name. */
static struct gw_str setting_url(const struct gw_provider *p, const char *name)
{
    const aorta_descriptor *d = p->plugin->desc;

    for (uint32_t i = 0; p->settings && i < d->settings_count; i++) {
        const aorta_param *decl = (const void *)((const char *)d->settings + (size_t)i * d->settings_stride);
        if (strcmp(decl->name, name) == 0 && p->settings[i].type == AORTA_TYPE_URL)
            return gw_str_of(p->settings[i].u.s);
    }
    return (struct gw_str){0};
}

static bool entry_allows(const struct gw_provider *p, const char *entry, const struct gw_url *url)
{
    struct gw_url base;
    struct gw_str host;
    uint16_t port;

    if (entry[0] == '@')
        return gw_url_parse(setting_url(p, entry + 1), &base) && base.https == url->https && base.port == url->port &&
               gw_url_host_is(url, base.host);
    if (!gw_url_parse_host(gw_str(entry), &host, &port) || !gw_url_host_is(url, host))
        return false;
    return port ? url->port == port : url->port == (url->https ? 443 : 80);
}

static aorta_status check_target(struct exchange *x)
{
    const char *const *list = x->frame->provider->plugin->desc->http_hosts;
    int len = (int)x->url.host.len;

    for (; list && *list; list++) {
        if (!entry_allows(x->frame->provider, *list, &x->url))
            continue;
        if (x->url.https || gw_url_is_loopback(&x->url))
            return AORTA_OK;
        return gw_frame_forbid(x->frame, "The request to %.*s is not encrypted: only https leaves this machine.", len,
                               x->url.host.ptr);
    }
    return gw_frame_forbid(x->frame, "The plugin made a request to %.*s port %u, which is not among its http_hosts.",
                           len, x->url.host.ptr, (unsigned)x->url.port);
}

/* ---- waiting ---- */

static aorta_status nap(struct gw_frame *frame, int64_t ms)
{
    int64_t end = gw_mono_us() + ms * 1000;

    while (gw_mono_us() < end) {
        aorta_status status = gw_frame_alive(frame);
        int64_t left = (end - gw_mono_us()) / 1000;
        if (status != AORTA_OK)
            return status;
        left = left < 50 ? left + 1 : 50;
        nanosleep(&(struct timespec){.tv_nsec = left * 1000000}, NULL);
    }
    return gw_frame_alive(frame);
}

/* ---- budgets ---- */

static aorta_status take_budget(struct exchange *x, const aorta_rate *rate)
{
    struct gw_frame *frame = x->frame;

    for (;;) {
        struct gw_err err = {0};
        aorta_status status;
        if (frame->sink->budget(frame->sink->self, rate, &err) == GW_OK)
            return AORTA_OK;
        if (err.code != GW_RATE_LIMITED || err.retry_after_ms <= 0 || err.retry_after_ms > WAIT_MOST_MS ||
            err.retry_after_ms >= gw_frame_left_ms(frame))
            return gw_frame_fail_err(frame, &err);
        status = nap(frame, err.retry_after_ms);
        if (status != AORTA_OK)
            return status;
    }
}

/* A key may have several windows (a quarter of an hour and a day): each is asked. */
static aorta_status take_budgets(struct exchange *x)
{
    const aorta_descriptor *d = x->frame->provider->plugin->desc;
    const char *key = x->req->rate_key ? x->req->rate_key : "default";
    bool found = false;

    for (uint32_t i = 0; i < d->rates_count; i++) {
        const aorta_rate *rate = (const void *)((const char *)d->rates + (size_t)i * d->rates_stride);
        aorta_status status = AORTA_OK;
        if (strcmp(rate->key, key) != 0)
            continue;
        found = true;
        if (x->frame->sink->budget)
            status = take_budget(x, rate);
        if (status != AORTA_OK)
            return status;
    }
    if (!found && x->req->rate_key)
        return gw_frame_broke(x->frame, "The plugin named the rate %.32s, which it does not declare.", key);
    return AORTA_OK;
}

/* ---- sending ---- */

static aorta_status get_token(struct exchange *x, bool refused)
{
    struct gw_frame *frame = x->frame;
    struct gw_err err = {0};

    if (!frame->sink->token)
        return gw_frame_fail(frame, AORTA_ERR_AUTH_EXPIRED, "There is no access token for this request.");
    if (frame->sink->token(frame->sink->self, refused, &frame->token, &err) != GW_OK)
        return gw_frame_fail_err(frame, &err);
    x->authorization.len = 0;
    gw_buf_str(&x->authorization, "Bearer ");
    gw_buf_add(&x->authorization, frame->token.data, frame->token.len);
    if (x->authorization.failed)
        return gw_frame_fail(frame, AORTA_ERR_NOMEM, "The gateway ran out of memory.");
    return AORTA_OK;
}

static aorta_status collect_headers(struct exchange *x)
{
    const aorta_http_req *req = x->req;

    x->headers = calloc(req->headers_count + 1, sizeof(*x->headers));
    if (!x->headers)
        return gw_frame_fail(x->frame, AORTA_ERR_NOMEM, "The gateway ran out of memory.");
    for (uint32_t i = 0; i < req->headers_count; i++)
        x->headers[x->headers_count++] =
            (struct gw_net_header){gw_str_of(req->headers[i].name), gw_str_of(req->headers[i].value)};
    return AORTA_OK;
}

static enum gw_code send_once(struct exchange *x, struct gw_net_response *answer, struct gw_err *err)
{
    struct gw_frame *frame = x->frame;
    int64_t left = gw_frame_left_ms(frame);
    int64_t timeout = x->req->timeout_ms ? x->req->timeout_ms : TIMEOUT_DEFAULT_MS;
    uint64_t most = x->req->max_response ? x->req->max_response : RESPONSE_DEFAULT;
    uint64_t room = GW_FRAME_MEMORY - gw_arena_used(frame->arena) - frame->answers_size;
    struct gw_net_request request = {.method = x->req->method,
                                     .url = gw_str_of(x->req->url),
                                     .headers = x->headers,
                                     .headers_count = x->headers_count,
                                     .cancel = frame->cancel,
                                     .body = {(const char *)x->req->body.ptr, x->req->body.len}};

    request.timeout_ms = timeout < left ? timeout : left;
    if (request.timeout_ms < 1)
        request.timeout_ms = 1;
    request.max_response = most < room ? most : room;
    if (x->req->flags & AORTA_HTTP_AUTH)
        x->headers[request.headers_count++] =
            (struct gw_net_header){GW_STR("Authorization"), {x->authorization.data, x->authorization.len}};
    x->attempts++;
    return frame->sink->perform(frame->sink->perform_self, &request, answer, err);
}

/* ---- again or not ---- */

static bool repeatable(const aorta_http_req *req)
{
    if (req->flags & AORTA_HTTP_NO_RETRY)
        return false;
    return req->flags & AORTA_HTTP_IDEMPOTENT || strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0;
}

static int64_t backoff_ms(uint32_t repeats)
{
    int64_t base = (int64_t)BACKOFF_FIRST_MS << repeats;
    uint16_t dice;

    gw_random(&dice, sizeof(dice));
    return base / 2 + base * dice / 65536;
}

static int64_t retry_after_of(struct exchange *x, const struct gw_net_response *answer)
{
    const struct gw_sink *sink = x->frame->sink;

    for (size_t i = 0; i < answer->headers_count; i++)
        if (gw_str_is(answer->headers[i].name, "retry-after"))
            return gw_retry_after_ms(answer->headers[i].value, sink->now_us ? sink->now_us(sink->self) : gw_now_us());
    return -1;
}

/* How long to wait before asking again, or -1: this answer is the last. */
static int64_t wait_before_repeat(struct exchange *x, enum gw_code code, const struct gw_net_response *answer)
{
    bool again = repeatable(x->req);
    int64_t wait = -1;

    if (x->repeats >= REPEATS_MOST || x->req->flags & AORTA_HTTP_NO_RETRY)
        return -1;
    if (code == GW_UPSTREAM && again)
        wait = backoff_ms(x->repeats);
    else if (code == GW_OK && (answer->status == 429 || (answer->status == 503 && again))) {
        wait = retry_after_of(x, answer); /* 429: nothing was done, so any method may be repeated */
        if (wait < 0 && answer->status == 503)
            wait = backoff_ms(x->repeats);
        else if (wait == 0)
            wait = backoff_ms(x->repeats);
    } else if (code == GW_OK && again && (answer->status == 502 || answer->status == 504))
        wait = backoff_ms(x->repeats);
    return wait > WAIT_MOST_MS || wait >= gw_frame_left_ms(x->frame) ? -1 : wait;
}

/* A limit that the provider set and that is not over soon is the host's to report. */
static aorta_status limited(struct exchange *x, const struct gw_net_response *answer)
{
    int64_t ms = answer->status == 429 ? retry_after_of(x, answer) : -1;

    if (ms < 0 || x->req->flags & AORTA_HTTP_NO_RETRY)
        return AORTA_OK;
    gw_frame_fail(x->frame, AORTA_ERR_RATE_LIMITED, "The provider's rate limit is reached.");
    x->frame->err.retry_after_ms = ms;
    x->frame->err.detail = 429;
    return AORTA_ERR_RATE_LIMITED;
}

static aorta_status no_answer(struct exchange *x, const struct gw_err *err)
{
    aorta_status alive = gw_frame_alive(x->frame); /* a request cut by the deadline or cancelled says so */

    return alive != AORTA_OK ? alive : gw_frame_fail_err(x->frame, err);
}

static aorta_status perform_all(struct exchange *x, struct gw_net_response *answer)
{
    for (;;) {
        struct gw_err err = {0};
        aorta_status status = take_budgets(x);
        enum gw_code code;
        int64_t wait;
        if (status == AORTA_OK)
            status = gw_frame_alive(x->frame);
        if (status != AORTA_OK)
            return status;
        code = send_once(x, answer, &err);
        if (code == GW_OK && answer->status == 401 && x->req->flags & AORTA_HTTP_AUTH && !x->refreshed &&
            !(x->req->flags & AORTA_HTTP_NO_RETRY)) {
            gw_net_response_free(answer);
            x->refreshed = true;
            status = get_token(x, true);
            if (status != AORTA_OK)
                return status;
            continue;
        }
        wait = wait_before_repeat(x, code, answer);
        if (wait < 0)
            return code == GW_OK ? limited(x, answer) : no_answer(x, &err);
        gw_net_response_free(answer);
        x->repeats++;
        status = nap(x->frame, wait);
        if (status != AORTA_OK)
            return status;
    }
}

/* ---- the answer ---- */

static aorta_status hand_over(struct exchange *x, struct gw_net_response *net, const aorta_http_resp **resp)
{
    struct gw_frame *frame = x->frame;
    struct gw_answer *a = calloc(1, sizeof(*a) + net->headers_count * sizeof(a->pairs[0]));

    if (!a)
        return gw_frame_fail(frame, AORTA_ERR_NOMEM, "The gateway ran out of memory.");
    for (size_t i = 0; i < net->headers_count; i++)
        a->pairs[i] = (aorta_pair){gw_str_to(net->headers[i].name), gw_str_to(net->headers[i].value)};
    a->net = *net;
    *net = (struct gw_net_response){0};
    a->pub = (aorta_http_resp){.struct_size = sizeof(a->pub),
                               .status = a->net.status,
                               .headers = a->pairs,
                               .headers_count = (uint32_t)a->net.headers_count,
                               .attempts = x->attempts,
                               .body = {(const uint8_t *)a->net.body.ptr, a->net.body.len},
                               .elapsed_us = a->net.elapsed_us};
    a->size = a->net.body.len;
    frame->answers_size += a->size;
    a->next = frame->answers;
    frame->answers = a;
    *resp = &a->pub;
    return AORTA_OK;
}

static aorta_status exchange(struct exchange *x, const aorta_http_resp **resp)
{
    struct gw_net_response net = {0};
    aorta_status status = collect_headers(x);

    if (status == AORTA_OK && x->req->flags & AORTA_HTTP_AUTH)
        status = get_token(x, false);
    if (status == AORTA_OK)
        status = perform_all(x, &net);
    if (status == AORTA_OK)
        status = hand_over(x, &net, resp);
    gw_net_response_free(&net);
    return status;
}

aorta_status gw_host_http(aorta_ctx *ctx, const aorta_http_req *req, const aorta_http_resp **resp)
{
    struct exchange x = {0};
    aorta_status status = gw_service_enter_alive(ctx, GW_SERVICE_http, &x.frame);

    if (status != AORTA_OK)
        return status;
    if (!req || req->struct_size < sizeof(*req) || !resp)
        return gw_frame_broke(x.frame, "The plugin gave no whole aorta_http_req.");
    x.req = req;
    status = check_form(&x);
    if (status == AORTA_OK)
        status = check_target(&x);
    if (status != AORTA_OK)
        return status;
    if (!x.frame->sink->perform)
        return gw_frame_forbid(x.frame, "There is no network for this operation.");
    if (gw_arena_used(x.frame->arena) + x.frame->answers_size >= GW_FRAME_MEMORY)
        return gw_frame_fail(x.frame, AORTA_ERR_NOMEM, "The operation's memory of 256 MiB is spent.");
    status = exchange(&x, resp);
    free(x.headers);
    gw_buf_wipe_free(&x.authorization);
    return status;
}

static void answer_free(struct gw_frame *frame, struct gw_answer *a)
{
    frame->answers_size -= a->size;
    gw_net_response_free(&a->net);
    free(a);
}

void gw_host_http_release(aorta_ctx *ctx, const aorta_http_resp *resp)
{
    struct gw_frame *frame;

    if (gw_service_enter(ctx, GW_SERVICE_http_release, &frame) != AORTA_OK || !resp)
        return;
    for (struct gw_answer **at = &frame->answers; *at; at = &(*at)->next) {
        struct gw_answer *a = *at;
        if (&a->pub != resp)
            continue;
        *at = a->next;
        answer_free(frame, a);
        return;
    }
    gw_frame_broke(frame, "The plugin released an answer that it does not hold.");
}

void gw_answers_free(struct gw_frame *frame)
{
    while (frame->answers) {
        struct gw_answer *a = frame->answers;
        frame->answers = a->next;
        answer_free(frame, a);
    }
}
