/* The gathering: growing lists in one arena, sources by value, digests, counts and warnings. */
#include "ingest/batch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypt/crypt.h"
#include "host/metrics.h"
#include "ingest/fields.h"

#define WARNINGS_MOST 50
#define BATCH_CAP     ((size_t)1 << 30)

struct list {
    void *items;
    size_t count, cap;
};

struct gw_batch {
    struct gw_arena *arena;
    struct gw_uuid user, connection;
    char *provider, *account;
    struct list sources, payloads, workouts, sleeps, events, series, states, warnings;
    struct gw_counts counts;
};

/* Where one normalize call puts what it emits. */
struct reading {
    struct gw_batch *batch;
    size_t payload;
    uint32_t *map; /* source index of the call -> index in the batch + 1; 0 = not seen */
    size_t map_count;
};

/* ---- lists ---- */

static void *list_add(struct gw_batch *batch, struct list *list, size_t size, struct gw_err *err)
{
    if (list->count == list->cap) {
        size_t cap = list->cap ? list->cap * 2 : 16;
        void *items = gw_arena_alloc(batch->arena, cap * size);
        if (!items) {
            gw_fail(err, GW_NOMEM, NULL);
            return NULL;
        }
        if (list->count)
            memcpy(items, list->items, list->count * size);
        list->items = items;
        list->cap = cap;
    }
    void *item = (char *)list->items + list->count * size;
    memset(item, 0, size);
    list->count++;
    return item;
}

/* ---- life ---- */

static enum gw_code add_own_source(struct gw_batch *batch, struct gw_err *err)
{
    struct gw_source *own = list_add(batch, &batch->sources, sizeof(*own), err);

    if (!own)
        return GW_NOMEM;
    own->connection_id = batch->connection;
    own->provider = batch->provider;
    own->account = batch->account;
    return GW_OK;
}

enum gw_code gw_batch_reset(struct gw_batch *batch, struct gw_err *err)
{
    struct list empty = {0};

    gw_arena_free(&batch->arena);
    batch->sources = batch->payloads = batch->workouts = batch->sleeps = batch->events = empty;
    batch->series = batch->states = batch->warnings = empty;
    memset(&batch->counts, 0, sizeof(batch->counts));
    batch->arena = gw_arena_new(BATCH_CAP);
    if (!batch->arena)
        return gw_fail(err, GW_NOMEM, NULL);
    return add_own_source(batch, err);
}

enum gw_code gw_batch_new(struct gw_uuid user, struct gw_uuid connection, const char *provider, const char *account,
                          struct gw_batch **ret, struct gw_err *err)
{
    struct gw_batch *batch = calloc(1, sizeof(*batch));
    enum gw_code code;

    if (!batch)
        return gw_fail(err, GW_NOMEM, NULL);
    batch->user = user;
    batch->connection = connection;
    batch->provider = strdup(provider);
    batch->account = strdup(account ? account : "");
    code = batch->provider && batch->account ? gw_batch_reset(batch, err) : gw_fail(err, GW_NOMEM, NULL);
    if (code) {
        gw_batch_free(&batch);
        return code;
    }
    *ret = batch;
    return GW_OK;
}

void gw_batch_free(struct gw_batch **address)
{
    struct gw_batch *batch = *address;

    if (!batch)
        return;
    gw_arena_free(&batch->arena);
    free(batch->provider);
    free(batch->account);
    free(batch);
    *address = NULL;
}

/* ---- payloads ---- */

static char *copy_text(struct gw_batch *batch, aorta_str text)
{
    if (text.len == 0 || !gw_utf8_valid(text.ptr, text.len))
        return NULL;
    return gw_arena_strndup(batch->arena, text.ptr, text.len < 1000 ? text.len : 1000);
}

enum gw_code gw_batch_payload(struct gw_batch *batch, const aorta_payload *payload, int32_t default_offset_s,
                              size_t *ret_index, struct gw_err *err)
{
    char *data = gw_arena_alloc(batch->arena, payload->size ? payload->size : 1);
    struct gw_payload *p = list_add(batch, &batch->payloads, sizeof(*p), err);

    if (!data || !p)
        return gw_fail(err, GW_NOMEM, "a payload of %llu bytes does not fit in memory",
                       (unsigned long long)payload->size);
    memcpy(data, payload->data, payload->size);
    p->id = gw_uuid_v7();
    p->user_id = batch->user;
    p->connection_id = batch->connection;
    p->provider = batch->provider;
    p->account = batch->account;
    p->kind = copy_text(batch, payload->kind);
    p->content_type = copy_text(batch, payload->content_type);
    p->external_id = copy_text(batch, payload->external_id);
    p->origin = copy_text(batch, payload->origin);
    p->data = (struct gw_str){data, payload->size};
    p->offset_s = payload->flags & AORTA_PAYLOAD_HAS_OFFSET ? payload->tz_offset_s : default_offset_s;
    p->received_us = payload->received_at_us;
    batch->counts.payloads++;
    *ret_index = batch->payloads.count - 1;
    return p->kind ? GW_OK : gw_fail(err, GW_CONTRACT, "a payload has no kind");
}

/* ---- sources ---- */

static bool same_text(const char *a, aorta_str b)
{
    return gw_str_eq(gw_str(a), (struct gw_str){b.ptr, b.len});
}

static bool same_source(const struct gw_source *a, const aorta_source *b)
{
    return same_text(a->app, b->app) && same_text(a->app_id, b->app_id) &&
           same_text(a->device_model, b->device_model) && same_text(a->device_name, b->device_name) &&
           same_text(a->device_type, b->device_type) && same_text(a->software, b->software) &&
           same_text(a->original, b->original);
}

static enum gw_code find_source(struct gw_batch *batch, const aorta_source *source, uint32_t *ret, struct gw_err *err)
{
    const struct gw_source *all = batch->sources.items;
    struct gw_source *fresh;

    for (size_t i = 0; i < batch->sources.count; i++) {
        if (same_source(&all[i], source)) {
            *ret = (uint32_t)i;
            return GW_OK;
        }
    }
    fresh = list_add(batch, &batch->sources, sizeof(*fresh), err);
    if (!fresh)
        return GW_NOMEM;
    fresh->connection_id = batch->connection;
    fresh->provider = batch->provider;
    fresh->account = batch->account;
    fresh->app = copy_text(batch, source->app);
    fresh->app_id = copy_text(batch, source->app_id);
    fresh->device_model = copy_text(batch, source->device_model);
    fresh->device_name = copy_text(batch, source->device_name);
    fresh->device_type = copy_text(batch, source->device_type);
    fresh->software = copy_text(batch, source->software);
    fresh->original = copy_text(batch, source->original);
    *ret = (uint32_t)(batch->sources.count - 1);
    return GW_OK;
}

static enum gw_code map_source(struct reading *reading, const aorta_source *source, uint32_t index, uint32_t *ret,
                               struct gw_err *err)
{
    enum gw_code code;

    if (index < reading->map_count && reading->map[index]) {
        *ret = reading->map[index] - 1;
        return GW_OK;
    }
    if (index >= reading->map_count) {
        size_t count = (size_t)index + 16;
        uint32_t *map = gw_arena_zalloc(reading->batch->arena, count * sizeof(*map));
        if (!map)
            return gw_fail(err, GW_NOMEM, NULL);
        if (reading->map_count)
            memcpy(map, reading->map, reading->map_count * sizeof(*map));
        reading->map = map;
        reading->map_count = count;
    }
    code = find_source(reading->batch, source, ret, err);
    if (!code)
        reading->map[index] = *ret + 1;
    return code;
}

/* ---- records ---- */

/* The digest speaks of what a reader can see: bounds, offset, fields, source; not of version, payload or ids.
 */
static enum gw_code digest_record(const struct gw_batch *batch, const aorta_record *record, uint32_t source,
                                  uint8_t out[16], struct gw_err *err)
{
    const struct gw_source *s = (const struct gw_source *)batch->sources.items + source;
    const char *texts[] = {s->app,         s->app_id,   s->device_model, s->device_name,
                           s->device_type, s->software, s->original};
    gw_own_buf struct gw_buf b = {0};
    uint8_t full[32];

    gw_buf_printf(&b, "%u %lld %lld %d\n", (unsigned)(record->flags & 0x7), (long long)record->start_us,
                  (long long)record->end_us, record->flags & AORTA_RECORD_HAS_OFFSET ? record->tz_offset_s : -999999);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        gw_buf_json_cstr(&b, texts[i]);
    for (uint32_t i = 0; i < record->fields_count; i++) {
        const aorta_field *f = &record->fields[i];
        gw_buf_json(&b, (struct gw_str){f->key.ptr, f->key.len});
        gw_buf_printf(&b, ":%u:", f->value.type);
        if (f->value.type == AORTA_TYPE_FLOAT)
            gw_buf_f64(&b, f->value.u.f);
        else if (f->value.type == AORTA_TYPE_STRING || f->value.type >= AORTA_TYPE_URL ||
                 f->value.type == AORTA_TYPE_ENUM)
            gw_buf_json(&b, (struct gw_str){f->value.u.s.ptr, f->value.u.s.len});
        else
            gw_buf_i64(&b, f->value.u.i);
    }
    if (b.failed)
        return gw_fail(err, GW_NOMEM, NULL);
    gw_sha256((struct gw_str){b.data, b.len}, full);
    memcpy(out, full, 16);
    return GW_OK;
}

static enum gw_code fill_head(struct reading *reading, const aorta_record *record, const aorta_source *source,
                              uint32_t index, struct gw_record_head *head, struct gw_err *err)
{
    struct gw_batch *batch = reading->batch;
    const struct gw_payload *payload = (const struct gw_payload *)batch->payloads.items + reading->payload;
    enum gw_code code = map_source(reading, source, index, &head->source, err);

    if (code)
        return code;
    head->id = gw_uuid_v7();
    head->external_id = copy_text(batch, record->external_id);
    head->start_us = record->start_us;
    head->end_us = record->end_us;
    head->version_us = record->version_us;
    head->offset_s = record->flags & AORTA_RECORD_HAS_OFFSET ? record->tz_offset_s : GW_NO_OFFSET;
    head->tentative = record->flags & AORTA_RECORD_TENTATIVE;
    head->deleted = record->flags & AORTA_RECORD_DELETED;
    head->payload_id = payload->id;
    return digest_record(batch, record, head->source, head->digest, err);
}

static bool kind_is(const aorta_record *record, const char *kind)
{
    return gw_str_is((struct gw_str){record->kind.ptr, record->kind.len}, kind);
}

static enum gw_code add_workout(struct reading *reading, const aorta_record *record, const aorta_source *source,
                                uint32_t index, struct gw_err *err)
{
    struct gw_batch *batch = reading->batch;
    struct gw_workout row, *kept;
    enum gw_code code = fields_workout(record, batch->arena, &row, err);

    if (!code)
        code = fill_head(reading, record, source, index, &row.head, err);
    if (code)
        return code;
    kept = list_add(batch, &batch->workouts, sizeof(*kept), err);
    if (!kept)
        return GW_NOMEM;
    *kept = row;
    batch->counts.workouts.fetched++;
    return GW_OK;
}

static enum gw_code add_sleep(struct reading *reading, const aorta_record *record, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    struct gw_batch *batch = reading->batch;
    struct gw_sleep row, *kept;
    enum gw_code code = fields_sleep(record, batch->arena, &row, err);

    if (!code)
        code = fill_head(reading, record, source, index, &row.head, err);
    if (code)
        return code;
    kept = list_add(batch, &batch->sleeps, sizeof(*kept), err);
    if (!kept)
        return GW_NOMEM;
    *kept = row;
    batch->counts.sleep.fetched++;
    return GW_OK;
}

static enum gw_code add_event(struct reading *reading, const aorta_record *record, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    struct gw_batch *batch = reading->batch;
    struct gw_event row, *kept;
    enum gw_code code = fields_event(record, batch->arena, &row, err);

    if (!code)
        code = fill_head(reading, record, source, index, &row.head, err);
    if (code)
        return code;
    kept = list_add(batch, &batch->events, sizeof(*kept), err);
    if (!kept)
        return GW_NOMEM;
    *kept = row;
    batch->counts.events.fetched++;
    return GW_OK;
}

static enum gw_code on_record(void *self, const aorta_record *record, const aorta_source *source, uint32_t index,
                              struct gw_err *err)
{
    struct reading *reading = self;

    if (kind_is(record, "workout"))
        return add_workout(reading, record, source, index, err);
    if (kind_is(record, "sleep"))
        return add_sleep(reading, record, source, index, err);
    return add_event(reading, record, source, index, err);
}

/* What was refused, here or by the host's own checks: counted, and named in the run. */
static void on_refused(void *self, struct gw_str what, struct gw_str reason)
{
    struct gw_batch *batch = ((struct reading *)self)->batch;
    struct gw_count *count = gw_str_is(what, "workout")   ? &batch->counts.workouts
                             : gw_str_is(what, "sleep")   ? &batch->counts.sleep
                             : gw_record_kind_known(what) ? &batch->counts.events
                                                          : &batch->counts.timeseries;
    char text[500];
    int n = snprintf(text, sizeof(text), "%.*s refused: %.*s", (int)(what.len < 64 ? what.len : 64), what.ptr,
                     (int)(reason.len < 400 ? reason.len : 400), reason.ptr);

    count->fetched++;
    count->rejected++;
    if (n > 0)
        gw_batch_warning(batch, gw_str(text));
}

/* ---- series ---- */

/* Times, values and durations without what is not a number; NULL arrays mean no memory. */
struct columns {
    int64_t *t, *dur;
    double *v;
    size_t count;
};

static bool copy_columns(struct gw_batch *batch, const aorta_series *series, bool deleted, struct columns *ret)
{
    struct columns c = {0};

    c.t = gw_arena_alloc(batch->arena, series->count * sizeof(*c.t));
    c.v = gw_arena_alloc(batch->arena, series->count * sizeof(*c.v));
    c.dur = series->dur_us ? gw_arena_alloc(batch->arena, series->count * sizeof(*c.dur)) : NULL;
    if (!c.t || !c.v || (series->dur_us && !c.dur))
        return false;
    for (uint32_t i = 0; i < series->count; i++) {
        double v = deleted ? NAN : series->v[i];
        if (!deleted && !isfinite(v))
            continue;
        c.t[c.count] = series->t_us ? series->t_us[i] : series->start_us + (int64_t)i * series->period_us;
        c.v[c.count] = v;
        if (c.dur)
            c.dur[c.count] = series->dur_us[i];
        c.count++;
    }
    *ret = c;
    return true;
}

static enum gw_code on_series(void *self, const aorta_series *series, uint16_t metric, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    struct reading *reading = self;
    struct gw_batch *batch = reading->batch;
    const struct gw_payload *payload = (const struct gw_payload *)batch->payloads.items + reading->payload;
    bool deleted = series->flags & AORTA_SERIES_DELETED;
    struct gw_series_in *run;
    struct columns columns;
    uint32_t mapped;
    enum gw_code code;

    if (series->count == 0)
        return GW_OK;
    code = map_source(reading, source, index, &mapped, err);
    if (code)
        return code;
    if (!copy_columns(batch, series, deleted, &columns))
        return gw_fail(err, GW_NOMEM, NULL);
    batch->counts.timeseries.fetched += series->count;
    batch->counts.timeseries.rejected += (int64_t)(series->count - columns.count);
    if (columns.count == 0)
        return GW_OK;
    run = list_add(batch, &batch->series, sizeof(*run), err);
    if (!run)
        return GW_NOMEM;
    *run = (struct gw_series_in){
        .metric = metric,
        .daily_total = series->flags & AORTA_SERIES_DAILY_TOTAL,
        .tentative = series->flags & AORTA_SERIES_TENTATIVE,
        .deleted = deleted,
        .source = mapped,
        .offset_s = series->flags & AORTA_SERIES_HAS_OFFSET ? series->tz_offset_s : GW_NO_OFFSET,
        .version_us = series->version_us,
        .payload_id = payload->id,
        .count = columns.count,
        .t_us = columns.t,
        .dur_us = columns.dur,
        .v = columns.v,
    };
    return GW_OK;
}

/* ---- normalize ---- */

static void on_warning(void *self, struct gw_str text)
{
    gw_batch_warning(((struct reading *)self)->batch, text);
}

static aorta_payload as_abi(const struct gw_payload *p)
{
    struct gw_str kind = gw_str(p->kind), type = gw_str(p->content_type), id = gw_str(p->external_id),
                  origin = gw_str(p->origin);

    return (aorta_payload){
        .struct_size = sizeof(aorta_payload),
        .flags = p->offset_s != GW_NO_OFFSET ? AORTA_PAYLOAD_HAS_OFFSET : 0,
        .kind = {kind.ptr, kind.len},
        .content_type = {type.ptr, type.len},
        .external_id = {id.ptr, id.len},
        .origin = {origin.ptr, origin.len},
        .data = (const uint8_t *)p->data.ptr,
        .size = p->data.len,
        .received_at_us = p->received_us,
        .tz_offset_s = p->offset_s != GW_NO_OFFSET ? p->offset_s : 0,
    };
}

enum gw_code gw_batch_normalize(struct gw_batch *batch, const struct gw_call *call, size_t index, struct gw_err *err)
{
    struct reading reading = {.batch = batch, .payload = index};
    struct gw_sink sink = {
        .self = &reading, .record = on_record, .series = on_series, .refused = on_refused, .warning = on_warning};
    struct gw_call inner = *call;
    struct gw_payload *payload = (struct gw_payload *)batch->payloads.items + index;
    aorta_payload abi = as_abi(payload);
    struct gw_err local = {0};
    enum gw_code code;

    inner.sink = &sink;
    code = gw_call_normalize(&inner, &abi, &local);
    payload = (struct gw_payload *)batch->payloads.items + index;
    if (code == GW_CANCELLED || code == GW_DEADLINE || code == GW_NOMEM) {
        if (err)
            *err = local;
        return code;
    }
    if (code) {
        char text[500];
        payload->error = gw_arena_strdup(batch->arena, gw_err_text(&local));
        batch->counts.payloads_failed++;
        snprintf(text, sizeof(text), "a payload of kind %s could not be read: %s", payload->kind, gw_err_text(&local));
        gw_batch_warning(batch, gw_str(text));
    } else {
        payload->normalize_revision = call->provider->plugin->desc->normalize_revision;
    }
    return GW_OK;
}

/* ---- the rest ---- */

void gw_batch_warning(struct gw_batch *batch, struct gw_str text)
{
    const struct gw_str *all = batch->warnings.items;
    struct gw_str *kept;
    char *copy;

    if (batch->warnings.count >= WARNINGS_MOST)
        return;
    for (size_t i = 0; i < batch->warnings.count; i++)
        if (gw_str_eq(all[i], text))
            return;
    copy = gw_arena_strndup(batch->arena, text.ptr, text.len);
    kept = copy ? list_add(batch, &batch->warnings, sizeof(*kept), NULL) : NULL;
    if (kept)
        *kept = (struct gw_str){copy, text.len};
}

static struct gw_str copy_bytes(struct gw_arena *arena, struct gw_str bytes)
{
    return (struct gw_str){gw_arena_strndup(arena, bytes.ptr, bytes.len), bytes.len};
}

enum gw_code gw_batch_state(struct gw_batch *batch, const struct gw_state_put *put, struct gw_err *err)
{
    struct gw_state_put *kept = list_add(batch, &batch->states, sizeof(*kept), err);

    if (!kept)
        return GW_NOMEM;
    kept->key = copy_bytes(batch->arena, put->key);
    kept->value = copy_bytes(batch->arena, put->value);
    kept->expires_us = put->expires_us;
    return kept->key.ptr && kept->value.ptr ? GW_OK : gw_fail(err, GW_NOMEM, NULL);
}

size_t gw_batch_size(const struct gw_batch *batch)
{
    return gw_arena_used(batch->arena);
}

bool gw_batch_empty(const struct gw_batch *batch)
{
    return batch->payloads.count + batch->workouts.count + batch->sleeps.count + batch->events.count +
               batch->series.count + batch->states.count + batch->warnings.count ==
           0;
}

static const char *warnings_json(struct gw_batch *batch)
{
    const struct gw_str *all = batch->warnings.items;
    gw_own_buf struct gw_buf b = {0};

    if (batch->warnings.count == 0)
        return NULL;
    for (size_t i = 0; i < batch->warnings.count; i++) {
        gw_buf_char(&b, i ? ',' : '[');
        gw_buf_json(&b, all[i]);
    }
    gw_buf_char(&b, ']');
    return b.failed ? NULL : gw_arena_strndup(batch->arena, b.data, b.len);
}

void gw_batch_fill(struct gw_batch *batch, struct gw_commit *commit)
{
    commit->user_id = batch->user;
    commit->connection_id = batch->connection;
    commit->provider = batch->provider;
    commit->account = batch->account;
    commit->warnings = warnings_json(batch);
    commit->sources = batch->sources.items;
    commit->sources_count = batch->sources.count;
    commit->payloads = batch->payloads.items;
    commit->payloads_count = batch->payloads.count;
    commit->workouts = batch->workouts.items;
    commit->workouts_count = batch->workouts.count;
    commit->sleeps = batch->sleeps.items;
    commit->sleeps_count = batch->sleeps.count;
    commit->events = batch->events.items;
    commit->events_count = batch->events.count;
    commit->series = batch->series.items;
    commit->series_count = batch->series.count;
    commit->states = batch->states.items;
    commit->states_count = batch->states.count;
    commit->counts = batch->counts;
}
