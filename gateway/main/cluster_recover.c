/* What a killed gateway may have left: a PostgreSQL that still runs on the folder, a postmaster.pid that
 * nobody holds.
 *
 * A PostgreSQL process of a cluster has the cluster's folder as its working directory, so it is found by that
 * and not by a number in a file, which may belong to somebody else by now.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/own.h"
#include "base/time.h"
#include "main/cluster.h"

#define FAST_S    30 /* then an immediate shutdown is asked */
#define GIVE_UP_S 60

static bool works_in(const char *pid, const char *folder)
{
    char link[PATH_MAX], target[PATH_MAX];
    const char *name;
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/%.20s/cwd", pid);
    len = readlink(link, target, sizeof(target) - 1);
    if (len <= 0)
        return false;
    target[len] = '\0';
    if (strcmp(target, folder) != 0)
        return false;
    snprintf(link, sizeof(link), "/proc/%.20s/exe", pid);
    len = readlink(link, target, sizeof(target) - 1);
    if (len <= 0)
        return false;
    target[len] = '\0';
    name = strrchr(target, '/');
    return name && strncmp(name, "/postgres", 9) == 0; /* maybe with " (deleted)" behind */
}

/* How many there are; *ret_postmaster is `pid` when it is one of them, else 0. */
static int count_running(const char *folder, pid_t pid, pid_t *ret_postmaster)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;
    int64_t found;
    int count = 0;

    *ret_postmaster = 0;
    while (dir && (entry = readdir(dir)) != NULL) {
        if (!gw_parse_i64(gw_str(entry->d_name), &found) || !works_in(entry->d_name, folder))
            continue;
        count++;
        if (found == pid)
            *ret_postmaster = pid;
    }
    if (dir)
        closedir(dir);
    return count;
}

static pid_t named_in(const char *pid_file)
{
    gw_own_file FILE *file = fopen(pid_file, "re");
    char line[32] = "";
    int64_t pid;

    if (!file || !fgets(line, sizeof(line), file))
        return 0;
    line[strcspn(line, "\n")] = '\0';
    return gw_parse_i64(gw_str(line), &pid) && pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

enum gw_code gw_main_cluster_recover(const struct gw_cluster *cluster, struct gw_err *err)
{
    static const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    int64_t begin_us = gw_mono_us(), asked = 0, waited_s;
    char folder[PATH_MAX], pid_file[PATH_MAX];
    pid_t postmaster;

    if (!realpath(cluster->data_dir, folder))
        return gw_fail(err, GW_CONFIG, "%.300s: %s", cluster->data_dir, strerror(errno));
    if (snprintf(pid_file, sizeof(pid_file), "%s/postmaster.pid", folder) >= (int)sizeof(pid_file))
        return gw_fail(err, GW_CONFIG, "the path of the cluster is too long");
    while (count_running(folder, named_in(pid_file), &postmaster) > 0) {
        waited_s = (gw_mono_us() - begin_us) / GW_US_PER_S;
        if (waited_s >= GIVE_UP_S)
            return gw_fail(err, GW_BUSY, "another PostgreSQL runs on %.200s and does not end", folder);
        if (postmaster && asked < (waited_s >= FAST_S ? 2 : 1)) {
            kill(postmaster, asked == 0 ? SIGINT : SIGQUIT);
            asked++;
        }
        nanosleep(&pause, NULL);
    }
    if (unlink(pid_file) != 0 && errno != ENOENT)
        return gw_fail(err, GW_CONFIG, "%.300s: %s", pid_file, strerror(errno));
    return GW_OK;
}
