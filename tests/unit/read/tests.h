/* tests.h - the cases of this program, and the store they read from. */
#ifndef TESTS_H
#define TESTS_H

#include <check.h>
#include <jansson.h>

#include "base/buf.h"
#include "store/priorities.h"
#include "store/reads.h"
#include "store/summaries.h"

TCase *cursor_case(void);
TCase *day_case(void);
TCase *detail_case(void);
TCase *events_case(void);
TCase *rollup_case(void);
TCase *sample_case(void);
TCase *series_case(void);
TCase *source_case(void);
TCase *summaries_case(void);

/* fake_reads.c: what the store holds. Reset before each test. */
struct fake_store {
    struct gw_workout workouts[64]; /* any order */
    struct gw_sleep sleeps[64];
    struct gw_block_row rows[4096];
    struct gw_source sources[8];
    size_t workouts_count, sleeps_count, rows_count, sources_count;
    struct gw_arena *arena; /* of the rows' bytes */
    const char *time_zone;  /* of the user; NULL = there is no such user */
    const char *birth_date;
    int queries, fail_at;   /* the query for blocks that fails; 0 = none */
    size_t bytes;           /* of blocks that were given out with their data */
};
extern struct fake_store fake;
void fake_reset(void);
/* A block of n samples; offset for all of them. tail: into the tail instead. */
void fake_block(uint16_t metric, bool daily, int32_t source_id, const int64_t *t_us, const double *v, size_t n,
                int32_t offset_s);
void fake_tail(size_t row, const int64_t *t_us, const double *v, size_t n, int64_t version_us);

/* fake_days.c: what summaries are made of beside it. */
struct fake_days {
    struct gw_event events[64];
    struct gw_climb climbs[8];
    size_t events_count, climbs_count;
    struct gw_priorities priorities;
    int fail_at; /* the question that fails; 0 = none */
};
extern struct fake_days fake_days;
void fake_days_reset(void);

static inline json_t *json_of(const struct gw_buf *b)
{
    json_error_t error;
    json_t *value = json_loadb(b->data, b->len, 0, &error);

    ck_assert_msg(value != NULL, "%s at %d: %.*s", error.text, error.position, (int)b->len, b->data);
    return value;
}

#endif
