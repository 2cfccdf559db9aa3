/* See sync_test.h. */
#include "sync_test.h"

#include <unistd.h>

#include "base/time.h"

static struct gw_registry *registry;
static struct gw_link link_parts;
static struct gw_worker *worker;

void sync_setup(void)
{
    static const struct gw_provider_config providers[] = {{.id = "apple", .enabled = true},
                                                          {.id = "samsung", .enabled = true}};
    const struct gw_host_options options = {
        .plugin_dir = PLUGIN_DIR, .providers = providers, .providers_count = 2, .strict = true};

    ck_good(gw_registry_load(&options, &registry, &err));
    link_parts = (struct gw_link){.db = db, .registry = registry};
}

void sync_teardown(void)
{
    worker_stop();
    gw_registry_free(&registry);
}

void worker_start(int lease_s)
{
    const struct gw_worker_options options = {.db = db,
                                              .conninfo = db_conninfo,
                                              .registry = registry,
                                              .link = &link_parts,
                                              .name = "test",
                                              .threads = 2,
                                              .lease_s = lease_s,
                                              .slice_s = 20,
                                              .drain_s = 1};

    ck_good(gw_worker_start(&options, &worker, &err));
}

void worker_stop(void)
{
    gw_worker_stop(&worker);
}

struct gw_uuid push(const struct gw_connection *connection, struct gw_str body)
{
    const struct gw_payload payload = {.user_id = connection->user_id,
                                       .connection_id = connection->id,
                                       .provider = connection->provider,
                                       .account = "",
                                       .kind = strcmp(connection->provider, "apple") == 0 ? "apple.sdk" : "samsung.sdk",
                                       .data = body,
                                       .offset_s = GW_NO_OFFSET,
                                       .received_us = gw_now_us()};
    struct gw_uuid job;

    ck_good(gw_store_payload_accept(db, &payload, &job, &err));
    return job;
}

struct gw_run ended(struct gw_uuid user, struct gw_uuid id)
{
    struct gw_run run = {0};

    for (int i = 0; i < 12000; i++) {
        ck_good(gw_store_run_get(db, arena, user, id, &run, &err));
        if (run.ended_us != GW_NO_TIME)
            return run;
        usleep(10000);
    }
    ck_abort_msg("the run did not end: %s", run.status);
}
