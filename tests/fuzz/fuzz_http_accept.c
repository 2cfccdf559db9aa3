/* Any text as an Accept header: always one of the offers, and always the same one. */
#include <stdlib.h>
#include <string.h>

#include <stdint.h>

#include "http/accept.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct gw_offer offers[] = {{"application/json", 1}, {"application/x-ndjson", 2}, {"text/csv", 3}};
    char *header = malloc(size + 1);
    int answer;

    if (!header)
        abort();
    memcpy(header, data, size);
    header[size] = '\0';
    answer = gw_accept_choose(header, offers, 3);
    if (answer < 1 || answer > 3 || answer != gw_accept_choose(header, offers, 3))
        abort();
    free(header);
    return 0;
}
