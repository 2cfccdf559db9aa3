/* http/accept.h - which of the forms we can give a client asked for (RFC 9110, 12.5.1). [any thread] */
#ifndef GW_HTTP_ACCEPT_H
#define GW_HTTP_ACCEPT_H

#include <stddef.h>

struct gw_offer {
    const char *type; /* "text/csv", lower case */
    int answer;
};

/* The answer of the offer that the header prefers: the highest quality, then what it names more exactly, then what it
 * names first. The first offer when there is no header, or it takes none of them: a client that asks for something else
 * is better served by what we have than by an error. */
int gw_accept_choose(const char *header, const struct gw_offer *offers, size_t count);

#endif
