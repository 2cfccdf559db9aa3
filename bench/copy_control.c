/* The control of bench/push.py: COUNT samples of three metrics, in the order in which a phone sends them, by one COPY
 * into a narrow keyed table of the database at CONNINFO. Prints the seconds it took; making the bytes is not counted.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "series_data.h"

#define STEP_US INT64_C(5000000)

static const int16_t types[] = {1, 1, 1, 2, 3};

static void begin_copy(PGconn *c)
{
    PGresult *r;

    command(c, "CREATE TABLE IF NOT EXISTS narrow (source_id int4, type int2, ts timestamptz, value float8, "
               "PRIMARY KEY (source_id, type, ts))");
    r = PQexec(c, "COPY narrow FROM STDIN (FORMAT binary)");
    if (PQresultStatus(r) != PGRES_COPY_IN)
        die("copy", PQerrorMessage(c));
    PQclear(r);
}

static void send(PGconn *c, const struct gw_buf *rows)
{
    PGresult *r;

    for (size_t at = 0; at < rows->len; at += 1 << 20) {
        size_t len = rows->len - at < 1 << 20 ? rows->len - at : 1 << 20;
        if (PQputCopyData(c, rows->data + at, (int)len) != 1)
            die("copy", PQerrorMessage(c));
    }
    if (PQputCopyEnd(c, NULL) != 1)
        die("copy", PQerrorMessage(c));
    while ((r = PQgetResult(c)) != NULL) {
        if (PQresultStatus(r) != PGRES_COMMAND_OK)
            die("copy", PQerrorMessage(c));
        PQclear(r);
    }
}

int main(int argc, char **argv)
{
    struct gw_buf rows = {0};
    PGconn *c;

    if (argc != 4)
        die("usage", "bench-copy CONNINFO SOURCE COUNT");
    c = PQconnectdb(argv[1]);
    if (PQstatus(c) != CONNECTION_OK)
        die("connect", PQerrorMessage(c));
    command(c, "SET client_min_messages = warning");
    narrow_head(&rows);
    for (long i = 0; i < strtol(argv[3], NULL, 10); i++)
        narrow_row(&rows, (int32_t)strtol(argv[2], NULL, 10), types[i % 5], FIRST_US + i * STEP_US,
                   (double)(60 + i % 90));
    narrow_end(&rows);
    begin_copy(c);
    int64_t began = gw_mono_us();
    send(c, &rows);
    printf("%.6f\n", (double)(gw_mono_us() - began) / 1e6);
    PQfinish(c);
    gw_buf_free(&rows);
    return 0;
}
