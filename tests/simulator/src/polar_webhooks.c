/* polar_webhooks.c - the one webhook of the client, asked for with its own credentials (HTTP Basic). */
#include "civil.h"
#include "clock.h"
#include "crypt.h"
#include "errors.h"
#include "events.h"
#include "polar.h"
#include "text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool client_fits(const struct req *r)
{
    const char *value = req_header(r, "Authorization");
    if (!value || strncasecmp(value, "Basic ", 6) != 0)
        return false;
    char *plain = crypt_unbase64(value + 6);
    char *want = text_printf("%s:%s", provider_client[POLAR].id, provider_client[POLAR].secret);
    bool fits = text_same(plain, want);
    free(plain);
    free(want);
    return fits;
}

static size_t swallow(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * n;
}

/* The ping is sent while the call waits, and unsigned: the secret is not known yet. */
static bool ping(const char *url)
{
    CURL *curl = curl_easy_init();
    long status = 0;
    json_t *o = json_pack("{s:s, s:s}", "timestamp", civil_utc(clock_now_s()).s, "event", "PING");
    char *body = wire_dump(o);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Polar-Webhook-Event: PING");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 5000L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    json_decref(o);
    free(body);
    return status == 200;
}

static bool read_events(const json_t *names, unsigned *ret)
{
    size_t i;
    json_t *name;
    *ret = 0;
    json_array_foreach(names, i, name)
    {
        unsigned bit = json_is_string(name) ? events_polar_bit(json_string_value(name)) : 0;
        if (!bit)
            return false;
        *ret |= bit;
    }
    return true;
}

static void create(struct reply *a, const char *url, unsigned events)
{
    char *id = NULL, *secret = NULL;
    json_t *old = NULL;
    if (events_polar_get(&old)) {
        json_decref(old);
        error_polar(a, 409, "conflict", "Webhook already exists");
    } else if (!url || !events) {
        error_polar(a, 400, "bad_request", "url and events are needed");
    } else if (!ping(url)) {
        error_polar(a, 400, "bad_request", "Ping to the webhook url failed");
    } else if (events_polar_add(url, events, &id, &secret)) {
        reply_json(a, 201,
                   json_pack("{s:{s:s, s:o, s:s, s:s}}", "data", "id", id, "events", events_polar_names(events), "url",
                             url, "signature_secret_key", secret));
        free(id);
        free(secret);
    }
}

static void change(struct reply *a, const char *id, const char *url, unsigned events)
{
    json_t *hook = NULL;
    if (url && !ping(url)) {
        error_polar(a, 400, "bad_request", "Ping to the webhook url failed");
    } else if (!events_polar_change(id, url, events)) {
        error_polar(a, 404, "not_found", "No such webhook");
    } else if (events_polar_get(&hook)) {
        reply_json(a, 200, json_pack("{s:o}", "data", hook));
    }
}

static void list(struct reply *a)
{
    json_t *all = json_array(), *hook = NULL;
    if (events_polar_get(&hook))
        json_array_append_new(all, hook);
    reply_json(a, 200, json_pack("{s:o}", "data", all));
}

static void with_id(const struct req *r, struct reply *a, const char *id, const char *url, unsigned events)
{
    bool on = strcmp(id, "activate") == 0, off = strcmp(id, "deactivate") == 0;
    if (req_is(r, "POST") && (on || off))
        reply_empty(a, events_polar_activate(on) ? 200 : 204);
    else if (req_is(r, "PATCH"))
        change(a, id, url, events);
    else if (req_is(r, "DELETE"))
        reply_empty(a, events_polar_remove(id) ? 204 : 404);
    else
        reply_empty(a, 405);
}

void polar_webhooks(const struct req *r, struct reply *a, const char *rest)
{
    unsigned events = 0;
    if (!client_fits(r)) {
        reply_empty(a, 401);
        reply_header(a, "WWW-Authenticate", "Basic realm=\"accesslink\"");
        return;
    }
    if (strcmp(rest, "/notifications") == 0) {
        reply_empty(a, 204);
        return;
    }
    json_t *body = req_json(r);
    const char *url = json_string_value(json_object_get(body, "url"));
    rest += strlen("/webhooks");
    if (!read_events(json_object_get(body, "events"), &events))
        error_polar(a, 400, "bad_request", "unknown event");
    else if (*rest == '/' && rest[1])
        with_id(r, a, rest + 1, url, events);
    else if (req_is(r, "POST"))
        create(a, url, events);
    else if (req_is(r, "GET"))
        list(a);
    else
        reply_empty(a, 405);
    json_decref(body);
}
