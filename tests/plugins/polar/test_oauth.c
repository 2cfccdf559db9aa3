/* Consent, token, registration, deregistration. */
#include "aorta/refresh.h"
#include "tests.h"

#include <string.h>

#define S(text) ((aorta_str){text, sizeof(text) - 1})

static struct fake_host host;
static void *self;

/* What Polar answers to each kind of call, in turn; the last one repeats. */
struct script {
    struct fake_reply token, get, delete;
    struct fake_reply post[4];
    int posts, gets;
};
static struct script script;

static int is_path(const aorta_http_req *req, const char *end)
{
    size_t len = strlen(end);
    return req->url.len >= len && memcmp(req->url.ptr + req->url.len - len, end, len) == 0;
}

static void answer(struct fake_host *f, const aorta_http_req *req, struct fake_reply *reply)
{
    (void)f;
    if (is_path(req, "/v2/oauth2/token"))
        *reply = script.token;
    else if (strcmp(req->method, "POST") == 0 && is_path(req, "/v3/users"))
        *reply = script.post[script.posts++ & 3];
    else if (strcmp(req->method, "GET") == 0 && is_path(req, "/v3/users/475"))
        script.gets++, *reply = script.get;
    else if (strcmp(req->method, "DELETE") == 0 && is_path(req, "/v3/users/475"))
        *reply = script.delete;
}

static void setup(void)
{
    fake_host_init(&host, AORTA_OP_CALLBACK);
    host.answer = answer;
    self = polar_new(NULL);
    script = (struct script){
        .token = {.status = 200,
                  .body = "{\"access_token\":\"tok-1\",\"token_type\":\"bearer\",\"expires_in\":31535999,\"x_"
                          "user_id\":475}"},
        .post = {{.status = 200, .body = "{\"polar-user-id\":475}"}},
        .get = {.status = 200, .body = "{\"polar-user-id\":475}"},
        .delete = {.status = 204},
    };
}

static void teardown(void)
{
    polar()->shutdown(self);
    fake_host_fini(&host);
}

static aorta_status callback(const aorta_pair *query, uint32_t n)
{
    const aorta_callback_req req = {.struct_size = sizeof(req),
                                    .redirect_uri = S("https://gw.test/cb?x=1"),
                                    .state = S("st"),
                                    .query = query,
                                    .query_count = n};
    return polar()->ops->callback(self, &host.ctx, &req);
}

static aorta_status with_code(void)
{
    const aorta_pair query[] = {{S("code"), S("c0de")}};
    return callback(query, 1);
}

START_TEST(authorize_builds_the_url_without_pkce)
{
    const aorta_authorize_req req = {
        .struct_size = sizeof(req), .redirect_uri = S("https://gw.test/cb?x=1"), .state = S("a+b")};
    ck_assert_int_eq(polar()->ops->authorize(self, &host.ctx, &req), AORTA_OK);
    ck_assert_str_eq(host.url,
                     "https://polar.test/oauth2/authorization?response_type=code&client_id=client&redirect_uri="
                     "https%3A%2F%2Fgw.test%2Fcb%3Fx%3D1&scope=accesslink.read_all&state=a%2Bb");
    ck_assert_ptr_null(strstr(host.url, "code_challenge"));
    ck_assert_ptr_null(strstr(host.url, "s3cret"));
}
END_TEST

START_TEST(callback_exchanges_and_registers)
{
    ck_assert_int_eq(with_code(), AORTA_OK);
    ck_assert_str_eq(host.requests.ptr,
                     "POST https://polar.test/v2/oauth2/token\n"
                     "  authorization: Basic Y2xpZW50OnMzY3JldA==\n"
                     "  content-type: application/x-www-form-urlencoded\n"
                     "  accept: application/json;charset=UTF-8\n"
                     "  grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Fgw.test%2Fcb%3Fx%3D1\n"
                     "POST https://polar.test/api/v3/users\n"
                     "  authorization: Bearer tok-1\n"
                     "  accept: application/json\n"
                     "  content-type: application/json\n"
                     "  {\"member-id\":\"aorta-000102030405060708090a0b0c0d0e0f\"}\n");
    ck_assert_str_eq(host.provider_user_id, "475");
    ck_assert_str_eq(host.access_token, "tok-1");
    ck_assert_str_eq(host.refresh_token, "");
    ck_assert_int_eq(host.expires_in_s, 0);
    ck_assert_str_eq(host.log.ptr, "");
}
END_TEST

START_TEST(a_big_user_id_keeps_its_digits)
{
    script.token.body = "{\"access_token\":\"t\",\"x_user_id\":9007199254740993}";
    ck_assert_int_eq(with_code(), AORTA_OK);
    ck_assert_str_eq(host.provider_user_id, "9007199254740993");
}
END_TEST

START_TEST(conflict_of_a_user_who_is_registered_already)
{
    script.post[0] = (struct fake_reply){.status = 409};
    ck_assert_int_eq(with_code(), AORTA_OK);
    ck_assert_int_eq(script.posts, 1);
    ck_assert_int_eq(script.gets, 1);
    ck_assert_uint_eq(host.callbacks, 1);
}
END_TEST

START_TEST(conflict_of_a_member_id_is_tried_with_another)
{
    script.post[0] = (struct fake_reply){.status = 409};
    script.post[1] = (struct fake_reply){.status = 200};
    script.get = (struct fake_reply){.status = 204};
    ck_assert_int_eq(with_code(), AORTA_OK);
    ck_assert_int_eq(script.posts, 2);
    ck_assert_ptr_nonnull(strstr(host.requests.ptr, "aorta-000102030405060708090a0b0c0d0e0f"));
    ck_assert_ptr_nonnull(strstr(host.requests.ptr, "aorta-101112131415161718191a1b1c1d1e1f"));
}
END_TEST

START_TEST(conflicts_without_end_are_a_conflict)
{
    for (int i = 0; i < 4; i++)
        script.post[i] = (struct fake_reply){.status = 409};
    script.get = (struct fake_reply){.status = 404};
    ck_assert_int_eq(with_code(), AORTA_ERR_CONFLICT);
    ck_assert_int_eq(script.posts, 3);
    ck_assert_uint_eq(host.callbacks, 0);
}
END_TEST

START_TEST(registration_answers)
{
    static const struct {
        int32_t http;
        aorta_status status;
        const char *code;
    } map[] = {
        {403, AORTA_ERR_SCOPE, "polar.consents_missing"},
        {204, AORTA_ERR_UPSTREAM_REJECTED, "polar.registration"},
        {429, AORTA_ERR_RATE_LIMITED, "polar.registration"},
        {500, AORTA_ERR_UPSTREAM, "polar.registration"},
        {400, AORTA_ERR_UPSTREAM_REJECTED, "polar.registration"},
    };
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        script.posts = 0;
        script.post[0] = (struct fake_reply){.status = map[i].http, .body = "who knows"};
        ck_assert_int_eq(with_code(), map[i].status);
        ck_assert_int_eq(host.failed, map[i].status);
        ck_assert_str_eq(host.fail_code, map[i].code);
    }
    script.posts = 0;
    script.post[0] = (struct fake_reply){.status = 409};
    script.get = (struct fake_reply){.status = 403};
    ck_assert_int_eq(with_code(), AORTA_ERR_SCOPE);
    script.posts = 0;
    script.get = (struct fake_reply){.status = 503};
    ck_assert_int_eq(with_code(), AORTA_ERR_UPSTREAM);
    ck_assert_uint_eq(host.callbacks, 0);
}
END_TEST

START_TEST(token_answers)
{
    static const struct {
        int32_t http;
        const char *body;
        aorta_status status;
    } map[] = {
        {400, "{\"error\":\"invalid_grant\"}", AORTA_ERR_STATE},
        {401, "{\"error\":\"invalid_client\"}", AORTA_ERR_CONFIG},
        {429, "", AORTA_ERR_RATE_LIMITED},
        {500, "", AORTA_ERR_UPSTREAM},
        {200, "", AORTA_ERR_UPSTREAM},
        {200, "<html>tok-1</html>", AORTA_ERR_UPSTREAM},
        {200, "{\"access_token\":\"tok-1\"}", AORTA_ERR_UPSTREAM_REJECTED},
        {200, "{\"x_user_id\":475}", AORTA_ERR_UPSTREAM_REJECTED},
        {200, "{\"access_token\":\"tok-1\",\"x_user_id\":-1}", AORTA_ERR_UPSTREAM_REJECTED},
    };
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        script.token = (struct fake_reply){.status = map[i].http, .body = map[i].body};
        ck_assert_int_eq(with_code(), map[i].status);
        ck_assert_int_eq(host.failed, map[i].status);
        ck_assert_ptr_null(strstr(host.fail_message, "tok-1"));
    }
    ck_assert_int_eq(script.posts, 0);
    ck_assert_uint_eq(host.callbacks, 0);
}
END_TEST

START_TEST(refusals_at_the_consent_page)
{
    static const struct {
        const char *error;
        aorta_status status;
    } map[] = {
        {"access_denied", AORTA_ERR_DENIED},
        {"invalid_scope", AORTA_ERR_CONFIG},
        {"temporarily_unavailable", AORTA_ERR_UPSTREAM},
        {"something_new", AORTA_ERR_UPSTREAM_REJECTED},
    };
    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        const aorta_pair query[] = {{S("error"), {map[i].error, strlen(map[i].error)}}, {S("code"), S("c0de")}};
        ck_assert_int_eq(callback(query, 2), map[i].status);
        ck_assert_int_eq(host.failed, map[i].status);
    }
    ck_assert_int_eq(callback(NULL, 0), AORTA_ERR_INVALID_PARAM);
    ck_assert_str_eq(host.requests.ptr, "");
}
END_TEST

START_TEST(trouble_on_the_way_is_returned_as_it_is)
{
    for (unsigned k = 1;; k++) {
        fake_host_next(&host, AORTA_OP_CALLBACK);
        script.posts = 0;
        host.callbacks = 0;
        host.call_fail_at = k;
        host.call_fail_with = AORTA_ERR_UPSTREAM_TIMEOUT;
        aorta_status st = with_code();
        if (st == AORTA_OK) {
            ck_assert_uint_gt(k, 3);
            break;
        }
        ck_assert_int_eq(st, AORTA_ERR_UPSTREAM_TIMEOUT);
        ck_assert_uint_eq(host.callbacks, 0);
    }
}
END_TEST

START_TEST(memory_may_end_anywhere)
{
    for (unsigned k = 1;; k++) {
        fake_host_next(&host, AORTA_OP_CALLBACK);
        script.posts = 0;
        host.callbacks = 0;
        host.alloc_fail_at = k;
        aorta_status st = with_code();
        if (st == AORTA_OK) {
            ck_assert_uint_gt(k, 10);
            break;
        }
        ck_assert_msg(st == AORTA_ERR_NOMEM || st == AORTA_ERR_UPSTREAM, "%d", (int)st);
        ck_assert_uint_eq(host.callbacks, 0);
    }
}
END_TEST

START_TEST(revoke_ends_the_registration)
{
    const aorta_revoke_ext *ext = polar()->get_extension(self, AORTA_EXT_REVOKE);
    host.conn.provider_user_id = S("475");
    host.conn.access_token = S("tok-1");
    ck_assert_int_eq(ext->revoke(self, &host.ctx), AORTA_OK);
    ck_assert_str_eq(host.requests.ptr, "DELETE https://polar.test/api/v3/users/475\n"
                                        "  authorization: Bearer tok-1\n"
                                        "  accept: application/json\n");
    const int32_t gone[] = {401, 404};
    for (int i = 0; i < 2; i++) {
        script.delete.status = gone[i];
        ck_assert_int_eq(ext->revoke(self, &host.ctx), AORTA_OK);
    }
    script.delete.status = 503;
    ck_assert_int_eq(ext->revoke(self, &host.ctx), AORTA_ERR_UPSTREAM);
}
END_TEST

Suite *suite_oauth(void)
{
    Suite *s = suite_create("oauth");
    TCase *t = tcase_create("oauth");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, authorize_builds_the_url_without_pkce);
    tcase_add_test(t, callback_exchanges_and_registers);
    tcase_add_test(t, a_big_user_id_keeps_its_digits);
    tcase_add_test(t, conflict_of_a_user_who_is_registered_already);
    tcase_add_test(t, conflict_of_a_member_id_is_tried_with_another);
    tcase_add_test(t, conflicts_without_end_are_a_conflict);
    tcase_add_test(t, registration_answers);
    tcase_add_test(t, token_answers);
    tcase_add_test(t, refusals_at_the_consent_page);
    tcase_add_test(t, trouble_on_the_way_is_returned_as_it_is);
    tcase_add_test(t, memory_may_end_anywhere);
    tcase_add_test(t, revoke_ends_the_registration);
    suite_add_tcase(s, t);
    return s;
}
