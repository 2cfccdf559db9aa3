/* export_text.h - a made-up person's export of Apple Health, of any size, written a piece at a time.
 *
 * The same seed and size give the same bytes. Nothing is kept but the element at hand, so that a test can read as many
 * gigabytes as it likes without a file.
 */
#ifndef EXPORT_TEXT_H
#define EXPORT_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct export_text {
    uint64_t bytes; /* wanted; what is made is that, give or take a few percent: six years have so many days */
    uint64_t made;
    uint64_t records, stages, workouts, days; /* what was written of each kind, those within correlations not counted */
    /* inside */
    uint64_t dice;
    int part;
    uint64_t part_begin, part_end;
    int64_t at_s, step_s;
    int hand; /* what a part remembers from one element to the next */
    char text[8192];
    size_t len, used;
};

void export_text_init(struct export_text *x, uint64_t seed, uint64_t bytes);
size_t export_text_read(struct export_text *x, void *buf, size_t cap); /* bytes written; 0 = that was all */

#endif
