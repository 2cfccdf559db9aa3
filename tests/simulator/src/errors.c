/* errors.c - the providers' own error answers, each as its real service words it. */
#include "errors.h"

#include "civil.h"
#include "clock.h"
#include "crypt.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

void error_oauth(struct reply *a, int status, const char *code, const char *text)
{
    reply_json(a, status, json_pack("{s:s, s:s?}", "error", code, "error_description", text));
    reply_header(a, "Cache-Control", "no-store");
}

void error_garmin(struct reply *a, int status, const char *message)
{
    reply_json(a, status, json_pack("{s:s}", "errorMessage", message));
}

void error_pull_token(struct reply *a)
{
    error_garmin(a, 400, "InvalidPullTokenException failure");
}

void error_polar(struct reply *a, int status, const char *type, const char *message)
{
    char *id = crypt_hex(8);
    reply_json(a, status,
               json_pack("{s:s, s:i, s:s, s:s, s:s}", "timestamp", civil_utc(clock_now_s()).s, "status", status,
                         "errorType", type, "message", message, "corrId", id));
    free(id);
}

static void apim(struct reply *a, int status, const char *message)
{
    reply_json(a, status, json_pack("{s:i, s:s}", "statusCode", status, "message", message));
}

/* Spring's resource server repeats the token in its message; so does this one. */
static void spring(struct reply *a, const char *text, const char *token)
{
    char *message = text_printf("%s: %s", text, token ? token : "");
    error_oauth(a, 401, "invalid_token", message);
    free(message);
}

static void polar_401(struct reply *a, const char *detail)
{
    char *challenge = text_printf("Bearer realm=\"oauth2\"%s", detail);
    reply_empty(a, 401);
    reply_header(a, "WWW-Authenticate", challenge);
    free(challenge);
}

void error_no_token(struct reply *a, enum provider p)
{
    if (p == GARMIN)
        error_garmin(a, 401, "Missing or malformed Authorization header");
    else if (p == POLAR)
        polar_401(a, "");
    else
        error_oauth(a, 401, "unauthorized", "Full authentication is required to access this resource");
}

void error_bad_token(struct reply *a, enum provider p, const char *token)
{
    if (p == GARMIN)
        error_garmin(a, 403, "Unable to read oAuth header");
    else if (p == POLAR)
        polar_401(a, ", error=\"invalid_token\", error_description=\"Invalid access token\"");
    else
        spring(a, "Invalid access token", token);
}

void error_expired_token(struct reply *a, enum provider p, const char *token)
{
    if (p == GARMIN)
        error_garmin(a, 401, "Token is not active");
    else if (p == POLAR)
        polar_401(a, ", error=\"invalid_token\", error_description=\"Access token expired\"");
    else
        spring(a, "Access token expired", token);
}

static const char *reason(int status)
{
    switch (status) {
    case 403:
        return "Forbidden";
    case 404:
        return "Resource not found";
    case 429:
        return "Rate limit is exceeded. Try again later.";
    case 500:
        return "Internal server error";
    case 502:
        return "Bad gateway";
    case 503:
        return "Service unavailable";
    default:
        return "Request failed";
    }
}

static void garmin_5xx(struct reply *a, int status)
{
    char *id = crypt_uuid();
    reply_json(a, status,
               json_pack("{s:s, s:s, s:s, s:s}", "errorType", "SYSTEM_EXCEPTION", "message", reason(status),
                         "errorMessage", reason(status), "errorId", id));
    free(id);
}

void error_status(struct reply *a, enum provider p, int status, long retry_after)
{
    if (status < 300)
        reply_empty(a, status);
    else if (p == GARMIN && status >= 500)
        garmin_5xx(a, status);
    else if (p == GARMIN)
        error_garmin(a, status, reason(status));
    else if (p == POLAR && status == 429)
        reply_empty(a, status);
    else if (p == POLAR)
        error_polar(a, status, "error", reason(status));
    else
        apim(a, status, reason(status));
    if (retry_after < 0)
        return;
    char text[24];
    snprintf(text, sizeof text, "%ld", retry_after);
    reply_header(a, "Retry-After", text);
}
