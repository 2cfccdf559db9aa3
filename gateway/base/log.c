/* The one-line formatter, the thread's context, the redaction of secrets. */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/time.h"

#define LINE_MOST    4096
#define CONTEXT_MOST 8
#define SECRET_LEAST 6

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *log_role = "aorta";
static atomic_int log_least = GW_LOG_INFO;

static struct secret_list {
    pthread_rwlock_t lock;
    struct gw_str *item;
    size_t count, cap;
} secrets = {.lock = PTHREAD_RWLOCK_INITIALIZER};

static _Thread_local struct context_entry {
    const char *name;
    char value[64];
} context[CONTEXT_MOST];

void gw_log_init(const char *role, enum gw_log_level least)
{
    log_role = role;
    atomic_store(&log_least, (int)least);
}

bool gw_log_level_parse(const char *text, enum gw_log_level *ret)
{
    for (int i = 0; i <= GW_LOG_ERROR; i++) {
        if (strcmp(text, level_names[i]) == 0) {
            *ret = (enum gw_log_level)i;
            return true;
        }
    }
    return false;
}

bool gw_log_on(enum gw_log_level level)
{
    return (int)level >= atomic_load_explicit(&log_least, memory_order_relaxed);
}

static bool secret_known(struct gw_str secret)
{
    for (size_t i = 0; i < secrets.count; i++)
        if (gw_str_eq(secrets.item[i], secret))
            return true;
    return false;
}

static void secret_add(struct gw_str secret)
{
    char *copy;

    if (secrets.count == secrets.cap) {
        size_t cap = secrets.cap ? secrets.cap * 2 : 16;
        struct gw_str *item = realloc(secrets.item, cap * sizeof(*item));
        if (!item)
            return;
        secrets.item = item;
        secrets.cap = cap;
    }
    copy = malloc(secret.len);
    if (!copy)
        return;
    memcpy(copy, secret.ptr, secret.len);
    secrets.item[secrets.count++] = (struct gw_str){copy, secret.len};
}

void gw_log_secret(struct gw_str secret)
{
    if (secret.len < SECRET_LEAST)
        return;
    pthread_rwlock_wrlock(&secrets.lock);
    if (!secret_known(secret))
        secret_add(secret);
    pthread_rwlock_unlock(&secrets.lock);
}

void gw_log_context(const char *name, const char *value)
{
    struct context_entry *found = NULL;

    for (int i = 0; i < CONTEXT_MOST; i++) {
        if (context[i].name && strcmp(context[i].name, name) == 0) {
            found = &context[i];
            break;
        }
        if (!context[i].name && !found)
            found = &context[i];
    }
    if (!found)
        return;
    found->name = value ? name : NULL;
    if (value)
        snprintf(found->value, sizeof(found->value), "%s", value);
}

void gw_log_context_clear(void)
{
    for (int i = 0; i < CONTEXT_MOST; i++)
        context[i].name = NULL;
}

/* A value that needs quotes gets them, with JSON's escapes. */
static void add_value(struct gw_buf *b, const char *value)
{
    bool plain = value[0] != '\0';

    for (const char *p = value; *p && plain; p++)
        plain = (unsigned char)*p > ' ' && (unsigned char)*p < 0x7f && *p != '"' && *p != '=' && *p != '\\';
    if (plain)
        gw_buf_str(b, value);
    else
        gw_buf_json(b, gw_str(value));
}

static void add_pair(struct gw_buf *b, const char *name, const char *value)
{
    gw_buf_char(b, ' ');
    gw_buf_str(b, name);
    gw_buf_char(b, '=');
    add_value(b, value ? value : "-");
}

/* Overwrites each secret in place. */
static void redact(char *data, size_t len)
{
    pthread_rwlock_rdlock(&secrets.lock);
    for (size_t i = 0; i < secrets.count; i++) {
        struct gw_str secret = secrets.item[i];
        char *at = data;
        while ((at = memmem(at, len - (size_t)(at - data), secret.ptr, secret.len)) != NULL) {
            memset(at, '*', secret.len);
            at += secret.len;
        }
    }
    pthread_rwlock_unlock(&secrets.lock);
}

static void write_all(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        data += n;
        len -= (size_t)n;
    }
}

void gw_log(enum gw_log_level level, const char *event, ...)
{
    gw_own_buf struct gw_buf b = {.most = 64 * 1024};
    char now[32];
    va_list args;
    const char *name;

    if (!gw_log_on(level))
        return;
    gw_time_format(gw_now_us(), now);
    gw_buf_printf(&b, "%s %s %s[%d] ", now, level_names[level], log_role, (int)getpid());
    gw_buf_json(&b, gw_str(event));
    for (int i = 0; i < CONTEXT_MOST; i++)
        if (context[i].name)
            add_pair(&b, context[i].name, context[i].value);
    va_start(args, event);
    while ((name = va_arg(args, const char *)) != NULL)
        add_pair(&b, name, va_arg(args, const char *));
    va_end(args);
    if (b.failed)
        return;
    redact(b.data, b.len);
    if (b.len > LINE_MOST)
        b.len = LINE_MOST;
    gw_buf_char(&b, '\n');
    write_all(b.data, b.len);
}

const char *gw_log_role(void)
{
    return log_role;
}

void gw_log_lines(char *lines, size_t len)
{
    redact(lines, len);
    write_all(lines, len);
}

struct gw_log_number gw_log_number(int64_t value)
{
    struct gw_log_number n;

    snprintf(n.text, sizeof(n.text), "%lld", (long long)value);
    return n;
}
