/* The table of activity ids, and what a type of workout says about its measurements. */
#include "sport.h"

#include <stddef.h>
#include <string.h>

/* The index is the activityId. */
static const struct sport sports[] = {
    [0] = {"Walking", "walking"},
    [1] = {"Running", "running"},
    [2] = {"Cycling", "cycling"},
    [3] = {"Cross-country skiing", "cross_country_skiing"},
    [4] = {"Sports", "sport"},
    [5] = {"Sports", "sport"},
    [6] = {"Sports", "sport"},
    [7] = {"Sports", "sport"},
    [8] = {"Sports", "sport"},
    [9] = {"Sports", "sport"},
    [10] = {"Mountain biking", "mountain_biking"},
    [11] = {"Hiking", "hiking"},
    [12] = {"Roller skating", "inline_skating"},
    [13] = {"Downhill skiing", "alpine_skiing"},
    [14] = {"Paddling", "paddling"},
    [15] = {"Rowing", "rowing"},
    [16] = {"Golfing", "golf"},
    [17] = {"Indoor sports", "fitness_equipment"},
    [18] = {"Parkouring", "parkour"},
    [19] = {"Ball games", "team_sports"},
    [20] = {"Outdoor gym", "fitness_equipment"},
    [21] = {"Swimming", "swimming"},
    [22] = {"Trail running", "trail_running"},
    [23] = {"Gym", "strength_training"},
    [24] = {"Nordic walking", "walking"},
    [25] = {"Horseback riding", "horseback_riding"},
    [26] = {"Motorsports", "motorcycling"},
    [27] = {"Skateboarding", "skateboarding"},
    [28] = {"Water sports", "water_sports"},
    [29] = {"Climbing", "rock_climbing"},
    [30] = {"Snowboarding", "snowboarding"},
    [31] = {"Ski touring", "backcountry_skiing"},
    [32] = {"Fitness class", "aerobics"},
    [33] = {"Soccer", "soccer"},
    [34] = {"Tennis", "tennis"},
    [35] = {"Basketball", "basketball"},
    [36] = {"Badminton", "badminton"},
    [37] = {"Baseball", "baseball"},
    [38] = {"Volleyball", "volleyball"},
    [39] = {"American football", "american_football"},
    [40] = {"Table tennis", "table_tennis"},
    [41] = {"Racquet ball", "racquetball"},
    [42] = {"Squash", "squash"},
    [43] = {"Floorball", "floorball"},
    [44] = {"Handball", "handball"},
    [45] = {"Softball", "baseball"},
    [46] = {"Bowling", "bowling"},
    [47] = {"Cricket", "cricket"},
    [48] = {"Rugby", "rugby"},
    [49] = {"Ice skating", "ice_skating"},
    [50] = {"Ice hockey", "hockey"},
    [51] = {"Yoga/pilates", "yoga"},
    [52] = {"Indoor cycling", "indoor_cycling"},
    [53] = {"Treadmill", "treadmill"},
    [54] = {"Crossfit", "strength_training"},
    [55] = {"Crosstrainer", "elliptical"},
    [56] = {"Roller skiing", "cross_country_skiing"},
    [57] = {"Indoor rowing", "rowing_machine"},
    [58] = {"Stretching", "stretching"},
    [59] = {"Track and field", "running"},
    [60] = {"Orienteering", "orienteering"},
    [61] = {"Standup paddling", "stand_up_paddleboarding"},
    [62] = {"Combat sport", "martial_arts"},
    [63] = {"Kettlebell", "strength_training"},
    [64] = {"Dancing", "dance"},
    [65] = {"Snow shoeing", "snowshoeing"},
    [66] = {"Frisbee golf", "disc_sports"},
    [67] = {"Futsal", "soccer"},
    [68] = {"Multisport", "multisport"},
    [69] = {"Aerobics", "aerobics"},
    [70] = {"Trekking", "hiking"},
    [71] = {"Sailing", "sailing"},
    [72] = {"Kayaking", "kayaking"},
    [73] = {"Circuit training", "strength_training"},
    [74] = {"Triathlon", "triathlon"},
    [75] = {"Padel", "padel"},
    [76] = {"Cheerleading", "aerobics"},
    [77] = {"Boxing", "boxing"},
    [78] = {"Scubadiving", "diving"},
    [79] = {"Freediving", "diving"},
    [80] = {"Adventure racing", "multisport"},
    [81] = {"Gymnastics", "fitness_equipment"},
    [82] = {"Canoeing", "canoeing"},
    [83] = {"Mountaineering", "mountaineering"},
    [84] = {"Telemarkskiing", "alpine_skiing"},
    [85] = {"Openwater swimming", "open_water_swimming"},
    [86] = {"Windsurfing", "windsurfing"},
    [87] = {"Kitesurfing", "kitesurfing"},
    [88] = {"Paragliding", "paragliding"},
    [90] = {"Snorkeling", "diving"},
    [91] = {"Surfing", "surfing"},
    [92] = {"Swimrun", "multisport"},
    [93] = {"Duathlon", "multisport"},
    [94] = {"Aquathlon", "multisport"},
    [95] = {"Obstacle racing", "running"},
    [96] = {"Fishing", "fishing"},
    [97] = {"Hunting", "hunting"},
    [98] = {"Transition", "transition"},
    [99] = {"Gravel cycling", "cycling"},
    [100] = {"Mermaiding", "swimming"},
    [101] = {"Spearfishing", "diving"},
    [102] = {"Jump rope", "cardio_training"},
    [103] = {"Track running", "running"},
    [104] = {"Calisthenics", "strength_training"},
    [105] = {"E-biking", "e_biking"},
    [106] = {"E-mtb", "e_biking"},
    [107] = {"Backcountry skiing", "backcountry_skiing"},
    [108] = {"Wheelchair sport", "para_sports"},
    [109] = {"Hand cycling", "cycling"},
    [110] = {"Splitboarding", "snowboarding"},
    [111] = {"Biathlon", "multisport"},
    [112] = {"Meditation", "stretching"},
    [113] = {"Field hockey", "hockey"},
    [114] = {"Cyclocross", "cyclocross"},
    [115] = {"Vertical running", "trail_running"},
    [116] = {"Ski mountaineering", "mountaineering"},
    [117] = {"Skate skiing", "cross_country_skiing"},
    [118] = {"Classic skiing", "cross_country_skiing"},
    [119] = {"Chores", "chores"},
    [120] = {"Pilates", "pilates"},
    [121] = {"Yoga", "yoga"},
};

#define SPORT_COUNT ((int64_t)(sizeof(sports) / sizeof(sports[0])))

const struct sport *sport_find(int64_t activity_id)
{
    if (activity_id < 0 || activity_id >= SPORT_COUNT || !sports[activity_id].type)
        return NULL;
    return &sports[activity_id];
}

static int one_of(const char *type, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(type, *list) == 0)
            return 1;
    return 0;
}

static const char *const on_foot[] = {"walking",      "running",     "trail_running",  "treadmill", "hiking",
                                      "orienteering", "snowshoeing", "mountaineering", NULL};
static const char *const on_wheels[] = {"cycling", "mountain_biking", "cyclocross", "indoor_cycling", "e_biking", NULL};
static const char *const in_water[] = {"swimming", "open_water_swimming", "diving", NULL};
static const char *const downhill[] = {"alpine_skiing", "snowboarding", NULL};

int sport_on_foot(const char *type)
{
    return one_of(type, on_foot);
}

int sport_in_water(const char *type)
{
    return one_of(type, in_water);
}

const char *sport_distance_metric(const char *type)
{
    if (one_of(type, on_foot))
        return "distance_walking_running";
    if (one_of(type, on_wheels))
        return "distance_cycling";
    if (one_of(type, in_water))
        return "distance_swimming";
    if (one_of(type, downhill))
        return "distance_downhill_snow_sports";
    return "distance_other";
}
