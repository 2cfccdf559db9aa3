/* By magic, and by the first byte that is no blank. */
#include "upload/file.h"

#include <stdbool.h>
#include <string.h>

static const struct {
    const char *head;
    size_t len;
    bool text; /* blanks and a byte order mark may stand before it */
    enum gw_file_is is;
} heads[] = {{"PK\x03\x04", 4, false, GW_FILE_ZIP},
             {"\x1f\x8b", 2, false, GW_FILE_GZIP},
             {"<", 1, true, GW_FILE_XML},
             {"{", 1, true, GW_FILE_JSON}};

static const char *const types[] = {[GW_FILE_UNKNOWN] = "application/octet-stream",
                                    [GW_FILE_XML] = "application/xml",
                                    [GW_FILE_ZIP] = "application/zip",
                                    [GW_FILE_JSON] = "application/json",
                                    [GW_FILE_GZIP] = "application/gzip"};

static size_t blanks(const char *head, size_t len)
{
    size_t at = len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    while (at < len && memchr(" \t\r\n", head[at], 4))
        at++;
    return at;
}

enum gw_file_is gw_file_look(const char *head, size_t len)
{
    size_t before = blanks(head, len);

    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        size_t at = heads[i].text ? before : 0;
        if (len - at >= heads[i].len && memcmp(head + at, heads[i].head, heads[i].len) == 0)
            return heads[i].is;
    }
    return GW_FILE_UNKNOWN;
}

const char *gw_file_type(enum gw_file_is is)
{
    return types[is];
}
