/* garmin_types.c - the table of summary types, and walking over days for one of them. */
#include "clock.h"
#include "garmin.h"
#include "rng.h"

#include <stdio.h>
#include <string.h>

const struct garmin_row garmin_rows[G_TYPES] = {
    [G_DAILIES] = {"dailies", "dailies", "dailies", PERM_HEALTH, false, garmin_dailies},
    [G_EPOCHS] = {"epochs", "epochs", "epochs", PERM_HEALTH, false, garmin_epochs},
    [G_SLEEPS] = {"sleeps", "sleeps", "sleeps", PERM_HEALTH, false, garmin_sleeps},
    [G_BODY] = {"bodyComps", "bodyComps", "bodyComps", PERM_HEALTH, false, garmin_body},
    [G_STRESS] = {"stressDetails", "stressDetails", "stressDetails", PERM_HEALTH, false, garmin_stress},
    [G_METRICS] = {"userMetrics", "userMetrics", "userMetrics", PERM_HEALTH, false, garmin_metrics},
    [G_PULSEOX] = {"pulseox", "pulseOx", "pulseOx", PERM_HEALTH, false, garmin_pulseox},
    [G_RESPIRATION] = {"allDayRespiration", "respiration", "respiration", PERM_HEALTH, false, garmin_respiration},
    [G_SNAPSHOT] = {"healthSnapshot", "healthSnapshot", "healthSnapshot", PERM_HEALTH, false, garmin_snapshot},
    [G_HRV] = {"hrv", "hrv", "hrv", PERM_HEALTH, false, garmin_hrv},
    [G_PRESSURE] = {"bloodPressures", "bloodPressures", "bloodPressures", PERM_HEALTH, false, garmin_pressure},
    [G_SKIN] = {"skinTemp", "skinTemp", "skinTemp", PERM_HEALTH, false, garmin_skin},
    [G_SOLAR] = {"solarIntensity", "solarIntensity", NULL, PERM_HEALTH, false, garmin_solar},
    [G_ACTIVITIES] = {"activities", "activities", "activities", PERM_ACTIVITY, true, garmin_activities},
    [G_MANUAL] = {"manuallyUpdatedActivities", "manuallyUpdatedActivities", NULL, PERM_ACTIVITY, true, garmin_manual},
    [G_DETAILS] = {"activityDetails", "activityDetails", "activityDetails", PERM_ACTIVITY, true, garmin_details},
    [G_FILES] = {"activityFiles", NULL, NULL, PERM_ACTIVITY, true, garmin_files},
    [G_MOVEIQ] = {"moveIQActivities", "moveiq", "moveiq", PERM_ACTIVITY, true, garmin_moveiq},
    [G_MCT] = {"mct", "mct", "mct", PERM_MCT, false, garmin_mct},
};

int garmin_type_by_key(const char *key)
{
    for (int t = 0; t < G_TYPES; t++)
        if (strcmp(garmin_rows[t].key, key) == 0)
            return t;
    return -1;
}

struct stamp garmin_user_id(const struct person *p)
{
    struct stamp out;
    snprintf(out.s, sizeof out.s, "%016llx%016llx", (unsigned long long)rng_mix(p->key, 1001),
             (unsigned long long)rng_mix(p->key, 1002));
    return out;
}

/* Corrections come any time later: they are looked for in the 60 days before. */
static int days_back(enum garmin_type type)
{
    return (type == G_MANUAL || type == G_SLEEPS) && revisions_any() ? 60 : DAY_LATEST_UPLOAD;
}

json_t *garmin_items(enum garmin_type type, const struct garmin_ask *ask)
{
    json_t *out = json_array();
    int64_t last_s = ask->to_s < ask->now_s ? ask->to_s : ask->now_s;
    int first = person_day_of(ask->person, ask->from_s) - (ask->by_data ? 1 : days_back(type));
    int last = person_day_of(ask->person, last_s) + 1;
    for (int day = first < day_first ? day_first : first; day <= last; day++)
        garmin_rows[type].items(ask, day, out);
    return out;
}
