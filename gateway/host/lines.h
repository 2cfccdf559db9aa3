/* host/lines.h - a sink that writes what a plugin gives as JSON lines: for the command line and for tests.
 *
 * One line a record, a run of samples, a webhook item, a refusal; the same bytes for the same input. It keeps nothing
 * and has no network, so it serves normalize and the webhook operations. `struct gw_lines l = {.out = &buf}`; then
 * gw_lines_sink(&l, &sink). [one thread at a time]
 */
#ifndef GW_HOST_LINES_H
#define GW_HOST_LINES_H

#include "base/buf.h"
#include "host/call.h"

struct gw_lines {
    struct gw_buf *out;
    bool summary;                                       /* of samples: least, most and mean instead of all */
    size_t records, series, samples, items, refused;    /* counted */
    int64_t (*read)(void *self, void *buf, size_t cap); /* a big payload's bytes, or NULL */
    void *read_self;
    /* Takes the lines there are and empties the buffer; false = it could not. NULL = all stay in it. */
    bool (*write)(void *self, struct gw_buf *out);
    void *write_self;
};

void gw_lines_sink(struct gw_lines *lines, struct gw_sink *ret);

#endif
