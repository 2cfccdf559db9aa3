/* read/sleep.h - one sleep session as the API shows it. Private to this folder. */
#ifndef GW_READ_SLEEP_H
#define GW_READ_SLEEP_H

#include "base/buf.h"
#include "store/model.h"

void gw_sleep_json(struct gw_buf *out, const struct gw_sleep *sleep, const struct gw_source *source);

#endif
