/* read/person.h - what a summary has to know of its user. [any thread] */
#ifndef GW_READ_PERSON_H
#define GW_READ_PERSON_H

#include "read/day.h"
#include "store/db.h"

struct gw_person {
    const struct gw_zone *zone; /* NULL = UTC */
    int64_t birth_day;          /* GW_NO_TIME = not known */
};

/* A user who does not exist is one of whom nothing is known. */
enum gw_code gw_person_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_person *ret,
                           struct gw_err *err) GW_MUST_USE;
int gw_person_age(const struct gw_person *person, int64_t day); /* whole years; -1 = not known */
/* 220 less the age, at least 100; 190 where the age is not known. */
int gw_person_heart_rate_most(const struct gw_person *person, int64_t day);

#endif
