/* Garmin's names of sports and the workout types they mean. Names come in any case and some with a _V2 at the
 * end. */
#include "normalize.h"

#include <string.h>

static const struct {
    const char *name, *type;
} sports[] = {
    {"RUNNING", "running"},
    {"OBSTACLE_RUN", "running"},
    {"STREET_RUNNING", "running"},
    {"TRACK_RUNNING", "running"},
    {"ULTRA_RUN", "running"},
    {"VIRTUAL_RUN", "running"},
    {"WHEELCHAIR_PUSH_RUN", "running"},
    {"INDOOR_RUNNING", "treadmill"},
    {"TREADMILL_RUNNING", "treadmill"},
    {"TRAIL_RUNNING", "trail_running"},
    {"CYCLING", "cycling"},
    {"BMX", "cycling"},
    {"GRAVEL_CYCLING", "cycling"},
    {"RECUMBENT_CYCLING", "cycling"},
    {"ROAD_BIKING", "cycling"},
    {"TRACK_CYCLING", "cycling"},
    {"HANDCYCLING", "cycling"},
    {"CYCLOCROSS", "cyclocross"},
    {"DOWNHILL_BIKING", "mountain_biking"},
    {"ENDURO_MTB", "mountain_biking"},
    {"MOUNTAIN_BIKING", "mountain_biking"},
    {"E_BIKE_FITNESS", "e_biking"},
    {"E_BIKE_MOUNTAIN", "e_biking"},
    {"E_ENDURO_MTB", "e_biking"},
    {"INDOOR_CYCLING", "indoor_cycling"},
    {"VIRTUAL_RIDE", "indoor_cycling"},
    {"INDOOR_HANDCYCLING", "indoor_cycling"},
    {"FITNESS_EQUIPMENT", "fitness_equipment"},
    {"BOULDERING", "indoor_climbing"},
    {"INDOOR_CLIMBING", "indoor_climbing"},
    {"ELLIPTICAL", "elliptical"},
    {"INDOOR_CARDIO", "cardio_training"},
    {"HIIT", "cardio_training"},
    {"JUMP_ROPE", "cardio_training"},
    {"INDOOR_ROWING", "rowing_machine"},
    {"MOBILITY", "stretching"},
    {"MEDITATION", "stretching"},
    {"BREATHWORK", "stretching"},
    {"PILATES", "pilates"},
    {"STAIR_CLIMBING", "stair_climbing"},
    {"FLOOR_CLIMBING", "stair_climbing"},
    {"STRENGTH_TRAINING", "strength_training"},
    {"YOGA", "yoga"},
    {"SWIMMING", "swimming"},
    {"LAP_SWIMMING", "pool_swimming"},
    {"OPEN_WATER_SWIMMING", "open_water_swimming"},
    {"WALKING", "walking"},
    {"CASUAL_WALKING", "walking"},
    {"SPEED_WALKING", "walking"},
    {"WHEELCHAIR_PUSH_WALK", "walking"},
    {"HIKING", "hiking"},
    {"RUCKING", "hiking"},
    {"WINTER_SPORTS", "winter_sports"},
    {"BACKCOUNTRY_SNOWBOARDING", "snowboarding"},
    {"SNOWBOARDING_WS", "snowboarding"},
    {"BACKCOUNTRY_SKIING", "backcountry_skiing"},
    {"CROSS_COUNTRY_SKIING_WS", "cross_country_skiing"},
    {"SKATE_SKIING_WS", "cross_country_skiing"},
    {"RESORT_SKIING", "alpine_skiing"},
    {"RESORT_SKIING_SNOWBOARDING_WS", "alpine_skiing"},
    {"SKATING_WS", "ice_skating"},
    {"SNOW_SHOE_WS", "snowshoeing"},
    {"SNOWMOBILING_WS", "snowmobiling"},
    {"WATER_SPORTS", "water_sports"},
    {"BOATING", "boating"},
    {"FISHING", "fishing"},
    {"KAYAKING", "kayaking"},
    {"WHITEWATER_RAFTING", "kayaking"},
    {"KITEBOARDING", "kitesurfing"},
    {"OFFSHORE_GRINDING", "sailing"},
    {"ONSHORE_GRINDING", "sailing"},
    {"SAILING", "sailing"},
    {"PADDLING", "paddling"},
    {"ROWING", "rowing"},
    {"SNORKELING", "diving"},
    {"STAND_UP_PADDLEBOARDING", "stand_up_paddleboarding"},
    {"SURFING", "surfing"},
    {"WAKEBOARDING", "wakeboarding"},
    {"WATERSKIING", "water_skiing"},
    {"WINDSURFING", "windsurfing"},
    {"TRANSITION", "transition"},
    {"BIKE_TO_RUN_TRANSITION", "transition"},
    {"RUN_TO_BIKE_TRANSITION", "transition"},
    {"SWIM_TO_BIKE_TRANSITION", "transition"},
    {"TEAM_SPORTS", "team_sports"},
    {"AMERICAN_FOOTBALL", "american_football"},
    {"BASEBALL", "baseball"},
    {"SOFTBALL", "baseball"},
    {"BASKETBALL", "basketball"},
    {"CRICKET", "cricket"},
    {"FIELD_HOCKEY", "hockey"},
    {"ICE_HOCKEY", "hockey"},
    {"LACROSSE", "lacrosse"},
    {"RUGBY", "rugby"},
    {"SOCCER", "soccer"},
    {"ULTIMATE_DISC", "disc_sports"},
    {"DISC_GOLF", "disc_sports"},
    {"VOLLEYBALL", "volleyball"},
    {"RACKET_SPORTS", "racket_sports"},
    {"BADMINTON", "badminton"},
    {"PADDELBALL", "padel"},
    {"PICKLEBALL", "pickleball"},
    {"PLATFORM_TENNIS", "tennis"},
    {"TENNIS", "tennis"},
    {"RACQUETBALL", "racquetball"},
    {"SQUASH", "squash"},
    {"TABLE_TENNIS", "table_tennis"},
    {"OTHER", "generic"},
    {"STOP_WATCH", "generic"},
    {"BOXING", "boxing"},
    {"DANCE", "dance"},
    {"GOLF", "golf"},
    {"INLINE_SKATING", "inline_skating"},
    {"MIXED_MARTIAL_ARTS", "martial_arts"},
    {"MOUNTAINEERING", "mountaineering"},
    {"ROCK_CLIMBING", "rock_climbing"},
    {"PARA_SPORTS", "para_sports"},
    {"MULTI_SPORT", "multisport"}, /* the parent of its legs */
};

static aorta_str trim(aorta_str s)
{
    while (s.len && (*s.ptr == ' ' || *s.ptr == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

const char *garmin_sport(aorta_str name)
{
    name = trim(name);
    if (name.len > 3 && sdk_str_ieq((aorta_str){name.ptr + name.len - 3, 3}, "_V2"))
        name.len -= 3;
    for (size_t i = 0; i < AORTA_COUNT(sports); i++)
        if (sdk_str_ieq(name, sports[i].name))
            return sports[i].type;
    return "other";
}
