/* An export of Apple Health through its plugin alone: what it is made of goes to a sink that counts.
 *
 * bench-import PLUGIN_DIR. AORTA_BENCH_EXPORT_MB is the size of the made-up export, 256 without it. The text is made
 * while it is read; the time that takes alone is measured first and left out of the figures.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/time.h"
#include "crypt/crypt.h"
#include "export_text.h"
#include "host/call.h"

#define LIMIT_A_SECOND 150000.0
#define LIMIT_MB       20.0

static struct export_text text;
static uint64_t samples, records;
static uint64_t megabytes = 256;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "bench-import: %s: %s\n", what, why);
    exit(1);
}

static double peak_mb(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static void figure(const char *name, double value, const char *unit, double limit, bool at_least)
{
    printf("{\"figure\":\"%s\",\"data\":\"%llu MB\",\"value\":%.2f,\"unit\":\"%s\"", name,
           (unsigned long long)megabytes, value, unit);
    if (limit > 0)
        printf(",\"limit\":%.2f,\"ok\":%s", limit, (at_least ? value >= limit : value <= limit) ? "true" : "false");
    printf("}\n");
    fflush(stdout);
}

/* ---- what the plugin is given, and what becomes of it ---- */

static int64_t read_text(void *self, void *buf, size_t cap)
{
    (void)self;
    return (int64_t)export_text_read(&text, buf, cap);
}

static enum gw_code on_record(void *self, const aorta_record *record, const aorta_source *source, uint32_t index,
                              struct gw_err *err)
{
    (void)self;
    (void)record;
    (void)source;
    (void)index;
    (void)err;
    records++;
    return GW_OK;
}

static enum gw_code on_series(void *self, const aorta_series *series, uint16_t metric, const aorta_source *source,
                              uint32_t index, struct gw_err *err)
{
    (void)self;
    (void)metric;
    (void)source;
    (void)index;
    (void)err;
    samples += series->count;
    return GW_OK;
}

/* ---- a zip, made while it is read ---- */

static char *packed;
static size_t packed_len, packed_cap, packed_at;

static la_ssize_t keep(struct archive *zip, void *self, const void *bytes, size_t len)
{
    (void)zip;
    (void)self;
    if (packed_len + len > packed_cap) {
        packed_cap = (packed_len + len) * 2;
        packed = realloc(packed, packed_cap);
        if (!packed)
            die("zip", "no memory");
    }
    memcpy(packed + packed_len, bytes, len);
    packed_len += len;
    return (la_ssize_t)len;
}

static void pack(void)
{
    static char piece[1 << 16];
    struct archive *zip = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t n;

    archive_entry_set_pathname(entry, "apple_health_export/export.xml");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_set_format_zip(zip);
    if (archive_write_open(zip, NULL, NULL, keep, NULL) != ARCHIVE_OK || archive_write_header(zip, entry) != ARCHIVE_OK)
        die("zip", "cannot be made");
    while ((n = export_text_read(&text, piece, sizeof(piece))) > 0)
        archive_write_data(zip, piece, n);
    archive_entry_free(entry);
    archive_write_close(zip);
    archive_write_free(zip);
}

static int64_t read_packed(void *self, void *buf, size_t cap)
{
    size_t n = packed_len - packed_at < cap ? packed_len - packed_at : cap;

    (void)self;
    memcpy(buf, packed + packed_at, n);
    packed_at += n;
    return (int64_t)n;
}

/* ---- the runs ---- */

/* Seconds, with the size of what was read in between. */
static double run(const struct gw_provider *provider, int64_t (*read)(void *, void *, size_t), uint64_t size)
{
    struct gw_sink sink = {.record = on_record, .series = on_series, .payload_read = read};
    struct gw_call call = {.provider = provider, .sink = &sink, .timeout_ms = 3600 * 1000};
    aorta_payload payload = {
        .struct_size = sizeof(payload), .kind = {"apple.export", 12}, .size = size, .received_at_us = gw_now_us()};
    struct gw_err err = {0};
    int64_t began = gw_mono_us();

    samples = records = 0;
    if (gw_call_normalize(&call, &payload, &err))
        die("normalize", gw_err_text(&err));
    if (samples < text.records || records < text.stages + text.workouts)
        die("normalize", "not all of it came through");
    return (double)(gw_mono_us() - began) / 1e6;
}

static double make_alone(void)
{
    static char piece[1 << 16];
    int64_t began = gw_mono_us();

    export_text_init(&text, 1, megabytes << 20);
    while (export_text_read(&text, piece, sizeof(piece)) > 0)
        ;
    return (double)(gw_mono_us() - began) / 1e6;
}

int main(int argc, char **argv)
{
    const char *size = getenv("AORTA_BENCH_EXPORT_MB");
    struct gw_provider *provider = NULL;
    struct gw_err err = {0};
    char path[1024];

    if (argc != 2)
        die("usage", "bench-import PLUGIN_DIR");
    if (size && *size)
        megabytes = strtoull(size, NULL, 10);
    snprintf(path, sizeof(path), "%s/apple.so", argv[1]);
    if (gw_crypt_init(&err) || gw_provider_open(path, &provider, &err))
        die(path, gw_err_text(&err));
    double making = make_alone(), idle = peak_mb();
    export_text_init(&text, 1, megabytes << 20);
    double spent = run(provider, read_text, text.bytes) - making;
    double elements = (double)(text.records + text.stages + text.workouts + text.days);
    figure("export.xml through the plugin alone", elements / spent, "records/s", LIMIT_A_SECOND, true);
    figure("bytes of it", (double)text.made / spent / 1e6, "MB/s", 0, true);
    figure("resident memory it takes", peak_mb() - idle, "MB", LIMIT_MB, false);
    export_text_init(&text, 1, megabytes << 20);
    pack();
    spent = run(provider, read_packed, packed_len);
    figure("the same in a zip", elements / spent, "records/s", LIMIT_A_SECOND, true);
    free(packed);
    gw_provider_free(&provider);
    return 0;
}
