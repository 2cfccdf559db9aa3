/* state.c - grants and tokens in a file, so that a restarted simulator still knows its users. */
#include "state.h"

#include "clock.h"
#include "garmin_watch.h"
#include "polar.h"
#include "text.h"
#include "tokens.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_MS = 2000 };

static const char *kept_path;
static char *last_text;

static char *snapshot(void)
{
    json_t *all =
        json_pack("{s:o, s:o, s:o}", "tokens", tokens_save(), "polar", polar_save(), "garmin", garmin_watch_save());
    char *text = wire_dump(all);
    json_decref(all);
    return text;
}

static void write_file(const char *path, const char *text)
{
    char *temporary = text_printf("%s.new", path);
    FILE *f = fopen(temporary, "w");
    if (!f) {
        perror(temporary);
        free(temporary);
        return;
    }
    bool good = fputs(text, f) >= 0;
    good = fclose(f) == 0 && good;
    if (!good || rename(temporary, path) != 0)
        perror(path);
    free(temporary);
}

void state_load(const char *path)
{
    kept_path = path;
    json_t *saved = path ? json_load_file(path, 0, NULL) : NULL;
    if (!saved)
        return;
    tokens_load(json_object_get(saved, "tokens"));
    polar_load(json_object_get(saved, "polar"));
    garmin_watch_load(json_object_get(saved, "garmin"));
    json_decref(saved);
}

void state_save(const char *path)
{
    if (path) {
        char *text = snapshot();
        if (!text_same(text, last_text))
            write_file(path, text);
        free(text);
    }
    free(last_text);
    last_text = NULL;
}

void state_tick(void)
{
    static int64_t next_ms;
    if (!kept_path || clock_mono_ms() < next_ms)
        return;
    next_ms = clock_mono_ms() + EVERY_MS;
    char *text = snapshot();
    if (!text_same(text, last_text))
        write_file(kept_path, text);
    free(last_text);
    last_text = text;
}
