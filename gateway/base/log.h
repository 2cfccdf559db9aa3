/* base/log.h - one structured line an event, on standard error.
 *
 * `2026-11-20T18:05:07.123456Z info http "request done" request_id=… method=GET status=200 us=812`. Context
 * (request id, job id, user, provider) is set once for the thread and added by the formatter. Registered
 * secrets are replaced by asterisks. Functions from base up to link log nothing above debug; http, sync, cli
 * and main decide. [any thread; a line is one write(2)]
 */
#ifndef GW_BASE_LOG_H
#define GW_BASE_LOG_H

#include "base/str.h"

enum gw_log_level { GW_LOG_DEBUG, GW_LOG_INFO, GW_LOG_WARN, GW_LOG_ERROR };

void gw_log_init(const char *role, enum gw_log_level least); /* role is kept: static text */
bool gw_log_level_parse(const char *text, enum gw_log_level *ret);
bool gw_log_on(enum gw_log_level level);

/* Values that must never appear; copies them. Secrets shorter than 6 bytes are not registered. */
void gw_log_secret(struct gw_str secret);

/* The thread's context: name is static text, value is copied (at most 63 bytes); NULL value takes it away. */
void gw_log_context(const char *name, const char *value);
void gw_log_context_clear(void);

/* Key and value pairs: name, value, ..., NULL. Values are NUL-terminated text; numbers by GW_N. */
void gw_log(enum gw_log_level level, const char *event, ...) __attribute__((sentinel));

/* For who makes lines of the same form himself, many at once: the role and, written as they are but for registered
 * secrets, whole lines. */
const char *gw_log_role(void);
void gw_log_lines(char *lines, size_t len);

/* A number as text for gw_log, alive until the end of the statement. */
struct gw_log_number {
    char text[24];
};
struct gw_log_number gw_log_number(int64_t value);
#define GW_N(value) (gw_log_number(value).text)

#endif
