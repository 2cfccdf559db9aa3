/* bench/series_data.h - what the benchmarks of the store share: made-up heart rates, a database, the narrow table. */
#ifndef BENCH_SERIES_DATA_H
#define BENCH_SERIES_DATA_H

#include <libpq-fe.h>

#include "base/buf.h"
#include "store/commit.h"
#include "tmp_postgres.h"

#define FIRST_US INT64_C(1767225600000000) /* 2026-01-01 */

struct bench {
    struct tmp_postgres pg;
    struct gw_db *db;
    PGconn *c; /* the control's */
    struct gw_arena *arena;
};

void bench_open(struct bench *b); /* ends the program when it cannot */
void bench_close(struct bench *b);
void die(const char *what, const char *why);
void command(PGconn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
double number(PGconn *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* One JSON line; limit NAN = none. */
void figure(const char *name, const char *data, double value, const char *unit, double limit, bool at_least);

/* count samples, one a step: on the minute with whole beats, or with jitter of milliseconds and a decimal. */
void make_samples(int64_t *t_us, double *v, size_t count, int64_t step_us, bool jitter);
struct gw_uuid new_user(struct bench *b);
/* series as one commit of the user's, from one source. */
void commit_series(struct bench *b, struct gw_uuid user, const struct gw_series_in *series, size_t count);

/* The narrow table (source_id, type, ts, value) with its key, made empty; and a COPY of samples into it. */
void narrow_create(PGconn *c);
void narrow_copy(PGconn *c, struct gw_buf *room, int32_t source, int16_t type, const int64_t *t_us, const double *v,
                 size_t count);
/* The bytes of such a COPY. */
void narrow_head(struct gw_buf *out);
void narrow_row(struct gw_buf *out, int32_t source, int16_t type, int64_t t_us, double v);
void narrow_end(struct gw_buf *out);

#endif
