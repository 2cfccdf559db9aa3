/* Hints between processes: heard, gathered, and heard again after the connection was lost. */
#include "db_test.h"

#include <pthread.h>

#include "base/time.h"

struct ears {
    pthread_mutex_t lock;
    pthread_cond_t heard;
    int work, keys, reconnects, done;
    struct gw_uuid last;
};

static void hear(struct ears *e, int *what)
{
    pthread_mutex_lock(&e->lock);
    ++*what;
    pthread_cond_broadcast(&e->heard);
    pthread_mutex_unlock(&e->lock);
}

static void on_work(void *self)
{
    hear(self, &((struct ears *)self)->work);
}

static void on_keys(void *self)
{
    hear(self, &((struct ears *)self)->keys);
}

static void on_reconnect(void *self)
{
    hear(self, &((struct ears *)self)->reconnects);
}

static void on_done(void *self, struct gw_uuid run)
{
    struct ears *e = self;

    pthread_mutex_lock(&e->lock);
    e->last = run;
    pthread_mutex_unlock(&e->lock);
    hear(e, &e->done);
}

/* Waits at most ten seconds. */
static void await(struct ears *e, const int *what, int at_least)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&e->lock);
    while (*what < at_least && pthread_cond_timedwait(&e->heard, &e->lock, &until) == 0)
        ;
    int got = *what;
    pthread_mutex_unlock(&e->lock);
    ck_assert_int_ge(got, at_least);
}

static void ears_init(struct ears *e)
{
    memset(e, 0, sizeof(*e));
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->heard, NULL);
}

static struct gw_notify *open_ears(struct ears *e)
{
    struct gw_notify_handlers handlers = {e, on_work, on_done, on_keys, on_reconnect};
    struct gw_notify *n;

    ears_init(e);
    ck_good(gw_notify_open(db_conninfo, &handlers, &n, &err));
    await(e, &e->reconnects, 1);
    return n;
}

START_TEST(test_heard)
{
    struct ears a, b;
    struct gw_notify *one = open_ears(&a), *two = open_ears(&b);
    struct gw_uuid run = gw_uuid_v7();

    gw_notify_work(one);
    await(&a, &a.work, 1);
    await(&b, &b.work, 1);
    gw_notify_done(one, run);
    await(&b, &b.done, 1);
    ck_assert(gw_uuid_eq(b.last, run));
    gw_notify_keys(two);
    await(&a, &a.keys, 1);
    static const uint8_t digest[32] = {1};
    struct gw_api_key key;
    ck_good(gw_store_key_create(db, arena, "k", "sk-x", digest, 1, (struct gw_uuid){{0}}, &key, &err));
    ck_good(gw_store_key_revoke(db, key.id, (struct gw_uuid){{0}}, &err));
    await(&a, &a.keys, 2);
    await(&b, &b.keys, 2);
    gw_notify_close(&one);
    gw_notify_close(&two);
    ck_assert_ptr_null(one);
}
END_TEST

static struct gw_notify *speaker;

static void *speak(void *unused)
{
    (void)unused;
    for (int i = 0; i < 500; i++) {
        gw_notify_done(speaker, gw_uuid_v7());
        gw_notify_work(speaker);
    }
    return NULL;
}

START_TEST(test_gathered)
{
    struct ears a;
    pthread_t threads[4];

    speaker = open_ears(&a);
    int64_t from = gw_mono_us();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, speak, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    await(&a, &a.done, 2000);
    ck_assert_int_eq(a.done, 2000);
    int64_t ms = (gw_mono_us() - from) / 1000;
    ck_assert_msg(a.work <= ms / 5 + 3, "%d words of work in %ld ms", a.work, (long)ms);
    gw_notify_close(&speaker);
}
END_TEST

START_TEST(test_reconnects)
{
    struct ears a;
    struct gw_notify *n = open_ears(&a);

    sql_run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aorta notify'");
    await(&a, &a.reconnects, 2);
    gw_notify_work(n);
    await(&a, &a.work, 1);
    gw_notify_close(&n);
}
END_TEST

START_TEST(test_no_server)
{
    struct ears a;
    struct gw_notify_handlers handlers = {&a, on_work, on_done, on_keys, on_reconnect};
    struct gw_notify *n;

    ears_init(&a);
    ck_good(gw_notify_open("host=/tmp/no-such-folder dbname=x", &handlers, &n, &err));
    gw_notify_work(n);
    int64_t from = gw_mono_us();
    gw_notify_close(&n);
    ck_assert_int_lt(gw_mono_us() - from, 2000000);
    ck_assert_int_eq(a.reconnects, 0);
}
END_TEST

Suite *suite_notify(void)
{
    Suite *suite = suite_create("notify");
    TCase *tcase = db_case(suite, "notify");

    tcase_add_test(tcase, test_heard);
    tcase_add_test(tcase, test_gathered);
    tcase_add_test(tcase, test_reconnects);
    tcase_add_test(tcase, test_no_server);
    return suite;
}
