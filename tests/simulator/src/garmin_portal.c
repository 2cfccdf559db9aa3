/* garmin_portal.c - the portal where an application says which summary types it wants, how, and where to. */
#include "garmin_portal.h"

#include "text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct config {
    char *url, *urls[G_TYPES];
    enum portal_mode modes[G_TYPES];
};

#define USUAL                                                                                                          \
    {                                                                                                                  \
        [G_DAILIES] = PORTAL_PUSH, [G_SLEEPS] = PORTAL_PUSH, [G_ACTIVITIES] = PORTAL_PUSH                              \
    }

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct config now_used = {.modes = USUAL};
static struct config kept = {.modes = USUAL};

static void set_url(char **url, const char *value)
{
    free(*url);
    *url = text_dup(value);
}

static void copy_config(struct config *to, const struct config *from)
{
    set_url(&to->url, from->url);
    for (int t = 0; t < G_TYPES; t++) {
        set_url(&to->urls[t], from->urls[t]);
        to->modes[t] = from->modes[t];
    }
}

void garmin_portal_url(const char *type, const char *url)
{
    pthread_mutex_lock(&lock);
    int t = type ? garmin_type_by_key(type) : -1;
    set_url(t >= 0 ? &now_used.urls[t] : &now_used.url, url);
    pthread_mutex_unlock(&lock);
}

static void set_mode(int t, enum portal_mode mode)
{
    if (t == G_FILES && mode == PORTAL_PUSH) /* there is no push of files */
        mode = PORTAL_PING;
    now_used.modes[t] = mode;
}

bool garmin_portal_modes(const char *names, enum portal_mode mode)
{
    bool known = true;
    pthread_mutex_lock(&lock);
    for (int t = 0; strcmp(names, "all") == 0 && t < G_TYPES; t++)
        if (t != G_FILES)
            set_mode(t, mode);
    while (*names && strcmp(names, "all") != 0) {
        size_t n = strcspn(names, ",");
        char *name = text_printf("%.*s", (int)n, names);
        int t = garmin_type_by_key(name);
        if (t >= 0)
            set_mode(t, mode);
        known = known && t >= 0;
        free(name);
        names += n + (names[n] == ',');
    }
    pthread_mutex_unlock(&lock);
    return known;
}

enum portal_mode garmin_portal_mode(enum garmin_type type)
{
    pthread_mutex_lock(&lock);
    enum portal_mode mode = now_used.modes[type];
    pthread_mutex_unlock(&lock);
    return mode;
}

void garmin_portal_keep(void)
{
    pthread_mutex_lock(&lock);
    copy_config(&kept, &now_used);
    pthread_mutex_unlock(&lock);
}

char *garmin_portal_url_for(int type)
{
    pthread_mutex_lock(&lock);
    const char *url = type >= 0 && now_used.urls[type] ? now_used.urls[type] : now_used.url;
    char *copy = text_dup(url);
    pthread_mutex_unlock(&lock);
    return copy;
}

static const char *mode_name(enum portal_mode mode)
{
    return mode == PORTAL_PUSH ? "push" : mode == PORTAL_PING ? "ping" : "off";
}

void garmin_portal_reset(void)
{
    pthread_mutex_lock(&lock);
    copy_config(&now_used, &kept);
    pthread_mutex_unlock(&lock);
}

json_t *garmin_portal_json(void)
{
    json_t *types = json_object(), *urls = json_object();
    pthread_mutex_lock(&lock);
    for (int t = 0; t < G_TYPES; t++) {
        json_object_set_new(types, garmin_rows[t].key, json_string(mode_name(now_used.modes[t])));
        if (now_used.urls[t])
            json_object_set_new(urls, garmin_rows[t].key, json_string(now_used.urls[t]));
    }
    json_t *o = json_pack("{s:s?, s:o, s:o}", "url", now_used.url, "urls", urls, "types", types);
    pthread_mutex_unlock(&lock);
    return o;
}
