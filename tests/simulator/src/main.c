/* main.c - starts the simulator, waits for a signal, ends it. */
#include "day.h"
#include "deliver.h"
#include "events.h"
#include "faults.h"
#include "garmin_portal.h"
#include "garmin_watch.h"
#include "oauth1.h"
#include "options.h"
#include "people.h"
#include "polar.h"
#include "record.h"
#include "secrets.h"
#include "server.h"
#include "state.h"
#include "tokens.h"

#include <curl/curl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

/* Blocked before any thread is made, so that only wait_for_end() sees them. */
static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void wait_for_end(const sigset_t *set)
{
    int got;
    while (sigwait(set, &got) != 0) {
    }
}

static void forget_all(void)
{
    garmin_watch_reset();
    events_reset();
    polar_reset();
    oauth1_reset();
    tokens_reset();
    revisions_reset();
    faults_clear();
    record_clear();
    secrets_reset();
    people_fini();
}

static bool configure(const struct options *o)
{
    people_seed(o->seed);
    server_base(o->base_url);
    if (o->garmin_webhook)
        garmin_portal_url(NULL, o->garmin_webhook);
    if (o->garmin_push && !garmin_portal_modes(o->garmin_push, PORTAL_PUSH))
        return false;
    if (o->garmin_ping && !garmin_portal_modes(o->garmin_ping, PORTAL_PING))
        return false;
    garmin_portal_keep();
    return true;
}

static int serve(const struct options *o, const sigset_t *signals)
{
    state_load(o->state);
    if (!server_start(o->address, o->port)) {
        fprintf(stderr, "aorta-simulator: cannot listen on %s:%d\n", o->address, o->port);
        return 1;
    }
    deliver_start();
    garmin_watch_start();
    printf("ready http://%s:%d\n", o->address, server_port());
    fflush(stdout);
    if (!o->quiet)
        fprintf(stderr, "providers under /garmin /polar /suunto, control under /control; seed %llu\n",
                (unsigned long long)o->seed);
    wait_for_end(signals);
    garmin_watch_stop();
    deliver_stop();
    server_stop();
    state_save(o->state);
    return 0;
}

int main(int argc, char **argv)
{
    struct options o;
    sigset_t signals;
    int status;
    if (!options_read(argc, argv, &o, &status))
        return status;
    block_signals(&signals);
    mallopt(M_ARENA_MAX, 4); /* a thread a connection must not mean a heap a thread */
    curl_global_init(CURL_GLOBAL_ALL);
    if (!configure(&o)) {
        fputs("aorta-simulator: unknown Garmin summary type\n", stderr);
        return 2;
    }
    status = serve(&o, &signals);
    forget_all();
    curl_global_cleanup();
    return status;
}
