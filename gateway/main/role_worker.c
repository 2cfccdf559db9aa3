/* The worker role: takes jobs and runs them. */
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "main/parts.h"
#include "main/role.h"
#include "store/jobs.h"
#include "sync/worker.h"

#define ENOUGH_S 20

/* "<host>:<instance>:<slot>": the same for the process that replaces this one, so that it can give back what
 * a killed one held. The instance is the random name of the state directory. */
static enum gw_code worker_name(const struct gw_parts *parts, int slot, char out[160], struct gw_err *err)
{
    char host[65] = "", instance[65] = "";
    gw_own_file FILE *file = fopen(parts->layout.instance, "re");

    if (!file || fscanf(file, "%64s", instance) != 1)
        return gw_fail(err, GW_CONFIG, "%.300s: cannot be read", parts->layout.instance);
    if (gethostname(host, sizeof(host) - 1) != 0)
        snprintf(host, sizeof(host), "unknown");
    snprintf(out, 160, "%s:%s:%d", host, instance, slot);
    return GW_OK;
}

/* A worker that was killed could not give its jobs back. The database may be on its way: the leases run out
 * by themselves, so failing here only costs time. */
static void release_old(const struct gw_parts *parts, const char *name)
{
    struct gw_err err = {0};
    int count = 0;

    if (gw_store_job_release_worker(parts->db, name, &count, &err) != GW_OK)
        gw_log(GW_LOG_WARN, "jobs of the worker before could not be released", "error", gw_err_text(&err), NULL);
    else if (count > 0)
        gw_log(GW_LOG_WARN, "jobs of the worker before released", "count", GW_N(count), NULL);
}

static enum gw_code open_worker(struct gw_parts *parts, const struct gw_config *config, const char *name,
                                struct gw_worker **ret, struct gw_err *err)
{
    struct gw_worker_options options = {.db = parts->db,
                                        .conninfo = parts->conninfo,
                                        .registry = parts->registry,
                                        .link = &parts->link,
                                        .name = name,
                                        .threads = (int)config->worker_threads,
                                        .lease_s = 60,
                                        .slice_s = 20,
                                        .drain_s = (int)config->drain_seconds,
                                        .payload_days = (int)config->payload_days,
                                        .run_days = (int)config->run_days};

    return gw_worker_start(&options, ret, err);
}

int gw_main_role_worker(const struct gw_role_args *args, const struct gw_config *config)
{
    struct gw_parts parts;
    struct gw_worker *worker = NULL;
    struct gw_err err = {0};
    char name[160] = "";
    enum gw_code code;

    if ((code = gw_main_parts_open(&parts, config, "aorta worker", &err)) == GW_OK &&
        (code = worker_name(&parts, args->slot, name, &err)) == GW_OK) {
        release_old(&parts, name);
        code = open_worker(&parts, config, name, &worker, &err);
    }
    if (code != GW_OK) {
        gw_log(GW_LOG_ERROR, "cannot start", "code", gw_code_name(code), "error", gw_err_text(&err), NULL);
        gw_main_parts_close(&parts);
        return gw_main_exit_of(code);
    }
    gw_main_ready(args);
    gw_main_wait_for_end((int)config->drain_seconds + ENOUGH_S);
    gw_worker_stop(&worker);
    gw_main_parts_close(&parts);
    return 0;
}
