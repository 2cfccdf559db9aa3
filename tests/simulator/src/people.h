/* people.h - the made-up people. A few have names; "person-1" to "person-9999999" exist for load tests.
 *
 * Everything about a person follows from the seed and the name. A person is never freed before the program
 * ends, so pointers may be kept. [thread-safe]
 */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

struct person {
    char name[32];
    uint64_t key; /* hash of seed and name: the root of all their data */
    int number;   /* unique: 1… for the named, 100 + N for person-N */
    bool female;
    bool eu_dst;    /* clock changes by the European rule */
    int offset_min; /* local minus UTC, in winter */
    int birth_year, height_cm;
    int rest_hr, max_hr;
    double weight_kg, fitness; /* fitness: 0 … 1 */
    double home_lat, home_lon;
    bool one_hz; /* the watch samples workouts every second, else every five */
    bool cycle;  /* tracks the menstrual cycle */
};

void people_seed(uint64_t seed); /* from now on; people of the old seed stay valid */
uint64_t people_seed_now(void);
const struct person *people_find(const char *name); /* NULL: nobody of that name */
int people_named_count(void);
const struct person *people_named(int i);
void people_fini(void);

int person_offset_min(const struct person *p, int64_t utc_s);
int64_t person_day_start(const struct person *p, int day); /* UTC of local midnight */
int person_day_of(const struct person *p, int64_t utc_s);  /* local day an instant lies in */

#endif
