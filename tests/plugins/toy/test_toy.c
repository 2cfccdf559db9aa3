/* test-toy DIR PAYLOAD: the gateway's side of adding a provider: a section of the configuration names it, it loads
 * from DIR with its setting and its own metric, and turns the payload into records and series. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "host/call.h"
#include "host/lines.h"
#include "host/metrics.h"

static enum gw_code give_number(void *self, const aorta_metric_decl *decl, uint16_t *ret, struct gw_err *err)
{
    (void)decl;
    (void)err;
    *ret = (*(uint16_t *)self)++;
    return GW_OK;
}

static void need(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "test-toy: %s\n", what);
    exit(1);
}

static void read_all(const char *path, struct gw_buf *out)
{
    FILE *file = fopen(path, "re");
    char buf[4096];
    size_t n;

    need(file != NULL, "the payload cannot be read");
    while ((n = fread(buf, 1, sizeof(buf), file)) > 0)
        gw_buf_add(out, buf, n);
    fclose(file);
}

int main(int argc, char **argv)
{
    const struct gw_provider_option options[] = {{"owner", "Nobody"}};
    const struct gw_provider_config section = {.id = "toy", .enabled = true, .options = options, .options_count = 1};
    const struct gw_host_options host = {
        .plugin_dir = argc > 1 ? argv[1] : "", .providers = &section, .providers_count = 1, .strict = true};
    struct gw_registry *registry = NULL;
    const struct gw_provider *toy;
    struct gw_buf payload = {0}, out = {0};
    struct gw_lines lines = {.out = &out};
    struct gw_sink sink;
    struct gw_err err = {0};
    uint16_t next = 10000;

    need(argc == 3, "usage: test-toy DIR PAYLOAD");
    need(gw_registry_load(&host, &registry, &err) == GW_OK, err.text);
    need(gw_registry_number_metrics(registry, give_number, &next, &err) == GW_OK, err.text);
    toy = gw_registry_find(registry, "toy");
    need(toy && toy->ready && gw_registry_count(registry) == 1, "the provider is not ready");
    need(toy->metrics->count == 1 && toy->metrics->items[0].number == 10000, "its metric has no number");
    need(gw_metric_by_number(10000) != NULL, "its metric is not known");
    read_all(argv[2], &payload);
    gw_lines_sink(&lines, &sink);
    need(gw_call_normalize(&(struct gw_call){.provider = toy, .sink = &sink},
                           &(aorta_payload){.struct_size = sizeof(aorta_payload),
                                            .kind = {"toy.lines", 9},
                                            .data = (const uint8_t *)payload.data,
                                            .size = payload.len},
                           &err) == GW_OK,
         err.text);
    need(lines.records == 2 && lines.series == 3 && lines.refused == 0, "not the records and series expected");
    gw_registry_free(&registry);
    gw_buf_free(&payload);
    gw_buf_free(&out);
    return 0;
}
