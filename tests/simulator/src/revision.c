/* revision.c - the corrections that tests have made: how often, and when last. */
#include "day.h"
#include "map.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    struct revision revision;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct map map;
static struct entry *list;

static void key_of(char out[80], const struct person *p, enum provider prov, enum revised what, int day, int index)
{
    snprintf(out, 80, "%s/%d/%d/%d/%d", p->name, (int)prov, (int)what, day, index);
}

struct revision revision_get(const struct person *p, enum provider prov, enum revised what, int day, int index)
{
    struct revision found = {0, 0};
    char key[80];
    pthread_mutex_lock(&lock);
    if (list) {
        key_of(key, p, prov, what, day, index);
        const struct entry *e = map_get(&map, key);
        if (e)
            found = e->revision;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

void revision_add(const struct person *p, enum provider prov, enum revised what, int day, int index, int64_t at_s)
{
    char key[80];
    key_of(key, p, prov, what, day, index);
    pthread_mutex_lock(&lock);
    struct entry *e = map_get(&map, key);
    if (!e) {
        e = calloc(1, sizeof *e);
        if (!e)
            abort();
        e->next = list;
        list = e;
        map_put(&map, key, e);
    }
    e->revision.count++;
    e->revision.at_s = at_s;
    pthread_mutex_unlock(&lock);
}

bool revisions_any(void)
{
    pthread_mutex_lock(&lock);
    bool any = list != NULL;
    pthread_mutex_unlock(&lock);
    return any;
}

void revisions_reset(void)
{
    pthread_mutex_lock(&lock);
    while (list) {
        struct entry *gone = list;
        list = gone->next;
        free(gone);
    }
    map_fini(&map);
    pthread_mutex_unlock(&lock);
}
