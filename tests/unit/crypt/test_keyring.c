/* Key files: made once, read strictly, errors with file and line. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "tests.h"

#define KEY_A "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="
#define KEY_B "YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI="

static char dir[] = "/tmp/aorta-keyring-XXXXXX", path[64];

static void make_dir(void)
{
    strcpy(dir, "/tmp/aorta-keyring-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/keys", dir);
}

static void drop_dir(void)
{
    unlink(path);
    rmdir(dir);
}

static void put(const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

START_TEST(create_then_load)
{
    struct gw_keyring *ring = NULL;
    struct gw_err err;
    struct stat st;

    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_NOT_FOUND);
    ck_assert_int_eq(gw_keyring_create(path, &err), GW_OK);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(gw_keyring_create(path, &err), GW_CONFLICT);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    gw_keyring_free(&ring);
    ck_assert_ptr_null(ring);
    gw_keyring_free(&ring);
}
END_TEST

static const struct {
    const char *text;
    mode_t mode;
    const char *says;
} bad[] = {
    {"", 0600, "holds no key"},
    {"# only a comment\n\n", 0600, "holds no key"},
    {"a:" KEY_A "\nnonsense\n", 0600, ":2:"},
    {"a:" KEY_A "\na:" KEY_B "\n", 0600, "twice"},
    {"a:YWFh\n", 0600, "32 bytes"},
    {"a b:" KEY_A "\n", 0600, "id"},
    {"a:" KEY_A "\n", 0604, "0600"},
    {"a:" KEY_A "\n", 0620, "0600"},
};

START_TEST(bad_files_are_refused)
{
    struct gw_keyring *ring = NULL;
    struct gw_err err;

    put(bad[_i].text, bad[_i].mode);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_CONFIG);
    ck_assert_msg(strstr(err.text, bad[_i].says), "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_ptr_null(strstr(err.text, "YWFh"));
    ck_assert_ptr_null(ring);
}
END_TEST

START_TEST(rotation_opens_old_values)
{
    struct gw_keyring *ring = NULL;
    struct gw_err err;
    gw_own_buf struct gw_buf sealed = {0};
    gw_own_secret struct gw_secret plain = {0};

    put("old:" KEY_A "\n", 0400);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    ck_assert_int_eq(gw_seal(ring, GW_STR("token"), GW_STR("row"), &sealed, &err), GW_OK);
    gw_keyring_free(&ring);
    chmod(path, 0600);
    put("# rotated\nnew:" KEY_B "\nold:" KEY_A "\n", 0600);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    ck_assert_int_eq(gw_unseal(ring, (struct gw_str){sealed.data, sealed.len}, GW_STR("row"), &plain, &err), GW_OK);
    ck_assert_str_eq(plain.data, "token");
    gw_keyring_free(&ring);
    put("new:" KEY_B "\n", 0600);
    ck_assert_int_eq(gw_keyring_load(path, &ring, &err), GW_OK);
    ck_assert_int_eq(gw_unseal(ring, (struct gw_str){sealed.data, sealed.len}, GW_STR("row"), &plain, &err), GW_DATA);
    ck_assert_ptr_nonnull(strstr(err.text, "\"old\""));
    gw_keyring_free(&ring);
}
END_TEST

TCase *keyring_case(void)
{
    TCase *tc = tcase_create("keyring");

    tcase_add_checked_fixture(tc, make_dir, drop_dir);
    tcase_add_test(tc, create_then_load);
    tcase_add_loop_test(tc, bad_files_are_refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, rotation_opens_old_values);
    return tc;
}
