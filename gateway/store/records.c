/* Records in a commit: workouts, sleep, events. One way for all kinds; what differs is in the tables below.
 *
 * A record is known by its provider's id, or, where it has none, by its source and start. The two are names of
 * different rows and never meet: so the row that stands in the end does not depend on what came first.
 */
#include "base/buf.h"
#include "store/commit_tx.h"

/* ---- what the kinds are made of ---- */

enum column_type { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_TRIBOOL, COLUMN_UUID };

struct column {
    enum column_type type;
    size_t offset;
};

#define TEXT(s, f)                                                                                                     \
    {                                                                                                                  \
        COLUMN_TEXT, offsetof(struct s, f)                                                                             \
    }
#define NUMBER(s, f)                                                                                                   \
    {                                                                                                                  \
        COLUMN_NUMBER, offsetof(struct s, f)                                                                           \
    }
#define TRIBOOL(s, f)                                                                                                  \
    {                                                                                                                  \
        COLUMN_TRIBOOL, offsetof(struct s, f)                                                                          \
    }

static const struct column workout_columns[] = {
    TEXT(gw_workout, type),
    TEXT(gw_workout, type_original),
    TEXT(gw_workout, name),
    NUMBER(gw_workout, duration_s),
    NUMBER(gw_workout, moving_time_s),
    NUMBER(gw_workout, energy_kcal),
    NUMBER(gw_workout, distance_m),
    NUMBER(gw_workout, hr_avg),
    NUMBER(gw_workout, hr_max),
    NUMBER(gw_workout, hr_min),
    NUMBER(gw_workout, elevation_gain_m),
    NUMBER(gw_workout, elevation_loss_m),
    NUMBER(gw_workout, elevation_max_m),
    NUMBER(gw_workout, elevation_min_m),
    NUMBER(gw_workout, speed_avg_mps),
    NUMBER(gw_workout, speed_max_mps),
    NUMBER(gw_workout, cadence_avg_rpm),
    NUMBER(gw_workout, cadence_max_rpm),
    NUMBER(gw_workout, power_avg_w),
    NUMBER(gw_workout, power_max_w),
    NUMBER(gw_workout, steps),
    TRIBOOL(gw_workout, is_manual),
    TEXT(gw_workout, laps),
    TEXT(gw_workout, zones),
    TEXT(gw_workout, route),
};

static const struct column sleep_columns[] = {
    TRIBOOL(gw_sleep, is_nap),   NUMBER(gw_sleep, duration_s),
    NUMBER(gw_sleep, asleep_s),  NUMBER(gw_sleep, in_bed_s),
    NUMBER(gw_sleep, awake_s),   NUMBER(gw_sleep, light_s),
    NUMBER(gw_sleep, deep_s),    NUMBER(gw_sleep, rem_s),
    NUMBER(gw_sleep, latency_s), NUMBER(gw_sleep, efficiency_percent),
    NUMBER(gw_sleep, score),     TEXT(gw_sleep, stages),
};

static const struct column stage_columns[] = {
    TEXT(gw_sleep_stage, stage),
    TEXT(gw_sleep_stage, parent),
    {COLUMN_UUID, offsetof(struct gw_sleep_stage, session_id)},
};

#define NONE SIZE_MAX

struct record_kind {
    const char *name; /* in the notice */
    size_t size;
    enum sql_id by_external, by_start, put, touch;
    const struct column *columns;
    size_t columns_count;
    size_t kind, duration; /* offsets, or NONE */
    size_t count;          /* offset in struct gw_counts, or NONE: no reader sees these */
    bool is_stage;         /* its kind tells those without an id apart, is a column anyway, and no part of an id */
};

/* Every record begins with its head. */
_Static_assert(offsetof(struct gw_workout, head) == 0, "head first");
_Static_assert(offsetof(struct gw_sleep, head) == 0, "head first");
_Static_assert(offsetof(struct gw_event, head) == 0, "head first");
_Static_assert(offsetof(struct gw_sleep_stage, head) == 0, "head first");

#define COUNTED(array) (array), sizeof(array) / sizeof(*(array))

static const struct record_kind kinds[] = {
    {"workouts", sizeof(struct gw_workout), SQL_WORKOUT_BY_EXTERNAL, SQL_WORKOUT_BY_START, SQL_WORKOUT_PUT,
     SQL_WORKOUT_TOUCH, COUNTED(workout_columns), NONE, offsetof(struct gw_workout, duration_s),
     offsetof(struct gw_counts, workouts), false},
    {"sleep", sizeof(struct gw_sleep), SQL_SLEEP_BY_EXTERNAL, SQL_SLEEP_BY_START, SQL_SLEEP_PUT, SQL_SLEEP_TOUCH,
     COUNTED(sleep_columns), NONE, offsetof(struct gw_sleep, duration_s), offsetof(struct gw_counts, sleep), false},
    {"events", sizeof(struct gw_event), SQL_EVENT_BY_EXTERNAL, SQL_EVENT_BY_START, SQL_EVENT_PUT, SQL_EVENT_TOUCH, NULL,
     0, offsetof(struct gw_event, kind), NONE, offsetof(struct gw_counts, events), false},
    {NULL, sizeof(struct gw_sleep_stage), SQL_STAGE_BY_EXTERNAL, SQL_STAGE_BY_START, SQL_STAGE_PUT, SQL_STAGE_TOUCH,
     COUNTED(stage_columns), offsetof(struct gw_sleep_stage, stage), NONE, NONE, true},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))
enum { SLEEP = 1, EVENTS = 2, STAGES = 3 };

/* The records of one kind in a commit. */
struct batch {
    const struct record_kind *kind;
    char *records;
    size_t count;
};

static struct batch batch_of(const struct commit_tx *tx, size_t k)
{
    char *const records[KINDS] = {(char *)tx->in->workouts, (char *)tx->in->sleeps, (char *)tx->in->events,
                                  (char *)tx->in->stages};
    const size_t counts[KINDS] = {tx->in->workouts_count, tx->in->sleeps_count, tx->in->events_count,
                                  tx->in->stages_count};

    return (struct batch){&kinds[k], records[k], counts[k]};
}

static struct gw_record_head *head_at(const struct batch *b, size_t i)
{
    return (struct gw_record_head *)(void *)(b->records + i * b->kind->size);
}

static const char *kind_at(const struct batch *b, size_t i)
{
    return b->kind->kind == NONE ? ""
                                 : *(const char *const *)(const void *)(b->records + i * b->kind->size + b->kind->kind);
}

static double duration_at(const struct batch *b, size_t i)
{
    return b->kind->duration == NONE
               ? __builtin_nan("")
               : *(const double *)(const void *)(b->records + i * b->kind->size + b->kind->duration);
}

enum gw_code records_check(const struct commit_tx *tx, struct gw_err *err)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct batch b = batch_of(tx, k);
        for (size_t i = 0; i < b.count; i++)
            if (head_at(&b, i)->source >= tx->in->sources_count || !kind_at(&b, i))
                return gw_fail(err, GW_INTERNAL, "A record names no source or kind.");
    }
    return GW_OK;
}

/* ---- reading ---- */

static size_t count_external(const struct batch *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->count; i++)
        n += head_at(b, i)->external_id != NULL;
    return n;
}

static void queue_by_external(struct commit_tx *tx, const struct batch *b, size_t count)
{
    struct pg_params p = {.arena = tx->arena};
    const char **ids = gw_arena_alloc(tx->arena, count * sizeof(*ids));
    size_t n = 0;

    p.failed = !ids;
    for (size_t i = 0; ids && i < b->count; i++)
        if (head_at(b, i)->external_id)
            ids[n++] = head_at(b, i)->external_id;
    pg_put_uuid(&p, tx->in->user_id);
    pg_put_text(&p, tx->in->provider);
    pg_put_text(&p, tx->account);
    pg_put_text_array(&p, ids, n);
    pg_queue(tx->c, b->kind->by_external, &p);
}

static void queue_by_start(struct commit_tx *tx, const struct batch *b, size_t count)
{
    struct pg_params p = {.arena = tx->arena};
    struct gw_str *digests = gw_arena_alloc(tx->arena, tx->in->sources_count * sizeof(*digests));
    int64_t *starts = gw_arena_alloc(tx->arena, count * sizeof(*starts));
    size_t n = 0;

    p.failed = !digests || !starts;
    for (size_t i = 0; digests && i < tx->in->sources_count; i++)
        digests[i] = (struct gw_str){(const char *)tx->sources[i].digest, sizeof(tx->sources[i].digest)};
    for (size_t i = 0; starts && i < b->count; i++)
        if (!head_at(b, i)->external_id)
            starts[n++] = head_at(b, i)->start_us;
    if (!p.failed) {
        pg_put_uuid(&p, tx->in->user_id);
        pg_put_bytes_array(&p, digests, tx->in->sources_count);
        pg_put_time_array(&p, starts, n);
    }
    pg_queue(tx->c, b->kind->by_start, &p);
}

void records_queue_reads(struct commit_tx *tx)
{
    for (size_t k = 0; k < KINDS; k++) {
        struct batch b = batch_of(tx, k);
        size_t external = count_external(&b);
        if (external > 0)
            queue_by_external(tx, &b, external);
        if (b.count > external)
            queue_by_start(tx, &b, b.count - external);
    }
}

/* ---- the rule ---- */

/* One identity this commit speaks of. */
struct entry {
    uint64_t hash;
    const char *kind, *external_id;
    int32_t source_id;
    int64_t start_us;
    bool stored;
    int64_t old_start_us;
    struct record_standing old, best;
    size_t winner; /* the record that is best; NONE = the stored one */
    size_t losers;
    struct stage_place was; /* of a stored stage */
};

struct table {
    struct entry *entries;
    size_t count;
    uint32_t *slots; /* index + 1, 0 = free */
    size_t mask;
};

/* All identities of a commit, by kind. */
struct records_work {
    struct table tables[KINDS];
    struct table derived; /* sessions made of stages: no identity is looked up in it */
    struct gw_sleep *sessions;
};

static uint64_t hash_text(uint64_t h, const char *text)
{
    for (; text && *text; text++)
        h = (h ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
    return (h ^ 0xff) * UINT64_C(0x100000001b3);
}

static uint64_t hash_number(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ (h >> 32);
}

static uint64_t hash_of(const struct entry *e)
{
    uint64_t h = hash_text(UINT64_C(0xcbf29ce484222325), e->kind);

    if (e->external_id)
        return hash_number(hash_text(h, e->external_id), 0);
    return hash_number(hash_number(h, (uint64_t)e->start_us), (uint64_t)e->source_id + 1);
}

static bool same_identity(const struct entry *a, const struct entry *b)
{
    if (a->hash != b->hash || strcmp(a->kind, b->kind) != 0 || !a->external_id != !b->external_id)
        return false;
    if (a->external_id)
        return strcmp(a->external_id, b->external_id) == 0;
    return a->source_id == b->source_id && a->start_us == b->start_us;
}

static bool table_open(struct table *t, struct gw_arena *arena, size_t most)
{
    size_t size = 16;

    while (size < 2 * most)
        size *= 2;
    t->count = 0;
    t->mask = size - 1;
    t->entries = gw_arena_alloc(arena, most * sizeof(*t->entries));
    t->slots = gw_arena_zalloc(arena, size * sizeof(*t->slots));
    return t->entries && t->slots;
}

/* The entry of an identity, made when `create` and there is none. */
static struct entry *table_find(struct table *t, struct entry *key, bool create)
{
    key->hash = hash_of(key);
    size_t slot = key->hash & t->mask;
    for (; t->slots[slot]; slot = (slot + 1) & t->mask)
        if (same_identity(&t->entries[t->slots[slot] - 1], key))
            return &t->entries[t->slots[slot] - 1];
    if (!create)
        return NULL;
    t->entries[t->count] = *key;
    t->slots[slot] = (uint32_t)++t->count;
    return &t->entries[t->count - 1];
}

static double known(double v)
{
    return v == v ? v : -1.0;
}

/* > 0: a is to stand, < 0: b, 0: they are the same. */
static int compare(const struct record_standing *a, const struct record_standing *b)
{
    int digest = memcmp(a->digest, b->digest, sizeof(a->digest));

    if (a->version_us != b->version_us)
        return a->version_us < b->version_us ? -1 : 1;
    if (a->tentative != b->tentative)
        return a->tentative ? -1 : 1;
    if (a->deleted != b->deleted)
        return a->deleted ? 1 : -1;
    if (known(a->duration) < known(b->duration) || known(a->duration) > known(b->duration))
        return known(a->duration) < known(b->duration) ? -1 : 1;
    if (digest != 0)
        return digest;
    return -memcmp(a->payload_id.b, b->payload_id.b, sizeof(a->payload_id.b));
}

static struct record_standing standing_of(const struct commit_tx *tx, const struct batch *b, size_t i)
{
    const struct gw_record_head *head = head_at(b, i);
    struct record_standing s = {.version_us = head->version_us,
                                .tentative = head->tentative,
                                .deleted = head->deleted,
                                .duration = duration_at(b, i),
                                .payload_id = payload_kept(tx, head->payload_id)};

    memcpy(s.digest, head->digest, sizeof(s.digest));
    return s;
}

/* ---- from what is stored to what is to stand ---- */

static void enter_records(struct commit_tx *tx, const struct batch *b, struct table *t)
{
    for (size_t i = 0; i < b->count; i++) {
        const struct gw_record_head *head = head_at(b, i);
        struct entry key = {.kind = b->kind->is_stage && head->external_id ? "" : kind_at(b, i),
                            .external_id = head->external_id,
                            .source_id = source_number(tx, head->source),
                            .start_us = head->start_us,
                            .winner = NONE};
        size_t before = t->count;
        struct entry *e = table_find(t, &key, true);
        struct record_standing s = standing_of(tx, b, i);
        if (t->count > before || compare(&s, &e->best) > 0) {
            e->losers += t->count == before;
            e->best = s;
            e->winner = i;
        } else {
            e->losers++;
        }
    }
}

static struct stage_place read_place(struct pg_row *row, int32_t source_id, int64_t start_us)
{
    struct stage_place place = {.source_id = source_id, .start_us = start_us};

    place.end_us = pg_get_time(row);
    place.parent = pg_get_text(row);
    place.session_id = pg_get_uuid(row);
    return place;
}

static enum gw_code take_stored(struct commit_tx *tx, struct table *t, bool stages, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(tx->c, &result, err);

    for (int r = 0; !code && r < PQntuples(result); r++) {
        struct pg_row row = {.result = result, .number = r, .arena = tx->arena};
        struct record_standing s = {0};
        struct entry key = {0};
        s.id = pg_get_uuid(&row);
        key.kind = pg_get_text(&row);
        key.kind = key.kind ? key.kind : "";
        key.source_id = pg_get_i32(&row);
        key.external_id = pg_get_text(&row);
        key.start_us = pg_get_time(&row);
        s.version_us = pg_get_i64(&row);
        s.tentative = pg_get_bool(&row);
        s.deleted = pg_get_bool(&row);
        s.duration = pg_get_f64(&row);
        struct gw_str digest = pg_get_bytes_view(&row);
        memcpy(s.digest, digest.ptr, digest.len < sizeof(s.digest) ? digest.len : sizeof(s.digest));
        s.payload_id = pg_get_uuid(&row);
        if (stages)
            key.was = read_place(&row, key.source_id, key.start_us);
        code = pg_row_check(&row, err);
        struct entry *e = code ? NULL : table_find(t, &key, false);
        if (!e)
            continue;
        e->stored = true;
        e->old_start_us = key.start_us;
        e->old = s;
        e->was = key.was;
        if (compare(&e->best, &s) <= 0) {
            e->winner = NONE;
            e->losers++;
        }
    }
    return code;
}

enum gw_code records_take_reads(struct commit_tx *tx, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    tx->records = gw_arena_zalloc(tx->arena, sizeof(*tx->records));
    tx->moved = gw_arena_alloc(tx->arena, 2 * tx->in->workouts_count * sizeof(*tx->moved));
    if (!tx->records || !tx->moved)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t k = 0; !code && k < KINDS; k++) {
        struct batch b = batch_of(tx, k);
        struct table *t = &tx->records->tables[k];
        size_t external = count_external(&b);
        if (!table_open(t, tx->arena, b.count))
            return gw_fail(err, GW_NOMEM, NULL);
        enter_records(tx, &b, t);
        if (external > 0)
            code = take_stored(tx, t, b.kind->is_stage, err);
        if (!code && b.count > external)
            code = take_stored(tx, t, b.kind->is_stage, err);
    }
    return code;
}

/* ---- writing ---- */

static void put_column(struct pg_params *p, const struct column *column, const char *record)
{
    const void *field = record + column->offset;

    switch (column->type) {
    case COLUMN_TEXT:
        pg_put_text(p, *(const char *const *)field);
        break;
    case COLUMN_NUMBER:
        pg_put_f64(p, *(const double *)field);
        break;
    case COLUMN_TRIBOOL:
        pg_put_tribool(p, *(const int *)field);
        break;
    case COLUMN_UUID:
        pg_put_uuid_or_null(p, *(const struct gw_uuid *)field);
        break;
    }
}

static void queue_put(struct commit_tx *tx, const struct batch *b, const struct entry *e)
{
    const struct gw_record_head *head = head_at(b, e->winner);
    struct pg_params p = {0};

    pg_put_uuid(&p, tx->in->user_id);
    pg_put_uuid(&p, head->id);
    if (b->kind->kind != NONE && !b->kind->is_stage)
        pg_put_text(&p, e->kind);
    pg_put_i32(&p, head->source_id);
    pg_put_text(&p, tx->in->provider);
    pg_put_text(&p, tx->account);
    pg_put_text(&p, head->external_id);
    pg_put_time(&p, head->start_us);
    pg_put_time(&p, head->end_us);
    pg_put_offset(&p, head->offset_s);
    pg_put_i64(&p, head->version_us);
    pg_put_bool(&p, head->tentative);
    pg_put_bool(&p, head->deleted);
    pg_put_uuid_or_null(&p, e->best.payload_id);
    pg_put_bytes(&p, head->digest, sizeof(head->digest));
    pg_put_text(&p, head->extra);
    for (size_t i = 0; i < b->kind->columns_count; i++)
        put_column(&p, &b->kind->columns[i], b->records + e->winner * b->kind->size);
    pg_queue(tx->c, b->kind->put, &p);
}

/* Same content, newer version or earlier payload: nothing a reader could see. */
static void queue_touch(struct commit_tx *tx, const struct batch *b, const struct entry *e)
{
    struct pg_params p = {0};

    pg_put_uuid(&p, tx->in->user_id);
    pg_put_uuid(&p, e->old.id);
    pg_put_i64(&p, e->best.version_us);
    pg_put_bool(&p, e->best.tentative);
    pg_put_uuid_or_null(&p, e->best.payload_id);
    pg_queue(tx->c, b->kind->touch, &p);
}

/* What a reader sees of a record's being written. */
enum effect { EFFECT_NONE, EFFECT_CREATED, EFFECT_UPDATED, EFFECT_DELETED, EFFECTS };

static const char *const effect_names[EFFECTS] = {NULL, "created", "updated", "deleted"};

static enum effect effect_of(const struct entry *e)
{
    bool was_there = e->stored && !e->old.deleted;

    if (e->winner == NONE || (!was_there && e->best.deleted))
        return EFFECT_NONE;
    if (!was_there)
        return EFFECT_CREATED;
    if (e->best.deleted)
        return EFFECT_DELETED;
    return memcmp(e->old.digest, e->best.digest, sizeof(e->old.digest)) == 0 ? EFFECT_NONE : EFFECT_UPDATED;
}

static void write_entry(struct commit_tx *tx, const struct batch *b, struct entry *e)
{
    if (e->winner == NONE)
        return;
    struct gw_record_head *head = head_at(b, e->winner);
    head->id = e->stored ? e->old.id : gw_uuid_is_nil(head->id) ? gw_uuid_v7() : head->id;
    if (head->source != RECORD_DERIVED)
        head->source_id = source_number(tx, head->source);
    bool same = e->stored && e->old.deleted == e->best.deleted &&
                memcmp(e->old.digest, e->best.digest, sizeof(e->old.digest)) == 0;
    if (same)
        queue_touch(tx, b, e);
    else
        queue_put(tx, b, e);
    if (!same && b->kind == &kinds[0]) {
        tx->moved[tx->moved_count++] = head->start_us;
        if (e->stored)
            tx->moved[tx->moved_count++] = e->old_start_us;
    }
}

static void count_entry(struct gw_count *count, const struct entry *e)
{
    int64_t *const of[EFFECTS] = {&count->unchanged, &count->created, &count->updated, &count->deleted};

    count->unchanged += (int64_t)e->losers;
    if (e->winner != NONE)
        ++*of[effect_of(e)];
}

/* The ids of an effect, of what came and of what was made. */
static void notice_effect(struct commit_tx *tx, const struct batch *b, const struct table *t, enum effect effect,
                          bool *any)
{
    char text[GW_UUID_TEXT];

    for (size_t i = 0; i < t->count; i++) {
        if (effect_of(&t->entries[i]) != effect)
            continue;
        gw_buf_printf(&tx->notice, "%s\"%s\"", *any ? "," : "",
                      gw_uuid_text(head_at(b, t->entries[i].winner)->id, text));
        *any = true;
    }
}

static bool has_effect(const struct table *t, enum effect effect)
{
    for (size_t i = 0; i < t->count; i++)
        if (effect_of(&t->entries[i]) == effect)
            return true;
    return false;
}

static struct batch derived_of(const struct commit_tx *tx)
{
    return (struct batch){&kinds[SLEEP], (char *)tx->records->sessions, tx->records->derived.count};
}

static void notice_kind(struct commit_tx *tx, size_t k)
{
    static const struct table none;
    const struct batch came = batch_of(tx, k), made = derived_of(tx);
    const struct table *t = &tx->records->tables[k], *d = k == SLEEP ? &tx->records->derived : &none;
    bool first = true;

    for (enum effect e = EFFECT_CREATED; e < EFFECTS; e++) {
        bool any = false;
        if (!has_effect(t, e) && !has_effect(d, e))
            continue;
        if (first)
            notice_member(tx, came.kind->name);
        gw_buf_printf(&tx->notice, "%s\"%s\":[", first ? "{" : ",", effect_names[e]);
        notice_effect(tx, &came, t, e, &any);
        notice_effect(tx, &made, d, e, &any);
        gw_buf_char(&tx->notice, ']');
        first = false;
    }
    if (!first)
        gw_buf_char(&tx->notice, '}');
}

static void write_table(struct commit_tx *tx, const struct batch *b, struct table *t)
{
    struct gw_count *count =
        b->kind->count == NONE ? NULL : (struct gw_count *)(void *)((char *)&tx->counts + b->kind->count);

    for (size_t i = 0; i < t->count; i++) {
        write_entry(tx, b, &t->entries[i]);
        if (count)
            count_entry(count, &t->entries[i]);
    }
}

void records_queue_writes(struct commit_tx *tx)
{
    const struct batch derived = derived_of(tx);

    for (size_t k = 0; k < KINDS; k++) {
        struct batch b = batch_of(tx, k);
        write_table(tx, &b, &tx->records->tables[k]);
        if (k == SLEEP)
            write_table(tx, &derived, &tx->records->derived);
        if (b.kind->name)
            notice_kind(tx, k);
    }
}

/* ---- stages, and the sessions made of them (nights.c) ---- */

bool records_stage(const struct commit_tx *tx, size_t i, struct stage_change *ret)
{
    const struct table *t = &tx->records->tables[STAGES];
    const struct entry *e = &t->entries[i];

    if (i >= t->count)
        return false;
    *ret = (struct stage_change){.was_there = e->stored && !e->old.deleted,
                                 .was = e->was,
                                 .stored = e->stored,
                                 .id = e->old.id,
                                 .stage = e->winner == NONE ? NULL : &tx->in->stages[e->winner]};
    if (ret->stage)
        ret->stage->head.source_id = e->source_id;
    return true;
}

bool records_event(const struct commit_tx *tx, size_t i, const struct gw_event **ret)
{
    const struct table *t = &tx->records->tables[EVENTS];

    if (i >= t->count)
        return false;
    *ret = t->entries[i].winner == NONE ? NULL : &tx->in->events[t->entries[i].winner];
    return true;
}

static bool nothing_new(const struct record_standing *old, const struct record_standing *now)
{
    return old->version_us == now->version_us && old->tentative == now->tentative && old->deleted == now->deleted &&
           memcmp(old->digest, now->digest, sizeof(old->digest)) == 0;
}

bool records_derive(struct commit_tx *tx, struct gw_sleep *sessions, const struct record_standing *old, size_t count)
{
    struct table *t = &tx->records->derived;

    t->entries = gw_arena_zalloc(tx->arena, count * sizeof(*t->entries));
    if (!t->entries)
        return false;
    t->count = count;
    tx->records->sessions = sessions;
    for (size_t i = 0; i < count; i++) {
        struct gw_record_head *head = &sessions[i].head;
        struct entry *e = &t->entries[i];
        e->best = (struct record_standing){.id = head->id,
                                           .version_us = head->version_us,
                                           .tentative = head->tentative,
                                           .deleted = head->deleted,
                                           .payload_id = head->payload_id};
        memcpy(e->best.digest, head->digest, sizeof(head->digest));
        e->stored = !gw_uuid_is_nil(old[i].id);
        e->old = old[i];
        e->winner = i;
        if (e->stored && nothing_new(&e->old, &e->best)) {
            e->winner = NONE;
            e->losers = 1;
        }
        head->source = RECORD_DERIVED;
    }
    return true;
}
