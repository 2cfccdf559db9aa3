/* Paths of the state directory, its lock, and who may own it. */
#include "main/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/own.h"
#include "crypt/crypt.h"

/* sun_path holds 108 bytes with its NUL; PostgreSQL puts "/.s.PGSQL.5432" behind the folder. */
#define SOCKET_DIR_MOST (107 - 14)

static enum gw_code join(char out[PATH_MAX], const char *front, const char *rest, struct gw_err *err)
{
    if (snprintf(out, PATH_MAX, "%s%s", front, rest) >= PATH_MAX - 64)
        return gw_fail(err, GW_CONFIG, "%.100s…: the path is too long", front);
    return GW_OK;
}

static enum gw_code absolute(const char *path, char out[PATH_MAX], struct gw_err *err)
{
    char here[PATH_MAX];

    if (path[0] == '/')
        return join(out, path, "", err);
    if (!getcwd(here, sizeof(here)) || snprintf(out, PATH_MAX, "%s/%s", here, path) >= PATH_MAX - 64)
        return gw_fail(err, GW_CONFIG, "the path of the working directory is too long, or gone");
    return GW_OK;
}

/* mkdir -p; the last folder is its owner's alone. */
static enum gw_code make_folders(const char *path, struct gw_err *err)
{
    char part[PATH_MAX];

    for (size_t i = 1; i <= strlen(path); i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, path[i] ? 0755 : 0700) != 0 && errno != EEXIST)
            return gw_fail(err, GW_CONFIG, "%.300s: %s", part, strerror(errno));
    }
    return GW_OK;
}

/* Under /tmp, named after the state directory, so that every command finds it again. */
static void moved_socket_dir(struct gw_layout *l)
{
    uint8_t digest[32];

    gw_sha256(gw_str(l->state_dir), digest);
    snprintf(l->socket_dir, sizeof(l->socket_dir), "/tmp/aorta-%02x%02x%02x%02x%02x%02x", digest[0], digest[1],
             digest[2], digest[3], digest[4], digest[5]);
    l->socket_moved = true;
}

static enum gw_code place_socket(const struct gw_config *config, struct gw_layout *l, struct gw_err *err)
{
    enum gw_code code;

    if (config->socket_dir[0]) {
        if (strlen(config->socket_dir) > SOCKET_DIR_MOST)
            return gw_fail(err, GW_CONFIG, "socket_dir: at most %d bytes fit a Unix socket", SOCKET_DIR_MOST);
        return join(l->socket_dir, config->socket_dir, "", err);
    }
    if ((code = join(l->socket_dir, l->state_dir, "/run", err)) != GW_OK)
        return code;
    if (strlen(l->socket_dir) > SOCKET_DIR_MOST)
        moved_socket_dir(l);
    return GW_OK;
}

/* Beside the program: installed as <prefix>/bin and <prefix>/lib/aorta/plugins, built as <build>/bin and plugins. */
enum gw_code gw_main_plugin_dir(const char *configured, char out[PATH_MAX], struct gw_err *err)
{
    static const char *const beside[] = {"/../lib/aorta/plugins", "/../plugins"};
    char bin[PATH_MAX], path[PATH_MAX];
    ssize_t len;
    enum gw_code code;

    if (configured[0])
        return absolute(configured, out, err);
    len = readlink("/proc/self/exe", bin, sizeof(bin) - 1);
    if (len < 0)
        return gw_fail(err, GW_CONFIG, "/proc/self/exe: %s", strerror(errno));
    bin[len] = '\0';
    *strrchr(bin, '/') = '\0';
    for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
        if ((code = join(path, bin, beside[i], err)) != GW_OK)
            return code;
        if (realpath(path, out))
            return GW_OK;
    }
    return join(out, bin, beside[0], err);
}

enum gw_code gw_main_layout(const struct gw_config *config, bool create, struct gw_layout *ret, struct gw_err *err)
{
    char path[PATH_MAX];
    enum gw_code code;

    memset(ret, 0, sizeof(*ret));
    if (absolute(config->state_dir, path, err) != GW_OK || (create && make_folders(path, err) != GW_OK))
        return gw_err_context(err, "state_dir");
    if (!realpath(path, ret->state_dir)) /* not there yet, or closed to us: the commands will say what they miss */
        snprintf(ret->state_dir, sizeof(ret->state_dir), "%s", path);
    if ((code = join(ret->data_dir, ret->state_dir, "/postgres", err)) != GW_OK ||
        (code = join(ret->lock_file, ret->state_dir, "/lock", err)) != GW_OK ||
        (code = join(ret->instance, ret->state_dir, "/instance", err)) != GW_OK ||
        (code = join(ret->key_file, ret->state_dir, "/keys", err)) != GW_OK)
        return code;
    if (config->key_file[0] && (code = absolute(config->key_file, ret->key_file, err)) != GW_OK)
        return code;
    if ((code = place_socket(config, ret, err)) != GW_OK)
        return code;
    return gw_main_plugin_dir(config->plugin_dir, ret->plugin_dir, err);
}

enum gw_code gw_main_private_folder(const char *path, struct gw_err *err)
{
    struct stat st;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", path, strerror(errno));
    if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077))
        return gw_fail(err, GW_CONFIG, "%.300s: is not a folder of ours alone (owner, mode 0700)", path);
    return GW_OK;
}

enum gw_code gw_main_lock(const struct gw_layout *layout, int *ret_fd, struct gw_err *err)
{
    int fd = open(layout->lock_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0)
        return gw_fail(err, errno == ENOENT ? GW_NOT_FOUND : GW_CONFIG, "%.300s: %s", layout->lock_file,
                       strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return gw_fail(err, GW_BUSY, "another process runs on %.300s", layout->state_dir);
    }
    *ret_fd = fd;
    return GW_OK;
}

/* The state directory is made by root where only root may, and given to the user. */
static enum gw_code give_state_dir(const struct gw_config *config, const struct passwd *pw, struct gw_err *err)
{
    char path[PATH_MAX];
    struct stat st;
    enum gw_code code = absolute(config->state_dir, path, err);

    if (code != GW_OK || stat(path, &st) == 0)
        return code;
    if ((code = make_folders(path, err)) != GW_OK)
        return code;
    if (chown(path, pw->pw_uid, pw->pw_gid) != 0)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", path, strerror(errno));
    return GW_OK;
}

enum gw_code gw_main_drop_root(const struct gw_config *config, struct gw_err *err)
{
    const struct passwd *pw;
    enum gw_code code;

    if (geteuid() != 0)
        return GW_OK;
    if (!config->user[0])
        return gw_fail(err, GW_CONFIG,
                       "aorta does not run as root: start it as another user, or name one with the option user");
    if ((pw = getpwnam(config->user)) == NULL || pw->pw_uid == 0)
        return gw_fail(err, GW_CONFIG, "user = \"%.60s\": there is no such unprivileged user", config->user);
    if ((code = give_state_dir(config, pw, err)) != GW_OK)
        return code;
    if (initgroups(pw->pw_name, pw->pw_gid) != 0 || setgid(pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0)
        return gw_fail(err, GW_CONFIG, "cannot become %.60s: %s", config->user, strerror(errno));
    return GW_OK;
}
