/* The fields of one record. What is not known is left out: the catalogue never wants a zero in its place. */
#include "aorta/sdk.h"

#include <math.h>

static aorta_value *slot(sdk_fields *f, const char *key, uint32_t type)
{
    if (f->count == SDK_FIELDS_MAX) {
        f->dropped++;
        return NULL;
    }
    aorta_field *field = &f->field[f->count++];
    field->key = sdk_str(key);
    field->value = (aorta_value){.type = type};
    return &field->value;
}

static void add_text(sdk_fields *f, const char *key, uint32_t type, aorta_str value)
{
    aorta_value *v = value.len ? slot(f, key, type) : NULL;
    if (v)
        v->u.s = value;
}

static void add_integer(sdk_fields *f, const char *key, uint32_t type, int64_t value)
{
    aorta_value *v = slot(f, key, type);
    if (v)
        v->u.i = value;
}

void sdk_add_str(sdk_fields *f, const char *key, aorta_str value)
{
    add_text(f, key, AORTA_TYPE_STRING, value);
}

void sdk_add_enum(sdk_fields *f, const char *key, const char *value)
{
    add_text(f, key, AORTA_TYPE_ENUM, sdk_str(value));
}

void sdk_add_json(sdk_fields *f, const char *key, aorta_str json)
{
    add_text(f, key, AORTA_TYPE_JSON, json);
}

void sdk_add_int(sdk_fields *f, const char *key, int64_t value)
{
    add_integer(f, key, AORTA_TYPE_INT, value);
}

void sdk_add_bool(sdk_fields *f, const char *key, int value)
{
    add_integer(f, key, AORTA_TYPE_BOOL, value ? 1 : 0);
}

void sdk_add_date(sdk_fields *f, const char *key, int64_t days)
{
    add_integer(f, key, AORTA_TYPE_DATE, days);
}

void sdk_add_float(sdk_fields *f, const char *key, double value)
{
    aorta_value *v = isfinite(value) ? slot(f, key, AORTA_TYPE_FLOAT) : NULL;
    if (v)
        v->u.f = value;
}

void sdk_add_number(sdk_fields *f, const char *key, sdk_json object, const char *json_key, double factor, double min)
{
    double v = sdk_json_double(sdk_json_get(object, json_key), NAN);
    if (v >= min)
        sdk_add_float(f, key, v * factor);
}

aorta_status sdk_emit_record(aorta_ctx *ctx, aorta_record *record, const sdk_fields *fields)
{
    record->fields = fields->field;
    record->fields_count = fields->count;
    aorta_status st = ctx->host->emit_record(ctx, record);
    return st == AORTA_ERR_DATA ? AORTA_OK : st;
}
