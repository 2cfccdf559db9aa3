/* provider.h - the three providers and the client credentials they know us by. */
#ifndef SIM_PROVIDER_H
#define SIM_PROVIDER_H

#include <stdbool.h>

enum provider { GARMIN, POLAR, SUUNTO, PROVIDERS, NO_PROVIDER = PROVIDERS };

struct client {
    const char *id;
    const char *secret;
};

extern struct client provider_client[PROVIDERS];
extern const char *provider_suunto_key; /* Ocp-Apim-Subscription-Key */
extern const char *provider_redirect;   /* when set, redirect URIs must start with it */

const char *provider_name(enum provider p);    /* "garmin" …, "control" for NO_PROVIDER */
enum provider provider_find(const char *name); /* NO_PROVIDER when unknown */

#endif
