/* See xml.h. */
#include "xml.h"

#include <stdlib.h>
#include <string.h>

#define FEED_MOST   ((size_t)64 << 10)
#define MEMORY_MOST ((size_t)4 << 20) /* expat's: an element of a megabyte, names of thousands of kinds */
#define DEPTH_MOST  32u
#define GAPS_MOST   1000u

/* ---- memory: expat gives its functions no word of whose it is, so the thread says it ---- */

#define HEAD ((size_t)16)

static _Thread_local struct apple_xml_budget *paying;

static int may_have(size_t more)
{
    if (more <= MEMORY_MOST && paying->spent + more <= MEMORY_MOST)
        return 1;
    paying->over = 1;
    return 0;
}

static void *get(size_t len)
{
    char *p = may_have(len) ? malloc(len + HEAD) : NULL;
    if (!p)
        return NULL;
    memcpy(p, &len, sizeof(len));
    paying->spent += len;
    return p + HEAD;
}

static size_t had(const void *p)
{
    size_t len;
    memcpy(&len, (const char *)p - HEAD, sizeof(len));
    return len;
}

static void give_back(void *p)
{
    if (!p)
        return;
    paying->spent -= had(p);
    free((char *)p - HEAD);
}

static void *get_again(void *p, size_t len)
{
    if (!p)
        return get(len);
    size_t before = had(p);
    if (len > before && !may_have(len - before))
        return NULL;
    char *grown = realloc((char *)p - HEAD, len + HEAD);
    if (!grown)
        return NULL;
    memcpy(grown, &len, sizeof(len));
    paying->spent += len - before;
    return grown + HEAD;
}

static const XML_Memory_Handling_Suite memory = {get, get_again, give_back};

/* ---- what expat finds ---- */

static void stop(struct apple_xml *x, aorta_status status, const char *why)
{
    x->stopped = 1;
    x->status = status;
    x->why = why;
    XML_StopParser(x->parser, XML_FALSE);
}

static void on_start(void *self, const char *name, const char **attrs)
{
    struct apple_xml *x = self;
    if (x->stopped)
        return;
    if (++x->depth > DEPTH_MOST) {
        stop(x, AORTA_ERR_DATA, "its elements are nested too deep");
        return;
    }
    if (x->depth == 1 && x->state == APPLE_XML_BEFORE) {
        int ours = strcmp(name, "HealthData") == 0;
        x->state = ours ? APPLE_XML_INSIDE : APPLE_XML_FOREIGN;
        if (!ours)
            stop(x, AORTA_OK, NULL);
    }
    if (x->depth == 1)
        return;
    aorta_status st = x->handler->start(x->self, x->depth, name, attrs);
    if (st != AORTA_OK)
        stop(x, st, NULL);
}

static void on_end(void *self, const char *name)
{
    struct apple_xml *x = self;
    (void)name;
    if (x->stopped)
        return;
    unsigned depth = x->depth--;
    if (depth == 1) {
        x->state = APPLE_XML_DONE;
        stop(x, AORTA_OK, NULL);
        return;
    }
    aorta_status st = x->handler->end(x->self, depth);
    if (st != AORTA_OK)
        stop(x, st, NULL);
}

static void on_entity(void *self, const char *name, int is_parameter, const char *value, int value_len,
                      const char *base, const char *system_id, const char *public_id, const char *notation)
{
    (void)name;
    (void)is_parameter;
    (void)value;
    (void)value_len;
    (void)base;
    (void)system_id;
    (void)public_id;
    (void)notation;
    stop(self, AORTA_ERR_DATA, "it declares entities, which no export does");
}

static void on_declaration(void *self, const char *version, const char *encoding, int standalone)
{
    struct apple_xml *x = self;
    (void)standalone;
    if (version && encoding && strlen(encoding) < sizeof(x->encoding))
        memcpy(x->encoding, encoding, strlen(encoding) + 1);
}

/* ---- parsers ---- */

static void drop_parser(struct apple_xml *x)
{
    paying = &x->budget;
    if (x->parser)
        XML_ParserFree(x->parser);
    x->parser = NULL;
}

static aorta_status new_parser(struct apple_xml *x)
{
    paying = &x->budget;
    x->parser = XML_ParserCreate_MM(x->encoding[0] ? x->encoding : NULL, &memory, NULL);
    if (!x->parser)
        return AORTA_ERR_NOMEM;
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetEntityDeclHandler(x->parser, on_entity);
    XML_SetXmlDeclHandler(x->parser, on_declaration);
    x->depth = 0;
    return AORTA_OK;
}

/* 1 = taken, 0 = not XML, or stopped: x->stopped and x->status. */
static int parse(struct apple_xml *x, const char *bytes, size_t len, int last)
{
    paying = &x->budget;
    void *to = XML_GetBuffer(x->parser, (int)len);
    if (to && len)
        memcpy(to, bytes, len);
    if (to && XML_ParseBuffer(x->parser, (int)len, last) == XML_STATUS_OK)
        return 1;
    if (!x->stopped && XML_GetErrorCode(x->parser) == XML_ERROR_NO_MEMORY) {
        x->stopped = 1;
        x->status = x->budget.over ? AORTA_ERR_DATA : AORTA_ERR_NOMEM;
        x->why = "an element is larger than any of an export, or its names are too many";
    } else if (!x->stopped && XML_GetErrorCode(x->parser) == XML_ERROR_AMPLIFICATION_LIMIT_BREACH) {
        x->stopped = 1;
        x->status = AORTA_ERR_DATA;
        x->why = "its entities grow beyond bounds";
    }
    return 0;
}

/* ---- where it goes on ---- */

static const char *const anew[] = {"<Record",         "<Workout",   "<ActivitySummary",   "<Correlation",
                                   "<ClinicalRecord", "<Audiogram", "<VisionPrescription"};

static int begins(const char *p, const char *end, const char *name)
{
    size_t len = strlen(name);
    return (size_t)(end - p) > len && memcmp(p, name, len) == 0 &&
           (p[len] == ' ' || p[len] == '\n' || p[len] == '\r' || p[len] == '\t' || p[len] == '>');
}

static int is_place(const struct apple_xml *x, const char *p, const char *end)
{
    if (x->state == APPLE_XML_BEFORE)
        return begins(p, end, "<HealthData");
    for (uint32_t i = 0; i < AORTA_COUNT(anew); i++)
        if (begins(p, end, anew[i]))
            return 1;
    return begins(p, end, "</HealthData");
}

static const char *find_place(const struct apple_xml *x, const char *p, const char *end)
{
    while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        if (is_place(x, p, end))
            return p;
        p++;
    }
    return NULL;
}

/* Bytes to be fed before all others: some that expat has not used, and those at hand behind them. */
static aorta_status put_back(struct apple_xml *x, const char *first, size_t first_len, const char **bytes, size_t *len)
{
    char *rest = malloc(first_len + *len + 1);
    if (!rest)
        return AORTA_ERR_NOMEM;
    if (first_len)
        memcpy(rest, first, first_len);
    if (*len)
        memcpy(rest + first_len, *bytes, *len);
    free(x->rest);
    x->rest = rest;
    *bytes = rest;
    *len += first_len;
    return AORTA_OK;
}

/* Looks for a place to go on: with a parser, at it, or with nothing left. */
static aorta_status look_on(struct apple_xml *x, const char **bytes, size_t *len)
{
    static const char root[] = "<HealthData>";
    aorta_status st = put_back(x, x->carry, x->carry_len, bytes, len);
    if (st != AORTA_OK)
        return st;
    const char *end = *bytes + *len, *place = find_place(x, *bytes, end);
    if (!place) {
        x->carry_len = *len < sizeof(x->carry) ? *len : sizeof(x->carry);
        memcpy(x->carry, end - x->carry_len, x->carry_len);
        *len = 0;
        return AORTA_OK;
    }
    x->carry_len = 0;
    *len = (size_t)(end - place);
    *bytes = place;
    st = new_parser(x);
    if (st == AORTA_OK && x->state != APPLE_XML_BEFORE && !parse(x, root, sizeof(root) - 1, 0))
        st = AORTA_ERR_NOMEM; /* nothing else can be wrong with it */
    return st;
}

/* The parser met what is not XML: behind that it goes on, with the bytes it had in hand and those that follow. */
static aorta_status gap(struct apple_xml *x, const char **bytes, size_t *len)
{
    int at = 0, size = 0;
    const char *context = XML_GetInputContext(x->parser, &at, &size);
    if (++x->gaps > GAPS_MOST) {
        x->why = "too much of it is not XML";
        return AORTA_ERR_DATA;
    }
    size_t left = context && at < size ? (size_t)(size - at - 1) : 0;
    aorta_status st = put_back(x, left ? context + at + 1 : NULL, left, bytes, len);
    drop_parser(x);
    return st == AORTA_OK && x->state == APPLE_XML_INSIDE ? x->handler->lost(x->self) : st;
}

/* ---- in ---- */

void apple_xml_begin(struct apple_xml *x, const struct apple_xml_handler *handler, void *self)
{
    *x = (struct apple_xml){.handler = handler, .self = self};
}

void apple_xml_free(struct apple_xml *x)
{
    drop_parser(x);
    free(x->rest);
    x->rest = NULL;
}

static int over(const struct apple_xml *x)
{
    return x->state == APPLE_XML_FOREIGN || x->state == APPLE_XML_DONE;
}

static aorta_status take(struct apple_xml *x, const char *bytes, size_t len)
{
    aorta_status st = AORTA_OK;
    while (len && st == AORTA_OK && !over(x)) {
        if (!x->parser) {
            st = look_on(x, &bytes, &len);
            continue;
        }
        size_t some = len < FEED_MOST ? len : FEED_MOST;
        int taken = parse(x, bytes, some, 0);
        bytes += some;
        len -= some;
        if (x->stopped)
            return x->status;
        if (!taken)
            st = gap(x, &bytes, &len);
    }
    return st;
}

aorta_status apple_xml_feed(struct apple_xml *x, const void *bytes, size_t len)
{
    if (over(x))
        return AORTA_OK;
    if (x->at == 0 && !x->parser) {
        aorta_status st = new_parser(x);
        if (st != AORTA_OK)
            return st;
    }
    x->at += len;
    return take(x, bytes, len);
}

aorta_status apple_xml_end(struct apple_xml *x)
{
    aorta_status st = AORTA_OK;
    while (st == AORTA_OK && !over(x) && x->parser) {
        const char *bytes = NULL;
        size_t len = 0;
        int taken = parse(x, NULL, 0, 1);
        if (x->stopped)
            return x->status;
        if (taken)
            break;
        st = gap(x, &bytes, &len);
        if (st == AORTA_OK)
            st = take(x, bytes, len);
        x->gaps -= !x->parser; /* the end is no gap */
    }
    if (st != AORTA_OK || over(x))
        return st;
    x->why = x->state == APPLE_XML_BEFORE ? "there is no HealthData in it" : "it ends too early";
    return AORTA_ERR_DATA;
}
