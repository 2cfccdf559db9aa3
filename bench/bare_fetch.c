/* The control for reading: libpq alone fetches rows from a narrow table, binary, and looks at every value.
 *
 * bench-bare-fetch CONNINFO USER WHAT FROM TO THREADS SECONDS LIMIT, where WHAT is the number of a metric or
 * `workouts`: prints fetches a second, rows of one fetch and the 99th percentile of a fetch in milliseconds.
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

#define THREADS_MOST 64
#define TIMES_MOST   200000

static const char samples[] = "SELECT t, v FROM bench_samples WHERE user_id = $1::uuid AND metric = $2::smallint"
                              " AND t >= $3::timestamptz AND t < $4::timestamptz ORDER BY t LIMIT $5::bigint";
static const char workouts[] = "SELECT id, type, name, start_at, end_at, offset_s, duration_s, energy_kcal, distance_m,"
                               " hr_avg, hr_max, elevation_gain_m, source_id FROM bench_workouts"
                               " WHERE user_id = $1::uuid AND $2::text <> '' AND start_at >= $3::timestamptz"
                               " AND start_at < $4::timestamptz ORDER BY start_at DESC, id DESC LIMIT $5::bigint";

static char **args;
static atomic_int rows;
static atomic_bool failed;
static double end_at;

struct fetcher {
    pthread_t thread;
    float *ms;
    size_t count;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Every byte is looked at, eight at a time where there are eight. */
static uint64_t look(const PGresult *r, int row, int column)
{
    const char *v = PQgetvalue(r, row, column);
    int len = PQgetlength(r, row, column);
    uint64_t sum = 0, word;

    for (; len >= 8; len -= 8, v += 8) {
        memcpy(&word, v, 8);
        sum += __builtin_bswap64(word);
    }
    for (; len > 0; len--)
        sum += (uint8_t)*v++;
    return sum;
}

static void *fetch(void *self)
{
    struct fetcher *f = self;
    const char *values[] = {args[2], args[3], args[4], args[5], args[8]};
    PGconn *c = PQconnectdb(args[1]);
    volatile uint64_t sum = 0;

    f->ms = malloc(TIMES_MOST * sizeof(*f->ms));
    PQclear(PQprepare(c, "page", strcmp(args[3], "workouts") == 0 ? workouts : samples, 0, NULL));
    while (!failed && f->ms && now() < end_at && f->count < TIMES_MOST) {
        double began = now();
        PGresult *r = PQexecPrepared(c, "page", 5, values, NULL, NULL, 1);
        if (PQresultStatus(r) != PGRES_TUPLES_OK || PQntuples(r) == 0) {
            fprintf(stderr, "bench-bare-fetch: %s\n", PQerrorMessage(c));
            failed = true;
        }
        for (int i = 0; i < PQntuples(r); i++)
            for (int k = 0; k < PQnfields(r); k++)
                sum += look(r, i, k);
        rows = PQntuples(r);
        PQclear(r);
        f->ms[f->count++] = (float)((now() - began) * 1000);
    }
    PQfinish(c);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    const float *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double percentile(struct fetcher *fetchers, int count, size_t total)
{
    float *all = malloc((total + 1) * sizeof(*all));
    size_t n = 0;
    double ms;

    if (!all || total == 0)
        return 0;
    for (int i = 0; i < count; i++) {
        memcpy(all + n, fetchers[i].ms, fetchers[i].count * sizeof(*all));
        n += fetchers[i].count;
    }
    qsort(all, n, sizeof(*all), by_value);
    ms = (double)all[n * 99 / 100];
    free(all);
    return ms;
}

int main(int argc, char **argv)
{
    static struct fetcher fetchers[THREADS_MOST];
    double began = now(), seconds;
    size_t total = 0;
    int count;

    if (argc != 9) {
        fprintf(stderr, "usage: bench-bare-fetch CONNINFO USER WHAT FROM TO THREADS SECONDS LIMIT\n");
        return 2;
    }
    args = argv;
    count = atoi(argv[6]) < THREADS_MOST ? atoi(argv[6]) : THREADS_MOST;
    end_at = began + atof(argv[7]);
    for (int i = 0; i < count; i++)
        pthread_create(&fetchers[i].thread, NULL, fetch, &fetchers[i]);
    for (int i = 0; i < count; i++) {
        pthread_join(fetchers[i].thread, NULL);
        total += fetchers[i].count;
    }
    seconds = now() - began;
    printf("%.2f %d %.3f\n", (double)total / seconds, (int)rows, percentile(fetchers, count, total));
    return failed ? 1 : 0;
}
