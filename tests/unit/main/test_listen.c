/* The listening socket. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/time.h"
#include "main/listen.h"
#include "tests.h"

START_TEST(listens_and_says_where)
{
    struct gw_err err;
    char url[64];
    int fd = -1;

    ck_assert_int_eq(gw_main_listen("127.0.0.1:0", 0, &fd, &err), GW_OK);
    ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
    ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    ck_assert_int_eq(gw_main_listen_url(fd, url, &err), GW_OK);
    ck_assert_int_eq(strncmp(url, "http://127.0.0.1:", 17), 0);
    ck_assert_int_gt(atoi(url + 17), 0);
    close(fd);
    ck_assert_int_eq(gw_main_listen("0.0.0.0:0", 0, &fd, &err), GW_OK);
    ck_assert_int_eq(gw_main_listen_url(fd, url, &err), GW_OK);
    ck_assert_int_eq(strncmp(url, "http://127.0.0.1:", 17), 0);
    close(fd);
}
END_TEST

START_TEST(a_port_in_use_is_waited_for)
{
    struct gw_err err;
    char url[64];
    int one = -1, two = -1;
    int64_t begin_us;

    ck_assert_int_eq(gw_main_listen("127.0.0.1:0", 0, &one, &err), GW_OK);
    ck_assert_int_eq(gw_main_listen_url(one, url, &err), GW_OK);
    ck_assert_int_eq(gw_main_listen(url + 7, 0, &two, &err), GW_BUSY);
    begin_us = gw_mono_us();
    ck_assert_int_eq(gw_main_listen(url + 7, 1, &two, &err), GW_BUSY);
    ck_assert_int_ge(gw_mono_us() - begin_us, GW_US_PER_S);
    ck_assert_ptr_nonnull(strstr(err.text, url + 7));
    ck_assert_int_eq(two, -1);
    close(one);
    ck_assert_int_eq(gw_main_listen(url + 7, 0, &two, &err), GW_OK);
    close(two);
}
END_TEST

TCase *listen_case(void)
{
    TCase *tc = tcase_create("listen");

    tcase_add_test(tc, listens_and_says_where);
    tcase_add_test(tc, a_port_in_use_is_waited_for);
    return tc;
}
