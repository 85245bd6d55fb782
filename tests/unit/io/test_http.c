/*
 * test_http.c - io/http against a scripted peer on loopback: the good day and every bad one of a transfer.
 */
#include <check.h>
#include <dirent.h>
#include <unistd.h>
#include <zlib.h>

#include "harvester/base/buf.h"
#include "harvester/io/http.h"
#include "tests/support/tinyserver.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=UTF-8\r\n"
#define OK_HELLO OK_HEAD "Content-Length: 5\r\n\r\nhello"
#define SECRET "tr3s-secret"

static const char *const loopback[] = { "127.0.0.1" };
static struct http_options o;
static struct http_reply reply;
static struct hv_err err;
static struct tiny *peer;
static struct http *http;
static char body[4096]; /* of the last answer */

static void set_up(void)
{
	ck_assert_int_eq(http_global_init(&err), 0);
	http_options_default(&o);
	o.user_agent = "harvester/test (+mailto:test@example.org)";
	o.min_interval_ms = 0;
	o.backoff_ms = o.backoff_max_ms = 1;
	o.retries = 1;
	o.addresses = loopback;
	o.n_addresses = 1;
	o.seed = 1;
	reply = (struct http_reply){ .fd = -1 };
	err = (struct hv_err){ 0 };
}

static void tear_down(void)
{
	http_free(http);
	tiny_stop(peer);
	http_reply_close(&reply);
	http_global_cleanup();
}

static int fetch_url(const char *url)
{
	struct http_request r = { .url = url };

	if (!http)
		ck_assert_msg(http_new(&o, NULL, NULL, &http, &err) == 0, "%s", err.text);
	http_reply_close(&reply);
	int result = http_fetch(http, &r, &reply, &err);
	if (result < 0) {
		ck_assert_int_eq(result, err.code);
		ck_assert_ptr_null(strstr(err.text, SECRET));
		return result;
	}
	ssize_t n = read(reply.fd, body, sizeof(body) - 1);
	ck_assert_int_ge(n, 0);
	body[n] = '\0';
	return 0;
}

static int fetch(const struct tiny_answer *answers, const char *path)
{
	if (!peer)
		peer = tiny_start(answers);
	return fetch_url(tiny_url(peer, path));
}

static void ck_fetched(const struct tiny_answer *answers, const char *want)
{
	ck_assert_msg(fetch(answers, "/oai?verb=Identify") == 0, "%s", err.text);
	ck_assert_str_eq(body, want);
}

static void ck_failed(const struct tiny_answer *answers, enum hv_code code, const char *want)
{
	int r = fetch(answers, "/oai?verb=Identify");

	ck_assert_msg(r == (int)code, "%d: %s", r, r ? err.text : "fetched");
	ck_assert_msg(strstr(err.text, want), "'%s' does not say '%s'", err.text, want);
	ck_assert_int_eq(reply.fd, -1);
}

START_TEST(a_body_comes_whole_with_its_status_type_and_size)
{
	ck_fetched((struct tiny_answer[]){ { .text = OK_HELLO }, { 0 } }, "hello");
	ck_assert_int_eq(reply.status, 200);
	ck_assert_str_eq(reply.content_type, "text/xml; charset=UTF-8");
	ck_assert_uint_eq(reply.size, 5);
	ck_assert_uint_eq(reply.tries, 1);
	ck_assert_str_eq(reply.url, tiny_url(peer, "/oai?verb=Identify"));
	ck_assert(!reply.redirected);
}
END_TEST

START_TEST(a_request_says_who_asks_and_asks_for_compression)
{
	o.from = "admin@example.org";
	ck_fetched((struct tiny_answer[]){ { .text = OK_HELLO }, { 0 } }, "hello");
	const char *sent = tiny_request(peer, 0);
	ck_assert(strncmp(sent, "GET /oai?verb=Identify HTTP/1.1\r\n", 33) == 0);
	ck_assert_ptr_nonnull(strstr(sent, "\r\nUser-Agent: harvester/test (+mailto:test@example.org)\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\nFrom: admin@example.org\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\nAccept-Encoding: "));
	ck_assert_ptr_null(strstr(sent, "Authorization"));
}
END_TEST

START_TEST(a_post_carries_its_body_and_the_next_get_none)
{
	struct http_request r = { .body = "verb=Identify",
				  .body_n = 13,
				  .content_type = "application/x-www-form-urlencoded",
				  .accept = "text/xml" };

	peer = tiny_start(
		(struct tiny_answer[]){ { .text = OK_HELLO, .then = TINY_KEEP, .times = 2 }, { 0 } });
	ck_assert_int_eq(http_new(&o, NULL, NULL, &http, &err), 0);
	r.url = tiny_url(peer, "/oai");
	ck_assert_msg(http_fetch(http, &r, &reply, &err) == 0, "%s", err.text);
	const char *sent = tiny_request(peer, 0);
	ck_assert(strncmp(sent, "POST /oai HTTP/1.1\r\n", 20) == 0);
	ck_assert_ptr_nonnull(strstr(sent, "\r\nAccept: text/xml\r\n"));
	ck_assert_ptr_nonnull(strstr(sent, "\r\n\r\nverb=Identify"));
	ck_fetched(NULL, "hello");
	ck_assert(strncmp(tiny_request(peer, 1), "GET ", 4) == 0);
}
END_TEST

/* A gzip answer of n times the byte c. */
static struct tiny_answer gzip_answer(struct buf *b, size_t n, char c)
{
	z_stream z = { 0 };
	char chunk[65536];

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	buf_puts(b, OK_HEAD "Content-Encoding: gzip\r\n\r\n");
	memset(chunk, c, sizeof(chunk));
	for (int end = Z_OK; end != Z_STREAM_END;) {
		size_t take = n < sizeof(chunk) ? n : sizeof(chunk);

		n -= take;
		z.next_in = (Bytef *)chunk;
		z.avail_in = (uInt)take;
		do {
			char *at = buf_room(b, 65536);
			ck_assert_ptr_nonnull(at);
			z.next_out = (Bytef *)at;
			z.avail_out = 65536;
			end = deflate(&z, n ? Z_NO_FLUSH : Z_FINISH);
			b->n += 65536 - z.avail_out;
		} while (z.avail_out == 0);
	}
	deflateEnd(&z);
	return (struct tiny_answer){ .text = b->p, .n = b->n };
}

START_TEST(a_gzip_body_is_decoded)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct tiny_answer a[] = { gzip_answer(&b, 3, 'z'), { 0 } };

	ck_fetched(a, "zzz");
	ck_assert_uint_eq(reply.size, 3);
}
END_TEST

START_TEST(a_gzip_bomb_is_stopped_at_the_ceiling_after_decompression)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);
	struct tiny_answer a[] = { gzip_answer(&b, 50u << 20, '\0'), { 0 } };

	o.max_body = 1u << 20;
	ck_assert_uint_lt(a[0].n, 1u << 17);
	ck_failed(a, HV_E_LIMIT, "over 1048576 bytes after decompression");
	ck_assert_uint_eq(tiny_requests(peer), 1);
}
END_TEST

START_TEST(a_body_of_exactly_the_ceiling_passes_and_one_byte_more_does_not)
{
	struct tiny_answer a[] = { { .text = OK_HELLO }, { .text = OK_HEAD "\r\nhello!" }, { 0 } };

	o.max_body = 5;
	ck_fetched(a, "hello");
	ck_failed(a, HV_E_LIMIT, "over 5 bytes");
}
END_TEST

START_TEST(headers_without_end_are_stopped)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_puts(&b, OK_HEAD);
	for (int i = 0; i < 5000; i++)
		buf_printf(&b, "X-%d: %060d\r\n", i, i);
	buf_puts(&b, "\r\nhello");
	struct tiny_answer a[] = { { .text = buf_cstr(&b) }, { 0 } };
	ck_failed(a, HV_E_LIMIT, "over 262144 bytes of headers");
}
END_TEST

START_TEST(one_connection_serves_all_requests)
{
	struct tiny_answer a[] = { { .text = OK_HELLO, .then = TINY_KEEP, .times = 5 }, { 0 } };

	for (int i = 0; i < 5; i++)
		ck_fetched(a, "hello");
	ck_assert_uint_eq(tiny_requests(peer), 5);
	ck_assert_uint_eq(tiny_connections(peer), 1);
}
END_TEST

START_TEST(a_refusal_that_is_no_reason_to_try_again_is_an_answer_with_its_body)
{
	ck_fetched(
		(struct tiny_answer[]){
			{ .text = "HTTP/1.1 422 No\r\nContent-Length: 14\r\n\r\nnoRecordsMatch" }, { 0 } },
		"noRecordsMatch");
	ck_assert_int_eq(reply.status, 422);
	ck_assert_uint_eq(reply.tries, 1);
}
END_TEST

/* ---- what is tried again ---- */

static void ck_tried_again(struct tiny_answer bad)
{
	struct tiny_answer a[] = { bad, { .text = OK_HELLO }, { 0 } };

	ck_fetched(a, "hello");
	ck_assert_uint_eq(reply.tries, 2);
	ck_assert_uint_eq(reply.size, 5);
	ck_assert_uint_eq(tiny_requests(peer), 2);
}

static const char *const passing[] = { "408", "425", "429", "500", "502", "503", "504" };

START_TEST(a_status_that_passes_is_tried_again)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "HTTP/1.1 %s X\r\nContent-Length: 9\r\n\r\n<a>later<",
		       passing[_i]);
	ck_tried_again((struct tiny_answer){ .text = text });
}
END_TEST

START_TEST(a_reset_is_tried_again)
{
	ck_tried_again((struct tiny_answer){ .text = "", .then = TINY_RESET });
}
END_TEST

START_TEST(an_empty_reply_is_tried_again)
{
	ck_tried_again((struct tiny_answer){ .text = "" });
}
END_TEST

START_TEST(a_body_shorter_than_its_length_is_tried_again_and_nothing_of_it_is_kept)
{
	ck_tried_again(
		(struct tiny_answer){ .text = OK_HEAD "Content-Length: 5000\r\n\r\nbeginning of a page" });
}
END_TEST

START_TEST(a_chunked_body_without_its_end_is_tried_again)
{
	ck_tried_again(
		(struct tiny_answer){ .text = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n7\r\n<record\r\n" });
}
END_TEST

START_TEST(a_body_cut_for_ever_is_a_failure_that_says_so)
{
	ck_failed((struct tiny_answer[]){ { .text = OK_HEAD "Content-Length: 50\r\n\r\nhalf", .times = 2 },
					  { 0 } },
		  HV_E_REMOTE, "the body ends too early, after 4 bytes");
	ck_assert(err.retryable);
	ck_assert_ptr_nonnull(strstr(err.text, "(2 tries)"));
}
END_TEST

START_TEST(a_503_for_ever_ends_after_the_last_retry)
{
	o.retries = 3;
	ck_failed(
		(struct tiny_answer[]){ { .text = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", .times = 9 },
					{ 0 } },
		HV_E_REMOTE, "answered 503 (4 tries); ");
	ck_assert(err.retryable);
	ck_assert_uint_eq(tiny_requests(peer), 4);
	ck_assert_ptr_nonnull(strstr(err.text, tiny_url(peer, "/oai?verb=Identify")));
}
END_TEST

START_TEST(retry_after_in_seconds_is_waited_for)
{
	int64_t before = clock_monotonic();

	ck_tried_again((struct tiny_answer){
		.text = "HTTP/1.1 503 X\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n" });
	ck_assert_int_ge(clock_monotonic() - before, 1000000);
}
END_TEST

START_TEST(retry_after_as_a_date_is_waited_for_by_the_servers_own_clock)
{
	int64_t before = clock_monotonic();

	ck_tried_again(
		(struct tiny_answer){ .text = "HTTP/1.1 503 X\r\nDate: Tue, 02 Mar 2027 10:00:00 GMT\r\n"
					      "Retry-After: Tue, 02 Mar 2027 10:00:01 GMT\r\n"
					      "Content-Length: 0\r\n\r\n" });
	ck_assert_int_ge(clock_monotonic() - before, 1000000);
}
END_TEST

START_TEST(retry_after_on_any_refusal_means_again)
{
	ck_tried_again((struct tiny_answer){
		.text = "HTTP/1.1 403 X\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n" });
}
END_TEST

START_TEST(a_retry_after_of_years_is_a_failure_at_once)
{
	ck_failed(
		(struct tiny_answer[]){
			{ .text = "HTTP/1.1 503 X\r\nRetry-After: 315360000\r\nContent-Length: 0\r\n\r\n" },
			{ 0 } },
		HV_E_REMOTE, "answered 503 and asks to come back in 315360000 s");
	ck_assert_uint_eq(tiny_requests(peer), 1);
}
END_TEST

START_TEST(a_closed_port_is_told_with_the_number_of_tries)
{
	char url[100];
	struct tiny *gone = tiny_start((struct tiny_answer[]){ { 0 } });

	(void)snprintf(url, sizeof(url), "%s", tiny_url(gone, "/oai"));
	tiny_stop(gone);
	ck_assert_int_eq(fetch_url(url), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "(2 tries)"));
	ck_assert_ptr_nonnull(strstr(err.text, url));
	ck_assert(err.retryable);
}
END_TEST

/* ---- silence ---- */

START_TEST(a_server_that_never_answers_is_left)
{
	o.first_byte_ms = 60;
	ck_failed((struct tiny_answer[]){ { .text = "", .then = TINY_STALL, .times = 2 }, { 0 } },
		  HV_E_REMOTE, "no byte for 0.06 s (2 tries); the server is silent");
	ck_assert(err.retryable);
}
END_TEST

START_TEST(a_stall_in_the_middle_of_a_body_is_left_and_tried_again)
{
	o.low_speed_ms = 60;
	ck_tried_again((struct tiny_answer){ .text = OK_HEAD "Content-Length: 5000\r\n\r\n<OAI-PMH",
					     .then = TINY_STALL });
}
END_TEST

START_TEST(a_stall_in_every_body_ends)
{
	o.low_speed_ms = 60;
	ck_failed((struct tiny_answer[]){ { .text = OK_HEAD "\r\n<OAI-PMH", .then = TINY_STALL, .times = 2 },
					  { 0 } },
		  HV_E_REMOTE, "fewer than 100 bytes a second during 0.06 s, after 8 bytes");
}
END_TEST

START_TEST(a_request_ends_with_its_total_time)
{
	o.total_ms = 60;
	ck_failed((struct tiny_answer[]){ { .text = OK_HEAD "\r\n<OAI-PMH", .then = TINY_STALL, .times = 2 },
					  { 0 } },
		  HV_E_REMOTE, "not done after 0.06 s");
}
END_TEST

/* ---- redirects ---- */

static char location[4][512];

static struct tiny_answer redirect(int n, int status, const char *to)
{
	(void)snprintf(location[n], sizeof(location[n]),
		       "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 4\r\n\r\nmove", status, to);
	return (struct tiny_answer){ .text = location[n], .then = TINY_KEEP };
}

START_TEST(a_redirect_is_followed_and_told)
{
	struct tiny_answer a[] = { redirect(0, 301, "/new?a=b"),
				   { .text = OK_HELLO, .then = TINY_KEEP },
				   { 0 } };

	ck_fetched(a, "hello");
	ck_assert_str_eq(reply.url, tiny_url(peer, "/new?a=b"));
	ck_assert(reply.redirected);
	ck_assert_uint_eq(reply.size, 5);
	ck_assert_uint_eq(reply.tries, 1);
}
END_TEST

START_TEST(a_redirect_for_the_moment_is_not_called_permanent)
{
	struct tiny_answer a[] = {
		redirect(0, 301, "/b"), redirect(1, 302, "/c"), { .text = OK_HELLO }, { 0 }
	};

	ck_fetched(a, "hello");
	ck_assert(!reply.redirected);
}
END_TEST

START_TEST(redirects_in_circles_end)
{
	struct tiny_answer a[] = { redirect(0, 302, "/oai?verb=Identify"), { 0 } };

	a[0].times = 50;
	ck_failed(a, HV_E_REMOTE, "more than 10 redirects");
	ck_assert_uint_eq(tiny_requests(peer), 11);
}
END_TEST

START_TEST(a_redirect_to_an_address_that_is_not_public_is_refused)
{
	struct tiny_answer a[] = { redirect(0, 302, "http://127.0.0.2:1/oai"), { 0 } };

	ck_failed(a, HV_E_REFUSED, "127.0.0.2, a loopback address");
	ck_assert(!err.retryable);
}
END_TEST

START_TEST(a_redirect_to_another_scheme_is_refused)
{
	struct tiny_answer a[] = { redirect(0, 302, "file:///etc/passwd"), { 0 } };

	ck_failed(a, HV_E_REFUSED, "scheme 'file'");
}
END_TEST

START_TEST(a_redirect_to_a_user_and_password_is_refused)
{
	struct tiny_answer a[] = { redirect(0, 302, "http://u:" SECRET "@127.0.0.1/"), { 0 } };

	ck_failed(a, HV_E_REFUSED, "user name or password");
}
END_TEST

static void key(enum http_auth auth, const char *name)
{
	o.auth = auth;
	o.auth_name = name;
	o.auth_secret = SECRET;
}

START_TEST(a_request_with_a_secret_follows_no_redirect_to_another_port)
{
	hv_auto(tiny_stopp) struct tiny *other =
		tiny_start((struct tiny_answer[]){ { .text = OK_HELLO }, { 0 } });
	struct tiny_answer a[] = { redirect(0, 302, tiny_url(other, "/steal")), { 0 } };

	key(HTTP_AUTH_HEADER, "X-API-KEY");
	ck_failed(a, HV_E_REFUSED, "redirected to http://127.0.0.1:");
	ck_assert_ptr_nonnull(strstr(tiny_request(peer, 0), "\r\nX-API-KEY: " SECRET "\r\n"));
	ck_assert_uint_eq(tiny_connections(other), 0);
}
END_TEST

START_TEST(a_request_with_a_secret_follows_a_redirect_on_its_own_host)
{
	struct tiny_answer a[] = { redirect(0, 302, "/oai2"), { .text = OK_HELLO }, { 0 } };

	key(HTTP_AUTH_BEARER, NULL);
	ck_fetched(a, "hello");
	ck_assert_ptr_nonnull(strstr(tiny_request(peer, 0), "\r\nAuthorization: Bearer " SECRET "\r\n"));
	ck_assert_ptr_nonnull(strstr(tiny_request(peer, 1), "\r\nAuthorization: Bearer " SECRET "\r\n"));
}
END_TEST

START_TEST(a_user_name_and_password_are_sent_as_basic)
{
	key(HTTP_AUTH_BASIC, "lyon");
	ck_failed(
		(struct tiny_answer[]){ { .text = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", .times = 2 },
					{ 0 } },
		HV_E_REMOTE, "answered 503");
	ck_assert_ptr_nonnull(
		strstr(tiny_request(peer, 0), "\r\nAuthorization: Basic bHlvbjp0cjNzLXNlY3JldA==\r\n"));
}
END_TEST

/* ---- addresses ---- */

START_TEST(an_address_that_is_not_public_is_refused_unless_listed)
{
	o.n_addresses = 0;
	ck_failed((struct tiny_answer[]){ { .text = OK_HELLO }, { 0 } }, HV_E_REFUSED,
		  "the host is at 127.0.0.1, a loopback address; if this is meant, list the address");
	ck_assert(!err.retryable);
	ck_assert_uint_eq(tiny_connections(peer), 0);
}
END_TEST

START_TEST(a_name_is_checked_by_what_it_resolves_to)
{
	char url[100];

	peer = tiny_start((struct tiny_answer[]){ { .text = OK_HELLO }, { 0 } });
	(void)snprintf(url, sizeof(url), "http://localhost:%u/", tiny_port(peer));
	ck_assert_msg(fetch_url(url) == 0, "%s", err.text);
	http_free(http);
	http = NULL;
	o.n_addresses = 0;
	ck_assert_int_eq(fetch_url(url), HV_E_REFUSED);
	ck_assert_ptr_nonnull(strstr(err.text, "a loopback address"));
}
END_TEST

/* ---- manners and stops ---- */

START_TEST(requests_are_spaced)
{
	struct tiny_answer a[] = { { .text = OK_HELLO, .then = TINY_KEEP, .times = 3 }, { 0 } };
	int64_t before = clock_monotonic();

	o.min_interval_ms = 50;
	for (int i = 0; i < 3; i++)
		ck_fetched(a, "hello");
	ck_assert_int_ge(clock_monotonic() - before, 100000);
}
END_TEST

static bool when_stalled(void *ctx)
{
	return tiny_stalled(ctx);
}

START_TEST(a_cancellation_ends_a_stall)
{
	o.first_byte_ms = 600000;
	peer = tiny_start((struct tiny_answer[]){ { .text = "", .then = TINY_STALL }, { 0 } });
	ck_assert_int_eq(http_new(&o, when_stalled, peer, &http, &err), 0);
	ck_failed(NULL, HV_E_CANCELLED, "cancelled");
}
END_TEST

static bool when_asked(void *ctx)
{
	return tiny_requests(ctx) > 0;
}

START_TEST(a_cancellation_ends_a_wait_between_tries)
{
	o.backoff_ms = o.backoff_max_ms = 600000;
	peer = tiny_start((struct tiny_answer[]){
		{ .text = "HTTP/1.1 503 X\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n" }, { 0 } });
	ck_assert_int_eq(http_new(&o, when_asked, peer, &http, &err), 0);
	ck_failed(NULL, HV_E_CANCELLED, "cancelled");
}
END_TEST

START_TEST(a_spool_folder_that_is_not_there_is_told)
{
	o.spool_dir = "/nonexistent/spool";
	ck_failed((struct tiny_answer[]){ { 0 } }, HV_E_IO, "/nonexistent/spool");
}
END_TEST

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

START_TEST(a_failed_request_leaves_no_file_open)
{
	struct tiny_answer a[] = {
		{ .text = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", .then = TINY_KEEP, .times = 40 },
		{ 0 }
	};

	ck_failed(a, HV_E_REMOTE, "503");
	int before = open_files();
	for (int i = 0; i < 5; i++)
		ck_failed(a, HV_E_REMOTE, "503");
	ck_assert_int_eq(open_files(), before);
}
END_TEST

static void add_transfers(Suite *s)
{
	TCase *t = tcase_create("transfers");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_body_comes_whole_with_its_status_type_and_size);
	tcase_add_test(t, a_request_says_who_asks_and_asks_for_compression);
	tcase_add_test(t, a_post_carries_its_body_and_the_next_get_none);
	tcase_add_test(t, a_gzip_body_is_decoded);
	tcase_add_test(t, a_gzip_bomb_is_stopped_at_the_ceiling_after_decompression);
	tcase_add_test(t, a_body_of_exactly_the_ceiling_passes_and_one_byte_more_does_not);
	tcase_add_test(t, headers_without_end_are_stopped);
	tcase_add_test(t, one_connection_serves_all_requests);
	tcase_add_test(t, a_refusal_that_is_no_reason_to_try_again_is_an_answer_with_its_body);
	tcase_add_test(t, requests_are_spaced);
	tcase_add_test(t, a_cancellation_ends_a_stall);
	tcase_add_test(t, a_cancellation_ends_a_wait_between_tries);
	tcase_add_test(t, a_spool_folder_that_is_not_there_is_told);
	tcase_add_test(t, a_failed_request_leaves_no_file_open);
	suite_add_tcase(s, t);
}

static void add_retries(Suite *s)
{
	TCase *t = tcase_create("retries");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_status_that_passes_is_tried_again, 0, (int)HV_LEN(passing));
	tcase_add_test(t, a_reset_is_tried_again);
	tcase_add_test(t, an_empty_reply_is_tried_again);
	tcase_add_test(t, a_body_shorter_than_its_length_is_tried_again_and_nothing_of_it_is_kept);
	tcase_add_test(t, a_chunked_body_without_its_end_is_tried_again);
	tcase_add_test(t, a_body_cut_for_ever_is_a_failure_that_says_so);
	tcase_add_test(t, a_503_for_ever_ends_after_the_last_retry);
	tcase_add_test(t, retry_after_in_seconds_is_waited_for);
	tcase_add_test(t, retry_after_as_a_date_is_waited_for_by_the_servers_own_clock);
	tcase_add_test(t, retry_after_on_any_refusal_means_again);
	tcase_add_test(t, a_retry_after_of_years_is_a_failure_at_once);
	tcase_add_test(t, a_closed_port_is_told_with_the_number_of_tries);
	tcase_add_test(t, a_server_that_never_answers_is_left);
	tcase_add_test(t, a_stall_in_the_middle_of_a_body_is_left_and_tried_again);
	tcase_add_test(t, a_stall_in_every_body_ends);
	tcase_add_test(t, a_request_ends_with_its_total_time);
	suite_add_tcase(s, t);
}

static void add_refusals(Suite *s)
{
	TCase *t = tcase_create("refusals");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_redirect_is_followed_and_told);
	tcase_add_test(t, a_redirect_for_the_moment_is_not_called_permanent);
	tcase_add_test(t, redirects_in_circles_end);
	tcase_add_test(t, a_redirect_to_an_address_that_is_not_public_is_refused);
	tcase_add_test(t, a_redirect_to_another_scheme_is_refused);
	tcase_add_test(t, a_redirect_to_a_user_and_password_is_refused);
	tcase_add_test(t, a_request_with_a_secret_follows_no_redirect_to_another_port);
	tcase_add_test(t, a_request_with_a_secret_follows_a_redirect_on_its_own_host);
	tcase_add_test(t, a_user_name_and_password_are_sent_as_basic);
	tcase_add_test(t, an_address_that_is_not_public_is_refused_unless_listed);
	tcase_add_test(t, a_name_is_checked_by_what_it_resolves_to);
	suite_add_tcase(s, t);
}

int main(void)
{
	Suite *s = suite_create("http");

	add_transfers(s);
	add_retries(s);
	add_refusals(s);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
