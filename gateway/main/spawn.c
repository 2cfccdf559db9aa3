/* fork, exec, and the end of what was started. */
#include "main/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything is closed at exec but what is kept. */
static bool keep_only(const int *keep)
{
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        return false;
    for (; keep && *keep >= 0; keep++)
        if (fcntl(*keep, F_SETFD, 0) != 0)
            return false;
    return true;
}

static bool redirect(const struct gw_spawn *spawn)
{
    int in = spawn->in ? spawn->in : open("/dev/null", O_RDONLY);
    int log = spawn->log ? open(spawn->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600) : -1;

    if (in < 0 || dup2(in, STDIN_FILENO) < 0)
        return false;
    if (spawn->log && (log < 0 || dup2(log, STDOUT_FILENO) < 0 || dup2(log, STDERR_FILENO) < 0))
        return false;
    return !spawn->out || dup2(spawn->out, STDOUT_FILENO) >= 0;
}

static void quiet_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become(const struct gw_spawn *spawn, pid_t parent) __attribute__((noreturn));
static void become(const struct gw_spawn *spawn, pid_t parent)
{
    setpgid(0, 0);
    if (prctl(PR_SET_PDEATHSIG, spawn->death_signal) != 0 || getppid() != parent)
        _exit(127);
    quiet_signals();
    if (redirect(spawn) && keep_only(spawn->keep))
        execv(spawn->path, (char *const *)spawn->argv);
    dprintf(STDERR_FILENO, "aorta: cannot start %s: %s\n", spawn->path, strerror(errno));
    _exit(127);
}

enum gw_code gw_main_spawn(const struct gw_spawn *spawn, pid_t *ret, struct gw_err *err)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        return gw_fail(err, GW_INTERNAL, "cannot start %.200s: %s", spawn->path, strerror(errno));
    if (pid == 0)
        become(spawn, parent);
    *ret = pid;
    return GW_OK;
}

const char *gw_main_status_text(int status, char out[64])
{
    if (WIFSIGNALED(status))
        snprintf(out, 64, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(out, 64, "exit status %d", WEXITSTATUS(status));
    return out;
}

enum gw_code gw_main_run(const struct gw_spawn *spawn, struct gw_err *err)
{
    char text[64];
    pid_t pid;
    int status;
    enum gw_code code = gw_main_spawn(spawn, &pid, err);

    if (code != GW_OK)
        return code;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return gw_fail(err, GW_INTERNAL, "waiting for %.200s: %s", spawn->path, strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return gw_fail(err, GW_INTERNAL, "%.200s ended with %s", spawn->path, gw_main_status_text(status, text));
    return GW_OK;
}
