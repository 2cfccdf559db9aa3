/* store/statement.h - the statements of sql/ by name, for this layer only. [any thread] */
#ifndef GW_STORE_STATEMENT_H
#define GW_STORE_STATEMENT_H

#include "sql_ids.h"

const char *sql_name(enum sql_id id); /* "user_get": also the name it is prepared under */
const char *sql_text(enum sql_id id);

#endif
