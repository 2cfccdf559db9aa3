/* Any text as a cursor. One that is taken is one that we would write: writing it again gives the same text. */
#include <stdlib.h>

#include "crypt/crypt.h"
#include "read/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct gw_str text, enum gw_cursor_kind kind)
{
    struct gw_cursor cursor;
    char again[GW_CURSOR_TEXT];

    if (gw_cursor_read(text, kind, &cursor, NULL) != GW_OK)
        return;
    gw_cursor_write(&cursor, again);
    if (!gw_str_eq(text, gw_str(again)))
        abort();
}

/* The fuzzer does not guess check sums: its bytes are put into a cursor of ours as well, which must come back. */
static void check_bytes(const uint8_t *data, size_t size, enum gw_cursor_kind kind)
{
    struct gw_cursor cursor = {.kind = kind}, again;
    char text[GW_CURSOR_TEXT];

    if (size < 24)
        return;
    memcpy(&cursor.t_us, data, 8);
    memcpy(kind == GW_CURSOR_SERIES ? (void *)&cursor.source_id : cursor.id.b, data + 8,
           kind == GW_CURSOR_SERIES ? 4 : 16);
    if (kind == GW_CURSOR_SERIES)
        memcpy(&cursor.metric, data + 12, 2);
    cursor.backwards = data[0] & 1;
    gw_cursor_write(&cursor, text);
    if (gw_cursor_read(gw_str(text), kind, &again, NULL) != GW_OK || again.t_us != cursor.t_us ||
        again.metric != cursor.metric || again.source_id != cursor.source_id || !gw_uuid_eq(again.id, cursor.id) ||
        again.backwards != cursor.backwards)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum gw_cursor_kind kinds[] = {GW_CURSOR_WORKOUT, GW_CURSOR_SLEEP, GW_CURSOR_SERIES};
    static int begun;

    if (!begun++ && gw_crypt_init(NULL) != GW_OK)
        abort();
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        check((struct gw_str){(const char *)data, size}, kinds[i]);
        check_bytes(data, size, kinds[i]);
    }
    return 0;
}
