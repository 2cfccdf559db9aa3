/* zip.h - the entries of a zip, unpacked while it is read from front to end.
 *
 * Bounded against bombs: in bytes altogether, and by what the packed bytes could hold if they were an export.
 */
#ifndef APPLE_ZIP_H
#define APPLE_ZIP_H

#include "bytes.h"

struct archive;

struct apple_zip {
    struct apple_bytes *bytes;
    struct archive *archive;
    uint8_t *slice;
    const uint8_t *at_hand; /* bytes that are not in a slice yet */
    size_t at_hand_len;
    uint64_t packed, unpacked;
    uint32_t entries;
    aorta_status read; /* what the host said of the last read */
    int encrypted;     /* an entry was, and passed over */
    int damaged;       /* the entry at hand is, behind what was read of it */
    const char *why;   /* of DATA */
};

/* What it says, apple_zip_end follows. */
aorta_status apple_zip_begin(struct apple_zip *z, struct apple_bytes *bytes);
void apple_zip_end(struct apple_zip *z);
/* To the next entry that can be read; *found 0 behind the last. */
aorta_status apple_zip_next(struct apple_zip *z, int *found);
/* The next bytes of the entry, good until the next call; *len 0 at its end. */
aorta_status apple_zip_read(struct apple_zip *z, const uint8_t **bytes, size_t *len);

#endif
