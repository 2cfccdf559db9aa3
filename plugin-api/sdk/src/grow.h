/* Room that grows in the operation's arena, for what the SDK builds piece by piece. */
#ifndef AORTA_SDK_GROW_H
#define AORTA_SDK_GROW_H

#include "aorta/plugin.h"

/* `old`, of which len bytes are in use, or a bigger copy of it, with room for `more` bytes. What is outgrown stays in
 * the arena, so growth doubles. NULL when memory is spent; *cap is then as it was. */
char *sdk_grow(aorta_ctx *ctx, char *old, size_t len, size_t *cap, size_t more);

#endif
