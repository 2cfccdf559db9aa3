/* options.c - the command line. */
#include "options.h"

#include "civil.h"
#include "clock.h"
#include "provider.h"
#include "settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPT_ADDRESS = 256,
    OPT_BASE,
    OPT_PORT,
    OPT_SEED,
    OPT_CLOCK,
    OPT_FREEZE,
    OPT_WEBHOOK,
    OPT_PUSH,
    OPT_PING,
    OPT_REDIRECT,
    OPT_KEY,
    OPT_STATE,
    OPT_SET,
    OPT_QUIET,
    OPT_HELP,
    OPT_CLIENT /* + 2 * provider, + 1 for the secret */
};

static const struct {
    struct option option;
    const char *value, *text;
} table[] = {
    {{"address", required_argument, NULL, OPT_ADDRESS}, "ADDR", "listen on ADDR (127.0.0.1)"},
    {{"port", required_argument, NULL, OPT_PORT}, "N", "listen on port N; 0 takes a free one (8090)"},
    {{"base-url", required_argument, NULL, OPT_BASE}, "URL", "callback URLs begin with it (http://127.0.0.1:PORT)"},
    {{"seed", required_argument, NULL, OPT_SEED}, "N", "seed of people and data (1)"},
    {{"clock", required_argument, NULL, OPT_CLOCK}, "ISO", "start the clock there and let it tick"},
    {{"freeze", no_argument, NULL, OPT_FREEZE}, "", "with --clock: let it stand still"},
    {{"garmin-webhook", required_argument, NULL, OPT_WEBHOOK}, "URL", "where Garmin's pushes and pings go"},
    {{"garmin-push", required_argument, NULL, OPT_PUSH}, "LIST", "summary types to push: a,b or all"},
    {{"garmin-ping", required_argument, NULL, OPT_PING}, "LIST", "summary types to ping: a,b or all"},
    {{"garmin-client-id", required_argument, NULL, OPT_CLIENT}, "ID", "(sim-garmin-client)"},
    {{"garmin-client-secret", required_argument, NULL, OPT_CLIENT + 1}, "SECRET", "(sim-garmin-secret)"},
    {{"polar-client-id", required_argument, NULL, OPT_CLIENT + 2}, "ID", "(sim-polar-client)"},
    {{"polar-client-secret", required_argument, NULL, OPT_CLIENT + 3}, "SECRET", "(sim-polar-secret)"},
    {{"suunto-client-id", required_argument, NULL, OPT_CLIENT + 4}, "ID", "(sim-suunto-client)"},
    {{"suunto-client-secret", required_argument, NULL, OPT_CLIENT + 5}, "SECRET", "(sim-suunto-secret)"},
    {{"suunto-subscription-key", required_argument, NULL, OPT_KEY}, "KEY", "(sim-suunto-subscription)"},
    {{"redirect-prefix", required_argument, NULL, OPT_REDIRECT}, "URL", "refuse redirect URIs that start otherwise"},
    {{"state", required_argument, NULL, OPT_STATE}, "FILE", "keep grants and tokens there over a restart"},
    {{"set", required_argument, NULL, OPT_SET}, "NAME=N", "turn a setting (see GET /control/settings)"},
    {{"quiet", no_argument, NULL, OPT_QUIET}, "", "print nothing but the ready line"},
    {{"help", no_argument, NULL, OPT_HELP}, "", "print this"},
};

enum { OPTIONS = sizeof table / sizeof table[0] };

static void usage(FILE *out)
{
    fputs("usage: aorta-simulator [options]\nPlays Garmin, Polar and Suunto on one port, with made-up people.\n\n",
          out);
    for (int i = 0; i < OPTIONS; i++)
        fprintf(out, "  --%-24s %-7s %s\n", table[i].option.name, table[i].value, table[i].text);
}

static bool put_setting(const char *text)
{
    const char *eq = strchr(text, '=');
    char name[64];
    if (!eq || (size_t)(eq - text) >= sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(eq - text), text);
    if (!settings_put(name, strtol(eq + 1, NULL, 10)))
        return false;
    settings_keep();
    return true;
}

static bool put_client(int opt, const char *value)
{
    struct client *c = &provider_client[(opt - OPT_CLIENT) / 2];
    if ((opt - OPT_CLIENT) % 2)
        c->secret = value;
    else
        c->id = value;
    return true;
}

struct reading {
    struct options *o;
    const char *clock;
    bool freeze, help;
};

static bool put(struct reading *in, int opt, const char *value)
{
    struct options *o = in->o;
    switch (opt) {
    case OPT_ADDRESS:
        o->address = value;
        return true;
    case OPT_PORT:
        o->port = atoi(value);
        return o->port >= 0 && o->port < 65536;
    case OPT_BASE:
        o->base_url = value;
        return true;
    case OPT_SEED:
        o->seed = strtoull(value, NULL, 10);
        return true;
    case OPT_CLOCK:
        in->clock = value;
        return true;
    case OPT_FREEZE:
        in->freeze = true;
        return true;
    case OPT_WEBHOOK:
        o->garmin_webhook = value;
        return true;
    case OPT_PUSH:
        o->garmin_push = value;
        return true;
    case OPT_PING:
        o->garmin_ping = value;
        return true;
    case OPT_REDIRECT:
        provider_redirect = value;
        return true;
    case OPT_KEY:
        provider_suunto_key = value;
        return true;
    case OPT_STATE:
        o->state = value;
        return true;
    case OPT_SET:
        return put_setting(value);
    case OPT_QUIET:
        o->quiet = true;
        return true;
    case OPT_HELP:
        in->help = true;
        return true;
    default:
        return opt >= OPT_CLIENT && put_client(opt, value);
    }
}

static bool start_clock(const struct reading *in)
{
    int64_t us;
    if (!in->clock)
        return true;
    if (!civil_parse_us(in->clock, &us))
        return false;
    clock_set_us(us, in->freeze);
    return true;
}

bool options_read(int argc, char **argv, struct options *ret, int *ret_status)
{
    struct option longs[OPTIONS + 1] = {0};
    struct reading in = {.o = ret};
    *ret = (struct options){.address = "127.0.0.1", .port = 8090, .seed = 1};
    for (int i = 0; i < OPTIONS; i++)
        longs[i] = table[i].option;
    *ret_status = 2;
    for (int opt; (opt = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (put(&in, opt, optarg))
            continue;
        if (opt != '?')
            fprintf(stderr, "aorta-simulator: bad value '%s'\n", optarg);
        return false;
    }
    if (in.help) {
        usage(stdout);
        *ret_status = 0;
        return false;
    }
    if (optind < argc || !start_clock(&in)) {
        usage(stderr);
        return false;
    }
    return true;
}
