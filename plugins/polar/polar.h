/* What the files of the Polar plugin share. Nothing of it leaves the plugin. */
#ifndef POLAR_H
#define POLAR_H

#include "aorta/plugin.h"
#include "aorta/refresh.h"
#include "aorta/sdk.h"

#define POLAR_US_PER_S INT64_C(1000000)
#define POLAR_DAY_S    INT64_C(86400)

/* The settings, copied at init; read-only afterwards. */
struct polar {
    aorta_str client_id, client_secret;
    aorta_str authorize_url, token_url, api_url, scope;
    int workout_samples, workout_zones, workout_route; /* fetched although a request does not ask */
    int activity_samples;                              /* steps and zones within the day */
    int history_days;                                  /* how far back a backfill asks */
};

/* payload kinds */
#define POLAR_EXERCISES  "polar.exercises"
#define POLAR_SLEEP      "polar.sleep"
#define POLAR_RECHARGE   "polar.nightly-recharge"
#define POLAR_HEART_RATE "polar.continuous-heart-rate"
#define POLAR_ACTIVITIES "polar.activities"
#define POLAR_CARDIO     "polar.cardio-load"

/* sync parameters, in the order of the descriptor */
enum { POLAR_PARAM_SAMPLES, POLAR_PARAM_ZONES, POLAR_PARAM_ROUTE };

/* ---- operations: oauth.c, sync.c, normalize.c ---- */

aorta_status polar_authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req);
aorta_status polar_callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req);
aorta_status polar_revoke(void *self, aorta_ctx *ctx);
aorta_status polar_sync(void *self, aorta_ctx *ctx, const aorta_sync_req *req);
aorta_status polar_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload);

/* ---- sport.c ---- */

/* The workout type of the pair (sport, detailed_sport_info); never NULL. */
const char *polar_sport(aorta_str sport, aorta_str detailed);

#endif
