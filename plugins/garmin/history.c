/* What lies behind a backfill: the windows of a walk back to the beginning, and the memory of what was
 * delivered. */
#include "garmin.h"

/* The longest range that one request may name (data time). */
#define HEALTH_WINDOW_S   (90 * S_PER_DAY)
#define ACTIVITY_WINDOW_S (30 * S_PER_DAY)

static void open_window(struct garmin_walk *w, uint32_t types, int64_t *to, int64_t length)
{
    w->round = types;
    w->to = *to;
    w->from = w->to - length > w->oldest ? w->to - length : w->oldest;
    *to = w->from;
    w->stage = GARMIN_ASK;
    w->asked = w->came = w->early = w->refused = 0;
    w->deadline_us = w->first_us = 0;
}

/* Newest first: the group that has come less far back is next. */
int garmin_history_next(struct garmin_walk *w)
{
    uint32_t activity = w->want & ~w->over & garmin_types_of(AORTA_DATA_WORKOUTS);
    uint32_t health = w->want & ~w->over & garmin_types_of(AORTA_DATA_247);
    int activity_left = activity && w->activity_to > w->oldest;
    int health_left = health && w->health_to > w->oldest;
    if (activity_left && (!health_left || w->activity_to >= w->health_to))
        open_window(w, activity, &w->activity_to, ACTIVITY_WINDOW_S);
    else if (health_left)
        open_window(w, health, &w->health_to, HEALTH_WINDOW_S);
    return activity_left || health_left;
}
