/* Drives a fuzz target without libFuzzer, so that every build runs its seeds as a test.
 *
 * Each argument is a file or a folder that is searched for files named payload.* (cases of plugins) or lying in a
 * folder of seeds. Every file goes in as it is, behind each of the first selector bytes, cut short at many places, and
 * with bytes changed: always the same way. At least the empty input runs.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MOST (1 << 20)
#define SELECTORS 24
#define CUTS      48
#define CHANGES   64

static uint32_t dice = 1;

static uint32_t roll(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 17;
    dice ^= dice << 5;
    return dice;
}

/* On a block of exactly this size, so that a sanitizer sees one byte too far. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (!copy)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void run_cuts(const uint8_t *data, size_t size)
{
    size_t step = size / CUTS + 1;

    for (size_t n = 0; n < size; n += step)
        run(data, n);
}

static void run_changes(uint8_t *data, size_t size)
{
    static const char marks[] = "\"\\{}[],:0-9e.\x00\xff\xc3";

    for (int i = 0; size > 0 && i < CHANGES; i++) {
        size_t at = roll() % size;
        uint8_t was = data[at];
        data[at] = i % 2 ? (uint8_t)marks[roll() % 16] : (uint8_t)roll();
        run(data, size);
        data[at] = was;
    }
}

static void run_all(uint8_t *data, size_t size) /* one byte in front of data is ours */
{
    run(data, size);
    for (int selector = 0; selector < SELECTORS; selector++) {
        data[-1] = (uint8_t)selector;
        run(data - 1, size + 1);
        if (selector % 8 == 0)
            run_cuts(data - 1, size + 1);
    }
    run_changes(data, size);
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "rbe");
    uint8_t *data = malloc(FILE_MOST + 1);

    if (file && data)
        run_all(data + 1, fread(data + 1, 1, FILE_MOST, file));
    free(data);
    if (file)
        fclose(file);
}

static int runs_too(const char *folder, const char *name)
{
    return strncmp(name, "payload.", 8) == 0 || strstr(folder, "/seeds/") != NULL;
}

static unsigned run_folder(const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort);
    unsigned ran = 0;

    for (int i = 0; i < n; i++) {
        char path[4096];
        struct stat st;
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && stat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode)) {
                ran += run_folder(path);
            } else if (runs_too(folder, entries[i]->d_name)) {
                run_file(path);
                ran++;
            }
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    return ran;
}

int main(int argc, char **argv)
{
    unsigned ran = 0;

    run((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        ran += run_folder(argv[i]);
    printf("%u seeds\n", ran);
    return 0;
}
