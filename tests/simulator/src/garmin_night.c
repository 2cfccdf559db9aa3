/* garmin_night.c - Garmin's summaries of a night: sleeps, HRV, pulse oximetry, skin temperature. */
#include "garmin_item.h"
#include "rng.h"

/* ---- sleeps ---- */

static json_t *levels(const struct night *n)
{
    static const char *const names[STAGES] = {"awake", "light", "deep", "rem"};
    json_t *map = json_object();
    for (int stage = STAGES - 1; stage >= 0; stage--) {
        json_t *list = json_array();
        for (int i = 0; i < n->count; i++)
            if (n->seg[i].stage == (enum stage)stage)
                json_array_append_new(list,
                                      json_pack("{s:I, s:I}", "startTimeInSeconds",
                                                (json_int_t)(n->start_ms / 1000 + n->seg[i].from), "endTimeInSeconds",
                                                (json_int_t)(n->start_ms / 1000 + n->seg[i].to)));
        if (json_array_size(list))
            json_object_set(map, names[stage], list);
        json_decref(list);
    }
    return map;
}

static const char *qualifier(int score)
{
    return score >= 90 ? "EXCELLENT" : score >= 75 ? "GOOD" : score >= 60 ? "FAIR" : "POOR";
}

static void add_night_maps(json_t *o, const struct night *n)
{
    json_t *breaths = json_object(), *spo2 = json_object();
    for (int s = 60; s < n->duration_s; s += 300) {
        item_map_real(breaths, s, night_breath(n, s));
        item_map_int(spo2, s, night_spo2(n, s));
    }
    json_object_set_new(o, "timeOffsetSleepRespiration", breaths);
    json_object_set_new(o, "timeOffsetSleepSpo2", spo2);
}

static void add_naps(json_t *o, const struct person *p, const struct nap *nap)
{
    item_int(o, "totalNapDurationInSeconds", nap->duration_s);
    json_object_set_new(o, "naps",
                        json_pack("[{s:i, s:I, s:i, s:s}]", "napDurationInSeconds", nap->duration_s,
                                  "napStartTimeInSeconds", (json_int_t)nap->start_s, "napOffsetInSeconds",
                                  person_offset_min(p, nap->start_s) * 60, "napValidation", "DEVICE"));
}

static void add_scores(json_t *o, const struct night *n)
{
    json_object_set_new(o, "overallSleepScore",
                        json_pack("{s:i, s:s}", "value", n->score, "qualifierKey", qualifier(n->score)));
    json_object_set_new(o, "sleepScores",
                        json_pack("{s:{s:s}, s:{s:s}, s:{s:s}}", "totalDuration", "qualifierKey",
                                  qualifier(n->duration_s / 300), "deepPercentage", "qualifierKey",
                                  qualifier(50 + n->stage_s[DEEP] / 120), "remPercentage", "qualifierKey",
                                  qualifier(50 + n->stage_s[REM] / 120)));
}

/* First tentative, final at the noon sync, once more with the nap; a correction comes when it was made. */
void garmin_sleeps(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    struct nap nap;
    int64_t syncs[SYNCS];
    night_make(ask->person, GARMIN, day, &n);
    if (!n.present)
        return;
    nap_make(ask->person, GARMIN, day, &nap);
    day_syncs(ask->person, GARMIN, day, syncs);
    int64_t uploads[] = {n.upload_s, syncs[1], nap.present ? nap.upload_s : 0, n.revised_s};
    int64_t asof = garmin_shown(ask, n.start_ms / 1000, uploads, 4);
    if (!asof)
        return;
    json_t *o = item_new(ask->person, n.start_ms / 1000, "");
    item_text(o, "calendarDate", civil_date(day).s);
    item_start(o, ask->person, n.start_ms / 1000, n.duration_s - n.stage_s[AWAKE]);
    item_int(o, "unmeasurableSleepInSeconds", 0);
    item_int(o, "deepSleepDurationInSeconds", n.stage_s[DEEP]);
    item_int(o, "lightSleepDurationInSeconds", n.stage_s[LIGHT]);
    item_int(o, "remSleepInSeconds", n.stage_s[REM]);
    item_int(o, "awakeDurationInSeconds", n.stage_s[AWAKE]);
    json_object_set_new(o, "sleepLevelsMap", levels(&n));
    item_text(o, "validation", asof >= syncs[1] ? "ENHANCED_FINAL" : "ENHANCED_TENTATIVE");
    add_night_maps(o, &n);
    add_scores(o, &n);
    if (nap.present && asof >= nap.upload_s)
        add_naps(o, ask->person, &nap);
    json_array_append_new(out, o);
}

/* ---- the night's others ---- */

void garmin_hrv(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!item_shown_night(ask, day, &n))
        return;
    json_t *map = json_object();
    int sum = 0, count = 0, most = 0;
    for (int s = 300; s < n.duration_s; s += 300, count++) {
        int ms = night_hrv(&n, s);
        sum += ms;
        most = ms > most ? ms : most;
        item_map_int(map, s, ms);
    }
    json_t *o = item_new(ask->person, n.start_ms / 1000, "-h");
    item_text(o, "calendarDate", civil_date(day).s);
    item_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    item_int(o, "lastNightAvg", sum / count);
    item_int(o, "lastNight5MinHigh", most);
    json_object_set_new(o, "hrvValues", map);
    json_array_append_new(out, o);
}

void garmin_pulseox(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!item_shown_night(ask, day, &n))
        return;
    json_t *o = item_new(ask->person, n.start_ms / 1000, "-o"), *map = json_object();
    for (int s = 60; s < n.duration_s; s += 600)
        item_map_int(map, s, night_spo2(&n, s));
    item_text(o, "calendarDate", civil_date(day).s);
    item_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    json_object_set_new(o, "onDemand", json_false());
    json_object_set_new(o, "timeOffsetSpo2Values", map);
    json_array_append_new(out, o);
}

void garmin_skin(const struct garmin_ask *ask, int day, json_t *out)
{
    struct night n;
    if (!item_shown_night(ask, day, &n))
        return;
    json_t *o = item_new(ask->person, n.start_ms / 1000, "-s");
    item_text(o, "calendarDate", civil_date(day).s);
    item_start(o, ask->person, n.start_ms / 1000, n.duration_s);
    item_real(o, "avgDeviationCelsius", rng_wave(n.noise + 6, day, 1, 8) / 10.0);
    json_array_append_new(out, o);
}
