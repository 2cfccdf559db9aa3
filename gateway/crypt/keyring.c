/* Key files: read into guarded memory, made once. Not the use of the keys: that is seal.c. */
#include "crypt/keyring.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/own.h"
#include "base/uuid.h"

#define LINE_MOST 256

enum gw_code gw_crypt_init(struct gw_err *err)
{
    if (sodium_init() < 0)
        return gw_fail(err, GW_INTERNAL, "libsodium could not be initialised");
    return GW_OK;
}

const struct key *keyring_find(const struct gw_keyring *ring, struct gw_str id)
{
    for (size_t i = 0; i < ring->count; i++)
        if (gw_str_is(id, ring->keys[i].id))
            return &ring->keys[i];
    return NULL;
}

static bool id_valid(struct gw_str id)
{
    if (id.len == 0 || id.len > KEY_ID_MOST)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!isalnum((unsigned char)id.ptr[i]) && id.ptr[i] != '-' && id.ptr[i] != '_')
            return false;
    return true;
}

/* One `id:base64` into the ring's next place; the reason when it is not of that form. */
static const char *add_line(struct gw_keyring *ring, struct gw_str line)
{
    const char *colon = memchr(line.ptr, ':', line.len);
    struct gw_str id = {line.ptr, colon ? (size_t)(colon - line.ptr) : 0};
    struct gw_str text = {line.ptr + id.len + 1, colon ? line.len - id.len - 1 : 0};
    struct key *key = &ring->keys[ring->count];
    uint8_t bytes[LINE_MOST];
    size_t len = 0;

    if (!id_valid(id))
        return "a key's id is 1 to 32 letters, digits, - or _, then a colon";
    if (keyring_find(ring, id))
        return "this key id is there twice";
    if (ring->count == sizeof(ring->keys) / sizeof(ring->keys[0]))
        return "too many keys";
    if (!gw_b64_decode(text, bytes, &len) || len != KEY_BYTES) {
        sodium_memzero(bytes, sizeof(bytes));
        return "a key is 32 bytes in base64";
    }
    memcpy(key->id, id.ptr, id.len);
    key->id[id.len] = '\0';
    memcpy(key->bytes, bytes, KEY_BYTES);
    sodium_memzero(bytes, sizeof(bytes));
    ring->count++;
    return NULL;
}

static enum gw_code read_lines(FILE *file, const char *path, struct gw_keyring *ring, struct gw_err *err)
{
    char line[LINE_MOST];
    const char *why = NULL;
    int number = 0;

    while (!why && fgets(line, sizeof(line), file)) {
        size_t len = strcspn(line, "\r\n");
        number++;
        if (len == sizeof(line) - 1)
            why = "the line is too long";
        else if (len > 0 && line[0] != '#')
            why = add_line(ring, (struct gw_str){line, len});
    }
    sodium_memzero(line, sizeof(line));
    if (why)
        return gw_fail(err, GW_CONFIG, "%s:%d: %s", path, number, why);
    if (ferror(file))
        return gw_fail(err, GW_CONFIG, "%s: cannot be read", path);
    if (ring->count == 0)
        return gw_fail(err, GW_CONFIG, "%s: holds no key", path);
    return GW_OK;
}

/* systemd shows its credentials to the service by a group's read bit, so that one is allowed. */
static enum gw_code check_mode(FILE *file, const char *path, struct gw_err *err)
{
    struct stat st;

    if (fstat(fileno(file), &st) != 0 || !S_ISREG(st.st_mode))
        return gw_fail(err, GW_CONFIG, "%s: is not a regular file", path);
    if (st.st_mode & 0027)
        return gw_fail(err, GW_CONFIG, "%s: others may read or change it; its mode should be 0600", path);
    return GW_OK;
}

enum gw_code gw_keyring_load(const char *path, struct gw_keyring **ret, struct gw_err *err)
{
    gw_own_file FILE *file = fopen(path, "re");
    struct gw_keyring *ring;
    enum gw_code code;

    if (!file)
        return gw_fail(err, errno == ENOENT ? GW_NOT_FOUND : GW_CONFIG, "%s: %s", path, strerror(errno));
    setvbuf(file, NULL, _IONBF, 0); /* no copy of the keys in stdio's memory */
    if ((code = check_mode(file, path, err)) != GW_OK)
        return code;
    ring = sodium_malloc(sizeof(*ring));
    if (!ring)
        return gw_fail(err, GW_NOMEM, NULL);
    memset(ring, 0, sizeof(*ring));
    if ((code = read_lines(file, path, ring, err)) != GW_OK) {
        gw_keyring_free(&ring);
        return code;
    }
    sodium_mprotect_readonly(ring);
    *ret = ring;
    return GW_OK;
}

/* "k" and the day, then eight random digits: for people to tell keys apart, and never the same twice. */
static void make_line(char *out, size_t cap)
{
    uint8_t key[KEY_BYTES];
    uint32_t salt;
    char text[64], day[16];
    struct tm tm;
    time_t now = time(NULL);

    gw_random(key, sizeof(key));
    gw_random(&salt, sizeof(salt));
    gw_b64_encode(key, sizeof(key), text);
    gmtime_r(&now, &tm);
    strftime(day, sizeof(day), "%Y%m%d", &tm);
    snprintf(out, cap, "k%s-%08x:%s\n", day, salt, text);
    sodium_memzero(key, sizeof(key));
    sodium_memzero(text, sizeof(text));
}

enum gw_code gw_keyring_create(const char *path, struct gw_err *err)
{
    gw_own_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char line[LINE_MOST];
    ssize_t len, written;

    if (fd < 0)
        return gw_fail(err, errno == EEXIST ? GW_CONFLICT : GW_CONFIG, "%s: %s", path, strerror(errno));
    make_line(line, sizeof(line));
    len = (ssize_t)strlen(line);
    written = write(fd, line, (size_t)len);
    sodium_memzero(line, sizeof(line));
    if (written != len || fsync(fd) != 0) {
        unlink(path);
        return gw_fail(err, GW_CONFIG, "%s: the key could not be written", path);
    }
    return GW_OK;
}

void gw_keyring_free(struct gw_keyring **ring)
{
    if (*ring)
        sodium_free(*ring); /* wipes */
    *ring = NULL;
}
