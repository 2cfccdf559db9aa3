/* key create, list, revoke: API keys from the command line. */
#include <stdio.h>

#include "auth/auth.h"
#include "base/time.h"
#include "cli/command.h"
#include "cli/store.h"

static const struct {
    const char *name;
    uint32_t scope;
} scopes[] = {{"read", GW_SCOPE_READ}, {"write", GW_SCOPE_WRITE}, {"admin", GW_SCOPE_ADMIN}};

#define SCOPES (sizeof(scopes) / sizeof(scopes[0]))

struct work {
    const struct cli *cli;
    uint32_t scopes;
    struct gw_uuid id;
};

static const struct gw_uuid command_line; /* nil: no developer */

/* ---- create ---- */

static bool read_scopes(const char *text, uint32_t *ret)
{
    uint32_t all = 0;

    while (*text) {
        size_t len = strcspn(text, ","), i = 0;
        while (i < SCOPES && !gw_str_is((struct gw_str){text, len}, scopes[i].name))
            i++;
        if (i == SCOPES)
            return false;
        all |= scopes[i].scope;
        text += len + (text[len] == ',');
    }
    *ret = all;
    return all != 0;
}

/* The key alone goes to standard output, for scripts. */
static enum gw_code create(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    const struct work *work = self;
    struct gw_api_key key;
    char text[GW_KEY_TEXT], id[GW_UUID_TEXT];
    enum gw_code code = gw_auth_key_create(db, arena, work->cli->name ? work->cli->name : "command line", work->scopes,
                                           command_line, text, &key, err);

    if (code != GW_OK)
        return code;
    fprintf(stderr, "key %s; it is shown this once\n", gw_uuid_text(key.id, id));
    printf("%s\n", text);
    explicit_bzero(text, sizeof(text));
    return GW_OK;
}

int command_key_create(const struct cli *cli)
{
    struct work work = {.cli = cli, .scopes = GW_SCOPE_READ | GW_SCOPE_WRITE | GW_SCOPE_ADMIN};

    if (cli->scopes && !read_scopes(cli->scopes, &work.scopes)) {
        fprintf(stderr, "aorta: --scopes is a list of read, write and admin, separated by commas\n");
        return 2;
    }
    if (cli->name && (strlen(cli->name) > 100 || !gw_utf8_valid(cli->name, strlen(cli->name)))) {
        fprintf(stderr, "aorta: --name is at most 100 bytes of UTF-8\n");
        return 2;
    }
    return command_with_store(cli, create, &work);
}

/* ---- list ---- */

static const char *when(int64_t us, char out[32])
{
    if (us == GW_NO_TIME)
        return "-";
    gw_time_format(us - us % GW_US_PER_S, out);
    return out;
}

static void print_key(const struct gw_api_key *key)
{
    char id[GW_UUID_TEXT], created[32], used[32], revoked[32], list[32] = "";

    for (size_t i = 0; i < SCOPES; i++)
        if (key->scopes & scopes[i].scope)
            snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", list[0] ? "," : "", scopes[i].name);
    printf("%s  %-12s  %-16s  %-20s  %-20s  %-20s  %s\n", gw_uuid_text(key->id, id), key->prefix, list,
           when(key->created_us, created), when(key->last_used_us, used), when(key->revoked_us, revoked), key->name);
}

static enum gw_code list(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    struct gw_api_key *keys;
    size_t count;
    enum gw_code code;

    (void)self;
    code = gw_store_key_list(db, arena, &keys, &count, err);

    if (code != GW_OK)
        return code;
    printf("%-36s  %-12s  %-16s  %-20s  %-20s  %-20s  %s\n", "id", "key", "scopes", "created", "last used", "revoked",
           "name");
    for (size_t i = 0; i < count; i++)
        print_key(&keys[i]);
    return GW_OK;
}

int command_key_list(const struct cli *cli)
{
    return command_with_store(cli, list, NULL);
}

/* ---- revoke ---- */

static enum gw_code revoke_key(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    const struct work *work = self;
    enum gw_code code = gw_store_key_revoke(db, work->id, command_line, err);

    (void)arena;

    if (code == GW_NOT_FOUND)
        return gw_fail(err, GW_NOT_FOUND, "there is no key with this id; aorta key list shows them");
    return code;
}

int command_key_revoke(const struct cli *cli)
{
    struct work work = {.cli = cli};

    if (!gw_uuid_parse(gw_str(cli->rest[0]), &work.id)) {
        fprintf(stderr, "aorta: a key's id is a UUID; aorta key list shows them\n");
        return 2;
    }
    return command_with_store(cli, revoke_key, &work);
}
