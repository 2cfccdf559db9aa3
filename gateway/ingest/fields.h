/* ingest/fields.h - the typed keys of a record become columns, everything else its `extra`. Internal to
 * ingest. */
#ifndef GW_INGEST_FIELDS_H
#define GW_INGEST_FIELDS_H

#include <aorta/host.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/model.h"

/* GW_DATA: the record breaks a rule of the catalogue; err says which. Texts are copied into the arena. */
enum gw_code fields_workout(const aorta_record *record, struct gw_arena *arena, struct gw_workout *ret,
                            struct gw_err *err) GW_MUST_USE;
enum gw_code fields_sleep(const aorta_record *record, struct gw_arena *arena, struct gw_sleep *ret,
                          struct gw_err *err) GW_MUST_USE;
enum gw_code fields_event(const aorta_record *record, struct gw_arena *arena, struct gw_event *ret,
                          struct gw_err *err) GW_MUST_USE;
/* One stage of a night that comes in pieces, and the session the provider says it is part of. */
enum gw_code fields_stage(const aorta_record *record, struct gw_arena *arena, struct gw_sleep_stage *ret,
                          struct gw_err *err) GW_MUST_USE;

/* A checked copy of a night's stages in canonical JSON. GW_DATA: not a list of stages in order. */
enum gw_code stages_check(struct gw_str json, struct gw_arena *arena, const char **ret, struct gw_err *err) GW_MUST_USE;

#endif
