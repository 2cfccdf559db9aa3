/* oauth.c - OAuth 2.0 as the three providers speak it.
 *
 * Garmin: PKCE S256 is required, client credentials in the form. Polar and Suunto: HTTP Basic. Polar has no
 * refresh. Suunto checks a PKCE challenge only if one was sent.
 */
#include "oauth.h"

#include "consent.h"
#include "crypt.h"
#include "errors.h"
#include "events.h"
#include "garmin_watch.h"
#include "polar.h"
#include "text.h"
#include "tokens.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- authorize ---- */

static const char *wrong_request(const struct req *r)
{
    const char *redirect = req_query(r, "redirect_uri");
    if (!text_same(req_query(r, "client_id"), provider_client[r->provider].id))
        return "client_id is missing or unknown.";
    if (!redirect || (!text_starts(redirect, "http://") && !text_starts(redirect, "https://")))
        return "redirect_uri is missing or is neither http nor https.";
    if (provider_redirect && !text_starts(redirect, provider_redirect))
        return "redirect_uri is not registered for this application.";
    return NULL;
}

/* What goes back to the application as error=; NULL: nothing wrong. */
static const char *wrong_parameters(const struct req *r)
{
    const char *scope = req_query(r, "scope");
    const char *challenge = req_query(r, "code_challenge"), *method = req_query(r, "code_challenge_method");
    if (!text_same(req_query(r, "response_type"), "code"))
        return "unsupported_response_type";
    if (r->provider == GARMIN && (!challenge || strlen(challenge) != 43 || !text_same(method, "S256")))
        return "invalid_request";
    if (r->provider == POLAR && scope && *scope && strcmp(scope, "accesslink.read_all") != 0)
        return "invalid_scope";
    return NULL;
}

static void send_back(const struct req *r, struct reply *a, const char *code, const char *error)
{
    char *url = consent_url(req_query(r, "redirect_uri"), "code", code, "error", error, "state", req_query(r, "state"),
                            (char *)NULL);
    reply_redirect(a, url);
    free(url);
}

static void decided(const struct req *r, struct reply *a, const struct decision *d)
{
    if (!d->approved) {
        send_back(r, a, NULL, "access_denied");
        return;
    }
    struct consent c = {
        r->provider, d->person, req_query(r, "client_id"), req_query(r, "redirect_uri"), req_query(r, "code_challenge"),
        d->perms};
    char *code = tokens_code(&c);
    send_back(r, a, code, NULL);
    free(code);
    a->person = d->person;
}

void oauth_authorize(const struct req *r, struct reply *a)
{
    struct decision d = {0};
    const char *wrong = wrong_request(r), *error = wrong_parameters(r);
    if (wrong)
        consent_error(a, 400, wrong);
    else if (error)
        send_back(r, a, NULL, error);
    else if (consent_decide(r, a, &d))
        decided(r, a, &d);
}

/* ---- token ---- */

static bool basic_fits(const struct req *r)
{
    const char *value = req_header(r, "Authorization");
    if (!value || strncasecmp(value, "Basic ", 6) != 0)
        return false;
    char *plain = crypt_unbase64(value + 6);
    char *want = text_printf("%s:%s", provider_client[r->provider].id, provider_client[r->provider].secret);
    bool fits = text_same(plain, want);
    free(plain);
    free(want);
    return fits;
}

static bool client_fits(const struct req *r)
{
    if (r->provider != GARMIN)
        return basic_fits(r);
    return text_same(req_form(r, "client_id"), provider_client[GARMIN].id) &&
           text_same(req_form(r, "client_secret"), provider_client[GARMIN].secret);
}

static void refuse_client(const struct req *r, struct reply *a)
{
    error_oauth(a, 401, "invalid_client", "Client authentication failed");
    if (r->provider != GARMIN)
        reply_header(a, "WWW-Authenticate", "Basic realm=\"oauth\"");
}

void oauth_send_tokens(const struct req *r, struct reply *a, const struct issued *t)
{
    json_t *o = json_pack("{s:s, s:s, s:I}", "access_token", t->access, "token_type", "bearer", "expires_in",
                          (json_int_t)t->access_s);
    if (t->refresh)
        json_object_set_new(o, "refresh_token", json_string(t->refresh));
    if (r->provider == GARMIN) {
        char *id = crypt_uuid();
        json_object_set_new(o, "refresh_token_expires_in", json_integer(t->refresh_s));
        json_object_set_new(o, "scope", json_string("PARTNER_WRITE PARTNER_READ CONNECT_READ CONNECT_WRITE"));
        json_object_set_new(o, "jti", json_string(id));
        free(id);
    } else if (r->provider == POLAR) {
        json_object_set_new(o, "x_user_id", json_integer(polar_user_id(t->person)));
    } else {
        json_object_set_new(o, "scope", json_string("workout"));
        json_object_set_new(o, "user", json_string(t->person->name));
    }
    reply_json(a, 200, o);
    reply_header(a, "Cache-Control", "no-store");
    a->person = t->person;
}

static void refuse_grant(const struct req *r, struct reply *a, enum token_result why, const char *token)
{
    static const char *const reasons[] = {
        [TOKEN_OK] = "",
        [TOKEN_UNKNOWN] = "Invalid grant",
        [TOKEN_EXPIRED] = "Expired grant",
        [TOKEN_REVOKED] = "The grant was revoked",
        [TOKEN_USED] = "The grant was used before",
        [TOKEN_BAD_REDIRECT] = "Redirect URI mismatch",
        [TOKEN_BAD_VERIFIER] = "Invalid code verifier",
    };
    if (r->provider == SUUNTO && token) { /* Spring repeats it */
        char *text = text_printf("Invalid refresh token: %s", token);
        error_oauth(a, 400, "invalid_grant", text);
        free(text);
        return;
    }
    error_oauth(a, 400, "invalid_grant", reasons[why]);
}

static void exchange(const struct req *r, struct reply *a)
{
    const char *code = req_form(r, "code");
    struct issued t = {0};
    if (!code) {
        error_oauth(a, 400, "invalid_request", "Missing code");
        return;
    }
    enum token_result why =
        tokens_exchange(r->provider, code, req_form(r, "redirect_uri"), req_form(r, "code_verifier"), &t);
    if (why != TOKEN_OK) {
        refuse_grant(r, a, why, NULL);
        return;
    }
    oauth_send_tokens(r, a, &t);
    if (r->provider == GARMIN)
        garmin_watch_connected(t.person);
    if (r->provider == SUUNTO)
        events_connected(SUUNTO, t.person);
    issued_fini(&t);
}

static void refresh(const struct req *r, struct reply *a)
{
    const char *token = req_form(r, "refresh_token");
    struct issued t = {0};
    if (!token) {
        error_oauth(a, 400, "invalid_request", "Missing refresh_token");
        return;
    }
    enum token_result why = tokens_refresh(r->provider, token, &t);
    if (why == TOKEN_OK)
        oauth_send_tokens(r, a, &t);
    else
        refuse_grant(r, a, why, token);
    issued_fini(&t);
}

void oauth_token(const struct req *r, struct reply *a)
{
    const char *grant_type = req_form(r, "grant_type");
    if (!req_is(r, "POST"))
        reply_empty(a, 405);
    else if (!grant_type)
        error_oauth(a, 400, "invalid_request", "Missing grant_type (is the body a form?)");
    else if (!client_fits(r))
        refuse_client(r, a);
    else if (strcmp(grant_type, "authorization_code") == 0)
        exchange(r, a);
    else if (strcmp(grant_type, "refresh_token") == 0 && r->provider != POLAR)
        refresh(r, a);
    else
        error_oauth(a, 400, "unsupported_grant_type", NULL);
}

/* ---- overlap watch ---- */

static const char *refreshing(const struct req *r)
{
    return text_same(req_form(r, "grant_type"), "refresh_token") ? req_form(r, "refresh_token") : NULL;
}

void oauth_begin(const struct req *r)
{
    const char *token = refreshing(r);
    if (token)
        tokens_refresh_begin(token);
}

void oauth_end(const struct req *r)
{
    const char *token = refreshing(r);
    if (token)
        tokens_refresh_end(token);
}
