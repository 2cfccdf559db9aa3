/* polar_users.c - who is registered to our client, under which member-id, and who has consented. */
#include "civil.h"
#include "clock.h"
#include "errors.h"
#include "events.h"
#include "map.h"
#include "polar.h"
#include "settings.h"
#include "text.h"
#include "tokens.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct member {
    struct member *next;
    const struct person *person;
    char *member_id;
    int64_t registered_s; /* 0: not */
    bool refused;         /* has not accepted the mandatory consents */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct member *members;
static struct map by_person, taken; /* taken: member-id to anything */
static int registered;
static long clashes;

int64_t polar_user_id(const struct person *p)
{
    return 10000000 + (int64_t)p->number;
}

char *polar_user_url(const struct person *p)
{
    return text_printf("https://www.polaraccesslink.com/v3/users/%lld", (long long)polar_user_id(p));
}

static struct member *member_of(const struct person *p)
{
    struct member *m = map_get(&by_person, p->name);
    if (m)
        return m;
    m = calloc(1, sizeof *m);
    if (!m)
        abort();
    m->person = p;
    m->next = members;
    members = m;
    map_put(&by_person, p->name, m);
    return m;
}

static void set_member(struct member *m, const char *member_id, int64_t at_s)
{
    registered += (at_s != 0) - (m->registered_s != 0);
    if (m->member_id)
        map_put(&taken, m->member_id, NULL);
    free(m->member_id);
    m->member_id = text_dup(member_id);
    m->registered_s = at_s;
    if (member_id)
        map_put(&taken, member_id, m);
}

int64_t polar_registered_s(const struct person *p)
{
    pthread_mutex_lock(&lock);
    int64_t at = member_of(p)->registered_s;
    pthread_mutex_unlock(&lock);
    return at;
}

bool polar_consented(const struct person *p)
{
    pthread_mutex_lock(&lock);
    bool given = !member_of(p)->refused;
    pthread_mutex_unlock(&lock);
    return given;
}

void polar_set_consent(const struct person *p, bool given)
{
    pthread_mutex_lock(&lock);
    member_of(p)->refused = !given;
    pthread_mutex_unlock(&lock);
}

void polar_register(const struct person *p, const char *member_id)
{
    pthread_mutex_lock(&lock);
    set_member(member_of(p), member_id, clock_now_s());
    pthread_mutex_unlock(&lock);
}

void polar_unregister(const struct person *p)
{
    pthread_mutex_lock(&lock);
    set_member(member_of(p), NULL, 0);
    pthread_mutex_unlock(&lock);
}

void polar_take_member_id(const char *member_id)
{
    static char somebody;
    pthread_mutex_lock(&lock);
    map_put(&taken, member_id, &somebody);
    pthread_mutex_unlock(&lock);
}

void polar_clash(long times)
{
    pthread_mutex_lock(&lock);
    clashes = times;
    pthread_mutex_unlock(&lock);
}

int polar_registered_count(void)
{
    pthread_mutex_lock(&lock);
    int n = registered;
    pthread_mutex_unlock(&lock);
    return n;
}

int64_t polar_visible_from_s(const struct person *p)
{
    return polar_registered_s(p) - setting(SET_POLAR_HISTORY_DAYS) * DAY_S;
}

static json_t *user_json(const struct person *p, const char *member_id, int64_t at_s)
{
    char *title = text_printf("%c%s", p->name[0] - 'a' + 'A', p->name + 1);
    json_t *o = json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:f, s:i, s:[]}", "polar-user-id",
                          (json_int_t)polar_user_id(p), "member-id", member_id, "registration-date",
                          civil_iso_ms(at_s * 1000, 0).s, "first-name", title, "last-name", "Simulated", "birthdate",
                          civil_date(civil_days(p->birth_year, 6, 15)).s, "gender", p->female ? "FEMALE" : "MALE",
                          "weight", round_to(p->weight_kg, 1), "height", p->height_cm, "extra-info");
    json_object_set_new(o, "registration-date", json_string(civil_wall(at_s, 0).s));
    free(title);
    return o;
}

static const char *wrong_registration(const struct member *m, const char *member_id)
{
    if (m->registered_s)
        return "User is already registered to this client";
    bool clash = clashes > 0 && clashes-- > 0;
    return clash || map_get(&taken, member_id) ? "Member id is already used by another user" : NULL;
}

void polar_users_post(const struct req *r, struct reply *a, const struct person *p)
{
    json_t *body = req_json(r);
    const char *member_id = json_string_value(json_object_get(body, "member-id"));
    if (!member_id || !*member_id || strlen(member_id) > 255) {
        error_polar(a, 400, "bad_request", "member-id is missing or too long");
        json_decref(body);
        return;
    }
    pthread_mutex_lock(&lock);
    struct member *m = member_of(p);
    const char *wrong = m->refused ? NULL : wrong_registration(m, member_id);
    if (m->refused)
        reply_empty(a, 403);
    else if (wrong)
        error_polar(a, 409, "conflict", wrong);
    else {
        set_member(m, member_id, clock_now_s());
        reply_json(a, 200, user_json(p, member_id, m->registered_s));
    }
    pthread_mutex_unlock(&lock);
    if (a->status == 200)
        events_connected(POLAR, p);
    json_decref(body);
}

void polar_users_get(struct reply *a, const struct person *p)
{
    pthread_mutex_lock(&lock);
    const struct member *m = member_of(p);
    if (m->refused)
        reply_empty(a, 403);
    else if (!m->registered_s)
        reply_empty(a, 204);
    else
        reply_json(a, 200, user_json(p, m->member_id, m->registered_s));
    pthread_mutex_unlock(&lock);
}

void polar_users_delete(struct reply *a, const struct person *p)
{
    polar_unregister(p);
    tokens_revoke(POLAR, p->name);
    reply_empty(a, 204);
}

json_t *polar_save(void)
{
    json_t *list = json_array();
    pthread_mutex_lock(&lock);
    for (const struct member *m = members; m; m = m->next)
        if (m->registered_s)
            json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "person", m->person->name, "member_id",
                                                  m->member_id, "registered_s", (json_int_t)m->registered_s));
    pthread_mutex_unlock(&lock);
    return list;
}

void polar_load(const json_t *saved)
{
    size_t i;
    json_t *o;
    pthread_mutex_lock(&lock);
    json_array_foreach(saved, i, o)
    {
        const struct person *p = people_find(json_string_value(json_object_get(o, "person")));
        if (p)
            set_member(member_of(p), json_string_value(json_object_get(o, "member_id")),
                       json_integer_value(json_object_get(o, "registered_s")));
    }
    pthread_mutex_unlock(&lock);
}

void polar_reset(void)
{
    pthread_mutex_lock(&lock);
    while (members) {
        struct member *gone = members;
        members = gone->next;
        free(gone->member_id);
        free(gone);
    }
    map_fini(&by_person);
    map_fini(&taken);
    registered = 0;
    clashes = 0;
    pthread_mutex_unlock(&lock);
}
