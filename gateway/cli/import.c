/* import: a file straight into the database, with the job that will read it; then what becomes of the job is told.
 *
 * The same as a push or an import over HTTP, without its limits of time and without a second copy on its way.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/command.h"
#include "crypt/crypt.h"
#include "main/database.h"
#include "main/parts.h"
#include "store/jobs.h"
#include "store/notify.h"
#include "store/users.h"
#include "upload/file.h"
#include "upload/unzip.h"
#include "upload/upload.h"

#define PIECE   (256 * 1024)
#define LOOK_NS (250 * 1000 * 1000)

struct import {
    const struct cli *cli;
    const struct gw_config *config;
    struct gw_database database;
    struct gw_db *db;
    struct gw_registry *registry;
    struct gw_arena *arena;
    struct gw_uuid user;
    int fd;
    char *piece;
    enum gw_file_is is; /* within its gzip */
    bool packed;
    struct gw_upload *upload;
    struct gw_accepted accepted;
};

/* ---- the file ---- */

static enum gw_code read_some(struct import *in, size_t *ret, struct gw_err *err)
{
    ssize_t n;

    do
        n = read(in->fd, in->piece, PIECE);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return gw_fail(err, GW_INVALID, "%.200s: %s", in->cli->rest[0], strerror(errno));
    *ret = (size_t)n;
    return GW_OK;
}

struct head {
    char bytes[GW_FILE_HEAD];
    size_t len;
};

static enum gw_code keep_head(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    struct head *head = to;
    size_t n = sizeof(head->bytes) - head->len < len ? sizeof(head->bytes) - head->len : len;

    (void)err;
    memcpy(head->bytes + head->len, bytes, n);
    head->len += n;
    return head->len < sizeof(head->bytes) ? GW_OK : GW_CANCELLED; /* enough */
}

/* What it is, by its first bytes, also within a gzip. */
static enum gw_code look_at_head(struct import *in, size_t len, struct gw_err *err)
{
    struct gw_unzip *unzip = NULL;
    struct head head = {.len = 0};
    enum gw_code code = GW_OK;

    in->is = gw_file_look(in->piece, len);
    in->packed = in->is == GW_FILE_GZIP;
    if (in->packed) {
        code = gw_unzip_new(UINT64_MAX, keep_head, &head, &unzip, err);
        if (!code)
            code = gw_unzip_take(unzip, in->piece, len, err);
        gw_unzip_free(&unzip);
        in->is = gw_file_look(head.bytes, head.len);
    }
    if (code && code != GW_CANCELLED)
        return code;
    if (in->is != GW_FILE_XML && in->is != GW_FILE_ZIP && in->is != GW_FILE_JSON)
        return gw_fail(err, GW_INVALID, "%.200s is neither XML nor a zip nor JSON", in->cli->rest[0]);
    return GW_OK;
}

static enum gw_code to_upload(void *to, const char *bytes, size_t len, struct gw_err *err)
{
    struct import *in = to;

    return gw_upload_take(in->upload, bytes, len, err);
}

static enum gw_code take_rest(struct import *in, struct gw_unzip *unzip, size_t len, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    while (!code && len > 0) {
        code = unzip ? gw_unzip_take(unzip, in->piece, len, err) : to_upload(in, in->piece, len, err);
        if (!code)
            code = read_some(in, &len, err);
    }
    if (!code && unzip)
        code = gw_unzip_end(unzip, err);
    return code ? code : gw_upload_end(in->upload, err);
}

static enum gw_code take_file(struct import *in, struct gw_err *err)
{
    struct gw_upload_options options = {.folder = in->database.layout.state_dir};
    struct gw_unzip *unzip = NULL;
    size_t len = 0;
    enum gw_code code = read_some(in, &len, err);

    if (!code)
        code = look_at_head(in, len, err);
    if (code)
        return code;
    options.form = in->is == GW_FILE_JSON ? GW_UPLOAD_PUSH : GW_UPLOAD_FILE;
    options.most = (uint64_t)(in->is == GW_FILE_JSON ? in->config->max_push_bytes : in->config->max_import_bytes);
    code = gw_upload_new(&options, &in->upload, err);
    if (!code && in->packed)
        code = gw_unzip_new(options.most, to_upload, in, &unzip, err);
    if (!code)
        code = take_rest(in, unzip, len, err);
    gw_unzip_free(&unzip);
    return code;
}

/* ---- storing ---- */

static enum gw_code store(struct import *in, struct gw_err *err)
{
    struct gw_upload_to to = {.user_id = in->user, .origin = "command line", .provider = "apple"};
    const struct gw_provider *provider = NULL;
    enum gw_code code;

    if (in->is == GW_FILE_JSON)
        code = gw_upload_route(in->registry, gw_upload_provider(in->upload), in->cli->provider, "sdk", &provider,
                               &to.kind, err);
    else
        code = gw_upload_route_file(in->registry, to.provider, "export", &to.kind, err);
    if (code)
        return code;
    if (provider)
        to.provider = provider->id;
    return gw_upload_store(in->upload, in->db, &to, &in->accepted, err);
}

/* ---- following ---- */

static bool is_over(const char *status)
{
    return strcmp(status, "success") == 0 || strcmp(status, "partial") == 0 || strcmp(status, "failed") == 0 ||
           strcmp(status, "cancelled") == 0;
}

static void print_run(const struct gw_run *run)
{
    const struct gw_counts *c = &run->counts;

    char done[8] = "";

    if (run->progress >= 0 && run->progress <= 1 && !is_over(run->status))
        snprintf(done, sizeof(done), " %3.0f %%", 100 * run->progress);
    printf("%-8s%s  samples %lld new, %lld changed, %lld as before   workouts %lld   nights %lld   rejected %lld\n",
           run->status, done, (long long)c->timeseries.created, (long long)c->timeseries.updated,
           (long long)c->timeseries.unchanged, (long long)(c->workouts.created + c->workouts.updated),
           (long long)(c->sleep.created + c->sleep.updated),
           (long long)(c->timeseries.rejected + c->workouts.rejected + c->sleep.rejected + c->events.rejected));
    fflush(stdout);
}

struct seen {
    char status[16];
    struct gw_counts counts;
};

/* Says what changed since the last look; how it ended when it did. */
static enum gw_code look(struct import *in, struct gw_arena *arena, struct seen *seen, struct gw_err *err)
{
    struct gw_run run;
    enum gw_code code = gw_store_run_get(in->db, arena, in->user, in->accepted.job_id, &run, err);

    if (code)
        return code;
    if (strcmp(run.status, seen->status) != 0 || memcmp(&run.counts, &seen->counts, sizeof(run.counts)) != 0)
        print_run(&run);
    snprintf(seen->status, sizeof(seen->status), "%s", run.status);
    seen->counts = run.counts;
    if (!is_over(run.status))
        return GW_OK;
    if (run.warnings)
        printf("warnings: %s\n", run.warnings);
    if (strcmp(run.status, "success") == 0 || strcmp(run.status, "partial") == 0)
        return GW_OK;
    return gw_fail(err, GW_DATA, "%s", run.error ? run.error : "the run did not end well");
}

static enum gw_code follow(struct import *in, struct gw_err *err)
{
    struct seen seen = {.status = ""};
    enum gw_code code = GW_OK;

    while (!code && !is_over(seen.status)) {
        struct gw_arena *arena = gw_arena_new(0);
        code = arena ? look(in, arena, &seen, err) : gw_fail(err, GW_NOMEM, NULL);
        gw_arena_free(&arena);
        if (!code && !is_over(seen.status))
            nanosleep(&(struct timespec){.tv_nsec = LOOK_NS}, NULL);
    }
    return code;
}

static enum gw_code wake_and_follow(struct import *in, struct gw_err *err)
{
    struct gw_notify_handlers none = {0};
    struct gw_notify *notify = NULL;
    enum gw_code code = gw_notify_open(in->database.conninfo, &none, &notify, err);

    if (!code) {
        gw_notify_work(notify);
        code = follow(in, err);
    }
    gw_notify_close(&notify);
    return code;
}

/* ---- all of it ---- */

static enum gw_code import_into(struct import *in, struct gw_err *err)
{
    struct gw_db_options options = {.conninfo = in->database.conninfo, .name = "aorta import", .pool = 1};
    char run[GW_UUID_TEXT];
    struct gw_user user;
    enum gw_code code;

    if ((code = gw_crypt_init(err)) != GW_OK || (code = gw_store_open(&options, &in->db, err)) != GW_OK ||
        (code = gw_store_user_get(in->db, in->arena, in->user, &user, err)) != GW_OK ||
        (code = gw_main_registry(in->config, &in->database.layout, &in->registry, err)) != GW_OK ||
        (code = take_file(in, err)) != GW_OK || (code = store(in, err)) != GW_OK)
        return code;
    gw_upload_free(&in->upload);
    printf("stored as run %s%s\n", gw_uuid_text(in->accepted.job_id, run),
           in->accepted.known ? "; this file was here before" : "");
    fflush(stdout);
    if (in->database.postgres)
        printf("No gateway runs here: it is read when one does.\n");
    return in->cli->no_wait || in->database.postgres ? GW_OK : wake_and_follow(in, err);
}

static enum gw_code with_database(struct import *in, struct gw_err *err)
{
    enum gw_code code = gw_main_database_open(in->config, &in->database, err);

    if (code)
        return code;
    code = import_into(in, err);
    gw_upload_free(&in->upload);
    gw_registry_free(&in->registry);
    gw_store_close(&in->db);
    gw_main_database_close(&in->database);
    return code;
}

static enum gw_code import_file(const struct cli *cli, const struct gw_config *config, struct gw_err *err)
{
    struct import in = {.cli = cli, .config = config};
    enum gw_code code = GW_OK;

    if (!cli->user || !gw_uuid_parse(gw_str(cli->user), &in.user))
        return gw_fail(err, GW_INVALID, "--user is the id of a user, a UUID");
    in.fd = open(cli->rest[0], O_RDONLY | O_CLOEXEC);
    if (in.fd < 0)
        return gw_fail(err, GW_INVALID, "%.200s: %s", cli->rest[0], strerror(errno));
    in.arena = gw_arena_new(0);
    in.piece = malloc(PIECE);
    code = in.arena && in.piece ? with_database(&in, err) : gw_fail(err, GW_NOMEM, NULL);
    gw_arena_free(&in.arena);
    free(in.piece);
    close(in.fd);
    return code;
}

int command_import(const struct cli *cli)
{
    struct gw_config config;
    struct gw_err err = {0};
    enum gw_code code;

    if (!command_load_config(cli, &config))
        return 1;
    code = import_file(cli, &config, &err);
    gw_config_free(&config);
    return code == GW_OK ? 0 : command_failed(&err);
}
