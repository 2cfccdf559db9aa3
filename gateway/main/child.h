/* main/child.h - one supervised child: started, watched, started again after a pause that grows with its
 * failures.
 */
#ifndef GW_MAIN_CHILD_H
#define GW_MAIN_CHILD_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

enum child_kind { CHILD_DATABASE, CHILD_PREPARE, CHILD_API, CHILD_WORKER };

struct master;

struct child {
    enum child_kind kind;
    int slot;
    pid_t pid;    /* 0 = not running */
    int ready_fd; /* where it says that it is ready; -1 = not awaited */
    bool ready;
    int64_t started_us; /* monotonic */
    int64_t due_us;     /* not started again before this */
    int failures;       /* ends in quick succession */
    int status;         /* of the last end */
};

const char *child_name(enum child_kind kind);
/* Notes the end and decides when the next start is due: at once the first time, then 0.1 s doubling to 30 s;
 * a child that ran for half a minute begins anew. */
void child_ended(struct child *child, int status);
/* Starts a role of this program: the configuration, the socket and the ready pipe are handed over. */
struct child_fds {
    int config, listen;
    int metrics;  /* the socket of /metrics; -1 = none */
    int counters; /* memory that all api processes count in */
};
enum gw_code child_start_role(struct child *child, const struct child_fds *fds, struct gw_err *err) GW_MUST_USE;
/* Looks whether the child has said that it is ready; true the first time. */
bool child_read_ready(struct child *child);
void child_signal(const struct child *child, int sig);

#endif
