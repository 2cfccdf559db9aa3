/* The user's end of a connection, of a provider's data, of everything. */
#include <string.h>

#include "base/time.h"
#include "link/tokens.h"
#include "store/forget.h"

#define REVOKE_MS    20000              /* what the plugins are promised */
#define TOLD_IN_US   (30 * GW_US_PER_S) /* all of a user's providers together */
#define LOCK_WAIT_MS 5000
#define ROUNDS_MOST  3 /* of looking for connections that were made meanwhile */

struct ending {
    struct gw_link *link;
    struct gw_arena *arena;
    struct gw_untold **untold;
    int64_t until_us; /* providers are told until then; monotonic */
};

static void note(struct ending *e, const struct gw_connection *c, bool meant, const struct gw_err *why)
{
    struct gw_untold *u = gw_arena_zalloc(e->arena, sizeof(*u));

    if (!u)
        return; /* no more than a line of the log */
    *u = (struct gw_untold){
        .next = *e->untold, .provider = c->provider, .connection = c->id, .meant = meant, .why = *why};
    *e->untold = u;
}

/* Whether somebody else's connection to the account would end with this one. */
static bool others_share(struct ending *e, const struct gw_connection *c)
{
    struct gw_connection *all = NULL;
    size_t count = 0, others = 0;
    struct gw_err why = {0};

    if (!*c->provider_user_id)
        return false;
    if (gw_store_connection_by_account(e->link->db, e->arena, c->provider, c->provider_user_id, &all, &count, &why)) {
        note(e, c, false, &why);
        return true; /* not known: the milder harm */
    }
    for (size_t i = 0; i < count; i++)
        others += !gw_uuid_eq(all[i].id, c->id) && strcmp(all[i].status, "revoked") != 0;
    return others > 0;
}

/* ---- telling the provider ---- */

struct telling {
    struct ending *ending;
    struct gw_session session;
};

/* Under the token lock, so that no refresh is under way: the row's tokens are the newest. */
static enum gw_code work_revoke(void *self, struct gw_connection *row, bool *changed, struct gw_err *err)
{
    struct telling *t = self;
    int64_t left_ms = (t->ending->until_us - gw_mono_us()) / 1000;

    (void)changed; /* what is stored goes with the wipe */
    if (strcmp(row->status, "revoked") != 0 || row->tokens.len == 0)
        return GW_OK; /* connected again, or told already */
    if (left_ms <= 0)
        return gw_fail(err, GW_DEADLINE, "Other providers took all the time there was.");
    return session_revoke(&t->session, row, left_ms < REVOKE_MS ? left_ms : REVOKE_MS, err);
}

static void tell(struct ending *e, const struct gw_provider *provider, const struct gw_connection *c)
{
    struct telling t = {.ending = e};
    struct gw_err why = {0};
    enum gw_code code = gw_session_open(e->link, provider, e->arena, c->user_id, c->id, &t.session, &why);

    if (!code) {
        code = gw_store_connection_token_lock(e->link->db, e->arena, c->user_id, c->id, LOCK_WAIT_MS, work_revoke, &t,
                                              &why);
        gw_session_close(&t.session);
    }
    if (code)
        note(e, c, code == GW_UNSUPPORTED, &why);
}

/* ---- a connection ---- */

static enum gw_code end_connection(struct ending *e, const struct gw_connection *c, struct gw_err *err)
{
    const struct gw_provider *provider = gw_registry_find(e->link->registry, c->provider);
    struct gw_err why = {0};
    enum gw_code code = gw_store_connection_retire(e->link->db, c->user_id, c->id, "user_disconnected", err);

    if (code || c->tokens.len == 0)
        return code ? code : gw_store_connection_wipe(e->link->db, c->user_id, c->id, err);
    if (provider && provider->ready && !others_share(e, c)) {
        tell(e, provider, c);
    } else if (provider && provider->ready) {
        gw_fail(&why, GW_CONFLICT, "Another user is connected to the same account.");
        note(e, c, true, &why);
    } else {
        gw_fail(&why, GW_CONFIG, "The provider is not available.");
        note(e, c, false, &why);
    }
    return gw_store_connection_wipe(e->link->db, c->user_id, c->id, err);
}

/* Revoked ones that still have tokens were left behind half ended. */
static bool lives(const struct gw_connection *c)
{
    return strcmp(c->status, "revoked") != 0 || c->tokens.len > 0;
}

static enum gw_code end_all(struct ending *e, struct gw_uuid user, const char *provider, size_t *ret_seen,
                            struct gw_err *err)
{
    bool any = true;
    enum gw_code code = GW_OK;

    for (int round = 0; any && !code && round < ROUNDS_MOST; round++) {
        struct gw_connection *all = NULL;
        any = false;
        code = gw_store_connection_list(e->link->db, e->arena, user, provider, &all, ret_seen, err);
        for (size_t i = 0; !code && i < *ret_seen; i++) {
            if (!lives(&all[i]))
                continue;
            any = true;
            code = end_connection(e, &all[i], err);
        }
    }
    return code;
}

static struct ending begin(struct gw_link *link, struct gw_arena *arena, struct gw_untold **untold)
{
    return (struct ending){.link = link, .arena = arena, .untold = untold, .until_us = gw_mono_us() + TOLD_IN_US};
}

enum gw_code gw_link_disconnect(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user, const char *provider,
                                struct gw_untold **untold, struct gw_err *err)
{
    struct ending e = begin(link, arena, untold);
    struct gw_user ignored;
    size_t seen = 0;
    enum gw_code code = end_all(&e, user, provider, &seen, err);

    if (code || seen)
        return code;
    code = gw_store_user_get(link->db, arena, user, &ignored, err);
    return code ? code : gw_fail(err, GW_NOT_CONNECTED, "User not connected to %s", provider);
}

/* ---- data ---- */

static enum gw_code delete_pieces(struct gw_link *link, struct gw_uuid user, const char *provider, struct gw_err *err)
{
    bool done = false;
    enum gw_code code = GW_OK;

    while (!done && !code)
        code = gw_store_data_delete(link->db, user, provider, &done, err);
    return code;
}

enum gw_code gw_link_delete_data(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user,
                                 const char *provider, struct gw_untold **untold, struct gw_err *err)
{
    enum gw_code code = gw_link_disconnect(link, arena, user, provider, untold, err);

    return code ? code : delete_pieces(link, user, provider, err);
}

enum gw_code gw_link_delete_user(struct gw_link *link, struct gw_arena *arena, struct gw_uuid user, struct gw_user *ret,
                                 struct gw_untold **untold, struct gw_err *err)
{
    struct ending e = begin(link, arena, untold);
    size_t seen = 0;
    enum gw_code code = gw_store_user_get(link->db, arena, user, ret, err);

    if (!code)
        code = end_all(&e, user, NULL, &seen, err);
    if (!code)
        code = delete_pieces(link, user, NULL, err);
    return code ? code : gw_store_user_delete(link->db, user, err);
}
