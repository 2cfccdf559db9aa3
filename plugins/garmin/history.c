/* What lies behind a backfill: the windows of a walk back to the beginning, and the memory of what was
 * delivered. */
#include "garmin.h"

#include <stdio.h>
#include <string.h>

/* The longest range that one request may name (data time). */
#define HEALTH_WINDOW_S   (90 * S_PER_DAY)
#define ACTIVITY_WINDOW_S (30 * S_PER_DAY)

static void open_window(struct garmin_walk *w, uint32_t types, int64_t *to, int64_t length) {
    w->round = types;
    w->to = *to;
    w->from = w->to - length > w->oldest ? w->to - length : w->oldest;
    *to = w->from;
    w->stage = GARMIN_ASK;
    w->asked = w->came = w->early = w->refused = 0;
    w->deadline_us = w->first_us = 0;
}

/* Newest first: the group that has come less far back is next. */
int garmin_history_next(struct garmin_walk *w) {
    uint32_t activity = w->want & ~w->over & garmin_types_of(AORTA_DATA_WORKOUTS);
    uint32_t health = w->want & ~w->over & garmin_types_of(AORTA_DATA_247);
    int activity_left = activity && w->activity_to > w->oldest;
    int health_left = health && w->health_to > w->oldest;
    if (activity_left && (!health_left || w->activity_to >= w->health_to))
        open_window(w, activity, &w->activity_to, ACTIVITY_WINDOW_S);
    else if (health_left)
        open_window(w, health, &w->health_to, HEALTH_WINDOW_S);
    return activity_left || health_left;
}

/* ---- delivered backfills: a line each, "from to type,type", newest first ---- */

#define KEY        "delivered"
#define KEEP_S     (30 * S_PER_DAY)
#define KEEP_LINES 32
#define LINE_MAX   512

static aorta_str load(aorta_ctx *ctx) {
    aorta_bytes value;
    if (ctx->host->state_get(ctx, AORTA_STATE_CONNECTION, KEY, strlen(KEY), &value) != AORTA_OK)
        return (aorta_str){NULL, 0};
    return (aorta_str){(const char *)value.ptr, value.len};
}

static int next_line(aorta_str *rest, aorta_str *line) {
    if (!rest->len)
        return 0;
    const char *nl = memchr(rest->ptr, '\n', rest->len);
    *line = (aorta_str){rest->ptr, nl ? (size_t)(nl - rest->ptr) : rest->len};
    rest->ptr += nl ? line->len + 1 : line->len;
    rest->len -= nl ? line->len + 1 : line->len;
    return 1;
}

/* The types of a line when it is about exactly this range. */
static uint32_t types_of_line(aorta_str line, const struct garmin_walk *w) {
    char text[LINE_MAX];
    long long from, to;
    int used = 0;
    aorta_str bad;
    if (line.len >= sizeof(text))
        return 0;
    memcpy(text, line.ptr, line.len);
    text[line.len] = '\0';
    if (sscanf(text, "%lld %lld %n", &from, &to, &used) != 2 || used <= 0 || from != w->from || to != w->to)
        return 0;
    return garmin_types_parse(sdk_str(text + used), &bad);
}

uint32_t garmin_delivered(aorta_ctx *ctx, const struct garmin_walk *w) {
    aorta_str rest = load(ctx), line;
    uint32_t types = 0;
    while (next_line(&rest, &line))
        types |= types_of_line(line, w);
    return types;
}

aorta_status garmin_delivered_add(aorta_ctx *ctx, const struct garmin_walk *w) {
    aorta_str rest = load(ctx), line;
    struct garmin_text t = {.ctx = ctx};
    garmin_text_format(&t, "%lld %lld ", (long long)w->from, (long long)w->to);
    garmin_text_types(&t, w->asked);
    garmin_text_add(&t, "\n", 1);
    for (int n = 1; n < KEEP_LINES && next_line(&rest, &line); n++) {
        garmin_text_str(&t, line);
        garmin_text_add(&t, "\n", 1);
    }
    aorta_str value = garmin_text_done(&t);
    if (!value.ptr)
        return AORTA_ERR_NOMEM;
    aorta_status st =
        ctx->host->state_put(ctx, AORTA_STATE_CONNECTION, KEY, strlen(KEY), value.ptr, value.len, KEEP_S);
    return st == AORTA_OK ? garmin_cursor_save(ctx, w) : st;
}
