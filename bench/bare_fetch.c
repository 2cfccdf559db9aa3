/* The control for reading samples: libpq alone fetches a day from a narrow table, binary, and looks at every value.
 *
 * bench-bare-fetch CONNINFO USER METRIC FROM TO THREADS SECONDS: prints fetches a second and rows of one fetch.
 */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char statement[] = "SELECT t, v FROM bench_samples WHERE user_id = $1::uuid AND metric = $2::smallint"
                                " AND t >= $3::timestamptz AND t < $4::timestamptz ORDER BY t";

static char **args;
static atomic_long fetches;
static atomic_int rows;
static atomic_bool failed;
static double end_at;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double value_at(const PGresult *r, int row)
{
    uint64_t bits;
    double v;

    memcpy(&bits, PQgetvalue(r, row, 1), sizeof(bits));
    bits = __builtin_bswap64(bits);
    memcpy(&v, &bits, sizeof(v));
    return v;
}

static void *fetch(void *arg)
{
    const char *values[] = {args[2], args[3], args[4], args[5]};
    PGconn *c = PQconnectdb(args[1]);
    volatile double sum = 0;

    (void)arg;
    PQclear(PQprepare(c, "day", statement, 0, NULL));
    while (now() < end_at) {
        PGresult *r = PQexecPrepared(c, "day", 4, values, NULL, NULL, 1);
        if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) == 0) {
            fprintf(stderr, "bench-bare-fetch: %s\n", PQerrorMessage(c));
            failed = true;
        }
        for (int i = 0; i < PQntuples(r); i++)
            sum += value_at(r, i);
        rows = PQntuples(r);
        PQclear(r);
        fetches++;
        if (failed)
            break;
    }
    PQfinish(c);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[64];
    int count;
    double began = now(), seconds;

    if (argc != 8) {
        fprintf(stderr, "usage: bench-bare-fetch CONNINFO USER METRIC FROM TO THREADS SECONDS\n");
        return 2;
    }
    args = argv;
    count = atoi(argv[6]) < 64 ? atoi(argv[6]) : 64;
    end_at = began + atof(argv[7]);
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, fetch, NULL);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    seconds = now() - began;
    printf("%.2f %d\n", (double)fetches / seconds, (int)rows);
    return failed ? 1 : 0;
}
