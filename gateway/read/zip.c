/* Zip, by libarchive. */
#include "read/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "base/time.h"

struct gw_zip {
    struct archive *archive;
    struct gw_buf *out;
    bool over; /* what comes now is for nobody */
};

/* Never a failure: an archive that has failed does not free what it packs with. See `judge`. */
static la_ssize_t on_bytes(struct archive *archive, void *self, const void *data, size_t len)
{
    struct gw_zip *zip = self;

    (void)archive;
    if (!zip->over)
        gw_buf_add(zip->out, data, len);
    return (la_ssize_t)len;
}

static enum gw_code judge(struct gw_zip *zip, bool good, struct gw_err *err)
{
    if (zip->out->failed)
        return gw_fail(err, GW_NOMEM, NULL);
    return good ? GW_OK
                : gw_fail(err, GW_INTERNAL, "The archive could not be written: %s", archive_error_string(zip->archive));
}

enum gw_code gw_zip_new(struct gw_buf *out, struct gw_zip **ret, struct gw_err *err)
{
    struct gw_zip *zip = calloc(1, sizeof(*zip));
    enum gw_code code = GW_OK;

    if (!zip)
        return gw_fail(err, GW_NOMEM, NULL);
    zip->out = out;
    zip->archive = archive_write_new();
    if (!zip->archive)
        code = gw_fail(err, GW_NOMEM, NULL);
    else if (archive_write_set_format_zip(zip->archive) != ARCHIVE_OK ||
             archive_write_set_bytes_per_block(zip->archive, 0) != ARCHIVE_OK ||
             archive_write_open(zip->archive, zip, NULL, on_bytes, NULL) != ARCHIVE_OK)
        code = judge(zip, false, err);
    if (code) {
        gw_zip_free(&zip);
        return code;
    }
    *ret = zip;
    return GW_OK;
}

void gw_zip_free(struct gw_zip **address)
{
    struct gw_zip *zip = *address;

    if (!zip)
        return;
    if (zip->archive) {
        zip->over = true;
        archive_write_free(zip->archive); /* ends the entry that is open */
    }
    free(zip);
    *address = NULL;
}

enum gw_code gw_zip_entry(struct gw_zip *zip, const char *path, struct gw_err *err)
{
    struct archive_entry *entry = archive_entry_new();
    int result;

    if (!entry)
        return gw_fail(err, GW_NOMEM, NULL);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, gw_now_us() / GW_US_PER_S, 0);
    result = archive_write_header(zip->archive, entry);
    archive_entry_free(entry);
    return judge(zip, result == ARCHIVE_OK, err);
}

enum gw_code gw_zip_data(struct gw_zip *zip, struct gw_str data, struct gw_err *err)
{
    while (data.len) {
        la_ssize_t n = archive_write_data(zip->archive, data.ptr, data.len);
        if (n <= 0 || zip->out->failed)
            return judge(zip, false, err);
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return GW_OK;
}

enum gw_code gw_zip_end(struct gw_zip *zip, struct gw_err *err)
{
    return judge(zip, archive_write_close(zip->archive) == ARCHIVE_OK, err);
}
