/* The providers that are off, kept for a second. */
#include "link/settings.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

#define FRESH_US  GW_US_PER_S
#define OFF_MOST  64 /* providers that can be off at once: more than there are */
#define NAME_MOST 32

struct gw_settings {
    struct gw_db *db;
    pthread_mutex_t lock;
    int64_t looked_us; /* monotonic; 0 = look */
    bool looking;      /* one asks the database, the others go by what is known */
    size_t off_count;
    char off[OFF_MOST][NAME_MOST + 1];
};

enum gw_code gw_settings_new(struct gw_db *db, struct gw_settings **ret, struct gw_err *err)
{
    struct gw_settings *s = calloc(1, sizeof(*s));

    if (!s)
        return gw_fail(err, GW_NOMEM, NULL);
    s->db = db;
    pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return GW_OK;
}

void gw_settings_free(struct gw_settings **address)
{
    struct gw_settings *s = *address;

    if (!s)
        return;
    pthread_mutex_destroy(&s->lock);
    free(s);
    *address = NULL;
}

void gw_settings_forget(struct gw_settings *s)
{
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->looked_us = 0;
    pthread_mutex_unlock(&s->lock);
}

static void keep(struct gw_settings *s, const struct gw_provider_setting *rows, size_t count)
{
    s->off_count = 0;
    for (size_t i = 0; i < count; i++)
        if (rows[i].is_enabled == 0 && strlen(rows[i].provider) <= NAME_MOST && s->off_count < OFF_MOST)
            snprintf(s->off[s->off_count++], sizeof(s->off[0]), "%s", rows[i].provider);
}

static void look(struct gw_settings *s, int64_t now_us)
{
    struct gw_arena *arena = gw_arena_new(0);
    struct gw_provider_setting *rows = NULL;
    size_t count = 0;
    struct gw_err ignored = {0};
    bool known = arena && gw_store_provider_settings(s->db, arena, &rows, &count, &ignored) == GW_OK;

    pthread_mutex_lock(&s->lock);
    if (known)
        keep(s, rows, count);
    s->looked_us = now_us;
    s->looking = false;
    pthread_mutex_unlock(&s->lock);
    gw_arena_free(&arena);
}

static bool must_look(struct gw_settings *s, int64_t now_us)
{
    bool must;

    pthread_mutex_lock(&s->lock);
    must = !s->looking && (s->looked_us == 0 || now_us - s->looked_us > FRESH_US);
    s->looking |= must;
    pthread_mutex_unlock(&s->lock);
    return must;
}

bool gw_settings_enabled(struct gw_settings *s, const char *provider)
{
    int64_t now_us = gw_mono_us();
    bool off = false;

    if (!s)
        return true;
    if (must_look(s, now_us))
        look(s, now_us);
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->off_count; i++)
        off |= strcmp(s->off[i], provider) == 0;
    pthread_mutex_unlock(&s->lock);
    return !off;
}

enum gw_code gw_settings_require(struct gw_settings *s, const char *provider, struct gw_err *err)
{
    if (gw_settings_enabled(s, provider))
        return GW_OK;
    return gw_fail_wire(err, GW_CONFLICT, "provider.disabled", "The provider %s is switched off here.", provider);
}
