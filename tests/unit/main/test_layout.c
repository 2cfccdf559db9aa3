/* Where things lie: long paths, folders of others, the lock. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests.h"

START_TEST(the_state_directory_is_made)
{
    struct gw_config config;
    struct gw_layout layout;
    struct gw_err err;
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/a/b", folder);
    config_make(path, &config);
    ck_assert_int_eq(gw_main_layout(&config, false, &layout, &err), GW_OK);
    ck_assert_int_ne(access(path, F_OK), 0);
    ck_assert_int_eq(gw_main_layout(&config, true, &layout, &err), GW_OK);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    ck_assert_str_eq(layout.state_dir, path);
    ck_assert_ptr_nonnull(strstr(layout.data_dir, "/a/b/postgres"));
    ck_assert_ptr_nonnull(strstr(layout.socket_dir, "/a/b/run"));
    ck_assert(!layout.socket_moved);
    gw_config_free(&config);
}
END_TEST

/* 107 bytes fit a socket's address; the same state directory gives the same other place each time. */
START_TEST(a_long_path_moves_the_socket)
{
    struct gw_config config;
    struct gw_layout layout, again;
    struct gw_err err;
    char path[256];

    snprintf(path, sizeof(path), "%s/%0*d", folder, 120, 0);
    config_make(path, &config);
    ck_assert_int_eq(gw_main_layout(&config, true, &layout, &err), GW_OK);
    ck_assert(layout.socket_moved);
    ck_assert_int_lt(strlen(layout.socket_dir) + strlen("/.s.PGSQL.5432"), 108);
    ck_assert_int_eq(gw_main_layout(&config, false, &again, &err), GW_OK);
    ck_assert_str_eq(layout.socket_dir, again.socket_dir);
    gw_config_free(&config);
}
END_TEST

START_TEST(every_length_gives_a_socket_that_fits)
{
    struct gw_config config;
    struct gw_layout layout;
    struct gw_err err;
    char path[256];

    for (int len = 40; len < 110; len++) {
        snprintf(path, sizeof(path), "/nowhere/%0*d", len, 0);
        config_make(path, &config);
        ck_assert_int_eq(gw_main_layout(&config, false, &layout, &err), GW_OK);
        ck_assert_int_lt(strlen(layout.socket_dir) + strlen("/.s.PGSQL.5432"), 108);
        ck_assert_int_eq(layout.socket_moved, strlen(path) + strlen("/run/.s.PGSQL.5432") > 107);
        gw_config_free(&config);
    }
}
END_TEST

START_TEST(a_private_folder_is_ours_alone)
{
    struct gw_err err;
    char path[128];

    snprintf(path, sizeof(path), "%s/run", folder);
    ck_assert_int_eq(gw_main_private_folder(path, &err), GW_OK);
    ck_assert_int_eq(gw_main_private_folder(path, &err), GW_OK);
    ck_assert_int_eq(chmod(path, 0750), 0);
    ck_assert_int_eq(gw_main_private_folder(path, &err), GW_CONFIG);
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(symlink("/tmp", path), 0);
    ck_assert_int_eq(gw_main_private_folder(path, &err), GW_CONFIG);
    ck_assert_int_eq(gw_main_private_folder("/usr", &err), GW_CONFIG);
}
END_TEST

START_TEST(one_holds_the_lock)
{
    struct gw_config config;
    struct gw_layout layout;
    struct gw_err err;
    int one = -1, two = -1;

    config_make(folder, &config);
    ck_assert_int_eq(gw_main_layout(&config, true, &layout, &err), GW_OK);
    ck_assert_int_eq(gw_main_lock(&layout, &one, &err), GW_OK);
    ck_assert_int_eq(gw_main_lock(&layout, &two, &err), GW_BUSY);
    close(one);
    ck_assert_int_eq(gw_main_lock(&layout, &two, &err), GW_OK);
    close(two);
    gw_config_free(&config);
}
END_TEST

TCase *layout_case(void)
{
    TCase *tc = tcase_create("layout");

    tcase_add_checked_fixture(tc, folder_make, folder_drop);
    tcase_add_test(tc, the_state_directory_is_made);
    tcase_add_test(tc, a_long_path_moves_the_socket);
    tcase_add_test(tc, every_length_gives_a_socket_that_fits);
    tcase_add_test(tc, a_private_folder_is_ours_alone);
    tcase_add_test(tc, one_holds_the_lock);
    return tc;
}
