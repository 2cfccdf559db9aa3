/* gzip in pieces of every size, broken in every place. */
#include "upload/unzip.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests.h"

#define NO_LIMIT UINT64_MAX

struct gw_buf gzip_of(struct gw_str plain)
{
    struct gw_buf out = {0};
    z_stream z = {0};

    ck_assert_int_eq(deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert(gw_buf_reserve(&out, deflateBound(&z, plain.len)));
    z.next_in = (z_const Bytef *)plain.ptr;
    z.avail_in = (uInt)plain.len;
    z.next_out = (Bytef *)out.data;
    z.avail_out = (uInt)out.cap;
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    out.len = out.cap - z.avail_out;
    deflateEnd(&z);
    return out;
}

static enum gw_code gather(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    (void)err;
    gw_buf_add(to, bytes, len);
    return GW_OK;
}

/* In pieces of that many bytes. */
static enum gw_code unzip(struct gw_str packed, size_t piece, uint64_t most, struct gw_buf *out)
{
    struct gw_unzip *u = NULL;
    struct gw_err err;
    enum gw_code code;

    ck_assert_int_eq(gw_unzip_new(most, gather, out, &u, &err), GW_OK);
    code = GW_OK;
    for (size_t at = 0; !code && at < packed.len; at += piece)
        code = gw_unzip_take(u, packed.ptr + at, packed.len - at < piece ? packed.len - at : piece, &err);
    if (!code)
        code = gw_unzip_end(u, &err);
    gw_unzip_free(&u);
    ck_assert(code == GW_OK || strlen(gw_err_text(&err)) > 10);
    return code;
}

static struct gw_str text_of(size_t len)
{
    static char text[300000];

    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + (i * i / 7) % 23);
    return (struct gw_str){text, len};
}

static struct gw_str str_of(const struct gw_buf *b)
{
    return (struct gw_str){b->data, b->len};
}

START_TEST(comes_out_as_it_went_in)
{
    static const size_t sizes[] = {0, 1, 100, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 64 * 1024, 300000};
    static const size_t pieces[] = {1, 2, 7, 1000, 1 << 20};

    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct gw_str plain = text_of(sizes[s]);
        struct gw_buf packed = gzip_of(plain);
        for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++) {
            struct gw_buf out = {0};
            ck_assert_int_eq(unzip(str_of(&packed), pieces[p], NO_LIMIT, &out), GW_OK);
            ck_assert(gw_str_eq(str_of(&out), plain));
            gw_buf_free(&out);
        }
        gw_buf_free(&packed);
    }
}
END_TEST

START_TEST(several_members_in_a_row)
{
    struct gw_buf one = gzip_of(GW_STR("{\"a\":")), two = gzip_of(GW_STR("")), three = gzip_of(GW_STR("1}"));

    gw_buf_add(&one, two.data, two.len);
    gw_buf_add(&one, three.data, three.len);
    for (size_t piece = 1; piece <= one.len; piece++) {
        struct gw_buf out = {0};
        ck_assert_int_eq(unzip(str_of(&one), piece, NO_LIMIT, &out), GW_OK);
        ck_assert(gw_str_eq(str_of(&out), GW_STR("{\"a\":1}")));
        gw_buf_free(&out);
    }
    gw_buf_free(&one);
    gw_buf_free(&two);
    gw_buf_free(&three);
}
END_TEST

START_TEST(cut_anywhere_is_malformed)
{
    struct gw_buf packed = gzip_of(text_of(500));

    for (size_t len = 0; len < packed.len; len++) {
        struct gw_buf out = {0};
        ck_assert_int_eq(unzip((struct gw_str){packed.data, len}, 3, NO_LIMIT, &out), GW_MALFORMED);
        gw_buf_free(&out);
    }
    gw_buf_free(&packed);
}
END_TEST

START_TEST(garbage_is_malformed)
{
    static const char *const behind[] = {"x", "\x1f", "\x1f\x8b", "\x1f\x8b\x08", "{}", "\n"};
    struct gw_buf packed = gzip_of(text_of(500));
    size_t whole = packed.len;

    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
        struct gw_buf out = {0};
        packed.len = whole;
        gw_buf_str(&packed, behind[i]);
        ck_assert_int_eq(unzip(str_of(&packed), 1000, NO_LIMIT, &out), GW_MALFORMED);
        gw_buf_free(&out);
    }
    packed.len = whole;
    packed.data[whole - 6] ^= 1; /* the check sum */
    struct gw_buf out = {0};
    ck_assert_int_eq(unzip(str_of(&packed), 1000, NO_LIMIT, &out), GW_MALFORMED);
    ck_assert_int_eq(unzip(GW_STR("{\"provider\":\"apple\"}"), 1000, NO_LIMIT, &out), GW_MALFORMED);
    gw_buf_free(&out);
    gw_buf_free(&packed);
}
END_TEST

START_TEST(a_bomb_ends_at_its_limit)
{
    gw_own_free char *zeros = calloc(1, 20 << 20);
    struct gw_buf packed = gzip_of((struct gw_str){zeros, 20 << 20}), out = {0};

    ck_assert_uint_lt(packed.len, 40000);
    ck_assert_int_eq(unzip(str_of(&packed), 1000, 1 << 20, &out), GW_TOO_LARGE);
    ck_assert_uint_le(out.len, 1 << 20);
    gw_buf_free(&out);
    out = (struct gw_buf){0};
    ck_assert_int_eq(unzip(str_of(&packed), 1000, 20 << 20, &out), GW_OK);
    ck_assert_uint_eq(out.len, 20 << 20);
    gw_buf_free(&out);
    gw_buf_free(&packed);
}
END_TEST

TCase *unzip_case(void)
{
    TCase *tests = tcase_create("unzip");

    tcase_add_test(tests, comes_out_as_it_went_in);
    tcase_add_test(tests, several_members_in_a_row);
    tcase_add_test(tests, cut_anywhere_is_malformed);
    tcase_add_test(tests, garbage_is_malformed);
    tcase_add_test(tests, a_bomb_ends_at_its_limit);
    return tests;
}
