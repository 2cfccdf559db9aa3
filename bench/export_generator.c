/* aorta-export-generator: writes a made-up person's export of Apple Health, of any size.
 *
 *     aorta-export-generator [--mb N] [--seed N] [--zip] FILE|-
 *
 * The size is that of export.xml, also within a zip.
 */
#include <archive.h>
#include <archive_entry.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export_text.h"

static struct export_text text;
static char piece[1 << 16];

static int fail(const char *what, const char *why)
{
    fprintf(stderr, "aorta-export-generator: %s: %s\n", what, why);
    return 1;
}

static int write_plain(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "wbe");
    size_t n;

    if (!file)
        return fail(path, "cannot be written");
    while ((n = export_text_read(&text, piece, sizeof(piece))) > 0)
        if (fwrite(piece, 1, n, file) != n)
            return fail(path, "cannot be written");
    return fclose(file) == 0 ? 0 : fail(path, "cannot be written");
}

static int write_entry(struct archive *zip)
{
    struct archive_entry *entry = archive_entry_new();
    size_t n;
    int r;

    archive_entry_set_pathname(entry, "apple_health_export/export.xml");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    r = archive_write_header(zip, entry); /* its size is not known: as phones write it */
    while (r == ARCHIVE_OK && (n = export_text_read(&text, piece, sizeof(piece))) > 0)
        if (archive_write_data(zip, piece, n) != (la_ssize_t)n)
            r = ARCHIVE_FATAL;
    archive_entry_free(entry);
    return r;
}

static int write_zip(const char *path)
{
    struct archive *zip = archive_write_new();
    int r = ARCHIVE_FATAL;

    if (zip && archive_write_set_format_zip(zip) == ARCHIVE_OK &&
        archive_write_open_filename(zip, strcmp(path, "-") == 0 ? NULL : path) == ARCHIVE_OK)
        r = write_entry(zip);
    if (r == ARCHIVE_OK)
        r = archive_write_close(zip);
    r = r == ARCHIVE_OK ? 0 : fail(path, zip ? archive_error_string(zip) : "no memory");
    archive_write_free(zip);
    return r;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"mb", required_argument, NULL, 'm'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"zip", no_argument, NULL, 'z'},
                                            {0}};
    uint64_t mb = 64, seed = 1;
    int option, zip = 0, status;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'm')
            mb = strtoull(optarg, NULL, 10);
        else if (option == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (option == 'z')
            zip = 1;
        else
            return fail("usage", "[--mb N] [--seed N] [--zip] FILE|-");
    }
    if (optind + 1 != argc || mb == 0)
        return fail("usage", "[--mb N] [--seed N] [--zip] FILE|-");
    export_text_init(&text, seed, mb << 20);
    status = zip ? write_zip(argv[optind]) : write_plain(argv[optind]);
    if (status == 0)
        fprintf(stderr, "{\"bytes\":%llu,\"records\":%llu,\"stages\":%llu,\"workouts\":%llu,\"days\":%llu}\n",
                (unsigned long long)text.made, (unsigned long long)text.records, (unsigned long long)text.stages,
                (unsigned long long)text.workouts, (unsigned long long)text.days);
    return status;
}
