/* The smallest plugin there can be, and with -DDEFECT=… one that is wrong in exactly one way.
 *
 * With no defect it is good: the fixture that nothing may catch.
 */
#include <aorta/plugin.h>
#include <aorta/refresh.h>

/* Each value is a defect; see the table in ../CMakeLists.txt and ../test_refusals.c. */
#define GOOD                 0
#define MAGIC                1
#define MAJOR                2
#define MINOR                3
#define NEEDS_NEWER          4
#define SHORT_STRUCT         5
#define NO_OPS               6
#define SHORT_OPS            7
#define NO_AUTHORIZE         8
#define NO_CALLBACK          9
#define NO_SYNC              10
#define NO_NORMALIZE         11
#define NO_INIT              12
#define NO_SHUTDOWN          13
#define NO_GET_EXTENSION     14
#define NO_DESCRIPTOR        15
#define ENTRY_NULL           16
#define ENTRY_CHANGES        17
#define NO_ENTRY             18
#define UNDEFINED_SYMBOL     19
#define LIES_ABOUT_EXTENSION 20
#define HIDES_EXTENSION      21
#define ANSWERS_EVERYTHING   22
#define HALF_EXTENSION       23
#define INIT_FAILS           24
#define INIT_FAILS_SILENTLY  25
#define FUTURE_EXTENSION     26
#define MARKS                27 /* no defect: its constructor writes the file named by AORTA_TEST_MARK */

#ifndef DEFECT
#define DEFECT GOOD
#endif

#if DEFECT == MARKS
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void mark(void)
{
    const char *path = getenv("AORTA_TEST_MARK");
    FILE *file = path ? fopen(path, "w") : NULL;

    if (file)
        fclose(file);
}
#endif

#if DEFECT == UNDEFINED_SYMBOL
int a_function_that_is_nowhere(void);
#endif

static const aorta_param settings[] = {
    {.name = "client_id", .title = "Client id", .type = AORTA_TYPE_STRING, .flags = AORTA_PARAM_REQUIRED},
    {.name = "limit", .title = "Limit", .type = AORTA_TYPE_INT, .default_text = "5", .max_text = "9"},
};

static const char *const kinds[] = {"good.data", NULL};

#if DEFECT == LIES_ABOUT_EXTENSION || DEFECT == HALF_EXTENSION
static const char *const extensions[] = {AORTA_EXT_REFRESH, NULL};
#else
static const char *const extensions[] = {NULL};
#endif

#if DEFECT == FUTURE_EXTENSION
static const char *const required[] = {"aorta.host.future/1", NULL};
#else
static const char *const required[] = {NULL};
#endif

static const aorta_descriptor descriptor = {
    .struct_size = sizeof(descriptor),
    .capabilities = AORTA_CAP_UPLOAD,
    .id = "good",
    .name = "Good",
    .version = "1.0.0",
    .settings = settings,
    .settings_count = 2,
    .settings_stride = sizeof(aorta_param),
    .payload_kinds = kinds,
    .extensions = extensions,
    .required_host_extensions = required,
};

static aorta_status authorize(void *self, aorta_ctx *ctx, const aorta_authorize_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status callback(void *self, aorta_ctx *ctx, const aorta_callback_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status sync_data(void *self, aorta_ctx *ctx, const aorta_sync_req *req)
{
    (void)self, (void)ctx, (void)req;
    return AORTA_ERR_UNSUPPORTED;
}

static aorta_status normalize(void *self, aorta_ctx *ctx, const aorta_payload *payload)
{
    (void)self, (void)ctx, (void)payload;
    return AORTA_OK;
}

static const aorta_ops ops = {
    .struct_size = DEFECT == SHORT_OPS ? sizeof(ops) - 8 : sizeof(ops),
    .authorize = DEFECT == NO_AUTHORIZE ? NULL : authorize,
    .callback = DEFECT == NO_CALLBACK ? NULL : callback,
    .sync = DEFECT == NO_SYNC ? NULL : sync_data,
    .normalize = DEFECT == NO_NORMALIZE ? NULL : normalize,
};

static aorta_status init(aorta_ctx *ctx, const aorta_value *values, uint32_t count, void **self)
{
    static int instance;
    aorta_error error = {.struct_size = sizeof(error), .status = AORTA_ERR_CONFIG};

    if (count != 2 || values[0].type != AORTA_TYPE_STRING || values[1].u.i != 5)
        return AORTA_ERR_CONTRACT;
    *self = &instance;
    error.message = (aorta_str){"The client id is not one of ours.", 33};
    if (DEFECT == INIT_FAILS)
        return ctx->host->fail(ctx, &error);
    return DEFECT == INIT_FAILS_SILENTLY ? AORTA_ERR_CONFIG : AORTA_OK;
}

static void shut(void *self)
{
    (void)self;
}

static const void *get_extension(void *self, const char *id)
{
    static const aorta_refresh_ext half = {.struct_size = sizeof(half)};

    (void)self;
#if DEFECT == UNDEFINED_SYMBOL
    if (a_function_that_is_nowhere())
        return NULL;
#endif
    if (DEFECT == ANSWERS_EVERYTHING)
        return id[6] == 'n' ? &half : NULL; /* "aorta.none/0" */
    if (DEFECT == HIDES_EXTENSION || DEFECT == HALF_EXTENSION)
        return id[8] == 'f' ? &half : NULL; /* "aorta.refresh/1" */
    return NULL;
}

#define PLUGIN                                                                                                         \
    {                                                                                                                  \
        .magic = DEFECT == MAGIC ? 0x12345678u : AORTA_MAGIC, .abi_major = DEFECT == MAJOR ? 2 : AORTA_ABI_MAJOR,      \
        .abi_minor = DEFECT == MINOR ? AORTA_ABI_MINOR + 1 : AORTA_ABI_MINOR,                                          \
        .struct_size = DEFECT == SHORT_STRUCT ? 24 : sizeof(aorta_plugin),                                             \
        .min_host_minor = DEFECT == NEEDS_NEWER ? AORTA_ABI_MINOR + 7 : 0,                                             \
        .desc = DEFECT == NO_DESCRIPTOR ? NULL : &descriptor, .ops = DEFECT == NO_OPS ? NULL : &ops,                   \
        .init = DEFECT == NO_INIT ? NULL : init, .shutdown = DEFECT == NO_SHUTDOWN ? NULL : shut,                      \
        .get_extension = DEFECT == NO_GET_EXTENSION ? NULL : get_extension                                             \
    }

#if DEFECT == NO_ENTRY
AORTA_EXPORT const aorta_plugin *another_entry(const aorta_host_info *info);
#define aorta_plugin_entry another_entry
#endif

const aorta_plugin *aorta_plugin_entry(const aorta_host_info *info)
{
    static const aorta_plugin plugins[2] = {PLUGIN, PLUGIN};
#if DEFECT == ENTRY_CHANGES
    static int calls;

    (void)info;
    return &plugins[calls++ % 2];
#else
    (void)info;
    return DEFECT == ENTRY_NULL ? NULL : &plugins[0];
#endif
}
