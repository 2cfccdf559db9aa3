/* provider.c - the three providers and the client credentials they know us by. */
#include "provider.h"

#include <stddef.h>
#include <string.h>

static const char *const names[PROVIDERS + 1] = {"garmin", "polar", "suunto", "control"};

struct client provider_client[PROVIDERS] = {
    {"sim-garmin-client", "sim-garmin-secret"},
    {"sim-polar-client", "sim-polar-secret"},
    {"sim-suunto-client", "sim-suunto-secret"},
};
const char *provider_suunto_key = "sim-suunto-subscription";
const char *provider_redirect;

const char *provider_name(enum provider p)
{
    return names[p];
}

enum provider provider_find(const char *name)
{
    for (int p = 0; name && p < PROVIDERS; p++)
        if (strcmp(names[p], name) == 0)
            return (enum provider)p;
    return NO_PROVIDER;
}
