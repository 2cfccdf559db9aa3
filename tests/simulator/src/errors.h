/* errors.h - the providers' own error answers, each as its real service words it. */
#ifndef SIM_ERRORS_H
#define SIM_ERRORS_H

#include "wire.h"

/* API calls */
void error_no_token(struct reply *a, enum provider p);
void error_bad_token(struct reply *a, enum provider p, const char *token);
void error_expired_token(struct reply *a, enum provider p, const char *token);
void error_status(struct reply *a, enum provider p, int status, long retry_after);
void error_garmin(struct reply *a, int status, const char *message);
void error_pull_token(struct reply *a);
void error_polar(struct reply *a, int status, const char *type, const char *message);

/* token endpoints: RFC 6749 bodies */
void error_oauth(struct reply *a, int status, const char *code, const char *text);

#endif
