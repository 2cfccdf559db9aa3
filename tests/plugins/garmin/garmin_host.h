/* garmin_host.h - the fake host with what this plugin needs beyond it: HMAC-SHA1, percent coding, waits, webhook items,
 * warnings, and an instance of the plugin with its settings. */
#ifndef GARMIN_HOST_H
#define GARMIN_HOST_H

#include "fake_host.h"
#include "garmin.h"

#include <check.h>

#define NOW_US INT64_C(1795262400000000) /* 2026-11-21T12:00:00Z */
#define NOW_S  (NOW_US / 1000000)

/* A script for http: the first row whose text is in the URL (or, for POST, in URL or body) answers. */
struct row {
    const char *in;
    int32_t status;
    const char *body;
    aorta_status failure;
};

struct garmin_host {
    struct fake_host fake; /* first: host_private points at it */
    const aorta_plugin *plugin;
    void *self;
    aorta_field extra;
    const struct row *rows; /* ends with a row without text; 202 where none fits */
    char warning[512];
    unsigned warnings;
    struct fake_text items; /* webhook items, a line each */
    unsigned item_count;
    aorta_status item_answer;
    struct fake_text waits; /* events of the last PENDING, separated by blanks */
    int64_t wake_at_us;
    char scope[512], secret[256], extra_key[64]; /* of callback_done */
};

/* An instance with production's settings, but for those named: pairs of name and value, NULL at the end. */
void garmin_host_init(struct garmin_host *h, uint32_t op, ...) __attribute__((sentinel));
void garmin_host_fini(struct garmin_host *h);
/* The next operation of the same connection, with another script; requests and items begin anew. */
void garmin_host_next(struct garmin_host *h, uint32_t op, const struct row *rows);
/* Makes the connection one of OAuth 1. */
void garmin_host_oauth1(struct garmin_host *h, const char *token, const char *secret);
void garmin_host_scope(struct garmin_host *h, const char *scope);
/* One call of sync; cursor: that of the last checkpoint, when `go_on`. */
aorta_status garmin_host_sync(struct garmin_host *h, uint32_t mode, int go_on, const char *hint);
/* A new sync of the range [from, to] in seconds. */
aorta_status garmin_host_range(struct garmin_host *h, int64_t from, int64_t to, uint32_t data);

int garmin_host_asked(const struct garmin_host *h, const char *text);
unsigned garmin_host_requests(const struct garmin_host *h);

Suite *oauth_suite(void);
Suite *sync_suite(void);
Suite *webhook_suite(void);
Suite *normalize_suite(void);

#endif
