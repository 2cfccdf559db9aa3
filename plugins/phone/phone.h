/* phone.h - what the plugins of phones share: pushed bodies to records and series, and the operations they do not have.
 *
 * A phone's SDK, of Apple or of Samsung, sends one kind of JSON; older apps sent others. All shapes are told apart by
 * what is in them, so each plugin accepts each. What differs between the providers is in the tables of this folder and
 * in struct phone_provider.
 */
#ifndef PHONE_H
#define PHONE_H

#include "aorta/sdk.h"

struct phone_provider {
    const aorta_descriptor *descriptor;                   /* its payload_kinds are what is accepted */
    const char *body_code, *kind_code, *unsupported_code; /* "<id>.body", "<id>.kind", "<id>.unsupported" */
    int uuids_in_capitals; /* ids are UUIDs, compared in any case: they go out as this phone writes them */
};

aorta_status phone_normalize(const struct phone_provider *provider, aorta_ctx *ctx, const aorta_payload *payload);
/* authorize, callback and sync of a plugin that nobody can ask: UNSUPPORTED. */
aorta_status phone_unsupported(const struct phone_provider *provider, aorta_ctx *ctx, const char *what);

#endif
