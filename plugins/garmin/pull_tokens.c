/* Pull tokens: Garmin lets nobody poll. Leave to pull comes with each ping, for a window of upload time and
 * for a while; what a ping brought is remembered here for syncs of the same range. One state value a type: a
 * line for each token, "from to token", newest first. */
#include "garmin.h"

#include <string.h>

/* Garmin does not say how long a token lives; refused ones are forgotten at once. */
#define KEEP_S     S_PER_DAY
#define KEEP_LINES 8
#define TOKEN_MAX  2048

static aorta_status load(aorta_ctx *ctx, int type, aorta_str *ret)
{
    aorta_str key = sdk_format(ctx, "pull.%s", garmin_types[type].key);
    return key.ptr ? sdk_state_get(ctx, AORTA_STATE_CONNECTION, key.ptr, ret) : AORTA_ERR_NOMEM;
}

static aorta_status store(aorta_ctx *ctx, int type, const sdk_text *t)
{
    aorta_str key = sdk_format(ctx, "pull.%s", garmin_types[type].key);
    if (!key.ptr || t->failed)
        return AORTA_ERR_NOMEM;
    return sdk_state_put(ctx, AORTA_STATE_CONNECTION, key.ptr, sdk_text_str(t), KEEP_S);
}

/* The next line of *rest. 1, or 0 at the end. */
static int next_line(aorta_str *rest, aorta_str *line, struct garmin_pull *ret)
{
    aorta_str from, to;
    while (sdk_split(rest, '\n', line)) {
        ret->token = *line;
        if (sdk_split(&ret->token, ' ', &from) && sdk_int_parse(from, &ret->from) == 0 &&
            sdk_split(&ret->token, ' ', &to) && sdk_int_parse(to, &ret->to) == 0 && ret->token.len)
            return 1;
    }
    return 0;
}

/* What is kept of `old`, behind what is new: not `token` again, and not more than there is room for. */
static void add_others(sdk_text *t, aorta_str old, aorta_str token)
{
    struct garmin_pull pull;
    aorta_str line;
    for (int n = 1; n < KEEP_LINES && next_line(&old, &line, &pull);) {
        if (sdk_str_cmp(pull.token, token) == 0)
            continue;
        sdk_text_add(t, line);
        sdk_text_add(t, AORTA_S("\n"));
        n++;
    }
}

int garmin_pull_of_url(aorta_ctx *ctx, aorta_str url, struct garmin_pull *ret)
{
    aorta_str from = garmin_url_param(ctx, url, "uploadStartTimeInSeconds");
    aorta_str to = garmin_url_param(ctx, url, "uploadEndTimeInSeconds");
    ret->token = garmin_url_param(ctx, url, "token");
    if (!ret->token.len || ret->token.len > TOKEN_MAX || memchr(ret->token.ptr, '\n', ret->token.len))
        return -1;
    return sdk_int_parse(from, &ret->from) == 0 && sdk_int_parse(to, &ret->to) == 0 && ret->to >= ret->from ? 0 : -1;
}

aorta_status garmin_pull_remember(aorta_ctx *ctx, int type, const struct garmin_pull *pull)
{
    aorta_str old;
    aorta_status st = load(ctx, type, &old);
    if (st != AORTA_OK)
        return st;
    sdk_text t = {.ctx = ctx};
    sdk_text_addf(&t, "%lld %lld ", (long long)pull->from, (long long)pull->to);
    sdk_text_add(&t, pull->token);
    sdk_text_add(&t, AORTA_S("\n"));
    add_others(&t, old, pull->token);
    return store(ctx, type, &t);
}

aorta_status garmin_pull_forget(aorta_ctx *ctx, int type, aorta_str token)
{
    aorta_str old;
    aorta_status st = load(ctx, type, &old);
    if (st != AORTA_OK || !old.len)
        return st;
    sdk_text t = {.ctx = ctx};
    add_others(&t, old, token);
    return store(ctx, type, &t);
}

aorta_status garmin_pull_find(aorta_ctx *ctx, int type, int64_t from, int64_t to, struct garmin_pull *ret)
{
    aorta_str rest, line;
    aorta_status st = load(ctx, type, &rest);
    if (st != AORTA_OK)
        return st;
    while (next_line(&rest, &line, ret))
        if (ret->from <= from && ret->to >= to)
            return AORTA_OK;
    return AORTA_ERR_NOT_FOUND;
}
