/* Both versions of OAuth: consent page, callback, refresh, the end; and RFC 5849's own example of what is signed. */
#include "garmin_host.h"

#include <gnutls/crypto.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS                                                                                                         \
    "{\"access_token\":\"at-2\",\"refresh_token\":\"rt-2\",\"expires_in\":86400,\"token_type\":\"bearer\","            \
    "\"scope\":\"PARTNER_WRITE PARTNER_READ\",\"refresh_token_expires_in\":7775998}"
#define USER                                                                                                           \
    {                                                                                                                  \
        "/user/id", 200, "{\"userId\":\"0f3c9a\"}", 0                                                                  \
    }
#define NONE                                                                                                           \
    {                                                                                                                  \
        NULL, 0, NULL, 0                                                                                               \
    }

static const aorta_str redirect = AORTA_S("https://gw.test/api/v1/oauth/garmin/callback");

static aorta_status authorize(struct garmin_host *h)
{
    const aorta_authorize_req req = {
        .struct_size = sizeof(req), .redirect_uri = redirect, .state = AORTA_S("st-1"), .user_ref = AORTA_S("u")};
    return h->plugin->ops->authorize(h->self, &h->fake.ctx, &req);
}

/* The browser comes back with up to two parameters. */
static aorta_status callback(struct garmin_host *h, const char *a, const char *av, const char *b, const char *bv)
{
    const aorta_pair query[] = {{sdk_str(a), sdk_str(av)}, {sdk_str(b), sdk_str(bv)}};
    const aorta_callback_req req = {.struct_size = sizeof(req),
                                    .redirect_uri = redirect,
                                    .state = AORTA_S("st-1"),
                                    .query = query,
                                    .query_count = (a != NULL) + (b != NULL)};
    return h->plugin->ops->callback(h->self, &h->fake.ctx, &req);
}

/* What authorize put away, for the callback that follows. */
static void carry_flow(struct garmin_host *h)
{
    for (int i = 0; i < FAKE_STATES; i++) {
        h->fake.state[i] = h->fake.pending[i];
        h->fake.pending[i] = (struct fake_state){NULL, NULL, 0};
    }
}

static char *param(const char *url, const char *name)
{
    char needle[64];
    snprintf(needle, sizeof(needle), "%s=", name);
    const char *at = strstr(url, needle);
    ck_assert_ptr_nonnull(at);
    at += strlen(needle);
    return strndup(at, strcspn(at, "&"));
}

/* ---- OAuth 2 ---- */

START_TEST(consent_page)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_AUTHORIZE, NULL);
    ck_assert_int_eq(authorize(&h), AORTA_OK);
    ck_assert_ptr_nonnull(strstr(h.fake.url, "https://connect.garmin.com/oauth2Confirm?"));
    ck_assert_ptr_nonnull(strstr(h.fake.url, "response_type=code"));
    ck_assert_ptr_nonnull(strstr(h.fake.url, "client_id=gateway-1"));
    ck_assert_ptr_nonnull(strstr(h.fake.url, "code_challenge_method=S256"));
    ck_assert_ptr_nonnull(strstr(h.fake.url, "state=st-1"));
    ck_assert_ptr_nonnull(
        strstr(h.fake.url, "redirect_uri=https%3A%2F%2Fgw.test%2Fapi%2Fv1%2Foauth%2Fgarmin%2Fcallback"));
    ck_assert_ptr_null(strstr(h.fake.url, "s3cret"));
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    carry_flow(&h);
    unsigned char digest[32];
    char coded[64], *challenge = param(h.fake.url, "code_challenge");
    ck_assert_uint_eq(h.fake.state[0].len, 43);
    crypto_hash_sha256(digest, (const unsigned char *)h.fake.state[0].value, h.fake.state[0].len);
    sodium_bin2base64(coded, sizeof(coded), digest, 32, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    ck_assert_str_eq(challenge, coded);
    free(challenge);
    garmin_host_fini(&h);
}
END_TEST

static void begin(struct garmin_host *h, const struct row *rows)
{
    garmin_host_init(h, AORTA_OP_AUTHORIZE, NULL);
    ck_assert_int_eq(authorize(h), AORTA_OK);
    carry_flow(h);
    garmin_host_next(h, AORTA_OP_CALLBACK, rows);
}

static void connected_with(const char *permissions, int32_t status, const char *scope)
{
    const struct row rows[] = {
        {"oauth/token", 200, TOKENS, 0}, USER, {"/user/permissions", status, permissions, 0}, NONE};
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(callback(&h, "code", "c-1", NULL, NULL), AORTA_OK);
    ck_assert_str_eq(h.fake.provider_user_id, "0f3c9a");
    ck_assert_str_eq(h.fake.access_token, "at-2");
    ck_assert_str_eq(h.fake.refresh_token, "rt-2");
    ck_assert_int_eq(h.fake.expires_in_s, 86400 - 600);
    ck_assert_str_eq(h.scope, scope);
    ck_assert(garmin_host_asked(&h, "POST https://diauth.garmin.com/di-oauth2-service/oauth/token\n"));
    ck_assert(garmin_host_asked(&h, "grant_type=authorization_code&code=c-1&code_verifier="));
    ck_assert(garmin_host_asked(&h, "client_id=gateway-1&client_secret=s3cret%2F%2B"));
    ck_assert(garmin_host_asked(&h, "redirect_uri=https%3A%2F%2Fgw.test"));
    ck_assert(garmin_host_asked(&h, "GET https://apis.garmin.com/wellness-api/rest/user/id\n"));
    ck_assert(garmin_host_asked(&h, "Authorization: Bearer at-2"));
    ck_assert_ptr_null(strstr(h.fake.log.ptr, "at-2"));
    garmin_host_fini(&h);
}

START_TEST(connects)
{
    connected_with("[\"HISTORICAL_DATA_EXPORT\",\"ACTIVITY_EXPORT\",\"HEALTH_EXPORT\",\"ACTIVITY_EXPORT\"]", 200,
                   "ACTIVITY_EXPORT HEALTH_EXPORT HISTORICAL_DATA_EXPORT");
    connected_with("{\"userId\":\"0f3c9a\",\"permissions\":[\"HEALTH_EXPORT\"],\"changeTimeInSeconds\":1}", 200,
                   "HEALTH_EXPORT");
    connected_with("{\"permissions\":{\"HEALTH_EXPORT\":true,\"ACTIVITY_EXPORT\":false,\"MCT_EXPORT\":true}}", 200,
                   "HEALTH_EXPORT MCT_EXPORT");
    connected_with("{\"HEALTH_EXPORT\":true,\"ACTIVITY_EXPORT\":false}", 200, "HEALTH_EXPORT");
    connected_with("[]", 200, "");
    connected_with("{}", 200, "");
    connected_with("<html>", 200, "");
    connected_with("", 500, "");
    connected_with("[\"not a name\",\"HEALTH_EXPORT\",7]", 200, "HEALTH_EXPORT");
}
END_TEST

static void callback_fails(const struct row *rows, const char *name, const char *value, aorta_status expected,
                           const char *code)
{
    struct garmin_host h;
    begin(&h, rows);
    ck_assert_int_eq(callback(&h, name, value, NULL, NULL), expected);
    if (code)
        ck_assert_str_eq(h.fake.fail_code, code);
    ck_assert_uint_eq(h.fake.callbacks, 0);
    garmin_host_fini(&h);
}

START_TEST(callback_refusals)
{
    const struct row grant[] = {{"oauth/token", 400, "{\"error\":\"invalid_grant\"}", 0}, NONE};
    const struct row client[] = {{"oauth/token", 401, "{\"error\":\"invalid_client\"}", 0}, NONE};
    const struct row other[] = {{"oauth/token", 400, "{\"error\":\"invalid_request\"}", 0}, NONE};
    const struct row broken[] = {{"oauth/token", 500, "", 0}, NONE};
    const struct row html[] = {{"oauth/token", 200, "<html>", 0}, NONE};
    const struct row slow[] = {{"oauth/token", 0, NULL, AORTA_ERR_DEADLINE}, NONE};
    const struct row nobody[] = {{"oauth/token", 200, TOKENS, 0}, {"/user/id", 200, "{}", 0}, NONE};
    const struct row forbidden[] = {{"oauth/token", 200, TOKENS, 0}, {"/user/id", 403, "", 0}, NONE};
    const struct row late[] = {
        {"oauth/token", 200, TOKENS, 0}, USER, {"/user/perm", 0, NULL, AORTA_ERR_DEADLINE}, NONE};
    callback_fails(NULL, "error", "access_denied", AORTA_ERR_DENIED, "garmin.denied");
    callback_fails(NULL, "error", "server_error", AORTA_ERR_UPSTREAM_REJECTED, "garmin.consent");
    callback_fails(NULL, "foo", "bar", AORTA_ERR_INVALID_PARAM, "garmin.code_missing");
    callback_fails(grant, "code", "c", AORTA_ERR_STATE, "garmin.code_refused");
    callback_fails(client, "code", "c", AORTA_ERR_CONFIG, "garmin.client_refused");
    callback_fails(other, "code", "c", AORTA_ERR_UPSTREAM_REJECTED, "garmin.token");
    callback_fails(broken, "code", "c", AORTA_ERR_UPSTREAM, "garmin.token");
    callback_fails(html, "code", "c", AORTA_ERR_UPSTREAM, "garmin.token");
    callback_fails(slow, "code", "c", AORTA_ERR_DEADLINE, NULL);
    callback_fails(nobody, "code", "c", AORTA_ERR_UPSTREAM_REJECTED, "garmin.user_id");
    callback_fails(forbidden, "code", "c", AORTA_ERR_SCOPE, "garmin.user_id");
    callback_fails(late, "code", "c", AORTA_ERR_DEADLINE, NULL);
}
END_TEST

START_TEST(callback_without_a_flow)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_CALLBACK, NULL);
    ck_assert_int_eq(callback(&h, "code", "c", NULL, NULL), AORTA_ERR_STATE);
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_fini(&h);
}
END_TEST

static const aorta_refresh_ext *refresher(struct garmin_host *h)
{
    return h->plugin->get_extension(h->self, AORTA_EXT_REFRESH);
}

static void refreshes_to(const struct row *rows, aorta_status expected, const char *code)
{
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_REFRESH, NULL);
    h.fake.conn.refresh_token = AORTA_S("rt-1");
    h.rows = rows;
    ck_assert_int_eq(refresher(&h)->refresh(h.self, &h.fake.ctx), expected);
    ck_assert(garmin_host_asked(&h, "grant_type=refresh_token&refresh_token=rt-1&client_id=gateway-1&client_secret="));
    ck_assert_uint_eq(garmin_host_requests(&h), 1);
    if (code)
        ck_assert_str_eq(h.fake.fail_code, code);
    if (expected == AORTA_OK) {
        ck_assert_str_eq(h.fake.refresh_token, "rt-2");
        ck_assert_str_eq(h.scope, ""); /* the token's scope is not the user's permissions: those stay */
        ck_assert_str_eq(h.fake.provider_user_id, "");
    }
    garmin_host_fini(&h);
}

START_TEST(refresh)
{
    const struct row good[] = {{"oauth/token", 200, TOKENS, 0}, NONE};
    const struct row gone[] = {{"oauth/token", 400, "{\"error\":\"invalid_grant\"}", 0}, NONE};
    const struct row client[] = {{"oauth/token", 401, "{\"error\":\"invalid_client\"}", 0}, NONE};
    const struct row plain[] = {{"oauth/token", 400, "Bad Request", 0}, NONE};
    const struct row down[] = {{"oauth/token", 503, "", 0}, NONE};
    const struct row busy[] = {{"oauth/token", 429, "", 0}, NONE};
    refreshes_to(good, AORTA_OK, NULL);
    refreshes_to(gone, AORTA_ERR_AUTH_REVOKED, "garmin.grant_revoked");
    refreshes_to(client, AORTA_ERR_CONFIG, "garmin.client_refused");
    refreshes_to(plain, AORTA_ERR_UPSTREAM_REJECTED, "garmin.token");
    refreshes_to(down, AORTA_ERR_UPSTREAM, "garmin.token");
    refreshes_to(busy, AORTA_ERR_RATE_LIMITED, "garmin.token");
}
END_TEST

START_TEST(short_lives_end_early_too)
{
    const struct row rows[] = {{"oauth/token", 200, "{\"access_token\":\"a\",\"expires_in\":900}", 0}, NONE};
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_REFRESH, NULL);
    h.rows = rows;
    ck_assert_int_eq(refresher(&h)->refresh(h.self, &h.fake.ctx), AORTA_OK);
    ck_assert_int_eq(h.fake.expires_in_s, 451);
    garmin_host_fini(&h);
}
END_TEST

static void ends_with(int32_t status, aorta_status expected)
{
    const struct row rows[] = {{"DELETE https://apis.garmin.com/wellness-api/rest/user/registration", status, "", 0},
                               NONE};
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_REVOKE, NULL);
    h.fake.conn.access_token = AORTA_S("at-1");
    h.rows = rows;
    const aorta_revoke_ext *ext = h.plugin->get_extension(h.self, AORTA_EXT_REVOKE);
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), expected);
    ck_assert(garmin_host_asked(&h, "Authorization: Bearer at-1"));
    garmin_host_fini(&h);
}

START_TEST(deregistration)
{
    ends_with(204, AORTA_OK);
    ends_with(403, AORTA_OK);
    ends_with(404, AORTA_OK);
    ends_with(401, AORTA_ERR_AUTH_EXPIRED);
    ends_with(500, AORTA_ERR_UPSTREAM);
}
END_TEST

/* ---- OAuth 1 ---- */

START_TEST(the_example_of_the_rfc)
{
    /* RFC 5849, 3.4.1: the form's parameters are given like the protocol's */
    static const aorta_pair params[] = {
        {AORTA_S("oauth_consumer_key"), AORTA_S("9djdj82h48djs9d2")},
        {AORTA_S("oauth_token"), AORTA_S("kkk9d7dh3k39sjv7")},
        {AORTA_S("oauth_signature_method"), AORTA_S("HMAC-SHA1")},
        {AORTA_S("oauth_timestamp"), AORTA_S("137131201")},
        {AORTA_S("oauth_nonce"), AORTA_S("7d8f3e4a")},
        {AORTA_S("c2"), AORTA_S("")},
        {AORTA_S("a3"), AORTA_S("2 q")},
    };
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_AUTHORIZE, NULL);
    aorta_str text = garmin_oauth1_base_string(&h.fake.ctx, "POST",
                                               AORTA_S("HTTP://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"),
                                               params, AORTA_COUNT(params));
    ck_assert_str_eq(sdk_cstr(&h.fake.ctx, text),
                     "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D"
                     "%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_"
                     "signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7");
    garmin_host_fini(&h);
}
END_TEST

/* The signature in the first signed request, and the same made here with the key given. */
static void check_signature(struct garmin_host *h, const char *method, const char *url, const char *key)
{
    const char *header = strstr(h->fake.requests.ptr, "Authorization: OAuth ");
    aorta_pair params[16];
    uint32_t count = 0;
    char *signature = NULL;
    ck_assert_ptr_nonnull(header);
    char *copy = strndup(header + 21, strcspn(header + 21, "\n"));
    for (char *part = strtok(copy, ","); part; part = strtok(NULL, ",")) {
        char *name = part + strspn(part, " "), *value = strchr(name, '=');
        *value = '\0';
        value += 2;
        value[strlen(value) - 1] = '\0';
        aorta_bytes plain;
        ck_assert_int_eq(h->fake.table.decode(&h->fake.ctx, AORTA_CODEC_PERCENT, value, strlen(value), &plain),
                         AORTA_OK);
        aorta_str text = {(const char *)plain.ptr, plain.len};
        if (strcmp(name, "oauth_signature") == 0)
            signature = sdk_cstr(&h->fake.ctx, text);
        else
            params[count++] = (aorta_pair){sdk_str(name), text};
    }
    aorta_str base = garmin_oauth1_base_string(&h->fake.ctx, method, sdk_str(url), params, count);
    unsigned char mac[20];
    char expected[64];
    gnutls_hmac_fast(GNUTLS_MAC_SHA1, key, strlen(key), base.ptr, base.len, mac);
    sodium_bin2base64(expected, sizeof(expected), mac, sizeof(mac), sodium_base64_VARIANT_ORIGINAL);
    ck_assert_ptr_nonnull(signature);
    ck_assert_str_eq(signature, expected);
    free(copy);
}

#define REQUEST_TOKEN "https://connectapi.garmin.com/oauth-service/oauth/request_token"
#define ACCESS_TOKEN  "https://connectapi.garmin.com/oauth-service/oauth/access_token"

static void begin_1(struct garmin_host *h, const struct row *rows)
{
    static const struct row leg_one[] = {
        {"request_token", 200, "oauth_token=rq%2B1&oauth_token_secret=rs%26x&oauth_callback_confirmed=true", 0}, NONE};
    garmin_host_init(h, AORTA_OP_AUTHORIZE, "oauth_version", "1", NULL);
    h->rows = leg_one;
    ck_assert_int_eq(authorize(h), AORTA_OK);
    check_signature(h, "POST", REQUEST_TOKEN, "s3cret%2F%2B&");
    ck_assert(garmin_host_asked(
        h, "oauth_callback=\"https%3A%2F%2Fgw.test%2Fapi%2Fv1%2Foauth%2Fgarmin%2Fcallback%3Fstate%3Dst-1\""));
    ck_assert_ptr_nonnull(
        strstr(h->fake.url, "https://connect.garmin.com/oauthConfirm?oauth_token=rq%2B1&oauth_callback="));
    ck_assert_ptr_nonnull(strstr(h->fake.url, "state%3Dst-1"));
    ck_assert_ptr_null(strstr(h->fake.url, "rs%26x"));
    carry_flow(h);
    garmin_host_next(h, AORTA_OP_CALLBACK, rows);
}

START_TEST(connects_with_oauth_1)
{
    const struct row rows[] = {{"access_token", 200, "oauth_token=at-1&oauth_token_secret=ats%2F1", 0},
                               USER,
                               {"/user/permissions", 200, "[\"HEALTH_EXPORT\"]", 0},
                               NONE};
    struct garmin_host h;
    begin_1(&h, rows);
    ck_assert_int_eq(callback(&h, "oauth_token", "rq+1", "oauth_verifier", "v-1"), AORTA_OK);
    check_signature(&h, "POST", ACCESS_TOKEN, "s3cret%2F%2B&rs%26x");
    ck_assert(garmin_host_asked(&h, "oauth_verifier=\"v-1\""));
    ck_assert_str_eq(h.fake.access_token, "at-1");
    ck_assert_str_eq(h.secret, "ats/1");
    ck_assert_str_eq(h.extra_key, "oauth_token_secret");
    ck_assert_int_eq(h.fake.expires_in_s, 0);
    ck_assert_str_eq(h.scope, "HEALTH_EXPORT");
    ck_assert_str_eq(h.fake.provider_user_id, "0f3c9a");
    garmin_host_fini(&h);
}
END_TEST

static void callback_1_fails(const struct row *rows, const char *token, const char *verifier, aorta_status expected,
                             const char *code)
{
    struct garmin_host h;
    begin_1(&h, rows);
    ck_assert_int_eq(callback(&h, "oauth_token", token, verifier ? "oauth_verifier" : NULL, verifier), expected);
    ck_assert_str_eq(h.fake.fail_code, code);
    ck_assert_uint_eq(h.fake.callbacks, 0);
    garmin_host_fini(&h);
}

START_TEST(oauth_1_refusals)
{
    const struct row refused[] = {{"access_token", 401, "oauth_problem=token_rejected", 0}, NONE};
    const struct row empty[] = {{"access_token", 200, "", 0}, NONE};
    callback_1_fails(NULL, "rq+1", NULL, AORTA_ERR_DENIED, "garmin.denied");
    callback_1_fails(NULL, "rq+1", "null", AORTA_ERR_DENIED, "garmin.denied");
    callback_1_fails(NULL, "other", "v", AORTA_ERR_STATE, "garmin.flow_unknown");
    callback_1_fails(refused, "rq+1", "v", AORTA_ERR_STATE, "garmin.verifier_refused");
    callback_1_fails(empty, "rq+1", "v", AORTA_ERR_UPSTREAM, "garmin.token");
    struct garmin_host h;
    const struct row client[] = {{"request_token", 401, "oauth_problem=consumer_key_unknown", 0}, NONE};
    garmin_host_init(&h, AORTA_OP_AUTHORIZE, "oauth_version", "1", NULL);
    h.rows = client;
    ck_assert_int_eq(authorize(&h), AORTA_ERR_CONFIG);
    ck_assert_ptr_null(h.fake.url);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(oauth_1_goes_over_to_2)
{
    const struct row rows[] = {
        {"POST https://apis.garmin.com/partner-gateway/rest/user/token-exchange", 200, TOKENS, 0}, NONE};
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_REFRESH, NULL);
    garmin_host_oauth1(&h, "at-1", "ats/1");
    h.rows = rows;
    ck_assert_int_eq(refresher(&h)->refresh(h.self, &h.fake.ctx), AORTA_OK);
    check_signature(&h, "POST", "https://apis.garmin.com/partner-gateway/rest/user/token-exchange",
                    "s3cret%2F%2B&ats%2F1");
    ck_assert_str_eq(h.fake.access_token, "at-2");
    ck_assert_str_ne(h.extra_key, "oauth_token_secret"); /* and so the old secret is gone */
    garmin_host_fini(&h);
    garmin_host_init(&h, AORTA_OP_REFRESH, "oauth_version", "1", NULL);
    garmin_host_oauth1(&h, "at-1", "ats/1");
    ck_assert_int_eq(refresher(&h)->refresh(h.self, &h.fake.ctx), AORTA_ERR_UNSUPPORTED);
    ck_assert_uint_eq(garmin_host_requests(&h), 0);
    garmin_host_fini(&h);
}
END_TEST

START_TEST(signed_requests)
{
    const struct row rows[] = {{"registration", 204, "", 0}, NONE};
    const struct row refused[] = {{"registration", 401, "", 0}, NONE};
    const struct row late[] = {{"registration", 401, "oauth_problem=timestamp_refused", 0}, NONE};
    struct garmin_host h;
    garmin_host_init(&h, AORTA_OP_REVOKE, NULL);
    garmin_host_oauth1(&h, "at-1", "ats/1");
    h.rows = rows;
    const aorta_revoke_ext *ext = h.plugin->get_extension(h.self, AORTA_EXT_REVOKE);
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_OK);
    check_signature(&h, "DELETE", "https://apis.garmin.com/wellness-api/rest/user/registration",
                    "s3cret%2F%2B&ats%2F1");
    garmin_host_next(&h, AORTA_OP_REVOKE, refused);
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_ERR_AUTH_REVOKED);
    garmin_host_next(&h, AORTA_OP_REVOKE, late);
    ck_assert_int_eq(ext->revoke(h.self, &h.fake.ctx), AORTA_ERR_UPSTREAM); /* our clock is wrong, not the grant */
    garmin_host_fini(&h);
}
END_TEST

/* ---- settings ---- */

START_TEST(settings_that_make_no_sense)
{
    const aorta_plugin *plugin = aorta_plugin_entry(NULL);
    const aorta_descriptor *d = plugin->desc;
    struct fake_host fake;
    aorta_value values[32];
    void *self = NULL;
    fake_host_init(&fake, 0);
    for (uint32_t i = 0; i < d->settings_count; i++)
        values[i] = (aorta_value){.type = AORTA_TYPE_NONE};
    ck_assert_int_eq(plugin->init(&fake.ctx, values, d->settings_count, &self), AORTA_ERR_CONFIG);
    values[0] = values[1] = (aorta_value){.type = AORTA_TYPE_STRING, .u.s = AORTA_S("x")};
    for (uint32_t i = 0; i < d->settings_count; i++)
        if (strcmp(d->settings[i].name, "summary_types") == 0)
            values[i] = (aorta_value){.type = AORTA_TYPE_STRING, .u.s = AORTA_S("dailies, sleep")};
    ck_assert_int_eq(plugin->init(&fake.ctx, values, d->settings_count, &self), AORTA_ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(fake.fail_message, "\"sleep\""));
    ck_assert_ptr_null(self);
    fake_host_fini(&fake);
}
END_TEST

START_TEST(memory_runs_out)
{
    const struct row rows[] = {
        {"oauth/token", 200, TOKENS, 0}, USER, {"/user/permissions", 200, "[\"HEALTH_EXPORT\"]", 0}, NONE};
    for (unsigned n = 1; n < 200; n++) {
        struct garmin_host h;
        begin(&h, rows);
        h.fake.alloc_fail_at = n;
        aorta_status st = callback(&h, "code", "c-1", NULL, NULL);
        int enough = h.fake.allocs < n;
        garmin_host_fini(&h);
        if (enough) {
            ck_assert_int_eq(st, AORTA_OK);
            return;
        }
    }
    ck_abort_msg("callback needs ever more memory");
}
END_TEST

Suite *oauth_suite(void)
{
    Suite *s = suite_create("garmin oauth");
    TCase *c = tcase_create("two");
    tcase_add_test(c, consent_page);
    tcase_add_test(c, connects);
    tcase_add_test(c, callback_refusals);
    tcase_add_test(c, callback_without_a_flow);
    tcase_add_test(c, refresh);
    tcase_add_test(c, short_lives_end_early_too);
    tcase_add_test(c, deregistration);
    tcase_add_test(c, settings_that_make_no_sense);
    tcase_add_test(c, memory_runs_out);
    suite_add_tcase(s, c);
    c = tcase_create("one");
    tcase_add_test(c, the_example_of_the_rfc);
    tcase_add_test(c, connects_with_oauth_1);
    tcase_add_test(c, oauth_1_refusals);
    tcase_add_test(c, oauth_1_goes_over_to_2);
    tcase_add_test(c, signed_requests);
    suite_add_tcase(s, c);
    return s;
}
