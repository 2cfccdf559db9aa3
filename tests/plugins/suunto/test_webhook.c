/* Signatures, and what becomes of each kind of notification. */
#include "suunto_host.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SLEEP                                                                                                          \
    "{\"type\":\"SUUNTO_247_SLEEP_CREATED\",\"username\":\"runner1\",\"samples\":[{\"timestamp\":"                     \
    "\"2026-11-19T22:40:00.000+01:00\",\"entryData\":{\"SleepId\":1795124400,\"Duration\":27000,"                      \
    "\"DateTime\":\"2026-11-19T22:40:00.000+01:00\"}}]}"

static aorta_webhook_req request(const char *body, const aorta_pair *headers, uint32_t count)
{
    return (aorta_webhook_req){.struct_size = sizeof(aorta_webhook_req),
                               .method = "POST",
                               .headers = headers,
                               .headers_count = count,
                               .body = {(const uint8_t *)body, strlen(body)},
                               .received_at_us = NOW_US};
}

static const aorta_webhook_ext *hooks(struct suunto_host *h)
{
    return h->plugin->get_extension(h->self, AORTA_EXT_WEBHOOK);
}

static void sign(const char *key, const char *body, char hex[65])
{
    unsigned char mac[32];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, strlen(body));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, 65, mac, sizeof(mac));
}

static aorta_status verify(struct suunto_host *h, const char *body, const char *signature)
{
    const aorta_pair header = {AORTA_S("x-hmac-sha256-signature"), sdk_str(signature)};
    const aorta_webhook_req req = request(body, &header, signature ? 1 : 0);
    return hooks(h)->verify(h->self, &h->fake.ctx, &req);
}

START_TEST(signatures)
{
    struct suunto_host h;
    char hex[65];
    suunto_host_init(&h, AORTA_OP_WEBHOOK_VERIFY);
    sign("hook-secret", SLEEP, hex);
    ck_assert_int_eq(verify(&h, SLEEP, hex), AORTA_OK);
    ck_assert_int_eq(verify(&h, SLEEP " ", hex), AORTA_ERR_DENIED);
    ck_assert_int_eq(verify(&h, SLEEP, NULL), AORTA_ERR_DENIED);
    ck_assert_int_eq(verify(&h, SLEEP, ""), AORTA_ERR_DENIED);
    hex[63] = '\0';
    ck_assert_int_eq(verify(&h, SLEEP, hex), AORTA_ERR_DENIED);
    sign("another", SLEEP, hex);
    ck_assert_int_eq(verify(&h, SLEEP, hex), AORTA_ERR_DENIED);
    suunto_host_settings(&h, 0, "production", NULL); /* without a secret nothing can be proved */
    sign("", SLEEP, hex);
    ck_assert_int_eq(verify(&h, SLEEP, hex), AORTA_ERR_DENIED);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(upper_case_is_the_same_signature)
{
    struct suunto_host h;
    char hex[65];
    suunto_host_init(&h, AORTA_OP_WEBHOOK_VERIFY);
    sign("hook-secret", "{}", hex);
    for (int i = 0; i < 64; i++)
        if (hex[i] >= 'a')
            hex[i] = (char)(hex[i] - 32);
    ck_assert_int_eq(verify(&h, "{}", hex), AORTA_OK);
    suunto_host_fini(&h);
}
END_TEST

static aorta_status route(struct suunto_host *h, const char *body)
{
    const aorta_webhook_req req = request(body, NULL, 0);
    return hooks(h)->route(h->self, &h->fake.ctx, &req);
}

START_TEST(samples_are_data)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_WEBHOOK_ROUTE);
    ck_assert_int_eq(route(&h, SLEEP), AORTA_OK);
    ck_assert_uint_eq(h.items, 1);
    ck_assert_uint_eq(h.item_type, AORTA_WEBHOOK_DATA);
    ck_assert_str_eq(h.item_user, "runner1");
    ck_assert_str_eq(h.item_kind, "suunto.sleep");
    ck_assert_uint_eq(h.item_size, strlen(SLEEP)); /* the body as it came */
    ck_assert_int_eq(route(&h, "{\"type\":\"SUUNTO_247_ACTIVITY_CREATED\",\"username\":\"a\",\"samples\":[]}"),
                     AORTA_OK);
    ck_assert_str_eq(h.item_kind, "suunto.activity");
    ck_assert_int_eq(route(&h, "{\"type\":\"SUUNTO_247_RECOVERY_CREATED\",\"username\":\"a\",\"samples\":[]}"),
                     AORTA_OK);
    ck_assert_str_eq(h.item_kind, "suunto.recovery");
    suunto_host_fini(&h);
}
END_TEST

START_TEST(a_workout_is_fetched)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_WEBHOOK_ROUTE);
    ck_assert_int_eq(route(&h, "{\"type\":\"WORKOUT_CREATED\",\"username\":\"runner1\","
                               "\"workout\":{\"workoutKey\":\"6a09f3c4e2ab172bb4c5fc8d\"}}"),
                     AORTA_OK);
    ck_assert_uint_eq(h.item_type, AORTA_WEBHOOK_FETCH);
    ck_assert_str_eq(h.item_hint, "{\"workoutKey\":\"6a09f3c4e2ab172bb4c5fc8d\"}");
    suunto_host_fini(&h);
}
END_TEST

START_TEST(the_rest_is_passed_over)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_WEBHOOK_ROUTE);
    ck_assert_int_eq(route(&h, "{\"type\":\"ROUTE_CREATED\",\"username\":\"a\",\"route\":{\"id\":\"1\"}}"), AORTA_OK);
    ck_assert_int_eq(route(&h, "{\"type\":\"SOMETHING_NEW\",\"username\":\"a\"}"), AORTA_OK);
    ck_assert_int_eq(route(&h, "{\"type\":\"WORKOUT_CREATED\",\"username\":\"a\",\"workout\":{}}"), AORTA_OK);
    ck_assert_uint_eq(h.items, 0);
    ck_assert_int_eq(route(&h, "{\"type\":\"WORKOUT_CREATED\"}"), AORTA_ERR_DATA);
    ck_assert_int_eq(route(&h, "{\"type\":"), AORTA_ERR_DATA);
    h.item_answer = AORTA_ERR_NOT_FOUND; /* an account that nobody here has */
    ck_assert_int_eq(route(&h, SLEEP), AORTA_OK);
    h.item_answer = AORTA_ERR_CANCELLED;
    ck_assert_int_eq(route(&h, SLEEP), AORTA_ERR_CANCELLED);
    suunto_host_fini(&h);
}
END_TEST

Suite *webhook_suite(void)
{
    Suite *s = suite_create("webhook");
    TCase *t = tcase_create("webhook");
    tcase_add_test(t, signatures);
    tcase_add_test(t, upper_case_is_the_same_signature);
    tcase_add_test(t, samples_are_data);
    tcase_add_test(t, a_workout_is_fetched);
    tcase_add_test(t, the_rest_is_passed_over);
    suite_add_tcase(s, t);
    return s;
}
