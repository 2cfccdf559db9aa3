/* developer create, list, delete, password: those who may log in, from the command line. */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/command.h"
#include "cli/store.h"
#include "crypt/crypt.h"
#include "http/check.h"
#include "store/developers.h"

#define PASSWORD_MOST 1024
#define LEAST         8 /* characters */
#define WAIT_MS       2000

static const struct gw_uuid command_line; /* nil: no developer */

struct work {
    const char *email;
    char password[PASSWORD_MOST + 2];
    bool made; /* by us, so it has to be shown */
};

/* Nobody types here, and what may be a pipe that nobody writes to is not waited for long. */
static bool is_given(void)
{
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

    return !isatty(STDIN_FILENO) && poll(&in, 1, WAIT_MS) > 0;
}

/* The first line of standard input; a random one when there is none. */
static bool read_password(struct work *work)
{
    size_t len = 0;

    if (is_given() && fgets(work->password, sizeof(work->password), stdin))
        len = strcspn(work->password, "\r\n");
    work->made = len == 0;
    if (work->made) {
        gw_random_text(18, work->password);
        return true;
    }
    work->password[len] = '\0';
    if (len <= PASSWORD_MOST && gw_utf8_valid(work->password, len) &&
        gw_check_length((struct gw_str){work->password, len}) >= LEAST)
        return true;
    fprintf(stderr, "aorta: a password has at least %d characters and at most %d bytes of UTF-8\n", LEAST,
            PASSWORD_MOST);
    return false;
}

/* The password alone goes to standard output, for scripts. */
static void show(const struct work *work, struct gw_uuid id, const char *what)
{
    char text[GW_UUID_TEXT];

    fprintf(stderr, "developer %s (%s) %s%s\n", work->email, gw_uuid_text(id, text), what,
            work->made ? "; the password is shown this once" : "");
    if (work->made)
        printf("%s\n", work->password);
}

static enum gw_code find(struct gw_db *db, struct gw_arena *arena, const char *email, struct gw_developer *ret,
                         struct gw_err *err)
{
    enum gw_code code = gw_store_developer_find(db, arena, email, ret, err);

    if (code == GW_NOT_FOUND)
        return gw_fail(err, code, "there is no developer with this e-mail; aorta developer list shows them");
    return code;
}

/* ---- create, password ---- */

static enum gw_code create(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    const struct work *work = self;
    char stored[GW_PASSWORD_STORED];
    struct gw_developer made, wanted = {.id = gw_uuid_v4(), .password = stored};
    struct gw_str email;
    enum gw_code code;

    if (!gw_check_email(gw_str(work->email), arena, &email) ||
        (wanted.email = gw_arena_strndup(arena, email.ptr, email.len)) == NULL)
        return gw_fail(err, GW_INVALID, "%s is not an e-mail address", work->email);
    code = gw_password_hash(gw_str(work->password), stored, err);
    if (code == GW_OK)
        code = gw_store_developer_create(db, arena, &wanted, command_line, &made, err);
    if (code == GW_OK)
        show(work, made.id, "made");
    return code;
}

static enum gw_code set_password(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    const struct work *work = self;
    char stored[GW_PASSWORD_STORED];
    struct gw_developer developer, changes = {.password = stored};
    enum gw_code code = find(db, arena, work->email, &developer, err);

    if (code == GW_OK)
        code = gw_password_hash(gw_str(work->password), stored, err);
    if (code == GW_OK) {
        changes.id = developer.id;
        code = gw_store_developer_update(db, arena, &changes, command_line, &developer, err);
    }
    if (code == GW_OK)
        show(work, developer.id, "has a new password, and is logged out everywhere");
    return code;
}

static int with_password(const struct cli *cli, command_store_fn *fn)
{
    struct work work = {.email = cli->rest[0]};
    struct gw_err err;
    int status;

    if (gw_crypt_init(&err) != GW_OK)
        return command_failed(&err);
    status = read_password(&work) ? command_with_store(cli, fn, &work) : 2;
    explicit_bzero(work.password, sizeof(work.password));
    return status;
}

int command_developer_create(const struct cli *cli)
{
    return with_password(cli, create);
}

int command_developer_password(const struct cli *cli)
{
    return with_password(cli, set_password);
}

/* ---- list, delete ---- */

static enum gw_code list(void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err)
{
    struct gw_developer *developers;
    char id[GW_UUID_TEXT], created[32];
    size_t count;
    enum gw_code code = gw_store_developer_list(db, arena, &developers, &count, err);

    (void)self;
    if (code != GW_OK)
        return code;
    printf("%-36s  %-20s  %-32s  %s\n", "id", "created", "e-mail", "name");
    for (size_t i = 0; i < count; i++) {
        const struct gw_developer *d = &developers[i];
        gw_time_format(d->created_us - d->created_us % GW_US_PER_S, created);
        printf("%s  %-20s  %-32s  %s%s%s\n", gw_uuid_text(d->id, id), created, d->email,
               d->first_name ? d->first_name : "", d->first_name && d->last_name ? " " : "",
               d->last_name ? d->last_name : "");
    }
    return GW_OK;
}

int command_developer_list(const struct cli *cli)
{
    return command_with_store(cli, list, NULL);
}

static enum gw_code delete (void *self, struct gw_db *db, struct gw_arena *arena, struct gw_err *err) {
    struct gw_developer developer; enum gw_code code = find(db, arena, self, &developer, err);

    return code == GW_OK ? gw_store_developer_delete(db, arena, developer.id, command_line, &developer, err) : code;
}

int command_developer_delete(const struct cli *cli)
{
    return command_with_store(cli, delete, cli->rest[0]);
}
