/* See zip.h. libarchive, with its reader of zips alone and that without seeking. */
#include "zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#define UNPACKED_MOST ((uint64_t)64 << 30)
#define RATIO_FROM    ((uint64_t)64 << 20) /* small files may be packed as well as they like */
#define RATIO_MOST    250u                 /* exports are packed 15 to 40 times */
#define ENTRIES_MOST  200000u              /* one route a workout, one file an ECG */

/* Slices of one length, however the host reads: what is still found in a damaged zip depends on them. */
static aorta_status fill(struct apple_zip *z, size_t *len)
{
    *len = 0;
    while (*len < APPLE_SLICE) {
        aorta_status st = z->at_hand_len ? AORTA_OK : apple_bytes_next(z->bytes, &z->at_hand, &z->at_hand_len);
        if (st != AORTA_OK || z->at_hand_len == 0)
            return st;
        size_t some = z->at_hand_len < APPLE_SLICE - *len ? z->at_hand_len : APPLE_SLICE - *len;
        memcpy(z->slice + *len, z->at_hand, some);
        *len += some;
        z->at_hand += some;
        z->at_hand_len -= some;
    }
    return AORTA_OK;
}

static la_ssize_t read_packed(struct archive *archive, void *self, const void **ret)
{
    struct apple_zip *z = self;
    size_t len;
    z->read = fill(z, &len);
    if (z->read != AORTA_OK) {
        archive_set_error(archive, EIO, "the host ends it");
        return ARCHIVE_FATAL;
    }
    z->packed += len;
    *ret = z->slice;
    return (la_ssize_t)len;
}

static aorta_status wrong(struct apple_zip *z, const char *why)
{
    z->why = why;
    return z->read != AORTA_OK ? z->read : AORTA_ERR_DATA;
}

aorta_status apple_zip_begin(struct apple_zip *z, struct apple_bytes *bytes)
{
    *z = (struct apple_zip){.bytes = bytes, .archive = archive_read_new()};
    z->slice = bytes->ctx->host->alloc(bytes->ctx, APPLE_SLICE);
    if (!z->slice || !z->archive || archive_read_support_format_zip_streamable(z->archive) != ARCHIVE_OK)
        return AORTA_ERR_NOMEM;
    if (archive_read_open(z->archive, z, NULL, read_packed, NULL) != ARCHIVE_OK)
        return wrong(z, "it is neither XML nor a zip");
    return AORTA_OK;
}

void apple_zip_end(struct apple_zip *z)
{
    if (z->archive)
        archive_read_free(z->archive);
    z->archive = NULL;
}

/* The methods that zips of phones and desktops have. Others ask for dictionaries of any size. */
static int is_plain_method(struct archive *archive)
{
    const char *name = archive_format_name(archive);
    return name && (strstr(name, "(deflation)") || strstr(name, "(uncompressed)"));
}

static int is_readable(struct apple_zip *z, struct archive_entry *entry)
{
    if (archive_entry_filetype(entry) != AE_IFREG)
        return 0;
    if (archive_entry_is_encrypted(entry)) {
        z->encrypted = 1;
        return 0;
    }
    return is_plain_method(z->archive);
}

aorta_status apple_zip_next(struct apple_zip *z, int *found)
{
    struct archive_entry *entry;
    *found = 0;
    z->damaged = 0;
    z->why = NULL;
    for (; z->entries < ENTRIES_MOST; z->entries++) {
        int r = archive_read_next_header(z->archive, &entry);
        if (r == ARCHIVE_EOF)
            return AORTA_OK;
        if (r != ARCHIVE_OK && r != ARCHIVE_WARN) /* a name in letters that are not known here is a warning */
            return wrong(z, z->entries ? "the zip is damaged, or broke off" : "it is neither XML nor a zip");
        if (is_readable(z, entry)) {
            *found = 1;
            z->entries++;
            return AORTA_OK;
        }
    }
    return wrong(z, "the zip has too many entries");
}

aorta_status apple_zip_read(struct apple_zip *z, const uint8_t **bytes, size_t *len)
{
    const void *block = NULL;
    la_int64_t offset;
    int r = ARCHIVE_OK;
    if (z->damaged)
        return wrong(z, "the zip is damaged");
    for (*len = 0; *len == 0 && r == ARCHIVE_OK;) /* a block may be empty */
        r = archive_read_data_block(z->archive, &block, len, &offset);
    if (r == ARCHIVE_EOF) {
        *len = 0;
        return AORTA_OK;
    }
    if (*len == 0)
        return wrong(z, "the zip is damaged, or broke off");
    z->damaged = r != ARCHIVE_OK; /* behind these bytes: a sum that is wrong, an end that is missing */
    *bytes = block;
    z->unpacked += *len;
    if (z->unpacked > UNPACKED_MOST || z->unpacked > RATIO_FROM + z->packed * RATIO_MOST)
        return wrong(z, "the zip unpacks to more than an export can be");
    return AORTA_OK;
}
