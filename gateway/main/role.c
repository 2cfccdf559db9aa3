/* What the roles share: the configuration handed over, signals, the word that all is ready. */
#include "main/role.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"

static pid_t master_pid;

/* From a memory file, read at a position of our own: the descriptor is shared with our siblings. */
static enum gw_code read_config(int fd, struct gw_config *ret, struct gw_err *err)
{
    gw_own_buf struct gw_buf saved = {0};
    struct stat st;
    enum gw_code code;

    if (fstat(fd, &st) != 0 || st.st_size <= 0 || !gw_buf_reserve(&saved, (size_t)st.st_size))
        return gw_fail(err, GW_CONFIG, "no configuration was handed over");
    if (pread(fd, saved.data, (size_t)st.st_size, 0) != (ssize_t)st.st_size)
        return gw_fail(err, GW_CONFIG, "the configuration handed over cannot be read: %s", strerror(errno));
    close(fd);
    code = gw_config_load_saved((struct gw_str){saved.data, (size_t)st.st_size}, ret, err);
    explicit_bzero(saved.data, (size_t)st.st_size);
    return code;
}

/* Before any thread: all of them inherit the mask, and the main thread alone waits for the signals. */
static void block_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

bool gw_main_wait_for_end(int most_s)
{
    sigset_t set;
    int got = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    while (sigwait(&set, &got) != 0)
        ;
    alarm((unsigned)most_s); /* its default action ends us: nobody else would, if the master is gone */
    return getppid() != master_pid;
}

void gw_main_ready(const struct gw_role_args *args)
{
    if (write(args->ready_fd, "r", 1) != 1)
        gw_log(GW_LOG_WARN, "the master was not told that this process is ready", "errno", GW_N(errno), NULL);
    close(args->ready_fd);
}

int gw_main_exit_of(enum gw_code code)
{
    switch (code) {
    case GW_OK:
        return 0;
    case GW_DB:
    case GW_BUSY:
        return GW_EXIT_TRY_AGAIN;
    case GW_CONFIG:
    case GW_NOT_FOUND:
    case GW_DATA:
        return GW_EXIT_CONFIG;
    default:
        return 1;
    }
}

static const struct {
    const char *name, *title;
    int (*run)(const struct gw_role_args *args, const struct gw_config *config);
    bool waits; /* ends when it is told to, by gw_main_wait_for_end */
} roles[] = {
    {"api", "aorta-api", gw_main_role_api, true},
    {"worker", "aorta-worker", gw_main_role_worker, true},
    {"prepare", "aorta-prepare", gw_main_role_prepare, false},
};

int gw_main_role(const struct gw_role_args *args)
{
    enum gw_log_level level = GW_LOG_INFO;
    struct gw_config config;
    struct gw_err err;
    int status = 2;

    master_pid = getppid();
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
        if (strcmp(args->role, roles[i].name) != 0)
            continue;
        if (roles[i].waits)
            block_signals();
        prctl(PR_SET_NAME, roles[i].title);
        gw_log_init(roles[i].name, level);
        if (read_config(args->config_fd, &config, &err) != GW_OK) {
            gw_log(GW_LOG_ERROR, "cannot start", "error", gw_err_text(&err), NULL);
            return GW_EXIT_CONFIG;
        }
        if (gw_log_level_parse(config.log_level, &level))
            gw_log_init(roles[i].name, level);
        gw_log_secret(gw_str(config.database));
        status = roles[i].run(args, &config);
        gw_config_free(&config);
    }
    return status;
}
