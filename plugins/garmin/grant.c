/* What both OAuth versions share once there is a token: who the user is, what they allow, and giving it all
 * back. */
#include "garmin.h"

#include <stdlib.h>
#include <string.h>

int garmin_grant_of(const aorta_connection *conn, struct garmin_grant *ret)
{
    aorta_str secret = sdk_field(conn->extra, conn->extra_count, "oauth_token_secret");
    if (!secret.len)
        return 0;
    *ret = (struct garmin_grant){conn->access_token, secret};
    return 1;
}

/* ---- permissions ---- */

#define PERMISSIONS_MAX 32

/* A name as Garmin forms them: ACTIVITY_EXPORT. Anything else cannot stand in a list separated by blanks. */
static int is_name(aorta_str s)
{
    if (s.len == 0 || s.len > 64)
        return 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return 0;
    }
    return 1;
}

static int by_name(const void *a, const void *b)
{
    return sdk_str_cmp(*(const aorta_str *)a, *(const aorta_str *)b);
}

/* A list of names, or a map of name to boolean. Returns how many, -1 when it is neither. */
static int collect(sdk_json from, aorta_str *names)
{
    int type = sdk_json_type(from), count = 0, seen = 0;
    if (type != SDK_JSON_ARRAY && type != SDK_JSON_OBJECT)
        return -1;
    for (sdk_json m = sdk_json_first(from); m.node && count < PERMISSIONS_MAX; m = sdk_json_next(m)) {
        int given = type == SDK_JSON_ARRAY ? sdk_json_type(m) == SDK_JSON_STRING : sdk_json_bool(m, 0);
        aorta_str name = type == SDK_JSON_ARRAY ? sdk_json_str(m) : sdk_json_key(m);
        seen += type == SDK_JSON_ARRAY || sdk_json_type(m) == SDK_JSON_BOOL;
        if (given && is_name(name))
            names[count++] = name;
    }
    /* an object without one boolean is some other object */
    return type == SDK_JSON_OBJECT && !seen ? -1 : count;
}

int garmin_permissions(aorta_ctx *ctx, sdk_json answer, aorta_str *ret_scope)
{
    aorta_str names[PERMISSIONS_MAX];
    sdk_json inner = sdk_json_get(answer, "permissions");
    int count = collect(inner.node ? inner : answer, names);
    if (count < 0)
        return -1;
    qsort(names, (size_t)count, sizeof(names[0]), by_name);
    sdk_text t = {.ctx = ctx};
    for (int i = 0; i < count; i++) {
        if (i > 0 && by_name(&names[i - 1], &names[i]) == 0)
            continue;
        if (t.len)
            sdk_text_add(&t, AORTA_S(" "));
        sdk_text_add(&t, names[i]);
    }
    *ret_scope = sdk_text_str(&t);
    return t.failed ? -1 : 0;
}

/* ---- who is it ---- */

static aorta_status user_id(const struct garmin *g, aorta_ctx *ctx, const struct garmin_grant *grant, aorta_str *ret)
{
    const aorta_http_resp *resp;
    struct garmin_call call = {.url = sdk_url(ctx, g->api_url, GARMIN_REST "/user/id", NULL), .grant = grant};
    aorta_status st = garmin_request(g, ctx, &call, &resp);
    if (st != AORTA_OK)
        return st;
    if (resp->status != 200)
        return sdk_http_failure(ctx, resp, "garmin.user_id", "the question for the user id");
    sdk_json answer;
    if (sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) == AORTA_OK)
        *ret = sdk_json_str(sdk_json_get(answer, "userId"));
    if (!ret->len)
        return sdk_fail(ctx, AORTA_ERR_UPSTREAM_REJECTED, "garmin.user_id", "Garmin gave no user id");
    return AORTA_OK;
}

aorta_status garmin_identify(const struct garmin *g, aorta_ctx *ctx, const struct garmin_grant *grant,
                             aorta_str *ret_user_id, aorta_str *ret_scope)
{
    *ret_user_id = *ret_scope = (aorta_str){NULL, 0};
    aorta_status st = user_id(g, ctx, grant, ret_user_id);
    if (st != AORTA_OK)
        return st;
    const aorta_http_resp *resp;
    struct garmin_call call = {.url = sdk_url(ctx, g->api_url, GARMIN_REST "/user/permissions", NULL), .grant = grant};
    st = garmin_request(g, ctx, &call, &resp);
    if (st == AORTA_ERR_NOMEM || st / 100 == AORTA_ERR_CANCELLED / 100)
        return st;
    sdk_json answer;
    int known = st == AORTA_OK && resp->status == 200 &&
                sdk_json_parse(ctx, resp->body.ptr, resp->body.len, &answer) == AORTA_OK &&
                garmin_permissions(ctx, answer, ret_scope) == 0;
    /* the grant stands without them: what is not permitted is then refused when it is asked for */
    if (!known)
        sdk_log(ctx, AORTA_LOG_WARN, "Garmin did not say what the user permits");
    return AORTA_OK;
}

/* ---- the end ---- */

static aorta_status revoke(void *self, aorta_ctx *ctx)
{
    const struct garmin *g = self;
    const aorta_http_resp *resp;
    struct garmin_grant grant;
    if (!garmin_grant_of(ctx->conn, &grant))
        grant = (struct garmin_grant){ctx->conn->access_token, {NULL, 0}};
    struct garmin_call call = {
        .method = "DELETE", .url = sdk_url(ctx, g->api_url, GARMIN_REST "/user/registration", NULL), .grant = &grant};
    aorta_status st = garmin_request(g, ctx, &call, &resp);
    if (st != AORTA_OK)
        return st;
    switch (resp->status) {
    case 200:
    case 202:
    case 204:
        return AORTA_OK;
    case 403: /* the token is unknown or the user left already */
    case 404:
    case 410:
        return AORTA_OK;
    default:
        return garmin_refused(ctx, resp, "garmin.revoke", "the end of the registration");
    }
}

const aorta_revoke_ext garmin_revoke = {.struct_size = sizeof(aorta_revoke_ext), .revoke = revoke};
