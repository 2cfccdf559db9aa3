/* http/lines.h - the access log: one line a request, gathered for a moment so that a request does not cost a write(2).
 *
 * A line waits at most a tenth of a second; what is written at once is at most 4 KiB of whole lines, so that lines of
 * several processes on one pipe stay whole. Lines look as those of base/log.h. [any thread]
 */
#ifndef GW_HTTP_LINES_H
#define GW_HTTP_LINES_H

#include "base/err.h"
#include "base/str.h"

struct gw_lines;

enum gw_code gw_lines_new(struct gw_lines **ret, struct gw_err *err) GW_MUST_USE;
void gw_lines_free(struct gw_lines **lines); /* writes what is left */

struct gw_line {
    const char *event, *request_id, *method, *route; /* static or plain text: nothing here is quoted */
    const char *caller;                              /* "key:<id>" and the like; "" = nobody */
    int status;
    int64_t us;
};
void gw_lines_add(struct gw_lines *lines, const struct gw_line *line);

#endif
