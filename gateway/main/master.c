/* The master: a loop over one list of children and one table of phases. */
#include "main/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "base/time.h"
#include "main/child.h"
#include "main/cluster.h"
#include "main/listen.h"
#include "main/role.h"

#define CHILDREN_MOST    (2 + 64 + 64)
#define PORT_WAIT_S      5 /* for the children of a master that was killed */
#define DATABASE_TRIES   6
#define PREPARE_TRIES    10 /* with the growing pauses about half a minute */
#define DATABASE_STOP_S  30
#define MARGIN_S         5 /* on top of a child's own drain, before it is killed */
#define DATABASE_POLL_MS 10

enum phase {
    PHASE_DATABASE, /* the private cluster starts */
    PHASE_PREPARE,  /* keys, schema */
    PHASE_SERVE,
    PHASE_STOP_API,
    PHASE_STOP_WORKERS,
    PHASE_STOP_DATABASE,
    PHASE_END
};

struct master {
    struct gw_config *config;
    struct gw_layout layout;
    struct gw_cluster cluster;
    bool private_cluster;
    char url[64];
    int lock_fd, signal_fd;
    struct child_fds fds;
    enum phase phase;
    int64_t deadline_us; /* of a stopping phase */
    bool killed;         /* the phase's children were killed: its deadline has passed */
    bool said_ready, hurry;
    int status;
    struct child children[CHILDREN_MOST];
    size_t count;
};

static void fail(struct master *m, const char *what, const struct gw_err *err)
{
    gw_log(GW_LOG_ERROR, what, "error", gw_err_text(err), NULL);
    m->status = 1;
}

/* ---- phases ---- */

/* What a phase runs, and for the stopping ones whom it ends, by which signals. Those start nothing anew: what dies
 * then stays dead. */
struct phase_row {
    unsigned running; /* kinds that are started and started again */
    unsigned ended;   /* kinds that have to end */
    int signal, last_signal;
};

#define K(kind) (1u << CHILD_##kind)

static const struct phase_row phases[] = {
    [PHASE_DATABASE] = {.running = K(DATABASE)},
    [PHASE_PREPARE] = {.running = K(DATABASE) | K(PREPARE)},
    [PHASE_SERVE] = {.running = K(DATABASE) | K(API) | K(WORKER)},
    [PHASE_STOP_API] = {0, K(API) | K(PREPARE), SIGTERM, SIGKILL},
    [PHASE_STOP_WORKERS] = {0, K(WORKER), SIGTERM, SIGKILL},
    [PHASE_STOP_DATABASE] = {0, K(DATABASE), SIGINT, SIGQUIT},
    [PHASE_END] = {0},
};

static int phase_seconds(const struct master *m, enum phase phase)
{
    int drain = m->hurry ? 0 : (int)m->config->drain_seconds;
    int unready = m->hurry ? 0 : (int)m->config->unready_seconds;

    switch (phase) {
    case PHASE_STOP_API:
        return unready + drain + MARGIN_S;
    case PHASE_STOP_WORKERS:
        return drain + MARGIN_S;
    default:
        return DATABASE_STOP_S;
    }
}

static bool in(unsigned kinds, const struct child *child)
{
    return (kinds & (1u << child->kind)) != 0;
}

static void signal_kinds(struct master *m, unsigned kinds, int sig)
{
    for (size_t i = 0; i < m->count; i++)
        if (in(kinds, &m->children[i]))
            child_signal(&m->children[i], sig);
}

static void enter(struct master *m, enum phase phase)
{
    m->phase = phase;
    m->killed = false;
    m->deadline_us = gw_mono_us() + phase_seconds(m, phase) * GW_US_PER_S;
    if (phases[phase].ended)
        signal_kinds(m, phases[phase].ended, phases[phase].signal);
}

static void stop(struct master *m)
{
    if (m->phase < PHASE_STOP_API)
        enter(m, PHASE_STOP_API);
}

static void give_up(struct master *m, const char *why)
{
    gw_log(GW_LOG_ERROR, "cannot go on", "reason", why, NULL);
    m->status = 1;
    stop(m);
}

/* ---- starting ---- */

static enum gw_code start_database(struct master *m, struct child *child, struct gw_err *err)
{
    enum gw_code code = gw_main_cluster_start(&m->cluster, &child->pid, err);

    if (code == GW_OK) {
        child->started_us = gw_mono_us();
        gw_log(GW_LOG_INFO, "child started", "child", child_name(child->kind), "pid", GW_N(child->pid), NULL);
    }
    return code;
}

static void start_child(struct master *m, struct child *child)
{
    struct gw_err err = {0};
    enum gw_code code =
        child->kind == CHILD_DATABASE ? start_database(m, child, &err) : child_start_role(child, &m->fds, &err);

    if (code != GW_OK) {
        gw_log(GW_LOG_ERROR, "a child could not be started", "child", child_name(child->kind), "error",
               gw_err_text(&err), NULL);
        child->due_us = gw_mono_us() + GW_US_PER_S;
    }
}

static void start_due(struct master *m)
{
    int64_t now_us = gw_mono_us();

    for (size_t i = 0; i < m->count; i++) {
        struct child *child = &m->children[i];
        if (child->pid == 0 && in(phases[m->phase].running, child) && child->due_us <= now_us)
            start_child(m, child);
    }
}

/* ---- moving on ---- */

static bool any_running(const struct master *m, unsigned kinds)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->children[i].pid > 0 && in(kinds, &m->children[i]))
            return true;
    return false;
}

static void step_database(struct master *m)
{
    struct child *child = &m->children[0];

    if (!m->private_cluster || (child->pid > 0 && gw_main_cluster_ready(&m->cluster, child->pid))) {
        enter(m, PHASE_PREPARE);
        start_due(m);
    }
}

/* Time is up: by force, and if that does not help either, by the last means. */
static void force(struct master *m)
{
    const struct phase_row *row = &phases[m->phase];

    gw_log(GW_LOG_WARN, "children did not end in time", NULL);
    signal_kinds(m, row->ended, m->killed ? SIGKILL : row->last_signal);
    m->killed = true;
    m->deadline_us = gw_mono_us() + MARGIN_S * GW_US_PER_S;
}

static bool stopping(const struct master *m)
{
    return m->phase >= PHASE_STOP_API && m->phase < PHASE_END;
}

static void step(struct master *m)
{
    start_due(m);
    if (m->phase == PHASE_DATABASE)
        step_database(m);
    while (stopping(m) && !any_running(m, phases[m->phase].ended))
        enter(m, (enum phase)(m->phase + 1));
    if (stopping(m) && gw_mono_us() >= m->deadline_us)
        force(m);
}

/* ---- what happened ---- */

static void database_ended(struct master *m, struct child *child)
{
    if (m->phase == PHASE_DATABASE && child->failures >= DATABASE_TRIES) {
        gw_log(GW_LOG_ERROR, "PostgreSQL does not start", "its words", m->cluster.log, NULL);
        give_up(m, "the private cluster does not start");
    }
}

static void prepare_ended(struct master *m, struct child *child)
{
    bool again = WIFEXITED(child->status) && WEXITSTATUS(child->status) == GW_EXIT_TRY_AGAIN;

    if (m->phase != PHASE_PREPARE)
        return;
    if (child->status == 0)
        enter(m, PHASE_SERVE);
    else if (!again || child->failures >= PREPARE_TRIES)
        give_up(m, "the database or the keys could not be prepared");
}

/* Before anything was ready, what trying again does not help ends the start. */
static void worker_or_api_ended(struct master *m, const struct child *child)
{
    if (m->phase == PHASE_SERVE && !m->said_ready && WIFEXITED(child->status) &&
        WEXITSTATUS(child->status) == GW_EXIT_CONFIG)
        give_up(m, "a child cannot run with this configuration");
}

static void reap(struct master *m)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < m->count; i++) {
            struct child *child = &m->children[i];
            if (child->pid != pid)
                continue;
            child_ended(child, status);
            if (child->kind == CHILD_DATABASE)
                database_ended(m, child);
            else if (child->kind == CHILD_PREPARE)
                prepare_ended(m, child);
            else
                worker_or_api_ended(m, child);
        }
    }
}

static void say_ready(struct master *m)
{
    m->said_ready = true;
    gw_log(GW_LOG_INFO, "ready", "url", m->url, NULL);
    printf("ready %s\n", m->url);
    fflush(stdout);
}

static void read_ready(struct master *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (child_read_ready(&m->children[i]) && m->children[i].kind == CHILD_API && !m->said_ready)
            say_ready(m);
}

static void on_end_signal(struct master *m, int sig)
{
    gw_log(GW_LOG_INFO, m->phase < PHASE_STOP_API ? "stopping" : "stopping, in a hurry", "signal",
           sig == SIGINT ? "SIGINT" : "SIGTERM", NULL);
    if (m->phase < PHASE_STOP_API) {
        stop(m);
    } else {
        m->hurry = true;
        m->deadline_us = m->phase == PHASE_STOP_DATABASE ? m->deadline_us : gw_mono_us();
    }
}

static void read_signals(struct master *m)
{
    struct signalfd_siginfo info;

    while (read(m->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            gw_log(GW_LOG_WARN, "SIGHUP does nothing: restart to read the configuration again", NULL);
        else if (info.ssi_signo != SIGCHLD)
            on_end_signal(m, (int)info.ssi_signo);
    }
    reap(m);
}

/* ---- waiting ---- */

static int timeout_ms(const struct master *m)
{
    int64_t now_us = gw_mono_us(), until_us = now_us + 3600 * GW_US_PER_S;

    if (m->phase == PHASE_DATABASE && m->children[0].pid > 0)
        return DATABASE_POLL_MS;
    if (m->phase >= PHASE_STOP_API)
        until_us = m->deadline_us;
    for (size_t i = 0; i < m->count; i++) {
        const struct child *child = &m->children[i];
        if (child->pid == 0 && in(phases[m->phase].running, child) && child->due_us < until_us)
            until_us = child->due_us;
    }
    return until_us <= now_us ? 0 : (int)((until_us - now_us) / 1000 + 1);
}

static void wait_for_events(struct master *m)
{
    struct pollfd fds[1 + CHILDREN_MOST] = {{.fd = m->signal_fd, .events = POLLIN}};

    for (size_t i = 0; i < m->count; i++)
        fds[1 + i] = (struct pollfd){.fd = m->children[i].ready_fd, .events = POLLIN};
    if (poll(fds, 1 + m->count, timeout_ms(m)) < 0 && errno != EINTR)
        gw_log(GW_LOG_ERROR, "poll", "errno", GW_N(errno), NULL);
    read_ready(m);
    read_signals(m);
}

/* ---- building ---- */

static void add_children(struct master *m, enum child_kind kind, int64_t count)
{
    for (int64_t i = 0; i < count && m->count < CHILDREN_MOST; i++)
        m->children[m->count++] = (struct child){.kind = kind, .slot = (int)i + 1, .ready_fd = -1};
}

/* Sealed: the children read what the master read, whatever happens to the files meanwhile. */
static enum gw_code share_config(struct master *m, struct gw_err *err)
{
    gw_own_buf struct gw_buf saved = {0};
    int fd = memfd_create("aorta.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    bool written;

    gw_config_save(m->config, &saved);
    if (saved.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    written = fd >= 0 && write(fd, saved.data, saved.len) == (ssize_t)saved.len &&
              fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
    explicit_bzero(saved.data, saved.len);
    m->fds.config = fd;
    return written ? GW_OK : gw_fail(err, GW_INTERNAL, "the configuration could not be shared: %s", strerror(errno));
}

static enum gw_code open_signals(struct master *m, struct gw_err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    m->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return m->signal_fd >= 0 ? GW_OK : gw_fail(err, GW_INTERNAL, "signalfd: %s", strerror(errno));
}

static enum gw_code open_cluster(struct master *m, struct gw_err *err)
{
    enum gw_code code;

    m->private_cluster = m->config->database[0] == '\0';
    if (!m->private_cluster)
        return GW_OK;
    if (m->layout.socket_moved)
        gw_log(GW_LOG_INFO, "the database's socket lies elsewhere: its path would be too long", "path",
               m->layout.socket_dir, NULL);
    if ((code = gw_main_cluster(m->config, &m->layout, NULL, &m->cluster, err)) != GW_OK)
        return code;
    if (m->cluster.exists)
        return gw_main_cluster_recover(&m->cluster, err);
    gw_log(GW_LOG_INFO, "making a private PostgreSQL cluster", "path", m->cluster.data_dir, NULL);
    return gw_main_cluster_create(&m->cluster, err);
}

static enum gw_code open_socket(struct master *m, int wait_s, struct gw_err *err)
{
    enum gw_code code;

    if ((code = gw_main_listen(m->config->listen, wait_s, &m->fds.listen, err)) != GW_OK ||
        (code = gw_main_listen_url(m->fds.listen, m->url, err)) != GW_OK)
        return code;
    if (!m->config->public_url[0])
        m->config->public_url = m->url;
    return GW_OK;
}

/* The socket comes before root is given up, for a port below 1024. In use, it is tried again when the lock says that
 * no other gateway runs here. */
static enum gw_code open_place(struct master *m, struct gw_err *err)
{
    enum gw_code code = open_socket(m, 0, err);

    if (code != GW_OK && code != GW_BUSY)
        return code;
    if ((code = gw_main_drop_root(m->config, err)) != GW_OK ||
        (code = gw_main_layout(m->config, true, &m->layout, err)) != GW_OK ||
        (code = gw_main_lock(&m->layout, &m->lock_fd, err)) != GW_OK)
        return code;
    return m->fds.listen >= 0 ? GW_OK : open_socket(m, PORT_WAIT_S, err);
}

/* Metrics are an extra: a port that is taken, by another gateway's for one, is said and ends nothing. */
static enum gw_code open_metrics(struct master *m, struct gw_err *err)
{
    struct gw_err why = {0};

    m->fds.counters = memfd_create("aorta.counters", MFD_CLOEXEC);
    if (m->fds.counters < 0)
        return gw_fail(err, GW_INTERNAL, "the memory of counters: %s", strerror(errno));
    if (m->config->metrics_listen[0] && gw_main_listen(m->config->metrics_listen, 0, &m->fds.metrics, &why) != GW_OK)
        gw_log(GW_LOG_WARN, "/metrics is not served", "error", gw_err_text(&why), NULL);
    return GW_OK;
}

static enum gw_code open_master(struct master *m, struct gw_err *err)
{
    enum gw_code code;

    if ((code = open_signals(m, err)) != GW_OK || (code = open_place(m, err)) != GW_OK ||
        (code = open_cluster(m, err)) != GW_OK || (code = open_metrics(m, err)) != GW_OK ||
        (code = share_config(m, err)) != GW_OK)
        return code;
    if (m->private_cluster)
        add_children(m, CHILD_DATABASE, 1);
    add_children(m, CHILD_PREPARE, 1);
    add_children(m, CHILD_API, m->config->api_processes);
    add_children(m, CHILD_WORKER, m->config->worker_processes);
    return GW_OK;
}

static void close_fd(int fd)
{
    if (fd >= 0)
        close(fd);
}

int gw_main_master(struct gw_config *config)
{
    struct master m = {.config = config, .lock_fd = -1, .signal_fd = -1, .fds = {-1, -1, -1, -1}};
    enum gw_log_level level = GW_LOG_INFO;
    struct gw_err err = {0};

    gw_log_level_parse(config->log_level, &level);
    gw_log_init("master", level);
    gw_log_secret(gw_str(config->database));
    if (open_master(&m, &err) == GW_OK) {
        while (m.phase != PHASE_END) {
            step(&m);
            if (m.phase != PHASE_END)
                wait_for_events(&m);
        }
        if (m.layout.socket_moved)
            rmdir(m.layout.socket_dir);
        gw_log(GW_LOG_INFO, "ended", NULL);
    } else {
        fail(&m, "cannot start", &err);
    }
    close_fd(m.fds.config);
    close_fd(m.fds.listen);
    close_fd(m.fds.metrics);
    close_fd(m.fds.counters);
    close_fd(m.signal_fd);
    close_fd(m.lock_fd);
    return m.status;
}
