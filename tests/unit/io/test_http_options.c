/*
 * test_http_options.c - io/http_options: URLs and options that can or cannot be sent.
 */
#include <check.h>

#include "harvester/io/http_internal.h"

static struct http_options o;
static struct hv_err err;

static void set_up(void)
{
	http_options_default(&o);
	err = (struct hv_err){ 0 };
}

static void tear_down(void) {}

START_TEST(web_addresses_pass)
{
	static const char *const urls[] = { "http://example.org",
					    "https://example.org:8443/oai?verb=Identify&x=%20",
					    "http://[2a01::1]/",
					    "HTTP://Example.ORG/",
					    "http://\xC3\xA9tude.example/",
					    "http://127.0.0.1:1/a@b" };

	for (size_t i = 0; i < HV_LEN(urls); i++)
		ck_assert_msg(http_check_url(urls[i], &err) == 0, "%s", err.text);
}
END_TEST

START_TEST(other_addresses_are_refused_with_a_reason)
{
	static const struct {
		const char *url, *why;
	} cases[] = {
		{ "", "is no URL" },
		{ "example.org/oai", "is no URL" },
		{ "ftp://example.org/", "scheme 'ftp'" },
		{ "file:///etc/passwd", "scheme 'file'" },
		{ "gopher://example.org/", "scheme 'gopher'" },
		{ "http://", "is no URL" },
		{ "http://example.org/a b", "is no URL" },
		{ "http://example.org/\r\nHost: x", "is no URL" },
		{ "http://example.org:99999/", "is no URL" },
		{ NULL, "is missing" },
	};

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		ck_assert_int_eq(http_check_url(cases[i].url, &err), HV_E_CONFIG);
		ck_assert_msg(strstr(err.text, cases[i].why), "%s", err.text);
		ck_assert_ptr_null(strpbrk(err.text, "\r\n"));
	}
}
END_TEST

START_TEST(a_password_in_a_url_is_refused_and_not_shown)
{
	static const char *const urls[] = { "http://u:tr3s@example.org/", "http://tr3s@example.org/",
					    "http://:tr3s@example.org/", "http://u:tr3s@ example.org/" };

	for (size_t i = 0; i < HV_LEN(urls); i++) {
		ck_assert_int_eq(http_check_url(urls[i], &err), HV_E_CONFIG);
		ck_assert_msg(!strstr(err.text, "tr3s"), "%s", err.text);
	}
}
END_TEST

START_TEST(a_url_too_long_for_a_reply_is_refused)
{
	char url[3000] = "http://example.org/";

	memset(url + 19, 'a', 2047 - 19);
	ck_assert_int_eq(http_check_url(url, &err), 0);
	url[2047] = 'a';
	ck_assert_int_eq(http_check_url(url, &err), HV_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "over 2047 bytes"));
}
END_TEST

START_TEST(an_origin_is_scheme_host_and_port)
{
	ck_assert(http_same_origin("http://a.example/x", "http://A.example:80/y?z"));
	ck_assert(http_same_origin("https://a.example/", "https://a.example:443/"));
	ck_assert(!http_same_origin("http://a.example/", "https://a.example/"));
	ck_assert(!http_same_origin("http://a.example/", "http://a.example:8080/"));
	ck_assert(!http_same_origin("http://a.example/", "http://b.a.example/"));
	ck_assert(!http_same_origin("http://a.example/", "nonsense"));
}
END_TEST

START_TEST(zeros_become_defaults_so_that_no_wait_is_without_an_end)
{
	struct http_options zero = { 0 };

	ck_assert_int_eq(http_options_check(&zero, &err), 0);
	ck_assert_int_gt(zero.connect_ms, 0);
	ck_assert_int_gt(zero.first_byte_ms, 0);
	ck_assert_int_gt(zero.low_speed_ms, 0);
	ck_assert_int_gt(zero.low_speed_bytes, 0);
	ck_assert_int_gt(zero.retry_after_max_ms, 0);
	ck_assert_uint_gt(zero.max_body, 0);
	ck_assert_int_eq(zero.min_interval_ms, 0);
	ck_assert_int_eq(zero.total_ms, 0);
}
END_TEST

static void ck_refused(const char *want)
{
	ck_assert_int_eq(http_options_check(&o, &err), HV_E_CONFIG);
	ck_assert_msg(strstr(err.text, want), "%s", err.text);
	ck_assert_ptr_null(strstr(err.text, "tr3s"));
}

START_TEST(addresses_must_be_addresses)
{
	static const char *const bad[] = { "127.0.0.1", "localhost" };

	o.addresses = bad;
	o.n_addresses = 2;
	ck_refused("'localhost' is no IP address");
}
END_TEST

START_TEST(nothing_with_a_line_end_is_sent)
{
	o.user_agent = "x\r\nX-Evil: 1";
	ck_refused("User-Agent");
	set_up();
	o.from = "a@b\n";
	ck_refused("From");
	set_up();
	o.auth = HTTP_AUTH_BEARER;
	o.auth_secret = "tr3s\n";
	ck_refused("line end");
}
END_TEST

START_TEST(an_authorization_must_be_whole)
{
	o.auth = HTTP_AUTH_BEARER;
	ck_refused("secret is empty");
	o.auth_secret = "";
	ck_refused("secret is empty");
	o.auth_secret = "tr3s";
	o.auth = HTTP_AUTH_BASIC;
	ck_refused("no user name");
	o.auth = HTTP_AUTH_HEADER;
	ck_refused("no name of a header");
	o.auth_name = "X KEY";
	ck_refused("'X KEY' is no name of a header");
	o.auth_name = "X-KEY:";
	ck_refused("no name of a header");
	o.auth_name = "X-KEY";
	ck_assert_int_eq(http_options_check(&o, &err), 0);
}
END_TEST

START_TEST(a_fingerprint_has_32_bytes_with_or_without_colons)
{
	static const char plain[] = "sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
	static const char colons[] = "sha256:00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"
				     "10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F";
	static const char *const bad[] = {
		"",
		"sha256:",
		"sha1:00",
		"sha256:0001",
		"000102",
		"sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00",
		"sha256:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1"
	};
	struct sha256 a, b;

	ck_assert(http_fingerprint_parse(plain, &a));
	ck_assert(http_fingerprint_parse(colons, &b));
	ck_assert(sha256_eq(&a, &b));
	ck_assert_uint_eq(a.b[31], 0x1f);
	for (size_t i = 0; i < HV_LEN(bad); i++)
		ck_assert_msg(!http_fingerprint_parse(bad[i], &a), "%s", bad[i]);
	o.tls_fingerprint = "sha256:zz";
	ck_refused("sha256: and 64 hexadecimal digits");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http_options");
	TCase *t = tcase_create("http_options");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, web_addresses_pass);
	tcase_add_test(t, other_addresses_are_refused_with_a_reason);
	tcase_add_test(t, a_password_in_a_url_is_refused_and_not_shown);
	tcase_add_test(t, a_url_too_long_for_a_reply_is_refused);
	tcase_add_test(t, an_origin_is_scheme_host_and_port);
	tcase_add_test(t, zeros_become_defaults_so_that_no_wait_is_without_an_end);
	tcase_add_test(t, addresses_must_be_addresses);
	tcase_add_test(t, nothing_with_a_line_end_is_sent);
	tcase_add_test(t, an_authorization_must_be_whole);
	tcase_add_test(t, a_fingerprint_has_32_bytes_with_or_without_colons);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
