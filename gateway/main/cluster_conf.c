/* The private cluster's settings, with their reasons. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/own.h"
#include "main/cluster.h"

/* What does not depend on the machine. Values never reach PostgreSQL's log: a statement's text may quote
 * health data, an error's detail quotes the row. */
static const char settings[] =
    "# Written by aorta at each start; your own settings go into local.conf beside this file.\n"
    "listen_addresses = ''                        # the socket's folder is the access control\n"
    "unix_socket_permissions = 0700\n"
    "cluster_name = 'aorta'\n"
    "max_wal_size = 2GB                           # fewer full-page images under steady writes\n"
    "min_wal_size = 128MB\n"
    "autovacuum_naptime = 5s                      # the queue and the blocks' TOAST die young\n"
    "idle_in_transaction_session_timeout = 60s    # an old snapshot makes the queue several times slower\n"
    "jit = off                                    # statements are short\n"
    "timezone = 'UTC'\n"
    "log_timezone = 'UTC'\n"
    "logging_collector = on                       # a week of files, then over again\n"
    "log_directory = 'log'\n"
    "log_filename = 'postgresql-%a.log'\n"
    "log_rotation_age = 1d\n"
    "log_truncate_on_rotation = on\n"
    "log_line_prefix = '%m [%p] %a '\n"
    "log_min_error_statement = panic              # no statement and no row in the log\n"
    "log_error_verbosity = terse\n"
    "log_parameter_max_length = 0\n"
    "log_parameter_max_length_on_error = 0\n";

/* A sixteenth of the memory, 32 to 512 MiB: the kernel's cache does the rest. */
static unsigned long shared_buffers_mib(void)
{
    struct sysinfo info;
    unsigned long mib;

    if (sysinfo(&info) != 0)
        return 128;
    mib = (unsigned long)((uint64_t)info.totalram * info.mem_unit / 16 / (1024 * 1024));
    return mib < 32 ? 32 : mib > 512 ? 512 : mib;
}

/* A list setting in a quoted setting: " for the list's item, ' for the value, both doubled where they occur.
 */
static void quote_folder(struct gw_buf *out, const char *path)
{
    gw_buf_str(out, "'\"");
    for (; *path; path++) {
        if (*path == '\'' || *path == '"' || *path == '\\')
            gw_buf_char(out, *path);
        gw_buf_char(out, *path);
    }
    gw_buf_str(out, "\"'");
}

static enum gw_code write_file(const char *folder, const char *name, struct gw_str text, struct gw_err *err)
{
    char path[PATH_MAX];
    gw_own_fd int fd = -1;

    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return gw_fail(err, GW_CONFIG, "the path of the cluster is too long");
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text.ptr, text.len) != (ssize_t)text.len)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", path, strerror(errno));
    return GW_OK;
}

enum gw_code gw_main_cluster_configure(const struct gw_cluster *cluster, struct gw_err *err)
{
    gw_own_buf struct gw_buf text = {0};

    gw_buf_str(&text, settings);
    gw_buf_printf(&text, "shared_buffers = %luMB\n", shared_buffers_mib());
    gw_buf_printf(&text, "max_connections = %d\n", cluster->connections < 100 ? 100 : cluster->connections);
    gw_buf_str(&text, "unix_socket_directories = ");
    quote_folder(&text, cluster->socket_dir);
    gw_buf_char(&text, '\n');
    if (text.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    return write_file(cluster->data_dir, "aorta.conf", (struct gw_str){text.data, text.len}, err);
}

enum gw_code gw_main_cluster_fix_files(const char *data_dir, struct gw_err *err)
{
    static const struct {
        const char *name;
        const char *text;
    } files[] = {
        {"postgresql.conf", "include 'aorta.conf'\ninclude_if_exists 'local.conf'\n"},
        {"aorta.conf", ""},
        {"pg_hba.conf", "local all all trust\n"},
    };
    enum gw_code code = GW_OK;

    for (size_t i = 0; code == GW_OK && i < sizeof(files) / sizeof(files[0]); i++)
        code = write_file(data_dir, files[i].name, gw_str(files[i].text), err);
    return code;
}
