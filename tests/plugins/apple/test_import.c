/* Exports: a gigabyte made while it is read, what a stranger may put into one, and ends that come early. What elements
 * become is in the cases. */
#include "apple_host.h"
#include "export_text.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define VERSION_US INT64_C(1767342600000000) /* of export_text's ExportDate */

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_IS_TOLD 0 /* a sanitizer's own memory is not the plugin's */
#define LARGE          ((uint64_t)64 << 20)
#else
#define MEMORY_IS_TOLD 1
#define LARGE          ((uint64_t)1 << 30)
#endif
#define MEMORY_MOST_KB 20480

static void small_memory(long idle)
{
    if (MEMORY_IS_TOLD)
        ck_assert_int_lt(peak_kb() - idle, MEMORY_MOST_KB);
}

/* ---- sizes ---- */

struct made {
    struct apple_host host; /* first: make gets it back */
    struct export_text text;
};

static size_t make_export(struct apple_host *h, char *out, size_t cap)
{
    return export_text_read(&((struct made *)h)->text, out, cap);
}

START_TEST(a_gigabyte)
{
    struct made *m = calloc(1, sizeof(*m));
    ck_assert_ptr_nonnull(m);
    apple_host_init(&m->host);
    apple_count(&m->host);
    m->host.kind = "apple.export";
    m->host.make = make_export;
    export_text_init(&m->text, 7, LARGE);
    long idle = peak_kb();
    ck_assert_int_eq(apple_read(&m->host, LARGE), AORTA_OK);
    ck_assert_uint_ge(m->text.made, LARGE / 100 * 93);
    ck_assert_uint_eq(m->host.fake.records, m->text.stages + m->text.workouts + m->text.days);
    ck_assert_uint_ge(m->host.samples, m->text.records); /* and totals of days */
    ck_assert_int_eq(m->host.version_us, VERSION_US);
    ck_assert_uint_eq(m->host.fake.log.len, 0);
    small_memory(idle);
    apple_host_fini(&m->host);
    free(m);
}
END_TEST

START_TEST(the_same_text_from_the_same_seed)
{
    static struct export_text a, b;
    char one[1000], other[1000];
    export_text_init(&a, 3, 1 << 20);
    export_text_init(&b, 3, 1 << 20);
    for (size_t n = 1; n > 0;) {
        n = export_text_read(&a, one, sizeof(one));
        ck_assert_uint_eq(export_text_read(&b, other, sizeof(other)), n);
        ck_assert_mem_eq(one, other, n);
    }
    ck_assert_uint_ge(a.made, 1000000);
}
END_TEST

/* ---- a text that repeats, between two others ---- */

struct repeated {
    struct apple_host host; /* first: make gets it back */
    const char *before, *after;
    size_t (*part)(uint64_t i, char *out, size_t cap);
    uint64_t parts, at;
    char text[4096];
    size_t len, used;
};

static int next_part(struct repeated *r)
{
    if (r->at > r->parts + 1)
        return 0;
    if (r->at == 0 || r->at > r->parts)
        r->len = (size_t)snprintf(r->text, sizeof(r->text), "%s", r->at ? r->after : r->before);
    else
        r->len = r->part(r->at - 1, r->text, sizeof(r->text));
    r->used = 0;
    r->at++;
    return 1;
}

static size_t make_repeated(struct apple_host *h, char *out, size_t cap)
{
    struct repeated *r = (struct repeated *)h;
    size_t n = 0;
    while (n < cap && (r->used < r->len || next_part(r))) {
        size_t some = r->len - r->used < cap - n ? r->len - r->used : cap - n;
        memcpy(out + n, r->text + r->used, some);
        r->used += some;
        n += some;
    }
    return n;
}

static const char top[] = "<HealthData locale=\"de\">\n <ExportDate value=\"2026-11-20 08:31:02 +0100\"/>\n"
                          " <Record type=\"HKQuantityTypeIdentifierStepCount\" sourceName=\"S\" "
                          "startDate=\"2026-11-19 06:00:00 +0100\" value=\"3\"/>\n";

/* What normalize says of it; memory is small whatever that is, and what stood before the parts came out. */
static aorta_status read_repeated(const char *after, uint64_t parts, size_t (*part)(uint64_t i, char *out, size_t cap),
                                  char message[512])
{
    struct repeated *r = calloc(1, sizeof(*r));
    ck_assert_ptr_nonnull(r);
    apple_host_init(&r->host);
    apple_count(&r->host);
    r->host.kind = "apple.export";
    r->host.make = make_repeated;
    r->before = top;
    r->after = after;
    r->part = part;
    r->parts = parts;
    long idle = peak_kb();
    aorta_status st = apple_read(&r->host, UINT64_C(1) << 40);
    small_memory(idle);
    ck_assert_uint_ge(r->host.samples, 1);
    snprintf(message, 512, "%s", r->host.fake.fail_message);
    apple_host_fini(&r->host);
    free(r);
    return st;
}

static size_t letters(uint64_t i, char *out, size_t cap)
{
    (void)i;
    memset(out, 'x', cap);
    return cap;
}

static size_t spaces(uint64_t i, char *out, size_t cap)
{
    (void)i;
    memset(out, ' ', cap);
    return cap;
}

static size_t new_names(uint64_t i, char *out, size_t cap)
{
    return (size_t)snprintf(out, cap, " <R%llu a%llu=\"1\" b%llu=\"2\"/>\n", (unsigned long long)i,
                            (unsigned long long)i, (unsigned long long)i);
}

static size_t new_sources(uint64_t i, char *out, size_t cap)
{
    return (size_t)snprintf(out, cap,
                            " <Record type=\"HKQuantityTypeIdentifierStepCount\" sourceName=\"app %llu\" "
                            "startDate=\"2026-11-19 06:00:00 +0100\" value=\"3\"/>\n",
                            (unsigned long long)(i % 4000));
}

static size_t laps(uint64_t i, char *out, size_t cap)
{
    (void)i;
    return (size_t)snprintf(out, cap,
                            "  <WorkoutEvent type=\"HKWorkoutEventTypeLap\" date=\"2026-11-19 06:00:00 +0100\" "
                            "duration=\"1\" durationUnit=\"min\"/>\n");
}

START_TEST(an_attribute_without_end)
{
    char why[512];
    ck_assert_int_eq(read_repeated(" <Record type=\"", 0, letters, why), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(why, "it ends too early"));
    ck_assert_int_eq(read_repeated("", 20000, letters, why), AORTA_ERR_DATA); /* text: that is passed over */
    ck_assert_ptr_nonnull(strstr(why, "it ends too early"));
}
END_TEST

static size_t endless(uint64_t i, char *out, size_t cap)
{
    return i == 0 ? (size_t)snprintf(out, cap, " <Record type=\"") : letters(i, out, cap);
}

START_TEST(an_attribute_of_eighty_megabytes)
{
    char why[512];
    ck_assert_int_eq(read_repeated("\"/></HealthData>", 20000, endless, why), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(why, "larger than any of an export"));
}
END_TEST

START_TEST(names_without_number)
{
    char why[512];
    ck_assert_int_eq(read_repeated("</HealthData>", 300000, new_names, why), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(why, "its names are too many"));
}
END_TEST

START_TEST(much_white_space)
{
    char why[512];
    ck_assert_int_eq(read_repeated("</HealthData>", 20000, spaces, why), AORTA_OK);
}
END_TEST

START_TEST(many_sources)
{
    char why[512];
    ck_assert_int_eq(read_repeated("</HealthData>", 20000, new_sources, why), AORTA_OK);
}
END_TEST

static size_t one_workout_of_laps(uint64_t i, char *out, size_t cap)
{
    return i == 0 ? (size_t)snprintf(out, cap,
                                     " <Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" "
                                     "startDate=\"2026-11-19 06:00:00 +0100\" endDate=\"2026-11-19 07:00:00 +0100\">\n")
                  : laps(i, out, cap);
}

START_TEST(laps_without_number)
{
    char why[512];
    ck_assert_int_eq(read_repeated(" </Workout>\n</HealthData>", 500000, one_workout_of_laps, why), AORTA_OK);
}
END_TEST

/* ---- zips ---- */

struct packed {
    char *bytes;
    size_t len, cap;
};

static la_ssize_t keep(struct archive *zip, void *self, const void *bytes, size_t len)
{
    struct packed *p = self;
    (void)zip;
    if (p->len + len > p->cap) {
        p->cap = (p->len + len) * 2;
        p->bytes = realloc(p->bytes, p->cap);
        ck_assert_ptr_nonnull(p->bytes);
    }
    memcpy(p->bytes + p->len, bytes, len);
    p->len += len;
    return (la_ssize_t)len;
}

/* An export in a zip, or what repeats itself for so long. */
static void pack(struct packed *p, struct export_text *text, uint64_t megabytes_of_spaces)
{
    static char piece[1 << 20];
    struct archive *zip = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    size_t n;
    archive_entry_set_pathname(entry, "apple_health_export/export.xml");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_set_format_zip(zip);
    ck_assert_int_eq(archive_write_open(zip, p, NULL, keep, NULL), ARCHIVE_OK);
    ck_assert_int_eq(archive_write_header(zip, entry), ARCHIVE_OK);
    while (text && (n = export_text_read(text, piece, sizeof(piece))) > 0)
        ck_assert_int_eq(archive_write_data(zip, piece, n), (la_ssize_t)n);
    if (megabytes_of_spaces)
        archive_write_data(zip, top, sizeof(top) - 1);
    memset(piece, ' ', sizeof(piece));
    for (uint64_t i = 0; i < megabytes_of_spaces; i++)
        archive_write_data(zip, piece, sizeof(piece));
    archive_entry_free(entry);
    ck_assert_int_eq(archive_write_close(zip), ARCHIVE_OK);
    archive_write_free(zip);
}

START_TEST(a_large_zip)
{
    static struct export_text text;
    struct packed p = {0};
    struct apple_host h;
    export_text_init(&text, 9, 24 << 20);
    pack(&p, &text, 0);
    apple_host_init(&h);
    apple_count(&h);
    h.kind = "apple.export";
    h.body = p.bytes;
    h.len = p.len;
    h.piece = 50000;
    long idle = peak_kb();
    ck_assert_int_eq(apple_read(&h, p.len), AORTA_OK);
    ck_assert_uint_eq(h.fake.records, text.stages + text.workouts + text.days);
    ck_assert_uint_ge(h.samples, text.records);
    small_memory(idle);
    apple_host_fini(&h);
    free(p.bytes);
}
END_TEST

START_TEST(a_zip_that_unpacks_to_too_much)
{
    struct packed p = {0};
    struct apple_host h;
    pack(&p, NULL, 400);
    ck_assert_uint_lt(p.len, 1 << 20);
    apple_host_init(&h);
    apple_count(&h);
    h.kind = "apple.export";
    h.body = p.bytes;
    h.len = p.len;
    long idle = peak_kb();
    ck_assert_int_eq(apple_read(&h, p.len), AORTA_ERR_DATA);
    ck_assert_ptr_nonnull(strstr(h.fake.fail_message, "unpacks to more than an export can be"));
    ck_assert_str_eq(h.fake.fail_code, "apple.export");
    ck_assert_uint_eq(h.samples, 1); /* what came before is good */
    small_memory(idle);
    apple_host_fini(&h);
    free(p.bytes);
}
END_TEST

START_TEST(a_zip_with_a_byte_changed)
{
    static struct export_text text;
    struct packed p = {0};
    export_text_init(&text, 9, 1 << 20);
    pack(&p, &text, 0);
    for (size_t at = 100; at < p.len; at += p.len / 40) {
        struct apple_host h;
        apple_host_init(&h);
        apple_count(&h);
        h.kind = "apple.export";
        p.bytes[at] ^= 0x55;
        aorta_status st = apple_normalize(&h, p.bytes, p.len);
        p.bytes[at] ^= 0x55;
        ck_assert(st == AORTA_OK || st == AORTA_ERR_DATA);
        apple_host_fini(&h);
    }
    free(p.bytes);
}
END_TEST

/* ---- ends ---- */

static unsigned calls_left;

static aorta_status alive_for_a_while(aorta_ctx *ctx)
{
    (void)ctx;
    return calls_left-- > 0 ? AORTA_OK : AORTA_ERR_DEADLINE;
}

static void ends_with_the_deadline(const char *bytes, size_t len)
{
    struct apple_host h;
    apple_host_init(&h);
    apple_count(&h);
    h.kind = "apple.export";
    h.fake.table.alive = alive_for_a_while;
    calls_left = 3;
    ck_assert_int_eq(apple_normalize(&h, bytes, len), AORTA_ERR_DEADLINE);
    apple_host_fini(&h);
}

START_TEST(the_deadline_is_heard)
{
    static struct export_text text;
    static char plain[2 << 20];
    struct packed p = {0};
    export_text_init(&text, 9, 1 << 20);
    size_t len = export_text_read(&text, plain, sizeof(plain));
    ends_with_the_deadline(plain, len);
    export_text_init(&text, 9, 8 << 20);
    pack(&p, &text, 0);
    ends_with_the_deadline(p.bytes, p.len);
    free(p.bytes);
}
END_TEST

static aorta_status lose_series(aorta_ctx *ctx, const aorta_series *s)
{
    (void)ctx;
    (void)s;
    return AORTA_ERR_CANCELLED;
}

static aorta_status lose_record(aorta_ctx *ctx, const aorta_record *r)
{
    (void)ctx;
    (void)r;
    return AORTA_ERR_CANCELLED;
}

START_TEST(what_the_host_says_ends_it)
{
    static struct export_text text;
    static char plain[2 << 20];
    struct apple_host h;
    export_text_init(&text, 9, 1 << 20);
    size_t len = export_text_read(&text, plain, sizeof(plain));
    for (int i = 0; i < 3; i++) {
        apple_host_init(&h);
        apple_count(&h);
        h.kind = "apple.export";
        if (i == 0)
            h.fake.table.emit_series = lose_series;
        if (i == 1)
            h.fake.table.emit_record = lose_record;
        h.body = plain;
        h.len = len;
        h.read_fails = i == 2 ? AORTA_ERR_CANCELLED : AORTA_OK;
        ck_assert_int_eq(apple_read(&h, len), AORTA_ERR_CANCELLED);
        apple_host_fini(&h);
    }
}
END_TEST

START_TEST(what_was_passed_over_is_said)
{
    static const char text[] =
        "<HealthData>\n <Record a=\"1\" a=\"2\"/>\n <Record type=\"HKQuantityTypeIdentifierX\"/>\n"
        " <Record type=\"HKQuantityTypeIdentifierHeartRate\" value=\"60\"/>\n</HealthData>";
    struct apple_host h;
    apple_host_init(&h);
    h.kind = "apple.export";
    ck_assert_int_eq(apple_normalize(&h, text, sizeof(text) - 1), AORTA_OK);
    ck_assert(apple_said(&h, "1 places in the file are not XML"));
    ck_assert(apple_said(&h, "1 of 2 items of records skipped: no start that can be read (at 1)"));
    ck_assert(apple_said(&h, "1 of 2 items of records are of types that are not kept"));
    apple_host_fini(&h);
}
END_TEST

Suite *import_suite(void)
{
    Suite *s = suite_create("import");
    TCase *t = tcase_create("import");
    tcase_set_timeout(t, 300);
    tcase_add_test(t, a_gigabyte);
    tcase_add_test(t, the_same_text_from_the_same_seed);
    tcase_add_test(t, an_attribute_without_end);
    tcase_add_test(t, an_attribute_of_eighty_megabytes);
    tcase_add_test(t, names_without_number);
    tcase_add_test(t, much_white_space);
    tcase_add_test(t, many_sources);
    tcase_add_test(t, laps_without_number);
    tcase_add_test(t, a_large_zip);
    tcase_add_test(t, a_zip_that_unpacks_to_too_much);
    tcase_add_test(t, a_zip_with_a_byte_changed);
    tcase_add_test(t, the_deadline_is_heard);
    tcase_add_test(t, what_the_host_says_ends_it);
    tcase_add_test(t, what_was_passed_over_is_said);
    suite_add_tcase(s, t);
    return s;
}
