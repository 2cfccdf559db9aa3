/* out.h - the way out: records and samples to the host, with the version of their batch.
 *
 * The version is the batch's syncTimestamp, and JSON objects have no order: it may stand behind the data. Until it is
 * known, or the document is over, what was read waits here, up to a bound; a body beyond that has no version.
 */
#ifndef PHONE_OUT_H
#define PHONE_OUT_H

#include "gather.h"

struct phone_waiting;

struct phone_out {
    aorta_ctx *ctx;
    struct phone_gather gather;
    struct phone_waiting *first, **last;
    size_t waiting; /* bytes of the records that wait */
    int64_t version_us;
    int settled; /* the version is known, or known to be none */
    int begun;   /* something came */
};

aorta_status phone_out_init(struct phone_out *out, aorta_ctx *ctx);
void phone_out_free(struct phone_out *out);

/* The first one counts. One that comes after too much has gone out without it is not used, and a warning says so. */
aorta_status phone_out_version(struct phone_out *out, int64_t version_us);
aorta_status phone_out_sample(struct phone_out *out, const struct phone_run_key *key,
                              const struct phone_sample *sample);
/* Sets the record's fields and version. Borrows both for the call. */
aorta_status phone_out_record(struct phone_out *out, aorta_record *record, const sdk_fields *fields);
/* The document is over, or broken off: all that was gathered goes out. */
aorta_status phone_out_end(struct phone_out *out);

#endif
