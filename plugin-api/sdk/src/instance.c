/* What init makes of the settings: one block that begins with the plugin's struct and ends with the texts that the
 * struct points to. It outlives every operation, so this is the one part of the SDK that uses malloc. */
#include "aorta/sdk.h"

#include <stdlib.h>
#include <string.h>

struct block {
    size_t len; /* of the instance and its texts */
    max_align_t instance[];
};

static aorta_str text_of(const aorta_value *v)
{
    int is_text = v->type == AORTA_TYPE_STRING || v->type == AORTA_TYPE_URL || v->type == AORTA_TYPE_ENUM;
    return is_text ? v->u.s : (aorta_str){NULL, 0};
}

const sdk_setting *sdk_setting_missing(const sdk_setting *texts, uint32_t count, const aorta_value *values)
{
    for (uint32_t i = 0; i < count; i++)
        if (texts[i].required && !text_of(&values[texts[i].index]).len)
            return &texts[i];
    return NULL;
}

void *sdk_instance_new(size_t size, const sdk_setting *texts, uint32_t count, const aorta_value *values)
{
    size_t len = size;
    for (uint32_t i = 0; i < count; i++)
        len += text_of(&values[texts[i].index]).len;
    struct block *b = calloc(1, sizeof(*b) + len);
    if (!b)
        return NULL;
    b->len = len;
    char *self = (char *)b->instance, *free_at = self + size;
    for (uint32_t i = 0; i < count; i++) {
        aorta_str s = text_of(&values[texts[i].index]);
        if (!s.len)
            continue;
        memcpy(free_at, s.ptr, s.len);
        s.ptr = free_at;
        memcpy(self + texts[i].at, &s, sizeof(s));
        free_at += s.len;
    }
    return self;
}

void sdk_instance_free(void *self)
{
    if (!self)
        return;
    struct block *b = (struct block *)(void *)((char *)self - offsetof(struct block, instance));
    explicit_bzero(b->instance, b->len); /* secrets are among the texts */
    free(b);
}
