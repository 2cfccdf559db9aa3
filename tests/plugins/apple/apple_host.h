/* apple_host.h - what the tests of the Apple plugin share: bodies normalised on the fake host of tests/unit/sdk, from
 * memory or read in pieces. */
#ifndef APPLE_HOST_H
#define APPLE_HOST_H

#include "aorta/sdk.h"
#include "fake_host.h"

#include <check.h>

struct apple_host {
    struct fake_host fake;
    const aorta_plugin *plugin;
    const char *kind; /* "apple.sdk", unless set */
    /* read in pieces: from `body`, or from what `make` writes */
    const char *body;
    size_t len, at, piece;
    size_t (*make)(struct apple_host *h, char *out, size_t cap);
    uint64_t made;
    aorta_status read_fails; /* what the second read says, unless OK */
    unsigned reads;
    /* what came out, for tests that count instead of looking */
    uint64_t samples;
    uint32_t longest; /* of the runs */
    int64_t version_us, last_us;
};

void apple_host_init(struct apple_host *h);
void apple_host_fini(struct apple_host *h);
aorta_status apple_normalize(struct apple_host *h, const char *body, size_t len); /* from memory */
aorta_status apple_read(struct apple_host *h, uint64_t size);                     /* in pieces */
void apple_count(struct apple_host *h); /* from now on records and series are counted and not kept */
int apple_said(const struct apple_host *h, const char *part); /* in the log */

Suite *declare_suite(void);
Suite *stream_suite(void);
Suite *left_out_suite(void);
Suite *large_suite(void);
Suite *memory_suite(void);
Suite *import_suite(void);

#endif
