/* Consent, callback, refresh, revocation: what is sent, whose tokens they are, and what each refusal means.
 */
#include "suunto_host.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char answer_body[2048];
static int32_t answer_status;

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    (void)f;
    (void)req;
    reply->status = answer_status;
    reply->body = answer_body;
}

static void will_answer(struct suunto_host *h, int32_t status, const char *body)
{
    h->fake.answer = answer;
    answer_status = status;
    snprintf(answer_body, sizeof(answer_body), "%s", body);
}

/* A token answer with these claims in a JWT, and more members after it. */
static void will_give_token(struct suunto_host *h, const char *claims, const char *more)
{
    char coded[1024], body[2048];
    sodium_bin2base64(coded, sizeof(coded), (const unsigned char *)claims, strlen(claims),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(body, sizeof(body), "{\"access_token\":\"eyJhbGciOiJub25lIn0.%s.c2ln\",\"token_type\":\"bearer\"%s}",
             coded, more);
    will_answer(h, 200, body);
}

static aorta_status callback(struct suunto_host *h, const char *name, const char *value)
{
    const aorta_pair query[] = {{sdk_str(name), sdk_str(value)}};
    const aorta_callback_req req = {.struct_size = sizeof(req),
                                    .redirect_uri = AORTA_S("https://gw.test/callback?x=1"),
                                    .query = query,
                                    .query_count = 1};
    return h->plugin->ops->callback(h->self, &h->fake.ctx, &req);
}

static const char *authorize(struct suunto_host *h, const char *scope)
{
    const aorta_authorize_req req = {.struct_size = sizeof(req),
                                     .redirect_uri = AORTA_S("https://gw.test/callback"),
                                     .state = AORTA_S("st4te"),
                                     .scope = sdk_str(scope)};
    ck_assert_int_eq(h->plugin->ops->authorize(h->self, &h->fake.ctx, &req), AORTA_OK);
    return h->fake.url;
}

START_TEST(consent_page)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_AUTHORIZE);
    ck_assert_str_eq(authorize(&h, NULL),
                     "https://oauth.test/suunto/oauth/authorize?response_type=code&client_id=gateway-1"
                     "&redirect_uri=https%3A%2F%2Fgw.test%2Fcallback&scope=workout&state=st4te");
    ck_assert_ptr_nonnull(strstr(authorize(&h, "other"), "scope=other"));
    ck_assert_uint_eq(suunto_host_requests(&h), 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(pkce_only_when_wanted)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_AUTHORIZE);
    ck_assert_ptr_null(strstr(authorize(&h, NULL), "code_challenge"));
    suunto_host_settings(&h, 1, "production", NULL);
    ck_assert_ptr_nonnull(strstr(authorize(&h, NULL), "&code_challenge_method=S256"));
    h.fake.ctx.op = AORTA_OP_CALLBACK;
    will_give_token(&h, "{\"user\":\"runner1\"}", "");
    ck_assert_int_eq(callback(&h, "code", "c0de"), AORTA_OK);
    ck_assert(suunto_host_asked(&h, "&code_verifier="));
    suunto_host_fini(&h);
}
END_TEST

START_TEST(code_for_tokens)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_CALLBACK);
    will_give_token(&h, "{\"user\":\"runner1\",\"sub\":\"77\",\"email\":\"r@example.org\",\"exp\":1795300000}",
                    ",\"refresh_token\":\"r1\",\"expires_in\":86400,\"user\":\"top\"");
    ck_assert_int_eq(callback(&h, "code", "c0de/+"), AORTA_OK);
    ck_assert_str_eq(h.fake.provider_user_id, "runner1");
    ck_assert_str_eq(h.fake.refresh_token, "r1");
    ck_assert_int_eq(h.fake.expires_in_s, 86400);
    ck_assert(suunto_host_asked(&h, "POST https://oauth.test/suunto/oauth/token\n"));
    ck_assert(suunto_host_asked(&h, "  authorization: Basic Z2F0ZXdheS0xOnMzY3JldC8r\n"));
    ck_assert(suunto_host_asked(&h, "  grant_type=authorization_code&code=c0de%2F%2B"
                                    "&redirect_uri=https%3A%2F%2Fgw.test%2Fcallback%3Fx%3D1\n"));
    suunto_host_fini(&h);
}
END_TEST

START_TEST(whose_token)
{
    static const struct {
        const char *claims, *more, *user; /* NULL: nobody's, refused */
    } cases[] = {
        {"{\"user\":\"runner1\",\"sub\":\"77\"}", "", "runner1"},
        {"{\"sub\":\"77\"}", ",\"user\":\"runner1\"", "runner1"},
        {"{\"sub\":\"77\",\"email\":\"r@example.org\"}", "", "77"},
        {"{\"email\":\"r@example.org\"}", "", NULL},
        {"not json", ",\"user\":\"runner1\"", "runner1"},
        {"not json", "", NULL},
    };
    for (size_t i = 0; i < AORTA_COUNT(cases); i++) {
        struct suunto_host h;
        suunto_host_init(&h, AORTA_OP_CALLBACK);
        will_give_token(&h, cases[i].claims, cases[i].more);
        aorta_status st = callback(&h, "code", "c");
        ck_assert_int_eq(st, cases[i].user ? AORTA_OK : AORTA_ERR_DATA);
        if (cases[i].user)
            ck_assert_str_eq(h.fake.provider_user_id, cases[i].user);
        else
            ck_assert_str_eq(h.fake.fail_code, "suunto.no_user");
        suunto_host_fini(&h);
    }
}
END_TEST

START_TEST(lifetime_when_not_told)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_CALLBACK);
    char claims[64];
    snprintf(claims, sizeof(claims), "{\"user\":\"a\",\"exp\":%lld}", (long long)NOW_S + 600);
    will_give_token(&h, claims, "");
    ck_assert_int_eq(callback(&h, "code", "c"), AORTA_OK);
    ck_assert_int_eq(h.fake.expires_in_s, 600);
    will_give_token(&h, "{\"user\":\"a\"}", "");
    ck_assert_int_eq(callback(&h, "code", "c"), AORTA_OK);
    ck_assert_int_eq(h.fake.expires_in_s, 86400);
    suunto_host_fini(&h);
}
END_TEST

/* What an answer of the token endpoint means, by what was asked. */
static const struct {
    int32_t http;
    const char *body;
    aorta_status on_code, on_refresh;
} refusals[] = {
    {400, "{\"error\":\"invalid_grant\"}", AORTA_ERR_STATE, AORTA_ERR_AUTH_REVOKED},
    {401, "{\"error\":\"invalid_grant\"}", AORTA_ERR_STATE, AORTA_ERR_AUTH_REVOKED},
    {401, "{\"error\":\"invalid_client\"}", AORTA_ERR_CONFIG, AORTA_ERR_CONFIG},
    {401, "{\"error\":\"invalid_token\"}", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {401, "Unauthorized", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {403, "", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {400, "{\"error\":\"invalid_request\"}", AORTA_ERR_UPSTREAM_REJECTED, AORTA_ERR_UPSTREAM_REJECTED},
    {429, "", AORTA_ERR_RATE_LIMITED, AORTA_ERR_RATE_LIMITED},
    {500, "{\"error\":\"server_error\"}", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {503, "<html>", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {200, "", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {200, "{\"access_token\":\"\"}", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {200, "{\"access_token\":\"a.b", AORTA_ERR_UPSTREAM, AORTA_ERR_UPSTREAM},
    {200, "{\"error\":\"invalid_grant\"}", AORTA_ERR_STATE, AORTA_ERR_AUTH_REVOKED},
};

static aorta_status refresh(struct suunto_host *h)
{
    const aorta_refresh_ext *ext = h->plugin->get_extension(h->self, AORTA_EXT_REFRESH);
    h->fake.conn.refresh_token = AORTA_S("r1");
    return ext->refresh(h->self, &h->fake.ctx);
}

START_TEST(refusals_mean)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_CALLBACK);
    will_answer(&h, refusals[_i].http, refusals[_i].body);
    ck_assert_int_eq(callback(&h, "code", "c"), refusals[_i].on_code);
    ck_assert_int_eq(refresh(&h), refusals[_i].on_refresh);
    ck_assert_int_eq(h.fake.failed, refusals[_i].on_refresh);
    ck_assert_uint_eq(h.fake.callbacks, 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(consent_refused)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_CALLBACK);
    ck_assert_int_eq(callback(&h, "error", "access_denied"), AORTA_ERR_DENIED);
    ck_assert_int_eq(callback(&h, "error", "server_error"), AORTA_ERR_UPSTREAM_REJECTED);
    ck_assert_int_eq(callback(&h, "nothing", ""), AORTA_ERR_DATA);
    ck_assert_uint_eq(suunto_host_requests(&h), 0);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(refresh_rotates)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_REFRESH);
    will_give_token(&h, "{\"user\":\"someone-else\"}", ",\"refresh_token\":\"r2\",\"expires_in\":\"86400\"");
    ck_assert_int_eq(refresh(&h), AORTA_OK);
    ck_assert_str_eq(h.fake.refresh_token, "r2");
    ck_assert_str_eq(h.fake.provider_user_id, ""); /* who it belongs to stays as it is */
    ck_assert(suunto_host_asked(&h, "  grant_type=refresh_token&refresh_token=r1\n"));
    will_give_token(&h, "{}", ""); /* no new one: the old one is kept */
    ck_assert_int_eq(refresh(&h), AORTA_OK);
    ck_assert_str_eq(h.fake.refresh_token, "");
    suunto_host_fini(&h);
}
END_TEST

START_TEST(revocation)
{
    struct suunto_host h;
    suunto_host_init(&h, AORTA_OP_REVOKE);
    const aorta_revoke_ext *ext = h.plugin->get_extension(h.self, AORTA_EXT_REVOKE);
    h.fake.conn.access_token = AORTA_S("a1");
    h.fake.conn.expires_at_us = NOW_US + 1000;
    will_answer(&h, 200, "");
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_OK);
    ck_assert(suunto_host_asked(&h, "GET https://oauth.test/suunto/oauth/deauthorize?client_id=gateway-1\n"
                                    "  authorization: Bearer a1\n"));
    will_answer(&h, 401, "");
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_OK); /* gone already */
    h.fake.conn.expires_at_us = NOW_US - 1000;
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_ERR_AUTH_EXPIRED); /* says nothing about the grant */
    will_answer(&h, 502, "");
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_ERR_UPSTREAM);
    suunto_host_fini(&h);
}
END_TEST

START_TEST(memory_ends_anywhere)
{
    for (unsigned n = 1;; n++) {
        struct suunto_host h;
        suunto_host_init(&h, AORTA_OP_CALLBACK);
        will_give_token(&h, "{\"user\":\"runner1\"}", "");
        h.fake.alloc_fail_at = n;
        aorta_status st = callback(&h, "code", "c");
        unsigned allocs = h.fake.allocs;
        if (st != AORTA_OK) /* a claim that could not be read for want of memory is nobody's token */
            ck_assert(st == AORTA_ERR_NOMEM || st == AORTA_ERR_DATA || st == AORTA_ERR_UPSTREAM);
        suunto_host_fini(&h);
        if (allocs < n)
            break;
    }
}
END_TEST

START_TEST(settings_that_are_empty)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    struct fake_host f;
    fake_host_init(&f, 0);
    aorta_value values[16] = {{.type = AORTA_TYPE_NONE}};
    void *self = NULL;
    ck_assert_int_eq(plugin->init(&f.ctx, values, plugin->desc->settings_count, &self), AORTA_ERR_CONFIG);
    ck_assert_str_eq(f.fail_code, "suunto.setting_missing");
    ck_assert_ptr_null(self);
    ck_assert_int_eq(plugin->init(&f.ctx, values, 3, &self), AORTA_ERR_CONTRACT);
    plugin->shutdown(NULL);
    fake_host_fini(&f);
}
END_TEST

Suite *oauth_suite(void)
{
    Suite *s = suite_create("oauth");
    TCase *t = tcase_create("oauth");
    tcase_add_test(t, consent_page);
    tcase_add_test(t, pkce_only_when_wanted);
    tcase_add_test(t, code_for_tokens);
    tcase_add_test(t, whose_token);
    tcase_add_test(t, lifetime_when_not_told);
    tcase_add_loop_test(t, refusals_mean, 0, AORTA_COUNT(refusals));
    tcase_add_test(t, consent_refused);
    tcase_add_test(t, refresh_rotates);
    tcase_add_test(t, revocation);
    tcase_add_test(t, memory_ends_anywhere);
    tcase_add_test(t, settings_that_are_empty);
    suite_add_tcase(s, t);
    return s;
}
