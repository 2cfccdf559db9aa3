/* Chunks in memory and on disk. */
#include "upload/spool.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zstd.h>

#include "base/uuid.h"
#include "crypt/crypt.h"
#include "tests.h"

static char folder[] = "/tmp/test-spool-XXXXXX";

static void setup(void)
{
    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

/* Whatever happened, nothing lies there. */
static void teardown(void)
{
    trouble_end();
    ck_assert_int_eq(rmdir(folder), 0);
}

static char *bytes_of(size_t len, bool noise)
{
    char *bytes = malloc(len + 1);

    ck_assert_ptr_nonnull(bytes);
    if (noise)
        gw_random(bytes, len);
    else
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)('a' + i % 11);
    return bytes;
}

static void check_chunk(const struct gw_chunk *chunk, const char *plain, size_t len)
{
    static char room[GW_CHUNK];
    struct gw_str got = chunk->data;

    if (chunk->codec == GW_CHUNK_ZSTD) {
        got = (struct gw_str){room, ZSTD_decompress(room, sizeof(room), chunk->data.ptr, chunk->data.len)};
        ck_assert_uint_lt(chunk->data.len, len);
    }
    ck_assert_uint_eq(got.len, len);
    ck_assert_mem_eq(got.ptr, plain, len);
}

static void check_kept(size_t len, size_t piece, bool noise)
{
    gw_own_free char *bytes = bytes_of(len, noise);
    struct gw_spool *spool = NULL;
    struct gw_chunks chunks;
    uint8_t digest[32], whole[32];
    struct gw_err err;

    ck_assert_int_eq(gw_spool_new(folder, &spool, &err), GW_OK);
    for (size_t at = 0; at < len; at += piece)
        ck_assert_int_eq(gw_spool_add(spool, bytes + at, len - at < piece ? len - at : piece, &err), GW_OK);
    ck_assert_int_eq(gw_spool_end(spool, digest, &err), GW_OK);
    gw_sha256((struct gw_str){bytes, len}, whole);
    ck_assert_mem_eq(digest, whole, sizeof(whole));
    chunks = gw_spool_chunks(spool);
    ck_assert_int_eq(chunks.count, (int)((len + GW_CHUNK - 1) / GW_CHUNK));
    for (int round = 0; round < 2; round++) {
        for (int32_t i = 0; i < chunks.count; i++) {
            size_t at = (size_t)i * GW_CHUNK;
            struct gw_chunk chunk;
            ck_assert_int_eq(chunks.get(chunks.self, i, &chunk, &err), GW_OK);
            check_chunk(&chunk, bytes + at, len - at < GW_CHUNK ? len - at : GW_CHUNK);
        }
    }
    gw_spool_free(&spool);
}

START_TEST(kept_as_it_came)
{
    check_kept(0, 1, false);
    check_kept(1, 1, false);
    check_kept(5000, 7, false);
    check_kept(GW_CHUNK, 16384, false);
    check_kept(GW_CHUNK + 1, 16384, false);
    check_kept(5 * GW_CHUNK, 3 * GW_CHUNK + 5, false);
    check_kept(5 * GW_CHUNK + 77, 100000, true);
    check_kept(70 * GW_CHUNK, 100000, false);
}
END_TEST

static enum gw_code add_chunks(int count, struct gw_err *err)
{
    gw_own_free char *bytes = bytes_of(GW_CHUNK, true);
    struct gw_spool *spool = NULL;
    uint8_t digest[32];
    enum gw_code code = gw_spool_new(folder, &spool, err);

    for (int i = 0; !code && i < count; i++)
        code = gw_spool_add(spool, bytes, GW_CHUNK, err);
    if (!code)
        code = gw_spool_end(spool, digest, err);
    gw_spool_free(&spool);
    return code;
}

START_TEST(a_full_disk_is_said)
{
    struct gw_err err;

    trouble_disk(0);
    ck_assert_int_eq(add_chunks(1, &err), GW_OK); /* in memory */
    ck_assert_int_eq(add_chunks(2, &err), GW_BUSY);
    ck_assert_str_eq(gw_err_wire(&err), "storage.full");
    trouble_disk(3 * GW_CHUNK + 17);
    ck_assert_int_eq(add_chunks(9, &err), GW_BUSY);
    ck_assert_str_eq(gw_err_wire(&err), "storage.full");
}
END_TEST

START_TEST(memory_may_fail_anywhere)
{
    enum gw_code code = GW_NOMEM;
    int n = 1;

    for (; code == GW_NOMEM; n++) {
        trouble_allocations(n + 1);
        code = add_chunks(3, NULL);
        trouble_end();
    }
    ck_assert_int_eq(code, GW_OK);
    ck_assert_int_gt(n, 4);
}
END_TEST

START_TEST(a_folder_that_is_not_there)
{
    struct gw_spool *spool = NULL;
    gw_own_free char *bytes = bytes_of(2 * GW_CHUNK, false);
    uint8_t digest[32];
    struct gw_err err;

    ck_assert_int_eq(gw_spool_new("/no/such/folder", &spool, &err), GW_OK);
    ck_assert_int_eq(gw_spool_add(spool, bytes, 2 * GW_CHUNK, &err), GW_OK); /* the thread beside finds out */
    ck_assert_int_eq(gw_spool_end(spool, digest, &err), GW_INTERNAL);
    gw_spool_free(&spool);
}
END_TEST

TCase *spool_case(void)
{
    TCase *tests = tcase_create("spool");

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, kept_as_it_came);
    tcase_add_test(tests, a_full_disk_is_said);
    tcase_add_test(tests, memory_may_fail_anywhere);
    tcase_add_test(tests, a_folder_that_is_not_there);
    return tests;
}
