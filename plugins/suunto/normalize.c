/* The way into normalize: a payload's bytes, its items in whatever shape they come, and small shared
 * readings. What the items mean is in normalize_*.c. */
#include "normalize.h"

#include <math.h>
#include <string.h>

#define YEAR_2000_US INT64_C(946684800000000)
#define YEAR_2100_US INT64_C(4102444800000000)

/* ---- the bytes ---- */

static const struct {
    const char *kind;
    aorta_status (*read)(struct input *in);
} readers[] = {
    {KIND_WORKOUTS, normalize_workouts}, {KIND_SLEEP, normalize_sleep}, {KIND_ACTIVITY, normalize_activity},
    {KIND_RECOVERY, normalize_recovery}, {KIND_DAILY, normalize_daily},
};

static aorta_status read_payload(struct input *in, aorta_status (*read)(struct input *in))
{
    aorta_bytes bytes;
    aorta_status st = sdk_payload_bytes(in->ctx, in->payload, &bytes);
    if (st != AORTA_OK)
        return st;
    in->text = (aorta_str){(const char *)bytes.ptr, bytes.len};
    st = read(in);
    if (st == AORTA_OK && in->skipped)
        sdk_log(in->ctx, AORTA_LOG_WARN, "%u of %u items gave nothing", (unsigned)in->skipped, (unsigned)in->items);
    return st;
}

aorta_status suunto_normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self;
    struct input in = {.ctx = ctx, .payload = payload};
    for (size_t i = 0; i < AORTA_COUNT(readers); i++)
        if (sdk_str_eq(payload->kind, readers[i].kind))
            return read_payload(&in, readers[i].read);
    return sdk_fail(ctx, AORTA_ERR_UNSUPPORTED, "suunto.kind", "this kind of payload is not one of suunto's");
}

/* ---- items ---- */

void input_skip(struct input *in, const char *why)
{
    if (in->skipped++ == 0)
        sdk_log(in->ctx, AORTA_LOG_INFO, "item skipped: %s", why);
}

static aorta_status one_item(struct input *in, sdk_json item, sdk_json envelope, item_fn *fn, void *data)
{
    in->items++;
    if (sdk_json_type(item) != SDK_JSON_OBJECT) {
        input_skip(in, "not an object");
        return AORTA_OK;
    }
    return fn(in, item, envelope, data);
}

static aorta_status each_of(struct input *in, sdk_json list, sdk_json envelope, item_fn *fn, void *data)
{
    for (sdk_json m = sdk_json_first(list); m.node; m = sdk_json_next(m)) {
        aorta_status st = in->ctx->host->alive(in->ctx);
        if (st == AORTA_OK)
            st = one_item(in, m, envelope, fn, data);
        if (st != AORTA_OK)
            return st;
    }
    return AORTA_OK;
}

/* One JSON document in any of the shapes. */
static aorta_status document(struct input *in, sdk_json doc, item_fn *fn, void *data)
{
    static const char *const wrappers[] = {"payload", "samples", "workout"};
    const sdk_json none = {NULL};
    if (sdk_json_type(doc) == SDK_JSON_ARRAY)
        return each_of(in, doc, none, fn, data);
    for (size_t i = 0; i < AORTA_COUNT(wrappers); i++) {
        sdk_json inside = sdk_json_get(doc, wrappers[i]);
        switch (sdk_json_type(inside)) {
        case SDK_JSON_ARRAY:
            return each_of(in, inside, doc, fn, data);
        case SDK_JSON_OBJECT:
            return one_item(in, inside, doc, fn, data);
        case SDK_JSON_NULL:
            return AORTA_OK; /* {"payload": null}: nothing */
        default:
            break;
        }
    }
    return one_item(in, doc, none, fn, data);
}

/* `line` cannot be read. Of JSON lines that is one line that was garbled, and `rest` begins with the next object. A
 * list or an object written over several lines was cut off: what stands within it are not items by themselves. */
static int cut_off(aorta_str line, aorta_str rest)
{
    line = sdk_trim(line);
    return line.len && (line.ptr[0] == '[' || (line.ptr[0] == '{' && rest.len && rest.ptr[0] != '{'));
}

aorta_status input_each(struct input *in, item_fn *fn, void *data)
{
    aorta_str rest = sdk_trim(in->text), value, after;
    uint32_t good = 0, bad = 0;
    while (rest.len) {
        sdk_json doc = {NULL};
        aorta_status st = AORTA_ERR_DATA;
        if (sdk_outline_value(rest, &value, &after) == 0) {
            st = sdk_json_parse(in->ctx, value.ptr, value.len, &doc);
            rest = after;
        } else {
            (void)sdk_split(&rest, '\n', &value); /* past the line that cannot be read */
            rest = sdk_trim(rest);
            if (cut_off(value, rest))
                return sdk_fail(in->ctx, AORTA_ERR_DATA, "suunto.bad_json", "the payload ends too early");
        }
        if (st == AORTA_OK) {
            good++;
            st = document(in, doc, fn, data);
        } else if (st == AORTA_ERR_DATA) {
            bad++;
            in->items++;
            input_skip(in, "not JSON");
            continue;
        }
        if (st != AORTA_OK)
            return st;
    }
    if (bad && !good)
        return sdk_fail(in->ctx, AORTA_ERR_DATA, "suunto.bad_json", "the payload is not JSON");
    return AORTA_OK;
}

sdk_json entry_of(sdk_json item)
{
    sdk_json entry = sdk_json_get(item, "entryData");
    return sdk_json_type(entry) == SDK_JSON_OBJECT ? entry : item;
}

sdk_json entry_get(sdk_json entry, const char *name)
{
    sdk_json found = {NULL};
    if (sdk_json_type(entry) != SDK_JSON_OBJECT)
        return found;
    for (sdk_json m = sdk_json_first(entry); m.node; m = sdk_json_next(m))
        if (sdk_json_type(m) != SDK_JSON_NULL && sdk_str_ieq(sdk_json_key(m), name))
            found = m;
    return found;
}

/* ---- times ---- */

static int plausible(int64_t us)
{
    return us >= YEAR_2000_US && us < YEAR_2100_US;
}

int64_t epoch_us(double number)
{
    /* milliseconds since 2000 are more than 9e11, seconds until 2100 less than 5e9 */
    double ms = number < 1e11 ? number * 1000 : number;
    if (!(ms > 0 && ms < 1e13))
        return 0;
    int64_t us = (int64_t)llround(ms * 1000);
    return plausible(us) ? us : 0;
}

int instant_of(const struct input *in, sdk_json value, struct instant *ret)
{
    struct instant t = {0};
    if (sdk_json_is_number(value)) {
        t.us = epoch_us(sdk_json_double(value, 0));
    } else {
        if (sdk_json_type(value) != SDK_JSON_STRING ||
            sdk_time_parse(sdk_json_str(value), &t.us, &t.offset_s, &t.has_offset) != 0)
            return -1;
        if (!t.has_offset && (in->payload->flags & AORTA_PAYLOAD_HAS_OFFSET)) {
            t.offset_s = in->payload->tz_offset_s;
            t.us -= t.offset_s * US_PER_S;
            t.has_offset = 1;
        }
    }
    if (!plausible(t.us))
        return -1;
    *ret = t;
    return 0;
}

/* ---- units ---- */

double number_of(sdk_json value)
{
    return sdk_json_double(value, NAN);
}

/* Suunto computes in single precision: 0.93333334 Hz are 56 beats, not 56.0000004. */
static double rounded(double value, double steps)
{
    return round(value * steps) / steps;
}

double per_minute(double value, int hz)
{
    return hz ? rounded(value * 60, 100) : value;
}

double heart_rate_bpm(double value)
{
    if (!(value > 0))
        return NAN;
    double bpm = per_minute(value, value < 15);
    return bpm <= 300 ? bpm : NAN;
}

double percent_of(double value)
{
    if (!(value > 0 && value <= 100))
        return NAN;
    return value <= 1 ? rounded(value * 100, 1e4) : value;
}

double saturation_percent(double value)
{
    double percent = percent_of(value);
    return percent >= 30 ? percent : NAN;
}

double celsius_of(double value)
{
    double c = value > 150 ? rounded(value - 273.15, 100) : value;
    return c > -60 && c < 100 ? c : NAN;
}

/* ---- who measured ---- */

static int begins_with(aorta_str text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && sdk_str_ieq((aorta_str){text.ptr, len}, prefix);
}

static int ends_with(aorta_str text, const char *suffix)
{
    size_t len = strlen(suffix);
    return text.len >= len && sdk_str_ieq((aorta_str){text.ptr + text.len - len, len}, suffix);
}

uint32_t watch_source(aorta_ctx *ctx, aorta_str name)
{
    if (!name.len)
        return 0;
    const aorta_source source = {.struct_size = sizeof(source),
                                 .device_model = name,
                                 .device_type = begins_with(name, "suunto") ? AORTA_S("watch") : (aorta_str){NULL, 0},
                                 .original = name};
    return ctx->host->source(ctx, &source);
}

/* `name` may be the watch's code name, `displayName` may lack the maker: what begins with Suunto is how the
 * daily statistics call the same watch. */
static aorta_str model_of(sdk_json gear)
{
    aorta_str display = sdk_json_str(sdk_json_get(gear, "displayName"));
    aorta_str name = sdk_json_str(sdk_json_get(gear, "name"));
    if (!display.len || (begins_with(name, "suunto") && !begins_with(display, "suunto")))
        return name;
    return display;
}

uint32_t gear_source(aorta_ctx *ctx, sdk_json gear)
{
    aorta_str name = model_of(gear);
    if (!name.len)
        return 0;
    aorta_str product = sdk_json_str(sdk_json_get(gear, "productType"));
    const aorta_source source = {.struct_size = sizeof(source),
                                 .device_model = name,
                                 .device_type = ends_with(product, "watch") || begins_with(name, "suunto")
                                                    ? AORTA_S("watch")
                                                    : (aorta_str){NULL, 0},
                                 .software = sdk_json_str(sdk_json_get(gear, "softwareVersion")),
                                 .original = name};
    return ctx->host->source(ctx, &source);
}
