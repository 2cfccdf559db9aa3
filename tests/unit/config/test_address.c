/* Which texts are addresses, and which addresses strangers reach. */
#include <arpa/inet.h>

#include "config/address.h"
#include "tests.h"

static const struct {
    const char *text;
    int port;
    bool public;
} good[] = {
    {"127.0.0.1:8000", 8000, false},
    {"localhost:1", 1, false},
    {"127.9.9.9:0", 0, false},
    {"10.1.2.3:80", 80, false},
    {"172.16.0.1:80", 80, false},
    {"172.31.255.255:80", 80, false},
    {"192.168.1.1:65535", 65535, false},
    {"169.254.1.1:80", 80, false},
    {"[::1]:8000", 8000, false},
    {"[fd00::1]:80", 80, false},
    {"[fe80::1]:80", 80, false},
    {"[::ffff:10.0.0.1]:80", 80, false},
    {"0.0.0.0:80", 80, true},
    {"[::]:80", 80, true},
    {"8.8.8.8:80", 80, true},
    {"172.32.0.1:80", 80, true},
    {"172.15.0.1:80", 80, true},
    {"11.0.0.1:80", 80, true},
    {"[2001:db8::1]:80", 80, true},
    {"[::ffff:8.8.8.8]:80", 80, true},
};

START_TEST(addresses_are_read_and_judged)
{
    struct gw_address a;
    struct gw_err err;
    in_port_t port;

    ck_assert_int_eq(gw_address_parse(good[_i].text, &a, &err), GW_OK);
    port = a.any.sa_family == AF_INET ? a.v4.sin_port : a.v6.sin6_port;
    ck_assert_int_eq(ntohs(port), good[_i].port);
    ck_assert_int_eq(gw_address_public(&a), good[_i].public);
}
END_TEST

START_TEST(other_texts_are_refused)
{
    static const char *const bad[] = {
        "",      "8000",    ":8000",         "127.0.0.1", "127.0.0.1:",    "127.0.0.1:x", "1.2.3:80", "::1:80",
        "[::1]", "[::1:80", "[10.0.0.1]:80", "host:80",   "1.2.3.4:65536", "1.2.3.4:-1",  "[]:80"};
    struct gw_address a;
    struct gw_err err;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(gw_address_parse(bad[i], &a, &err) == GW_CONFIG, "%s", bad[i]);
}
END_TEST

TCase *address_case(void)
{
    TCase *tc = tcase_create("address");

    tcase_add_loop_test(tc, addresses_are_read_and_judged, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_test(tc, other_texts_are_refused);
    return tc;
}
