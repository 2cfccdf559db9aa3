/* ingest/inside.h - what the files of this folder share about a batch. Internal to ingest. */
#ifndef GW_INGEST_INSIDE_H
#define GW_INGEST_INSIDE_H

#include "ingest/batch.h"

#define WARNINGS_MOST 50

/* Grows in the batch's arena. */
struct list {
    void *items;
    size_t count, cap;
};

/* Items by a hash: index + 1, 0 = free. Grows in the batch's arena. */
struct slots {
    uint32_t *slot;
    size_t size, used;
};

struct gw_batch {
    struct gw_arena *arena;
    struct gw_uuid user, connection;
    char *provider, *account;
    struct list sources, payloads, workouts, sleeps, events, stages, runs, states, warnings;
    struct slots sources_by_text, runs_by_key;
    size_t samples; /* in runs */
    size_t days;    /* that they touch, of each run anew */
    struct gw_counts counts;
    uint64_t warned[WARNINGS_MOST]; /* hashes of what was said since the batch was made, commits included */
    size_t warned_count;
};

/* Where one normalize call puts what it emits. */
struct reading {
    struct gw_batch *batch;
    const struct gw_batch_flow *flow; /* or NULL: all in one batch */
    struct gw_uuid payload_id;
    uint32_t *map; /* source index of the call -> index in the batch + 1; 0 = not seen */
    size_t map_count;
    struct gw_err broke; /* what ended it from our side */
};

/* batch.c. NULL = no memory, err says so. */
void *list_add(struct gw_batch *batch, struct list *list, size_t size, struct gw_err *err);
char *copy_text(struct gw_batch *batch, aorta_str text);
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t len);

/* The place of the item with this hash that `same` knows again, or the free one where it belongs (*slot 0). NULL = no
 * memory. After filling it the caller raises used. */
typedef bool same_fn(const struct gw_batch *batch, size_t item, const void *key);
typedef uint64_t hash_fn(const struct gw_batch *batch, size_t item);
uint32_t *slots_find(struct gw_batch *batch, struct slots *slots, uint64_t hash, same_fn *same, hash_fn *hash_of,
                     const void *key);

/* sources.c: the call's source as an index of the batch. */
enum gw_code source_map(struct reading *reading, const aorta_source *source, uint32_t index, uint32_t *ret,
                        struct gw_err *err) GW_MUST_USE;

/* records.c */
enum gw_code record_add(struct reading *reading, const aorta_record *record, const aorta_source *source, uint32_t index,
                        struct gw_err *err) GW_MUST_USE;

/* samples.c */
enum gw_code samples_add(struct gw_batch *batch, const aorta_series *series, uint16_t metric, uint32_t source,
                         struct gw_uuid payload_id, struct gw_err *err) GW_MUST_USE;
/* All runs as the store wants them, ascending. NULL = no memory. */
struct gw_series_in *samples_out(struct gw_batch *batch);

#endif
