/*
 * test_http_thread.c - io/http_thread: a request in the background, and its end in every order.
 */
#include <check.h>
#include <unistd.h>

#include "harvester/io/http.h"
#include "tests/support/tinyserver.h"

#define HELLO "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const char *const loopback[] = { "127.0.0.1" };
static struct http_reply reply;
static struct hv_err err;
static struct tiny *peer;
static struct http *http;

static void set_up(void)
{
	ck_assert_int_eq(http_global_init(&err), 0);
	reply = (struct http_reply){ .fd = -1 };
}

static void tear_down(void)
{
	http_free(http);
	tiny_stop(peer);
	http_reply_close(&reply);
	http_global_cleanup();
}

static void open_with(const struct tiny_answer *answers, bool (*cancelled)(void *))
{
	struct http_options o;

	http_options_default(&o);
	o.min_interval_ms = 0;
	o.retries = 0;
	o.addresses = loopback;
	o.n_addresses = 1;
	peer = tiny_start(answers);
	ck_assert_int_eq(http_new(&o, cancelled, peer, &http, &err), 0);
}

static int begin(void)
{
	char url[200];
	struct http_request r = { .url = url };

	(void)snprintf(url, sizeof(url), "%s", tiny_url(peer, "/oai"));
	int result = http_begin(http, &r, &err);
	memset(url, 'x', sizeof(url) - 1); /* texts are copied */
	return result;
}

START_TEST(a_request_begun_is_waited_for_again_and_again)
{
	open_with((struct tiny_answer[]){ { .text = HELLO, .then = TINY_KEEP, .times = 3 }, { 0 } }, NULL);
	for (int i = 0; i < 3; i++) {
		char body[6] = "";

		ck_assert(!http_under_way(http));
		ck_assert_int_eq(begin(), 0);
		ck_assert(http_under_way(http));
		ck_assert_msg(http_wait(http, &reply, &err) == 0, "%s", err.text);
		ck_assert(!http_under_way(http));
		ck_assert_int_eq(read(reply.fd, body, 5), 5);
		ck_assert_str_eq(body, "hello");
		http_reply_close(&reply);
	}
	ck_assert_uint_eq(tiny_connections(peer), 1);
}
END_TEST

START_TEST(one_request_at_a_time)
{
	open_with((struct tiny_answer[]){ { .text = HELLO }, { 0 } }, NULL);
	struct http_request r = { .url = "http://127.0.0.1/" };

	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(begin(), HV_E_BUSY);
	ck_assert_int_eq(http_fetch(http, &r, &reply, &err), HV_E_BUSY);
	ck_assert_int_eq(http_wait(http, &reply, &err), 0);
}
END_TEST

START_TEST(a_wait_for_nothing_is_told)
{
	open_with((struct tiny_answer[]){ { 0 } }, NULL);
	ck_assert_int_eq(http_wait(http, &reply, &err), HV_E_USAGE);
}
END_TEST

START_TEST(a_failure_in_the_background_reaches_the_one_who_waits)
{
	open_with((struct tiny_answer[]){ { .text = "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n" },
					  { .text = HELLO },
					  { 0 } },
		  NULL);
	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(http_wait(http, &reply, &err), HV_E_REMOTE);
	ck_assert_ptr_nonnull(strstr(err.text, "answered 503"));
	ck_assert_int_eq(reply.fd, -1);
	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(http_wait(http, &reply, &err), 0);
}
END_TEST

static bool when_stalled(void *ctx)
{
	return tiny_stalled(ctx);
}

START_TEST(a_cancellation_ends_the_wait)
{
	open_with((struct tiny_answer[]){ { .text = "", .then = TINY_STALL }, { 0 } }, when_stalled);
	ck_assert_int_eq(begin(), 0);
	ck_assert_int_eq(http_wait(http, &reply, &err), HV_E_CANCELLED);
}
END_TEST

static void take_file(void *ctx, struct http_reply *r)
{
	*(int *)ctx = r->fd;
	r->fd = -1;
}

START_TEST(who_wants_an_answer_when_it_arrives_may_keep_its_file)
{
	char url[200], body[6] = "";
	int fd = -1;

	open_with((struct tiny_answer[]){ { .text = HELLO }, { 0 } }, NULL);
	(void)snprintf(url, sizeof(url), "%s", tiny_url(peer, "/oai"));
	struct http_request r = { .url = url, .arrived = take_file, .ctx = &fd };

	ck_assert_int_eq(http_begin(http, &r, &err), 0);
	ck_assert_int_eq(http_wait(http, &reply, &err), 0);
	ck_assert_int_eq(reply.fd, -1);
	ck_assert_int_eq(read(fd, body, 5), 5);
	ck_assert_str_eq(body, "hello");
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(a_request_dropped_leaves_the_handle_ready_for_the_next)
{
	open_with((struct tiny_answer[]){ { .text = "", .then = TINY_STALL }, { .text = HELLO }, { 0 } },
		  NULL);
	http_drop(http);
	ck_assert_int_eq(begin(), 0);
	tiny_wait_stalled(peer);
	http_drop(http);
	ck_assert(!http_under_way(http));
	ck_assert_int_eq(begin(), 0);
	ck_assert_msg(http_wait(http, &reply, &err) == 0, "%s", err.text);
}
END_TEST

START_TEST(freeing_the_handle_ends_a_request_under_way)
{
	open_with((struct tiny_answer[]){ { .text = "", .then = TINY_STALL }, { 0 } }, NULL);
	ck_assert_int_eq(begin(), 0);
	tiny_wait_stalled(peer);
	http_free(http);
	http = NULL;
}
END_TEST

START_TEST(freeing_the_handle_drops_an_answer_nobody_waited_for)
{
	open_with((struct tiny_answer[]){ { .text = HELLO }, { 0 } }, NULL);
	ck_assert_int_eq(begin(), 0);
	http_free(http);
	http = NULL;
}
END_TEST

START_TEST(a_handle_never_used_is_freed)
{
	open_with((struct tiny_answer[]){ { 0 } }, NULL);
	http_free(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http_thread");
	TCase *t = tcase_create("http_thread");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_request_begun_is_waited_for_again_and_again);
	tcase_add_test(t, one_request_at_a_time);
	tcase_add_test(t, a_wait_for_nothing_is_told);
	tcase_add_test(t, a_failure_in_the_background_reaches_the_one_who_waits);
	tcase_add_test(t, a_cancellation_ends_the_wait);
	tcase_add_test(t, who_wants_an_answer_when_it_arrives_may_keep_its_file);
	tcase_add_test(t, a_request_dropped_leaves_the_handle_ready_for_the_next);
	tcase_add_test(t, freeing_the_handle_ends_a_request_under_way);
	tcase_add_test(t, freeing_the_handle_drops_an_answer_nobody_waited_for);
	tcase_add_test(t, a_handle_never_used_is_freed);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
