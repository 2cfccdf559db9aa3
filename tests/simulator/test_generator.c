/* test_generator.c - the made-up people: the same every time, and sound in themselves. */
#include "civil.h"
#include "day.h"
#include "test_main.h"

#include <string.h>

enum { DAYS = 60 };

/* Calls one check for every named person, provider and day. */
typedef void check_fn(const struct person *p, enum provider prov, int day);

static void everywhere(check_fn *check, int days)
{
    int last = civil_days(2026, 11, 22);
    for (int i = 0; i < people_named_count(); i++)
        for (int prov = 0; prov < PROVIDERS; prov++)
            for (int day = last - days; day <= last; day++)
                check(people_named(i), (enum provider)prov, day);
}

static void same_twice(const struct person *p, enum provider prov, int day)
{
    static struct day a, b;
    day_make(p, prov, day, &a);
    day_make(p, prov, day, &b);
    ck_assert_mem_eq(&a, &b, sizeof a);
}

START_TEST(the_same_day_is_the_same)
{
    everywhere(same_twice, 20);
}
END_TEST

START_TEST(another_seed_is_another_life)
{
    struct night a, b;
    int day = civil_days(2026, 11, 20);
    people_seed(1);
    night_make(people_find("anna"), GARMIN, day, &a);
    people_seed(2);
    night_make(people_find("anna"), GARMIN, day, &b);
    ck_assert_int_ne(a.start_ms, b.start_ms);
    people_seed(1);
}
END_TEST

static void night_is_sound(const struct person *p, enum provider prov, int day)
{
    struct night n;
    int sum = 0;
    night_make(p, prov, day, &n);
    ck_assert_int_gt(n.count, 3);
    ck_assert_int_lt(n.count, SEGMENTS_MAX);
    ck_assert_int_eq(n.seg[0].from, 0);
    for (int i = 1; i < n.count; i++) {
        ck_assert_int_eq(n.seg[i].from, n.seg[i - 1].to);
        ck_assert_int_ne(n.seg[i].stage, n.seg[i - 1].stage);
    }
    for (int s = 0; s < STAGES; s++)
        sum += n.stage_s[s];
    ck_assert_int_eq(sum, n.duration_s);
    ck_assert_int_ge(n.stage_s[AWAKE], n.onset_s + n.tail_s);
    ck_assert_int_ge(n.duration_s, 4 * 3600);
    ck_assert_int_eq(person_day_of(p, n.start_ms / 1000 + n.duration_s), day);
    ck_assert_int_gt(n.upload_s, n.start_ms / 1000 + n.duration_s);
    ck_assert(n.min_hr > 30 && n.min_hr <= n.avg_hr && n.avg_hr < 110);
}

START_TEST(nights_add_up)
{
    everywhere(night_is_sound, DAYS);
}
END_TEST

static void workout_is_sound(const struct workout *w)
{
    int64_t sum = 0, n = 0;
    int most = 0;
    ck_assert_int_gt(w->duration_ms, 0);
    ck_assert_int_ge(w->upload_s, workout_end_ms(w) / 1000);
    for (int s = 0; workout_has_hr(w) && s < w->duration_ms / 1000; s += w->rate_s, n++) {
        int hr = workout_hr(w, s);
        ck_assert(hr >= w->person->rest_hr && hr <= w->person->max_hr);
        sum += hr;
        most = hr > most ? hr : most;
    }
    ck_assert_int_eq(w->max_hr, most);
    ck_assert_int_eq(w->avg_hr, n ? (sum + n / 2) / n : 0);
    ck_assert(w->distance_m >= 0 && w->kcal > 0);
}

static void nothing_overlaps(const struct person *p, enum provider prov, int day)
{
    struct day d;
    day_make(p, prov, day, &d);
    for (int i = 0; i < d.workout_count; i++) {
        const struct workout *w = &d.workouts[i];
        workout_is_sound(w);
        ck_assert_int_ge(w->start_ms, d.night.start_ms + d.night.duration_s * 1000LL);
        ck_assert_int_le(workout_end_ms(w), d.next.start_ms);
        if (i)
            ck_assert_int_gt(w->start_ms, workout_end_ms(&d.workouts[i - 1]));
        if (d.nap.present)
            ck_assert(workout_end_ms(w) <= d.nap.start_s * 1000 ||
                      w->start_ms >= (d.nap.start_s + d.nap.duration_s) * 1000);
    }
}

START_TEST(workouts_and_sleep_do_not_overlap)
{
    everywhere(nothing_overlaps, DAYS);
}
END_TEST

START_TEST(a_few_workouts_a_week)
{
    struct workout ws[WORKOUTS_MAX];
    int n = 0, last = civil_days(2026, 11, 22);
    for (int day = last - 350; day < last; day++)
        n += workouts_make(people_find("person-17"), SUUNTO, day, ws);
    ck_assert_int_gt(n, 50 * 2);
    ck_assert_int_lt(n, 50 * 7);
}
END_TEST

START_TEST(days_change_length_with_the_clocks)
{
    const struct person *elin = people_find("elin"), *chiara = people_find("chiara");
    int spring = civil_days(2026, 3, 29), autumn = civil_days(2026, 10, 25);
    ck_assert_int_eq(person_day_start(elin, spring + 1) - person_day_start(elin, spring), 23 * 3600);
    ck_assert_int_eq(person_day_start(elin, autumn + 1) - person_day_start(elin, autumn), 25 * 3600);
    ck_assert_int_eq(person_day_start(chiara, spring + 1) - person_day_start(chiara, spring), DAY_S);
    ck_assert_str_eq(
        civil_wall(person_day_start(elin, autumn), person_offset_min(elin, person_day_start(elin, autumn))).s,
        "2026-10-25T00:00:00");
    ck_assert_int_eq(person_day_of(elin, person_day_start(elin, autumn) - 1), autumn - 1);
}
END_TEST

START_TEST(people_are_who_they_are)
{
    ck_assert_ptr_null(people_find("nobody"));
    ck_assert_ptr_null(people_find("person-0"));
    ck_assert_ptr_null(people_find("person-7x"));
    ck_assert_ptr_null(people_find(NULL));
    ck_assert_ptr_eq(people_find("person-7"), people_find("person-7"));
    ck_assert_int_eq(people_find("person-7")->number, 107);
    ck_assert_int_eq(people_find("bruno")->offset_min, -300);
}
END_TEST

START_TEST(a_correction_makes_a_longer_night)
{
    const struct person *p = people_find("daan");
    int day = civil_days(2026, 11, 18);
    struct night before, after;
    night_make(p, POLAR, day, &before);
    revision_add(p, POLAR, REVISED_SLEEP, day, 0, 1795348800);
    night_make(p, POLAR, day, &after);
    ck_assert_int_eq(after.start_ms, before.start_ms);
    ck_assert_int_eq(after.duration_s, before.duration_s + 600);
    ck_assert_int_eq(after.stage_s[LIGHT], before.stage_s[LIGHT] + 600);
    ck_assert_int_eq(after.revision, 1);
    revisions_reset();
}
END_TEST

static void fill(TCase *tc)
{
    tcase_add_test(tc, the_same_day_is_the_same);
    tcase_add_test(tc, another_seed_is_another_life);
    tcase_add_test(tc, nights_add_up);
    tcase_add_test(tc, workouts_and_sleep_do_not_overlap);
    tcase_add_test(tc, a_few_workouts_a_week);
    tcase_add_test(tc, days_change_length_with_the_clocks);
    tcase_add_test(tc, people_are_who_they_are);
    tcase_add_test(tc, a_correction_makes_a_longer_night);
}

int main(void)
{
    return run_suite("generator", fill);
}
