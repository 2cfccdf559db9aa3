/* A flat, read-only JSON tree. yajl finds the tokens; this file lays them out on a tape in the operation's
 * arena.
 *
 * The tape is a row of 16-byte slots in document order. A scalar takes one slot; a container, and a string
 * that had escapes, takes a second one. A member's key stands right before its value. Slots never move: when
 * a block of the tape is full its last slot links to the next block, so a big document costs no copying.
 * Numbers stay text until somebody asks. It is not a general tree: nothing can be changed, and looking up a
 * key walks the members. */
#include "aorta/sdk.h"
#include "number.h"

#include <setjmp.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define DEPTH_MAX   64
#define BLOCK_FIRST 32u
#define BLOCK_LAST  65536u /* slots; 1 MiB */

struct sdk_json_node {
    const char *text; /* scalar: its text; container: its source; LINK: the next slot */
    uint32_t len;
    uint32_t bits;
};

/* The second slot of a container: text = the slot behind its last descendant, len = members.
 * The second slot of an escaped string: text, len = its source with the quotes. */

#define KIND_MASK 0x0Fu
#define KIND_KEY  14u
#define KIND_LINK 15u
#define LAST      0x10u /* the last member of its container */
#define MEMBER    0x20u /* a key stands before it */
#define WIDE      0x40u /* there is a second slot */

static uint32_t kind(const sdk_json_node *n)
{
    return n->bits & KIND_MASK;
}

static const sdk_json_node *resolve(const sdk_json_node *n)
{
    while (kind(n) == KIND_LINK)
        n = (const sdk_json_node *)(const void *)n->text;
    return n;
}

/* ---- building ---- */

struct level {
    sdk_json_node *open; /* the container */
    sdk_json_node *last; /* its newest member */
};

struct builder {
    aorta_ctx *ctx;
    const char *bytes, *end;
    yajl_handle yajl;
    sdk_json_node *at, *limit; /* free slots of the block; the one at limit is for the link */
    size_t block;
    sdk_json_node *root;
    uint32_t keyed; /* a key waits for its value */
    uint32_t depth;
    struct level level[DEPTH_MAX + 1];
    const char *problem; /* why a callback stopped, NULL = a syntax error */
    aorta_status status;
    jmp_buf spent; /* yajl does not check its allocations: leave it when the arena is at its end */
};

static int stop(struct builder *b, aorta_status status, const char *problem)
{
    b->status = status;
    b->problem = problem;
    return 0;
}

/* Room for n slots in a row; NULL when memory is spent. */
static sdk_json_node *room(struct builder *b, size_t n)
{
    if ((size_t)(b->limit - b->at) >= n)
        return b->at;
    size_t slots = b->block;
    sdk_json_node *fresh = b->ctx->host->alloc(b->ctx, slots * sizeof(*fresh));
    if (!fresh)
        return NULL;
    if (b->at)
        *b->at = (sdk_json_node){.text = (const char *)(const void *)fresh, .bits = KIND_LINK};
    b->at = fresh;
    b->limit = fresh + slots - 1;
    if (b->block < BLOCK_LAST)
        b->block *= 2;
    return fresh;
}

/* One value with its links to parent and siblings; `slots` is 1 or 2. */
static sdk_json_node *put(struct builder *b, uint32_t type, size_t slots, const char *text, size_t len)
{
    /* a value always lies in the block of its key, which made room for it */
    sdk_json_node *n = room(b, slots);
    if (!n) {
        stop(b, AORTA_ERR_NOMEM, NULL);
        return NULL;
    }
    b->at += slots;
    *n = (sdk_json_node){.text = text, .len = (uint32_t)len, .bits = type | b->keyed | (slots == 2 ? WIDE : 0)};
    b->keyed = 0;
    struct level *up = &b->level[b->depth];
    if (up->open)
        up->open[1].len++;
    else
        b->root = n;
    up->last = n;
    return n;
}

static int on_null(void *ctx)
{
    return put(ctx, SDK_JSON_NULL, 1, "null", 4) != NULL;
}

static int on_boolean(void *ctx, int value)
{
    return put(ctx, SDK_JSON_BOOL, 1, value ? "true" : "false", value ? 4 : 5) != NULL;
}

static int inside(const struct builder *b, const char *p)
{
    return (uintptr_t)p >= (uintptr_t)b->bytes && (uintptr_t)p < (uintptr_t)b->end;
}

static int on_number(void *ctx, const char *text, size_t len)
{
    struct builder *b = ctx;
    if (!inside(b, text)) {
        /* the document is this number and nothing else: yajl saw its end only when told, and holds a copy */
        const char *p = b->end - len;
        while (p > b->bytes && memcmp(p, text, len) != 0)
            p--;
        text = p;
    }
    return put(b, SDK_JSON_NUMBER, 1, text, len) != NULL;
}

/* The source of the string whose closing quote yajl just passed. Inside a string every quote stands behind an
 * odd number of backslashes, so the first one backwards that does not is the opening one. */
static aorta_str string_source(const struct builder *b)
{
    const char *close = b->bytes + yajl_get_bytes_consumed(b->yajl) - 1;
    const char *open = close;
    for (;;) {
        open--;
        if (*open != '"')
            continue;
        const char *slash = open;
        while (slash > b->bytes && slash[-1] == '\\')
            slash--;
        if ((open - slash) % 2 == 0)
            return (aorta_str){open, (size_t)(close + 1 - open)};
    }
}

static uint32_t hex4(const char *p)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        v = v * 16 + (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return v;
}

static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3F));
        *out++ = (char)(0x80 | (c >> 6 & 0x3F));
        *out++ = (char)(0x80 | (c & 0x3F));
    }
    return out;
}

/* The character behind "\u" at *p, both halves of a pair. Half a pair, and NUL, which no text column can
 * hold, become U+FFFD. */
static uint32_t escaped_character(const char **p, const char *end)
{
    uint32_t c = hex4(*p);
    *p += 4;
    if (c >= 0xD800 && c <= 0xDBFF && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        uint32_t low = hex4(*p + 2);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return c == 0 || (c >= 0xD800 && c <= 0xDFFF) ? 0xFFFD : c;
}

/* yajl's own decoding loses characters around half pairs, so the source is decoded here. It has checked the
 * escapes. The decoded text is never longer than its source: \uXXXX is six bytes for at most three. */
static int unescape(struct builder *b, aorta_str source, aorta_str *ret)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char *p = source.ptr + 1, *end = source.ptr + source.len - 1;
    char *text = b->ctx->host->alloc(b->ctx, source.len);
    char *out = text;
    if (!text)
        return stop(b, AORTA_ERR_NOMEM, NULL);
    while (p < end) {
        if (*p != '\\') {
            *out++ = *p++;
            continue;
        }
        char c = p[1];
        p += 2;
        if (c == 'u') {
            out = put_utf8(out, escaped_character(&p, end));
        } else {
            const char *known = strchr(from, c);
            *out++ = known ? to[known - from] : c;
        }
    }
    *ret = (aorta_str){text, (size_t)(out - text)};
    return 1;
}

static int on_string(void *ctx, const unsigned char *text, size_t len)
{
    struct builder *b = ctx;
    if (inside(b, (const char *)text) || len == 0) {
        const char *at = len ? (const char *)text : b->bytes + yajl_get_bytes_consumed(b->yajl) - 1;
        return put(b, SDK_JSON_STRING, 1, at, len) != NULL;
    }
    aorta_str source = string_source(b), value;
    if (!unescape(b, source, &value))
        return 0;
    sdk_json_node *n = put(b, SDK_JSON_STRING, 2, value.ptr, value.len);
    if (!n)
        return 0;
    n[1] = (sdk_json_node){.text = source.ptr, .len = (uint32_t)source.len};
    return 1;
}

static int on_key(void *ctx, const unsigned char *text, size_t len)
{
    struct builder *b = ctx;
    aorta_str key = {(const char *)text, len};
    if (len && !inside(b, key.ptr) && !unescape(b, string_source(b), &key))
        return 0;
    sdk_json_node *n = room(b, 3); /* the key, and its value in the same block */
    if (!n)
        return stop(b, AORTA_ERR_NOMEM, NULL);
    b->at++;
    *n = (sdk_json_node){.text = len ? key.ptr : "", .len = (uint32_t)key.len, .bits = KIND_KEY};
    b->keyed = MEMBER;
    return 1;
}

static int open_container(struct builder *b, uint32_t type)
{
    if (b->depth == DEPTH_MAX)
        return stop(b, AORTA_ERR_DATA, "nested too deep");
    const char *start = b->bytes + yajl_get_bytes_consumed(b->yajl) - 1;
    sdk_json_node *n = put(b, type, 2, start, 0);
    if (!n)
        return 0;
    n[1] = (sdk_json_node){.text = NULL};
    b->level[++b->depth] = (struct level){n, NULL};
    return 1;
}

static int close_container(void *ctx)
{
    struct builder *b = ctx;
    struct level *top = &b->level[b->depth--];
    const char *end = b->bytes + yajl_get_bytes_consumed(b->yajl);
    top->open->len = (uint32_t)(end - top->open->text);
    top->open[1].text = (const char *)(const void *)b->at;
    if (top->last)
        top->last->bits |= LAST;
    return 1;
}

static int on_map(void *ctx)
{
    return open_container(ctx, SDK_JSON_OBJECT);
}

static int on_array(void *ctx)
{
    return open_container(ctx, SDK_JSON_ARRAY);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_boolean,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = close_container,
    .yajl_start_array = on_array,
    .yajl_end_array = close_container,
};

/* ---- yajl's own memory: the arena as well, each piece behind its length because realloc has to copy ---- */

#define PIECE_HEAD 16u

static void *piece_alloc(void *ctx, size_t len)
{
    struct builder *b = ctx;
    char *p = len < SIZE_MAX - PIECE_HEAD ? b->ctx->host->alloc(b->ctx, len + PIECE_HEAD) : NULL;
    if (!p)
        longjmp(b->spent, 1);
    memcpy(p, &len, sizeof(len));
    return p + PIECE_HEAD;
}

static void *piece_grow(void *ctx, void *old, size_t len)
{
    size_t had = 0;
    if (old)
        memcpy(&had, (char *)old - PIECE_HEAD, sizeof(had));
    if (old && had >= len)
        return old;
    void *p = piece_alloc(ctx, len);
    if (had)
        memcpy(p, old, had);
    return p;
}

static void piece_free(void *ctx, void *p)
{
    (void)ctx;
    (void)p;
}

/* ---- text that is not UTF-8 is refused before anything else: yajl's own check lets overlong forms pass ----
 */

/* Length of the character at p, whose first byte is not ASCII; 0 = not one. */
static size_t character(const unsigned char *p, size_t left)
{
    unsigned char lead = p[0];
    size_t n = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    int overlong = (lead == 0xE0 && p[1] < 0xA0) || (lead == 0xF0 && p[1] < 0x90);
    int surrogate = lead == 0xED && p[1] > 0x9F, beyond = lead == 0xF4 && p[1] > 0x8F;
    return overlong || surrogate || beyond ? 0 : n;
}

static int is_utf8(const unsigned char *p, size_t len)
{
    const unsigned char *end = p + len;
    while (p < end) {
        uint64_t eight;
        while (end - p >= 8 && (memcpy(&eight, p, 8), (eight & UINT64_C(0x8080808080808080)) == 0))
            p += 8;
        while (p < end && *p < 0x80)
            p++;
        if (p < end) {
            size_t n = character(p, (size_t)(end - p));
            if (n == 0)
                return 0;
            p += n;
        }
    }
    return 1;
}

static aorta_status refuse(aorta_ctx *ctx, const char *why, size_t at)
{
    return sdk_fail(ctx, AORTA_ERR_DATA, "json.invalid", "not a JSON document: %s near byte %zu", why, at);
}

/* Whether the document is all there is. yajl does not mind a word, number or string behind it as long as that does
 * not end. null, true and false are the values whose text on the tape is not the input's. */
static int ends_the_input(const struct builder *b)
{
    static const char white[] = " \t\n\v\f\r"; /* as yajl has it */
    aorta_str root = sdk_json_text((sdk_json){b->root});
    const char *p = b->bytes;
    if (inside(b, root.ptr))
        p = root.ptr;
    while (p < b->end && *p && strchr(white, *p))
        p++;
    for (p += root.len; p < b->end && *p && strchr(white, *p);)
        p++;
    return p == b->end;
}

/* What longjmp may leave behind is all in the arena. */
static aorta_status run(struct builder *b)
{
    yajl_alloc_funcs memory = {piece_alloc, piece_grow, piece_free, b};
    if (setjmp(b->spent) != 0)
        return AORTA_ERR_NOMEM;
    b->yajl = yajl_alloc(&callbacks, &memory, b);
    yajl_config(b->yajl, yajl_dont_validate_strings, 1);
    size_t len = (size_t)(b->end - b->bytes);
    yajl_status st = yajl_parse(b->yajl, (const unsigned char *)b->bytes, len);
    size_t at = yajl_get_bytes_consumed(b->yajl);
    const char *why = "unexpected text";
    if (st == yajl_status_ok) {
        why = "it ends too early";
        st = yajl_complete_parse(b->yajl);
    }
    if (st == yajl_status_ok && b->root && ends_the_input(b))
        return AORTA_OK;
    if (b->status == AORTA_ERR_NOMEM)
        return AORTA_ERR_NOMEM;
    return refuse(b->ctx, b->problem ? b->problem : why, at);
}

aorta_status sdk_json_parse(aorta_ctx *ctx, const void *bytes, size_t len, sdk_json *ret)
{
    ret->node = NULL;
    if (!bytes || len == 0)
        return refuse(ctx, "it is empty", 0);
    if (len > UINT32_MAX)
        return refuse(ctx, "it is too long", 0);
    if (!is_utf8(bytes, len))
        return refuse(ctx, "text that is not UTF-8", 0);
    struct builder *b = ctx->host->alloc(ctx, sizeof(*b));
    if (!b)
        return AORTA_ERR_NOMEM;
    memset(b, 0, sizeof(*b));
    b->ctx = ctx;
    b->bytes = bytes;
    b->end = b->bytes + len;
    b->block = BLOCK_FIRST;
    aorta_status st = run(b);
    if (st == AORTA_OK)
        ret->node = b->root;
    return st;
}

/* ---- reading ---- */

int sdk_json_type(sdk_json v)
{
    return v.node ? (int)kind(v.node) : SDK_JSON_NONE;
}

static int is_container(sdk_json v)
{
    return v.node && kind(v.node) >= SDK_JSON_ARRAY && kind(v.node) <= SDK_JSON_OBJECT;
}

uint32_t sdk_json_count(sdk_json v)
{
    return is_container(v) ? v.node[1].len : 0;
}

sdk_json sdk_json_first(sdk_json v)
{
    if (sdk_json_count(v) == 0)
        return (sdk_json){NULL};
    const sdk_json_node *n = resolve(v.node + 2);
    return (sdk_json){kind(n) == KIND_KEY ? n + 1 : n};
}

sdk_json sdk_json_next(sdk_json member)
{
    const sdk_json_node *n = member.node;
    if (!n || (n->bits & LAST))
        return (sdk_json){NULL};
    if (is_container(member))
        n = (const sdk_json_node *)(const void *)n[1].text;
    else
        n += n->bits & WIDE ? 2 : 1;
    n = resolve(n);
    return (sdk_json){kind(n) == KIND_KEY ? n + 1 : n};
}

aorta_str sdk_json_key(sdk_json member)
{
    if (!member.node || !(member.node->bits & MEMBER))
        return (aorta_str){NULL, 0};
    return (aorta_str){member.node[-1].text, member.node[-1].len};
}

sdk_json sdk_json_get(sdk_json object, const char *key)
{
    sdk_json found = {NULL};
    if (sdk_json_type(object) != SDK_JSON_OBJECT)
        return found;
    size_t len = strlen(key);
    for (sdk_json m = sdk_json_first(object); m.node; m = sdk_json_next(m))
        if (m.node[-1].len == len && memcmp(m.node[-1].text, key, len) == 0)
            found = m; /* of several the last counts */
    return found;
}

static int numeric(sdk_json v)
{
    return v.node && (kind(v.node) == SDK_JSON_NUMBER || kind(v.node) == SDK_JSON_STRING);
}

int sdk_json_is_number(sdk_json v)
{
    double ignored;
    return numeric(v) && sdk_number_double(v.node->text, v.node->len, &ignored) == 0;
}

double sdk_json_double(sdk_json v, double otherwise)
{
    double number;
    return numeric(v) && sdk_number_double(v.node->text, v.node->len, &number) == 0 ? number : otherwise;
}

int64_t sdk_json_int(sdk_json v, int64_t otherwise)
{
    int64_t number;
    return numeric(v) && sdk_number_int(v.node->text, v.node->len, &number) == 0 ? number : otherwise;
}

int sdk_json_bool(sdk_json v, int otherwise)
{
    return sdk_json_type(v) == SDK_JSON_BOOL ? v.node->text[0] == 't' : otherwise;
}

aorta_str sdk_json_str(sdk_json v)
{
    return numeric(v) ? (aorta_str){v.node->text, v.node->len} : (aorta_str){NULL, 0};
}

aorta_str sdk_json_text(sdk_json v)
{
    const sdk_json_node *n = v.node;
    if (!n)
        return (aorta_str){NULL, 0};
    if (kind(n) != SDK_JSON_STRING)
        return (aorta_str){n->text, n->len};
    if (n->bits & WIDE)
        return (aorta_str){n[1].text, n[1].len};
    return (aorta_str){n->text - 1, (size_t)n->len + 2};
}
