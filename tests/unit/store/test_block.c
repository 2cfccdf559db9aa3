/* The codec and the merge, on random blocks: what goes in comes out, and no order of merging matters. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "store/block.h"

#define ROUNDS 2000
#define MOST   300

static struct gw_arena *arena;
static struct gw_err err;
static uint64_t seed;

static void setup(void)
{
    arena = gw_arena_new(0);
    seed = UINT64_C(0x9e3779b97f4a7c15);
}

static void teardown(void)
{
    gw_arena_free(&arena);
}

static uint64_t random_u64(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(random_u64() >> 32) % n;
}

/* ---- random blocks ---- */

static double random_value(uint32_t kind)
{
    static const double strange[] = {0.0,  1e300, -1e300,  5e-324, 1.7976931348623157e308, 0.1,
                                     1e15, -1e15, 1.0 / 3, 1e-9,   2251799813685247.0,     4503599627370497.0};
    uint64_t bits;
    double v;

    switch (kind) {
    case 0: /* whole beats */
        return 40 + below(160);
    case 1: /* one decimal */
        return (double)(int)(below(2000)) / 10.0 - 50.0;
    case 2: /* degrees */
        return (double)(int64_t)(random_u64() % 1800000000u) / 1e7 - 90.0;
    case 3: /* a float that was made a double */
        return (double)((float)below(100000) / 7.0f);
    case 4:
        return strange[below(sizeof(strange) / sizeof(*strange))];
    default: /* any bits that are a finite number */
        do {
            bits = random_u64();
            memcpy(&v, &bits, sizeof(v));
        } while (!isfinite(v));
        return v;
    }
}

static struct gw_uuid random_payload(void)
{
    struct gw_uuid id = {{0}};

    id.b[15] = (uint8_t)below(5); /* few, so that they repeat; 0 is none */
    return id;
}

static struct gw_block new_block(uint32_t most, bool durations)
{
    struct gw_block b = {0};

    b.t_us = gw_arena_alloc(arena, most * sizeof(*b.t_us));
    b.v = gw_arena_alloc(arena, most * sizeof(*b.v));
    b.runs = gw_arena_alloc(arena, most * sizeof(*b.runs));
    if (durations)
        b.dur_us = gw_arena_alloc(arena, most * sizeof(*b.dur_us));
    ck_assert(b.t_us && b.v && b.runs && (!durations || b.dur_us));
    return b;
}

static const int64_t steps[] = {1, 1000, 1000000, 60000000, 250000, 7};

static void random_run(struct gw_block *b, uint32_t first)
{
    b->runs[b->runs_count++] = (struct gw_block_run){.first = first,
                                                     .offset_s = below(3) ? (int32_t)below(3) * 3600 : GW_NO_OFFSET,
                                                     .version_us = (int64_t)below(3) * 1700000000000000,
                                                     .tentative = below(4) == 0,
                                                     .payload_id = random_payload()};
}

static struct gw_block random_block(uint32_t least, uint32_t most)
{
    uint32_t count = least + below(most - least + 1);
    uint32_t kind = below(6), tombs = below(3) == 0 ? 1 + below(10) : 0;
    int64_t step = steps[below(6)], t = ((int64_t)below(1000) - 500) * 86400000000 / step * step;
    bool regular = below(2), durations = below(3) == 0;
    struct gw_block b = new_block(count + 1, durations);

    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || below(40) == 0)
            random_run(&b, i);
        b.t_us[i] = t;
        b.v[i] = tombs && below(tombs) == 0 ? NAN : random_value(kind);
        if (durations)
            b.dur_us[i] = below(5) ? 60000000 : (int64_t)below(100000);
        t += step * (regular && below(50) ? 1 : 1 + (int64_t)below(100));
    }
    b.count = count;
    return b;
}

/* ---- equality ---- */

static const struct gw_block_run *run_at(const struct gw_block *b, uint32_t i)
{
    uint32_t r = b->runs_count - 1;

    while (b->runs[r].first > i)
        r--;
    return &b->runs[r];
}

static bool same_double(double a, double b)
{
    return a == b || (a != a && b != b);
}

static void assert_same(const struct gw_block *a, const struct gw_block *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        const struct gw_block_run *x = run_at(a, i), *y = run_at(b, i);
        ck_assert(a->t_us[i] == b->t_us[i]);
        ck_assert_msg(same_double(a->v[i], b->v[i]), "%.17g is not %.17g", a->v[i], b->v[i]);
        ck_assert((a->dur_us ? a->dur_us[i] : 0) == (b->dur_us ? b->dur_us[i] : 0));
        ck_assert(x->offset_s == y->offset_s && x->version_us == y->version_us && x->tentative == y->tentative &&
                  gw_uuid_eq(x->payload_id, y->payload_id));
    }
}

static struct gw_str coded(const struct gw_block *b)
{
    gw_own_buf struct gw_buf out = {0};

    ck_assert_msg(gw_block_encode(b, &out, &err) == GW_OK, "%s", gw_err_text(&err));
    return (struct gw_str){gw_arena_strndup(arena, out.data, out.len), out.len};
}

/* An exact copy on the heap, so that a sanitizer sees a read past its end. */
static struct gw_block decoded(struct gw_str bytes)
{
    struct gw_block b;
    char *copy = malloc(bytes.len ? bytes.len : 1);

    ck_assert_ptr_nonnull(copy);
    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    ck_assert_msg(gw_block_decode((struct gw_str){copy, bytes.len}, arena, &b, &err) == GW_OK, "%s", gw_err_text(&err));
    free(copy);
    return b;
}

/* ---- the codec ---- */

START_TEST(test_round_trip)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct gw_block b = random_block(1, MOST), back = decoded(coded(&b));
        assert_same(&b, &back);
        struct gw_str once = coded(&b), twice = coded(&back);
        ck_assert_msg(gw_str_eq(once, twice), "a block has one form");
        if (i % 200 == 0) {
            teardown();
            arena = gw_arena_new(0);
        }
    }
}
END_TEST

START_TEST(test_empty)
{
    struct gw_block b = {0}, back;

    ck_assert_uint_eq(coded(&b).len, 0);
    back = decoded((struct gw_str){"", 0});
    ck_assert_uint_eq(back.count, 0);
}
END_TEST

static struct gw_block minutes(uint32_t count, bool jitter)
{
    struct gw_block b = new_block(count, false);

    b.count = count;
    b.runs_count = 1;
    b.runs[0] = (struct gw_block_run){.offset_s = 3600, .version_us = 1763596800000000, .payload_id = random_payload()};
    double v = 70;
    for (uint32_t i = 0; i < count; i++) {
        b.t_us[i] = 1763596800000000 + (int64_t)i * 60000000 + (jitter ? (int64_t)below(1000) * 1000 : 0);
        v += jitter ? ((double)below(61) - 30) / 10 : (double)below(7) - 3;
        v = v < 45 ? 45 : v > 180 ? 180 : v;
        b.v[i] = round(v * 10) / 10;
    }
    return b;
}

START_TEST(test_size)
{
    struct gw_block regular = minutes(1440, false), jittered = minutes(1440, true);

    /* what the design counted with: 1.0 and 4.26 bytes a sample */
    ck_assert_uint_le(coded(&regular).len, 1440);
    ck_assert_uint_le(coded(&jittered).len, 1440 * 4);
}
END_TEST

START_TEST(test_wide_numbers)
{
    /* gaps and durations of every width, so that numbers of up to 64 bits cross the edges of words */
    for (int width = 1; width < 63; width++) {
        struct gw_block b = new_block(130, true);
        int64_t t = -(INT64_C(1) << 61);
        b.runs_count = 1;
        b.runs[0] = (struct gw_block_run){.offset_s = GW_NO_OFFSET};
        for (b.count = 0; b.count < 130; b.count++) {
            b.t_us[b.count] = t;
            b.v[b.count] = b.count;
            b.dur_us[b.count] = (int64_t)(random_u64() >> (64 - width)) * (below(2) ? 1 : -1);
            t += 1 + (int64_t)(random_u64() >> 1 >> (63 - (width < 54 ? width : 54)));
        }
        struct gw_block back = decoded(coded(&b));
        assert_same(&b, &back);
    }
}
END_TEST

START_TEST(test_refuses)
{
    struct gw_block b = random_block(20, 60), bad;
    gw_own_buf struct gw_buf out = {0};

    bad = b;
    bad.runs_count = 0;
    ck_assert_int_eq(gw_block_encode(&bad, &out, &err), GW_INTERNAL);
    int64_t keep = b.t_us[5];
    b.t_us[5] = b.t_us[4];
    ck_assert_int_eq(gw_block_encode(&b, &out, &err), GW_INTERNAL);
    b.t_us[5] = keep;
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* Cut, lengthened and damaged bytes are an answer or an error, never an accident. */
START_TEST(test_damaged)
{
    int refused = 0;

    for (int i = 0; i < 400; i++) {
        struct gw_block b = random_block(1, 80), back;
        struct gw_str bytes = coded(&b);
        char *copy = malloc(bytes.len + 1);
        for (size_t cut = 1; cut < bytes.len; cut += 1 + below(7)) {
            char *shorter = malloc(cut);
            memcpy(shorter, bytes.ptr, cut);
            ck_assert_int_eq(gw_block_decode((struct gw_str){shorter, cut}, arena, &back, &err), GW_DATA);
            free(shorter);
        }
        memcpy(copy, bytes.ptr, bytes.len);
        copy[bytes.len] = 0;
        ck_assert_int_eq(gw_block_decode((struct gw_str){copy, bytes.len + 1}, arena, &back, &err), GW_DATA);
        for (int k = 0; k < 20; k++) {
            memcpy(copy, bytes.ptr, bytes.len);
            copy[below((uint32_t)bytes.len)] ^= (char)(1u << below(8));
            struct gw_arena *small = gw_arena_new(64u << 20);
            refused += gw_block_decode((struct gw_str){copy, bytes.len}, small, &back, &err) != GW_OK;
            gw_arena_free(&small);
        }
        free(copy);
    }
    ck_assert_int_gt(refused, 100);
}
END_TEST

/* ---- the merge ---- */

static struct gw_block merged(const struct gw_block *a, const struct gw_block *b, struct gw_block_merge *counts)
{
    struct gw_block ret;

    ck_assert(gw_block_merge(a, b, arena, &ret, counts, &err) == GW_OK);
    return ret;
}

/* Blocks of few times and values, so that they meet. */
static struct gw_block crowded_block(void)
{
    struct gw_block b = new_block(64, below(2));
    int64_t t = (int64_t)below(4) * 1000000;

    for (uint32_t count = 1 + below(40); b.count < count; b.count++) {
        if (b.count == 0 || below(3) == 0)
            random_run(&b, b.count);
        b.t_us[b.count] = t;
        b.v[b.count] = below(6) == 0 ? NAN : (double)below(3);
        if (b.dur_us)
            b.dur_us[b.count] = (int64_t)below(2);
        t += 1000000 * (1 + (int64_t)below(3));
    }
    return b;
}

START_TEST(test_merge_any_order)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct gw_block a = crowded_block(), b = crowded_block(), c = crowded_block();
        struct gw_block ab = merged(&a, &b, NULL), ba = merged(&b, &a, NULL);
        struct gw_block ab_c = merged(&ab, &c, NULL), bc = merged(&b, &c, NULL), a_bc = merged(&a, &bc, NULL);
        struct gw_block_merge counts;
        struct gw_block again = merged(&ab_c, &b, &counts);
        assert_same(&ab, &ba);
        assert_same(&ab_c, &a_bc);
        assert_same(&ab_c, &again);
        ck_assert_uint_eq(counts.written, 0);
        ck_assert_uint_eq(counts.unchanged, b.count);
        struct gw_str x = coded(&ab_c), y = coded(&a_bc);
        ck_assert_msg(gw_str_eq(x, y), "the same bytes in any order");
        if (i % 200 == 0) {
            teardown();
            arena = gw_arena_new(0);
        }
    }
}
END_TEST

/* The winner of each timestamp by the rule's own words. */
START_TEST(test_merge_rule)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct gw_block a = crowded_block(), b = crowded_block(), won;
        struct gw_block_merge counts;
        struct gw_block m;
        ck_assert(gw_block_merge_won(&a, &b, arena, &m, &won, &counts, &err) == GW_OK);
        uint32_t ia = 0, ib = 0, created = 0, updated = 0, deleted = 0, unchanged = 0;
        for (uint32_t k = 0; k < m.count; k++) {
            while (ia < a.count && a.t_us[ia] < m.t_us[k])
                ia++;
            while (ib < b.count && b.t_us[ib] < m.t_us[k])
                ib++;
            bool in_a = ia < a.count && a.t_us[ia] == m.t_us[k], in_b = ib < b.count && b.t_us[ib] == m.t_us[k];
            ck_assert(in_a || in_b);
            if (!in_b)
                continue;
            if (!in_a) {
                isnan(b.v[ib]) ? unchanged++ : created++;
                continue;
            }
            const struct gw_block_run *ra = run_at(&a, ia), *rb = run_at(&b, ib);
            if (ra->version_us != rb->version_us)
                ck_assert(run_at(&m, k)->version_us == (ra->version_us > rb->version_us ? ra : rb)->version_us);
            else if (ra->tentative != rb->tentative)
                ck_assert(!run_at(&m, k)->tentative);
            else if (!isnan(a.v[ia]) && !isnan(b.v[ib]) && a.v[ia] != b.v[ib])
                ck_assert(m.v[k] == fmax(a.v[ia], b.v[ib]));
            bool changed = !same_double(m.v[k], a.v[ia]) ||
                           (!isnan(m.v[k]) && ((m.dur_us ? m.dur_us[k] : 0) != (a.dur_us ? a.dur_us[ia] : 0) ||
                                               run_at(&m, k)->offset_s != ra->offset_s));
            if (!changed)
                unchanged++;
            else if (isnan(m.v[k]))
                deleted++;
            else if (isnan(a.v[ia]))
                created++;
            else
                updated++;
        }
        ck_assert_uint_eq(counts.created, created);
        ck_assert_uint_eq(counts.updated, updated);
        ck_assert_uint_eq(counts.deleted, deleted);
        ck_assert_uint_eq(counts.unchanged, unchanged);
        ck_assert_uint_eq(won.count, counts.written);
        struct gw_block by_won = merged(&a, &won, NULL);
        assert_same(&m, &by_won);
        if (i % 200 == 0) {
            teardown();
            arena = gw_arena_new(0);
        }
    }
}
END_TEST

START_TEST(test_slice_and_live)
{
    for (int i = 0; i < 500; i++) {
        struct gw_block b = random_block(2, 200), left, right;
        uint32_t cut = 1 + below(b.count - 1), live = 0;
        int64_t first = 0, last = 0, got_first, got_last;
        ck_assert(gw_block_slice(&b, 0, cut, arena, &left, &err) == GW_OK);
        ck_assert(gw_block_slice(&b, cut, b.count - cut, arena, &right, &err) == GW_OK);
        struct gw_block whole = merged(&left, &right, NULL);
        assert_same(&b, &whole);
        for (uint32_t k = 0; k < b.count; k++)
            if (!isnan(b.v[k])) {
                first = live++ ? first : b.t_us[k];
                last = b.t_us[k];
            }
        ck_assert_uint_eq(gw_block_live(&b, &got_first, &got_last), live);
        ck_assert(got_first == first && got_last == last);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *tcase = tcase_create("block");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 120);
    tcase_add_test(tcase, test_round_trip);
    tcase_add_test(tcase, test_empty);
    tcase_add_test(tcase, test_size);
    tcase_add_test(tcase, test_wide_numbers);
    tcase_add_test(tcase, test_refuses);
    tcase_add_test(tcase, test_damaged);
    tcase_add_test(tcase, test_merge_any_order);
    tcase_add_test(tcase, test_merge_rule);
    tcase_add_test(tcase, test_slice_and_live);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
