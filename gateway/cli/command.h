/* cli/command.h - the commands of `aorta`: one table, one set of options, one function each.
 */
#ifndef GW_CLI_COMMAND_H
#define GW_CLI_COMMAND_H

#include "config/config.h"
#include "main/role.h"

/* What the command line said; texts are argv's. */
struct cli {
    const char *config;       /* --config */
    const char *name;         /* --name */
    const char *scopes;       /* --scopes, --scope */
    const char *user;         /* --user */
    const char *provider;     /* --provider */
    bool no_wait;             /* --no-wait */
    bool replace;             /* --replace */
    struct gw_role_args role; /* --role and what goes with it: how the master starts its children */
    char **rest;              /* what is no option */
    int rest_count;
};

struct command {
    const char *words;   /* "key create" */
    const char *args;    /* for the usage line; NULL: not shown to people */
    const char *text;    /* one line of help */
    const char *options; /* names of the options it takes, separated by blanks */
    int rest_least, rest_most;
    int (*run)(const struct cli *cli);
};

extern const struct command commands[];
extern const size_t commands_count;

int command_serve(const struct cli *cli);
int command_migrate(const struct cli *cli);
int command_key_create(const struct cli *cli);
int command_key_list(const struct cli *cli);
int command_key_revoke(const struct cli *cli);
int command_developer_create(const struct cli *cli);
int command_developer_list(const struct cli *cli);
int command_developer_delete(const struct cli *cli);
int command_developer_password(const struct cli *cli);
int command_config_check(const struct cli *cli);
int command_config_docs(const struct cli *cli);
int command_docs_metrics(const struct cli *cli);
int command_docs_routes(const struct cli *cli);
int command_database_url(const struct cli *cli);
int command_backup(const struct cli *cli);
int command_restore(const struct cli *cli);
int command_import(const struct cli *cli);
int command_version(const struct cli *cli);
int command_help(const struct cli *cli);

/* Finds the command, reads its options, runs it. */
int command_main(int argc, char **argv);

/* "aorta: <what went wrong>" on standard error; returns 1. */
int command_failed(const struct gw_err *err);
/* The configuration of --config; says why not. */
bool command_load_config(const struct cli *cli, struct gw_config *ret);

#endif
