/* source.h - who measured: the `source` object of an item, in all its spellings, as a handle of the host. */
#ifndef PHONE_SOURCE_H
#define PHONE_SOURCE_H

#include "tape.h"

#define PHONE_SOURCES_NEAR 4 /* phones mix the data of a few devices; those are not asked for again and again */
#define PHONE_SOURCE_TEXT  512
#define PHONE_SOURCE_NODES 24

struct phone_sources {
    aorta_ctx *ctx;
    unsigned next;
    struct {
        uint32_t handle;
        size_t len; /* 0 = not in use */
        char text[PHONE_SOURCE_TEXT];
    } near[PHONE_SOURCES_NEAR];
    unsigned next_object;
    struct phone_source_object {
        uint32_t handle, nodes; /* 0 nodes = not in use */
        uint64_t shape[PHONE_SOURCE_NODES];
        size_t len;
        char text[PHONE_SOURCE_TEXT];
    } object[PHONE_SOURCES_NEAR]; /* the same before they are read: items mostly repeat them byte by byte */
};

/* An absent or empty object is the provider itself: 0. */
uint32_t phone_source(struct phone_sources *sources, phone_value source);
/* The same for texts from elsewhere; the type of device is what they say, or what the model does. */
uint32_t phone_source_of(struct phone_sources *sources, const aorta_source *source);
/* A source of which only a name is known, as exports write it. */
uint32_t phone_source_named(struct phone_sources *sources, aorta_str name, aorta_str id);
/* 1 entered by hand, 0 recorded, -1 not said. */
int phone_source_manual(phone_value source);
aorta_str phone_source_name(phone_value source); /* for people; or empty */

#endif
