/* See stream.h. yajl finds the tokens, this file keeps count of depth and decides where they go. */
#include "stream.h"

#include <setjmp.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#define SLICE        ((size_t)64 << 10)
#define SAY_EVERY    ((uint64_t)4 << 20) /* bytes between two words about progress */
#define TOKEN_MAX    ((size_t)8 << 20)   /* a longer string or number is no one's */
#define KEY_TEXT_MAX 32

struct key_row {
    const char *name;
};

static const struct key_row key_rows[] = {
    {""}, /* PHONE_NO_KEY */
#define KEY(name) {#name},
#include "keys.def"
#undef KEY
};
_Static_assert(AORTA_COUNT(key_rows) == PHONE_KEYS && PHONE_KEYS < 256, "a key is one byte of a node");

/* Keys as they were spelled lately: the same few come again with every item. */
#define NEAR_KEYS 64u
struct near_key {
    uint8_t len, key;
    char text[30];
};

struct stream {
    aorta_ctx *ctx;
    const aorta_payload *payload;
    const struct phone_handler *handler;
    void *self;
    struct phone_names keys;
    struct near_key near[NEAR_KEYS];
    struct phone_tape tape;
    yajl_handle yajl;
    uint8_t *slice;
    uint64_t at, said;              /* bytes fed; bytes when progress was last told */
    unsigned depth, taken, skipped; /* taken, skipped: depth of the container that is, or 0 */
    int any;                        /* a value has come */
    enum phone_key key;             /* waits for its value */
    aorta_status status;
    const char *problem;
    jmp_buf spent; /* yajl does not check its allocations */
};

static int stop(struct stream *s, aorta_status status, const char *problem)
{
    s->status = status;
    s->problem = problem;
    return 0;
}

static int go_on(struct stream *s, aorta_status status)
{
    return status == AORTA_OK ? 1 : stop(s, status, NULL);
}

static enum phone_key take_key(struct stream *s)
{
    enum phone_key key = s->key;
    s->key = PHONE_NO_KEY;
    return key;
}

/* ---- tokens ---- */

/* On a tape, members of objects with keys that nobody reads are left out. */
static int unread(const struct stream *s, enum phone_key key)
{
    return key == PHONE_NO_KEY && phone_tape_in_object(&s->tape);
}

static int scalar(struct stream *s, int type, aorta_str text)
{
    enum phone_key key = take_key(s);
    s->any = 1;
    if (s->skipped || (s->taken && unread(s, key)))
        return 1;
    if (s->taken)
        return go_on(s, phone_tape_scalar(&s->tape, type, (uint8_t)key, text));
    return go_on(s, s->handler->scalar(s->self, s->depth, type, key, text));
}

static int begin(struct stream *s, int type)
{
    enum phone_key key = take_key(s);
    enum phone_step step = PHONE_SKIP;
    s->any = 1;
    if (++s->depth > PHONE_DEPTH_MAX)
        return stop(s, AORTA_ERR_DATA, "brackets are nested too deep");
    if (s->skipped)
        return 1;
    if (s->taken) {
        if (unread(s, key))
            s->skipped = s->depth;
        return s->skipped ? 1 : go_on(s, phone_tape_open(&s->tape, type, (uint8_t)key));
    }
    aorta_status st = s->handler->enter(s->self, s->depth, type, key, &step);
    if (st != AORTA_OK || step == PHONE_WALK)
        return go_on(s, st);
    if (step == PHONE_SKIP) {
        s->skipped = s->depth;
        return 1;
    }
    s->taken = s->depth;
    phone_tape_clear(&s->tape);
    return go_on(s, phone_tape_open(&s->tape, type, (uint8_t)key));
}

static int end(struct stream *s)
{
    unsigned depth = s->depth--;
    if (s->skipped) {
        if (s->skipped == depth)
            s->skipped = 0;
        return 1;
    }
    if (!s->taken)
        return go_on(s, s->handler->leave(s->self, depth));
    phone_tape_close(&s->tape);
    if (s->taken != depth)
        return 1;
    s->taken = 0;
    return go_on(s, s->handler->item(s->self, depth, phone_tape_root(&s->tape)));
}

static int on_null(void *self)
{
    return scalar(self, SDK_JSON_NULL, (aorta_str){NULL, 0});
}

static int on_boolean(void *self, int truth)
{
    return scalar(self, SDK_JSON_BOOL, truth ? AORTA_S("true") : AORTA_S("false"));
}

static int on_number(void *self, const char *text, size_t len)
{
    return scalar(self, SDK_JSON_NUMBER, (aorta_str){text, len});
}

static int on_string(void *self, const unsigned char *text, size_t len)
{
    return scalar(self, SDK_JSON_STRING, (aorta_str){(const char *)text, len});
}

static enum phone_key find_key(const struct stream *s, aorta_str text)
{
    char squeezed[KEY_TEXT_MAX];
    const struct key_row *row = phone_names_find(&s->keys, phone_squeeze(text, squeezed, sizeof(squeezed)));
    return row ? (enum phone_key)(row - key_rows) : PHONE_NO_KEY;
}

static int on_key(void *self, const unsigned char *text, size_t len)
{
    struct stream *s = self;
    if (s->skipped)
        return 1;
    if (len == 0 || len > sizeof(s->near[0].text)) {
        s->key = find_key(s, (aorta_str){(const char *)text, len});
        return 1;
    }
    struct near_key *near = &s->near[(len * 7u + text[0] * 5u + text[len - 1]) % NEAR_KEYS];
    if (near->len != len || memcmp(near->text, text, len) != 0) {
        near->len = (uint8_t)len;
        near->key = (uint8_t)find_key(s, (aorta_str){(const char *)text, len});
        memcpy(near->text, text, len);
    }
    s->key = (enum phone_key)near->key;
    return 1;
}

static int on_start_map(void *self)
{
    return begin(self, SDK_JSON_OBJECT);
}

static int on_start_array(void *self)
{
    return begin(self, SDK_JSON_ARRAY);
}

static int on_end(void *self)
{
    return end(self);
}

static const yajl_callbacks callbacks = {.yajl_null = on_null,
                                         .yajl_boolean = on_boolean,
                                         .yajl_number = on_number,
                                         .yajl_string = on_string,
                                         .yajl_start_map = on_start_map,
                                         .yajl_map_key = on_key,
                                         .yajl_end_map = on_end,
                                         .yajl_start_array = on_start_array,
                                         .yajl_end_array = on_end};

/* ---- yajl's memory: pieces of the arena with their length in front; what grows beyond a token's bound ends it ---- */

#define PIECE_HEAD ((size_t)16)

static void *piece_alloc(void *self, size_t len)
{
    struct stream *s = self;
    char *p = len <= TOKEN_MAX ? s->ctx->host->alloc(s->ctx, len + PIECE_HEAD) : NULL;
    if (!p) {
        stop(s, len > TOKEN_MAX ? AORTA_ERR_DATA : AORTA_ERR_NOMEM, "a text is too long");
        longjmp(s->spent, 1);
    }
    memcpy(p, &len, sizeof(len));
    return p + PIECE_HEAD;
}

static void *piece_grow(void *self, void *old, size_t len)
{
    size_t had = 0;
    if (old)
        memcpy(&had, (char *)old - PIECE_HEAD, sizeof(had));
    if (old && had >= len)
        return old;
    void *p = piece_alloc(self, len);
    if (had)
        memcpy(p, old, had);
    return p;
}

static void piece_free(void *self, void *p)
{
    (void)self;
    (void)p;
}

/* ---- bytes ---- */

/* The next slice of the payload; *len 0 at its end. */
static aorta_status next_slice(struct stream *s, const uint8_t **bytes, size_t *len)
{
    uint64_t left = s->payload->size - s->at;
    if (s->payload->data || s->payload->size == 0) {
        *bytes = s->payload->data ? s->payload->data + s->at : NULL;
        *len = left < SLICE ? (size_t)left : SLICE;
        return s->ctx->host->alive(s->ctx);
    }
    int64_t n = s->ctx->host->payload_read(s->ctx, s->slice, SLICE);
    *bytes = s->slice;
    *len = n > 0 ? (size_t)n : 0;
    return n < 0 ? (aorta_status)n : AORTA_OK;
}

/* Bytes of a byte order mark at the front of the document. */
static size_t mark_len(const struct stream *s, const uint8_t *bytes, size_t len)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    size_t n = 0;
    while (n < len && s->at + n < sizeof(mark) && bytes[n] == mark[s->at + n])
        n++;
    return n;
}

static aorta_status say_progress(struct stream *s)
{
    if (s->at - s->said < SAY_EVERY)
        return AORTA_OK;
    s->said = s->at;
    return s->ctx->host->progress(s->ctx, s->at, s->payload->size, "bytes", 5);
}

static aorta_status fault(struct stream *s, const char *otherwise)
{
    if (s->status == AORTA_OK) {
        s->status = AORTA_ERR_DATA;
        s->problem = otherwise;
    }
    return s->status;
}

static aorta_status feed(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    aorta_status st;
    while ((st = next_slice(s, &bytes, &len)) == AORTA_OK && len > 0) {
        size_t skip = mark_len(s, bytes, len);
        if (yajl_parse(s->yajl, bytes + skip, len - skip) != yajl_status_ok)
            return fault(s, "unexpected text");
        s->at += len;
        st = say_progress(s);
        if (st != AORTA_OK)
            return st;
    }
    if (st != AORTA_OK)
        return st;
    if (yajl_complete_parse(s->yajl) != yajl_status_ok || !s->any)
        return fault(s, s->any ? "it ends too early" : "it is empty");
    return AORTA_OK;
}

/* What longjmp may leave behind of yajl is all in the arena. */
static aorta_status run(struct stream *s)
{
    yajl_alloc_funcs memory = {piece_alloc, piece_grow, piece_free, s};
    if (setjmp(s->spent) != 0)
        return s->status;
    s->yajl = yajl_alloc(&callbacks, &memory, s);
    /* texts that are not UTF-8 spoil the record they are in: the host refuses that one, and the rest goes on */
    yajl_config(s->yajl, yajl_dont_validate_strings, 1);
    return feed(s);
}

aorta_status phone_stream(aorta_ctx *ctx, const aorta_payload *payload, const struct phone_handler *handler, void *self,
                          struct phone_break *broken)
{
    struct stream *s = ctx->host->alloc(ctx, sizeof(*s));
    if (!s)
        return AORTA_ERR_NOMEM;
    memset(s, 0, sizeof(*s));
    s->ctx = ctx;
    s->payload = payload;
    s->handler = handler;
    s->self = self;
    if (!payload->data && payload->size) {
        s->slice = ctx->host->alloc(ctx, SLICE);
        if (!s->slice)
            return AORTA_ERR_NOMEM;
    }
    phone_names_init(&s->keys, key_rows, sizeof(key_rows[0]), AORTA_COUNT(key_rows));
    aorta_status st = run(s);
    phone_tape_free(&s->tape);
    *broken = (struct phone_break){s->problem, s->at};
    return st;
}
