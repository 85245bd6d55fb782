/*
 * test_notify.c - scheduler/notify: where systemd listens, and whose watchdog it is. The words themselves:
 * test_serve.c.
 */
#include "scheduler/notify.h"

#include <check.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct notify n;

static void set_up(void)
{
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

START_TEST(without_a_socket_nothing_is_said_and_no_watchdog_runs)
{
	(void)setenv("WATCHDOG_USEC", "1000000", 1);
	notify_open(&n);
	ck_assert_int_eq(n.fd, -1);
	ck_assert_int_eq(n.watchdog_ms, 0);
	notify_ready(&n);
	notify_status(&n, "well");
	notify_close(&n);
}
END_TEST

START_TEST(a_socket_that_nobody_holds_is_passed_over)
{
	char too_long[120] = "/";
	const char *const names[] = { "relative", "@nobody-listens-here", "/nowhere/socket", "", too_long };

	memset(too_long + 1, 'x', sizeof(too_long) - 2);
	for (size_t i = 0; i < HV_LEN(names); i++) {
		(void)setenv("NOTIFY_SOCKET", names[i], 1);
		notify_open(&n);
		ck_assert_int_eq(n.fd, -1);
	}
}
END_TEST

START_TEST(a_socket_in_the_file_system_is_spoken_to)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/hv-notify-XXXXXX", heard[64] = "";

	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s/s", dir);
	hv_auto(hv_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	(void)setenv("NOTIFY_SOCKET", a.sun_path, 1);
	notify_open(&n);
	notify_status(&n, "running: lyon");
	ck_assert_int_eq(recv(fd, heard, sizeof(heard) - 1, MSG_DONTWAIT), 20);
	ck_assert_str_eq(heard, "STATUS=running: lyon");
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET"));
	notify_close(&n);
	(void)unlink(a.sun_path);
	(void)rmdir(dir);
}
END_TEST

static const struct {
	const char *usec, *pid; /* pid "own": ours */
	int64_t ms;
} watchdogs[] = {
	{ "30000000", NULL, 30000 },
	{ "30000000", "own", 30000 },
	{ "30000000", "1", 0 },
	{ "30000000", "x", 0 },
	{ "0", NULL, 0 },
	{ "often", NULL, 0 },
	{ "1", NULL, 1 },
	{ NULL, "own", 0 },
};

START_TEST(a_watchdog_is_ours_when_it_names_us_or_nobody)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char name[64], own[24];
	int length = snprintf(name, sizeof(name), "@hv-notify-%d", (int)getpid());

	hv_auto(hv_closep) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(a.sun_path + 1, name + 1, (size_t)length - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)length)),
			 0);
	(void)snprintf(own, sizeof(own), "%d", (int)getpid());
	(void)setenv("NOTIFY_SOCKET", name, 1);
	if (watchdogs[_i].usec)
		(void)setenv("WATCHDOG_USEC", watchdogs[_i].usec, 1);
	if (watchdogs[_i].pid)
		(void)setenv("WATCHDOG_PID", strcmp(watchdogs[_i].pid, "own") ? watchdogs[_i].pid : own, 1);
	notify_open(&n);
	ck_assert_int_ge(n.fd, 0);
	ck_assert_int_eq(n.watchdog_ms, watchdogs[_i].ms);
	notify_close(&n);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("notify");
	TCase *t = tcase_create("notify");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, without_a_socket_nothing_is_said_and_no_watchdog_runs);
	tcase_add_test(t, a_socket_that_nobody_holds_is_passed_over);
	tcase_add_test(t, a_socket_in_the_file_system_is_spoken_to);
	tcase_add_loop_test(t, a_watchdog_is_ours_when_it_names_us_or_nobody, 0, (int)HV_LEN(watchdogs));
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
