/* Polar's sports and the catalogue's workout types. `sport` is a coarse word and says OTHER for most things;
 * what was done stands in `detailed_sport_info`, so that one is looked up first. */
#include "polar.h"

#include <string.h>

static const struct sport {
    const char *polar, *type;
} sports[] = {
    {"RUNNING", "running"},
    {"RUNNING_ROAD", "running"},
    {"RUNNING_TRAIL", "trail_running"},
    {"RUNNING_TREADMILL", "treadmill"},
    {"TREADMILL_RUNNING", "treadmill"},
    {"CYCLING", "cycling"},
    {"CYCLING_ROAD", "cycling"},
    {"CYCLING_MOUNTAIN", "mountain_biking"},
    {"CYCLING_MOUNTAIN_BIKE", "mountain_biking"},
    {"CYCLING_INDOOR", "indoor_cycling"},
    {"INDOOR_CYCLING", "indoor_cycling"},
    {"CYCLING_CYCLOCROSS", "cyclocross"},
    {"SWIMMING", "swimming"},
    {"AQUATICS_SWIMMING", "swimming"},
    {"SWIMMING_POOL", "pool_swimming"},
    {"SWIMMING_OPEN_WATER", "open_water_swimming"},
    {"WALKING", "walking"},
    {"WALKING_NORDIC", "walking"},
    {"HIKING", "hiking"},
    {"MOUNTAINEERING", "mountaineering"},
    {"WINTERSPORTS_CROSS_COUNTRY_SKIING", "cross_country_skiing"},
    {"WINTERSPORTS_ALPINE_SKIING", "alpine_skiing"},
    {"WINTERSPORTS_DOWNHILL_SKIING", "alpine_skiing"},
    {"WINTERSPORTS_BACKCOUNTRY_SKIING", "backcountry_skiing"},
    {"WINTERSPORTS_SNOWBOARDING", "snowboarding"},
    {"WINTERSPORTS_SNOWSHOEING", "snowshoeing"},
    {"WINTERSPORTS_ICE_SKATING", "ice_skating"},
    {"STRENGTH_TRAINING", "strength_training"},
    {"CORE", "strength_training"},
    {"FITNESS_CARDIO", "cardio_training"},
    {"JUMP_ROPE", "cardio_training"},
    {"FUNCTIONAL_TRAINING", "cardio_training"},
    {"CROSSFIT", "cardio_training"},
    {"FITNESS_ELLIPTICAL", "elliptical"},
    {"FITNESS_INDOOR_ROWING", "rowing_machine"},
    {"FITNESS_STAIR_CLIMBING", "stair_climbing"},
    {"WATERSPORTS_ROWING", "rowing"},
    {"WATERSPORTS_KAYAKING", "kayaking"},
    {"WATERSPORTS_CANOEING", "canoeing"},
    {"WATERSPORTS_STAND_UP_PADDLING", "stand_up_paddleboarding"},
    {"WATERSPORTS_SURFING", "surfing"},
    {"WATERSPORTS_KITESURFING", "kitesurfing"},
    {"WATERSPORTS_WINDSURFING", "windsurfing"},
    {"WATERSPORTS_SAILING", "sailing"},
    {"WATERSPORTS_WATERSKI", "water_skiing"},
    {"BASKETBALL", "basketball"},
    {"TEAMSPORTS_BASKETBALL", "basketball"},
    {"SOCCER", "soccer"},
    {"TEAMSPORTS_SOCCER", "soccer"},
    {"TEAMSPORTS_FOOTBALL", "football"},
    {"TEAMSPORTS_AMERICAN_FOOTBALL", "american_football"},
    {"TEAMSPORTS_BASEBALL", "baseball"},
    {"TEAMSPORTS_VOLLEYBALL", "volleyball"},
    {"TEAMSPORTS_HANDBALL", "handball"},
    {"TEAMSPORTS_RUGBY", "rugby"},
    {"TEAMSPORTS_HOCKEY", "hockey"},
    {"TEAMSPORTS_FLOORBALL", "floorball"},
    {"TENNIS", "tennis"},
    {"RACKET_SPORTS_TENNIS", "tennis"},
    {"RACKET_SPORTS_BADMINTON", "badminton"},
    {"RACKET_SPORTS_SQUASH", "squash"},
    {"RACKET_SPORTS_TABLE_TENNIS", "table_tennis"},
    {"RACKET_SPORTS_PADEL", "padel"},
    {"FITNESS_YOGA", "yoga"},
    {"FITNESS_PILATES", "pilates"},
    {"FITNESS_STRETCHING", "stretching"},
    {"MOBILITY_DYNAMIC", "stretching"},
    {"MOBILITY_STATIC", "stretching"},
    {"COMBAT_SPORTS_BOXING", "boxing"},
    {"KICKBOXING_MARTIAL_ARTS", "boxing"},
    {"COMBAT_SPORTS_MARTIAL_ARTS", "martial_arts"},
    {"OUTDOOR_CLIMBING", "rock_climbing"},
    {"INDOOR_CLIMBING", "indoor_climbing"},
    {"ORIENTEERING", "orienteering"},
    {"GOLF", "golf"},
    {"INLINE_SKATING", "inline_skating"},
    {"SKATEBOARDING", "skateboarding"},
    {"HORSEBACK_RIDING", "horseback_riding"},
    {"MULTISPORT", "multisport"},
    {"TRIATHLON", "triathlon"},
    {"MOTORSPORTS", "motorcycling"},
    {"DANCE", "dance"},
    {"OTHER", "generic"},
};

/* Sports that Polar has added since often bear the catalogue's own word. */
static const char *const types[] = {
#define WORKOUT_TYPE(name, plain) name,
#include "catalogue/workout_types.def"
#undef WORKOUT_TYPE
};

static const char *find(aorta_str name)
{
    if (name.len == 0)
        return NULL;
    for (uint32_t i = 0; i < AORTA_COUNT(sports); i++)
        if (sdk_str_ieq(name, sports[i].polar))
            return sports[i].type;
    for (uint32_t i = 0; i < AORTA_COUNT(types); i++)
        if (sdk_str_ieq(name, types[i]))
            return types[i];
    return NULL;
}

const char *polar_sport(aorta_str sport, aorta_str detailed)
{
    const char *type = sdk_str_ieq(detailed, "OTHER") ? NULL : find(detailed);
    if (!type)
        type = find(sport);
    return type ? type : "other";
}
