/* PKCE, the headers that say who asks, the token endpoint. */
#include "aorta/sdk.h"
#include "fake_host.h"
#include "tests.h"

#include <string.h>

static struct fake_host host;
static aorta_ctx *ctx = &host.ctx;

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_CALLBACK);
}

static void teardown(void)
{
    fake_host_fini(&host);
}

static void is(aorta_str got, const char *want)
{
    ck_assert_msg(sdk_str_eq(got, want), "got '%.*s', want '%s'", (int)got.len, got.len ? got.ptr : "", want);
}

/* the fake host's random is 00 01 02 … 1f */
#define VERIFIER  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define CHALLENGE "6oZqdX5MOLq_qBJ8vppAnT4fk6AP8UiP9zX8-Rev_9A"

START_TEST(pkce_is_s256)
{
    aorta_str verifier, challenge;
    ck_assert_int_eq(sdk_pkce(ctx, &verifier, &challenge), AORTA_OK);
    is(verifier, VERIFIER);
    is(challenge, CHALLENGE);
    ck_assert_uint_eq(verifier.len, 43);
}
END_TEST

START_TEST(the_verifier_waits_with_the_flow)
{
    sdk_query page = {0}, form = {0};
    ck_assert_int_eq(sdk_pkce_answer(ctx, &form), AORTA_ERR_NOT_FOUND);
    ck_assert_uint_eq(form.len, 0);
    ck_assert_int_eq(sdk_pkce_ask(ctx, &page), AORTA_OK);
    is((aorta_str){page.text, page.len}, "code_challenge=" CHALLENGE "&code_challenge_method=S256");
    ck_assert_int_eq(sdk_pkce_answer(ctx, &form), AORTA_OK);
    is((aorta_str){form.text, form.len}, "code_verifier=" VERIFIER);
}
END_TEST

START_TEST(who_asks)
{
    is(sdk_basic_auth(ctx, AORTA_S("Aladdin"), AORTA_S("open sesame")), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    is(sdk_bearer_auth(ctx, AORTA_S("t0ken")), "Bearer t0ken");
    is(sdk_bearer_auth(ctx, (aorta_str){NULL, 0}), "Bearer ");
}
END_TEST

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    (void)f;
    ck_assert_uint_eq(req->flags, AORTA_HTTP_NO_RETRY);
    reply->status = 400;
    reply->body = f->script;
}

static void answered(const char *body, const char *error)
{
    const aorta_http_resp *resp;
    sdk_query form = {0};
    host.answer = answer;
    host.script = (void *)(uintptr_t)body;
    sdk_query_add(ctx, &form, "a", AORTA_S("b c"));
    ck_assert_int_eq(sdk_token_post(ctx, AORTA_S("https://x.test/token"), NULL, &form, &resp), AORTA_OK);
    ck_assert_int_eq(resp->status, 400);
    is(sdk_oauth_error(ctx, resp), error);
}

START_TEST(a_refusal_names_its_error)
{
    answered("{\"error\":\"invalid_grant\",\"error_description\":\"gone\"}", "invalid_grant");
    answered("{\"error\":{\"code\":1}}", "");
    answered("<html>", "");
    answered("", "");
}
END_TEST

START_TEST(a_token_request_is_a_form)
{
    const aorta_http_resp *resp;
    aorta_str basic = AORTA_S("Basic x"), none = {NULL, 0};
    sdk_query form = {0}, broken = {.failed = 1};
    host.answer = answer;
    host.script = (void *)(uintptr_t) "{}";
    sdk_query_add(ctx, &form, "a", AORTA_S("b c"));
    ck_assert_int_eq(sdk_token_post(ctx, AORTA_S("https://x.test/token"), &basic, &form, &resp), AORTA_OK);
    ck_assert_str_eq(host.requests.ptr, "POST https://x.test/token\n"
                                        "  authorization: Basic x\n"
                                        "  content-type: application/x-www-form-urlencoded\n"
                                        "  accept: application/json\n"
                                        "  a=b%20c\n");
    ck_assert_int_eq(sdk_token_post(ctx, none, &basic, &form, &resp), AORTA_ERR_NOMEM);
    ck_assert_int_eq(sdk_token_post(ctx, AORTA_S("https://x.test"), &none, &form, &resp), AORTA_ERR_NOMEM);
    ck_assert_int_eq(sdk_token_post(ctx, AORTA_S("https://x.test"), NULL, &broken, &resp), AORTA_ERR_NOMEM);
}
END_TEST

Suite *suite_oauth(void)
{
    Suite *s = suite_create("oauth");
    TCase *t = tcase_create("oauth");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, pkce_is_s256);
    tcase_add_test(t, the_verifier_waits_with_the_flow);
    tcase_add_test(t, who_asks);
    tcase_add_test(t, a_refusal_names_its_error);
    tcase_add_test(t, a_token_request_is_a_form);
    suite_add_tcase(s, t);
    return s;
}
