/* The codec of series blocks.
 *
 *     byte    1 (the form)
 *     byte    flags: bits 0-1 unit of time, 2 values raw, 3 has durations, 4-5 unit of duration, 6 has tombstones
 *     varint  count
 *     varint  number of runs, then each run:
 *                 varint  length (the last one's follows from count)
 *                 byte    bit 0 tentative, 1 offset follows, 2 version as before, 3 payload id follows, 4 no payload
 *                 zigzag  offset in seconds           (bit 1)
 *                 zigzag  version minus the last one  (not bit 2)
 *                 16 bytes payload id (bit 3), or varint number of an earlier one (neither 3 nor 4)
 *     tombstones (flag 6): varint number of ranges, then varint gap and varint length of each
 *     zigzag  first time in its unit, then a column of count - 1 differences
 *     values  raw: count * 8 bytes, little-endian; else byte exponent, zigzag first, a column of count - 1 differences
 *     durations (flag 3): a column of count
 *
 * A column of integers is byte 0 and one zigzag number that all of them are; or byte 1 and groups of 64: a byte of
 * width, a zigzag base, and that many bits for each number's distance from the base, lowest bit first, up to a whole
 * byte. So a regular series costs nothing for its times, one stray gap costs its own group only, and decoding has no
 * branch in a sample's way. Value = integer / 10^exponent, or a double's own bytes where that would not be exact.
 */
#include "store/block.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>

#include "base/time.h"

#define FORM           1
#define FLAG_RAW       0x04u
#define FLAG_DURATIONS 0x08u
#define FLAG_TOMBS     0x40u
#define FLAGS_KNOWN    0x7fu

#define RUN_TENTATIVE    0x01u
#define RUN_OFFSET       0x02u
#define RUN_SAME_VERSION 0x04u
#define RUN_NEW_PAYLOAD  0x08u
#define RUN_NO_PAYLOAD   0x10u

#define GROUP     64u
#define EXPONENTS 10
#define EXACT     2251799813685248.0 /* 2^51: below it a double plus 1.5 * 2^52 rounds to a whole number */

static const int64_t units[] = {1, 1000, GW_US_PER_S, GW_US_PER_MIN};
static const double powers[EXPONENTS] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* Differences wrap around: any two int64_t have one. */
static int64_t minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* ---- writing ---- */

static void put_varint(struct gw_buf *out, uint64_t v)
{
    uint8_t bytes[10];
    size_t n = 0;

    while (v >= 0x80) {
        bytes[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    bytes[n++] = (uint8_t)v;
    gw_buf_add(out, bytes, n);
}

static void put_byte(struct gw_buf *out, unsigned v)
{
    gw_buf_char(out, (char)v);
}

/* One group: the smallest is the base, the widest distance decides the width. */
static void put_group(struct gw_buf *out, const int64_t *v, size_t count)
{
    int64_t low = v[0], high = v[0];
    uint8_t bits[GROUP * 8 + 8] = {0};
    unsigned width;

    for (size_t i = 1; i < count; i++) {
        low = v[i] < low ? v[i] : low;
        high = v[i] > high ? v[i] : high;
    }
    uint64_t span = (uint64_t)high - (uint64_t)low;
    width = span ? 64 - (unsigned)__builtin_clzll(span) : 0;
    put_byte(out, width);
    put_varint(out, zigzag(low));
    for (size_t i = 0, at = 0; width && i < count; i++, at += width) {
        uint64_t x = (uint64_t)v[i] - (uint64_t)low, word;
        memcpy(&word, bits + at / 8, 8);
        word |= htole64(x << (at % 8));
        memcpy(bits + at / 8, &word, 8);
        if (at % 8 + width > 64)
            bits[at / 8 + 8] = (uint8_t)(x >> (64 - at % 8));
    }
    gw_buf_add(out, bits, (count * width + 7) / 8);
}

static void put_column(struct gw_buf *out, const int64_t *v, size_t count)
{
    bool constant = true;

    if (count == 0)
        return;
    for (size_t i = 1; constant && i < count; i++)
        constant = v[i] == v[0];
    put_byte(out, constant ? 0 : 1);
    if (constant)
        put_varint(out, zigzag(v[0]));
    for (size_t i = 0; !constant && i < count; i += GROUP)
        put_group(out, v + i, count - i < GROUP ? count - i : GROUP);
}

/* The number of the coarsest unit that holds all of v exactly. */
static unsigned unit_of(const int64_t *v, size_t count)
{
    for (unsigned u = 3; u > 0; u--) {
        size_t i = 0;
        while (i < count && v[i] % units[u] == 0)
            i++;
        if (i == count)
            return u;
    }
    return 0;
}

/* v as whole numbers of 10^-exponent; false when one does not come back exactly. Tombstones repeat what was before. */
static bool to_integers(const double *v, size_t count, unsigned exponent, int64_t *to)
{
    const double magic = 6755399441055744.0; /* 1.5 * 2^52 */
    double power = powers[exponent];
    int64_t last = 0;

    for (size_t i = 0; i < count; i++) {
        if (v[i] == v[i]) {
            double x = v[i] * power;
            if (!(x > -EXACT && x < EXACT))
                return false;
            double whole = (x + magic) - magic; /* rounds to the nearest whole number */
            if (whole / power != v[i])
                return false;
            last = (int64_t)whole;
        }
        to[i] = last;
    }
    return true;
}

static bool is_tomb(double v)
{
    return v != v;
}

/* 0 is no duration. */
static bool has_durations(const struct gw_block *block)
{
    for (uint32_t i = 0; block->dur_us && i < block->count; i++)
        if (block->dur_us[i])
            return true;
    return false;
}

static bool same_run(const struct gw_block_run *a, const struct gw_block_run *b)
{
    return a->offset_s == b->offset_s && a->version_us == b->version_us && a->tentative == b->tentative &&
           gw_uuid_eq(a->payload_id, b->payload_id);
}

/* The number a payload id was given when it was written, -1 = not yet. The last ones are the likely ones. */
static int64_t payload_number(const struct gw_block *block, uint32_t run, const uint32_t *first_of, uint32_t known)
{
    for (uint32_t i = known; i-- > 0;)
        if (gw_uuid_eq(block->runs[first_of[i]].payload_id, block->runs[run].payload_id))
            return i;
    return -1;
}

static uint32_t run_end(const struct gw_block *block, uint32_t run)
{
    return run + 1 < block->runs_count ? block->runs[run + 1].first : block->count;
}

/* Neighbours that are equal are one run, and empty ones none: what was merged in any way has one form. */
static uint32_t canonical_runs(const struct gw_block *block, uint32_t *starts)
{
    uint32_t n = 0;

    for (uint32_t r = 0; r < block->runs_count; r++) {
        if (block->runs[r].first >= run_end(block, r))
            continue;
        if (n == 0 || !same_run(&block->runs[starts[n - 1]], &block->runs[r]))
            starts[n++] = r;
    }
    return n;
}

static void put_runs(struct gw_buf *out, const struct gw_block *block, const uint32_t *starts, uint32_t count,
                     uint32_t *first_of)
{
    uint32_t known = 0;
    int64_t version = 0;

    put_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct gw_block_run *run = &block->runs[starts[i]];
        unsigned flags = run->tentative ? RUN_TENTATIVE : 0;
        if (i + 1 < count)
            put_varint(out, block->runs[starts[i + 1]].first - run->first);
        if (run->offset_s != GW_NO_OFFSET)
            flags |= RUN_OFFSET;
        if (run->version_us == version)
            flags |= RUN_SAME_VERSION;
        int64_t number = payload_number(block, starts[i], first_of, known);
        if (gw_uuid_is_nil(run->payload_id))
            flags |= RUN_NO_PAYLOAD;
        else if (number < 0)
            flags |= RUN_NEW_PAYLOAD;
        put_byte(out, flags);
        if (flags & RUN_OFFSET)
            put_varint(out, zigzag(run->offset_s));
        if (!(flags & RUN_SAME_VERSION))
            put_varint(out, zigzag(minus(run->version_us, version)));
        if (flags & RUN_NEW_PAYLOAD) {
            gw_buf_add(out, run->payload_id.b, 16);
            first_of[known++] = starts[i];
        } else if (!(flags & RUN_NO_PAYLOAD)) {
            put_varint(out, (uint64_t)number);
        }
        version = run->version_us;
    }
}

static uint32_t count_tombs(const struct gw_block *block)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < block->count; i++)
        n += is_tomb(block->v[i]);
    return n;
}

static void put_tombs(struct gw_buf *out, const struct gw_block *block)
{
    uint32_t ranges = 0, last = 0;

    for (uint32_t i = 0; i < block->count; i++)
        ranges += is_tomb(block->v[i]) && (i == 0 || !is_tomb(block->v[i - 1]));
    put_varint(out, ranges);
    for (uint32_t i = 0; i < block->count;) {
        if (!is_tomb(block->v[i])) {
            i++;
            continue;
        }
        uint32_t from = i;
        while (i < block->count && is_tomb(block->v[i]))
            i++;
        put_varint(out, from - last);
        put_varint(out, i - from);
        last = i;
    }
}

static void put_raw(struct gw_buf *out, const struct gw_block *block)
{
    if (!gw_buf_reserve(out, (size_t)block->count * 8))
        return;
    for (uint32_t i = 0; i < block->count; i++) {
        double v = is_tomb(block->v[i]) ? 0.0 : block->v[i];
        uint64_t bits;
        memcpy(&bits, &v, sizeof(bits));
        bits = htole64(bits);
        gw_buf_add(out, &bits, sizeof(bits));
    }
}

/* Turns v into differences in place; v[0] stays. */
static void to_differences(int64_t *v, uint32_t count)
{
    for (uint32_t i = count; i-- > 1;)
        v[i] = minus(v[i], v[i - 1]);
}

static void put_times(struct gw_buf *out, const struct gw_block *block, int64_t unit, int64_t *scratch)
{
    for (uint32_t i = 0; i < block->count; i++)
        scratch[i] = block->t_us[i] / unit;
    to_differences(scratch, block->count);
    put_varint(out, zigzag(scratch[0]));
    put_column(out, scratch + 1, block->count - 1);
}

static void put_values(struct gw_buf *out, const struct gw_block *block, int exponent, int64_t *integers)
{
    if (exponent < 0) {
        put_raw(out, block);
        return;
    }
    put_byte(out, (unsigned)exponent);
    to_differences(integers, block->count);
    put_varint(out, zigzag(integers[0]));
    put_column(out, integers + 1, block->count - 1);
}

static enum gw_code check(const struct gw_block *block, struct gw_err *err)
{
    if (block->count > GW_BLOCK_MOST)
        return gw_fail(err, GW_TOO_LARGE, "A block has more than %u samples.", GW_BLOCK_MOST);
    if (block->runs_count == 0 || block->runs[0].first != 0)
        return gw_fail(err, GW_INTERNAL, "The runs of a block do not begin with its samples.");
    for (uint32_t r = 1; r < block->runs_count; r++)
        if (block->runs[r].first < block->runs[r - 1].first || block->runs[r].first > block->count)
            return gw_fail(err, GW_INTERNAL, "The runs of a block are out of order.");
    for (uint32_t i = 1; i < block->count; i++)
        if (block->t_us[i] <= block->t_us[i - 1])
            return gw_fail(err, GW_INTERNAL, "The times of a block are out of order.");
    return GW_OK;
}

enum gw_code gw_block_encode(const struct gw_block *block, struct gw_buf *out, struct gw_err *err)
{
    enum gw_code code;
    unsigned time_unit, dur_unit = 0, flags;
    int exponent = 0;

    if (block->count == 0)
        return GW_OK;
    code = check(block, err);
    if (code)
        return code;
    gw_own_free int64_t *scratch = malloc((size_t)block->count * sizeof(*scratch));
    gw_own_free uint32_t *runs = malloc((size_t)block->runs_count * 2 * sizeof(*runs));
    if (!scratch || !runs)
        return gw_fail(err, GW_NOMEM, NULL);
    time_unit = unit_of(block->t_us, block->count);
    bool tombs = count_tombs(block) > 0;
    bool durations = has_durations(block);
    while (exponent < EXPONENTS && !to_integers(block->v, block->count, (unsigned)exponent, scratch))
        exponent++;
    if (exponent == EXPONENTS)
        exponent = -1;
    if (durations)
        dur_unit = unit_of(block->dur_us, block->count);
    flags = time_unit | (exponent < 0 ? FLAG_RAW : 0) | (durations ? FLAG_DURATIONS : 0) | dur_unit << 4 |
            (tombs ? FLAG_TOMBS : 0);
    put_byte(out, FORM);
    put_byte(out, flags);
    put_varint(out, block->count);
    uint32_t runs_count = canonical_runs(block, runs);
    put_runs(out, block, runs, runs_count, runs + block->runs_count);
    if (tombs)
        put_tombs(out, block);
    gw_own_free int64_t *times = malloc((size_t)block->count * sizeof(*times));
    if (!times)
        return gw_fail(err, GW_NOMEM, NULL);
    put_times(out, block, units[time_unit], times);
    put_values(out, block, exponent, scratch);
    if (durations) {
        for (uint32_t i = 0; i < block->count; i++)
            times[i] = block->dur_us[i] / units[dur_unit];
        put_column(out, times, block->count);
    }
    return out->failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

/* ---- reading ---- */

struct reader {
    const uint8_t *at, *end;
    bool failed;
};

static uint64_t get_varint(struct reader *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
        uint8_t byte = *r->at++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return v;
    }
    r->failed = true;
    return 0;
}

static int64_t get_zigzag(struct reader *r)
{
    return unzigzag(get_varint(r));
}

static unsigned get_byte(struct reader *r)
{
    if (r->at < r->end)
        return *r->at++;
    r->failed = true;
    return 0;
}

static const uint8_t *get_bytes(struct reader *r, size_t len)
{
    if (r->failed || (size_t)(r->end - r->at) < len) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *bytes = r->at;
    r->at += len;
    return bytes;
}

static uint64_t word_at(const uint8_t *p)
{
    uint64_t w;

    memcpy(&w, p, sizeof(w));
    return le64toh(w);
}

/* `count` numbers of `width` bits. Widths up to 57 fit one unaligned word whatever bit they begin at. */
static void unpack(const uint8_t *bits, unsigned width, int64_t base, int64_t *to, size_t count)
{
    uint64_t mask = width == 64 ? ~UINT64_C(0) : (UINT64_C(1) << width) - 1;

    if (width <= 57) {
        for (size_t i = 0, at = 0; i < count; i++, at += width)
            to[i] = plus(base, (int64_t)(word_at(bits + at / 8) >> (at % 8) & mask));
        return;
    }
    for (size_t i = 0, at = 0; i < count; i++, at += width) {
        uint64_t x = word_at(bits + at / 8) >> (at % 8);
        if (at % 8)
            x |= (uint64_t)bits[at / 8 + 8] << (64 - at % 8);
        to[i] = plus(base, (int64_t)(x & mask));
    }
}

static void get_group(struct reader *r, int64_t *to, size_t count)
{
    unsigned width = get_byte(r);
    int64_t base = get_zigzag(r);
    size_t len = (count * width + 7) / 8;
    const uint8_t *bits = width <= 64 ? get_bytes(r, len) : NULL;
    uint8_t padded[GROUP * 8 + 16];

    if (!bits || r->failed) {
        r->failed = true;
        return;
    }
    if ((size_t)(r->end - r->at) < 9) { /* reading whole words must not leave the input */
        memcpy(padded, bits, len);
        memset(padded + len, 0, 16);
        bits = padded;
    }
    unpack(bits, width, base, to, count);
}

static void get_column(struct reader *r, int64_t *to, size_t count)
{
    unsigned form;

    if (count == 0)
        return;
    form = get_byte(r);
    if (form > 1)
        r->failed = true;
    if (form == 0) {
        int64_t v = get_zigzag(r);
        for (size_t i = 0; i < count && !r->failed; i++)
            to[i] = v;
        return;
    }
    for (size_t i = 0; i < count && !r->failed; i += GROUP)
        get_group(r, to + i, count - i < GROUP ? count - i : GROUP);
}

static void get_payload(struct reader *r, struct gw_block *block, uint32_t run, unsigned flags, uint32_t *first_of,
                        uint32_t *known)
{
    struct gw_block_run *to = &block->runs[run];
    const uint8_t *bytes;
    uint64_t number;

    memset(&to->payload_id, 0, sizeof(to->payload_id));
    if (flags & RUN_NO_PAYLOAD)
        return;
    if (flags & RUN_NEW_PAYLOAD) {
        bytes = get_bytes(r, 16);
        if (bytes)
            memcpy(to->payload_id.b, bytes, 16);
        first_of[(*known)++] = run;
        return;
    }
    number = get_varint(r);
    if (r->failed || number >= *known)
        r->failed = true;
    else
        to->payload_id = block->runs[first_of[number]].payload_id;
}

static void get_runs(struct reader *r, struct gw_block *block, uint32_t *first_of)
{
    uint32_t first = 0, known = 0;
    int64_t version = 0;

    for (uint32_t i = 0; i < block->runs_count && !r->failed; i++) {
        struct gw_block_run *run = &block->runs[i];
        uint64_t length = i + 1 < block->runs_count ? get_varint(r) : block->count - first;
        unsigned flags = get_byte(r);
        int64_t offset = flags & RUN_OFFSET ? get_zigzag(r) : GW_NO_OFFSET;
        if (length == 0 || length > block->count - first || offset < INT32_MIN || offset > INT32_MAX)
            r->failed = true;
        if (!(flags & RUN_SAME_VERSION))
            version = plus(version, get_zigzag(r));
        run->first = first;
        run->offset_s = (int32_t)offset;
        run->version_us = version;
        run->tentative = flags & RUN_TENTATIVE;
        get_payload(r, block, i, flags, first_of, &known);
        first += (uint32_t)length;
    }
}

struct range {
    uint32_t from, to;
};

/* Tombstones come before the values they are; they are applied behind them. */
static uint32_t get_tombs(struct reader *r, const struct gw_block *block, struct gw_arena *arena, struct range **ret)
{
    uint64_t count = get_varint(r), at = 0;
    struct range *ranges;

    if (r->failed || count == 0 || count > (uint64_t)(r->end - r->at) / 2 + 1) {
        r->failed = true;
        return 0;
    }
    ranges = gw_arena_alloc(arena, count * sizeof(*ranges));
    for (uint64_t i = 0; ranges && i < count; i++) {
        uint64_t gap = get_varint(r), length = get_varint(r);
        if (r->failed || gap > block->count - at || length == 0 || length > block->count - at - gap) {
            r->failed = true;
            return 0;
        }
        ranges[i] = (struct range){(uint32_t)(at + gap), (uint32_t)(at + gap + length)};
        at += gap + length;
    }
    *ret = ranges;
    if (!ranges)
        r->failed = true;
    return (uint32_t)count;
}

/* Running sums, in units; false when times do not ascend. */
static bool get_times(struct reader *r, struct gw_block *block, int64_t unit)
{
    int64_t first = get_zigzag(r), *t = block->t_us;
    int64_t most = INT64_MAX / unit, at = first;
    bool ascending = true;

    get_column(r, t + 1, block->count - 1);
    if (r->failed || first > most || first < -most)
        return false;
    t[0] = first * unit;
    for (uint32_t i = 1; i < block->count; i++) {
        int64_t next = plus(at, t[i]);
        ascending &= next > at && next <= most;
        at = next;
        t[i] = (int64_t)((uint64_t)at * (uint64_t)unit);
    }
    return ascending;
}

static void get_raw(struct reader *r, struct gw_block *block)
{
    const uint8_t *bytes = get_bytes(r, (size_t)block->count * 8);

    for (uint32_t i = 0; bytes && i < block->count; i++) {
        uint64_t bits = word_at(bytes + (size_t)i * 8);
        memcpy(&block->v[i], &bits, sizeof(bits));
        if (is_tomb(block->v[i]))
            r->failed = true; /* tombstones are said elsewhere */
    }
}

static void get_values(struct reader *r, struct gw_block *block)
{
    unsigned exponent = get_byte(r);
    int64_t v = get_zigzag(r);
    int64_t *differences = (int64_t *)(void *)block->v; /* same size: turned into doubles in place */
    double power;

    if (exponent >= EXPONENTS) {
        r->failed = true;
        return;
    }
    power = powers[exponent];
    get_column(r, differences + 1, block->count - 1);
    if (r->failed)
        return;
    differences[0] = 0;
    for (uint32_t i = 0; i < block->count; i++) {
        int64_t difference;
        memcpy(&difference, &block->v[i], sizeof(difference));
        v = plus(v, difference);
        double d = (double)v / power;
        memcpy(&block->v[i], &d, sizeof(d));
    }
}

static bool get_durations(struct reader *r, struct gw_block *block, int64_t unit)
{
    int64_t most = INT64_MAX / unit;
    bool fits = true;

    get_column(r, block->dur_us, block->count);
    for (uint32_t i = 0; !r->failed && i < block->count; i++) {
        fits &= block->dur_us[i] <= most && block->dur_us[i] >= -most;
        block->dur_us[i] = (int64_t)((uint64_t)block->dur_us[i] * (uint64_t)unit);
    }
    return fits;
}

static enum gw_code not_a_block(struct gw_err *err)
{
    return gw_fail(err, GW_DATA, "The bytes are not a series block.");
}

enum gw_code gw_block_decode(struct gw_str bytes, struct gw_arena *arena, struct gw_block *ret, struct gw_err *err)
{
    struct reader r = {(const uint8_t *)bytes.ptr, (const uint8_t *)bytes.ptr + bytes.len, false};
    struct gw_block block = {0};
    struct range *tombs = NULL;
    uint32_t tombs_count = 0;

    if (bytes.len == 0) {
        *ret = block;
        return GW_OK;
    }
    unsigned form = get_byte(&r), flags = get_byte(&r);
    uint64_t count = get_varint(&r), runs_count = get_varint(&r);
    if (r.failed || form != FORM || flags & ~FLAGS_KNOWN || count == 0 || count > GW_BLOCK_MOST || runs_count == 0 ||
        runs_count > count || runs_count > (uint64_t)(r.end - r.at) / 2 + 1)
        return not_a_block(err);
    block.count = (uint32_t)count;
    block.runs_count = (uint32_t)runs_count;
    block.runs = gw_arena_alloc(arena, runs_count * sizeof(*block.runs));
    uint32_t *first_of = gw_arena_alloc(arena, runs_count * sizeof(*first_of));
    block.t_us = gw_arena_alloc(arena, count * sizeof(*block.t_us));
    block.v = gw_arena_alloc(arena, count * sizeof(*block.v));
    if (flags & FLAG_DURATIONS)
        block.dur_us = gw_arena_alloc(arena, count * sizeof(*block.dur_us));
    if (!block.runs || !first_of || !block.t_us || !block.v || (flags & FLAG_DURATIONS && !block.dur_us))
        return gw_fail(err, GW_NOMEM, NULL);
    get_runs(&r, &block, first_of);
    if (flags & FLAG_TOMBS)
        tombs_count = get_tombs(&r, &block, arena, &tombs);
    if (r.failed || !get_times(&r, &block, units[flags & 3]))
        return not_a_block(err);
    if (flags & FLAG_RAW)
        get_raw(&r, &block);
    else
        get_values(&r, &block);
    if (!r.failed && block.dur_us && !get_durations(&r, &block, units[flags >> 4 & 3]))
        return not_a_block(err);
    if (r.failed || r.at != r.end)
        return not_a_block(err);
    for (uint32_t i = 0; i < tombs_count; i++)
        for (uint32_t k = tombs[i].from; k < tombs[i].to; k++)
            block.v[k] = NAN;
    *ret = block;
    return GW_OK;
}

/* ---- parts ---- */

enum gw_code gw_block_slice(const struct gw_block *block, uint32_t first, uint32_t count, struct gw_arena *arena,
                            struct gw_block *ret, struct gw_err *err)
{
    struct gw_block part = {.count = count};

    part.runs = gw_arena_alloc(arena, (size_t)block->runs_count * sizeof(*part.runs));
    if (!part.runs)
        return gw_fail(err, GW_NOMEM, NULL);
    for (uint32_t r = 0; r < block->runs_count; r++) {
        uint32_t from = block->runs[r].first > first ? block->runs[r].first : first;
        uint32_t to = run_end(block, r) < first + count ? run_end(block, r) : first + count;
        if (from >= to)
            continue;
        part.runs[part.runs_count] = block->runs[r];
        part.runs[part.runs_count++].first = from - first;
    }
    part.t_us = block->t_us + first;
    part.v = block->v + first;
    part.dur_us = block->dur_us ? block->dur_us + first : NULL;
    *ret = part;
    return GW_OK;
}

uint32_t gw_block_live(const struct gw_block *block, int64_t *ret_first_us, int64_t *ret_last_us)
{
    uint32_t first = 0, last = block->count;

    *ret_first_us = *ret_last_us = 0;
    while (first < last && is_tomb(block->v[first]))
        first++;
    while (last > first && is_tomb(block->v[last - 1]))
        last--;
    if (first == last)
        return 0;
    *ret_first_us = block->t_us[first];
    *ret_last_us = block->t_us[last - 1];
    return block->count - count_tombs(block);
}
