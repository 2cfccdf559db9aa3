/* Between the plugin's statuses and the gateway's codes. An unknown status is taken by its class, status / 100. */
#include "host/frame.h"

static const struct {
    aorta_status status;
    enum gw_code code;
} pairs[] = {
    {AORTA_ERR_INVALID_PARAM, GW_INVALID},
    {AORTA_ERR_DATA, GW_DATA},
    {AORTA_ERR_NOT_FOUND, GW_NOT_FOUND},
    {AORTA_ERR_CONFLICT, GW_CONFLICT},
    {AORTA_ERR_STATE, GW_STATE},
    {AORTA_ERR_DENIED, GW_DENIED},
    {AORTA_ERR_AUTH_EXPIRED, GW_REAUTHORIZE},
    {AORTA_ERR_AUTH_REVOKED, GW_REAUTHORIZE},
    {AORTA_ERR_SCOPE, GW_SCOPE},
    {AORTA_ERR_UPSTREAM, GW_UPSTREAM},
    {AORTA_ERR_UPSTREAM_TIMEOUT, GW_UPSTREAM_TIMEOUT},
    {AORTA_ERR_RATE_LIMITED, GW_RATE_LIMITED},
    {AORTA_ERR_BUSY, GW_BUSY},
    {AORTA_ERR_BUSY, GW_DB},
    {AORTA_ERR_UNSUPPORTED, GW_UNSUPPORTED},
    {AORTA_ERR_CONFIG, GW_CONFIG},
    {AORTA_ERR_UPSTREAM_REJECTED, GW_UPSTREAM_REJECTED},
    {AORTA_ERR_FORBIDDEN_CALL, GW_FORBIDDEN_CALL},
    {AORTA_ERR_INTERNAL, GW_INTERNAL},
    {AORTA_ERR_NOMEM, GW_NOMEM},
    {AORTA_ERR_CONTRACT, GW_CONTRACT},
    {AORTA_ERR_CANCELLED, GW_CANCELLED},
    {AORTA_ERR_CANCELLED, GW_LEASE_LOST},
    {AORTA_ERR_DEADLINE, GW_DEADLINE},
    {AORTA_ERR_AUTH_EXPIRED, GW_NOT_CONNECTED},
};

static enum gw_code code_of_class(aorta_status status)
{
    switch (status / 100) {
    case -1:
        return GW_INVALID;
    case -2:
        return GW_REAUTHORIZE;
    case -3:
        return GW_UPSTREAM;
    case -4:
        return GW_UPSTREAM_REJECTED;
    case -6:
        return GW_CANCELLED;
    default:
        return GW_INTERNAL;
    }
}

enum gw_code gw_code_of_status(aorta_status status)
{
    if (status == AORTA_OK)
        return GW_OK;
    if (status > 0)
        return GW_CONTRACT;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (pairs[i].status == status)
            return pairs[i].code;
    return code_of_class(status);
}

aorta_status gw_status_of_code(enum gw_code code)
{
    if (code == GW_OK)
        return AORTA_OK;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (pairs[i].code == code)
            return pairs[i].status;
    return AORTA_ERR_INTERNAL;
}
