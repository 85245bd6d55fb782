/*
 * test_serve.c - scheduler_run: a configuration folder, real children (fake_run.h), real signals to
 * ourselves.
 *
 * The log is the observer: what it says makes the test act (a signal, another hour, another file), so nothing
 * here waits for time to pass. The clock stands still unless the test moves it.
 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/config.h"
#include "harvester/base/buf.h"
#include "scheduler/scheduler.h"
#include "tests/support/fake_run.h"

#define HOURS(n) ((n)*INT64_C(3600000000))

/* When a line holds `on`, act, once. */
struct reaction {
	const char *on;
	void (*act)(void);
	bool done;
};

static char dir[64];
static struct buf text; /* the whole log */
static struct reaction reactions[8];
static size_t n_reactions;
static struct hv_log log_;
static struct hv_clock clock_;
static struct scheduler_options options;
static struct scheduler_result result;
static struct hv_err err;
static int n_ready;
static bool overdue; /* every source ran last a month ago; else it never ran */

static ssize_t on_write(void *cookie, const char *p, size_t n)
{
	(void)cookie;
	buf_put(&text, p, n);
	for (size_t i = 0; i < n_reactions; i++) {
		struct reaction *r = &reactions[i];

		if (r->done || !memmem(p, n, r->on, strlen(r->on)))
			continue;
		r->done = true;
		r->act();
	}
	return (ssize_t)n;
}

static int64_t at(const char *utc)
{
	int64_t us;
	bool day;

	ck_assert(clock_parse(str_of(utc), &us, &day));
	return us;
}

static int last_run(void *ctx, const char *source, bool full, struct scheduler_past *ret, struct hv_err *e)
{
	(void)ctx;
	if (strcmp(source, "unknown") == 0)
		return hv_fail(e, HV_E_STORE, "the database is away");
	if (overdue && !full)
		*ret = (struct scheduler_past){ .started = clock_.fixed_us - 31 * HOURS(24) };
	return 0;
}

static bool retry(int exit_code)
{
	return exit_code != 7;
}

static void set_up(void)
{
	char sources[80];

	(void)snprintf(dir, sizeof(dir), "/tmp/hv-serve-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(sources, sizeof(sources), "%s/sources", dir);
	ck_assert_int_eq(mkdir(sources, 0700), 0);
	text = BUF_INIT(8u << 20);
	n_reactions = 0;
	clock_ = (struct hv_clock){ .fixed = true, .fixed_us = at("2027-01-10T12:00:00Z") };
	log_ = (struct hv_log){ .out = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = on_write }),
				.level = HV_LOG_INFO,
				.clock = clock_ };
	setvbuf(log_.out, NULL, _IOFBF, 1 << 16);
	options = (struct scheduler_options){ .program = fake_program(),
					      .last_run = last_run,
					      .retry = retry,
					      .grace = 50,
					      .sample = 10,
					      .tick = 5 };
	overdue = true;
	n_ready = 0;
	err = (struct hv_err){ 0 };
	(void)unsetenv("NOTIFY_SOCKET");
}

static void tear_down(void)
{
	char path[400];

	(void)fclose(log_.out);
	buf_release(&text);
	(void)snprintf(path, sizeof(path), "%s/sources", dir);
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d));) {
		(void)snprintf(path, sizeof(path), "%s/sources/%s", dir, e->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
	(void)snprintf(path, sizeof(path), "%s/sources", dir);
	(void)rmdir(path);
	(void)rmdir(dir);
}

static void put(const char *source, const char *lines)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/sources/%s.yaml", dir, source);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	(void)fprintf(
		f, "source: %s\nconnector: oai\nmapping: lido\nmuseums: [M9871]\nnew_refs: {prefix: VB}\n%s",
		source, lines);
	ck_assert_int_eq(fclose(f), 0);
}

static void nightly(const char *source)
{
	put(source, "schedule: '15 1 * * *'\n");
}

static void when(const char *on, void (*act)(void))
{
	ck_assert_uint_lt(n_reactions, HV_LEN(reactions));
	reactions[n_reactions++] = (struct reaction){ .on = on, .act = act };
}

static void stop(void)
{
	(void)kill(getpid(), SIGTERM);
}

/* The second of two. */
static void ready(void)
{
	if (++n_ready == 2)
		stop();
}

static void reload(void)
{
	(void)kill(getpid(), SIGHUP);
}

static void five_minutes_later(void)
{
	clock_.fixed_us += HOURS(1) / 12;
}

static void next_day(void)
{
	clock_.fixed_us += HOURS(24);
}

static int serve(void)
{
	hv_auto(config_freep) struct config *config = NULL;

	ck_assert_msg(config_load(dir, &config, &err) == 0, "%s", err.text);
	int r = scheduler_run(config, &options, &log_, &clock_, &result, &err);
	ck_assert_int_eq(waitpid(-1, NULL, 0), -1); /* no child is left */
	ck_assert_int_eq(errno, ECHILD);
	return r;
}

static void served(void)
{
	ck_assert_msg(serve() == 0, "%s", err.text);
}

static void served_once(void)
{
	options.once = true;
	served();
}

static size_t count(const char *what)
{
	size_t n = 0;

	for (const char *p = buf_cstr(&text); (p = strstr(p, what)); p++)
		n++;
	return n;
}

static void said(const char *what)
{
	ck_assert_msg(count(what) > 0, "'%s' is not in:\n%s", what, buf_cstr(&text));
}

static void not_said(const char *what)
{
	ck_assert_msg(count(what) == 0, "'%s' is in:\n%s", what, buf_cstr(&text));
}

START_TEST(what_is_due_runs_once_and_its_end_is_recorded)
{
	nightly("well");
	served_once();
	ck_assert_uint_eq(result.started, 1);
	ck_assert_uint_eq(result.failed, 0);
	said("event=\"serve started\" sources=1 children=2 config=");
	said("event=\"run started\" source=well listing=new pid=");
	said("event=\"run progress\" source=well run=7 state=collecting done=1\n");
	said("level=info event=\"page stored\" source=well\n"); /* the child's own line, as it is */
	said("event=\"run printed\" source=well text=\"2000 seen\"\n");
	said("level=info event=\"run ended\" source=well run=7 listing=new exit=0 seconds=");
	said(" rss_max=");
	not_said("retry=");
	not_said("last_line=");
	said("event=\"serve stopped\"");
}
END_TEST

START_TEST(progress_is_logged_at_most_once_in_its_interval)
{
	nightly("well");
	options.progress = 600000;
	served_once();
	ck_assert_uint_eq(count("event=\"run progress\""), 1);
	said(" state=applying\n"); /* the end tells the last of it */
}
END_TEST

START_TEST(once_with_nothing_due_runs_nothing)
{
	nightly("well");
	put("off", "enabled: false\nschedule: '15 1 * * *'\n");
	put("byhand", "");
	clock_.fixed_us = at("2027-01-10T00:30:00Z");
	options.last_run = NULL;
	served_once();
	ck_assert_uint_eq(result.started, 0);
	said("sources=1 ");
}
END_TEST

START_TEST(once_runs_what_never_ran)
{
	nightly("well");
	overdue = false;
	served_once();
	ck_assert_uint_eq(result.started, 1);
}
END_TEST

START_TEST(once_tells_when_former_runs_are_unknown)
{
	nightly("unknown");
	options.once = true;
	ck_assert_int_eq(serve(), HV_E_STORE);
	ck_assert_str_eq(err.text, "last run of 'unknown': the database is away");
}
END_TEST

START_TEST(once_tells_the_first_failure)
{
	nightly("exit4");
	nightly("well");
	served_once();
	ck_assert_uint_eq(result.started, 2);
	ck_assert_uint_eq(result.failed, 1);
	ck_assert_int_eq(result.first_exit, 4);
	not_said("retry="); /* that is for the timer that called us */
}
END_TEST

START_TEST(the_child_gets_the_command_that_a_person_would_type)
{
	char expected[200];

	nightly("arguments");
	served_once();
	(void)snprintf(expected, sizeof(expected), "text=\"run arguments --progress lines --config %s\"\n",
		       dir);
	said(expected);
}
END_TEST

START_TEST(a_complete_listing_is_asked_for)
{
	put("arguments", "full: '15 1 1 * *'\n");
	overdue = false;
	served_once();
	said("event=\"run started\" source=arguments listing=full");
	said(" --full\"\n");
}
END_TEST

START_TEST(a_stop_is_handed_on_and_waited_for)
{
	nightly("waits-a");
	nightly("waits-b");
	nightly("waits-c");
	options.grace = 60000;
	when("event=\"run progress\" source=waits-a", ready);
	when("event=\"run progress\" source=waits-b", ready);
	served();
	said("event=\"serve stopping\" signal=SIGTERM running=2");
	said("level=info event=\"run ended\" source=waits-b run=7 listing=new exit=130 stopped_for=stop");
	ck_assert_uint_eq(count("event=\"run started\""), 2); /* two at a time, and none after the stop */
	ck_assert_uint_eq(count("event=\"run ended\""), 2);
}
END_TEST

START_TEST(a_child_that_does_not_stop_is_killed)
{
	nightly("ignores");
	when("event=\"run progress\"", stop);
	served();
	said("signal=SIGKILL stopped_for=stop killed=yes");
}
END_TEST

START_TEST(a_second_signal_kills_at_once)
{
	nightly("ignores");
	options.grace = 3600000;
	when("event=\"run progress\"", stop);
	when("event=\"serve stopping\"", stop);
	served();
	said("signal=SIGKILL stopped_for=stop killed=yes");
}
END_TEST

START_TEST(a_death_by_signal_is_recorded_and_resumed_after_a_while)
{
	nightly("dies");
	when("event=\"run ended\"", five_minutes_later);
	when("failures=1", stop);
	served();
	said("level=error event=\"run ended\" source=dies run=7 listing=new signal=SIGKILL seconds=");
	said("state=collecting retry=2027-01-10T12:05:00Z");
	ck_assert_uint_eq(count("event=\"run started\""), 2);
}
END_TEST

START_TEST(a_run_that_a_person_must_look_at_is_not_repeated)
{
	nightly("exit7");
	when("event=\"run ended\"", stop);
	served();
	said("level=warn event=\"run ended\" source=exit7 listing=new exit=7");
	said("last_line=\"error: the source said no\"");
	not_said("retry=");
}
END_TEST

START_TEST(a_spent_budget_waits_for_the_next_time)
{
	put("quiet", "schedule: '15 1 * * *'\nbudget: {time: 30ms}\n");
	when("event=\"run ended\"", stop);
	served();
	said("signal=SIGTERM stopped_for=time");
	not_said("retry=");
}
END_TEST

START_TEST(a_silent_run_is_ended_and_repeated)
{
	put("quiet", "schedule: '15 1 * * *'\nbudget: {silence: 30ms}\n");
	when("event=\"run ended\"", stop);
	served();
	said("signal=SIGTERM stopped_for=silence");
	said("retry=2027-01-10T12:05:00Z");
}
END_TEST

START_TEST(one_child_at_a_time_when_so_asked)
{
	nightly("well-a");
	nightly("well-b");
	nightly("well-c");
	options.children = 1;
	served_once();
	ck_assert_uint_eq(result.started, 3);
	int running = 0;
	for (const char *p = buf_cstr(&text); (p = strstr(p, "event=\"run ")); p++) {
		running += strncmp(p, "event=\"run started\"", 19) == 0;
		running -= strncmp(p, "event=\"run ended\"", 17) == 0;
		ck_assert_int_le(running, 1);
	}
	ck_assert_int_eq(running, 0);
}
END_TEST

START_TEST(a_flood_of_output_is_counted_and_its_last_line_kept)
{
	nightly("floods");
	served_once();
	ck_assert_uint_eq(count("event=\"run wrote\""), 1000);
	said("level=warn event=\"run wrote\" source=floods text=\"something is odd 999\"\n");
	said("lines_dropped=4001");
	said("last_line=\"error: the last word\"");
}
END_TEST

START_TEST(a_program_that_cannot_be_started_is_a_run_that_failed)
{
	nightly("well");
	options.program = "/nowhere/harvester";
	served_once();
	ck_assert_uint_eq(result.failed, 1);
	ck_assert_int_eq(result.first_exit, -1);
	said("event=\"run not started\" source=well listing=new error=\"cannot start /nowhere/harvester: ");
}
END_TEST

START_TEST(a_spoilt_source_does_not_keep_the_others)
{
	nightly("well");
	put("spoilt", "schedule: 'every night'\n");
	served_once();
	ck_assert_uint_eq(result.started, 1);
	said("level=error event=\"source left out\" source=spoilt error=");
	said("event=\"run ended\" source=well");
}
END_TEST

static void add_a_source(void)
{
	nightly("well-new");
	reload();
}

START_TEST(a_new_source_is_taken_up_and_waits_for_its_time)
{
	overdue = false;
	nightly("well");
	when("event=\"serve started\"", add_a_source);
	when("event=\"configuration read again\" sources=2", next_day);
	when("event=\"run ended\" source=well-new", stop);
	served();
	said("event=\"run started\" source=well-new");
}
END_TEST

static void spoil_a_source(void)
{
	put("bad", "schedule: '15 25 * * *'\n");
	reload();
}

START_TEST(a_configuration_with_errors_is_not_taken_up)
{
	overdue = false;
	nightly("well");
	when("event=\"serve started\"", spoil_a_source);
	when("event=\"configuration kept\"", next_day);
	when("event=\"run ended\" source=well", stop);
	served();
	said("/sources/bad.yaml:6:");
	not_said("source=bad");
	not_said("read again");
}
END_TEST

static void touch_and_reload(void)
{
	nightly("well");
	reload();
}

START_TEST(what_runs_is_not_started_again_by_a_new_configuration)
{
	nightly("waits");
	when("event=\"run progress\" source=waits", touch_and_reload);
	when("event=\"configuration read again\" sources=2", next_day);
	when("event=\"run ended\" source=well", stop);
	served();
	ck_assert_uint_eq(count("event=\"run started\" source=waits"), 1);
	ck_assert_uint_eq(count("event=\"run started\" source=well"), 1);
}
END_TEST

static void remove_and_reload(void)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/sources/waits.yaml", dir);
	ck_assert_int_eq(unlink(path), 0);
	reload();
}

START_TEST(a_source_that_was_removed_is_let_run_to_its_end)
{
	nightly("waits");
	when("event=\"run progress\" source=waits", remove_and_reload);
	when("event=\"configuration read again\" sources=0", stop);
	served();
	said("event=\"run ended\" source=waits run=7 listing=new exit=130 stopped_for=stop");
}
END_TEST

/* What systemd was told, one datagram a line. */
static void told_by(int fd, struct buf *out)
{
	char datagram[1024];
	ssize_t n;

	while ((n = recv(fd, datagram, sizeof(datagram), MSG_DONTWAIT)) > 0) {
		buf_put(out, datagram, (size_t)n);
		buf_putc(out, '\n');
	}
}

static int listen_at(const char *abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(a.sun_path + 1, abstract + 1, strlen(abstract) - 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(abstract))),
			 0);
	return fd;
}

START_TEST(systemd_is_told_how_we_are)
{
	hv_auto(buf_release) struct buf told = BUF_INIT(1u << 20);
	char name[64];

	(void)snprintf(name, sizeof(name), "@hv-serve-test-%d", (int)getpid());
	hv_auto(hv_closep) int fd = listen_at(name);
	(void)setenv("NOTIFY_SOCKET", name, 1);
	nightly("waits");
	put("late", "full: '15 1 1 * *'\n");
	when("event=\"run progress\"", reload);
	when("event=\"configuration read again\"", stop);
	served();
	told_by(fd, &told);
	text.n = 0;
	buf_str(&text, buf_view(&told));
	ck_assert_ptr_eq(strstr(buf_cstr(&told), "READY=1\n"), buf_cstr(&told));
	said("STATUS=running: waits; next: late at 2027-02-01T00:15:00Z\n");
	said("STATUS=running: waits (collecting 1); next: late");
	said("RELOADING=1\nMONOTONIC_USEC=");
	ck_assert_uint_eq(count("READY=1"), 2);
	said("STOPPING=1\nSTATUS=stopping: waits (collecting 1)\n");
	ck_assert_ptr_null(getenv("NOTIFY_SOCKET")); /* children do not speak for us */
}
END_TEST

static void *stop_at_the_first_sign_of_life(void *fd)
{
	char datagram[1024];
	ssize_t n;

	while ((n = recv(*(int *)fd, datagram, sizeof(datagram), 0)) > 0)
		if (n == 10 && memcmp(datagram, "WATCHDOG=1", 10) == 0)
			break;
	stop();
	return NULL;
}

START_TEST(the_watchdog_hears_of_us_while_nothing_is_due)
{
	char name[64];
	pthread_t listener;

	(void)snprintf(name, sizeof(name), "@hv-serve-test-%d", (int)getpid());
	hv_auto(hv_closep) int fd = listen_at(name);
	(void)setenv("NOTIFY_SOCKET", name, 1);
	(void)setenv("WATCHDOG_USEC", "20000", 1);
	ck_assert_int_eq(pthread_create(&listener, NULL, stop_at_the_first_sign_of_life, &fd), 0);
	served();
	ck_assert_int_eq(pthread_join(listener, NULL), 0);
	said("sources=0 ");
}
END_TEST

int main(int argc, char **argv)
{
	fake_run(argc, argv);
	Suite *s = suite_create("serve");
	TCase *t = tcase_create("serve");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, what_is_due_runs_once_and_its_end_is_recorded);
	tcase_add_test(t, progress_is_logged_at_most_once_in_its_interval);
	tcase_add_test(t, once_with_nothing_due_runs_nothing);
	tcase_add_test(t, once_runs_what_never_ran);
	tcase_add_test(t, once_tells_when_former_runs_are_unknown);
	tcase_add_test(t, once_tells_the_first_failure);
	tcase_add_test(t, the_child_gets_the_command_that_a_person_would_type);
	tcase_add_test(t, a_complete_listing_is_asked_for);
	tcase_add_test(t, a_stop_is_handed_on_and_waited_for);
	tcase_add_test(t, a_child_that_does_not_stop_is_killed);
	tcase_add_test(t, a_second_signal_kills_at_once);
	tcase_add_test(t, a_death_by_signal_is_recorded_and_resumed_after_a_while);
	tcase_add_test(t, a_run_that_a_person_must_look_at_is_not_repeated);
	tcase_add_test(t, a_spent_budget_waits_for_the_next_time);
	tcase_add_test(t, a_silent_run_is_ended_and_repeated);
	tcase_add_test(t, one_child_at_a_time_when_so_asked);
	tcase_add_test(t, a_flood_of_output_is_counted_and_its_last_line_kept);
	tcase_add_test(t, a_program_that_cannot_be_started_is_a_run_that_failed);
	tcase_add_test(t, a_spoilt_source_does_not_keep_the_others);
	tcase_add_test(t, a_new_source_is_taken_up_and_waits_for_its_time);
	tcase_add_test(t, a_configuration_with_errors_is_not_taken_up);
	tcase_add_test(t, what_runs_is_not_started_again_by_a_new_configuration);
	tcase_add_test(t, a_source_that_was_removed_is_let_run_to_its_end);
	tcase_add_test(t, systemd_is_told_how_we_are);
	tcase_add_test(t, the_watchdog_hears_of_us_while_nothing_is_due);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
