/* Rows of an export: what the API says of them, and what it leaves out. */
#include "read/export_rows.h"

#include "read/read.h"
#include "read/sleep.h"
#include "read/source.h"
#include "read/write.h"
#include "store/connections.h"
#include "store/exports.h"
#include "store/summaries.h"

#define WORKOUTS_A_PIECE 20 /* a route may be long */
#define SLEEP_A_PIECE    200
#define EVENTS_A_PIECE   500
#define END_US           INT64_C(7258118400000000) /* 2200: nothing is stored beyond it */

void export_user(struct gw_buf *out, const struct gw_user *user)
{
    gw_write_uuid(out, "{\"id\":", user->id);
    gw_write_text(out, ",\"email\":", user->email);
    gw_write_text(out, ",\"external_user_id\":", user->external_user_id);
    gw_write_text(out, ",\"first_name\":", user->first_name);
    gw_write_text(out, ",\"last_name\":", user->last_name);
    gw_write_text(out, ",\"time_zone\":", user->time_zone);
    gw_write_text(out, ",\"birth_date\":", user->birth_date);
    gw_write_text(out, ",\"sex\":", user->sex);
    gw_write_time(out, ",\"created_at\":", user->created_us);
    gw_write_time(out, ",\"updated_at\":", user->updated_us);
    gw_buf_str(out, "}\n");
}

enum gw_code export_connections(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_buf *out,
                                struct gw_err *err)
{
    struct gw_connection *all = NULL;
    size_t count = 0;
    enum gw_code code = gw_store_connection_list(db, arena, user, NULL, &all, &count, err);

    gw_buf_char(out, '[');
    for (size_t i = 0; !code && i < count; i++) {
        gw_write_uuid(out, i ? ",\n {\"id\":" : "\n {\"id\":", all[i].id);
        gw_write_text(out, ",\"provider\":", all[i].provider);
        gw_write_text(out, ",\"provider_user_id\":", all[i].provider_user_id);
        gw_write_text(out, ",\"provider_username\":", all[i].provider_username);
        gw_write_text(out, ",\"status\":", all[i].status);
        gw_write_text(out, ",\"status_reason\":", all[i].reason);
        gw_write_text(out, ",\"scope\":", all[i].scope);
        gw_write_time(out, ",\"created_at\":", all[i].created_us);
        gw_write_time(out, ",\"updated_at\":", all[i].updated_us);
        gw_write_time(out, ",\"last_synced_at\":", all[i].last_synced_us);
        gw_buf_char(out, '}');
    }
    gw_buf_str(out, "\n]\n");
    return code;
}

enum gw_code export_sources(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_buf *out,
                            struct gw_err *err)
{
    struct gw_source *all = NULL;
    struct gw_uuid *ids = NULL;
    size_t count = 0;
    enum gw_code code = gw_store_source_list(db, arena, user, &all, &ids, &count, err);

    gw_buf_char(out, '[');
    for (size_t i = 0; !code && i < count; i++) {
        gw_write_uuid(out, i ? ",\n {\"id\":" : "\n {\"id\":", ids[i]);
        gw_write_text(out, ",\"provider\":", all[i].provider);
        gw_write_text(out, ",\"app\":", all[i].app);
        gw_write_text(out, ",\"app_id\":", all[i].app_id);
        gw_write_text(out, ",\"device_model\":", all[i].device_model);
        gw_write_text(out, ",\"device_name\":", all[i].device_name);
        gw_write_text(out, ",\"device_type\":", all[i].device_type);
        gw_write_text(out, ",\"software_version\":", all[i].software);
        gw_write_text(out, ",\"original_source_name\":", all[i].original);
        gw_buf_char(out, '}');
    }
    gw_buf_str(out, "\n]\n");
    return code;
}

/* ---- by pages ---- */

static struct gw_event_query page_at(struct gw_uuid user, const struct export_place *place, int64_t limit)
{
    return (struct gw_event_query){.user = user,
                                   .to_us = END_US,
                                   .has_after = place->some,
                                   .after_start_us = place->start_us,
                                   .after_id = place->id,
                                   .limit = limit};
}

static void move_on(struct export_place *place, const struct gw_record_head *head)
{
    *place = (struct export_place){.some = true, .start_us = head->start_us, .id = head->id};
}

/* The fields that have no name of their own in the API, into an object that is still open. */
static void write_more(struct gw_buf *out, const struct gw_record_head *head)
{
    if (head->extra) {
        gw_buf_str(out, ",\"more\":");
        gw_buf_str(out, head->extra);
    }
    gw_buf_str(out, "}\n");
}

/* Which workouts a piece has; they are read one by one, with all there is of them. */
struct piece {
    struct gw_record_head heads[WORKOUTS_A_PIECE];
    size_t count;
};

static void piece_begin(void *self, const struct gw_event_page *page)
{
    struct piece *piece = self;

    (void)page;
    piece->count = 0;
}

static void piece_add(void *self, const struct gw_workout_item *item)
{
    struct piece *piece = self;

    if (piece->count < WORKOUTS_A_PIECE)
        piece->heads[piece->count++] = (struct gw_record_head){.id = item->id, .start_us = item->start_us};
}

enum gw_code export_workouts(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                             struct gw_buf *out, bool *last, struct gw_err *err)
{
    struct gw_event_query query = page_at(user, place, WORKOUTS_A_PIECE);
    struct piece piece = {.count = 0};
    struct gw_workout_sink sink = {piece_begin, piece_add, &piece};
    struct gw_event_page page = {0};
    enum gw_code code = gw_store_workout_list(db, arena, &query, &sink, &page, err);

    for (size_t i = 0; !code && i < piece.count; i++) {
        struct gw_err why = {0};
        code = gw_read_workout(db, arena, user, piece.heads[i].id, &piece.heads[i], out, &why);
        if (!code) {
            out->len -= out->len > 0; /* it closes its object */
            write_more(out, &piece.heads[i]);
        } else if (code == GW_NOT_FOUND) {
            code = GW_OK; /* deleted meanwhile */
        } else if (err) {
            *err = why;
        }
    }
    if (piece.count)
        move_on(place, &piece.heads[piece.count - 1]);
    *last = !page.more;
    return code;
}

enum gw_code export_sleep(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                          struct gw_buf *out, bool *last, struct gw_err *err)
{
    struct gw_event_query query = page_at(user, place, SLEEP_A_PIECE);
    struct gw_event_page rows = {0};
    enum gw_code code = gw_store_sleep_page(db, arena, &query, &rows, err);

    for (size_t i = 0; !code && i < rows.count; i++) {
        const struct gw_sleep *s = &rows.sleeps[i];
        gw_sleep_json(out, s, gw_store_source_find(rows.sources, rows.sources_count, s->head.source_id));
        out->len -= out->len > 0; /* it closes its object */
        gw_write_float(out, ",\"score\":", s->score);
        gw_write_int(out, ",\"latency_seconds\":", s->latency_s);
        gw_write_int(out, ",\"in_bed_seconds\":", s->in_bed_s);
        write_more(out, &s->head);
    }
    if (rows.count)
        move_on(place, &rows.sleeps[rows.count - 1].head);
    *last = !rows.more;
    return code;
}

/* ---- what has no page of its own ---- */

static void write_event(struct gw_buf *out, const struct gw_event *event, const struct gw_source *source)
{
    gw_write_uuid(out, "{\"id\":", event->head.id);
    gw_write_text(out, ",\"kind\":", event->kind);
    gw_write_time(out, ",\"start_time\":", event->head.start_us);
    gw_write_time(out, ",\"end_time\":", event->head.end_us);
    gw_write_offset(out, ",\"zone_offset\":", event->head.offset_s);
    gw_buf_str(out, ",\"source\":");
    gw_source_json(source, out);
    write_more(out, &event->head);
}

enum gw_code export_events(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct export_place *place,
                           struct gw_buf *out, bool *last, struct gw_err *err)
{
    struct gw_event *events = NULL;
    struct gw_source *sources = NULL;
    size_t count = 0, sources_count = 0;
    enum gw_code code = gw_store_export_events(db, arena, user, place->id, EVENTS_A_PIECE, &events, &count, err);

    if (!code && count)
        code = gw_store_sources(db, arena, user, &sources, &sources_count, err);
    for (size_t i = 0; !code && i < count; i++)
        write_event(out, &events[i], gw_store_source_find(sources, sources_count, events[i].head.source_id));
    if (count)
        move_on(place, &events[count - 1].head);
    *last = count < EVENTS_A_PIECE;
    return code;
}
