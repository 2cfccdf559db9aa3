/* sport.h - Suunto's activity ids. */
#ifndef SUUNTO_SPORT_H
#define SUUNTO_SPORT_H

#include <stdint.h>

struct sport {
    const char *name; /* Suunto's */
    const char *type; /* ours, from the catalogue */
};

/* NULL for an id that is not known: Suunto adds some without notice. */
const struct sport *sport_find(int64_t activity_id);
/* Steps are what moves it: cadence then counts them. */
int sport_on_foot(const char *type);
int sport_in_water(const char *type);
/* The metric that distance of this type of workout belongs to. */
const char *sport_distance_metric(const char *type);

#endif
