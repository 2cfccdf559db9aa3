/* Pull tokens: Garmin lets nobody poll. Leave to pull comes with each ping, for a window of upload time and
 * for a while; what a ping brought is remembered here for syncs of the same range. One state value a type: a
 * line for each token, "from to token", newest first. */
#include "garmin.h"

#include <stdio.h>
#include <string.h>

#define KEEP_S                                                                                                         \
    S_PER_DAY /* Garmin does not say how long a token lives; refused ones are forgotten at once                        \
               */
#define KEEP_LINES 8
#define TOKEN_MAX  2048

struct key {
    char text[64];
    size_t len;
};

static struct key key_of(int type)
{
    struct key k;
    int n = snprintf(k.text, sizeof(k.text), "pull.%s", garmin_types[type].key);
    k.len = n > 0 ? (size_t)n : 0;
    return k;
}

static aorta_status load(aorta_ctx *ctx, int type, aorta_str *ret)
{
    struct key k = key_of(type);
    aorta_bytes value = {NULL, 0};
    aorta_status st = ctx->host->state_get(ctx, AORTA_STATE_CONNECTION, k.text, k.len, &value);
    *ret = (aorta_str){(const char *)value.ptr, st == AORTA_OK ? value.len : 0};
    return st == AORTA_ERR_NOT_FOUND ? AORTA_OK : st;
}

static aorta_status store(aorta_ctx *ctx, int type, const struct garmin_text *t)
{
    struct key k = key_of(type);
    aorta_str value = garmin_text_done(t);
    if (t->failed)
        return AORTA_ERR_NOMEM;
    return ctx->host->state_put(ctx, AORTA_STATE_CONNECTION, k.text, k.len, value.ptr, value.len, KEEP_S);
}

/* The next line of *rest. 1, or 0 at the end. */
static int next_line(aorta_str *rest, aorta_str *line, struct garmin_pull *ret)
{
    while (rest->len) {
        const char *nl = memchr(rest->ptr, '\n', rest->len);
        size_t len = nl ? (size_t)(nl - rest->ptr) : rest->len;
        char head[64];
        long long from, to;
        int used = 0;
        *line = (aorta_str){rest->ptr, len};
        rest->ptr += nl ? len + 1 : len;
        rest->len -= nl ? len + 1 : len;
        size_t copy = len < sizeof(head) - 1 ? len : sizeof(head) - 1;
        memcpy(head, line->ptr, copy);
        head[copy] = '\0';
        if (sscanf(head, "%lld %lld %n", &from, &to, &used) != 2 || used <= 0 || (size_t)used >= len)
            continue;
        *ret = (struct garmin_pull){{line->ptr + used, len - (size_t)used}, from, to};
        return 1;
    }
    return 0;
}

static int same(aorta_str a, aorta_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* What is kept of `old`, behind what is new: not `token` again, and not more than there is room for. */
static void add_others(struct garmin_text *t, aorta_str old, aorta_str token)
{
    struct garmin_pull pull;
    aorta_str line;
    for (int n = 1; n < KEEP_LINES && next_line(&old, &line, &pull);) {
        if (same(pull.token, token))
            continue;
        garmin_text_str(t, line);
        garmin_text_add(t, "\n", 1);
        n++;
    }
}

int garmin_pull_of_url(aorta_ctx *ctx, aorta_str url, struct garmin_pull *ret)
{
    aorta_str from = garmin_url_param(ctx, url, "uploadStartTimeInSeconds");
    aorta_str to = garmin_url_param(ctx, url, "uploadEndTimeInSeconds");
    char a[24], b[24];
    long long x, y;
    ret->token = garmin_url_param(ctx, url, "token");
    if (!ret->token.len || ret->token.len > TOKEN_MAX || !from.len || !to.len || from.len >= sizeof(a) ||
        to.len >= sizeof(b) || memchr(ret->token.ptr, '\n', ret->token.len))
        return -1;
    memcpy(a, from.ptr, from.len);
    memcpy(b, to.ptr, to.len);
    a[from.len] = b[to.len] = '\0';
    if (sscanf(a, "%lld", &x) != 1 || sscanf(b, "%lld", &y) != 1 || y < x)
        return -1;
    ret->from = x;
    ret->to = y;
    return 0;
}

aorta_status garmin_pull_remember(aorta_ctx *ctx, int type, const struct garmin_pull *pull)
{
    aorta_str old;
    aorta_status st = load(ctx, type, &old);
    if (st != AORTA_OK)
        return st;
    struct garmin_text t = {.ctx = ctx};
    garmin_text_format(&t, "%lld %lld ", (long long)pull->from, (long long)pull->to);
    garmin_text_str(&t, pull->token);
    garmin_text_add(&t, "\n", 1);
    add_others(&t, old, pull->token);
    return store(ctx, type, &t);
}

aorta_status garmin_pull_forget(aorta_ctx *ctx, int type, aorta_str token)
{
    aorta_str old;
    aorta_status st = load(ctx, type, &old);
    if (st != AORTA_OK || !old.len)
        return st;
    struct garmin_text t = {.ctx = ctx};
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
