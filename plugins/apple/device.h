/* device.h - who measured, of an export: the name and version of what wrote it, and Apple's text for a device. */
#ifndef APPLE_DEVICE_H
#define APPLE_DEVICE_H

#include "source.h"

#define APPLE_DEVICES_NEAR 4
#define APPLE_DEVICE_TEXT  768

struct apple_devices {
    struct phone_sources *sources;
    unsigned next;
    struct {
        uint32_t handle;
        size_t len; /* 0 = not in use */
        char text[APPLE_DEVICE_TEXT];
    } near[APPLE_DEVICES_NEAR];
};

/* Attributes as they stand, or NULL. Without a name it is the provider itself: 0. */
uint32_t apple_device(struct apple_devices *d, const char *name, const char *version, const char *device);

#endif
