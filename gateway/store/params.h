/* store/params.h - parameters of one statement, in PostgreSQL's binary forms. This layer only.
 *
 * `struct pg_params p = {.arena = arena}; pg_put_uuid(&p, id); …` in the order of $1, $2, …; the type of each must be
 * the one the statement gives it. Bytes and texts are borrowed until the statement is queued. [one thread]
 */
#ifndef GW_STORE_PARAMS_H
#define GW_STORE_PARAMS_H

#include "base/arena.h"
#include "store/model.h"

#define PG_PARAMS_MOST 56

struct pg_params {
    struct gw_arena *arena; /* for arrays; else NULL */
    int count;
    bool failed; /* too many, or no memory */
    const char *value[PG_PARAMS_MOST];
    int length[PG_PARAMS_MOST];
    int format[PG_PARAMS_MOST];
    uint8_t scratch[PG_PARAMS_MOST][16];
};

void pg_put_null(struct pg_params *p);
void pg_put_bool(struct pg_params *p, bool v);
void pg_put_i16(struct pg_params *p, int16_t v);
void pg_put_i32(struct pg_params *p, int32_t v);
void pg_put_i64(struct pg_params *p, int64_t v);
void pg_put_f64(struct pg_params *p, double v);            /* NaN = NULL */
void pg_put_tribool(struct pg_params *p, int v);           /* negative = NULL */
void pg_put_offset(struct pg_params *p, int32_t offset_s); /* GW_NO_OFFSET = NULL */
void pg_put_time(struct pg_params *p, int64_t us);         /* GW_NO_TIME = NULL */
void pg_put_time_infinite(struct pg_params *p, bool late); /* infinity or -infinity */
void pg_put_uuid(struct pg_params *p, struct gw_uuid id);
void pg_put_uuid_or_null(struct pg_params *p, struct gw_uuid id); /* nil = NULL */
void pg_put_text(struct pg_params *p, const char *text);          /* also json; NULL = NULL */
void pg_put_str(struct pg_params *p, struct gw_str bytes);        /* text or bytea; ptr NULL = NULL */
void pg_put_bytes(struct pg_params *p, const void *data, size_t len);

void pg_put_i64_array(struct pg_params *p, const int64_t *v, size_t count);
void pg_put_i32_array(struct pg_params *p, const int32_t *v, size_t count);
void pg_put_i16_array(struct pg_params *p, const int16_t *v, size_t count);
void pg_put_time_array(struct pg_params *p, const int64_t *us, size_t count);
void pg_put_uuid_array(struct pg_params *p, const struct gw_uuid *ids, size_t count);
void pg_put_text_array(struct pg_params *p, const char *const *texts, size_t count);
void pg_put_bytes_array(struct pg_params *p, const struct gw_str *items, size_t count);

#endif
