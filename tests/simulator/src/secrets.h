/* secrets.h - every token, code and key that was ever issued, for tests that search a log for them. */
#ifndef SIM_SECRETS_H
#define SIM_SECRETS_H

#include "provider.h"

#include <jansson.h>

void secrets_add(const char *kind, enum provider provider, const char *person, const char *value);
json_t *secrets_json(void); /* list of {kind, provider, person, value} */
void secrets_reset(void);

#endif
