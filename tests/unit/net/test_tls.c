/* TLS for real: a server with a certificate made on the spot, which nobody has to believe. */
#include <check.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/client.h"
#include "tests.h"

static gnutls_x509_crt_t certificate;
static gnutls_x509_privkey_t private_key;
static gnutls_certificate_credentials_t credentials;
static char ca_path[64];
static int listener;
static uint16_t port;
static pthread_t thread;

static void make_certificate(const char *name)
{
    unsigned char address[4] = {127, 0, 0, 1};

    ck_assert_int_eq(gnutls_x509_privkey_init(&private_key), 0);
    ck_assert_int_eq(
        gnutls_x509_privkey_generate(private_key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
        0);
    ck_assert_int_eq(gnutls_x509_crt_init(&certificate), 0);
    gnutls_x509_crt_set_version(certificate, 3);
    gnutls_x509_crt_set_serial(certificate, "\x01", 1);
    gnutls_x509_crt_set_activation_time(certificate, time(NULL) - 3600);
    gnutls_x509_crt_set_expiration_time(certificate, time(NULL) + 3600);
    gnutls_x509_crt_set_dn(certificate, "CN=aorta test", NULL);
    gnutls_x509_crt_set_ca_status(certificate, 1);
    if (name)
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), 0);
    else
        gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, 4, 0);
    gnutls_x509_crt_set_key(certificate, private_key);
    ck_assert_int_eq(gnutls_x509_crt_sign2(certificate, certificate, private_key, GNUTLS_DIG_SHA256, 0), 0);
}

static void write_ca(void)
{
    gnutls_datum_t pem;
    int fd;

    snprintf(ca_path, sizeof(ca_path), "/tmp/aorta-ca-XXXXXX");
    fd = mkstemp(ca_path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem), 0);
    ck_assert_int_eq(write(fd, pem.data, pem.size), pem.size);
    close(fd);
    gnutls_free(pem.data);
}

static void serve_one(int fd)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsealed";
    gnutls_session_t session;
    char request[4096];

    gnutls_init(&session, GNUTLS_SERVER);
    gnutls_set_default_priority(session);
    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
    gnutls_transport_set_int(session, fd);
    gnutls_handshake_set_timeout(session, 2000);
    if (gnutls_handshake(session) == 0 && gnutls_record_recv(session, request, sizeof(request)) > 0) {
        gnutls_record_send(session, text, sizeof(text) - 1);
        gnutls_bye(session, GNUTLS_SHUT_WR);
    }
    gnutls_deinit(session);
    close(fd);
}

/* Ends when the listener is shut down. */
static void *serve_all(void *unused)
{
    int fd;

    (void)unused;
    while ((fd = accept(listener, NULL, NULL)) >= 0)
        serve_one(fd);
    return NULL;
}

static void start(const char *name)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);

    make_certificate(name);
    write_ca();
    gnutls_certificate_allocate_credentials(&credentials);
    gnutls_certificate_set_x509_key(credentials, &certificate, 1, private_key);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(listener, 16), 0);
    getsockname(listener, (struct sockaddr *)&address, &len);
    port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&thread, NULL, serve_all, NULL), 0);
}

static void stop(void)
{
    shutdown(listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(listener);
    unlink(ca_path);
    gnutls_certificate_free_credentials(credentials);
    gnutls_x509_crt_deinit(certificate);
    gnutls_x509_privkey_deinit(private_key);
    gw_net_thread_end();
}

static enum gw_code ask(const char *ca_file, struct gw_net_response *answer, struct gw_err *err)
{
    char url[64];
    struct gw_net_request request = {.method = "GET", .timeout_ms = 3000, .max_response = 1000};

    ck_assert_int_eq(gw_net_init(&(struct gw_net_options){.ca_file = ca_file}, NULL), GW_OK);
    snprintf(url, sizeof(url), "https://127.0.0.1:%u/", (unsigned)port);
    request.url = gw_str(url);
    return gw_net_perform(NULL, &request, answer, err);
}

START_TEST(trusts_the_ca_it_was_given)
{
    struct gw_net_response answer = {0};
    struct gw_err err = {0};

    start(NULL);
    ck_assert_msg(ask(ca_path, &answer, &err) == GW_OK, "%s", err.text);
    ck_assert(gw_str_is(answer.body, "sealed"));
    gw_net_response_free(&answer);
    stop();
}
END_TEST

START_TEST(refuses_a_certificate_nobody_signed)
{
    struct gw_net_response answer = {0};
    struct gw_err err = {0};

    start(NULL);
    ck_assert_int_eq(ask(NULL, &answer, &err), GW_UPSTREAM);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
    stop();
}
END_TEST

START_TEST(refuses_a_certificate_of_another_host)
{
    struct gw_net_response answer = {0};
    struct gw_err err = {0};

    start("other.example.org");
    ck_assert_int_eq(ask(ca_path, &answer, &err), GW_UPSTREAM);
    stop();
}
END_TEST

TCase *tls_case(void)
{
    TCase *tls = tcase_create("tls");

    tcase_set_timeout(tls, 60);
    tcase_add_test(tls, trusts_the_ca_it_was_given);
    tcase_add_test(tls, refuses_a_certificate_nobody_signed);
    tcase_add_test(tls, refuses_a_certificate_of_another_host);
    return tls;
}
