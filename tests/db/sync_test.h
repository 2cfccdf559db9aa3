/* sync_test.h - a worker with real plugins on a throw-away database. */
#ifndef SYNC_TEST_H
#define SYNC_TEST_H

#include "base/buf.h"
#include "crypt/crypt.h"
#include "db_test.h"
#include "sync/worker.h"

/* Checked fixture behind db_setup: a registry with apple and samsung, no worker yet. */
void sync_setup(void);
void sync_teardown(void);
void worker_start(int lease_s);
void worker_stop(void);

/* A body as a phone sends it, stored with its job. */
struct gw_uuid push(const struct gw_connection *connection, struct gw_str body);
/* Waits until the run has ended. */
struct gw_run ended(struct gw_uuid user, struct gw_uuid run);

Suite *suite_push(void);
Suite *suite_nights(void);

#endif
