/* Start, end and pause of one child. */
#include "main/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/time.h"
#include "main/spawn.h"

#define PAUSE_FIRST_US (GW_US_PER_S / 10)
#define PAUSE_MOST_US  (30 * GW_US_PER_S)
#define SETTLED_US     (30 * GW_US_PER_S)

static const struct {
    const char *name;
    int death_signal; /* what it gets when the master dies */
} kinds[] = {
    [CHILD_DATABASE] = {"postgres", SIGINT},
    [CHILD_PREPARE] = {"prepare", SIGKILL},
    [CHILD_API] = {"api", SIGTERM},
    [CHILD_WORKER] = {"worker", SIGTERM},
};

const char *child_name(enum child_kind kind)
{
    return kinds[kind].name;
}

static void forget_ready(struct child *child)
{
    if (child->ready_fd >= 0)
        close(child->ready_fd);
    child->ready_fd = -1;
}

void child_ended(struct child *child, int status)
{
    int64_t now_us = gw_mono_us(), pause_us = 0;
    char text[64];

    forget_ready(child);
    if (now_us - child->started_us >= SETTLED_US)
        child->failures = 0;
    if (child->failures > 0)
        pause_us = child->failures > 9 ? PAUSE_MOST_US : PAUSE_FIRST_US << (child->failures - 1);
    if (pause_us > PAUSE_MOST_US)
        pause_us = PAUSE_MOST_US;
    child->failures++;
    child->due_us = now_us + pause_us;
    child->status = status;
    child->ready = false;
    gw_log(status == 0 ? GW_LOG_INFO : GW_LOG_WARN, "child ended", "child", child_name(child->kind), "slot",
           GW_N(child->slot), "pid", GW_N(child->pid), "how", gw_main_status_text(status, text), NULL);
    child->pid = 0;
}

static void log_started(const struct child *child)
{
    gw_log(GW_LOG_INFO, "child started", "child", child_name(child->kind), "slot", GW_N(child->slot), "pid",
           GW_N(child->pid), NULL);
}

enum gw_code child_start_role(struct child *child, const struct child_fds *fds, struct gw_err *err)
{
    char slot[12], config[12], listen[12], ready[12], counters[12], metrics[12];
    const char *argv[] = {"aorta",
                          "serve",
                          "--role",
                          child_name(child->kind),
                          "--slot",
                          slot,
                          "--config-fd",
                          config,
                          "--listen-fd",
                          listen,
                          "--ready-fd",
                          ready,
                          "--counters-fd",
                          counters,
                          "--metrics-fd",
                          metrics,
                          NULL};
    int ends[2];
    int keep[] = {fds->config, fds->listen, -1, fds->counters, fds->metrics, -1};
    struct gw_spawn spawn = {
        .path = "/proc/self/exe", .argv = argv, .keep = keep, .death_signal = kinds[child->kind].death_signal};
    enum gw_code code;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return gw_fail(err, GW_INTERNAL, "pipe: %s", strerror(errno));
    keep[2] = ends[1];
    snprintf(slot, sizeof(slot), "%d", child->slot);
    snprintf(config, sizeof(config), "%d", fds->config);
    snprintf(listen, sizeof(listen), "%d", fds->listen);
    snprintf(counters, sizeof(counters), "%d", fds->counters);
    snprintf(metrics, sizeof(metrics), "%d", fds->metrics > 0 ? fds->metrics : 0);
    snprintf(ready, sizeof(ready), "%d", ends[1]);
    code = gw_main_spawn(&spawn, &child->pid, err);
    close(ends[1]);
    child->ready_fd = ends[0];
    if (code != GW_OK) {
        forget_ready(child);
        return code;
    }
    child->started_us = gw_mono_us();
    log_started(child);
    return GW_OK;
}

bool child_read_ready(struct child *child)
{
    char byte;

    if (child->ready_fd < 0 || (read(child->ready_fd, &byte, 1) < 0 && errno == EAGAIN))
        return false;
    forget_ready(child);
    child->ready = child->pid != 0;
    return child->ready;
}

void child_signal(const struct child *child, int sig)
{
    if (child->pid > 0)
        kill(child->pid, sig);
}
