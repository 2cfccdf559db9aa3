/* See device.h. The text is
 *
 *     <<HKDevice: 0x283a5e440>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2,
 * software:9.1>
 *
 * with an address that says nothing, members that may be missing, and commas in values. */
#include "device.h"

#include <string.h>

static const char *const members[] = {
    ", name:",     ", manufacturer:",    ", model:", ", hardware:",      ", firmware:",
    ", software:", ", localIdentifier:", ", UDI",    ", creation date:",
};

/* The value of a member: up to the next one, or to the bracket that closes the text. */
static aorta_str value_of(const char *device, const char *member)
{
    const char *p = strstr(device, member);
    if (!p)
        return (aorta_str){NULL, 0};
    p += strlen(member);
    size_t len = strlen(p);
    if (len && p[len - 1] == '>')
        len--;
    for (uint32_t i = 0; i < AORTA_COUNT(members); i++) {
        const char *next = strstr(p, members[i]);
        if (next && (size_t)(next - p) < len)
            len = (size_t)(next - p);
    }
    return (aorta_str){p, len};
}

/* What Apple makes is known by its product code, what others make by what they call it. */
static aorta_str model_of(const char *device)
{
    aorta_str model = value_of(device, ", model:"), hardware = value_of(device, ", hardware:");
    int apple = strncmp(value_of(device, ", manufacturer:").len ? strstr(device, ", manufacturer:") : "",
                        ", manufacturer:Apple", sizeof(", manufacturer:Apple") - 1) == 0;
    if (apple && hardware.len)
        return hardware;
    return model.len ? model : hardware;
}

static uint32_t ask(struct apple_devices *d, const char *name, const char *version, const char *device)
{
    aorta_str software = value_of(device, ", software:");
    const aorta_source source = {
        .struct_size = sizeof(source),
        .app = sdk_str(name),
        .device_model = model_of(device),
        .device_name = value_of(device, ", name:"),
        .software = software.len ? software : sdk_str(version),
    };
    return phone_source_of(d->sources, &source);
}

/* One behind the other: what is compared with those asked for lately. 0 = too long for that. */
static size_t joined(const char *name, const char *version, const char *device, char out[APPLE_DEVICE_TEXT])
{
    size_t a = strlen(name) + 1, b = strlen(version) + 1, c = strlen(device) + 1;
    if (a + b + c > APPLE_DEVICE_TEXT)
        return 0;
    memcpy(out, name, a);
    memcpy(out + a, version, b);
    memcpy(out + a + b, device, c);
    return a + b + c;
}

uint32_t apple_device(struct apple_devices *d, const char *name, const char *version, const char *device)
{
    char key[APPLE_DEVICE_TEXT];
    const char *behind = device ? strchr(device, '>') : NULL; /* the address */
    device = behind ? behind + 1 : device ? device : "";
    version = version ? version : "";
    if (!name || !*name)
        return 0;
    size_t len = joined(name, version, device, key);
    for (unsigned i = 0; len && i < APPLE_DEVICES_NEAR; i++)
        if (d->near[i].len == len && memcmp(d->near[i].text, key, len) == 0)
            return d->near[i].handle;
    uint32_t handle = ask(d, name, version, device);
    if (len) {
        unsigned at = d->next++ % APPLE_DEVICES_NEAR;
        d->near[at].handle = handle;
        d->near[at].len = len;
        memcpy(d->near[at].text, key, len);
    }
    return handle;
}
