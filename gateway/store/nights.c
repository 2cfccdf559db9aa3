/* Nights in a commit: the stages a commit speaks of, all stored ones that may be of the same sessions, and what becomes
 * of those sessions. The rule that makes sessions is the caller's (gw_commit.nights); this finds what it has to look at
 * and keeps the sessions' ids.
 *
 * Stages that belong together are near each other or have the same parent, so looking around what changes finds them;
 * where it shows that there may be more, it looks again, further. A session that grows, shrinks or moves keeps its id;
 * of two that become one the older stays and the other is marked as deleted.
 */
#include "base/buf.h"
#include "base/time.h"
#include "crypt/crypt.h"
#include "store/commit_tx.h"

#define ROUNDS_MOST 8

/* What is to be seen around a stage to know its session's end on either side, and what is looked at at first: room for
 * a night on both sides. */
#define NEED_BEFORE_US (GW_STAGE_MOST_US + GW_NIGHTS_GAP_US)
#define NEED_AFTER_US  GW_NIGHTS_GAP_US
#define LOOK_BEFORE_US (2 * GW_STAGE_MOST_US + GW_NIGHTS_GAP_US)
#define LOOK_AFTER_US  (GW_STAGE_MOST_US + GW_NIGHTS_GAP_US)

static const char score_end[] = "-sleepScore";

/* A stretch of one source's time that is looked at. */
struct window {
    int32_t source_id;
    int64_t from_us, to_us;
};

struct member {
    struct gw_sleep_stage stage;  /* head.source_id is set */
    struct gw_sleep_stage *fresh; /* the commit's own record, which is written with its session's id; or NULL */
    bool ours;                    /* this commit speaks of it */
    bool moved;                   /* and it was elsewhere */
    uint32_t night;               /* index into nights */
};

/* A session as the rule made it, and the row it becomes. */
struct night {
    struct gw_sleep row;
    bool touched; /* those that are not may lack stages, and stay as they are */
    int64_t from_us, to_us;
    size_t first, count; /* members */
    struct gw_uuid id;   /* nil = of none */
};

struct texts {
    const char **text;
    size_t count, cap;
};

struct nights_work {
    struct stage_change *changes; /* by id, those without a row first */
    size_t changes_count;
    struct texts parents, scored; /* scored: nights whose score came with this commit */
    struct window *windows;
    size_t windows_count, windows_cap;
    struct member *members; /* by source and start; of one night they stand together in the end */
    size_t members_count;
    struct night *nights;
    size_t nights_count, nights_cap;
    struct gw_uuid *touched; /* sessions that were there and may have changed, sorted */
    size_t touched_count, touched_cap;
    const struct gw_zone *zone;
};

static void *grow(struct commit_tx *tx, const void *old, size_t count, size_t *cap, size_t size)
{
    size_t more = *cap ? 2 * *cap : 16;
    void *to = gw_arena_alloc(tx->arena, more * size);

    if (to && count)
        memcpy(to, old, count * size);
    *cap = more;
    return to;
}

static enum gw_code no_memory(struct gw_err *err)
{
    return gw_fail(err, GW_NOMEM, NULL);
}

/* ---- texts ---- */

static bool has_text(const struct texts *t, const char *text)
{
    for (size_t i = t->count; i-- > 0;)
        if (strcmp(t->text[i], text) == 0)
            return true;
    return false;
}

/* Nights come together, so the last few are looked at first; their number is that of the nights of one commit. */
static bool add_text(struct commit_tx *tx, struct texts *t, const char *text)
{
    if (has_text(t, text))
        return true;
    if (t->count == t->cap)
        t->text = grow(tx, t->text, t->count, &t->cap, sizeof(*t->text));
    if (!t->text)
        return false;
    t->text[t->count++] = text;
    return true;
}

/* ---- where to look ---- */

static bool add_window(struct commit_tx *tx, int32_t source_id, int64_t from_us, int64_t to_us)
{
    struct nights_work *w = tx->nights;

    if (w->windows_count == w->windows_cap)
        w->windows = grow(tx, w->windows, w->windows_count, &w->windows_cap, sizeof(*w->windows));
    if (!w->windows)
        return false;
    w->windows[w->windows_count++] = (struct window){source_id, from_us, to_us};
    return true;
}

static bool look_around(struct commit_tx *tx, int32_t source_id, int64_t start_us, int64_t end_us, const char *parent)
{
    if (parent && !add_text(tx, &tx->nights->parents, parent))
        return false;
    return add_window(tx, source_id, start_us - LOOK_BEFORE_US, end_us + LOOK_AFTER_US);
}

static int by_place(const void *x, const void *y)
{
    const struct window *a = x, *b = y;

    if (a->source_id != b->source_id)
        return a->source_id < b->source_id ? -1 : 1;
    return (a->from_us > b->from_us) - (a->from_us < b->from_us);
}

/* Sorted, and those that meet made one: no row is found twice. */
static void join_windows(struct nights_work *w)
{
    size_t n = 0;

    if (w->windows_count == 0)
        return;
    qsort(w->windows, w->windows_count, sizeof(*w->windows), by_place);
    for (size_t i = 1; i < w->windows_count; i++) {
        struct window *last = &w->windows[n];
        if (w->windows[i].source_id != last->source_id || w->windows[i].from_us > last->to_us)
            w->windows[++n] = w->windows[i];
        else if (w->windows[i].to_us > last->to_us)
            last->to_us = w->windows[i].to_us;
    }
    w->windows_count = n + 1;
}

static bool is_seen(const struct nights_work *w, int32_t source_id, int64_t from_us, int64_t to_us)
{
    size_t low = 0, high = w->windows_count;

    while (low < high) {
        size_t mid = (low + high) / 2;
        const struct window *at = &w->windows[mid];
        if (at->source_id < source_id || (at->source_id == source_id && at->to_us < to_us))
            low = mid + 1;
        else
            high = mid;
    }
    return low < w->windows_count && w->windows[low].source_id == source_id && w->windows[low].from_us <= from_us;
}

/* ---- what the commit speaks of ---- */

static int by_row(const void *x, const void *y)
{
    const struct stage_change *a = x, *b = y;

    if (a->stored != b->stored)
        return a->stored ? 1 : -1;
    return memcmp(a->id.b, b->id.b, sizeof(a->id.b));
}

static bool note_touched(struct commit_tx *tx, struct gw_uuid session)
{
    struct nights_work *w = tx->nights;

    if (gw_uuid_is_nil(session) || (w->touched_count && gw_uuid_eq(w->touched[w->touched_count - 1], session)))
        return true;
    if (w->touched_count == w->touched_cap)
        w->touched = grow(tx, w->touched, w->touched_count, &w->touched_cap, sizeof(*w->touched));
    if (!w->touched)
        return false;
    w->touched[w->touched_count++] = session;
    return true;
}

static bool take_change(struct commit_tx *tx, const struct stage_change *change)
{
    const struct gw_sleep_stage *now = change->stage;
    const struct stage_place *was = &change->was;
    bool good = true;

    if (change->was_there)
        good = look_around(tx, was->source_id, was->start_us, was->end_us, was->parent) &&
               note_touched(tx, was->session_id);
    if (good && now && !now->head.deleted)
        good = look_around(tx, now->head.source_id, now->head.start_us, now->head.end_us, now->parent);
    return good;
}

/* The night a score is of, by the end of its name; NULL = it is another kind of score. */
static const char *night_of_score(struct commit_tx *tx, const struct gw_event *event, bool *failed)
{
    const char *id = event->head.external_id;
    size_t len = id ? strlen(id) : 0, end = sizeof(score_end) - 1;
    const char *night;

    if (strcmp(event->kind, "score") != 0 || len <= end || strcmp(id + len - end, score_end) != 0)
        return NULL;
    night = gw_arena_strndup(tx->arena, id, len - end);
    *failed |= !night;
    return night;
}

static enum gw_code collect(struct commit_tx *tx, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    const struct gw_event *event;
    bool failed = false;

    w->changes = gw_arena_alloc(tx->arena, tx->in->stages_count * sizeof(*w->changes));
    if (!w->changes)
        return no_memory(err);
    for (; !failed && records_stage(tx, w->changes_count, &w->changes[w->changes_count]); w->changes_count++)
        failed = !take_change(tx, &w->changes[w->changes_count]);
    if (w->changes_count)
        qsort(w->changes, w->changes_count, sizeof(*w->changes), by_row);
    for (size_t i = 0; !failed && records_event(tx, i, &event); i++) {
        const char *night = event ? night_of_score(tx, event, &failed) : NULL;
        if (night)
            failed = !add_text(tx, &w->scored, night) || !add_text(tx, &w->parents, night);
    }
    join_windows(w);
    return failed ? no_memory(err) : GW_OK;
}

/* ---- what is stored around it ---- */

static void queue_around(struct commit_tx *tx)
{
    const struct nights_work *w = tx->nights;
    struct pg_params p = {.arena = tx->arena};
    int32_t *sources = gw_arena_alloc(tx->arena, w->windows_count * sizeof(*sources));
    int64_t *from = gw_arena_alloc(tx->arena, w->windows_count * sizeof(*from));
    int64_t *to = gw_arena_alloc(tx->arena, w->windows_count * sizeof(*to));

    p.failed = !sources || !from || !to;
    for (size_t i = 0; !p.failed && i < w->windows_count; i++) {
        sources[i] = w->windows[i].source_id;
        from[i] = w->windows[i].from_us;
        to[i] = w->windows[i].to_us;
    }
    if (!p.failed) {
        pg_put_uuid(&p, tx->in->user_id);
        pg_put_i32_array(&p, sources, w->windows_count);
        pg_put_time_array(&p, from, w->windows_count);
        pg_put_time_array(&p, to, w->windows_count);
        pg_put_text_array(&p, w->parents.text, w->parents.count);
        pg_put_text_array(&p, w->scored.text, w->scored.count);
    }
    pg_queue(tx->c, SQL_STAGE_AROUND, &p);
}

static enum gw_code read_member(const PGresult *result, int number, struct gw_arena *arena, struct member *ret,
                                struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};
    struct gw_sleep_stage *s = &ret->stage;

    *ret = (struct member){0};
    s->head.id = pg_get_uuid(&row);
    s->head.source_id = pg_get_i32(&row);
    s->head.start_us = pg_get_time(&row);
    s->head.end_us = pg_get_time(&row);
    s->head.offset_s = pg_get_offset(&row);
    s->head.version_us = pg_get_i64(&row);
    s->head.tentative = pg_get_bool(&row);
    s->head.payload_id = pg_get_uuid(&row);
    s->stage = pg_get_text(&row);
    s->parent = pg_get_text(&row);
    s->session_id = pg_get_uuid(&row);
    return pg_row_check(&row, err);
}

static struct stage_change *change_of(const struct nights_work *w, struct gw_uuid id)
{
    const struct stage_change key = {.stored = true, .id = id};

    return w->changes_count ? bsearch(&key, w->changes, w->changes_count, sizeof(key), by_row) : NULL;
}

/* The stages as they will stand: those stored that the commit leaves alone, and what it brings. */
static enum gw_code take_around(struct commit_tx *tx, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(tx->c, &result, err);

    if (code)
        return code;
    size_t rows = (size_t)PQntuples(result);
    w->members_count = 0;
    w->members = gw_arena_alloc(tx->arena, (rows + w->changes_count) * sizeof(*w->members));
    if (!w->members)
        return no_memory(err);
    for (size_t i = 0; !code && i < rows; i++) {
        struct member *m = &w->members[w->members_count];
        code = read_member(result, (int)i, tx->arena, m, err);
        const struct stage_change *change = code ? NULL : change_of(w, m->stage.head.id);
        m->ours = change != NULL;
        w->members_count += !change || !change->stage;
    }
    for (size_t i = 0; !code && i < w->changes_count; i++) {
        const struct stage_change *change = &w->changes[i];
        if (!change->stage || change->stage->head.deleted)
            continue;
        struct member *m = &w->members[w->members_count++];
        *m = (struct member){.stage = *change->stage, .fresh = change->stage, .ours = true};
        m->stage.head.payload_id = payload_kept(tx, m->stage.head.payload_id);
        m->stage.head.id = change->id; /* nil where there is no row */
        if (change->was_there)
            m->stage.session_id = change->was.session_id;
        else
            m->stage.session_id = (struct gw_uuid){{0}};
        m->moved = change->was_there && change->was.start_us != change->stage->head.start_us;
    }
    return code;
}

/* ---- sessions ---- */

static int by_time(const void *x, const void *y)
{
    const struct gw_record_head *a = &((const struct member *)x)->stage.head,
                                *b = &((const struct member *)y)->stage.head;

    if (a->source_id != b->source_id)
        return a->source_id < b->source_id ? -1 : 1;
    if (a->start_us != b->start_us)
        return a->start_us < b->start_us ? -1 : 1;
    return (a->end_us > b->end_us) - (a->end_us < b->end_us);
}

static bool add_nights(struct commit_tx *tx, const struct gw_sleep *sessions, size_t count, int32_t source_id)
{
    struct nights_work *w = tx->nights;

    while (w->nights_count + count > w->nights_cap) {
        w->nights = grow(tx, w->nights, w->nights_count, &w->nights_cap, sizeof(*w->nights));
        if (!w->nights)
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        struct night *n = &w->nights[w->nights_count++];
        *n = (struct night){.row = sessions[i], .from_us = INT64_MAX, .to_us = INT64_MIN};
        n->row.head.source_id = source_id;
    }
    return true;
}

/* The rule over the members of one source. */
static enum gw_code make_nights(struct commit_tx *tx, struct member *members, size_t count, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    struct gw_sleep_stage *stages = gw_arena_alloc(tx->arena, count * sizeof(*stages));
    uint32_t *group = gw_arena_alloc(tx->arena, count * sizeof(*group));
    size_t before = w->nights_count, made = 0;
    struct gw_sleep *sessions = NULL;
    enum gw_code code;

    if (!stages || !group)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        stages[i] = members[i].stage;
    code = tx->in->nights(stages, count, w->zone, tx->arena, group, &sessions, &made, err);
    if (code)
        return code;
    if (!add_nights(tx, sessions, made, members->stage.head.source_id))
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct gw_record_head *head = &members[i].stage.head;
        members[i].night = (uint32_t)(before + group[i]);
        struct night *n = &w->nights[members[i].night];
        n->from_us = head->start_us < n->from_us ? head->start_us : n->from_us;
        n->to_us = head->end_us > n->to_us ? head->end_us : n->to_us;
    }
    return GW_OK;
}

static int by_bytes(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct gw_uuid));
}

static bool was_touched(const struct nights_work *w, struct gw_uuid session)
{
    return w->touched_count && !gw_uuid_is_nil(session) &&
           bsearch(&session, w->touched, w->touched_count, sizeof(session), by_bytes);
}

/* A numbered session of a night that has a new score, or that night itself. */
static bool is_scored(const struct nights_work *w, const char *parent)
{
    for (size_t i = 0; parent && i < w->scored.count; i++) {
        size_t len = strlen(w->scored.text[i]);
        if (strncmp(parent, w->scored.text[i], len) == 0 && (!parent[len] || strncmp(parent + len, "-s", 2) == 0))
            return true;
    }
    return false;
}

static enum gw_code make_all(struct commit_tx *tx, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    enum gw_code code = GW_OK;

    w->nights_count = 0;
    if (w->members_count)
        qsort(w->members, w->members_count, sizeof(*w->members), by_time);
    if (w->touched_count)
        qsort(w->touched, w->touched_count, sizeof(*w->touched), by_bytes);
    for (size_t i = 0, n; !code && i < w->members_count; i += n) {
        for (n = 1;
             i + n < w->members_count && w->members[i + n].stage.head.source_id == w->members[i].stage.head.source_id;)
            n++;
        code = make_nights(tx, &w->members[i], n, err);
    }
    for (size_t i = 0; !code && i < w->members_count; i++) {
        const struct member *m = &w->members[i];
        w->nights[m->night].touched |= m->ours || was_touched(w, m->stage.session_id) || is_scored(w, m->stage.parent);
    }
    return code;
}

/* Looks further where a session that is touched may have stages that were not seen. True = there is more to see. */
static bool look_further(struct commit_tx *tx, bool *failed)
{
    struct nights_work *w = tx->nights;
    size_t parents = w->parents.count, windows = w->windows_count;
    bool more = false;

    for (size_t i = 0; i < w->nights_count; i++) {
        const struct night *n = &w->nights[i];
        if (!n->touched || is_seen(w, n->row.head.source_id, n->from_us - NEED_BEFORE_US, n->to_us + NEED_AFTER_US))
            continue;
        more = true;
        *failed |= !add_window(tx, n->row.head.source_id, n->from_us - LOOK_BEFORE_US, n->to_us + LOOK_AFTER_US);
        if (*failed)
            return false;
    }
    for (size_t i = 0; i < w->members_count; i++) {
        const struct member *m = &w->members[i];
        if (m->stage.parent && w->nights[m->night].touched && !add_text(tx, &w->parents, m->stage.parent))
            *failed = true;
    }
    if (w->windows_count > windows)
        join_windows(w);
    return !*failed && (more || w->parents.count > parents);
}

/* Trips until all stages of all touched sessions are there. */
static enum gw_code look(struct commit_tx *tx, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    struct pg_params user = {0};
    bool failed = false, more = true;
    enum gw_code code = GW_OK;

    pg_put_uuid(&user, tx->in->user_id);
    for (int round = 0; !code && more && round < ROUNDS_MOST; round++) {
        gw_own_result *zone = NULL;
        queue_around(tx);
        if (round == 0)
            pg_queue(tx->c, SQL_USER_ZONE, &user);
        code = pg_send(tx->c, 0, err);
        if (!code)
            code = take_around(tx, err);
        if (!code && round == 0)
            code = pg_next(tx->c, &zone, err);
        if (zone && PQntuples(zone) == 1 && !PQgetisnull(zone, 0, 0))
            w->zone = gw_zone_find(gw_str(PQgetvalue(zone, 0, 0)));
        if (!code)
            code = pg_finish(tx->c, err);
        if (!code)
            code = make_all(tx, err);
        more = !code && look_further(tx, &failed);
    }
    return !code && failed ? no_memory(err) : code;
}

/* ---- scores ---- */

/* Without the number a session has in its night; the arena's. */
static const char *unnumbered(struct commit_tx *tx, const char *parent)
{
    size_t len = strlen(parent), at = len;

    while (at > 0 && parent[at - 1] >= '0' && parent[at - 1] <= '9')
        at--;
    if (at == len || at < 3 || memcmp(parent + at - 2, "-s", 2) != 0)
        return parent;
    return gw_arena_strndup(tx->arena, parent, at - 2);
}

/* The parent of a member of a touched session, where the member before it has another. */
static const char *new_parent(const struct nights_work *w, size_t i)
{
    const struct member *m = &w->members[i], *before = i ? m - 1 : NULL;

    if (!m->stage.parent || !w->nights[m->night].touched)
        return NULL;
    return before && before->night == m->night && before->stage.parent &&
                   strcmp(before->stage.parent, m->stage.parent) == 0
               ? NULL
               : m->stage.parent;
}

static enum gw_code queue_scores(struct commit_tx *tx, struct gw_err *err)
{
    const struct nights_work *w = tx->nights;
    struct pg_params p = {.arena = tx->arena};
    struct texts names = {0};

    for (size_t i = 0; i < w->members_count; i++) {
        const char *parent = new_parent(w, i);
        if (!parent)
            continue;
        const char *night = unnumbered(tx, parent);
        const char *whole = gw_arena_printf(tx->arena, "%s%s", parent, score_end);
        const char *name = night ? gw_arena_printf(tx->arena, "%s%s", night, score_end) : NULL;
        if (!name || !whole || !add_text(tx, &names, whole) || !add_text(tx, &names, name))
            return no_memory(err);
    }
    pg_put_uuid(&p, tx->in->user_id);
    pg_put_text(&p, tx->in->provider);
    pg_put_text(&p, tx->account);
    pg_put_text_array(&p, names.text, names.count);
    pg_queue(tx->c, SQL_STAGE_SCORES, &p);
    return GW_OK;
}

struct score {
    const char *name; /* of its record */
    double value;
    bool deleted;
};

/* Of this commit and of the store; the first of a name counts. */
struct scores {
    struct score *items;
    size_t count;
};

static enum gw_code take_scores(struct commit_tx *tx, struct scores *ret, struct gw_err *err)
{
    gw_own_result *result = NULL;
    const struct gw_event *event;
    bool failed = false;
    enum gw_code code = pg_next(tx->c, &result, err);

    if (code)
        return code;
    size_t rows = (size_t)PQntuples(result);
    ret->items = gw_arena_alloc(tx->arena, (rows + tx->in->events_count) * sizeof(*ret->items));
    if (!ret->items)
        return no_memory(err);
    for (size_t i = 0; records_event(tx, i, &event); i++)
        if (event && night_of_score(tx, event, &failed))
            ret->items[ret->count++] = (struct score){event->head.external_id, event->value, event->head.deleted};
    for (size_t i = 0; !code && i < rows; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = tx->arena};
        struct score *s = &ret->items[ret->count++];
        s->name = pg_get_text(&row);
        s->value = pg_get_f64(&row);
        s->deleted = false;
        code = pg_row_check(&row, err);
    }
    return !code && failed ? no_memory(err) : code;
}

static bool is_named(const struct score *score, const char *night)
{
    size_t len = strlen(night);

    return strncmp(score->name, night, len) == 0 && strcmp(score->name + len, score_end) == 0;
}

static const struct score *score_of(const struct scores *scores, const char *night)
{
    for (size_t i = 0; i < scores->count; i++)
        if (is_named(&scores->items[i], night))
            return &scores->items[i];
    return NULL;
}

static enum gw_code set_scores(struct commit_tx *tx, const struct scores *scores, struct gw_err *err)
{
    const struct nights_work *w = tx->nights;

    for (size_t i = 0; scores->count && i < w->members_count; i++) {
        const char *parent = new_parent(w, i);
        struct night *n = &w->nights[w->members[i].night];
        if (!parent || !__builtin_isnan(n->row.score))
            continue;
        const char *night = unnumbered(tx, parent);
        if (!night)
            return no_memory(err);
        const struct score *s = score_of(scores, parent);
        s = s ? s : score_of(scores, night);
        if (s && !s->deleted)
            n->row.score = s->value;
    }
    return GW_OK;
}

/* ---- ids ---- */

/* A session as it is stored. */
struct stored {
    struct record_standing standing;
    int32_t source_id;
    int64_t start_us, end_us;
    bool taken;
};

static int by_id(const void *x, const void *y)
{
    return memcmp(((const struct stored *)x)->standing.id.b, ((const struct stored *)y)->standing.id.b,
                  sizeof(struct gw_uuid));
}

static struct stored *stored_of(struct stored *all, size_t count, struct gw_uuid id)
{
    const struct stored key = {.standing.id = id};

    return count ? bsearch(&key, all, count, sizeof(key), by_id) : NULL;
}

static bool add_touched_of_members(struct commit_tx *tx)
{
    struct nights_work *w = tx->nights;

    for (size_t i = 0; i < w->members_count; i++)
        if (w->nights[w->members[i].night].touched && !note_touched(tx, w->members[i].stage.session_id))
            return false;
    return true;
}

static void queue_sessions(struct commit_tx *tx)
{
    const struct nights_work *w = tx->nights;
    struct pg_params p = {.arena = tx->arena};

    pg_put_uuid(&p, tx->in->user_id);
    pg_put_uuid_array(&p, w->touched, w->touched_count);
    pg_queue(tx->c, SQL_STAGE_SESSIONS, &p);
}

static enum gw_code take_sessions(struct commit_tx *tx, struct stored **ret, size_t *ret_count, struct gw_err *err)
{
    gw_own_result *result = NULL;
    enum gw_code code = pg_next(tx->c, &result, err);

    if (code)
        return code;
    size_t n = (size_t)PQntuples(result);
    struct stored *all = gw_arena_zalloc(tx->arena, n * sizeof(*all));
    if (!all)
        return no_memory(err);
    for (size_t i = 0; !code && i < n; i++) {
        struct pg_row row = {.result = result, .number = (int)i, .arena = tx->arena};
        struct record_standing *s = &all[i].standing;
        s->id = pg_get_uuid(&row);
        all[i].source_id = pg_get_i32(&row);
        all[i].start_us = pg_get_time(&row);
        all[i].end_us = pg_get_time(&row);
        s->version_us = pg_get_i64(&row);
        s->tentative = pg_get_bool(&row);
        s->deleted = pg_get_bool(&row);
        struct gw_str digest = pg_get_bytes_view(&row);
        memcpy(s->digest, digest.ptr, digest.len < sizeof(s->digest) ? digest.len : sizeof(s->digest));
        s->payload_id = pg_get_uuid(&row);
        code = pg_row_check(&row, err);
    }
    if (!code && n)
        qsort(all, n, sizeof(*all), by_id);
    *ret = all;
    *ret_count = n;
    return code;
}

/* Somebody deleted the session itself: it does not come back, whatever its stages do. */
static bool is_removed(const struct stored *s)
{
    return s->standing.deleted && s->standing.version_us == INT64_MAX;
}

/* The row a session goes on as: of those its stages were part of the oldest that is not another's already. Ids are of
 * version 7, so the older one is the smaller. */
static void choose_ids(struct nights_work *w, struct stored *all, size_t count, bool moved)
{
    for (size_t i = 0; i < w->members_count; i++) {
        const struct member *m = &w->members[i];
        struct night *n = &w->nights[m->night];
        struct stored *s = n->touched && m->moved == moved ? stored_of(all, count, m->stage.session_id) : NULL;
        if (!s || s->taken || n->row.head.deleted)
            continue;
        struct stored *mine = gw_uuid_is_nil(n->id) ? NULL : stored_of(all, count, n->id);
        if (mine && (is_removed(mine) < is_removed(s) || (is_removed(mine) == is_removed(s) && by_id(mine, s) <= 0)))
            continue;
        if (mine)
            mine->taken = false;
        s->taken = true;
        n->id = s->standing.id;
    }
}

/* ---- what is written ---- */

static void put_number(struct gw_buf *b, double v)
{
    gw_buf_char(b, ' ');
    gw_buf_f64(b, v);
}

static enum gw_code digest_of(const struct gw_sleep *s, uint8_t to[16], struct gw_err *err)
{
    const double numbers[] = {s->duration_s, s->asleep_s, s->in_bed_s, s->awake_s,  s->light_s,
                              s->deep_s,     s->rem_s,    s->score,    s->latency_s};
    gw_own_buf struct gw_buf b = {0};
    uint8_t full[32];

    gw_buf_printf(&b, "%d %lld %lld %d %d", s->head.source_id, (long long)s->head.start_us, (long long)s->head.end_us,
                  s->head.offset_s, s->is_nap);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        put_number(&b, numbers[i]);
    gw_buf_str(&b, s->stages ? s->stages : "");
    if (b.failed)
        return no_memory(err);
    gw_sha256((struct gw_str){b.data, b.len}, full);
    memcpy(to, full, 16);
    return GW_OK;
}

/* Rows without an id of the provider are known by their start, which a session made of stages may change: so it has a
 * name of its own. */
static enum gw_code name_session(struct commit_tx *tx, struct gw_record_head *head, struct gw_err *err)
{
    char text[GW_UUID_TEXT];

    head->external_id = gw_arena_printf(tx->arena, "stages:%s", gw_uuid_text(head->id, text));
    return head->external_id ? GW_OK : no_memory(err);
}

static struct gw_sleep blank_session(const struct stored *s)
{
    const double no = __builtin_nan("");

    return (struct gw_sleep){.head = {.id = s->standing.id,
                                      .source_id = s->source_id,
                                      .start_us = s->start_us,
                                      .end_us = s->start_us,
                                      .offset_s = GW_NO_OFFSET,
                                      .version_us = s->standing.version_us,
                                      .deleted = true},
                             .is_nap = -1,
                             .duration_s = no,
                             .asleep_s = no,
                             .in_bed_s = no,
                             .awake_s = no,
                             .light_s = no,
                             .deep_s = no,
                             .rem_s = no,
                             .latency_s = no,
                             .efficiency_percent = no,
                             .score = no};
}

static enum gw_code keep_night(struct commit_tx *tx, struct night *n, const struct stored *s, struct gw_sleep *to,
                               struct record_standing *old, struct gw_err *err)
{
    if (s)
        *old = s->standing;
    n->id = s ? s->standing.id : gw_uuid_v7();
    n->row.head.id = n->id;
    enum gw_code code = digest_of(&n->row, n->row.head.digest, err);
    if (!code)
        code = name_session(tx, &n->row.head, err);
    *to = n->row;
    return code;
}

/* Every touched session, and those that are no more. */
static enum gw_code derive(struct commit_tx *tx, struct stored *all, size_t count, struct gw_err *err)
{
    struct nights_work *w = tx->nights;
    size_t most = w->nights_count + count, n = 0;
    struct gw_sleep *sessions = gw_arena_alloc(tx->arena, most * sizeof(*sessions));
    struct record_standing *old = gw_arena_zalloc(tx->arena, most * sizeof(*old));
    enum gw_code code = GW_OK;

    if (!sessions || !old)
        return no_memory(err);
    for (size_t i = 0; !code && i < w->nights_count; i++) {
        struct night *night = &w->nights[i];
        const struct stored *s = gw_uuid_is_nil(night->id) ? NULL : stored_of(all, count, night->id);
        if (!night->touched || night->row.head.deleted || (s && is_removed(s)))
            continue;
        code = keep_night(tx, night, s, &sessions[n], &old[n], err);
        n++;
    }
    for (size_t i = 0; !code && i < count; i++) {
        if (all[i].taken || all[i].standing.deleted)
            continue;
        sessions[n] = blank_session(&all[i]);
        old[n] = all[i].standing;
        code = name_session(tx, &sessions[n].head, err);
        n++;
    }
    tx->counts.sleep.fetched += (int64_t)n;
    if (!code && !records_derive(tx, sessions, old, n))
        code = no_memory(err);
    return code;
}

enum gw_code nights_settle(struct commit_tx *tx, struct gw_err *err)
{
    struct nights_work *w = tx->nights = gw_arena_zalloc(tx->arena, sizeof(*w));
    struct scores scores = {0};
    struct stored *stored = NULL;
    size_t count = 0;
    enum gw_code code = w ? GW_OK : no_memory(err);

    if (!code && tx->in->nights)
        code = collect(tx, err);
    if (code || w->windows_count + w->parents.count == 0)
        return code;
    code = look(tx, err);
    if (!code && !add_touched_of_members(tx))
        code = no_memory(err);
    if (!code)
        code = queue_scores(tx, err);
    if (code)
        return code;
    queue_sessions(tx);
    code = pg_send(tx->c, 0, err);
    if (!code)
        code = take_scores(tx, &scores, err);
    if (!code)
        code = take_sessions(tx, &stored, &count, err);
    if (!code)
        code = pg_finish(tx->c, err);
    if (!code)
        code = set_scores(tx, &scores, err);
    if (code)
        return code;
    choose_ids(w, stored, count, false);
    choose_ids(w, stored, count, true); /* what moved takes a session along only where nothing of it stayed */
    code = derive(tx, stored, count, err);
    for (size_t i = 0; !code && i < w->members_count; i++)
        if (w->members[i].fresh && w->nights[w->members[i].night].touched)
            w->members[i].fresh->session_id = w->nights[w->members[i].night].id;
    return code;
}

/* ---- stages that go on as part of another session ---- */

static int by_night(const void *x, const void *y)
{
    const struct member *a = x, *b = y;

    return (a->night > b->night) - (a->night < b->night);
}

static void queue_link(struct commit_tx *tx, const struct member *members, size_t count, struct gw_uuid *room)
{
    struct gw_uuid session = tx->nights->nights[members->night].id;
    struct pg_params p = {.arena = tx->arena};
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!gw_uuid_is_nil(members[i].stage.head.id) && !gw_uuid_eq(members[i].stage.session_id, session))
            room[n++] = members[i].stage.head.id;
    if (n == 0)
        return;
    pg_put_uuid(&p, tx->in->user_id);
    pg_put_uuid_or_null(&p, session);
    pg_put_uuid_array(&p, room, n);
    pg_queue(tx->c, SQL_STAGE_LINK, &p);
}

void nights_queue_writes(struct commit_tx *tx)
{
    struct nights_work *w = tx->nights;
    struct gw_uuid *room = gw_arena_alloc(tx->arena, w->members_count * sizeof(*room));
    const struct pg_params none = {.failed = true};

    if (!room) {
        pg_queue(tx->c, SQL_STAGE_LINK, &none); /* fails the batch */
        return;
    }
    if (w->members_count)
        qsort(w->members, w->members_count, sizeof(*w->members), by_night);
    for (size_t i = 0, n; i < w->members_count; i += n) {
        for (n = 1; i + n < w->members_count && w->members[i + n].night == w->members[i].night;)
            n++;
        if (w->nights[w->members[i].night].touched)
            queue_link(tx, &w->members[i], n, room);
    }
}
