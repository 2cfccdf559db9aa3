/* Any bytes as a body pushed to plugin-apple. See phone_body.h. */
#include "phone_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_body(data, size);
}
