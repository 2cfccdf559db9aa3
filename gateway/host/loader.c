/* From a file name to a checked aorta_plugin. Nothing of the file runs before its owner, mode and digest are right. */
#include "host/loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/own.h"
#include "host/declare.h"
#include "host/registry.h" /* gw_loader_open */

static const aorta_host_info host_info = {.struct_size = sizeof(host_info),
                                          .abi_major = AORTA_ABI_MAJOR,
                                          .abi_minor = AORTA_ABI_MINOR,
                                          .name = "aorta",
                                          .version = GW_VERSION};

/* jansson seeds its hash tables at the first use, which would be a race between threads. */
static pthread_once_t libraries_once = PTHREAD_ONCE_INIT;
static bool libraries_ready;

static void start_libraries(void)
{
    json_object_seed(0);
    libraries_ready = sodium_init() >= 0;
}

static enum gw_code need_libraries(struct gw_err *err)
{
    pthread_once(&libraries_once, start_libraries);
    return libraries_ready ? GW_OK : gw_fail(err, GW_INTERNAL, "libsodium did not start.");
}

/* The one form of every refusal: file, what the plugin was built for (when it could say), what we are, why. */
static enum gw_code refuse(struct gw_err *err, enum gw_code code, const char *path, const aorta_plugin *plugin,
                           const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static enum gw_code refuse(struct gw_err *err, enum gw_code code, const char *path, const aorta_plugin *plugin,
                           const char *fmt, ...)
{
    char reason[300], built[48] = "";
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason, sizeof(reason), fmt, args);
    va_end(args);
    if (plugin)
        snprintf(built, sizeof(built), "plugin ABI %u.%u, ", (unsigned)plugin->abi_major, (unsigned)plugin->abi_minor);
    return gw_fail(err, code, "%s (%sgateway ABI %u.%u) was refused: %s.", path, built, (unsigned)AORTA_ABI_MAJOR,
                   (unsigned)AORTA_ABI_MINOR, reason);
}

/* ---- the file ---- */

static enum gw_code check_owner(const char *path, const struct stat *st, struct gw_err *err)
{
    if (!S_ISREG(st->st_mode))
        return refuse(err, GW_CONFIG, path, NULL, "it is not a regular file; name the plugin's .so");
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return refuse(err, GW_CONFIG, path, NULL,
                      "it belongs to the user %u, neither root nor the one this runs as (%u); change its owner",
                      (unsigned)st->st_uid, (unsigned)geteuid());
    if (st->st_mode & (S_IWGRP | S_IWOTH))
        return refuse(err, GW_CONFIG, path, NULL, "others than its owner may write it (mode %04o); chmod go-w it",
                      (unsigned)(st->st_mode & 07777));
    return GW_OK;
}

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OUR_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OUR_MACHINE EM_S390
#else
#define OUR_MACHINE EM_NONE /* not known here: dlopen says it, in its own words */
#endif

static enum gw_code check_elf(const char *path, int fd, struct gw_err *err)
{
    Elf64_Ehdr head;

    if (pread(fd, &head, sizeof(head), 0) != (ssize_t)sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return refuse(err, GW_CONTRACT, path, NULL, "it is not a shared object; build it with -shared -fPIC");
    if (head.e_ident[EI_CLASS] != ELFCLASS64 || (OUR_MACHINE != EM_NONE && head.e_machine != OUR_MACHINE))
        return refuse(err, GW_CONTRACT, path, NULL, "it was built for another machine; build it for this one");
    if (head.e_type != ET_DYN)
        return refuse(err, GW_CONTRACT, path, NULL, "it is not a shared object; build it with -shared -fPIC");
    return GW_OK;
}

static enum gw_code digest_of(const char *path, int fd, char hex[65], struct gw_err *err)
{
    crypto_hash_sha256_state state;
    unsigned char buf[65536], digest[32];
    off_t at = 0;
    ssize_t n;

    crypto_hash_sha256_init(&state);
    while ((n = pread(fd, buf, sizeof(buf), at)) > 0) {
        crypto_hash_sha256_update(&state, buf, (unsigned long long)n);
        at += n;
    }
    if (n < 0)
        return refuse(err, GW_CONFIG, path, NULL, "it cannot be read (%s); check its disk", strerror(errno));
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hex, 65, digest, sizeof(digest));
    return GW_OK;
}

static enum gw_code check_pin(const char *path, int fd, const char *sha256, struct gw_err *err)
{
    char hex[65];
    enum gw_code code;

    if (!sha256)
        return GW_OK;
    if (strlen(sha256) != 64 || strspn(sha256, "0123456789abcdefABCDEF") != 64)
        return refuse(err, GW_CONFIG, path, NULL,
                      "its sha256 in the configuration is not 64 hexadecimal digits; write what sha256sum prints");
    code = digest_of(path, fd, hex, err);
    if (code != GW_OK || strcasecmp(hex, sha256) == 0)
        return code;
    return refuse(err, GW_CONFIG, path, NULL,
                  "its sha256 is %s, not the one pinned; check where the file came from, then change the pin", hex);
}

/* Everything that can be said without running the file. ret_st tells which file that was. */
static enum gw_code check_file(const char *path, const char *sha256, struct stat *ret_st, struct gw_err *err)
{
    gw_own_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum gw_code code;

    if (fd < 0)
        return refuse(err, errno == ENOENT ? GW_NOT_FOUND : GW_CONFIG, path, NULL,
                      errno == ENOENT ? "there is no such file (%s); check module and plugin_dir"
                                      : "it cannot be opened (%s); check its mode and owner",
                      strerror(errno));
    if (fstat(fd, ret_st) != 0)
        return refuse(err, GW_CONFIG, path, NULL, "it cannot be looked at (%s); check its disk", strerror(errno));
    code = check_owner(path, ret_st, err);
    if (code == GW_OK)
        code = check_elf(path, fd, err);
    return code == GW_OK ? check_pin(path, fd, sha256, err) : code;
}

/* ---- the entry ---- */

/* dlerror begins with the path, which our sentence has already. */
static const char *dl_reason(const char *path)
{
    const char *text = dlerror();
    size_t len = strlen(path);

    if (!text)
        return "no reason given";
    if (strncmp(text, path, len) == 0 && text[len] == ':')
        text += len + 1 + (text[len + 1] == ' ');
    return text;
}

typedef const aorta_plugin *entry_fn(const aorta_host_info *info);

static enum gw_code open_entry(const char *path, const struct stat *checked, entry_fn **ret, struct gw_err *err)
{
    struct stat st;
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    void *symbol;

    if (!handle)
        return refuse(err, GW_CONTRACT, path, NULL,
                      "it cannot be loaded (%.200s); link what it needs into it, with -Wl,-z,defs", dl_reason(path));
    if (stat(path, &st) != 0 || st.st_dev != checked->st_dev || st.st_ino != checked->st_ino)
        return refuse(err, GW_CONFIG, path, NULL, "it was replaced while it was checked; start again");
    symbol = dlsym(handle, "aorta_plugin_entry");
    if (!symbol)
        return refuse(err, GW_CONTRACT, path, NULL,
                      "it does not export aorta_plugin_entry; declare it with AORTA_EXPORT");
    memcpy(ret, &symbol, sizeof(*ret)); /* ISO C has no cast from object to function */
    return GW_OK;
}

static enum gw_code check_version(const char *path, const aorta_plugin *p, struct gw_err *err)
{
    if (p->magic != AORTA_MAGIC)
        return refuse(err, GW_CONTRACT, path, NULL,
                      "its magic number is 0x%08x, not 0x%08x; begin the struct with AORTA_MAGIC", (unsigned)p->magic,
                      (unsigned)AORTA_MAGIC);
    if (p->abi_major != AORTA_ABI_MAJOR)
        return refuse(err, GW_CONTRACT, path, p, "its major is another; build it against this gateway's headers");
#if AORTA_ABI_MAJOR == 0
    if (p->abi_minor != AORTA_ABI_MINOR)
        return refuse(err, GW_CONTRACT, path, p,
                      "while the major is 0 the minor must be the same; build it against this gateway's headers");
#endif
    if (p->min_host_minor > AORTA_ABI_MINOR)
        return refuse(err, GW_CONTRACT, path, p, "it needs at least %u.%u; use a newer gateway",
                      (unsigned)AORTA_ABI_MAJOR, (unsigned)p->min_host_minor);
    if (p->struct_size < sizeof(*p))
        return refuse(err, GW_CONTRACT, path, p, "its struct_size is %u, less than %zu; set it to sizeof(aorta_plugin)",
                      (unsigned)p->struct_size, sizeof(*p));
    return GW_OK;
}

static const char *missing_function(const aorta_plugin *p)
{
    const aorta_ops *ops = p->ops;
    const struct {
        const char *name;
        bool there;
    } rows[] = {
        {"ops", ops != NULL},
        {"ops (whole: its struct_size)", ops && ops->struct_size >= sizeof(*ops)},
        {"authorize", ops && ops->authorize},
        {"callback", ops && ops->callback},
        {"sync", ops && ops->sync},
        {"normalize", ops && ops->normalize},
        {"init", p->init != NULL},
        {"shutdown", p->shutdown != NULL},
        {"get_extension", p->get_extension != NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].there)
            return rows[i].name;
    return NULL;
}

enum gw_code gw_loader_check(const char *path, const aorta_plugin *p, const char *id, struct gw_err *err)
{
    const char *missing;
    struct gw_err fault = {0};
    enum gw_code code = need_libraries(err);

    if (code == GW_OK)
        code = check_version(path, p, err);
    if (code != GW_OK)
        return code;
    missing = missing_function(p);
    if (missing)
        return refuse(err, GW_CONTRACT, path, p,
                      "it has no %s; an operation that a provider lacks returns AORTA_ERR_UNSUPPORTED", missing);
    code = gw_descriptor_check(p->desc, &fault);
    if (code != GW_OK)
        return refuse(err, code, path, p, "%s; correct its descriptor", gw_err_text(&fault));
    if (id && strcmp(p->desc->id, id) != 0)
        return refuse(err, GW_CONFIG, path, p, "it is the provider %s, but is configured as %s; rename the section",
                      p->desc->id, id);
    return GW_OK;
}

enum gw_code gw_loader_open_as(const char *path, const char *id, const char *sha256, const aorta_plugin **ret,
                               struct gw_err *err)
{
    const aorta_plugin *plugin;
    entry_fn *entry = NULL;
    struct stat st = {0};
    enum gw_code code;

    code = need_libraries(err);
    if (code == GW_OK)
        code = check_file(path, sha256, &st, err);
    if (code == GW_OK)
        code = open_entry(path, &st, &entry, err);
    if (!entry)
        return code;
    plugin = entry(&host_info);
    if (!plugin)
        return refuse(err, GW_CONTRACT, path, NULL,
                      "its entry returned NULL: it does not want this gateway; use a plugin built for it");
    if (entry(NULL) != plugin || entry(&host_info) != plugin)
        return refuse(err, GW_CONTRACT, path, NULL,
                      "its entry returns another pointer each time; return the address of one constant struct");
    code = gw_loader_check(path, plugin, id, err);
    if (code == GW_OK)
        *ret = plugin;
    return code;
}

enum gw_code gw_loader_open(const char *path, const aorta_plugin **ret, struct gw_err *err)
{
    return gw_loader_open_as(path, NULL, NULL, ret, err);
}
