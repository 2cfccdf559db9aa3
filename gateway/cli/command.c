/* The table of commands, the reading of their options. */
#include "cli/command.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/plugin.h"
#include "main/layout.h"

#define CHILD_OPTIONS "config role slot config-fd listen-fd counters-fd metrics-fd ready-fd"

const struct command commands[] = {
    {"serve", "", "run the gateway", CHILD_OPTIONS, 0, 0, command_serve},
    {"migrate", "", "bring the database's schema up to date", "config", 0, 0, command_migrate},
    {"developer create", "E-MAIL",
     "make a developer; the password is read from standard input, or made and printed once", "config", 1, 1,
     command_developer_create},
    {"developer list", "", "list developers", "config", 0, 0, command_developer_list},
    {"developer delete", "E-MAIL", "delete a developer; what they were logged in with ends", "config", 1, 1,
     command_developer_delete},
    {"developer password", "E-MAIL", "set a developer's password, as developer create does", "config", 1, 1,
     command_developer_password},
    {"key create", "[--name NAME] [--scope read,write,admin]", "make an API key and print it, once",
     "config name scope scopes", 0, 0, command_key_create},
    {"key list", "", "list API keys", "config", 0, 0, command_key_list},
    {"key revoke", "ID", "make an API key invalid at once", "config", 1, 1, command_key_revoke},
    {"plugin", "list|inspect|normalize …", "look at providers without a server (aorta plugin --help)", NULL, 0, 0,
     NULL},
    {"config check", "", "read the configuration, load the providers, print what would be used", "config", 0, 0,
     command_config_check},
    {"config docs", "", "print docs/configuration.md", "", 0, 0, command_config_docs},
    {"docs metrics", "", "print the table of metrics of docs/data-model.md", "", 0, 0, command_docs_metrics},
    {"docs routes", "", "print every route of the API, and who may call it, as JSON", "", 0, 0, command_docs_routes},
    {"database url", "", "print how the database is reached, for psql and libpq", "config", 0, 0, command_database_url},
    {"backup", "FILE", "write the private cluster's data to FILE", "config", 1, 1, command_backup},
    {"restore", "[--replace] FILE", "make the private cluster anew from a backup", "config replace", 1, 1,
     command_restore},
    {"import", "--user ID [--provider NAME] [--no-wait] FILE",
     "store a file for a user and have it read: an Apple Health export (XML or zip), or what an app pushed (JSON)",
     "config user provider no-wait", 1, 1, command_import},
    {"version", "", "print the version", "", 0, 0, command_version},
    {"help", "", "print this", "", 0, 0, command_help},
};
const size_t commands_count = sizeof(commands) / sizeof(commands[0]);

/* ---- options ---- */

enum {
    OPT_CONFIG = 256,
    OPT_NAME,
    OPT_SCOPES,
    OPT_REPLACE,
    OPT_USER,
    OPT_PROVIDER,
    OPT_NO_WAIT,
    OPT_ROLE,
    OPT_SLOT,
    OPT_CONFIG_FD,
    OPT_LISTEN_FD,
    OPT_COUNTERS_FD,
    OPT_METRICS_FD,
    OPT_READY_FD,
    OPT_HELP
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, OPT_CONFIG},
    {"name", required_argument, NULL, OPT_NAME},
    {"scope", required_argument, NULL, OPT_SCOPES},
    {"scopes", required_argument, NULL, OPT_SCOPES},
    {"replace", no_argument, NULL, OPT_REPLACE},
    {"user", required_argument, NULL, OPT_USER},
    {"provider", required_argument, NULL, OPT_PROVIDER},
    {"no-wait", no_argument, NULL, OPT_NO_WAIT},
    {"role", required_argument, NULL, OPT_ROLE},
    {"slot", required_argument, NULL, OPT_SLOT},
    {"config-fd", required_argument, NULL, OPT_CONFIG_FD},
    {"listen-fd", required_argument, NULL, OPT_LISTEN_FD},
    {"counters-fd", required_argument, NULL, OPT_COUNTERS_FD},
    {"metrics-fd", required_argument, NULL, OPT_METRICS_FD},
    {"ready-fd", required_argument, NULL, OPT_READY_FD},
    {"help", no_argument, NULL, OPT_HELP},
    {NULL, 0, NULL, 0},
};

/* The master alone gives numbers, and it gives good ones; anything else is no descriptor at all. */
static int number(const char *text)
{
    int64_t value;

    return gw_parse_i64(gw_str(text), &value) && value >= 0 && value <= INT_MAX ? (int)value : -1;
}

static void put(struct cli *cli, int option, const char *value)
{
    switch (option) {
    case OPT_CONFIG:
        cli->config = value;
        break;
    case OPT_NAME:
        cli->name = value;
        break;
    case OPT_SCOPES:
        cli->scopes = value;
        break;
    case OPT_REPLACE:
        cli->replace = true;
        break;
    case OPT_USER:
        cli->user = value;
        break;
    case OPT_PROVIDER:
        cli->provider = value;
        break;
    case OPT_NO_WAIT:
        cli->no_wait = true;
        break;
    case OPT_ROLE:
        cli->role.role = value;
        break;
    case OPT_SLOT:
        cli->role.slot = number(value);
        break;
    case OPT_CONFIG_FD:
        cli->role.config_fd = number(value);
        break;
    case OPT_LISTEN_FD:
        cli->role.listen_fd = number(value);
        break;
    case OPT_COUNTERS_FD:
        cli->role.counters_fd = number(value);
        break;
    case OPT_METRICS_FD:
        cli->role.metrics_fd = number(value);
        break;
    case OPT_READY_FD:
        cli->role.ready_fd = number(value);
        break;
    }
}

/* A whole word of the command's list. */
static bool takes(const struct command *command, const char *name)
{
    size_t len = strlen(name);
    const char *at = command->options;

    while ((at = strstr(at, name)) != NULL) {
        if ((at == command->options || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
        at += len;
    }
    return false;
}

static void usage(FILE *out, const struct command *command)
{
    fprintf(out, "usage: aorta %s%s%s%s\n%s\n", command->words, takes(command, "config") ? " [--config FILE]" : "",
            command->args[0] ? " " : "", command->args, command->text);
}

/* -1: run it; otherwise the exit status. */
static int read_options(const struct command *command, int argc, char **argv, struct cli *cli)
{
    int option, index = 0;

    while ((option = getopt_long(argc, argv, "", long_options, &index)) != -1) {
        if (option == OPT_HELP) {
            usage(stdout, command);
            return 0;
        }
        if (option == '?' || !takes(command, long_options[index].name)) {
            if (option != '?')
                fprintf(stderr, "aorta: %s takes no --%s\n", command->words, long_options[index].name);
            usage(stderr, command);
            return 2;
        }
        put(cli, option, optarg);
    }
    cli->rest = argv + optind;
    cli->rest_count = argc - optind;
    if (cli->rest_count < command->rest_least || cli->rest_count > command->rest_most) {
        usage(stderr, command);
        return 2;
    }
    return -1;
}

/* ---- which command ---- */

/* How many of the arguments are the command's words; 0 = it is another one. */
static int words_match(const struct command *command, int argc, char **argv)
{
    const char *rest = command->words;
    int count = 0;

    while (*rest) {
        size_t len = strcspn(rest, " ");
        if (count >= argc || strlen(argv[count]) != len || strncmp(argv[count], rest, len) != 0)
            return 0;
        count++;
        rest += len + (rest[len] == ' ');
    }
    return count;
}

int command_help(const struct cli *cli)
{
    (void)cli;
    printf("usage: aorta COMMAND [--config FILE] …\n\n");
    for (size_t i = 0; i < commands_count; i++)
        printf("  %s %s\n      %s\n", commands[i].words, commands[i].args, commands[i].text);
    return 0;
}

/* `aorta plugin` reads no configuration; it finds the plugins where the gateway would. */
static int run_plugin(int argc, char **argv)
{
    char folder[PATH_MAX];
    struct gw_err err;

    if (gw_main_plugin_dir("", folder, &err) == GW_OK)
        setenv("AORTA_PLUGIN_DIR", folder, 0);
    return gw_cli_plugin(argc, argv);
}

int command_main(int argc, char **argv)
{
    struct cli cli = {0};

    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        command_help(&cli);
        return argc < 2 ? 2 : 0;
    }
    if (strcmp(argv[1], "--version") == 0)
        return command_version(&cli);
    for (size_t i = 0; i < commands_count; i++) {
        int words = words_match(&commands[i], argc - 1, argv + 1), status;
        if (words == 0)
            continue;
        if (!commands[i].run)
            return run_plugin(argc - 1, argv + 1);
        status = read_options(&commands[i], argc - words, argv + words, &cli);
        return status >= 0 ? status : commands[i].run(&cli);
    }
    fprintf(stderr, "aorta: there is no command \"%s%s%s\"; aorta help lists them\n", argv[1], argc > 2 ? " " : "",
            argc > 2 ? argv[2] : "");
    return 2;
}

/* ---- for the commands ---- */

int command_failed(const struct gw_err *err)
{
    fprintf(stderr, "aorta: %s\n", gw_err_text(err));
    return 1;
}

bool command_load_config(const struct cli *cli, struct gw_config *ret)
{
    struct gw_err err = {0};

    if (gw_config_load(cli->config, ret, &err) == GW_OK)
        return true;
    command_failed(&err);
    return false;
}
