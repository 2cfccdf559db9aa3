/* garmin_item.c - what all of Garmin's summaries share: ids, times, maps, and whether an upload is asked for. */
#include "garmin_item.h"

#include "text.h"

#include <stdio.h>
#include <stdlib.h>

int64_t garmin_shown(const struct garmin_ask *ask, int64_t data_s, const int64_t *uploads, int n)
{
    int64_t last = ask->by_data || ask->now_s < ask->to_s ? ask->now_s : ask->to_s, found = 0;
    if (ask->by_data && (data_s < ask->from_s || data_s >= ask->to_s))
        return 0;
    for (int i = 0; i < n; i++) {
        bool inside = ask->by_data || uploads[i] >= ask->from_s;
        if (uploads[i] > 0 && inside && uploads[i] <= last && uploads[i] > found)
            found = uploads[i];
    }
    return found;
}

json_t *item_new(const struct person *p, int64_t start_s, const char *suffix)
{
    char *id = text_printf("x%llx-%llx%s", (unsigned long long)p->number, (unsigned long long)start_s, suffix);
    json_t *o = json_pack("{s:s, s:s}", "userId", garmin_user_id(p).s, "summaryId", id);
    free(id);
    return o;
}

void item_int(json_t *o, const char *key, int64_t value)
{
    json_object_set_new(o, key, json_integer(value));
}

void item_real(json_t *o, const char *key, double value)
{
    json_object_set_new(o, key, json_real(value));
}

void item_text(json_t *o, const char *key, const char *value)
{
    json_object_set_new(o, key, json_string(value));
}

void item_start(json_t *o, const struct person *p, int64_t start_s, int64_t duration_s)
{
    item_int(o, "startTimeInSeconds", start_s);
    item_int(o, "startTimeOffsetInSeconds", person_offset_min(p, start_s) * 60);
    item_int(o, "durationInSeconds", duration_s);
}

void item_map_int(json_t *map, int64_t second, int64_t value)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)second);
    json_object_set_new(map, key, json_integer(value));
}

void item_map_real(json_t *map, int64_t second, double value)
{
    char key[24];
    snprintf(key, sizeof key, "%lld", (long long)second);
    json_object_set_new(map, key, json_real(value));
}

void item_day_uploads(const struct person *p, int day, int64_t out[DAY_UPLOADS])
{
    int64_t next[SYNCS];
    day_syncs(p, GARMIN, day, out);
    day_syncs(p, GARMIN, day + 1, next);
    out[SYNCS] = next[0];
}

int64_t garmin_day_until(const struct day *d, int64_t asof_s)
{
    return asof_s < d->end_s ? asof_s : d->end_s;
}

bool item_shown_day(const struct garmin_ask *ask, int day, struct day *ret, int64_t *ret_until)
{
    int64_t uploads[DAY_UPLOADS];
    if (day < day_first)
        return false;
    item_day_uploads(ask->person, day, uploads);
    int64_t asof = garmin_shown(ask, person_day_start(ask->person, day), uploads, DAY_UPLOADS);
    if (!asof)
        return false;
    day_make(ask->person, GARMIN, day, ret);
    *ret_until = garmin_day_until(ret, asof);
    return true;
}

bool item_shown_night(const struct garmin_ask *ask, int day, struct night *ret)
{
    night_make(ask->person, GARMIN, day, ret);
    return ret->present && garmin_shown(ask, ret->start_ms / 1000, &ret->upload_s, 1);
}

bool item_shown_moment(const struct garmin_ask *ask, int day, int64_t at_s, int sync)
{
    int64_t syncs[SYNCS];
    day_syncs(ask->person, GARMIN, day, syncs);
    return day >= day_first && garmin_shown(ask, at_s, &syncs[sync], 1);
}
