/* See export_text.h. The elements and their attributes are those of Apple's file; their order is that of its sections:
 * records by type, then correlations, workouts, days. */
#include "export_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BEGIN_S   INT64_C(1577836800) /* 2020-01-01 */
#define YEARS_S   (INT64_C(6) * 365 * 86400)
#define DAY_S     INT64_C(86400)
#define STAGES    30
#define STAGE_S   960
#define ELEMENT_B 420 /* about, to spread the elements over the years */

#define WATCH                                                                                                          \
    "sourceName=\"Robin\u2019s Apple\u00a0Watch\" sourceVersion=\"10.%u\" device=\"&lt;&lt;HKDevice: 0x%08x&gt;, "     \
    "name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, software:10.%u&gt;\""
#define PHONE                                                                                                          \
    "sourceName=\"Robin\u2019s iPhone\" sourceVersion=\"17.%u\" device=\"&lt;&lt;HKDevice: 0x%08x&gt;, name:iPhone, "  \
    "manufacturer:Apple Inc., model:iPhone, hardware:iPhone14,5, software:17.%u&gt;\""

/* ---- text ---- */

static unsigned roll(struct export_text *x, unsigned n)
{
    x->dice ^= x->dice << 13;
    x->dice ^= x->dice >> 7;
    x->dice ^= x->dice << 17;
    return (unsigned)(x->dice >> 33) % n;
}

static void add(struct export_text *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(struct export_text *x, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(x->text + x->len, sizeof(x->text) - x->len, fmt, args);
    va_end(args);
    if (n > 0 && (size_t)n < sizeof(x->text) - x->len)
        x->len += (size_t)n;
}

static void put(struct export_text *x, const char *text)
{
    size_t n = strlen(text);
    if (n < sizeof(x->text) - x->len) {
        memcpy(x->text + x->len, text, n);
        x->len += n;
    }
}

/* ---- time ---- */

struct date {
    int y, m, d;
};

static struct date date_of(int64_t days)
{
    int64_t z = days + 719468, era = z / 146097, of_era = z % 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    struct date d = {(int)(year + era * 400), (int)(month < 10 ? month + 3 : month - 9),
                     (int)(of_year - (153 * month + 2) / 5 + 1)};
    d.y += d.m <= 2;
    return d;
}

/* Central Europe: from the last Sunday of March, 01:00 UTC, to that of October. */
static int summer(int64_t s)
{
    int64_t days = s / DAY_S;
    struct date d = date_of(days);
    if (d.m < 3 || d.m > 10 || (d.m > 3 && d.m < 10))
        return d.m > 3 && d.m < 10;
    int64_t last = days - d.d + 31; /* the 31st */
    int64_t sunday = last - (last + 4) % 7;
    return (d.m == 3) == (s >= sunday * DAY_S + 3600);
}

static void two(char *to, int v)
{
    to[0] = (char)('0' + v / 10);
    to[1] = (char)('0' + v % 10);
}

/* name="2024-01-15 08:00:00 +0100" */
static void when(struct export_text *x, const char *name, int64_t s)
{
    char text[] = "=\"0000-00-00 00:00:00 +0100\"";
    int offset = summer(s) ? 2 : 1;
    s += offset * 3600;
    struct date d = date_of(s / DAY_S);
    int into = (int)(s % DAY_S);
    two(text + 2, d.y / 100);
    two(text + 4, d.y % 100);
    two(text + 7, d.m);
    two(text + 10, d.d);
    two(text + 13, into / 3600);
    two(text + 16, into / 60 % 60);
    two(text + 19, into % 60);
    text[24] = (char)('0' + offset);
    put(x, " ");
    put(x, name);
    put(x, text);
}

/* ---- records ---- */

static void whole(struct export_text *x, int least, int spread)
{
    add(x, " value=\"%d\"", least + (int)roll(x, (unsigned)spread));
}

static void thousandths(struct export_text *x, int least, int spread)
{
    int v = least + (int)roll(x, (unsigned)spread);
    add(x, " value=\"%d.%03d\"", v / 1000, v % 1000);
}

static const struct kind {
    const char *type, *unit;
    int percent; /* of the file */
    int watch, lasts_s;
    void (*value)(struct export_text *x, int least, int spread);
    int least, spread;
    const char *child;
} kinds[] = {
    {"HKQuantityTypeIdentifierBodyMass", "kg", 1, 0, 0, thousandths, 70000, 4000,
     "  <MetadataEntry key=\"HKWasUserEntered\" value=\"1\"/>\n"},
    {"HKQuantityTypeIdentifierHeartRate", "count/min", 36, 1, 0, whole, 48, 110,
     "  <MetadataEntry key=\"HKMetadataKeyHeartRateMotionContext\" value=\"1\"/>\n"},
    {"HKQuantityTypeIdentifierOxygenSaturation", "%", 2, 1, 0, thousandths, 900, 100, NULL},
    {"HKQuantityTypeIdentifierRespiratoryRate", "count/min", 3, 1, 60, whole, 10, 10, NULL},
    {"HKQuantityTypeIdentifierStepCount", "count", 8, 0, 280, whole, 3, 400, NULL},
    {"HKQuantityTypeIdentifierDistanceWalkingRunning", "km", 8, 0, 280, thousandths, 3, 400, NULL},
    {"HKQuantityTypeIdentifierBasalEnergyBurned", "kcal", 13, 1, 60, thousandths, 900, 200, NULL},
    {"HKQuantityTypeIdentifierActiveEnergyBurned", "kcal", 17, 1, 60, thousandths, 10, 9000, NULL},
    {"HKQuantityTypeIdentifierPhysicalEffort", "kcal/hr\u00b7kg", 5, 1, 60, thousandths, 1000, 6000, NULL},
    {"HKQuantityTypeIdentifierHeartRateVariabilitySDNN", "ms", 1, 1, 60, thousandths, 20000, 90000,
     "  <HeartRateVariabilityMetadataList>\n"
     "   <InstantaneousBeatsPerMinute bpm=\"61\" time=\"7:10:02,12 AM\"/>\n"
     "   <InstantaneousBeatsPerMinute bpm=\"63\" time=\"7:10:03,08 AM\"/>\n"
     "  </HeartRateVariabilityMetadataList>\n"},
};
#define KINDS ((int)(sizeof(kinds) / sizeof(kinds[0])))

static void by(struct export_text *x, int watch)
{
    unsigned pointer = 0x28000000u + roll(x, 1u << 20) * 16, version = (unsigned)((x->at_s - BEGIN_S) / (YEARS_S / 7));
    add(x, watch ? WATCH : PHONE, version, pointer, version);
}

static void record(struct export_text *x, const struct kind *k)
{
    put(x, " <Record type=\"");
    put(x, k->type);
    put(x, "\" ");
    by(x, k->watch);
    put(x, " unit=\"");
    put(x, k->unit);
    put(x, "\"");
    when(x, "creationDate", x->at_s + k->lasts_s + 30);
    when(x, "startDate", x->at_s);
    when(x, "endDate", x->at_s + k->lasts_s);
    k->value(x, k->least, k->spread);
    if (k->child) {
        put(x, ">\n");
        put(x, k->child);
        put(x, " </Record>\n");
    } else {
        put(x, "/>\n");
    }
    x->records++;
}

/* ---- the other parts ---- */

/* The time in bed, and what it is made of: a night of eight hours is some thirty elements. */
static void stage(struct export_text *x)
{
    static const char *const values[] = {"AsleepCore", "AsleepDeep", "AsleepCore", "AsleepREM", "Awake"};
    int64_t night = (x->at_s / DAY_S) * DAY_S + 22 * 3600, start = night + (x->hand ? x->hand - 1 : 0) * STAGE_S;
    put(x, " <Record type=\"HKCategoryTypeIdentifierSleepAnalysis\" ");
    by(x, 1);
    when(x, "creationDate", night + 9 * 3600);
    when(x, "startDate", start);
    when(x, "endDate", x->hand ? start + STAGE_S : night + (STAGES - 1) * STAGE_S);
    add(x, " value=\"HKCategoryValueSleepAnalysis%s\"/>\n", x->hand ? values[x->hand % 5] : "InBed");
    x->stages++;
    x->hand = (x->hand + 1) % STAGES;
    if (x->hand)
        x->at_s -= x->step_s; /* the same night */
}

static void pressure(struct export_text *x)
{
    for (int i = 0; i < 4; i++) { /* both at the top, and both again within */
        if (i == 2) {
            put(x, " <Correlation type=\"HKCorrelationTypeIdentifierBloodPressure\" sourceName=\"Cuff\"");
            when(x, "startDate", x->at_s);
            when(x, "endDate", x->at_s);
            put(x, ">\n");
        }
        add(x,
            " <Record type=\"HKQuantityTypeIdentifierBloodPressure%s\" sourceName=\"Cuff\" sourceVersion=\"2\" "
            "unit=\"mmHg\"",
            i % 2 ? "Diastolic" : "Systolic");
        when(x, "startDate", x->at_s);
        when(x, "endDate", x->at_s);
        add(x, " value=\"%d\"/>\n", i % 2 ? 78 : 121);
    }
    put(x, " </Correlation>\n");
    x->records += 2;
}

static void workout(struct export_text *x)
{
    unsigned minutes = 20 + roll(x, 60);
    int64_t end = x->at_s + minutes * 60;
    put(x, " <Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" ");
    add(x, "duration=\"%u.5\" durationUnit=\"min\" ", minutes - 1);
    by(x, 1);
    when(x, "creationDate", end);
    when(x, "startDate", x->at_s);
    when(x, "endDate", end);
    put(x, ">\n  <MetadataEntry key=\"HKTimeZone\" value=\"Europe/Vienna\"/>\n"
           "  <MetadataEntry key=\"HKIndoorWorkout\" value=\"0\"/>\n"
           "  <MetadataEntry key=\"HKElevationAscended\" value=\"4210 cm\"/>\n"
           "  <WorkoutEvent type=\"HKWorkoutEventTypeLap\"");
    when(x, "date", x->at_s);
    put(x, " duration=\"6.25\" durationUnit=\"min\"/>\n");
    static const struct {
        const char *type, *rest;
    } statistics[] = {
        {"ActiveEnergyBurned", "sum=\"412.5\" unit=\"kcal\""},
        {"BasalEnergyBurned", "sum=\"61.2\" unit=\"kcal\""},
        {"DistanceWalkingRunning", "sum=\"7.32\" unit=\"km\""},
        {"HeartRate", "average=\"148.2\" minimum=\"96\" maximum=\"171\" unit=\"count/min\""},
    };
    for (unsigned i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++) {
        add(x, "  <WorkoutStatistics type=\"HKQuantityTypeIdentifier%s\"", statistics[i].type);
        when(x, "startDate", x->at_s);
        when(x, "endDate", end);
        add(x, " %s/>\n", statistics[i].rest);
    }
    put(x, "  <WorkoutRoute sourceName=\"Robin\u2019s Apple\u00a0Watch\">\n"
           "   <FileReference path=\"/workout-routes/route.gpx\"/>\n  </WorkoutRoute>\n </Workout>\n");
    x->workouts++;
}

static void day(struct export_text *x)
{
    struct date d = date_of(x->at_s / DAY_S);
    add(x,
        " <ActivitySummary dateComponents=\"%04d-%02d-%02d\" activeEnergyBurned=\"%u.25\" "
        "activeEnergyBurnedGoal=\"500\""
        " activeEnergyBurnedUnit=\"kcal\" appleMoveTime=\"0\" appleMoveTimeGoal=\"0\" appleExerciseTime=\"%u\""
        " appleExerciseTimeGoal=\"30\" appleStandHours=\"%u\" appleStandHoursGoal=\"12\"/>\n",
        d.y, d.m, d.d, 200 + roll(x, 600), roll(x, 90), roll(x, 16));
    x->days++;
}

static void head(struct export_text *x)
{
    put(x, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE HealthData [\n"
           "<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary)*)>\n"
           "<!ATTLIST HealthData\n  locale CDATA #REQUIRED\n>\n"
           "<!ELEMENT ExportDate EMPTY>\n<!ATTLIST ExportDate\n  value CDATA #REQUIRED\n>\n"
           "<!ELEMENT Record ((MetadataEntry|HeartRateVariabilityMetadataList)*)>\n<!ATTLIST Record\n"
           "  type CDATA #REQUIRED\n  unit CDATA #IMPLIED\n  value CDATA #IMPLIED\n  sourceName CDATA #REQUIRED\n"
           "  sourceVersion CDATA #IMPLIED\n  device CDATA #IMPLIED\n  creationDate CDATA #IMPLIED\n"
           "  startDate CDATA #REQUIRED\n  endDate CDATA #REQUIRED\n>\n]>\n<HealthData locale=\"de_AT\">\n"
           " <ExportDate value=\"2026-01-02 09:30:00 +0100\"/>\n"
           " <Me HKCharacteristicTypeIdentifierDateOfBirth=\"1991-05-17\" "
           "HKCharacteristicTypeIdentifierBiologicalSex=\"HKBiologicalSexNotSet\"/>\n");
}

/* ---- one after the other ---- */

#define PARTS (KINDS + 4)

static int percent_of(int part)
{
    static const int others[] = {3, 1, 1, 1};
    return part < KINDS ? kinds[part].percent : others[part - KINDS];
}

static void begin_part(struct export_text *x)
{
    uint64_t share = x->bytes / 100 * (unsigned)percent_of(x->part);
    x->part_begin = x->made;
    x->part_end = x->made + share;
    x->at_s = BEGIN_S + x->part * 17;
    x->step_s = (int64_t)((uint64_t)YEARS_S / (share / ELEMENT_B + 1));
    if (x->part >= KINDS) /* a night, a day: not several of them in one */
        x->step_s = DAY_S;
    else if (x->step_s < 1)
        x->step_s = 1;
    x->hand = 0;
}

static void next_element(struct export_text *x)
{
    void (*const others[])(struct export_text *) = {stage, pressure, workout, day};
    if (x->part < KINDS)
        record(x, &kinds[x->part]);
    else
        others[x->part - KINDS](x);
    x->at_s += x->step_s;
}

static int next(struct export_text *x)
{
    x->len = x->used = 0;
    if (x->part < 0)
        head(x);
    while (x->part < PARTS && !x->len) {
        if (x->part >= 0 && x->made < x->part_end && x->at_s < BEGIN_S + YEARS_S)
            next_element(x);
        else if (++x->part < PARTS)
            begin_part(x);
    }
    if (x->part < 0) {
        x->part = 0;
        x->made += x->len;
        begin_part(x);
        return 1;
    }
    if (x->part == PARTS) {
        put(x, "</HealthData>\n");
        x->part++;
    }
    x->made += x->len;
    return x->len > 0;
}

void export_text_init(struct export_text *x, uint64_t seed, uint64_t bytes)
{
    memset(x, 0, sizeof(*x));
    x->dice = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    x->bytes = bytes;
    x->part = -1;
}

size_t export_text_read(struct export_text *x, void *buf, size_t cap)
{
    size_t n = 0;
    while (n < cap && (x->used < x->len || next(x))) {
        size_t some = x->len - x->used < cap - n ? x->len - x->used : cap - n;
        memcpy((char *)buf + n, x->text + x->used, some);
        x->used += some;
        n += some;
    }
    return n;
}
