/* What Garmin posts: the weak proofs there are, and one body taken apart by user and type. */
#include "garmin_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const aorta_webhook_ext *hooks(struct garmin_host *h)
{
    return h->plugin->get_extension(h->self, AORTA_EXT_WEBHOOK);
}

static aorta_status verify(struct garmin_host *h, const char *client, const char *token)
{
    const aorta_pair header = {AORTA_S("garmin-client-id"), sdk_str(client)};
    const aorta_pair query = {AORTA_S("token"), sdk_str(token)};
    const aorta_webhook_req req = {.struct_size = sizeof(req),
                                   .method = "POST",
                                   .query = &query,
                                   .query_count = token != NULL,
                                   .headers = &header,
                                   .headers_count = client != NULL,
                                   .body = {(const uint8_t *)"{}", 2}};
    return hooks(h)->verify(h->self, &h->fake.ctx, &req);
}

START_TEST(proofs)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_WEBHOOK_VERIFY, NULL);
    ck_assert_int_eq(verify(&h, NULL, NULL), AORTA_OK); /* the data generator sends no header */
    ck_assert_int_eq(verify(&h, "gateway-1", NULL), AORTA_OK);
    ck_assert_int_eq(verify(&h, "gateway-2", NULL), AORTA_ERR_DENIED);
    ck_assert_int_eq(verify(&h, "gateway-11", NULL), AORTA_ERR_DENIED);
    garmin_host_fini(&h);
    garmin_host_init(&h, AORTA_OP_WEBHOOK_VERIFY, "webhook_client_id_check", "false", "webhook_token", "tok+1", NULL);
    ck_assert_int_eq(verify(&h, "gateway-2", "tok+1"), AORTA_OK);
    ck_assert_int_eq(verify(&h, "gateway-1", NULL), AORTA_ERR_DENIED);
    ck_assert_int_eq(verify(&h, "gateway-1", "tok+2"), AORTA_ERR_DENIED);
    ck_assert_int_eq(verify(&h, "gateway-1", ""), AORTA_ERR_DENIED);
    ck_assert_uint_ge(hooks(&h)->max_body, 100u << 20);
    garmin_host_fini(&h);
}
END_TEST

/* In a block of its own length: a sanitizer sees the first byte read beyond. */
static aorta_status route_bytes(struct garmin_host *h, const char *body, size_t len)
{
    uint8_t *exact = malloc(len ? len : 1);
    ck_assert_ptr_nonnull(exact);
    memcpy(exact, body, len);
    const aorta_webhook_req req = {
        .struct_size = sizeof(req), .method = "POST", .body = {exact, len}, .received_at_us = NOW_US};
    garmin_host_next(h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    aorta_status st = hooks(h)->route(h->self, &h->fake.ctx, &req);
    free(exact);
    return st;
}

static void routes(const char *body, const char *items)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    ck_assert_int_eq(route_bytes(&h, body, strlen(body)), AORTA_OK);
    ck_assert_str_eq(h.items.ptr, items);
    garmin_host_fini(&h);
}

START_TEST(users_and_types)
{
    routes("{ \"dailies\" : [ {\"userId\":\"b\",\"steps\":1} , "
           "{\"userId\":\"a\",\"steps\":2},{\"steps\":3,\"userId\":\"b\"}],"
           "\n\"sleeps\":[{\"userId\":\"a\",\"x\":\"]}\\\"{\"}],\"epochs\":[] }",
           "data a event=dailies garmin.dailies {\"dailies\":[{\"userId\":\"a\",\"steps\":2}]}\n"
           "data b event=dailies garmin.dailies "
           "{\"dailies\":[{\"userId\":\"b\",\"steps\":1},{\"steps\":3,\"userId\":\"b\"}]}\n"
           "data a event=sleeps garmin.sleeps {\"sleeps\":[{\"userId\":\"a\",\"x\":\"]}\\\"{\"}]}\n");
}
END_TEST

START_TEST(pings)
{
    routes(
        "{\"dailies\":[{\"userId\":\"a\",\"callbackURL\":\"https:\\/\\/apis.garmin.com\\/wellness-api?token=t\","
        "\"userAccessToken\":\"old\"},{\"userId\":\"a\",\"steps\":1},"
        "{\"userId\":\"a\",\"callbackURL\":\"https://evil.test/?token=t\"},{\"userId\":\"a\",\"callbackURL\":7}]}",
        "fetch a event=dailies {\"type\":\"dailies\",\"url\":\"https:\\/\\/apis.garmin.com\\/wellness-api?token=t\"}\n"
        "data a event=dailies garmin.dailies {\"dailies\":[{\"userId\":\"a\",\"steps\":1}]}\n");
}
END_TEST

START_TEST(no_token_is_kept)
{
    routes("{\"dailies\":[{\"userId\":\"a\",\"userAccessToken\":\"old\",\"steps\":1,\"n\":{\"k\":[1,2]}},"
           "{\"userAccessToken\":\"old\",\"steps\":2,\"userId\":\"a\"}]}",
           "data a event=dailies garmin.dailies "
           "{\"dailies\":[{\"userId\":\"a\",\"steps\":1,\"n\":{\"k\":[1,2]}},{\"steps\":2,\"userId\":\"a\"}]}\n");
}
END_TEST

START_TEST(pings_without_a_link)
{
    routes("{\"dailies\":[{\"userId\":\"a\"},{\"userId\":\"b\",\"userAccessToken\":\"old\","
           "\"uploadStartTimeInSeconds\":1,\"uploadEndTimeInSeconds\":2}]}",
           "");
}
END_TEST

START_TEST(about_the_user)
{
    routes("{\"deregistrations\":[{\"userId\":\"a\"},{\"userId\":\"b\"}],\"userPermissionsChange\":["
           "{\"userId\":\"a\",\"permissions\":[\"HEALTH_EXPORT\",\"ACTIVITY_EXPORT\"],\"changeTimeInSeconds\":1},"
           "{\"userId\":\"b\",\"permissions\":{\"MCT_EXPORT\":true,\"HEALTH_EXPORT\":false}},"
           "{\"userId\":\"c\",\"permissions\":[]},{\"userId\":\"d\"}]}",
           "deregister a\nderegister b\n"
           "permissions a [ACTIVITY_EXPORT HEALTH_EXPORT]\npermissions b [MCT_EXPORT]\npermissions c []\n");
}
END_TEST

START_TEST(nothing_is_lost_that_is_new)
{
    routes("{\"respiration\":[{\"userId\":\"a\",\"v\":1}],\"moveiq\":[{\"userId\":\"a\",\"callbackURL\":"
           "\"https://apis.garmin.com/x\"}]}",
           "data a event=respiration garmin.unknown {\"respiration\":[{\"userId\":\"a\",\"v\":1}]}\n"
           "fetch a event=moveiq {\"type\":\"moveiq\",\"url\":\"https://apis.garmin.com/x\"}\n");
    routes(
        "{\"activityFiles\":[{\"userId\":\"a\",\"fileType\":\"FIT\",\"callbackURL\":\"https://apis.garmin.com/f\"}]}",
        "");
}
END_TEST

START_TEST(bad_entries_are_left_out)
{
    routes("{\"dailies\":[7,null,\"x\",[],{},{\"userId\":\"\"},{\"userId\":5},{\"userId\":\"a "
           "b\"},{\"userId\":\"a\\u0000\"},"
           "{\"userId\":\"\xc3\xa9\"},{\"userId\":\"good\",\"v\":1}],\"sleeps\":{\"userId\":\"a\"},\"epochs\":null,"
           "\"a key that is none\":[{\"userId\":\"a\"}],\"deregistrations\":[\"not_a_dict\",{\"otherField\":\"x\"}]}",
           "data good event=dailies garmin.dailies {\"dailies\":[{\"userId\":\"good\",\"v\":1}]}\n");
    routes(
        "{\"dailies\":[{\"userId\":\"a\",\"v\":1} {\"userId\":\"b\",\"v\":1}],\"sleeps\":[{\"userId\":\"c\",\"v\":1}]}",
        "data a event=dailies garmin.dailies {\"dailies\":[{\"userId\":\"a\",\"v\":1}]}\n"
        "data c event=sleeps garmin.sleeps {\"sleeps\":[{\"userId\":\"c\",\"v\":1}]}\n");
    routes("{}", "");
}
END_TEST

START_TEST(bodies_that_are_none)
{
    static const char *const bodies[] = {"",       "[]",  "null",       "{\"dailies\":[",     "{\"dailies\"",
                                         "{]",     "{}x", "{\"a\" []}", "{\"dailies\":[}]",   "\"",
                                         "{\"a\"", "{,}", "{a:1}",      "{\"dailies\":[{]}]}"};
    for (size_t i = 0; i < AORTA_COUNT(bodies); i++) {
        struct garmin_host h;
        garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
        ck_assert_int_eq(route_bytes(&h, bodies[i], strlen(bodies[i])), AORTA_ERR_DATA);
        ck_assert_uint_eq(h.item_count, 0);
        garmin_host_fini(&h);
    }
}
END_TEST

START_TEST(nested_without_end)
{
    enum { LEN = 200000 };
    char *body = malloc(LEN + 64);
    struct garmin_host h;
    ck_assert_ptr_nonnull(body);
    size_t n = (size_t)sprintf(body, "{\"dailies\":[{\"userId\":\"a\",\"x\":");
    memset(body + n, '[', LEN);
    garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    ck_assert_int_eq(route_bytes(&h, body, n + LEN), AORTA_ERR_DATA);
    garmin_host_fini(&h);
    free(body);
}
END_TEST

START_TEST(accounts_that_are_not_ours)
{
    static const char body[] = "{\"dailies\":[{\"userId\":\"a\",\"v\":1},{\"userId\":\"b\",\"v\":1}],"
                               "\"deregistrations\":[{\"userId\":\"a\"}]}";
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    h.item_answer = AORTA_ERR_NOT_FOUND;
    ck_assert_int_eq(route_bytes(&h, body, strlen(body)), AORTA_OK);
    ck_assert_uint_eq(h.item_count, 3);
    h.item_answer = AORTA_ERR_BUSY; /* the gateway is in trouble: all of it again, later */
    ck_assert_int_eq(route_bytes(&h, body, strlen(body)), AORTA_ERR_BUSY);
    ck_assert_uint_eq(h.item_count, 1);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(many_of_one_user)
{
    enum { ITEMS = 60, PAD = 200000 };
    char *body = malloc(ITEMS * (PAD + 64) + 64), *p = body;
    struct garmin_host h;
    ck_assert_ptr_nonnull(body);
    p += sprintf(p, "{\"activityDetails\":[");
    for (int i = 0; i < ITEMS; i++) {
        p += sprintf(p, "%s{\"userId\":\"a\",\"pad\":\"", i ? "," : "");
        memset(p, 'x', PAD);
        p += PAD;
        p += sprintf(p, "\"}");
    }
    strcpy(p, "]}");
    garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    ck_assert_int_eq(route_bytes(&h, body, strlen(body)), AORTA_OK);
    ck_assert_uint_eq(h.item_count, 3); /* twenty fit into 4 MiB */
    garmin_host_fini(&h);
    free(body);
}
END_TEST

START_TEST(cut_everywhere_and_short_of_memory)
{
    static const char body[] =
        "{\"dailies\":[{\"userId\":\"b\",\"userAccessToken\":\"t\",\"v\":1},{\"userId\":\"a\\n\"},{\"userId\":\"a\","
        "\"callbackURL\":"
        "\"https://apis.garmin.com/\\u0041\"}],\"userPermissionsChange\":[{\"userId\":\"a\",\"permissions\":[\"X\"]}]}";
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_WEBHOOK_ROUTE, NULL);
    for (size_t len = 0; len < strlen(body); len++)
        ck_assert_int_eq(route_bytes(&h, body, len), AORTA_ERR_DATA);
    for (unsigned n = 1; n < 100; n++) {
        h.fake.alloc_fail_at = n;
        aorta_status st = route_bytes(&h, body, strlen(body));
        ck_assert(st == AORTA_OK || st == AORTA_ERR_NOMEM);
    }
    garmin_host_fini(&h);
}
END_TEST

Suite *webhook_suite(void)
{
    Suite *s = suite_create("garmin webhook");
    TCase *c = tcase_create("webhook");
    tcase_add_test(c, proofs);
    tcase_add_test(c, users_and_types);
    tcase_add_test(c, pings);
    tcase_add_test(c, no_token_is_kept);
    tcase_add_test(c, pings_without_a_link);
    tcase_add_test(c, about_the_user);
    tcase_add_test(c, nothing_is_lost_that_is_new);
    tcase_add_test(c, bad_entries_are_left_out);
    tcase_add_test(c, bodies_that_are_none);
    tcase_add_test(c, nested_without_end);
    tcase_add_test(c, accounts_that_are_not_ours);
    tcase_add_test(c, many_of_one_user);
    tcase_add_test(c, cut_everywhere_and_short_of_memory);
    suite_add_tcase(s, c);
    return s;
}
