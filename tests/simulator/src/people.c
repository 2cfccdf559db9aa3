/* people.c - the made-up people and their clocks. */
#include "people.h"

#include "civil.h"
#include "map.h"
#include "rng.h"
#include "text.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Homes are parks and squares of big cities; nobody lives there. */
static const struct {
    const char *name;
    bool female;
    int offset_min;
    bool eu_dst;
    double lat, lon;
} named[] = {
    {"anna", true, 60, false, 52.5145, 13.3501},      {"bruno", false, -300, false, 40.7829, -73.9654},
    {"chiara", true, 330, false, 28.6129, 77.2295},   {"daan", false, 0, false, 51.5073, -0.1657},
    {"elin", true, 60, true, 59.3326, 18.0649},       {"farid", false, 540, false, 35.6852, 139.7528},
    {"grace", true, -180, false, -34.5711, -58.4165}, {"hugo", false, 765, false, -43.9535, -176.5597},
};

enum { NAMED = sizeof named / sizeof named[0] };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t current_seed = 1;
static struct map known;
static struct person **all;
static size_t count;

static void fill_body(struct person *p, struct rng *r)
{
    p->birth_year = rng_range(r, 1958, 2004);
    p->height_cm = p->female ? rng_range(r, 156, 180) : rng_range(r, 168, 196);
    p->weight_kg = (p->height_cm - 100) * (0.86 + rng_unit(r) * 0.25);
    p->fitness = rng_unit(r);
    p->rest_hr = 64 - (int)(p->fitness * 18) + rng_range(r, -3, 3);
    p->max_hr = 208 - (2026 - p->birth_year) * 7 / 10 + rng_range(r, -4, 4);
    p->one_hz = rng_chance(r, 2);
    p->cycle = p->female && p->birth_year > 1976;
}

static void fill_home(struct person *p, int i, struct rng *r)
{
    static const int offsets[] = {-480, -420, -300, -210, -180, 0, 0, 60, 60, 60, 120, 180, 330, 345, 480, 540, 600};
    if (i >= 0) {
        p->female = named[i].female;
        p->offset_min = named[i].offset_min;
        p->eu_dst = named[i].eu_dst;
        p->home_lat = named[i].lat;
        p->home_lon = named[i].lon;
        return;
    }
    p->female = rng_chance(r, 2);
    p->offset_min = offsets[rng_range(r, 0, (int)(sizeof offsets / sizeof offsets[0]) - 1)];
    p->home_lat = rng_range(r, -450000, 580000) / 10000.0;
    p->home_lon = p->offset_min / 4.0 + rng_range(r, -40000, 40000) / 10000.0;
}

/* Which number a name has; -1: nobody. */
static int number_of(const char *name)
{
    int n, used = 0;
    for (int i = 0; i < NAMED; i++)
        if (strcmp(named[i].name, name) == 0)
            return i + 1;
    if (sscanf(name, "person-%7d%n", &n, &used) == 1 && name[used] == '\0' && n > 0 && name[7] != '0')
        return 100 + n;
    return -1;
}

static struct person *make(const char *name, int number, uint64_t seed)
{
    struct person *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    snprintf(p->name, sizeof p->name, "%s", name);
    p->number = number;
    p->key = rng_text(seed, name);
    struct rng r = rng_start(p->key, 1);
    fill_home(p, number <= NAMED ? number - 1 : -1, &r);
    fill_body(p, &r);
    return p;
}

static void keep(struct person *p)
{
    all = realloc(all, (count + 1) * sizeof(struct person *));
    if (!all)
        abort();
    all[count++] = p;
    map_put(&known, p->name, p);
}

const struct person *people_find(const char *name)
{
    int number = name ? number_of(name) : -1;
    if (number < 0)
        return NULL;
    pthread_mutex_lock(&lock);
    struct person *p = map_get(&known, name);
    if (!p) {
        p = make(name, number, current_seed);
        keep(p);
    }
    pthread_mutex_unlock(&lock);
    return p;
}

void people_seed(uint64_t seed)
{
    pthread_mutex_lock(&lock);
    current_seed = seed;
    map_fini(&known);
    pthread_mutex_unlock(&lock);
}

uint64_t people_seed_now(void)
{
    pthread_mutex_lock(&lock);
    uint64_t seed = current_seed;
    pthread_mutex_unlock(&lock);
    return seed;
}

int people_named_count(void)
{
    return NAMED;
}

const struct person *people_named(int i)
{
    return people_find(named[i].name);
}

void people_fini(void)
{
    map_fini(&known);
    for (size_t i = 0; i < count; i++)
        free(all[i]);
    free(all);
    all = NULL;
    count = 0;
}

/* The last Sunday of a month, 01:00 UTC. */
static int64_t eu_switch(int year, int month)
{
    int last = civil_days(year, month, 31);
    int weekday = (last + 4) % 7; /* 0: Sunday */
    return (int64_t)(last - weekday) * DAY_S + 3600;
}

int person_offset_min(const struct person *p, int64_t utc_s)
{
    if (!p->eu_dst)
        return p->offset_min;
    int year = civil_from_s(utc_s).year;
    bool summer = utc_s >= eu_switch(year, 3) && utc_s < eu_switch(year, 10);
    return p->offset_min + (summer ? 60 : 0);
}

int64_t person_day_start(const struct person *p, int day)
{
    int64_t wall = (int64_t)day * DAY_S;
    int64_t guess = wall - p->offset_min * 60;
    return wall - person_offset_min(p, guess - 3600) * 60;
}

int person_day_of(const struct person *p, int64_t utc_s)
{
    return civil_day_of(utc_s + person_offset_min(p, utc_s) * 60);
}
