/* Zone and age of a user. */
#include "read/person.h"

#include "store/users.h"

enum gw_code gw_person_get(struct gw_db *db, struct gw_arena *arena, struct gw_uuid user, struct gw_person *ret,
                           struct gw_err *err)
{
    struct gw_person person = {.birth_day = GW_NO_TIME};
    struct gw_user row;
    struct gw_time_text birth;
    enum gw_code code = gw_store_user_get(db, arena, user, &row, err);

    if (code != GW_OK && code != GW_NOT_FOUND)
        return code;
    if (code == GW_OK && row.time_zone)
        person.zone = gw_zone_find(gw_str(row.time_zone));
    if (code == GW_OK && row.birth_date && gw_time_parse_iso(gw_str(row.birth_date), &birth))
        person.birth_day = gw_floor_div(birth.us, GW_US_PER_DAY);
    *ret = person;
    return GW_OK;
}

int gw_person_age(const struct gw_person *person, int64_t day)
{
    int64_t born_year, year;
    unsigned born_month, born_day, month, of_month;

    if (person->birth_day == GW_NO_TIME || day < person->birth_day)
        return -1;
    gw_civil_from_days(person->birth_day, &born_year, &born_month, &born_day);
    gw_civil_from_days(day, &year, &month, &of_month);
    return (int)(year - born_year) - (month < born_month || (month == born_month && of_month < born_day));
}

int gw_person_heart_rate_most(const struct gw_person *person, int64_t day)
{
    int age = gw_person_age(person, day);

    if (age < 0)
        return 190;
    return 220 - age < 100 ? 100 : 220 - age;
}
