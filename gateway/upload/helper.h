/* upload/helper.h - a thread beside the one that takes bytes in: it does something with one piece while the next one
 * comes. [the thread that made it; the work runs on the other]
 */
#ifndef GW_UPLOAD_HELPER_H
#define GW_UPLOAD_HELPER_H

#include "base/err.h"
#include "base/str.h"

struct gw_helper;

/* What it does with each piece, in order, one at a time. */
typedef enum gw_code gw_helper_fn(void *self, struct gw_str bytes, struct gw_err *err);

enum gw_code gw_helper_new(gw_helper_fn *work, void *self, struct gw_helper **ret, struct gw_err *err) GW_MUST_USE;
/* Waits until the piece before is done, then hands this one over: its bytes are the helper's until the next call. A
 * failure of any piece before is returned, and nothing is done from then on. */
enum gw_code gw_helper_give(struct gw_helper *helper, struct gw_str bytes, struct gw_err *err) GW_MUST_USE;
/* Waits until all is done. */
enum gw_code gw_helper_wait(struct gw_helper *helper, struct gw_err *err) GW_MUST_USE;
/* Waits for the piece it is at, too. */
void gw_helper_free(struct gw_helper **helper);

#endif
