/* suunto_host.h - the fake host with what this plugin needs beyond it: decode, hmac, webhook items, warnings,
 * and an instance of the plugin with its settings. */
#ifndef SUUNTO_HOST_H
#define SUUNTO_HOST_H

#include "aorta/sdk.h"
#include "aorta/webhook.h"
#include "fake_host.h"
#include "suunto.h"

#include <check.h>

#define NOW_US INT64_C(1795262400000000) /* 2026-11-21T12:00:00Z */
#define NOW_S  (NOW_US / 1000000)

struct suunto_host {
    struct fake_host fake; /* first: host_private points at it */
    const aorta_plugin *plugin;
    void *self;
    char warning[512]; /* of the last log line that carried one */
    unsigned warnings;
    unsigned items; /* webhook items */
    uint32_t item_type;
    char item_user[64], item_kind[64], item_hint[256];
    size_t item_size;
    aorta_status item_answer;
};

/* Settings as they are in production, with PKCE off. */
void suunto_host_init(struct suunto_host *h, uint32_t op);
/* Again with another instance: pkce, developer product, webhook secret. */
void suunto_host_settings(struct suunto_host *h, int pkce, const char *product, const char *webhook_secret);
void suunto_host_fini(struct suunto_host *h);

/* What was asked for: does the text of all requests hold this? */
int suunto_host_asked(const struct suunto_host *h, const char *text);
unsigned suunto_host_requests(const struct suunto_host *h); /* their number */

Suite *oauth_suite(void);
Suite *sync_suite(void);
Suite *webhook_suite(void);
Suite *normalize_suite(void);

#endif
