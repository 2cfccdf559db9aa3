/* See import.h: from the payload's bytes through zip and XML to the elements of the document's own, and their readers.
 *
 * Memory does not grow with the file: a slice, an element, and the samples that are gathered into runs.
 */
#include "import.h"
#include "bytes.h"
#include "xml.h"
#include "zip.h"

#include <stdlib.h>
#include <string.h>

#define CODE "apple.export"

/* ---- small steps ---- */

const char *apple_attr(const char **attrs, const char *name)
{
    for (; *attrs; attrs += 2)
        if (strcmp(attrs[0], name) == 0)
            return attrs[1];
    return NULL;
}

int apple_span(struct apple_import *m, enum phone_list list, const char *start, const char *end, struct phone_span *ret)
{
    struct phone_when when;
    if (!start || apple_stamp(&m->stamps, start, &when) != 0) {
        phone_fault(&m->job.tally, list, PHONE_FAULT_TIME);
        return -1;
    }
    *ret = (struct phone_span){.start_us = when.us,
                               .end_us = when.us,
                               .flags = when.has_offset ? AORTA_RECORD_HAS_OFFSET : 0,
                               .offset_s = when.offset_s};
    if (end && apple_stamp(&m->stamps, end, &when) == 0 && when.us >= ret->start_us) {
        ret->end_us = when.us;
        ret->has_end = 1;
    }
    return 0;
}

/* ---- elements ---- */

/* When it was made is the version of all that is in it. */
static aorta_status made(struct apple_import *m, const char **attrs)
{
    const char *value = apple_attr(attrs, "value");
    struct phone_when when;
    if (!value || apple_stamp(&m->stamps, value, &when) != 0) {
        sdk_warn(m->job.ctx, "ExportDate is not a time: this export counts as one without a version");
        return AORTA_OK;
    }
    m->export_day = (when.us / PHONE_US_PER_S + when.offset_s) / PHONE_DAY_S;
    return phone_out_version(&m->job.out, when.us);
}

/* A version that is not there by now does not come: nothing waits for it. */
static aorta_status settled(struct apple_import *m)
{
    return m->job.out.settled ? AORTA_OK : phone_out_version(&m->job.out, 0);
}

static aorta_status element(struct apple_import *m, const char *name, const char **attrs)
{
    if (strcmp(name, "ExportDate") == 0)
        return made(m, attrs);
    aorta_status st = settled(m);
    if (st != AORTA_OK)
        return st;
    if (strcmp(name, "Record") == 0)
        return apple_record(m, attrs);
    if (strcmp(name, "Workout") == 0)
        return apple_workout(m, attrs);
    return strcmp(name, "ActivitySummary") == 0 ? apple_day(m, attrs) : AORTA_OK;
}

static aorta_status on_start(void *self, unsigned depth, const char *name, const char **attrs)
{
    if (depth == 2)
        return element(self, name, attrs);
    return depth == 3 ? apple_workout_part(self, name, attrs) : AORTA_OK;
}

static aorta_status on_end(void *self, unsigned depth)
{
    return depth == 2 ? apple_workout_end(self) : AORTA_OK;
}

/* What was read of a workout is good. */
static aorta_status on_lost(void *self)
{
    return apple_workout_end(self);
}

static const struct apple_xml_handler handler = {on_start, on_end, on_lost};

/* ---- the file ---- */

static aorta_status wrong(struct apple_import *m, const char *why, uint64_t at)
{
    return sdk_fail(m->job.ctx, AORTA_ERR_DATA, CODE, "this is not a whole export of Apple Health: %s, near byte %llu",
                    why, (unsigned long long)at);
}

/* All that was gathered goes out, also of a file that broke off, for what came before is good. */
static aorta_status finish(struct apple_import *m, const struct apple_xml *x, aorta_status st, const char *why,
                           uint64_t at)
{
    if (st != AORTA_OK && st != AORTA_ERR_DATA)
        return st;
    aorta_status end = apple_workout_end(m);
    if (end == AORTA_OK)
        end = phone_out_end(&m->job.out);
    phone_tally_say(&m->job.tally, m->job.ctx);
    if (x->gaps)
        sdk_warn(m->job.ctx, "%u places in the file are not XML: what stood there was passed over", (unsigned)x->gaps);
    if (end != AORTA_OK || st == AORTA_OK)
        return end;
    return wrong(m, why ? why : "it cannot be read", at);
}

static aorta_status read_xml(struct apple_import *m, struct apple_bytes *bytes)
{
    struct apple_xml x;
    const uint8_t *slice;
    size_t len = 0;
    aorta_status st;
    apple_xml_begin(&x, &handler, m);
    while ((st = apple_bytes_next(bytes, &slice, &len)) == AORTA_OK && len && x.state != APPLE_XML_DONE &&
           x.state != APPLE_XML_FOREIGN) {
        st = apple_xml_feed(&x, slice, len);
        if (st != AORTA_OK)
            break;
    }
    if (st == AORTA_OK)
        st = apple_xml_end(&x);
    if (st == AORTA_OK && x.state == APPLE_XML_FOREIGN) {
        st = AORTA_ERR_DATA;
        x.why = "its first element is not HealthData";
    }
    st = finish(m, &x, st, x.why, bytes->at);
    apple_xml_free(&x);
    return st;
}

/* ---- the zip ---- */

static aorta_status read_entry(struct apple_zip *zip, struct apple_xml *x)
{
    const uint8_t *block = NULL;
    size_t len = 0;
    aorta_status st = apple_zip_read(zip, &block, &len);
    while (st == AORTA_OK && len) {
        st = apple_xml_feed(x, block, len);
        if (st != AORTA_OK || x->state == APPLE_XML_FOREIGN || x->state == APPLE_XML_DONE)
            return st;
        st = apple_zip_read(zip, &block, &len);
    }
    if (st != AORTA_OK && st != AORTA_ERR_DATA)
        return st;
    aorta_status end = apple_xml_end(x); /* what came before the fault of a zip may not all be out */
    return st == AORTA_OK || end != AORTA_ERR_DATA ? end : st;
}

/* Folder and file have names in the phone's language, so the export is the first entry with HealthData in it. */
static aorta_status find_export(struct apple_import *m, struct apple_zip *zip, struct apple_xml *x)
{
    int found = 0;
    aorta_status st = apple_zip_next(zip, &found);
    while (st == AORTA_OK && found) {
        apple_xml_free(x);
        apple_xml_begin(x, &handler, m);
        st = read_entry(zip, x);
        if (x->state == APPLE_XML_INSIDE || x->state == APPLE_XML_DONE)
            return st;
        if (st == AORTA_ERR_DATA && (!zip->why || zip->damaged)) /* this entry is not what is sought; another may be */
            st = AORTA_OK;
        if (st == AORTA_OK)
            st = apple_zip_next(zip, &found);
    }
    if (st == AORTA_OK) {
        x->why = zip->encrypted ? "the zip is encrypted" : "the zip holds no export";
        st = AORTA_ERR_DATA;
    }
    return st;
}

static aorta_status read_zip(struct apple_import *m, struct apple_bytes *bytes)
{
    struct apple_zip zip;
    struct apple_xml x;
    apple_xml_begin(&x, &handler, m);
    aorta_status st = apple_zip_begin(&zip, bytes);
    if (st == AORTA_OK)
        st = find_export(m, &zip, &x);
    st = finish(m, &x, st, zip.why ? zip.why : x.why, bytes->at);
    apple_xml_free(&x);
    apple_zip_end(&zip);
    return st;
}

/* ---- in ---- */

static aorta_status begin(struct apple_import *m, const struct phone_provider *provider, aorta_ctx *ctx,
                          const aorta_payload *payload)
{
    aorta_status st = phone_job_begin(&m->job, provider, ctx, payload);
    m->stamps.clock = m->job.clock;
    m->stamps.clock.zone_is_known = 1;
    m->devices.sources = &m->job.sources;
    return st;
}

aorta_status apple_import(const struct phone_provider *provider, aorta_ctx *ctx, const aorta_payload *payload)
{
    struct apple_bytes bytes;
    int first = -1;
    struct apple_import *m = calloc(1, sizeof(*m));
    if (!m)
        return AORTA_ERR_NOMEM;
    aorta_status st = begin(m, provider, ctx, payload);
    if (st == AORTA_OK)
        st = apple_bytes_begin(&bytes, ctx, payload);
    if (st == AORTA_OK)
        st = apple_bytes_first(&bytes, &first);
    if (st == AORTA_OK && first < 0)
        st = wrong(m, "it is empty", 0);
    else if (st == AORTA_OK)
        st = first == 'P' ? read_zip(m, &bytes) : read_xml(m, &bytes);
    phone_job_end(&m->job);
    free(m);
    return st;
}
