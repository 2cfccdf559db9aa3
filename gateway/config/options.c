/* The table of options, and what is printed from it. */
#include "config/options.h"

const struct option_row option_rows[OPTION_COUNT] = {
#define GW_OPTION(kind, name, env, default_text, min, max, flags, sentence)                                            \
    {OPTION_##kind, #name, env, default_text, min, max, flags, sentence, offsetof(struct gw_config, name)},
#include "config/options.def"
#undef GW_OPTION
};

const struct option_row *option_find(const char *name)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(option_rows[i].name, name) == 0)
            return &option_rows[i];
    return NULL;
}

/* ---- values ---- */

static void print_quoted(struct gw_buf *out, const char *text)
{
    gw_buf_json_cstr(out, text);
}

static void print_list(struct gw_buf *out, const char *const *list)
{
    gw_buf_str(out, "[");
    for (size_t i = 0; list[i]; i++) {
        gw_buf_str(out, i ? ", " : " ");
        print_quoted(out, list[i]);
    }
    gw_buf_str(out, " ]");
}

static void print_value(struct gw_buf *out, const struct option_row *row, const struct gw_config *config)
{
    const void *at = (const char *)config + row->offset;
    const char *text;

    switch (row->kind) {
    case OPTION_TEXT:
        text = *(const char *const *)at;
        print_quoted(out, row->flags & GW_OPTION_SECRET && text[0] ? "***" : text);
        break;
    case OPTION_NUMBER:
        gw_buf_i64(out, *(const int64_t *)at);
        break;
    case OPTION_BOOL:
        gw_buf_str(out, *(const bool *)at ? "true" : "false");
        break;
    case OPTION_LIST:
        print_list(out, *(const char *const *const *)at);
        break;
    }
}

static bool harmless(const char *value)
{
    double number;

    if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
        return true;
    if (strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0)
        return !strpbrk(value, "@?");
    return strlen(value) <= 6 && gw_parse_f64(gw_str(value), &number);
}

static void print_provider(struct gw_buf *out, const struct gw_config_provider *p)
{
    gw_buf_printf(out, "  %s = {\n    enabled = %s;\n", p->id, p->enabled ? "true" : "false");
    if (p->module) {
        gw_buf_str(out, "    module = ");
        print_quoted(out, p->module);
        gw_buf_str(out, ";\n");
    }
    if (p->sha256)
        gw_buf_printf(out, "    sha256 = \"%s\";\n", p->sha256);
    for (size_t i = 0; i < p->options_count; i++) {
        gw_buf_printf(out, "    %s = ", p->options[i].name);
        print_quoted(out, harmless(p->options[i].value) ? p->options[i].value : "***");
        gw_buf_str(out, ";\n");
    }
    gw_buf_str(out, "  };\n");
}

void gw_config_print(const struct gw_config *config, struct gw_buf *out)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        gw_buf_printf(out, "%s = ", option_rows[i].name);
        print_value(out, &option_rows[i], config);
        gw_buf_str(out, ";\n");
    }
    gw_buf_str(out, "providers = {\n");
    for (size_t i = 0; i < config->providers_count; i++)
        print_provider(out, &config->providers[i]);
    gw_buf_str(out, "};\n");
}

/* ---- the document ---- */

static const char intro[] =
    "# Configuration\n"
    "\n"
    "<!-- Made by `aorta config docs` from gateway/config/options.def. -->\n"
    "\n"
    "Aorta reads one file: the one named by `--config` or `AORTA_CONFIG`, else `./aorta.conf`, else\n"
    "`/etc/aorta/aorta.conf`; then every `*.conf` of a `conf.d/` beside it, by name; then the environment. "
    "What comes\n"
    "later wins. The format is libconfig's: `name = value;`, texts in double quotes, lists in square "
    "brackets, `#`\n"
    "begins a comment. An unknown option is an error that names file and line. `aorta config check` reads "
    "everything,\n"
    "loads the providers and prints what would be used.\n"
    "\n"
    "```\n"
    "listen            = \"127.0.0.1:8000\";\n"
    "public_url        = \"https://health.example.org\";\n"
    "allowed_redirects = [ \"https://app.example.org\" ];\n"
    "\n"
    "providers = {\n"
    "  polar = {\n"
    "    client_id     = \"…\";\n"
    "    client_secret = \"@/run/credentials/polar\";\n"
    "  };\n"
    "};\n"
    "```\n"
    "\n"
    "## Options\n"
    "\n"
    "| option | type | default | environment | what |\n"
    "| --- | --- | --- | --- | --- |\n";

static const char outro[] =
    "\n"
    "In the environment a list is separated by commas. A secret may be `@/path`: its value is the content of "
    "that file,\n"
    "without the line break at its end.\n"
    "\n"
    "## Providers\n"
    "\n"
    "A section of `providers` with the provider's id makes it exist. A provider that is not named does not: "
    "its file is\n"
    "never opened and its routes answer 404.\n"
    "\n"
    "| setting | default | what |\n"
    "| --- | --- | --- |\n"
    "| `enabled` | `true` | `false` switches the provider off and keeps its settings |\n"
    "| `module` | `<id>.so` | file name in `plugin_dir`, or an absolute path |\n"
    "| `sha256` | | the file's digest in hexadecimal digits; another file is refused |\n"
    "\n"
    "Every other setting is the plugin's own; `aorta plugin inspect <id>` lists them. Any of them may be "
    "`@/path`. In the\n"
    "environment a setting is `AORTA_PROVIDER_<ID>_<NAME>`, as in `AORTA_PROVIDER_GARMIN_CLIENT_SECRET`;\n"
    "`AORTA_PROVIDER_<ID>_ENABLED=true` alone makes a provider exist, without any file.\n";

static const char *const kind_names[] = {"text", "number", "true or false", "list of texts"};

/* '|' would end the cell. */
static void cell(struct gw_buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            gw_buf_char(out, '\\');
        gw_buf_char(out, *text);
    }
}

static void markdown_row(struct gw_buf *out, const struct option_row *row)
{
    gw_buf_printf(out, "| `%s` | %s", row->name, kind_names[row->kind]);
    if (row->kind == OPTION_NUMBER)
        gw_buf_printf(out, " %lld to %lld", (long long)row->min, (long long)row->max);
    if (row->flags & GW_OPTION_SECRET)
        gw_buf_str(out, ", secret");
    gw_buf_str(out, row->fallback[0] ? " | `" : " | ");
    cell(out, row->fallback);
    gw_buf_printf(out, "%s| `%s` | ", row->fallback[0] ? "` " : "", row->env);
    cell(out, row->sentence);
    gw_buf_str(out, " |\n");
}

void gw_config_markdown(struct gw_buf *out)
{
    gw_buf_str(out, intro);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        markdown_row(out, &option_rows[i]);
    gw_buf_str(out, outro);
}
