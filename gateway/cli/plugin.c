/* The commands behind `aorta plugin`: what is there, what a plugin says of itself, what it makes of a payload. */
#include "cli/plugin.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/own.h"
#include "base/time.h"
#include "host/call.h"
#include "host/lines.h"
#include "host/params.h"

#ifndef GW_PLUGIN_DIR
#define GW_PLUGIN_DIR "/usr/local/lib/aorta/plugins"
#endif

#define BIG_PAYLOAD          ((uint64_t)8 << 20)  /* above this normalize reads, as in the gateway */
#define WHOLE_MOST           ((uint64_t)64 << 20) /* of a webhook's body */
#define PAIRS_MOST           64
#define NORMALIZE_TIMEOUT_MS (3600 * 1000)

enum { DONE = 0, FAILED = 1, USAGE = 2 };

static const char usage_text[] =
    "usage: aorta plugin list [--dir DIR]\n"
    "       aorta plugin inspect PLUGIN [--dir DIR]\n"
    "       aorta plugin normalize PLUGIN --kind KIND [--offset SECONDS | --tz +HH:MM] [--received TIME]\n"
    "                              [--external-id ID] [--summary] [--dir DIR] FILE|-\n"
    "       aorta plugin route PLUGIN [--header NAME:VALUE]… [--query NAME=VALUE]… [--verify] [--dir DIR] FILE|-\n"
    "\n"
    "PLUGIN is a file (anything with a slash, or ending in .so) or the name of a provider in DIR.\n"
    "DIR is $AORTA_PLUGIN_DIR, else " GW_PLUGIN_DIR ".\n"
    "normalize prints each record and each run of samples as a line of JSON; --summary prints of samples only their\n"
    "least, most and mean. --offset and --tz say where the data's local clock stood. route prints what a webhook's\n"
    "body is split into; --verify checks its signature first.\n";

/* Everything the options can say. */
struct ask {
    const char *dir, *plugin, *file;
    const char *kind, *external_id;
    bool summary, verify, has_offset;
    int32_t offset_s;
    int64_t received_us;
    aorta_pair headers[PAIRS_MOST], query[PAIRS_MOST];
    uint32_t headers_count, query_count;
};

static int usage(const char *before, const char *what, const char *after)
{
    fprintf(stderr, "aorta plugin: %s%s%s\n%s", before, what, after, usage_text);
    return USAGE;
}

static int failed(const struct gw_err *err)
{
    fprintf(stderr, "aorta plugin: %s\n", gw_err_text(err));
    return FAILED;
}

static bool write_lines(void *self, struct gw_buf *out)
{
    bool ok = !out->len || fwrite(out->data, 1, out->len, stdout) == out->len;

    (void)self;
    out->len = 0;
    return ok;
}

static int print(struct gw_buf *out)
{
    if (out->failed || !write_lines(NULL, out) || fflush(stdout) != 0) {
        fprintf(stderr, "aorta plugin: the output could not be written\n");
        return FAILED;
    }
    return DONE;
}

/* ---- options ---- */

enum {
    OPT_DIR = 256,
    OPT_KIND,
    OPT_OFFSET,
    OPT_TZ,
    OPT_RECEIVED,
    OPT_EXTERNAL_ID,
    OPT_SUMMARY,
    OPT_HEADER,
    OPT_QUERY,
    OPT_VERIFY,
    OPT_HELP
};

/* Which command takes which option. */
enum { LIST = 1, INSPECT = 2, NORMALIZE = 4, ROUTE = 8, ANY = 15 };

static const struct {
    struct option option;
    int commands;
} options[] = {
    {{"dir", required_argument, NULL, OPT_DIR}, ANY},
    {{"help", no_argument, NULL, OPT_HELP}, ANY},
    {{"kind", required_argument, NULL, OPT_KIND}, NORMALIZE},
    {{"offset", required_argument, NULL, OPT_OFFSET}, NORMALIZE},
    {{"tz", required_argument, NULL, OPT_TZ}, NORMALIZE},
    {{"received", required_argument, NULL, OPT_RECEIVED}, NORMALIZE | ROUTE},
    {{"external-id", required_argument, NULL, OPT_EXTERNAL_ID}, NORMALIZE},
    {{"summary", no_argument, NULL, OPT_SUMMARY}, NORMALIZE},
    {{"header", required_argument, NULL, OPT_HEADER}, ROUTE},
    {{"query", required_argument, NULL, OPT_QUERY}, ROUTE},
    {{"verify", no_argument, NULL, OPT_VERIFY}, ROUTE},
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

static bool set_offset(struct ask *ask, int64_t seconds)
{
    if (seconds < -64800 || seconds > 64800)
        return false;
    ask->has_offset = true;
    ask->offset_s = (int32_t)seconds;
    return true;
}

static bool offset_option(struct ask *ask, const char *text)
{
    int64_t seconds;

    return gw_parse_i64(gw_str(text[0] == '+' ? text + 1 : text), &seconds) && set_offset(ask, seconds);
}

/* "+01:00", "-0330", "Z": what ISO 8601 puts behind a time. */
static bool tz_option(struct ask *ask, const char *text)
{
    char time[64];
    struct gw_time_text t;

    if (snprintf(time, sizeof(time), "2026-01-01T00:00:00%s", text) >= (int)sizeof(time))
        return false;
    return gw_time_parse_iso(gw_str(time), &t) && t.has_offset && set_offset(ask, t.offset_s);
}

static bool received_option(struct ask *ask, const char *text)
{
    struct gw_time_text t;

    if (!gw_time_parse(gw_str(text), &t))
        return false;
    ask->received_us = t.us;
    return true;
}

/* Cuts "name:value" in place; header names become lower case, as the gateway gives them. */
static bool pair_option(aorta_pair *pairs, uint32_t *count, char *text, char separator)
{
    char *at = strchr(text, separator), *value;

    if (!at || at == text || *count == PAIRS_MOST)
        return false;
    value = at + 1;
    while (separator == ':' && *value == ' ')
        value++;
    for (char *p = text; separator == ':' && p < at; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    pairs[(*count)++] = (aorta_pair){{text, (size_t)(at - text)}, {value, strlen(value)}};
    return true;
}

static bool take_option(struct ask *ask, int option, char *value)
{
    switch (option) {
    case OPT_DIR:
        ask->dir = value;
        return true;
    case OPT_KIND:
        ask->kind = value;
        return true;
    case OPT_EXTERNAL_ID:
        ask->external_id = value;
        return true;
    case OPT_OFFSET:
        return offset_option(ask, value);
    case OPT_TZ:
        return tz_option(ask, value);
    case OPT_RECEIVED:
        return received_option(ask, value);
    case OPT_SUMMARY:
        return ask->summary = true;
    case OPT_VERIFY:
        return ask->verify = true;
    case OPT_HEADER:
        return pair_option(ask->headers, &ask->headers_count, value, ':');
    case OPT_QUERY:
        return pair_option(ask->query, &ask->query_count, value, '=');
    default:
        return false;
    }
}

/* DONE = go on; USAGE = told; -1 = the help was asked for. Words that are no options are left behind optind. */
static int read_options(struct ask *ask, int command, int argc, char **argv)
{
    struct option own[OPTIONS + 1] = {0};
    const char *dir = getenv("AORTA_PLUGIN_DIR");
    size_t n = 0;
    int option;

    ask->dir = dir && *dir ? dir : GW_PLUGIN_DIR;
    for (size_t i = 0; i < OPTIONS; i++)
        if (options[i].commands & command)
            own[n++] = options[i].option;
    optind = 0; /* glibc: begin anew, permuting */
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", own, NULL)) != -1) {
        if (option == OPT_HELP || option == 'h')
            return -1;
        if (option == '?')
            return usage("the option ", argv[optind - 1], " is unknown or lacks its value");
        if (!take_option(ask, option, optarg))
            return usage("the value ", optarg, " is not what its option takes");
    }
    return DONE;
}

/* ---- plugins ---- */

static char *plugin_path(const struct ask *ask)
{
    const char *name = ask->plugin;
    size_t len = strlen(name);
    bool file = strchr(name, '/') || (len > 3 && strcmp(name + len - 3, ".so") == 0 && access(name, F_OK) == 0);
    char *path = NULL;
    int n;

    if (file)
        n = asprintf(&path, "%s%s", strchr(name, '/') ? "" : "./", name);
    else
        n = asprintf(&path, "%s/%s%s", ask->dir, name, len > 3 && strcmp(name + len - 3, ".so") == 0 ? "" : ".so");
    return n < 0 ? NULL : path;
}

static int is_module(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

static void print_row(const char *path)
{
    const aorta_plugin *plugin;
    struct gw_err err = {0};

    if (gw_loader_open(path, &plugin, &err) != GW_OK)
        printf("%-12s %-10s %s\n", "-", "refused", gw_err_text(&err));
    else
        printf("%-12s %-10s %s (%s)\n", plugin->desc->id, plugin->desc->version, plugin->desc->name, path);
}

static int list(const struct ask *ask)
{
    struct dirent **entries;
    int n = scandir(ask->dir, &entries, is_module, alphasort);

    if (n < 0) {
        fprintf(stderr, "aorta plugin: the folder %s cannot be read (%s)\n", ask->dir, strerror(errno));
        return FAILED;
    }
    for (int i = 0; i < n; i++) {
        char path[4096];
        if (snprintf(path, sizeof(path), "%s/%s", ask->dir, entries[i]->d_name) < (int)sizeof(path))
            print_row(path);
        free(entries[i]);
    }
    free(entries);
    return fflush(stdout) == 0 ? DONE : FAILED;
}

static int inspect(const struct ask *ask)
{
    gw_own_free char *path = plugin_path(ask);
    gw_own_buf struct gw_buf out = {0};
    const aorta_plugin *plugin;
    struct gw_err err = {.code = GW_NOMEM};

    if (!path || gw_loader_open(path, &plugin, &err) != GW_OK)
        return failed(&err);
    gw_descriptor_to_json(plugin, &out);
    gw_buf_char(&out, '\n');
    return print(&out);
}

static struct gw_provider *open_provider(const struct ask *ask)
{
    gw_own_free char *path = plugin_path(ask);
    struct gw_provider *provider = NULL;
    struct gw_err err = {.code = GW_NOMEM};

    if (!path || gw_provider_open(path, &provider, &err) != GW_OK)
        failed(&err);
    return provider;
}

/* ---- files ---- */

/* A payload: whole in memory, or when it is big only an open file to read from. */
struct input {
    struct gw_buf bytes;
    FILE *file;
    uint64_t size;
};

static bool read_whole(FILE *file, uint64_t most, struct gw_buf *out)
{
    size_t n;

    out->most = (size_t)most + 65536;
    while (gw_buf_reserve(out, 65536) && (n = fread(out->data + out->len, 1, 65536, file)) > 0)
        out->len += n;
    return !out->failed && !ferror(file) && out->len <= most;
}

static bool open_input(const char *name, bool streamed, struct input *in)
{
    struct stat st;
    bool ok;

    in->file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rbe");
    if (!in->file || fstat(fileno(in->file), &st) != 0 || S_ISDIR(st.st_mode)) {
        fprintf(stderr, "aorta plugin: %s cannot be read (%s)\n", name,
                in->file && S_ISDIR(st.st_mode) ? "it is a folder" : strerror(errno));
        return false;
    }
    if (streamed && S_ISREG(st.st_mode) && (uint64_t)st.st_size > BIG_PAYLOAD) {
        in->size = (uint64_t)st.st_size;
        return true;
    }
    ok = read_whole(in->file, WHOLE_MOST, &in->bytes);
    in->size = in->bytes.len;
    if (!ok)
        fprintf(stderr, "aorta plugin: %s cannot be read, or is too large for a pipe\n", name);
    return ok;
}

static void close_input(struct input *in)
{
    if (in->file && in->file != stdin)
        fclose(in->file);
    gw_buf_free(&in->bytes);
}

static int64_t read_more(void *self, void *buf, size_t cap)
{
    struct input *in = self;
    size_t n = fread(buf, 1, cap, in->file);

    return n == 0 && ferror(in->file) ? AORTA_ERR_INTERNAL : (int64_t)n;
}

/* ---- normalize and route ---- */

static int finish(enum gw_code code, struct gw_buf *out, const struct gw_err *err)
{
    int status = print(out); /* what came before a failure is shown too */

    return code == GW_OK ? status : failed(err);
}

static int run_normalize(const struct ask *ask, const struct gw_provider *provider, struct input *in)
{
    gw_own_buf struct gw_buf out = {0};
    struct gw_lines lines = {
        .out = &out, .summary = ask->summary, .read = read_more, .read_self = in, .write = write_lines};
    struct gw_sink sink;
    struct gw_call call = {.provider = provider, .sink = &sink, .timeout_ms = NORMALIZE_TIMEOUT_MS};
    struct gw_err err = {0};
    bool whole = in->size == in->bytes.len;
    aorta_payload payload = {.struct_size = sizeof(payload),
                             .kind = {ask->kind, strlen(ask->kind)},
                             .data = whole ? (const uint8_t *)(in->bytes.data ? in->bytes.data : "") : NULL,
                             .size = in->size,
                             .received_at_us = ask->received_us,
                             .flags = ask->has_offset ? AORTA_PAYLOAD_HAS_OFFSET : 0u,
                             .tz_offset_s = ask->offset_s};
    enum gw_code code;

    if (ask->external_id)
        payload.external_id = (aorta_str){ask->external_id, strlen(ask->external_id)};
    gw_lines_sink(&lines, &sink);
    code = gw_call_normalize(&call, &payload, &err);
    return finish(code, &out, &err);
}

static int run_route(const struct ask *ask, const struct gw_provider *provider, struct input *in)
{
    gw_own_buf struct gw_buf out = {0};
    struct gw_lines lines = {.out = &out};
    struct gw_sink sink;
    struct gw_call call = {.provider = provider, .sink = &sink};
    struct gw_err err = {0};
    aorta_webhook_req req = {.struct_size = sizeof(req),
                             .method = "POST",
                             .query = ask->query,
                             .query_count = ask->query_count,
                             .headers = ask->headers,
                             .headers_count = ask->headers_count,
                             .received_at_us = ask->received_us,
                             .body = {(const uint8_t *)in->bytes.data, in->bytes.len}};
    enum gw_code code = GW_OK;

    gw_lines_sink(&lines, &sink);
    if (ask->verify)
        code = gw_call_verify(&call, &req, &err);
    if (code == GW_OK)
        code = gw_call_route(&call, &req, &err);
    return finish(code, &out, &err);
}

static int with_input(const struct ask *ask, bool streamed,
                      int (*run)(const struct ask *, const struct gw_provider *, struct input *))
{
    struct gw_provider *provider = open_provider(ask);
    struct input in = {0};
    int status = FAILED;

    if (!provider)
        return FAILED;
    if (open_input(ask->file, streamed, &in))
        status = run(ask, provider, &in);
    close_input(&in);
    gw_provider_free(&provider);
    return status;
}

static int normalize(const struct ask *ask)
{
    return ask->kind ? with_input(ask, true, run_normalize) : usage("normalize needs --kind", "", "");
}

static int route(const struct ask *ask)
{
    return with_input(ask, false, run_route);
}

/* ---- the commands ---- */

static const struct {
    const char *name;
    int command, words; /* words: PLUGIN, FILE */
    int (*run)(const struct ask *ask);
} commands[] = {
    {"list", LIST, 0, list},
    {"inspect", INSPECT, 1, inspect},
    {"normalize", NORMALIZE, 2, normalize},
    {"route", ROUTE, 2, route},
};

static int run_command(size_t i, int argc, char **argv)
{
    struct ask *ask = calloc(1, sizeof(*ask));
    int status = ask ? read_options(ask, commands[i].command, argc, argv) : FAILED;

    if (status == -1) {
        fputs(usage_text, stdout);
        status = DONE;
    } else if (status == DONE && argc - optind != commands[i].words) {
        status = usage(commands[i].name, " takes other arguments", "");
    } else if (status == DONE) {
        ask->plugin = commands[i].words > 0 ? argv[optind] : NULL;
        ask->file = commands[i].words > 1 ? argv[optind + 1] : NULL;
        status = commands[i].run(ask);
    }
    free(ask);
    return status;
}

int gw_cli_plugin(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        fputs(usage_text, stdout);
        return DONE;
    }
    for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return run_command(i, argc - 1, argv + 1);
    return usage(argc > 1 ? "there is no such command" : "say what to do", "", "");
}
