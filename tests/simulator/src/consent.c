/* consent.c - the page on which a person says yes or no.
 *
 * The form goes back to the same address by GET with decision=, person= and, at Garmin, permissions=. A test
 * adds them to the authorization URL itself and needs no page.
 */
#include "consent.h"

#include "people.h"
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    unsigned bit;
    const char *label;
    bool on;
} toggles[] = {
    {PERM_ACTIVITY, "Activities", true},
    {PERM_MCT, "Women's Health", true},
    {PERM_HEALTH, "Daily Health Stats", true},
    {PERM_HISTORY, "Historical Data", false},
};

static const char *const own_fields[] = {"decision", "person", "permissions", "toggles"};

static bool is_own(const char *name)
{
    for (size_t i = 0; i < sizeof own_fields / sizeof own_fields[0]; i++)
        if (strcmp(name, own_fields[i]) == 0)
            return true;
    return false;
}

static void add_hidden(struct buf *b, const struct req *r)
{
    for (size_t i = 0; i < r->query.n; i++) {
        if (is_own(r->query.v[i].name))
            continue;
        buf_str(b, "<input type=\"hidden\" name=\"");
        text_html(b, r->query.v[i].name);
        buf_str(b, "\" value=\"");
        text_html(b, r->query.v[i].value);
        buf_str(b, "\">\n");
    }
}

static void add_people(struct buf *b)
{
    buf_str(b, "<p><label>Person <input name=\"person\" list=\"people\" value=\"anna\" required></label>\n"
               "<datalist id=\"people\">");
    for (int i = 0; i < people_named_count(); i++)
        buf_printf(b, "<option value=\"%s\">", people_named(i)->name);
    buf_str(b, "<option value=\"person-1\"></datalist></p>\n");
}

static void add_toggles(struct buf *b)
{
    buf_str(b, "<input type=\"hidden\" name=\"toggles\" value=\"1\">\n<ul>\n");
    for (size_t i = 0; i < sizeof toggles / sizeof toggles[0]; i++)
        buf_printf(b, "<li><label><input type=\"checkbox\" name=\"permissions\" value=\"%s\"%s> %s</label></li>\n",
                   perm_name(toggles[i].bit), toggles[i].on ? " checked" : "", toggles[i].label);
    buf_str(b, "</ul>\n");
}

static void show_page(const struct req *r, struct reply *a)
{
    struct buf b = {0};
    buf_printf(&b,
               "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Simulated %s</title>"
               "<style>body{font:16px sans-serif;max-width:34em;margin:4em auto}button{font:inherit;padding:.4em "
               "1.2em;margin-right:1em}li{list-style:none}</style></head><body>\n<h1>Simulated %s account</h1>\n"
               "<p>An application asks to read health data. This is a simulator: the people are made up.</p>\n"
               "<form method=\"get\" action=\"",
               provider_name(r->provider), provider_name(r->provider));
    text_html(&b, r->path);
    buf_str(&b, "\">\n");
    add_hidden(&b, r);
    add_people(&b);
    if (r->provider == GARMIN)
        add_toggles(&b);
    buf_str(&b, "<button name=\"decision\" value=\"approve\">Approve</button>\n"
                "<button name=\"decision\" value=\"deny\">Deny</button>\n</form></body></html>\n");
    reply_text(a, 200, "text/html; charset=utf-8", b.s);
    buf_fini(&b);
}

void consent_error(struct reply *a, int status, const char *text)
{
    struct buf b = {0};
    buf_str(&b, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Error</title></head><body>"
                "<h1>The application's request is wrong</h1><p>");
    text_html(&b, text);
    buf_str(&b, "</p></body></html>\n");
    reply_text(a, status, "text/html; charset=utf-8", b.s);
    buf_fini(&b);
}

static bool add_permissions(const char *list, unsigned *perms)
{
    while (*list) {
        size_t n = strcspn(list, ", ");
        char *name = text_printf("%.*s", (int)n, list);
        unsigned bit = perm_find(name);
        bool known = bit || n == 0;
        free(name);
        if (!known)
            return false;
        *perms |= bit;
        list += n + strspn(list + n, ", ");
    }
    return true;
}

/* No permissions= at all means all of them, so that a test needs to say nothing. */
static bool read_permissions(const struct req *r, unsigned *ret)
{
    bool said = req_query(r, "toggles") != NULL;
    *ret = said ? PERM_WORKOUT_IMPORT | PERM_COURSE_IMPORT : 0;
    for (size_t i = 0; i < r->query.n; i++) {
        if (strcmp(r->query.v[i].name, "permissions") != 0)
            continue;
        said = true;
        if (!add_permissions(r->query.v[i].value, ret))
            return false;
    }
    if (!said)
        *ret = PERM_ALL;
    return true;
}

bool consent_decide(const struct req *r, struct reply *a, struct decision *ret)
{
    const char *decision = req_query(r, "decision");
    if (!decision) {
        show_page(r, a);
        return false;
    }
    ret->approved = strcmp(decision, "approve") == 0;
    ret->person = people_find(req_query(r, "person"));
    if (ret->approved && !ret->person)
        consent_error(a, 400, "There is no such person. Named people or person-N will do.");
    else if (!read_permissions(r, &ret->perms))
        consent_error(a, 400, "An unknown permission was named.");
    else
        return true;
    return false;
}

char *consent_url(const char *url, ...)
{
    struct buf b = {0};
    va_list args;
    buf_str(&b, url);
    char mark = strchr(url, '?') ? '&' : '?';
    va_start(args, url);
    for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *)) {
        const char *value = va_arg(args, const char *);
        if (!value)
            continue;
        buf_printf(&b, "%c%s=", mark, name);
        text_urlencode(&b, value);
        mark = '&';
    }
    va_end(args);
    return buf_take(&b);
}
