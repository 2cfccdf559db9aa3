/* xml.h - the elements of an export, out of XML of any size that is fed to it a slice at a time.
 *
 * Apple has shipped exports that are not XML: document types that break off, attributes that stand twice, control
 * characters. What is not XML is passed over up to the next element that can be one of the document's own, and counted.
 * Nothing outside is read; entities of its own end the reading; memory and depth are bounded.
 */
#ifndef APPLE_XML_H
#define APPLE_XML_H

#include "aorta/sdk.h"

#include <expat.h>

/* Depth counts open elements: HealthData is 1. A status that is not OK ends the reading. attrs as expat has them. */
struct apple_xml_handler {
    aorta_status (*start)(void *self, unsigned depth, const char *name, const char **attrs);
    aorta_status (*end)(void *self, unsigned depth);
    aorta_status (*lost)(void *self); /* what is open will not be closed: go on at depth 2 */
};

enum apple_xml_state {
    APPLE_XML_BEFORE,  /* no element yet */
    APPLE_XML_FOREIGN, /* another document: nothing more is read */
    APPLE_XML_INSIDE,
    APPLE_XML_DONE /* the end of the document's element: nothing more is read */
};

struct apple_xml_budget {
    size_t spent;
    int over;
};

struct apple_xml {
    const struct apple_xml_handler *handler;
    void *self;
    enum apple_xml_state state;
    const char *why; /* of DATA */
    uint64_t at;     /* bytes fed */
    uint32_t gaps;   /* places that are not XML */
    /* inside */
    XML_Parser parser; /* NULL = looking for where to go on */
    struct apple_xml_budget budget;
    unsigned depth;
    int stopped; /* by us, with status */
    aorta_status status;
    char encoding[40];
    char carry[32]; /* the last bytes that were looked through */
    size_t carry_len;
    char *rest; /* bytes that are fed again */
};

void apple_xml_begin(struct apple_xml *x, const struct apple_xml_handler *handler, void *self);
void apple_xml_free(struct apple_xml *x);
aorta_status apple_xml_feed(struct apple_xml *x, const void *bytes, size_t len);
/* There is no more. DATA when the document is not whole. */
aorta_status apple_xml_end(struct apple_xml *x);

#endif
