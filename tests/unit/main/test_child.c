/* The pauses between the starts of a child that keeps dying. */
#include <signal.h>

#include "base/log.h"
#include "base/time.h"
#include "main/child.h"
#include "tests.h"

static int64_t pause_after_end(struct child *child, int64_t ran_us)
{
    int64_t now_us = gw_mono_us();

    child->pid = 4711;
    child->started_us = now_us - ran_us;
    child_ended(child, SIGKILL);
    ck_assert_int_eq(child->pid, 0);
    return (child->due_us - now_us + 50000) / 100000; /* tenths of a second */
}

START_TEST(pauses_grow_and_begin_anew)
{
    static const int64_t tenths[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300};
    struct child child = {.kind = CHILD_API, .slot = 1, .ready_fd = -1};

    gw_log_init("test", GW_LOG_ERROR);
    for (size_t i = 0; i < sizeof(tenths) / sizeof(tenths[0]); i++)
        ck_assert_int_eq(pause_after_end(&child, GW_US_PER_S), tenths[i]);
    ck_assert_int_eq(pause_after_end(&child, 31 * GW_US_PER_S), 0);
    ck_assert_int_eq(pause_after_end(&child, GW_US_PER_S), 1);
}
END_TEST

TCase *child_case(void)
{
    TCase *tc = tcase_create("child");

    tcase_add_test(tc, pauses_grow_and_begin_anew);
    return tc;
}
