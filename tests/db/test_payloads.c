/* Payloads: kept as received, once; pushes are durable with their job. */
#include "db_test.h"

#include <stdlib.h>

#include "base/time.h"
#include "store/accept.h"

static struct gw_connection connection;

static void setup(void)
{
    connection = make_connection(make_user("Ana"), "samsung", "");
}

static struct gw_payload make_payload(struct gw_str data)
{
    return (struct gw_payload){.id = gw_uuid_v7(),
                               .user_id = connection.user_id,
                               .connection_id = connection.id,
                               .provider = "samsung",
                               .account = "",
                               .kind = "samsung.records",
                               .content_type = "application/json",
                               .origin = "push",
                               .data = data,
                               .offset_s = GW_NO_OFFSET,
                               .received_us = T0};
}

static struct gw_str big_bytes(size_t len, bool noise)
{
    char *bytes = gw_arena_alloc(arena, len);

    ck_assert_ptr_nonnull(bytes);
    if (noise)
        gw_random(bytes, len);
    else
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)('a' + i % 7);
    return (struct gw_str){bytes, len};
}

static void check_kept(struct gw_str data, long chunks, long at_most)
{
    struct gw_payload payload = make_payload(data), got;
    struct gw_commit commit = make_commit(&connection);

    commit.payloads = &payload;
    commit.payloads_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(commit.counts.payloads, 1);
    ck_good(gw_store_payload_get(db, arena, connection.user_id, payload.id, &got, &err));
    ck_assert_uint_eq(got.data.len, data.len);
    ck_assert(data.len == 0 || memcmp(got.data.ptr, data.ptr, data.len) == 0);
    ck_assert_str_eq(got.kind, "samsung.records");
    ck_assert_str_eq(got.content_type, "application/json");
    ck_assert_ptr_null(got.external_id);
    ck_assert(got.received_us == T0 && got.offset_s == GW_NO_OFFSET);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payload_chunks WHERE payload_id = '%s'", uuid_text(payload.id)),
                     chunks);
    ck_assert_int_le(sql_long("SELECT coalesce(sum(length(data)), 0) FROM payload_chunks WHERE payload_id = '%s'",
                              uuid_text(payload.id)),
                     at_most);
}

START_TEST(test_kept)
{
    check_kept(GW_STR("{\"a\":1}"), 1, 7);
    check_kept(GW_STR(""), 0, 0);
    check_kept(big_bytes(1 << 20, false), 1, 10000);
    check_kept(big_bytes((1 << 20) + 1, false), 2, 10000);
    check_kept(big_bytes(12 << 20, true), 12, 12 << 20);
    ck_fails(gw_store_payload_get(db, arena, connection.user_id, gw_uuid_v4(), &(struct gw_payload){0}, &err),
             GW_NOT_FOUND);
}
END_TEST

/* Chunk by chunk; what is not whole is not taken for it. */
START_TEST(test_read_in_chunks)
{
    struct gw_str data = big_bytes((11 << 20) + 5, true), bytes;
    struct gw_payload payload = make_payload(data), got;
    struct gw_commit commit = make_commit(&connection);
    struct gw_payload_reader *reader = NULL;
    size_t at = 0;

    commit.payloads = &payload;
    commit.payloads_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_good(gw_store_payload_open(db, arena, connection.user_id, payload.id, &got, &reader, &err));
    ck_assert(got.data.ptr == NULL && got.data.len == data.len);
    for (;;) {
        ck_good(gw_store_payload_next(reader, &bytes, &err));
        if (bytes.len == 0)
            break;
        ck_assert(memcmp(bytes.ptr, data.ptr + at, bytes.len) == 0);
        at += bytes.len;
    }
    ck_assert_uint_eq(at, data.len);
    ck_good(gw_store_payload_next(reader, &bytes, &err));
    ck_assert_uint_eq(bytes.len, 0);
    gw_store_payload_close(&reader);
    sql_run("UPDATE payload_chunks SET number = 100 WHERE number = 11");
    ck_fails(gw_store_payload_get(db, arena, connection.user_id, payload.id, &got, &err), GW_DATA);
    sql_run("UPDATE payload_chunks SET number = 11, data = data || '\\x00' WHERE number = 100");
    ck_fails(gw_store_payload_get(db, arena, connection.user_id, payload.id, &got, &err), GW_DATA);
    sql_run("UPDATE payload_chunks SET codec = 1 WHERE number = 5");
    ck_fails(gw_store_payload_get(db, arena, connection.user_id, payload.id, &got, &err), GW_DATA);
}
END_TEST

START_TEST(test_equal_once)
{
    struct gw_payload first = make_payload(GW_STR("same")), second = make_payload(GW_STR("same"));
    struct gw_payload third = make_payload(GW_STR("same")), fourth = make_payload(GW_STR("same"));
    struct gw_commit commit = make_commit(&connection);
    struct gw_workout w = make_workout("w", T0, 1, 60);
    int64_t t = T0;
    double v = 60;
    struct gw_series_in s = {.metric = 1, .offset_s = GW_NO_OFFSET, .count = 1, .t_us = &t, .v = &v};

    first.normalize_revision = second.normalize_revision = 3;
    w.head.payload_id = first.id;
    s.payload_id = first.id;
    commit.payloads = &first;
    commit.payloads_count = 1;
    commit.workouts = &w;
    commit.workouts_count = 1;
    commit.series = &s;
    commit.series_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    char *before = sql_dump();
    commit.payloads = &second;
    w.head.payload_id = second.id;
    s.payload_id = second.id;
    commit.counts = (struct gw_counts){0};
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(commit.counts.workouts.unchanged, 1);
    ck_assert_int_eq(commit.counts.timeseries.unchanged, 1);
    ck_same_dump(before, sql_dump());
    /* another name or kind is another payload */
    third.external_id = "x";
    fourth.kind = "samsung.sleep";
    struct gw_payload both[] = {third, fourth, third};
    both[2].id = gw_uuid_v7();
    commit = make_commit(&connection);
    commit.payloads = both;
    commit.payloads_count = 3;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 3);
    /* read by a newer plugin, or not readable: that is noted, by the id alone as well */
    struct gw_payload noted = {
        .id = first.id, .offset_s = GW_NO_OFFSET, .normalize_revision = 4, .error = "no such field"};
    commit.payloads = &noted;
    commit.payloads_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_str_eq(sql_one("SELECT normalize_revision || error FROM payloads WHERE id = '%s'", uuid_text(first.id)),
                     "4no such field");
    noted.id = gw_uuid_v4();
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 3);
}
END_TEST

START_TEST(test_accept)
{
    struct gw_payload payload = make_payload(GW_STR("[1,2,3]")), got;
    struct gw_uuid job, again, id;

    ck_good(gw_store_payload_accept(db, &payload, &job, &err));
    payload.id = gw_uuid_v7();
    ck_good(gw_store_payload_accept(db, &payload, &again, &err));
    ck_assert(!gw_uuid_eq(job, again));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 1);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM jobs"), 2);
    struct gw_job claimed = claim_one("w");
    ck_assert_int_eq(claimed.kind, GW_JOB_PAYLOAD);
    ck_assert(gw_uuid_parse((struct gw_str){claimed.args + strlen("{\"payload_id\":\""), 36}, &id));
    ck_good(gw_store_payload_get(db, arena, connection.user_id, id, &got, &err));
    ck_assert(gw_str_is(got.data, "[1,2,3]"));
    payload.user_id = gw_uuid_v4();
    ck_fails(gw_store_payload_accept(db, &payload, &job, &err), GW_NOT_FOUND);
}
END_TEST

/* ---- what comes in chunks, of nobody who has a connection yet ---- */

#define CHUNKS 40

static int gets, breaks_at;

static enum gw_code get_chunk(void *self, int32_t number, struct gw_chunk *ret, struct gw_err *error)
{
    gets++;
    if (number == breaks_at)
        return gw_fail(error, GW_INTERNAL, "the file went away");
    *ret = (struct gw_chunk){GW_CHUNK_PLAIN, {self, GW_CHUNK}};
    return GW_OK;
}

/* The same noise so many times. */
static struct gw_accept make_push(struct gw_uuid user, int32_t count)
{
    struct gw_str noise = big_bytes(GW_CHUNK, true);

    gets = 0;
    breaks_at = -1;
    return (struct gw_accept){.payload = {.user_id = user,
                                          .provider = "apple",
                                          .account = "",
                                          .kind = "apple.sdk",
                                          .data = {NULL, (size_t)count * GW_CHUNK},
                                          .offset_s = GW_NO_OFFSET},
                              .digest = {1, 2, 3},
                              .chunks = {get_chunk, (void *)(uintptr_t)noise.ptr, count}};
}

START_TEST(test_push_makes_its_connection)
{
    struct gw_uuid user = make_user("Bea");
    struct gw_accept push = make_push(user, CHUNKS);
    struct gw_accepted first, second;
    struct gw_payload got;

    ck_good(gw_store_accept(db, &push, &first, &err));
    ck_assert(!first.known);
    ck_assert_int_eq(gets, CHUNKS);
    ck_good(gw_store_payload_get(db, arena, user, first.payload_id, &got, &err));
    ck_assert_uint_eq(got.data.len, (size_t)CHUNKS * GW_CHUNK);
    ck_assert_mem_eq(got.data.ptr, push.chunks.self, GW_CHUNK);
    ck_assert(gw_uuid_eq(got.connection_id, first.connection_id));
    ck_assert_str_eq(sql_one("SELECT status || provider_user_id || (tokens IS NULL) || (last_synced_at IS NULL) "
                             "FROM connections WHERE id = '%s'",
                             uuid_text(first.connection_id)),
                     "activetruetrue");
    ck_good(gw_store_accept(db, &push, &second, &err));
    ck_assert(second.known && gw_uuid_eq(second.payload_id, first.payload_id));
    ck_assert(gw_uuid_eq(second.connection_id, first.connection_id) && !gw_uuid_eq(second.job_id, first.job_id));
    ck_assert_int_eq(gets, CHUNKS);
    ck_assert_int_eq(
        sql_long("SELECT count(*) FROM outbox WHERE user_id = '%s' AND type = 'connection.changed'", uuid_text(user)),
        1);

    ck_good(gw_store_connection_status(db, user, first.connection_id, "revoked", "the user said so", &err));
    ck_good(gw_store_accept(db, &push, &second, &err));
    ck_assert(gw_uuid_eq(second.connection_id, first.connection_id));
    ck_assert_str_eq(
        sql_one("SELECT status || (reason IS NULL) FROM connections WHERE id = '%s'", uuid_text(first.connection_id)),
        "activetrue");
    ck_assert_int_eq(
        sql_long("SELECT count(*) FROM outbox WHERE user_id = '%s' AND type = 'connection.changed'", uuid_text(user)),
        3);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM account_owners WHERE user_id = '%s'", uuid_text(user)), 0);
}
END_TEST

START_TEST(test_push_is_everything_or_nothing)
{
    struct gw_uuid user = make_user("Cleo");
    struct gw_accept push = make_push(user, CHUNKS);
    struct gw_accepted accepted;

    breaks_at = CHUNKS - 1;
    ck_fails(gw_store_accept(db, &push, &accepted, &err), GW_INTERNAL);
    ck_assert_int_eq(sql_long("SELECT (SELECT count(*) FROM payloads) + (SELECT count(*) FROM payload_chunks) + "
                              "(SELECT count(*) FROM jobs) + (SELECT count(*) FROM connections WHERE user_id = '%s')",
                              uuid_text(user)),
                     0);
    breaks_at = -1;
    ck_good(gw_store_accept(db, &push, &accepted, &err));
    push.payload.user_id = gw_uuid_v4();
    ck_fails(gw_store_accept(db, &push, &accepted, &err), GW_NOT_FOUND);
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 1);
}
END_TEST

START_TEST(test_retention)
{
    struct gw_payload old = make_payload(GW_STR("old")), read = make_payload(GW_STR("still to be read"));
    struct gw_commit commit = make_commit(&connection);
    struct gw_uuid job;

    commit.payloads = &old;
    commit.payloads_count = 1;
    ck_good(gw_store_commit(db, &commit, NULL, NULL, &err));
    ck_good(gw_store_payload_accept(db, &read, &job, &err));
    ck_good(gw_store_clean(db, 0, 0, &err));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payloads"), 2);
    gw_clock_offset(365 * DAY_US * 3);
    ck_good(gw_store_clean(db, 90, 30, &err));
    gw_clock_offset(0);
    ck_assert_str_eq(sql_one("SELECT string_agg(id::text, ' ') FROM payloads"), uuid_text(read.id));
    ck_assert_int_eq(sql_long("SELECT count(*) FROM payload_chunks"), 1);
}
END_TEST

Suite *suite_payloads(void)
{
    Suite *suite = suite_create("payloads");
    TCase *tcase = db_case(suite, "payloads");

    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, test_kept);
    tcase_add_test(tcase, test_read_in_chunks);
    tcase_add_test(tcase, test_equal_once);
    tcase_add_test(tcase, test_accept);
    tcase_add_test(tcase, test_push_makes_its_connection);
    tcase_add_test(tcase, test_push_is_everything_or_nothing);
    tcase_add_test(tcase, test_retention);
    return suite;
}
