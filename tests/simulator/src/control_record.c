/* control_record.c - what happened: requests, deliveries, counters, secrets. */
#include "control.h"
#include "deliver.h"
#include "record.h"
#include "secrets.h"
#include "tokens.h"

#include <stdlib.h>

static int64_t query_number(const struct req *r, const char *name, int64_t otherwise)
{
    const char *text = req_query(r, name);
    return text ? strtoll(text, NULL, 10) : otherwise;
}

void control_requests_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    struct record_filter f = {
        .since = query_number(r, "since_id", 0),
        .provider = req_query(r, "provider"),
        .person = req_query(r, "person"),
        .method = req_query(r, "method"),
        .path = req_query(r, "path"),
        .status = (int)query_number(r, "status", 0),
        .limit = (long)query_number(r, "limit", 10000),
        .bodies = !req_flag(r, "brief"),
    };
    reply_json(a, 200, record_json(&f));
}

void control_requests_delete(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    record_clear();
    control_done(a);
}

void control_counters(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    json_t *o = record_counters();
    json_object_set_new(o, "tokens", tokens_counters());
    json_object_set_new(o, "overlaps", tokens_overlaps());
    json_object_set_new(o, "deliveries", deliver_counters());
    reply_json(a, 200, o);
}

void control_secrets(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    reply_json(a, 200, json_pack("{s:o}", "secrets", secrets_json()));
}

void control_deliveries_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    reply_json(a, 200, deliver_json(query_number(r, "since_id", 0), req_flag(r, "bodies")));
}

void control_deliveries_delete(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    deliver_forget();
    control_done(a);
}
