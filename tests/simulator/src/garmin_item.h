/* garmin_item.h - what all of Garmin's summaries share: ids, times, maps, and whether an upload is asked for. */
#ifndef SIM_GARMIN_ITEM_H
#define SIM_GARMIN_ITEM_H

#include "garmin.h"

/* With userId and a summaryId made of person, start and suffix. */
json_t *item_new(const struct person *p, int64_t start_s, const char *suffix);
void item_int(json_t *o, const char *key, int64_t value);
void item_real(json_t *o, const char *key, double value);
void item_text(json_t *o, const char *key, const char *value);
void item_start(json_t *o, const struct person *p, int64_t start_s, int64_t duration_s);
void item_map_int(json_t *map, int64_t second, int64_t value);
void item_map_real(json_t *map, int64_t second, double value);

/* The day's own four syncs and the first of the next day, which completes it. */
enum { DAY_UPLOADS = SYNCS + 1 };
void item_day_uploads(const struct person *p, int day, int64_t out[DAY_UPLOADS]);

/* Each makes what the upload to show holds; false: nothing to show. */
bool item_shown_day(const struct garmin_ask *ask, int day, struct day *ret, int64_t *ret_until);
bool item_shown_night(const struct garmin_ask *ask, int day, struct night *ret);
/* Something measured at `at_s`, uploaded with the day's sync number `sync`. */
bool item_shown_moment(const struct garmin_ask *ask, int day, int64_t at_s, int sync);

#endif
