/* upload/file.h - what a file is, by its first bytes. [any thread] */
#ifndef GW_UPLOAD_FILE_H
#define GW_UPLOAD_FILE_H

#include <stddef.h>

#include "base/err.h"

#define GW_FILE_HEAD 64 /* bytes that are enough */

enum gw_file_is { GW_FILE_UNKNOWN, GW_FILE_XML, GW_FILE_ZIP, GW_FILE_JSON, GW_FILE_GZIP };

/* head: the first bytes, GW_FILE_HEAD of them or all there are. */
enum gw_file_is gw_file_look(const char *head, size_t len);
/* "application/xml", …; of a file that is unknown "application/octet-stream". */
const char *gw_file_type(enum gw_file_is is);

#endif
