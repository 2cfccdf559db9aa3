/* One request on this thread's own libcurl handles.
 *
 * A multi handle with one easy handle, driven here, rather than curl_easy_perform: that one looks at its callbacks
 * only once a second while nothing arrives, and a cancelled operation shall end within a tenth of that.
 */
#include "net/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>

#include "base/buf.h"
#include "base/time.h"

#define POLL_MS            100
#define CONNECT_MOST_MS    10000
#define KEPT_CONNECTIONS   8L
#define HEADERS_MOST_BYTES (256 * 1024)
#define SYSTEM_CA          "/etc/ssl/certs/ca-certificates.crt"

static struct {
    char ca_file[512], user_agent[128], no_proxy[1024];
    pthread_key_t key;
    bool ready;
} net;

/* What belongs to a thread: made with its first request. */
struct handles {
    CURLM *multi;
    CURL *easy;
};

/* One request in progress. */
struct transfer {
    const struct gw_net_request *request;
    struct gw_buf body;
    struct gw_buf head; /* of the last status line on: "name\0value\0"... */
    size_t head_count;
    bool too_large, bad_head, cancelled, no_memory;
};

static void free_handles(void *p)
{
    struct handles *h = p;

    if (!h)
        return;
    if (h->easy)
        curl_easy_cleanup(h->easy);
    if (h->multi)
        curl_multi_cleanup(h->multi);
    free(h);
}

/* A proxy of the environment is used, but never towards this machine. */
static void set_no_proxy(void)
{
    const char *own = getenv("no_proxy");

    if (!own)
        own = getenv("NO_PROXY");
    snprintf(net.no_proxy, sizeof(net.no_proxy), "localhost,127.0.0.1,::1%s%s", own && *own ? "," : "", own ? own : "");
}

enum gw_code gw_net_init(const struct gw_net_options *options, struct gw_err *err)
{
    static const struct gw_net_options none;

    options = options ? options : &none;
    if (options->ca_file && access(options->ca_file, R_OK) != 0)
        return gw_fail(err, GW_CONFIG, "The CA file %s cannot be read.", options->ca_file);
    if (!net.ready && (curl_global_init(CURL_GLOBAL_DEFAULT) != 0 || pthread_key_create(&net.key, free_handles) != 0))
        return gw_fail(err, GW_INTERNAL, "libcurl did not start.");
    if ((size_t)snprintf(net.ca_file, sizeof(net.ca_file), "%s", options->ca_file ? options->ca_file : SYSTEM_CA) >=
        sizeof(net.ca_file))
        return gw_fail(err, GW_CONFIG, "The path of the CA file is too long.");
    snprintf(net.user_agent, sizeof(net.user_agent), "%s",
             options->user_agent ? options->user_agent : "aorta/" GW_VERSION);
    set_no_proxy();
    net.ready = true;
    return GW_OK;
}

static struct handles *new_handles(void)
{
    struct handles *h = calloc(1, sizeof(*h));

    if (!h)
        return NULL;
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (!h->multi || !h->easy || pthread_setspecific(net.key, h) != 0) {
        free_handles(h);
        return NULL;
    }
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
    return h;
}

void gw_net_thread_end(void)
{
    if (!net.ready)
        return;
    free_handles(pthread_getspecific(net.key));
    pthread_setspecific(net.key, NULL);
}

/* ---- what arrives ---- */

static size_t on_body(char *data, size_t size, size_t count, void *self)
{
    struct transfer *t = self;
    size_t len = size * count;

    if (len > t->request->max_response - t->body.len) {
        t->too_large = true;
        return 0;
    }
    gw_buf_add(&t->body, data, len);
    t->no_memory = t->body.failed;
    return t->body.failed ? 0 : len;
}

static void trim(struct gw_str *s)
{
    while (s->len && (unsigned char)s->ptr[s->len - 1] <= ' ')
        s->len--;
    while (s->len && (unsigned char)s->ptr[0] <= ' ') {
        s->ptr++;
        s->len--;
    }
}

static void add_header(struct transfer *t, struct gw_str name, struct gw_str value)
{
    trim(&name);
    trim(&value);
    if (memchr(value.ptr, '\0', value.len)) {
        t->bad_head = true;
        return;
    }
    for (size_t i = 0; i < name.len; i++)
        gw_buf_char(&t->head, name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? (char)(name.ptr[i] | 0x20) : name.ptr[i]);
    gw_buf_char(&t->head, '\0');
    gw_buf_add(&t->head, value.ptr, value.len);
    gw_buf_char(&t->head, '\0');
    t->head_count++;
}

static size_t on_header(char *data, size_t size, size_t count, void *self)
{
    struct transfer *t = self;
    size_t len = size * count;
    const char *colon = memchr(data, ':', len);

    if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) { /* also after "100 Continue": only the last head counts */
        t->head.len = 0;
        t->head_count = 0;
    } else if (colon && !memchr(data, '\0', (size_t)(colon - data))) {
        size_t n = (size_t)(colon - data);
        add_header(t, (struct gw_str){data, n}, (struct gw_str){colon + 1, len - n - 1});
    }
    if (t->head.len > HEADERS_MOST_BYTES)
        t->bad_head = true;
    t->no_memory = t->head.failed;
    return t->bad_head || t->head.failed ? 0 : len;
}

/* ---- what is sent ---- */

static void free_list(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l; l = l->next) /* one of them may be a token */
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

static bool append(struct curl_slist **list, const char *line)
{
    struct curl_slist *more = curl_slist_append(*list, line);

    if (more)
        *list = more;
    return more != NULL;
}

static bool append_header(struct curl_slist **list, const struct gw_net_header *h)
{
    struct gw_buf line = {0};
    const char *text;
    bool ok;

    gw_buf_add(&line, h->name.ptr, h->name.len);
    gw_buf_str(&line, h->value.len ? ": " : ";"); /* libcurl's way to say an empty value */
    gw_buf_add(&line, h->value.ptr, h->value.len);
    text = gw_buf_cstr(&line);
    ok = text && append(list, text);
    gw_buf_wipe_free(&line);
    return ok;
}

static bool make_headers(const struct gw_net_request *request, struct curl_slist **list)
{
    bool typed = false;

    for (size_t i = 0; i < request->headers_count; i++) {
        const struct gw_net_header *h = &request->headers[i];
        typed = typed || (h->name.len == 12 && strncasecmp(h->name.ptr, "content-type", 12) == 0);
        if (!append_header(list, h))
            return false;
    }
    /* what libcurl would add unasked */
    return append(list, "Expect:") && (typed || append(list, "Content-Type:"));
}

static void set_method(CURL *easy, const struct gw_net_request *request)
{
    bool has_body = request->body.len > 0 || strcmp(request->method, "POST") == 0 ||
                    strcmp(request->method, "PUT") == 0 || strcmp(request->method, "PATCH") == 0;

    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    }
    if (has_body || strcmp(request->method, "GET") != 0)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_options(CURL *easy, struct transfer *t, const char *url, struct curl_slist *list)
{
    long timeout = (long)t->request->timeout_ms;

    curl_easy_reset(easy); /* keeps connections, sessions and names */
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    set_method(easy, t->request);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all it can; on_body counts what comes out */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout < CONNECT_MOST_MS ? timeout : CONNECT_MOST_MS);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, net.user_agent);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, net.no_proxy);
    curl_easy_setopt(easy, CURLOPT_CAINFO, net.ca_file);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* a second store costs 40 ms and 4 MB a connection */
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
}

/* ---- the transfer ---- */

static bool is_cancelled(const struct gw_net_request *request)
{
    return request->cancel && atomic_load_explicit(request->cancel, memory_order_relaxed);
}

static CURLcode result_of(CURLM *multi)
{
    CURLMsg *msg;
    int left;

    while ((msg = curl_multi_info_read(multi, &left)) != NULL)
        if (msg->msg == CURLMSG_DONE)
            return msg->data.result;
    return CURLE_RECV_ERROR;
}

static CURLcode drive(struct handles *h, struct transfer *t)
{
    int running = 1;

    while (running) {
        if (is_cancelled(t->request)) {
            t->cancelled = true;
            return CURLE_ABORTED_BY_CALLBACK;
        }
        if (curl_multi_perform(h->multi, &running) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
        if (running && curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            return CURLE_OUT_OF_MEMORY;
    }
    return result_of(h->multi);
}

static void host_of(const char *url, char out[256])
{
    CURLU *u = curl_url();
    char *host = NULL;

    snprintf(out, 256, "the provider");
    if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
        snprintf(out, 256, "%s", host);
    curl_free(host);
    curl_url_cleanup(u);
}

static enum gw_code failure(const struct transfer *t, CURLcode code, const char *url, struct gw_err *err)
{
    char host[256];

    host_of(url, host);
    if (t->cancelled)
        return gw_fail(err, GW_CANCELLED, "The request to %s was cancelled.", host);
    if (t->too_large)
        return gw_fail(err, GW_UPSTREAM_REJECTED, "The answer of %s is larger than %llu bytes.", host,
                       (unsigned long long)t->request->max_response);
    if (t->no_memory || code == CURLE_OUT_OF_MEMORY)
        return gw_fail(err, GW_NOMEM, NULL);
    if (t->bad_head)
        return gw_fail(err, GW_UPSTREAM, "The headers of the answer of %s cannot be read.", host);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return gw_fail(err, GW_UPSTREAM_TIMEOUT, "%s did not answer within %lld ms.", host,
                       (long long)t->request->timeout_ms);
    return gw_fail(err, GW_UPSTREAM, "The request to %s failed: %s.", host, curl_easy_strerror(code));
}

/* Headers and their texts in one block. */
static bool take_headers(struct transfer *t, struct gw_net_response *ret)
{
    size_t table = t->head_count * sizeof(*ret->headers);
    char *text, *block = malloc(table + t->head.len + 1);

    if (!block)
        return false;
    text = block + table;
    if (t->head.len)
        memcpy(text, t->head.data, t->head.len);
    ret->headers = (struct gw_net_header *)(void *)block;
    for (size_t i = 0; i < t->head_count; i++) {
        ret->headers[i].name = gw_str(text);
        text += ret->headers[i].name.len + 1;
        ret->headers[i].value = gw_str(text);
        text += ret->headers[i].value.len + 1;
    }
    ret->headers_count = t->head_count;
    return true;
}

static enum gw_code take_answer(struct handles *h, struct transfer *t, int64_t begun, struct gw_net_response *ret,
                                struct gw_err *err)
{
    struct gw_net_response r = {.elapsed_us = gw_mono_us() - begun};
    long status = 0;

    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    r.status = (int)status;
    if (!take_headers(t, &r))
        return gw_fail(err, GW_NOMEM, NULL);
    r.body.ptr = gw_buf_take(&t->body, &r.body.len);
    if (!r.body.ptr) {
        free(r.headers);
        return gw_fail(err, GW_NOMEM, NULL);
    }
    *ret = r;
    return GW_OK;
}

static enum gw_code transfer(struct handles *h, struct transfer *t, const char *url, struct curl_slist *list,
                             struct gw_net_response *ret, struct gw_err *err)
{
    int64_t begun = gw_mono_us();
    enum gw_code code;
    CURLcode result;

    set_options(h->easy, t, url, list);
    if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
        return gw_fail(err, GW_NOMEM, NULL);
    result = drive(h, t);
    code = result == CURLE_OK ? take_answer(h, t, begun, ret, err) : failure(t, result, url, err);
    curl_multi_remove_handle(h->multi, h->easy);
    curl_easy_reset(h->easy); /* forgets the list, which holds a token */
    return code;
}

enum gw_code gw_net_perform(void *self, const struct gw_net_request *request, struct gw_net_response *ret,
                            struct gw_err *err)
{
    struct handles *h = net.ready ? pthread_getspecific(net.key) : NULL;
    struct transfer t = {.request = request};
    struct curl_slist *list = NULL;
    enum gw_code code;
    char *url;

    (void)self;
    if (!net.ready)
        return gw_fail(err, GW_INTERNAL, "The network is used before it was set up.");
    if (!h)
        h = new_handles();
    url = strndup(request->url.ptr, request->url.len);
    if (!h || !url || !make_headers(request, &list))
        code = gw_fail(err, GW_NOMEM, NULL);
    else
        code = transfer(h, &t, url, list, ret, err);
    free_list(list);
    free(url);
    gw_buf_wipe_free(&t.body); /* may hold tokens, as the headers may */
    gw_buf_wipe_free(&t.head);
    return code;
}

void gw_net_response_free(struct gw_net_response *response)
{
    if (response->body.ptr)
        explicit_bzero((char *)response->body.ptr, response->body.len);
    free((char *)response->body.ptr);
    free(response->headers);
    *response = (struct gw_net_response){0};
}
