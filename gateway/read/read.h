/* read/read.h - answers about a user's data: a query goes in, the contract's JSON comes out. [any thread]
 */
#ifndef GW_READ_READ_H
#define GW_READ_READ_H

#include "base/buf.h"
#include "read/bucket.h"
#include "store/db.h"
#include "store/model.h"
#include "store/reads.h"

struct gw_read_page {
    struct gw_uuid user;
    int64_t from_us, to_us;          /* [from, to) */
    const char *from_text, *to_text; /* echoed in metadata */
    const char *type;                /* record_type of workouts, or NULL */
    struct gw_str cursor; /* as the client sent it; empty = first page. GW_INVALID when it is not one of ours */
    int64_t limit;
    bool no_duplicates; /* workouts: only those that count */
    bool by_priority; /* sleep: only the sessions that a summary of their day would show */
};

enum gw_code gw_read_workouts(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                              struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
enum gw_code gw_read_sleep(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                           struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
/* Days of menstrual cycles and pregnancies. page->type is not looked at. */
enum gw_code gw_read_cycles(struct gw_db *db, struct gw_arena *arena, const struct gw_read_page *page,
                            struct gw_buf *out, struct gw_err *err) GW_MUST_USE;
/* One workout with laps, zones, route; ret_head (may be NULL): what else is stored of it. GW_NOT_FOUND */
enum gw_code gw_read_workout(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_uuid id,
                             struct gw_record_head *ret_head, struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

struct gw_read_series {
    struct gw_read_page page; /* cursor and limit are for GW_FORMAT_JSON only: the others give all there is */
    const uint16_t *metrics;
    size_t metrics_count;
    enum gw_format format;
    enum gw_resolution resolution;
    struct gw_days days; /* what the range means when resolution is 1day */
};
/* Samples by (time, metric, source), oldest first; or intervals by (begin, metric, source), see bucket.h. JSON is one
 * page as the contract says, JSON lines and CSV are the whole range. */
enum gw_code gw_read_timeseries(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                struct gw_buf *out, struct gw_err *err) GW_MUST_USE;

/* The same, a piece at a time, so that a large answer is never in memory whole. For a page what can fail is done by
 * open; the whole range is read portion after portion while it is written. The arena and the page's texts must live
 * until close. [one thread at a time] */
struct gw_series_reader;
enum gw_code gw_read_timeseries_open(struct gw_db *db, struct gw_arena *arena, const struct gw_read_series *query,
                                     struct gw_series_reader **ret, struct gw_err *err) GW_MUST_USE;
int64_t gw_read_timeseries_rows(const struct gw_series_reader *reader);   /* of a page; -1 = not known */
int64_t gw_read_timeseries_length(const struct gw_series_reader *reader); /* bytes that will come; -1 = not known */
/* At most `most` bytes; *ret 0 = the end. False: it cannot go on, err says why, and no more will come. */
bool gw_read_timeseries_some(struct gw_series_reader *reader, char *out, size_t most, size_t *ret,
                             struct gw_err *err) GW_MUST_USE;
enum gw_code gw_read_timeseries_all(struct gw_series_reader *reader, struct gw_buf *out,
                                    struct gw_err *err) GW_MUST_USE; /* what is left of it */
void gw_read_timeseries_close(struct gw_series_reader **reader);

#endif
