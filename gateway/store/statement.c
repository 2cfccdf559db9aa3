/* Cuts the embedded bytes of sql/ into statements, once. */
#include "store/statement.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MARK "-- name: "

static char bytes[] = {
#include "sql_bytes.inc"
    0};

static const char *const names[SQL_COUNT + 1] = {
#include "sql_names.inc"
    NULL};

static const char *texts[SQL_COUNT];
static pthread_once_t cut_once = PTHREAD_ONCE_INIT;

static char *next_mark(char *from)
{
    for (char *p = strstr(from, MARK); p; p = strstr(p + 1, MARK))
        if (p == bytes || p[-1] == '\n')
            return p;
    return NULL;
}

/* The build made the ids from the same lines in the same order; anything else is a broken build. */
static void cut(void)
{
    char *mark = next_mark(bytes);

    for (int i = 0; i < SQL_COUNT; i++) {
        char *eol = mark ? strchr(mark, '\n') : NULL;
        if (!eol || strncmp(mark + strlen(MARK), names[i], (size_t)(eol - mark) - strlen(MARK)) != 0)
            abort();
        texts[i] = eol + 1;
        mark = next_mark(eol);
        if (mark)
            mark[-1] = '\0';
    }
    if (mark)
        abort();
}

const char *sql_name(enum sql_id id)
{
    return names[id];
}

const char *sql_text(enum sql_id id)
{
    pthread_once(&cut_once, cut);
    return texts[id];
}
