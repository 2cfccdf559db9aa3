/* link/settings.h - which providers are switched on, as it was at most a second ago.
 *
 * Operators switch providers while the program runs; every process looks at the database again when what it knows is
 * older than a second and somebody asks. When the database does not answer, what was known goes on being believed, and
 * before anything was known every provider is on. [any thread]
 */
#ifndef GW_LINK_SETTINGS_H
#define GW_LINK_SETTINGS_H

#include "store/provider_settings.h"

struct gw_settings;

enum gw_code gw_settings_new(struct gw_db *db, struct gw_settings **ret, struct gw_err *err) GW_MUST_USE;
void gw_settings_free(struct gw_settings **settings);
/* The next question looks at the database. */
void gw_settings_forget(struct gw_settings *settings);

/* settings may be NULL: all is on. */
bool gw_settings_enabled(struct gw_settings *settings, const char *provider);
/* GW_CONFLICT, provider.disabled, when it is not. */
enum gw_code gw_settings_require(struct gw_settings *settings, const char *provider, struct gw_err *err) GW_MUST_USE;

#endif
