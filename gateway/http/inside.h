/* http/inside.h - the server as this folder's files see it; nobody else does. */
#ifndef GW_HTTP_INSIDE_H
#define GW_HTTP_INSIDE_H

#include <microhttpd.h>
#include <stdatomic.h>
#include <ulfius.h>

#include "http/counters.h"
#include "http/lines.h"
#include "http/request.h"
#include "http/server.h"

/* What stands between the HTTP library and ulfius: ulfius' own handler, wrapped in ours (gate.c). */
struct gw_gate {
    MHD_AccessHandlerCallback handler;
    void *handler_self;
};

#define GW_ETAG_MOST 32

struct gw_http {
    struct gw_http_options options;
    struct gw_gate gate;
    const struct gw_route *routes;
    size_t routes_count;
    struct gw_router *router;
    struct gw_counters *counters;
    struct gw_lines *lines;
    struct MHD_Daemon *metrics; /* NULL: there is no listener for them */
    struct _u_instance instance;
    bool instance_made;
    int listen_fd; /* our own duplicate; the library's after start */
    atomic_int in_flight;
    atomic_int uploads; /* large bodies on their way in */
    atomic_bool ready, draining;
    struct gw_buf openapi; /* likewise /openapi.json, and the name of its bytes */
    char openapi_tag[GW_ETAG_MOST];
    struct gw_buf coverage;  /* of GET /api/v1/meta/coverage, likewise */
    struct gw_buf providers; /* the answer of GET /api/v1/providers: it cannot change while we run */
};

/* ---- gate.c: between the HTTP library and ulfius ---- */

void *gw_gate_open(void *http, const char *target, struct MHD_Connection *connection);
void gw_gate_close(void *http, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why);
int gw_gate_serve(const struct _u_request *request, struct _u_response *response, void *http);
enum MHD_Result gw_gate_access(void *gate, struct MHD_Connection *connection, const char *url, const char *method,
                               const char *version, const char *upload, size_t *upload_size, void **context);

/* ---- daemon.c ---- */

/* The next MHD_start_daemon of this thread gets the gate. */
void gw_daemon_arm(struct gw_gate *gate);
bool gw_daemon_disarm(void); /* false: it was not called, so there is no gate */

/* ---- metrics.c: a listener of its own ---- */

enum gw_code gw_metrics_start(struct gw_http *http, struct gw_err *err) GW_MUST_USE;
void gw_metrics_stop(struct gw_http *http);

/* ---- cors.c ---- */

/* Sees whose page is calling; true when that is all it was: the reply is made. */
bool gw_cors_answers(struct gw_http_request *request);
void gw_cors_headers(const struct gw_http_request *request, void (*put)(void *to, const char *name, const char *value),
                     void *to);

/* ---- send.c: a reply becomes the library's response ---- */

enum MHD_Result gw_send_now(struct gw_http_request *request, bool last);
void gw_send_ulfius(struct gw_http_request *request, struct _u_response *response);

/* ---- inflow.c: a body that is never gathered ---- */

struct gw_upload;

/* Sets request->inflow. GW_NOT_FOUND: no such user; GW_BUSY: too many at once. */
enum gw_code gw_inflow_begin(struct gw_http_request *request, struct gw_err *err) GW_MUST_USE;
/* A piece. GW_DEADLINE: it comes too slowly; else what is wrong with it. */
enum gw_code gw_inflow_take(struct gw_inflow *inflow, const char *bytes, size_t len, struct gw_err *err) GW_MUST_USE;
/* All has come; what it became stays the inflow's. inflow NULL: there was no body (GW_INVALID). */
enum gw_code gw_inflow_end(struct gw_inflow *inflow, struct gw_upload **ret, struct gw_err *err) GW_MUST_USE;
void gw_inflow_free(struct gw_inflow **inflow);

/* ---- page.c ---- */

/* A page with a title; what is written to the body in between is its content, escaped by gw_page_escape. */
void gw_page_begin(struct gw_http_request *request, const char *title);
void gw_page_escape(struct gw_buf *out, const char *text);
void gw_page_end(struct gw_http_request *request, int status);
void gw_page_end_form(struct gw_http_request *request, int status); /* it has a form, posted to ourselves */
/* A page of one paragraph; code: small print, or NULL. */
void gw_page_write(struct gw_http_request *request, int status, const char *title, const char *text, const char *code);
bool gw_page_wanted(const struct gw_http_request *request);
void gw_page_error(struct gw_http_request *request, int status, const struct gw_err *err);
void gw_page_connected(struct gw_http_request *request, const char *provider_name);

#endif
