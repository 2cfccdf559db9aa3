/* Columns to records and blocks. */
#include "store/record_row.h"

void record_read_head(struct pg_row *row, struct gw_record_head *head)
{
    struct gw_str digest;

    memset(head, 0, sizeof(*head));
    head->id = pg_get_uuid(row);
    head->external_id = pg_get_text(row);
    head->source_id = pg_get_i32(row);
    head->start_us = pg_get_time(row);
    head->end_us = pg_get_time(row);
    head->offset_s = pg_get_offset(row);
    head->version_us = pg_get_i64(row);
    head->tentative = pg_get_bool(row);
    head->deleted = pg_get_bool(row);
    head->payload_id = pg_get_uuid(row);
    digest = pg_get_bytes_view(row);
    memcpy(head->digest, digest.ptr, digest.len < sizeof(head->digest) ? digest.len : sizeof(head->digest));
    head->extra = pg_get_text(row);
}

void record_read_sleep(struct pg_row *row, struct gw_sleep *s)
{
    record_read_head(row, &s->head);
    s->is_nap = pg_get_tribool(row);
    s->duration_s = pg_get_f64(row);
    s->asleep_s = pg_get_f64(row);
    s->in_bed_s = pg_get_f64(row);
    s->awake_s = pg_get_f64(row);
    s->light_s = pg_get_f64(row);
    s->deep_s = pg_get_f64(row);
    s->rem_s = pg_get_f64(row);
    s->latency_s = pg_get_f64(row);
    s->efficiency_percent = pg_get_f64(row);
    s->score = pg_get_f64(row);
    s->stages = pg_get_text(row);
}

enum gw_code block_read(const PGresult *result, int number, bool with_data, struct gw_arena *arena,
                        struct gw_block_row *ret, struct gw_err *err)
{
    struct pg_row row = {.result = result, .number = number, .arena = arena};

    ret->metric = (uint16_t)pg_get_i16(&row);
    ret->daily_total = pg_get_bool(&row);
    ret->source_id = pg_get_i32(&row);
    ret->bucket = pg_get_i32(&row);
    ret->span = pg_get_i16(&row);
    ret->n = pg_get_i32(&row);
    ret->first_us = pg_get_i64(&row);
    ret->last_us = pg_get_i64(&row);
    ret->data = with_data ? pg_get_bytes(&row) : (struct gw_str){NULL, 0};
    ret->tail = with_data ? pg_get_bytes(&row) : (struct gw_str){NULL, 0};
    return pg_row_check(&row, err);
}
