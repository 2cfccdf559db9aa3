/* See nights.h: first which stages belong together, then what each session is. */
#include "ingest/nights.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/time.h"

#define TIMELINE_MOST 5000 /* of a session with more the numbers are kept, but not the list */
#define NAP_MOST_S    (3 * 3600.0)
#define DAY_FROM_US   (9 * GW_US_PER_HOUR)
#define DAY_TO_US     (21 * GW_US_PER_HOUR)

enum kind { IN_BED, AWAKE, SLEEPING, LIGHT, DEEP, REM, UNKNOWN, KINDS };

static const char *const kind_names[KINDS] = {"in_bed", "awake", "sleeping", "light", "deep", "rem", "unknown"};

static enum kind kind_of(const char *stage)
{
    enum kind kind = IN_BED;

    while (kind < UNKNOWN && strcmp(stage, kind_names[kind]) != 0)
        kind++;
    return kind;
}

/* A stage on its way into a session. */
struct part {
    const struct gw_sleep_stage *stage;
    size_t index; /* of the stage in what was given */
    enum kind kind;
    uint32_t chain; /* those near each other */
};

/* By start. Of those that begin together the newer and longer comes first and cuts the others. */
static int by_start(const void *x, const void *y)
{
    const struct part *a = x, *b = y;
    const struct gw_record_head *h = &a->stage->head, *k = &b->stage->head;

    if (h->start_us != k->start_us)
        return h->start_us < k->start_us ? -1 : 1;
    if (h->version_us != k->version_us)
        return h->version_us > k->version_us ? -1 : 1;
    if (h->end_us != k->end_us)
        return h->end_us > k->end_us ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return (h->offset_s > k->offset_s) - (h->offset_s < k->offset_s);
}

/* ---- what belongs together ---- */

/* The chain that stands for all that were joined. */
static uint32_t root_of(uint32_t *up, uint32_t chain)
{
    while (up[chain] != chain)
        chain = up[chain] = up[up[chain]];
    return chain;
}

static int by_parent(const void *x, const void *y)
{
    const struct part *const *a = x, *const *b = y;

    return strcmp((*a)->stage->parent, (*b)->stage->parent);
}

static void join(uint32_t *up, uint32_t a, uint32_t b)
{
    a = root_of(up, a);
    b = root_of(up, b);
    if (a < b)
        up[b] = a;
    else
        up[a] = b;
}

static uint32_t link_near(struct part *parts, size_t count)
{
    int64_t end_us = parts[0].stage->head.end_us;
    uint32_t chain = 0;

    for (size_t i = 1; i < count; i++) {
        const struct gw_record_head *head = &parts[i].stage->head;
        if (head->start_us - end_us > GW_NIGHTS_GAP_US)
            chain++;
        if (head->end_us > end_us)
            end_us = head->end_us;
        parts[i].chain = chain;
    }
    return chain + 1;
}

static bool link_parents(struct part *parts, size_t count, uint32_t *up)
{
    gw_own_free struct part **named = malloc(count * sizeof(*named));
    size_t n = 0;

    if (!named)
        return false;
    for (size_t i = 0; i < count; i++)
        if (parts[i].stage->parent)
            named[n++] = &parts[i];
    if (n > 1)
        qsort(named, n, sizeof(*named), by_parent);
    for (size_t i = 1; i < n; i++)
        if (by_parent(&named[i - 1], &named[i]) == 0)
            join(up, named[i - 1]->chain, named[i]->chain);
    return true;
}

/* Numbers the groups in order of their first stage; parts[].chain becomes the group. */
static bool group(struct part *parts, size_t count, struct gw_arena *arena, uint32_t *ret_groups)
{
    uint32_t chains = link_near(parts, count), groups = 0;
    uint32_t *up = gw_arena_alloc(arena, chains * sizeof(*up));
    uint32_t *number = gw_arena_zalloc(arena, chains * sizeof(*number));

    if (!up || !number)
        return false;
    for (uint32_t i = 0; i < chains; i++)
        up[i] = i;
    if (!link_parents(parts, count, up))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t root = root_of(up, parts[i].chain);
        if (!number[root])
            number[root] = ++groups;
        parts[i].chain = number[root] - 1;
    }
    *ret_groups = groups;
    return true;
}

/* ---- one session ---- */

struct timeline {
    double seconds[KINDS];
    bool seen[KINDS];
    int64_t from_us, to_us;
    size_t count;
    struct gw_buf json;
};

static bool opens(enum kind kind)
{
    return kind != AWAKE && kind != UNKNOWN;
}

/* What a part is in the timeline, UNKNOWN = nothing. */
static enum kind shown_as(enum kind kind, const bool seen[KINDS])
{
    bool detailed = seen[LIGHT] || seen[DEEP] || seen[REM];

    if (kind == AWAKE || kind == LIGHT || kind == DEEP || kind == REM)
        return kind;
    if (kind == SLEEPING)
        return detailed ? UNKNOWN : SLEEPING;
    return kind == IN_BED && !detailed && !seen[SLEEPING] ? SLEEPING : UNKNOWN;
}

static void show(struct timeline *t, enum kind kind, int64_t from_us, int64_t to_us)
{
    t->from_us = t->count ? t->from_us : from_us;
    t->to_us = to_us;
    t->seconds[kind] += (double)(to_us - from_us) / 1e6;
    gw_buf_printf(&t->json, "%s{\"stage\":\"%s\",\"start_us\":%lld,\"end_us\":%lld}", t->count ? "," : "[",
                  kind_names[kind], (long long)from_us, (long long)to_us);
    t->count++;
}

/* Cuts what overlaps. */
static void fill_timeline(struct timeline *t, const struct part *parts, size_t count)
{
    int64_t end_us = INT64_MIN;

    for (size_t i = 0; i < count; i++)
        t->seen[parts[i].kind] = true;
    for (size_t i = 0; i < count; i++) {
        const struct gw_record_head *head = &parts[i].stage->head;
        enum kind kind = shown_as(parts[i].kind, t->seen);
        int64_t from_us = head->start_us > end_us ? head->start_us : end_us;
        if (kind == UNKNOWN || from_us >= head->end_us)
            continue;
        show(t, kind, from_us, head->end_us);
        end_us = head->end_us;
    }
    gw_buf_char(&t->json, ']');
}

/* Seconds that any part of time in bed covers. */
static double in_bed(const struct part *parts, size_t count)
{
    int64_t end_us = INT64_MIN, sum_us = 0;

    for (size_t i = 0; i < count; i++) {
        const struct gw_record_head *head = &parts[i].stage->head;
        if (parts[i].kind != IN_BED || head->end_us <= end_us)
            continue;
        sum_us += head->end_us - (head->start_us > end_us ? head->start_us : end_us);
        end_us = head->end_us;
    }
    return (double)sum_us / 1e6;
}

static int64_t overlap(int64_t from_us, int64_t to_us, int64_t low_us, int64_t high_us)
{
    int64_t from = from_us > low_us ? from_us : low_us, to = to_us < high_us ? to_us : high_us;

    return to > from ? to - from : 0;
}

static bool is_nap(const struct gw_sleep *s, const struct gw_zone *zone)
{
    bool known = s->head.offset_s != GW_NO_OFFSET;
    int64_t local_us =
        (known ? s->head.offset_s : gw_zone_offset(zone, s->head.start_us, NULL)) * INT64_C(1000000) + s->head.start_us;
    int64_t length_us = s->head.end_us - s->head.start_us, by_day_us = 0;
    int64_t midnight_us = gw_floor_div(local_us, GW_US_PER_DAY) * GW_US_PER_DAY;

    if (s->asleep_s >= NAP_MOST_S)
        return false;
    for (int64_t day_us = midnight_us; day_us < local_us + length_us; day_us += GW_US_PER_DAY)
        by_day_us += overlap(local_us, local_us + length_us, day_us + DAY_FROM_US, day_us + DAY_TO_US);
    return 2 * by_day_us > length_us;
}

static void fill_numbers(struct gw_sleep *s, const struct timeline *t, const struct part *parts, size_t count)
{
    const double *of = t->seconds;
    bool detailed = t->seen[LIGHT] || t->seen[DEEP] || t->seen[REM];
    double bed = in_bed(parts, count), up;

    s->asleep_s = of[SLEEPING] + of[LIGHT] + of[DEEP] + of[REM];
    up = s->asleep_s + of[AWAKE];
    s->in_bed_s = bed > up ? bed : up;
    s->awake_s = detailed || t->seen[AWAKE] ? of[AWAKE] : NAN;
    s->light_s = detailed ? of[LIGHT] : NAN;
    s->deep_s = detailed ? of[DEEP] : NAN;
    s->rem_s = detailed ? of[REM] : NAN;
    s->latency_s = NAN;
    s->score = NAN;
    s->duration_s = (double)(s->head.end_us - s->head.start_us) / 1e6;
    s->efficiency_percent = s->in_bed_s > 0 ? round(s->asleep_s / s->in_bed_s * 10000) / 100 : NAN;
}

/* Of the parts that make it: the newest version, the first known offset. */
static void fill_head(struct gw_sleep *s, const struct timeline *t, const struct part *parts, size_t count)
{
    struct gw_record_head *head = &s->head;

    head->start_us = t->from_us;
    head->end_us = t->to_us;
    head->offset_s = GW_NO_OFFSET;
    head->version_us = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        const struct gw_record_head *from = &parts[i].stage->head;
        if (head->offset_s == GW_NO_OFFSET)
            head->offset_s = from->offset_s;
        if (from->version_us > head->version_us) {
            head->version_us = from->version_us;
            head->payload_id = from->payload_id;
        }
        head->tentative |= from->tentative;
    }
}

/* head.deleted: there is no sleep in it. */
static enum gw_code make_session(const struct part *parts, size_t count, const struct gw_zone *zone,
                                 struct gw_arena *arena, struct gw_sleep *ret, struct gw_err *err)
{
    struct timeline t = {0};
    struct gw_sleep s = {.is_nap = -1};
    size_t first = 0;

    while (first < count && !opens(parts[first].kind))
        first++;
    parts += first;
    count -= first;
    fill_timeline(&t, parts, count);
    s.head.deleted = t.count == 0;
    if (t.count) {
        fill_head(&s, &t, parts, count);
        fill_numbers(&s, &t, parts, count);
        s.is_nap = is_nap(&s, zone);
        if (t.count <= TIMELINE_MOST)
            s.stages = gw_arena_strndup(arena, t.json.data, t.json.len);
    }
    bool failed = t.json.failed || (t.count && t.count <= TIMELINE_MOST && !s.stages);
    gw_buf_free(&t.json);
    *ret = s;
    return failed ? gw_fail(err, GW_NOMEM, NULL) : GW_OK;
}

/* ---- all of it ---- */

static int by_group(const void *x, const void *y)
{
    const struct part *a = x, *b = y;

    if (a->chain != b->chain)
        return a->chain < b->chain ? -1 : 1;
    return by_start(x, y);
}

enum gw_code gw_ingest_nights(const struct gw_sleep_stage *stages, size_t count, const struct gw_zone *zone,
                              struct gw_arena *arena, uint32_t *ret_group, struct gw_sleep **ret, size_t *ret_count,
                              struct gw_err *err)
{
    struct part *parts = gw_arena_zalloc(arena, count * sizeof(*parts));
    uint32_t groups = 0;
    struct gw_sleep *sessions;
    enum gw_code code = GW_OK;

    for (size_t i = 0; parts && i < count; i++)
        parts[i] = (struct part){&stages[i], i, kind_of(stages[i].stage), 0};
    if (parts && count)
        qsort(parts, count, sizeof(*parts), by_start);
    if (!parts || (count && !group(parts, count, arena, &groups)))
        return gw_fail(err, GW_NOMEM, NULL);
    if (groups > 1)
        qsort(parts, count, sizeof(*parts), by_group);
    sessions = gw_arena_alloc(arena, groups * sizeof(*sessions));
    if (!sessions)
        return gw_fail(err, GW_NOMEM, NULL);
    for (size_t i = 0, n; !code && i < count; i += n) {
        for (n = 0; i + n < count && parts[i + n].chain == parts[i].chain; n++)
            ret_group[parts[i + n].index] = parts[i].chain;
        code = make_session(&parts[i], n, zone, arena, &sessions[parts[i].chain], err);
    }
    *ret = sessions;
    *ret_count = groups;
    return code;
}
