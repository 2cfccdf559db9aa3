/* read/sample.h - one sample as text, as fast as it goes: what repeats is formatted once, the rest is digits.
 *
 * A form holds the constant parts of a row for one (metric, source, offset), in JSON or CSV (form.h makes it). The date
 * is kept for the day. Nothing here allocates or fails: the caller has made room. [one thread at a time]
 */
#ifndef GW_READ_SAMPLE_H
#define GW_READ_SAMPLE_H

#include "base/buf.h"
#include "base/str.h"

#define GW_FORM_PAD 32

/* front + `2026-11-20T18:05:07.123456Z` + middle + value + end. Behind middle and end GW_FORM_PAD bytes may be read. */
struct gw_sample_form {
    char front[16]; /* `{"timestamp":"`, or nothing */
    size_t front_len;
    bool commas;          /* between rows */
    struct gw_str middle; /* `","type":"heart_rate","value":` */
    struct gw_str end;    /* `,"unit":"bpm",…}` */
};

struct gw_sample_day {
    int64_t first_us, last_us; /* of the day the text is for; first > last = none yet */
    char date[12];             /* "2026-11-20T" */
};
#define GW_SAMPLE_DAY_NONE                                                                                             \
    {                                                                                                                  \
        .first_us = 1, .last_us = 0                                                                                    \
    }

#define GW_NUMBER_MOST 32
/* As JSON with a decimal point or exponent, shortest that reads back. v is finite. Returns the end. */
char *gw_number_put(char *p, double v);
size_t gw_number_len(double v);          /* of what it writes */
char *gw_whole_put(char *p, uint64_t v); /* at most 20 digits */

/* Room that gw_sample_put needs for this form. */
static inline size_t gw_sample_room(const struct gw_sample_form *form)
{
    return sizeof(form->front) + 27 + form->middle.len + GW_NUMBER_MOST + form->end.len + GW_FORM_PAD;
}

/* "2026-11-20T18:05:07.123456Z", the fraction only when there is one. Room for 27. */
char *gw_sample_time_put(char *p, struct gw_sample_day *day, int64_t t_us);

/* Writes rows, as many as there is room for, the first with a comma in front when `comma`; returns how many. *p moves.
 */
size_t gw_samples_put(char **p, const char *end, bool comma, struct gw_sample_day *day,
                      const struct gw_sample_form *form, const int64_t *t_us, const double *v, size_t count);
/* Bytes of these rows, without commas. */
size_t gw_samples_len(const struct gw_sample_form *form, const int64_t *t_us, const double *v, size_t count);

#endif
