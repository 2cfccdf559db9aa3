/* Any bytes as a zone's table. Whatever is taken has days that follow each other. */
#include <stdlib.h>

#include "base/time.h"
#include "base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct gw_zone *zone, int64_t us)
{
    int64_t until, day;
    int32_t offset = gw_zone_offset(zone, us, &until);

    if (until <= us || offset < -26 * 3600 || offset > 26 * 3600)
        abort();
    day = gw_zone_day(zone, us);
    if (gw_zone_day_start(zone, day) > us || gw_zone_day_start(zone, day + 1) < gw_zone_day_start(zone, day))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gw_zone *zone = gw_zone_read((struct gw_str){(const char *)data, size});

    for (int64_t year = 1890; zone && year < 2300; year += 3)
        check(zone, gw_days_from_civil(year, 1 + (unsigned)(year % 12), 5) * GW_US_PER_DAY + year * 7919);
    gw_zone_free(&zone);
    return 0;
}
