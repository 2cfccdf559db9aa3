/* host/loader.h - opens one file and decides whether it is a plugin of ours. Private to this folder. */
#ifndef GW_HOST_LOADER_H
#define GW_HOST_LOADER_H

#include <aorta/plugin.h>

#include "base/err.h"

/* id: what the descriptor must say, NULL = anything. sha256: pin in hex, or NULL. GW_CONTRACT, GW_CONFIG, GW_NOT_FOUND
 * with one sentence: file, both versions where known, reason, what to do. */
enum gw_code gw_loader_open_as(const char *path, const char *id, const char *sha256, const aorta_plugin **ret,
                               struct gw_err *err) GW_MUST_USE;
/* The part that needs no file: preamble, functions, descriptor. path is for the sentence. */
enum gw_code gw_loader_check(const char *path, const aorta_plugin *plugin, const char *id,
                             struct gw_err *err) GW_MUST_USE;

#endif
