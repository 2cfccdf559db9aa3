/* Where a browser may be sent, and what is sealed in a row. */
#include <check.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "link/connect.h"
#include "link/tokens.h"

static const char *const allowed[] = {"https://yourapp.com", "http://localhost", "https://a.example:8443/", NULL};

START_TEST(redirects_go_to_allowed_origins_only)
{
    static const char *const good[] = {
        "https://yourapp.com",     "https://yourapp.com/oauth/callback",
        "https://yourapp.com?x=1", "http://localhost:3000/back",
        "http://localhost/",       "https://a.example:8443/x#y",
    };
    static const char *const bad[] = {
        "http://yourapp.com/",
        "https://yourapp.com.evil.org/",
        "https://yourapp.com@evil.org/",
        "https://evil.org/https://yourapp.com",
        "javascript:alert(1)//https://yourapp.com",
        "//yourapp.com",
        "https://yourapp.com:444/",
        "https://a.example/",
        "http://localhost:80a/",
        "http://localhost.evil.org/",
        "https://yourapp.com\\@evil.org/",
        "https://yourapp.com/\r\nX: y",
        "https://",
        "",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ck_assert_msg(redirect_allowed(allowed, good[i]), "%s", good[i]);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(!redirect_allowed(allowed, bad[i]), "%s", bad[i]);
    ck_assert(!redirect_allowed(NULL, "https://yourapp.com"));
}
END_TEST

START_TEST(tokens_open_only_where_they_belong)
{
    char path[] = "/tmp/aorta-test-keys-XXXXXX";
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_keyring *ring = NULL;
    struct gw_uuid user = gw_uuid_v4();
    aorta_field extra = {.key = {"secret", 6}, .value = {.type = AORTA_TYPE_STRING, .u.s = {"ts", 2}}};
    aorta_credentials c = {.struct_size = sizeof(c),
                           .access_token = {"first", 5},
                           .refresh_token = {"again", 5},
                           .extra = &extra,
                           .extra_count = 1};
    struct gw_str sealed, bound = tokens_bound(arena, "tokens", user, "polar", "475");
    json_t *json = NULL, *old;

    ck_assert_int_ge(mkstemp(path), 0);
    unlink(path);
    ck_assert_int_eq(gw_crypt_init(NULL), GW_OK);
    ck_assert_int_eq(gw_keyring_create(path, NULL), GW_OK);
    ck_assert_int_eq(gw_keyring_load(path, &ring, NULL), GW_OK);
    ck_assert_int_eq(tokens_seal(ring, arena, bound, &c, NULL, &sealed, NULL), GW_OK);
    ck_assert_ptr_null(memmem(sealed.ptr, sealed.len, "first", 5));
    ck_assert_int_eq(tokens_open(ring, tokens_bound(arena, "tokens", user, "polar", "476"), sealed, &json, NULL),
                     GW_DATA);
    ck_assert_int_eq(tokens_open(ring, bound, sealed, &old, NULL), GW_OK);

    /* a refresh that brings no new refresh token keeps the old one, and the extra fields */
    c = (aorta_credentials){.struct_size = sizeof(c), .access_token = {"second", 6}};
    ck_assert_int_eq(tokens_seal(ring, arena, bound, &c, old, &sealed, NULL), GW_OK);
    ck_assert_int_eq(tokens_open(ring, bound, sealed, &json, NULL), GW_OK);
    ck_assert_str_eq(json_string_value(json_object_get(json, "access")), "second");
    ck_assert_str_eq(json_string_value(json_object_get(json, "refresh")), "again");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(json, "extra"), "secret")), "ts");
    json_decref(json);
    json_decref(old);
    gw_keyring_free(&ring);
    gw_arena_free(&arena);
    unlink(path);
}
END_TEST

START_TEST(connect_links_say_what_they_were_made_for)
{
    char path[] = "/tmp/aorta-test-keys-XXXXXX";
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_link link = {.public_url = "https://gw.example", .allowed_redirects = allowed};
    struct gw_connect_link what = {.user = gw_uuid_v4(),
                                   .provider = "polar",
                                   .redirect_uri = "https://yourapp.com/back",
                                   .expires_us = gw_now_us() + GW_US_PER_S * 60},
                           got;
    struct gw_keyring *ring = NULL;
    const char *url, *text, *front = "https://gw.example/api/v1/connect/";
    struct gw_err err = {0};
    char changed[1024];

    ck_assert_int_ge(mkstemp(path), 0);
    unlink(path);
    ck_assert_int_eq(gw_crypt_init(NULL), GW_OK);
    ck_assert_int_eq(gw_keyring_create(path, NULL), GW_OK);
    ck_assert_int_eq(gw_keyring_load(path, &ring, NULL), GW_OK);
    link.ring = ring;
    ck_assert_int_eq(gw_connect_make(&link, arena, &what, &url, NULL), GW_OK);
    ck_assert(strncmp(url, front, strlen(front)) == 0);
    text = url + strlen(front);
    ck_assert_int_eq(gw_connect_read(&link, arena, gw_str(text), &got, NULL), GW_OK);
    ck_assert(gw_uuid_eq(got.user, what.user));
    ck_assert_str_eq(got.provider, "polar");
    ck_assert_str_eq(got.redirect_uri, "https://yourapp.com/back");
    ck_assert(got.expires_us == what.expires_us);
    /* every character of it counts; the last may hold bits that are none */
    for (size_t i = 0; i + 1 < strlen(text); i++) {
        snprintf(changed, sizeof(changed), "%s", text);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        ck_assert_int_eq(gw_connect_read(&link, arena, gw_str(changed), &got, &err), GW_NOT_FOUND);
        ck_assert_str_eq(gw_err_wire(&err), "connect_link.invalid");
    }
    what.expires_us = gw_now_us() - 1;
    ck_assert_int_eq(gw_connect_make(&link, arena, &what, &url, NULL), GW_OK);
    ck_assert_int_eq(gw_connect_read(&link, arena, gw_str(url + strlen(front)), &got, &err), GW_NOT_FOUND);
    ck_assert_str_eq(gw_err_wire(&err), "connect_link.expired");
    what.redirect_uri = "https://evil.example/";
    ck_assert_int_eq(gw_connect_make(&link, arena, &what, &url, &err), GW_INVALID);
    ck_assert_str_eq(err.field, "redirect_uri");
    gw_keyring_free(&ring);
    gw_arena_free(&arena);
    unlink(path);
}
END_TEST

/* A flow may come back to the gateway's own connect pages and to nothing else of it. */
START_TEST(the_gateway_comes_back_to_its_own_pages)
{
    struct gw_link link = {.public_url = "https://gw.example", .allowed_redirects = allowed};

    ck_assert_int_eq(redirect_check(&link, "https://gw.example/api/v1/connect/abc", NULL), GW_OK);
    ck_assert_int_eq(redirect_check(&link, "https://yourapp.com/x", NULL), GW_OK);
    ck_assert_int_eq(redirect_check(&link, "https://gw.example/api/v1/users", NULL), GW_INVALID);
    ck_assert_int_eq(redirect_check(&link, "https://gw.example.evil.org/api/v1/connect/abc", NULL), GW_INVALID);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("link");
    TCase *tc = tcase_create("all");
    SRunner *runner;
    int failed;

    tcase_add_test(tc, redirects_go_to_allowed_origins_only);
    tcase_add_test(tc, tokens_open_only_where_they_belong);
    tcase_add_test(tc, connect_links_say_what_they_were_made_for);
    tcase_add_test(tc, the_gateway_comes_back_to_its_own_pages);
    suite_add_tcase(suite, tc);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
