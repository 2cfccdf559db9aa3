/* One body: looked at, counted, digested and packed as it comes. */
#include "upload/upload.h"

#include "base/time.h"
#include "crypt/crypt.h"
#include "upload/file.h"
#include "upload/helper.h"
#include "upload/look.h"
#include "upload/spool.h"

#define BLOCK  ((size_t)256 << 10)
#define INLINE ((size_t)1 << 20) /* a larger body is looked at by a thread beside, a block at a time */

struct gw_upload {
    struct gw_upload_options options;
    uint64_t size;
    struct gw_look *look;     /* of a push */
    struct gw_helper *beside; /* has it, once there is one */
    char *block, *other;      /* being filled, being looked at */
    size_t block_len;
    char head[GW_FILE_HEAD];
    size_t head_len;
    bool head_known;
    enum gw_file_is is;
    uint8_t digest[32];
    struct gw_spool *spool;
};

enum gw_code gw_upload_new(const struct gw_upload_options *options, struct gw_upload **ret, struct gw_err *err)
{
    struct gw_upload *u = calloc(1, sizeof(*u));
    enum gw_code code;

    if (!u)
        return gw_fail(err, GW_NOMEM, NULL);
    u->options = *options;
    u->is = options->form == GW_UPLOAD_PUSH ? GW_FILE_JSON : GW_FILE_UNKNOWN;
    code = gw_spool_new(options->folder, &u->spool, err);
    if (!code && options->form == GW_UPLOAD_PUSH)
        code = gw_look_new(&u->look, err);
    if (code)
        gw_upload_free(&u);
    else
        *ret = u;
    return code;
}

void gw_upload_free(struct gw_upload **upload)
{
    struct gw_upload *u = *upload;

    if (!u)
        return;
    gw_helper_free(&u->beside);
    gw_look_free(&u->look);
    gw_spool_free(&u->spool);
    free(u->block);
    free(u->other);
    free(u);
    *upload = NULL;
}

/* ---- what it is ---- */

static enum gw_code decide_file(struct gw_upload *u, struct gw_err *err)
{
    u->head_known = true;
    u->is = gw_file_look(u->head, u->head_len);
    if (u->is == GW_FILE_XML || u->is == GW_FILE_ZIP)
        return GW_OK;
    return gw_fail_wire(err, GW_INVALID, "import.file", "The file is neither the XML of an export nor a zip of it.");
}

static enum gw_code look_at_file(struct gw_upload *u, const char *bytes, size_t len, struct gw_err *err)
{
    size_t n = sizeof(u->head) - u->head_len < len ? sizeof(u->head) - u->head_len : len;

    memcpy(u->head + u->head_len, bytes, n);
    u->head_len += n;
    return !u->head_known && u->head_len == sizeof(u->head) ? decide_file(u, err) : GW_OK;
}

static enum gw_code look_beside(void *self, struct gw_str bytes, struct gw_err *err)
{
    return gw_look_take(((struct gw_upload *)self)->look, bytes.ptr, bytes.len, err);
}

static enum gw_code start_beside(struct gw_upload *u, struct gw_err *err)
{
    u->block = malloc(BLOCK);
    u->other = malloc(BLOCK);
    if (!u->block || !u->other)
        return gw_fail(err, GW_NOMEM, NULL);
    return gw_helper_new(look_beside, u, &u->beside, err);
}

static enum gw_code give_block(struct gw_upload *u, struct gw_err *err)
{
    char *full = u->block;
    enum gw_code code = gw_helper_give(u->beside, (struct gw_str){full, u->block_len}, err);

    u->block = u->other; /* which it is done with */
    u->other = full;
    u->block_len = 0;
    return code;
}

static enum gw_code look_at_json(struct gw_upload *u, const char *bytes, size_t len, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    if (!u->beside && u->size <= INLINE)
        return gw_look_take(u->look, bytes, len, err);
    if (!u->beside)
        code = start_beside(u, err);
    while (!code && len > 0) {
        size_t n = BLOCK - u->block_len < len ? BLOCK - u->block_len : len;
        memcpy(u->block + u->block_len, bytes, n);
        u->block_len += n;
        bytes += n;
        len -= n;
        if (u->block_len == BLOCK)
            code = give_block(u, err);
    }
    return code;
}

/* The rest of the body, on its way: it is digested and packed meanwhile. */
static enum gw_code begin_end(struct gw_upload *u, struct gw_err *err)
{
    return u->beside && u->block_len ? give_block(u, err) : GW_OK;
}

static enum gw_code end_look(struct gw_upload *u, struct gw_err *err)
{
    enum gw_code code = u->beside ? gw_helper_wait(u->beside, err) : GW_OK;

    gw_helper_free(&u->beside);
    return code ? code : gw_look_end(u->look, err);
}

/* ---- bytes ---- */

enum gw_code gw_upload_take(struct gw_upload *u, const char *bytes, size_t len, struct gw_err *err)
{
    enum gw_code code;

    if (len == 0)
        return GW_OK;
    if (len > u->options.most - u->size)
        return gw_fail(err, GW_TOO_LARGE, "The body is larger than %llu bytes.", (unsigned long long)u->options.most);
    u->size += len;
    code = u->look ? look_at_json(u, bytes, len, err) : look_at_file(u, bytes, len, err);
    if (!code)
        code = gw_spool_add(u->spool, bytes, len, err);
    return code;
}

enum gw_code gw_upload_end(struct gw_upload *u, struct gw_err *err)
{
    struct gw_err why = {0};
    enum gw_code code = begin_end(u, err), spooled = GW_OK;

    if (!code)
        spooled = gw_spool_end(u->spool, u->digest, &why);
    if (!code && u->look)
        code = end_look(u, err);
    else if (!code && !u->head_known)
        code = decide_file(u, err);
    if (!code && spooled && err)
        *err = why;
    return code ? code : spooled;
}

const char *gw_upload_provider(const struct gw_upload *u)
{
    return u->look ? gw_look_provider(u->look) : NULL;
}

enum gw_code gw_upload_store(struct gw_upload *u, struct gw_db *db, const struct gw_upload_to *to,
                             struct gw_accepted *ret, struct gw_err *err)
{
    struct gw_accept accept = {.payload = {.user_id = to->user_id,
                                           .provider = to->provider,
                                           .account = "",
                                           .kind = to->kind,
                                           .content_type = gw_file_type(u->is),
                                           .origin = to->origin,
                                           .data = {NULL, (size_t)u->size},
                                           .offset_s = GW_NO_OFFSET,
                                           .received_us = gw_now_us()},
                               .chunks = gw_spool_chunks(u->spool)};

    gw_look_free(&u->look);
    memcpy(accept.digest, u->digest, sizeof(accept.digest));
    return gw_store_accept(db, &accept, ret, err);
}
