/* Decimal text to numbers, whatever the locale. json.c uses this; plugins have sdk_number_parse and sdk_int_parse. */
#ifndef AORTA_SDK_NUMBER_H
#define AORTA_SDK_NUMBER_H

#include <stddef.h>
#include <stdint.h>

/* The whole text must be one decimal number: [+-]digits[.digits][e[+-]digits]. 0, or -1 (also when the value
 * does not fit). The double is correctly rounded. The integer has its fraction cut. */
int sdk_number_double(const char *text, size_t len, double *ret);
int sdk_number_int(const char *text, size_t len, int64_t *ret);

#endif
