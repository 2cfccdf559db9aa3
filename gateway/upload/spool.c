/* Chunks in a file without a name. */
#include "upload/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "crypt/crypt.h"
#include "upload/helper.h"

#define FIRST_ROOM 4096

struct place {
    off_t at;
    uint32_t len;
    enum gw_chunk_codec codec;
};

struct gw_spool {
    const char *folder;
    char *plain; /* of the chunk that is being filled */
    size_t plain_len, plain_cap;
    char *other; /* of the one before, which the helper is at; a whole chunk long */
    struct gw_helper *helper;
    /* the helper's, until the end */
    struct gw_digest *digest;
    int fd; /* -1: all is in memory yet */
    off_t written;
    char *room; /* for packing, and for what is read back */
    size_t room_len;
    struct place *places;
    int32_t count, cap;
    struct gw_chunk only; /* packed at the end, of a spool with one chunk */
};

enum gw_code gw_spool_new(const char *folder, struct gw_spool **ret, struct gw_err *err)
{
    struct gw_spool *s = calloc(1, sizeof(*s));
    enum gw_code code;

    if (!s)
        return gw_fail(err, GW_NOMEM, NULL);
    s->folder = folder;
    s->fd = -1;
    code = gw_digest_new(&s->digest, err);
    if (code)
        gw_spool_free(&s);
    else
        *ret = s;
    return code;
}

void gw_spool_free(struct gw_spool **spool)
{
    struct gw_spool *s = *spool;

    if (!s)
        return;
    gw_helper_free(&s->helper);
    gw_digest_end(&s->digest, NULL);
    if (s->fd >= 0)
        close(s->fd);
    free(s->plain);
    free(s->other);
    free(s->room);
    free(s->places);
    free(s);
    *spool = NULL;
}

/* ---- the file ---- */

static enum gw_code disk_failed(struct gw_err *err)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return gw_fail_wire(err, GW_BUSY, "storage.full", "There is no room on the disk for this body.");
    return gw_fail(err, GW_INTERNAL, "the file that keeps a body: %s", strerror(errno));
}

static enum gw_code open_file(struct gw_spool *s, struct gw_err *err)
{
    char path[PATH_MAX];

    s->fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT))
        return s->fd >= 0 ? GW_OK : disk_failed(err);
    /* file systems without such files */
    if (snprintf(path, sizeof(path), "%s/upload-XXXXXX", s->folder) >= (int)sizeof(path))
        return gw_fail(err, GW_INTERNAL, "the folder's path is too long");
    s->fd = mkostemp(path, O_CLOEXEC);
    if (s->fd < 0)
        return disk_failed(err);
    unlink(path);
    return GW_OK;
}

static enum gw_code write_all(struct gw_spool *s, struct gw_str data, struct gw_err *err)
{
    while (data.len > 0) {
        ssize_t n = write(s->fd, data.ptr, data.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return disk_failed(err);
        s->written += n;
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return GW_OK;
}

static enum gw_code read_all(struct gw_spool *s, off_t at, size_t len, struct gw_err *err)
{
    size_t got = 0;

    while (got < len) {
        ssize_t n = pread(s->fd, s->room + got, len - got, at + (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return gw_fail(err, GW_INTERNAL, "the file that keeps a body cannot be read back");
        got += (size_t)n;
    }
    return GW_OK;
}

/* ---- chunks ---- */

static enum gw_code need_room(struct gw_spool *s, size_t plain_len, struct gw_err *err)
{
    size_t want = gw_chunk_room(plain_len);
    char *room;

    if (s->room_len >= want)
        return GW_OK;
    room = realloc(s->room, want);
    if (!room)
        return gw_fail(err, GW_NOMEM, NULL);
    s->room = room;
    s->room_len = want;
    return GW_OK;
}

static enum gw_code note_place(struct gw_spool *s, const struct place *place, struct gw_err *err)
{
    if (s->count == s->cap) {
        int32_t cap = s->cap ? 2 * s->cap : 64;
        struct place *places = realloc(s->places, (size_t)cap * sizeof(*places));
        if (!places)
            return gw_fail(err, GW_NOMEM, NULL);
        s->places = places;
        s->cap = cap;
    }
    s->places[s->count++] = *place;
    return GW_OK;
}

/* On the helper's thread: one chunk. */
static enum gw_code put_away(void *self, struct gw_str plain, struct gw_err *err)
{
    struct gw_spool *s = self;
    enum gw_code code = gw_digest_add(s->digest, plain.ptr, plain.len, err);

    if (!code && s->fd < 0)
        code = open_file(s, err);
    if (!code)
        code = need_room(s, plain.len, err);
    if (code)
        return code;
    struct gw_chunk chunk = gw_chunk_pack(plain, s->room, s->room_len);
    struct place place = {s->written, (uint32_t)chunk.data.len, chunk.codec};
    code = write_all(s, chunk.data, err);
    return code ? code : note_place(s, &place, err);
}

/* The full chunk goes, an empty one takes its place. */
static enum gw_code hand_over(struct gw_spool *s, struct gw_err *err)
{
    enum gw_code code = s->helper ? GW_OK : gw_helper_new(put_away, s, &s->helper, err);
    char *empty;

    if (!s->other)
        s->other = malloc(GW_CHUNK);
    if (!code && !s->other)
        code = gw_fail(err, GW_NOMEM, NULL);
    if (!code)
        code = gw_helper_give(s->helper, (struct gw_str){s->plain, s->plain_len}, err);
    if (code)
        return code;
    empty = s->other; /* given back by what give waited for */
    s->other = s->plain;
    s->plain = empty;
    s->plain_cap = GW_CHUNK;
    s->plain_len = 0;
    return GW_OK;
}

static enum gw_code grow(struct gw_spool *s, size_t len, struct gw_err *err)
{
    size_t want = s->plain_len + len, cap = s->plain_cap ? s->plain_cap : FIRST_ROOM;
    char *plain;

    if (want <= s->plain_cap)
        return GW_OK;
    while (cap < want)
        cap *= 2;
    plain = realloc(s->plain, cap);
    if (!plain)
        return gw_fail(err, GW_NOMEM, NULL);
    s->plain = plain;
    s->plain_cap = cap;
    return GW_OK;
}

enum gw_code gw_spool_add(struct gw_spool *s, const char *bytes, size_t len, struct gw_err *err)
{
    enum gw_code code = GW_OK;

    while (!code && len > 0) {
        size_t n = GW_CHUNK - s->plain_len < len ? GW_CHUNK - s->plain_len : len;
        if (n == 0) {
            code = hand_over(s, err); /* only now: a body of one chunk stays in memory */
            continue;
        }
        code = grow(s, n, err);
        if (code)
            break;
        memcpy(s->plain + s->plain_len, bytes, n);
        s->plain_len += n;
        bytes += n;
        len -= n;
    }
    return code;
}

/* The last chunk, which is in memory. */
static enum gw_code pack_last(struct gw_spool *s, struct gw_chunk *ret, struct gw_err *err)
{
    enum gw_code code = need_room(s, s->plain_len, err);

    if (!code)
        *ret = gw_chunk_pack((struct gw_str){s->plain, s->plain_len}, s->room, s->room_len);
    return code;
}

enum gw_code gw_spool_end(struct gw_spool *s, uint8_t ret_digest[32], struct gw_err *err)
{
    enum gw_code code = s->helper ? gw_helper_wait(s->helper, err) : GW_OK;

    gw_helper_free(&s->helper);
    if (!code && s->plain_len)
        code = gw_digest_add(s->digest, s->plain, s->plain_len, err);
    if (!code && s->count == 0 && s->plain_len)
        code = pack_last(s, &s->only, err);
    if (!code)
        gw_digest_end(&s->digest, ret_digest);
    return code;
}

static enum gw_code get(void *self, int32_t number, struct gw_chunk *ret, struct gw_err *err)
{
    struct gw_spool *s = self;
    enum gw_code code = GW_OK;

    if (number == s->count && s->only.data.ptr) {
        *ret = s->only;
        return GW_OK;
    }
    if (number == s->count)
        return pack_last(s, ret, err);
    const struct place *place = &s->places[number];
    code = read_all(s, place->at, place->len, err);
    if (!code)
        *ret = (struct gw_chunk){place->codec, {s->room, place->len}};
    return code;
}

struct gw_chunks gw_spool_chunks(struct gw_spool *s)
{
    return (struct gw_chunks){get, s, s->count + (s->plain_len > 0)};
}
