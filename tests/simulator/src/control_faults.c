/* control_faults.c - /control/faults: put, list and take away faults. */
#include "control.h"
#include "faults.h"

#include <stdlib.h>
#include <string.h>

void control_faults_get(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r, (void)body;
    reply_json(a, 200, json_pack("{s:o}", "faults", faults_json()));
}

void control_faults_post(const struct req *r, const json_t *body, struct reply *a)
{
    (void)r;
    const char *why = NULL;
    int64_t id = faults_add(body, &why);
    if (id < 0)
        control_wrong(a, why);
    else
        reply_json(a, 201, json_pack("{s:I}", "id", (json_int_t)id));
}

void control_faults_delete(const struct req *r, const json_t *body, struct reply *a)
{
    (void)body;
    const char *id = r->path + strlen("/control/faults");
    if (*id == '\0')
        faults_clear();
    else if (!faults_remove(strtoll(id + 1, NULL, 10))) {
        reply_json(a, 404, json_pack("{s:s}", "error", "no such fault"));
        return;
    }
    control_done(a);
}
