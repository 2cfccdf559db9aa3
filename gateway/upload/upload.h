/* upload/upload.h - one body on its way in: taken piece by piece, checked, packed, then stored with its job.
 *
 * Memory is bounded (about 5 MB) whatever comes; a body of at most 1 MiB touches no disk. Of a larger one the looking
 * and the packing are done by two threads beside. [one thread]
 */
#ifndef GW_UPLOAD_UPLOAD_H
#define GW_UPLOAD_UPLOAD_H

#include "host/registry.h"
#include "store/accept.h"

enum gw_upload_form {
    GW_UPLOAD_PUSH, /* one JSON object */
    GW_UPLOAD_FILE, /* XML or zip */
};

struct gw_upload_options {
    enum gw_upload_form form;
    const char *folder; /* for what does not stay in memory; borrowed */
    uint64_t most;      /* bytes */
};

struct gw_upload;

enum gw_code gw_upload_new(const struct gw_upload_options *options, struct gw_upload **ret,
                           struct gw_err *err) GW_MUST_USE;
void gw_upload_free(struct gw_upload **upload);

/* What is wrong is said as soon as it is seen, at the end at the latest; nothing may be taken after that. GW_TOO_LARGE;
 * GW_MALFORMED, GW_INVALID: not of its form; GW_BUSY with storage.full. */
enum gw_code gw_upload_take(struct gw_upload *upload, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All has come. */
enum gw_code gw_upload_end(struct gw_upload *upload, struct gw_err *err) GW_MUST_USE;

/* ---- after the end ---- */

/* The provider a push names itself; NULL = none. */
const char *gw_upload_provider(const struct gw_upload *upload);

struct gw_upload_to {
    struct gw_uuid user_id;
    const char *provider, *kind;
    const char *origin; /* how it came: push, import, command line */
};

/* Everything or nothing. GW_NOT_FOUND: no such user. */
enum gw_code gw_upload_store(struct gw_upload *upload, struct gw_db *db, const struct gw_upload_to *to,
                             struct gw_accepted *ret, struct gw_err *err) GW_MUST_USE;

/* ---- route.c: whose it is ---- */

/* Who reads what a client pushed. said: by the body; meant: by the path; either may be NULL, and the body's word wins.
 * shape: the part of a payload's kind behind the dot; where the provider does not know it, "sdk" or the first it has.
 * GW_INVALID with the wire code provider.unsupported: nobody named, or nobody here who takes pushes. */
enum gw_code gw_upload_route(const struct gw_registry *registry, const char *said, const char *meant, const char *shape,
                             const struct gw_provider **ret, const char **ret_kind, struct gw_err *err) GW_MUST_USE;
/* The provider's payload kind of that name. GW_UNSUPPORTED: it has none; GW_CONFIG: it is not ready or not here. */
enum gw_code gw_upload_route_file(const struct gw_registry *registry, const char *provider, const char *kind,
                                  const char **ret_kind, struct gw_err *err) GW_MUST_USE;

#endif
