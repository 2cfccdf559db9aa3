/* Any bytes as an export of Apple Health, XML or a zip. See phone_body.h. */
#include "phone_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    body_kind = "apple.export";
    return fuzz_body(data, size);
}
