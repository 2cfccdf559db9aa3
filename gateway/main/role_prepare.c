/* The prepare role: runs once before the others. The key file and the instance's name are made at the first
 * start; the schema is brought up at every start; plugins that must load are tried. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "auth/people.h"
#include "base/log.h"
#include "base/own.h"
#include "base/uuid.h"
#include "main/parts.h"
#include "main/role.h"

static enum gw_code prepare_keys(const struct gw_layout *layout, struct gw_err *err)
{
    struct gw_keyring *ring = NULL;
    enum gw_code code;

    if ((code = gw_crypt_init(err)) != GW_OK)
        return code;
    code = gw_keyring_load(layout->key_file, &ring, err);
    if (code == GW_NOT_FOUND) {
        if ((code = gw_keyring_create(layout->key_file, err)) != GW_OK)
            return code;
        gw_log(GW_LOG_INFO, "a key for tokens at rest was made; keep a copy of the file", "path", layout->key_file,
               NULL);
        code = gw_keyring_load(layout->key_file, &ring, err);
    }
    gw_keyring_free(&ring);
    return code;
}

/* Written beside and renamed: a name is whole or not there. */
static enum gw_code prepare_instance(const struct gw_layout *layout, struct gw_err *err)
{
    char beside[PATH_MAX + 8], text[GW_UUID_TEXT];
    gw_own_fd int fd = -1;

    if (access(layout->instance, F_OK) == 0)
        return GW_OK;
    snprintf(beside, sizeof(beside), "%s.new", layout->instance);
    gw_uuid_text(gw_uuid_v4(), text);
    fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || dprintf(fd, "%s\n", text) < 0 || fsync(fd) != 0 || rename(beside, layout->instance) != 0)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", layout->instance, strerror(errno));
    return GW_OK;
}

static enum gw_code prepare_schema(const struct gw_config *config, const struct gw_layout *layout, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    const char *conninfo = arena ? gw_main_conninfo(config, layout, arena) : NULL;
    enum gw_code code;
    int applied = 0;

    if (!conninfo)
        code = gw_fail(err, GW_NOMEM, NULL);
    else
        code = gw_store_migrate(conninfo, &applied, err);
    if (code == GW_OK && applied > 0)
        gw_log(GW_LOG_INFO, "schema migrated", "applied", GW_N(applied), NULL);
    gw_arena_free(&arena);
    return code;
}

/* Who has this link becomes the first developer: shown once, on standard output, and known by its digest afterwards. A
 * gateway beside us on the same database may have been faster: then its link is the one. */
static enum gw_code invite_first(struct gw_db *db, const struct gw_config *config, struct gw_err *err)
{
    struct gw_invitation invitation;
    char token[GW_INVITATION_TEXT];
    int64_t count = 0;
    bool pending = false;
    enum gw_code code = gw_store_developer_count(db, &count, err);

    if (code == GW_OK && count == 0)
        code = gw_store_invitation_first_pending(db, &pending, err);
    if (code != GW_OK || count > 0 || pending)
        return code;
    code = gw_auth_invite(db, NULL, (struct gw_uuid){{0}}, token, &invitation, err);
    if (code != GW_OK)
        return code == GW_CONFLICT ? GW_OK : code;
    printf("setup %s/setup?token=%s\n", config->public_url, token);
    fflush(stdout);
    gw_log(GW_LOG_INFO, "there is no developer yet: the link on standard output makes the first, once, for a day",
           NULL);
    return GW_OK;
}

static enum gw_code prepare_people(const struct gw_config *config, const struct gw_layout *layout, struct gw_err *err)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_db_options options = {
        .conninfo = arena ? gw_main_conninfo(config, layout, arena) : NULL, .name = "aorta prepare", .pool = 1};
    struct gw_db *db = NULL;
    enum gw_code code = options.conninfo ? gw_store_open(&options, &db, err) : gw_fail(err, GW_NOMEM, NULL);

    if (code == GW_OK)
        code = invite_first(db, config, err);
    gw_store_close(&db);
    gw_arena_free(&arena);
    return code;
}

/* Only when a provider that does not load is to end the start; otherwise the api processes report it. */
static enum gw_code prepare_plugins(const struct gw_config *config, const struct gw_layout *layout, struct gw_err *err)
{
    struct gw_registry *registry = NULL;
    enum gw_code code;

    if (!config->strict_providers)
        return GW_OK;
    code = gw_main_registry(config, layout, &registry, err);
    gw_registry_free(&registry);
    return code;
}

int gw_main_role_prepare(const struct gw_role_args *args, const struct gw_config *config)
{
    struct gw_layout layout;
    struct gw_err err = {0};
    enum gw_code code;

    (void)args;
    if ((code = gw_main_layout(config, false, &layout, &err)) == GW_OK &&
        (code = prepare_keys(&layout, &err)) == GW_OK && (code = prepare_instance(&layout, &err)) == GW_OK &&
        (code = prepare_plugins(config, &layout, &err)) == GW_OK)
        code = prepare_schema(config, &layout, &err);
    if (code == GW_OK)
        code = prepare_people(config, &layout, &err);
    if (code != GW_OK)
        gw_log(GW_LOG_ERROR, "cannot start", "code", gw_code_name(code), "error", gw_err_text(&err), NULL);
    return gw_main_exit_of(code);
}
