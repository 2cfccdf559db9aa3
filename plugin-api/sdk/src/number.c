/* Decimal text to numbers. Short decimals, which is nearly all of what providers send, are converted exactly
 * with one multiplication or division (Clinger's fast path); the rest goes to strtod in the C locale. */
#include "number.h"
#include "aorta/sdk.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_MAX 1024 /* a number of more characters than this is not one we know how to mean */

struct decimal {
    uint64_t digits;  /* the first 19 significant ones */
    int32_t exponent; /* value = digits * 10^exponent, when exact */
    int negative, exact, written_exponent;
};

/* Exact in a double up to 10^22. */
static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits from p on; returns their end. fraction: each one lowers the exponent. */
static const char *read_digits(const char *p, const char *end, int fraction, struct decimal *d)
{
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        if (d->digits < UINT64_C(1000000000000000000)) {
            d->digits = d->digits * 10 + (uint64_t)(*p - '0');
            d->exponent -= fraction;
        } else {
            d->exact = d->exact && *p == '0';
            d->exponent += !fraction;
        }
    }
    return p;
}

static const char *read_exponent(const char *p, const char *end, struct decimal *d)
{
    int sign = 1;
    int32_t v = 0;
    if (p < end && (*p == '+' || *p == '-'))
        sign = *p++ == '-' ? -1 : 1;
    const char *first = p;
    for (; p < end && *p >= '0' && *p <= '9'; p++)
        if (v < 1000000)
            v = v * 10 + (*p - '0');
    if (p == first)
        return NULL;
    d->exponent += sign * v;
    d->written_exponent = 1;
    return p;
}

static int scan(const char *text, size_t len, struct decimal *d)
{
    const char *p = text, *end = text + len;
    *d = (struct decimal){.exact = 1};
    if (len > SLOW_MAX)
        return -1;
    if (p < end && (*p == '-' || *p == '+'))
        d->negative = *p++ == '-';
    const char *first = p;
    p = read_digits(p, end, 0, d);
    if (p == first)
        return -1;
    if (p < end && *p == '.') {
        first = ++p;
        p = read_digits(p, end, 1, d);
        if (p == first)
            return -1;
    }
    if (p < end && (*p == 'e' || *p == 'E'))
        p = read_exponent(p + 1, end, d);
    return p == end ? 0 : -1;
}

static int slow_double(const char *text, size_t len, double *ret)
{
    char buf[SLOW_MAX + 1];
    memcpy(buf, text, len);
    buf[len] = '\0';
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* glibc hands out a constant: nothing is allocated */
    if (c == (locale_t)0)
        return -1;
    double v = strtod_l(buf, NULL, c);
    freelocale(c);
    if (!isfinite(v))
        return -1;
    *ret = v;
    return 0;
}

int sdk_number_double(const char *text, size_t len, double *ret)
{
    struct decimal d;
    if (scan(text, len, &d) != 0)
        return -1;
    if (!d.exact || d.digits > (UINT64_C(1) << 53) || d.exponent < -22 || d.exponent > 22)
        return slow_double(text, len, ret);
    double v = (double)d.digits;
    v = d.exponent < 0 ? v / power[-d.exponent] : v * power[d.exponent];
    *ret = d.negative ? -v : v;
    return 0;
}

/* The digits before the mark: exact over the whole range of int64_t, which a double is not. */
static int whole_part(const char *text, size_t len, int64_t *ret)
{
    size_t i = 0;
    int negative = 0;
    int64_t v = 0;
    if (len && (text[0] == '-' || text[0] == '+'))
        negative = text[i++] == '-';
    for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
        int digit = text[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, negative ? -digit : digit, &v))
            return -1;
    }
    *ret = v;
    return 0;
}

int sdk_number_int(const char *text, size_t len, int64_t *ret)
{
    struct decimal d;
    double v;
    if (scan(text, len, &d) != 0)
        return -1;
    if (!d.written_exponent)
        return whole_part(text, len, ret);
    if (sdk_number_double(text, len, &v) != 0 || v >= 0x1p63 || v < -0x1p63)
        return -1;
    *ret = (int64_t)v;
    return 0;
}

int sdk_int_parse(aorta_str text, int64_t *ret)
{
    return text.len ? sdk_number_int(text.ptr, text.len, ret) : -1;
}

int sdk_number_parse(aorta_str text, double *ret)
{
    return text.len ? sdk_number_double(text.ptr, text.len, ret) : -1;
}
