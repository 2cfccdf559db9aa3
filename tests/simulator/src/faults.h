/* faults.h - what shall go wrong, and when. Faults are put by /control/faults and used up by requests. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "wire.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum fault_kind {
    FAULT_STATUS,
    FAULT_SLOW,
    FAULT_CUT,
    FAULT_RESET,
    FAULT_MALFORMED,
    FAULT_TRUNCATED,
    FAULT_EMPTY,
    FAULT_HUGE,
    FAULT_EXPIRED,
    FAULT_REVOKED,
    FAULT_PULL_TOKEN,
    FAULT_KINDS
};

struct fault_hit {
    enum fault_kind kind;
    int64_t id;
    int status;
    long retry_after; /* seconds; < 0: no header */
    long delay_ms;
    long bytes; /* cut: bytes of the body that still go out; huge: size */
    bool after; /* the request takes effect, only its answer suffers */
    char *body; /* instead of the provider's usual error body; yours to free */
};

const char *fault_name(enum fault_kind kind);
/* Adds what the JSON object says. On failure *ret_why says what is wrong with it. */
int64_t faults_add(const json_t *spec, const char **ret_why);
bool faults_take(const struct req *r, const char *person, struct fault_hit *ret);
bool fault_runs_handler(const struct fault_hit *hit);
void fault_apply(const struct fault_hit *hit, const struct req *r, struct reply *a);

json_t *faults_json(void);
bool faults_remove(int64_t id);
void faults_clear(void);

#endif
