/* secrets.c - every token, code and key that was ever issued. */
#include "secrets.h"

#include "text.h"

#include <pthread.h>
#include <stdlib.h>

struct secret {
    const char *kind;
    enum provider provider;
    char *person;
    char *value;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct secret *all;
static size_t count, cap;

void secrets_add(const char *kind, enum provider provider, const char *person, const char *value)
{
    pthread_mutex_lock(&lock);
    if (count == cap) {
        cap = cap ? cap * 2 : 64;
        all = realloc(all, cap * sizeof *all);
        if (!all)
            abort();
    }
    all[count++] = (struct secret){kind, provider, text_dup(person), text_dup(value)};
    pthread_mutex_unlock(&lock);
}

static void add_known(json_t *list)
{
    for (int p = 0; p < PROVIDERS; p++)
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:n, s:s}", "kind", "client_secret", "provider",
                                        provider_name((enum provider)p), "person", "value", provider_client[p].secret));
    json_array_append_new(list, json_pack("{s:s, s:s, s:n, s:s}", "kind", "subscription_key", "provider", "suunto",
                                          "person", "value", provider_suunto_key));
}

json_t *secrets_json(void)
{
    json_t *list = json_array();
    add_known(list);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:s}", "kind", all[i].kind, "provider",
                                              provider_name(all[i].provider), "person", all[i].person, "value",
                                              all[i].value));
    pthread_mutex_unlock(&lock);
    return list;
}

void secrets_reset(void)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        free(all[i].person);
        free(all[i].value);
    }
    free(all);
    all = NULL;
    count = cap = 0;
    pthread_mutex_unlock(&lock);
}
