/* Codes that a user types. Eight characters are few: wrong ones are counted, and beyond a handful a second, from
 * wherever they come, nobody's code is looked at for a moment. A week of guessing at that rate finds one of a thousand
 * open codes with a chance of a few in a thousand.
 */
#include <stdio.h>

#include "auth/inside.h"
#include "auth/people.h"
#include "base/time.h"
#include "crypt/crypt.h"

#define ALPHABET   "ABCDEFGHJKLMNPQRSTUVWXYZ23456789" /* 32: a byte's low bits choose evenly */
#define WEEK_US    (7 * GW_US_PER_DAY)
#define GUESS_US   (200 * INT64_C(1000)) /* what a wrong code costs */
#define GUESSES_US (6 * GW_US_PER_S)     /* how much may be spent ahead */

enum gw_code gw_auth_code_create(struct gw_auth *auth, struct gw_uuid user, struct gw_uuid by,
                                 char ret_text[GW_CODE_TEXT], struct gw_code_row *ret, struct gw_err *err)
{
    int64_t now_us = gw_now_us();
    struct gw_code_row row = {gw_uuid_v4(), user, by, now_us + WEEK_US, now_us};
    uint8_t random[GW_CODE_TEXT - 1], digest[32];
    enum gw_code code;

    gw_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        ret_text[i] = ALPHABET[random[i] & 31];
    ret_text[sizeof(random)] = '\0';
    gw_sha256(gw_str(ret_text), digest);
    code = gw_store_code_create(auth->db, &row, digest, err);
    if (code == GW_OK)
        *ret = row;
    return code;
}

static enum gw_code may_guess(struct gw_auth *auth, struct gw_err *err)
{
    int64_t now_us = gw_mono_us(), over_us;

    pthread_mutex_lock(&auth->lock);
    over_us = auth->guesses_us - now_us - GUESSES_US;
    pthread_mutex_unlock(&auth->lock);
    if (over_us <= 0)
        return GW_OK;
    gw_fail_wire(err, GW_RATE_LIMITED, "auth.too_many_guesses", "Too many wrong codes; try again shortly.");
    if (err)
        err->retry_after_ms = over_us / 1000 + 1;
    return GW_RATE_LIMITED;
}

static void note_guess(struct gw_auth *auth)
{
    int64_t now_us = gw_mono_us();

    pthread_mutex_lock(&auth->lock);
    auth->guesses_us = (auth->guesses_us > now_us ? auth->guesses_us : now_us) + GUESS_US;
    pthread_mutex_unlock(&auth->lock);
}

enum gw_code gw_auth_code_redeem(struct gw_auth *auth, struct gw_arena *arena, struct gw_str text,
                                 struct gw_tokens *ret, struct gw_err *err)
{
    char issuer[GW_ISSUER_TEXT], id[GW_UUID_TEXT];
    struct gw_uuid user, by;
    uint8_t digest[32];
    enum gw_code code = may_guess(auth, err);

    if (code != GW_OK)
        return code;
    gw_sha256(text, digest);
    code = gw_store_code_take(auth->db, digest, &user, &by, err);
    if (code == GW_OK) {
        snprintf(issuer, sizeof(issuer), "invite:%s", gw_uuid_text(by, id));
        code = gw_auth_sdk_token(auth, arena, user, issuer, ret, err);
    }
    if (code != GW_NOT_FOUND)
        return code;
    note_guess(auth);
    return gw_fail_wire(err, code, "code.invalid", "Invalid or expired invitation code");
}
