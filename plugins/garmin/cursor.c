/* The walk of a sync as text: what checkpoints keep. Types stand by name, so that another version of the
 * plugin, with another table, reads it the same. */
#include "garmin.h"

#include <stddef.h>
#include <string.h>

static const char *const kinds[] = {"range", "poll", "history"};
static const char *const stages[] = {"pull", "ask", "wait"};

/* The numbers and sets of a walk, each once. */
static const struct {
    const char *name;
    size_t offset;
} numbers[] =
    {
        {"from", offsetof(struct garmin_walk, from)},
        {"to", offsetof(struct garmin_walk, to)},
        {"deadline_us", offsetof(struct garmin_walk, deadline_us)},
        {"first_us", offsetof(struct garmin_walk, first_us)},
        {"oldest", offsetof(struct garmin_walk, oldest)},
        {"health_to", offsetof(struct garmin_walk, health_to)},
        {"activity_to", offsetof(struct garmin_walk, activity_to)},
},
  sets[] = {
      {"want", offsetof(struct garmin_walk, want)},       {"round", offsetof(struct garmin_walk, round)},
      {"pulled", offsetof(struct garmin_walk, pulled)},   {"asked", offsetof(struct garmin_walk, asked)},
      {"came", offsetof(struct garmin_walk, came)},       {"early", offsetof(struct garmin_walk, early)},
      {"refused", offsetof(struct garmin_walk, refused)}, {"over", offsetof(struct garmin_walk, over)},
};

static void *at(struct garmin_walk *w, size_t offset)
{
    return (char *)w + offset;
}

static int index_of(const char *const *names, size_t count, aorta_str name)
{
    for (size_t i = 0; i < count; i++)
        if (sdk_str_eq(name, names[i]))
            return (int)i;
    return -1;
}

aorta_status garmin_cursor_read(aorta_ctx *ctx, aorta_bytes cursor, struct garmin_walk *ret)
{
    sdk_json doc;
    aorta_status st = sdk_json_parse(ctx, cursor.ptr, cursor.len, &doc);
    if (st == AORTA_ERR_NOMEM)
        return st;
    memset(ret, 0, sizeof(*ret));
    int kind = index_of(kinds, AORTA_COUNT(kinds), sdk_json_str(sdk_json_get(doc, "kind")));
    int stage = index_of(stages, AORTA_COUNT(stages), sdk_json_str(sdk_json_get(doc, "stage")));
    if (st != AORTA_OK || kind < 0 || stage < 0)
        return sdk_fail(ctx, AORTA_ERR_INTERNAL, "garmin.cursor", "the cursor of this sync cannot be read");
    ret->kind = (enum garmin_walk_kind)kind;
    ret->stage = (enum garmin_stage)stage;
    ret->portal_dead = sdk_json_bool(sdk_json_get(doc, "portal_dead"), 0);
    for (size_t i = 0; i < AORTA_COUNT(numbers); i++)
        *(int64_t *)at(ret, numbers[i].offset) = sdk_json_int(sdk_json_get(doc, numbers[i].name), 0);
    for (size_t i = 0; i < AORTA_COUNT(sets); i++) {
        aorta_str bad;
        *(uint32_t *)at(ret, sets[i].offset) = garmin_types_parse(sdk_json_str(sdk_json_get(doc, sets[i].name)), &bad);
    }
    return AORTA_OK;
}

aorta_status garmin_cursor_save(aorta_ctx *ctx, const struct garmin_walk *w)
{
    struct garmin_walk copy = *w;
    sdk_text t = {.ctx = ctx};
    sdk_text_addf(&t, "{\"kind\":\"%s\",\"stage\":\"%s\",\"portal_dead\":%s", kinds[w->kind], stages[w->stage],
                  w->portal_dead ? "true" : "false");
    for (size_t i = 0; i < AORTA_COUNT(numbers); i++)
        sdk_text_addf(&t, ",\"%s\":%lld", numbers[i].name, (long long)*(int64_t *)at(&copy, numbers[i].offset));
    for (size_t i = 0; i < AORTA_COUNT(sets); i++) {
        sdk_text_addf(&t, ",\"%s\":\"", sets[i].name);
        garmin_types_write(&t, *(uint32_t *)at(&copy, sets[i].offset));
        sdk_text_add(&t, AORTA_S("\""));
    }
    sdk_text_add(&t, AORTA_S("}"));
    aorta_str text = sdk_text_str(&t);
    return text.ptr ? ctx->host->checkpoint(ctx, text.ptr, text.len) : AORTA_ERR_NOMEM;
}
