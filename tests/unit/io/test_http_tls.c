/*
 * test_http_tls.c - io/http over TLS: a certificate nobody signed is refused, but for the one accepted.
 */
#include <check.h>

#include "harvester/io/http.h"
#include "tests/support/tinyserver.h"

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const char *const loopback[] = { "127.0.0.1" };
static struct http_options o;
static struct http_reply reply;
static struct hv_err err;
static struct tiny *peer;
static struct http *http;
static char fingerprint[80];

static void set_up(void)
{
	ck_assert_int_eq(http_global_init(&err), 0);
	http_options_default(&o);
	o.min_interval_ms = 0;
	o.backoff_ms = o.backoff_max_ms = 1;
	o.addresses = loopback;
	o.n_addresses = 1;
	o.auth = HTTP_AUTH_BEARER;
	o.auth_secret = "tr3s-secret";
	reply = (struct http_reply){ .fd = -1 };
	peer = tiny_start_tls(
		(struct tiny_answer[]){ { .text = HELLO, .then = TINY_KEEP, .times = 9 }, { 0 } },
		fingerprint);
}

static void tear_down(void)
{
	http_free(http);
	tiny_stop(peer);
	http_reply_close(&reply);
	http_global_cleanup();
}

static int fetch(void)
{
	struct http_request r = { .url = tiny_url(peer, "/oai") };

	if (!http)
		ck_assert_msg(http_new(&o, NULL, NULL, &http, &err) == 0, "%s", err.text);
	http_reply_close(&reply);
	return http_fetch(http, &r, &reply, &err);
}

START_TEST(a_self_signed_certificate_is_refused_once_and_plainly)
{
	ck_assert_int_eq(fetch(), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "the server's certificate is refused: "));
	ck_assert_ptr_nonnull(strstr(err.text, "self-signed"));
	ck_assert_ptr_null(strstr(err.text, "tries"));
	ck_assert(!err.retryable);
	ck_assert_uint_eq(tiny_connections(peer), 1);
	ck_assert_uint_eq(tiny_requests(peer), 0);
}
END_TEST

START_TEST(the_accepted_certificate_passes_each_time)
{
	o.tls_fingerprint = fingerprint;
	for (int i = 0; i < 3; i++) {
		ck_assert_msg(fetch() == 0, "%s", err.text);
		ck_assert_uint_eq(reply.size, 5);
	}
	ck_assert_ptr_nonnull(strstr(tiny_request(peer, 2), "tr3s-secret"));
}
END_TEST

START_TEST(another_certificate_than_the_accepted_one_gets_no_request)
{
	fingerprint[10] = fingerprint[10] == '0' ? '1' : '0';
	o.tls_fingerprint = fingerprint;
	ck_assert_int_eq(fetch(), HV_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "certificate is not the one accepted"));
	ck_assert(!err.retryable);
	ck_assert_uint_eq(tiny_connections(peer), 1);
	ck_assert_uint_eq(tiny_requests(peer), 0);
}
END_TEST

START_TEST(a_pinned_certificate_means_no_request_without_tls)
{
	hv_auto(tiny_stopp) struct tiny *plain =
		tiny_start((struct tiny_answer[]){ { .text = HELLO }, { 0 } });
	struct http_request r = { .url = tiny_url(plain, "/") };

	o.tls_fingerprint = fingerprint;
	ck_assert_int_eq(http_new(&o, NULL, NULL, &http, &err), 0);
	ck_assert_int_eq(http_fetch(http, &r, &reply, &err), HV_E_REFUSED);
	ck_assert_uint_eq(tiny_requests(plain), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http_tls");
	TCase *t = tcase_create("http_tls");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_self_signed_certificate_is_refused_once_and_plainly);
	tcase_add_test(t, the_accepted_certificate_passes_each_time);
	tcase_add_test(t, another_certificate_than_the_accepted_one_gets_no_request);
	tcase_add_test(t, a_pinned_certificate_means_no_request_without_tls);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
