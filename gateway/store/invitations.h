/* store/invitations.h - invitations to become a developer, known by the digest of their token. [any thread]
 *
 * One without an e-mail is the link of the first start: whoever has it becomes the first developer.
 */
#ifndef GW_STORE_INVITATIONS_H
#define GW_STORE_INVITATIONS_H

#include "store/developers.h"

struct gw_invitation {
    struct gw_uuid id;
    const char *email;  /* NULL: the first start's */
    const char *status; /* pending accepted revoked, and expired, which is pending for too long */
    int64_t expires_us, created_us;
    struct gw_uuid invited_by; /* nil: nobody */
};

/* GW_CONFLICT: a developer, or another pending invitation, has this e-mail. */
enum gw_code gw_store_invitation_create(struct gw_db *db, const struct gw_invitation *invitation,
                                        const uint8_t digest[32], struct gw_err *err) GW_MUST_USE;
/* Pending and expired ones, newest first. */
enum gw_code gw_store_invitation_list(struct gw_db *db, struct gw_arena *arena, struct gw_invitation **ret,
                                      size_t *ret_count, struct gw_err *err) GW_MUST_USE;
/* GW_NOT_FOUND; GW_CONFLICT: it is neither pending nor, for a renewal, expired. */
enum gw_code gw_store_invitation_revoke(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id, struct gw_uuid by,
                                        struct gw_invitation *ret, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_store_invitation_renew(struct gw_db *db, struct gw_arena *arena, struct gw_uuid id,
                                       const uint8_t digest[32], int64_t expires_us, struct gw_uuid by,
                                       struct gw_invitation *ret, struct gw_err *err) GW_MUST_USE;
/* Whether it can be accepted now. first: it has to be the link of the first start, else it must not be. GW_NOT_FOUND,
 * GW_CONFLICT */
enum gw_code gw_store_invitation_find(struct gw_db *db, const uint8_t digest[32], bool first,
                                      struct gw_err *err) GW_MUST_USE;
/* Makes the developer, once. The e-mail is the invitation's; of the first start's link the developer's own, and it is
 * GW_CONFLICT when there is a developer already. */
enum gw_code gw_store_invitation_accept(struct gw_db *db, struct gw_arena *arena, const uint8_t digest[32], bool first,
                                        const struct gw_developer *developer, struct gw_developer *ret,
                                        struct gw_err *err) GW_MUST_USE;
/* Whether a link of the first start is waiting. */
enum gw_code gw_store_invitation_first_pending(struct gw_db *db, bool *ret, struct gw_err *err) GW_MUST_USE;

#endif
