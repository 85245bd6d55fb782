/*
 * test_child.c - scheduler/child: real processes (this program again, see fake_run.h). Every wait is ended by
 * what the child does; limits are small where they are meant to be met and absent elsewhere.
 */
#include <check.h>
#include <signal.h>

#include "harvester/base/buf.h"
#include "scheduler/child.h"
#include "tests/support/fake_run.h"

enum { MOST_SEEN = 8 };

struct seen {
	struct child *child;
	struct child_end end;
	struct progress progress[MOST_SEEN];
	size_t n_progress, n_lines, n_cut, longest, n_ended;
	struct buf out, errors;
	bool stop_when_ready;
};

static uv_loop_t loop;
static struct seen seen;
static struct hv_err err;

static void on_progress(void *ctx, const struct progress *p)
{
	struct seen *s = ctx;

	if (s->n_progress < MOST_SEEN)
		s->progress[s->n_progress] = *p;
	s->n_progress++;
	if (s->stop_when_ready)
		child_stop(s->child, CHILD_ASKED);
}

static void on_line(void *ctx, bool error, struct str text, bool cut)
{
	struct seen *s = ctx;
	struct buf *b = error ? &s->errors : &s->out;

	s->n_lines++;
	s->n_cut += cut;
	s->longest = text.n > s->longest ? text.n : s->longest;
	buf_str(b, text);
	buf_putc(b, '\n');
}

static void on_ended(void *ctx, const struct child_end *end)
{
	struct seen *s = ctx;

	s->end = *end;
	s->n_ended++;
}

static const struct child_events events = { on_progress, on_line, on_ended };

static void set_up(void)
{
	seen = (struct seen){ .out = BUF_INIT(1u << 20), .errors = BUF_INIT(1u << 20) };
	err = (struct hv_err){ 0 };
	ck_assert_int_eq(uv_loop_init(&loop), 0);
}

/* Not a single handle may be left. */
static void tear_down(void)
{
	ck_assert_int_eq(uv_loop_close(&loop), 0);
	buf_release(&seen.out);
	buf_release(&seen.errors);
}

static int start(const char *source, struct child_limits limits)
{
	const char *argv[] = { fake_program(), "run", source, NULL };
	struct child_start s = { .argv = argv,
				 .limits = limits,
				 .grace_ms = 100,
				 .sample_ms = 10,
				 .events = &events,
				 .ctx = &seen };

	return child_start(&loop, &s, &seen.child, &err);
}

static const struct child_end *run_limited(const char *source, struct child_limits limits)
{
	ck_assert_msg(start(source, limits) == 0, "%s", err.text);
	int pid = child_pid(seen.child);
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert_uint_eq(seen.n_ended, 1);
	ck_assert_int_eq(kill(pid, 0), -1);
	return &seen.end;
}

static const struct child_end *run(const char *source)
{
	return run_limited(source, (struct child_limits){ 0 });
}

START_TEST(progress_lines_and_output_are_told_apart)
{
	const struct child_end *end = run("well");

	ck_assert_int_eq(end->exit, 0);
	ck_assert_int_eq(end->signal, 0);
	ck_assert_int_eq(end->why, CHILD_LEFT);
	ck_assert_uint_eq(seen.n_progress, 2);
	ck_assert_str_eq(seen.progress[1].state, "applying");
	ck_assert_int_eq(seen.progress[1].done, 2000);
	ck_assert_int_eq(seen.progress[1].expected, 2000);
	ck_assert_int_eq(seen.progress[1].run, 7);
	ck_assert_int_eq(seen.progress[0].expected, -1);
	ck_assert_str_eq(buf_cstr(&seen.out), "2000 seen\n"); /* without a line feed at its end */
	ck_assert_str_eq(buf_cstr(&seen.errors),
			 "time=2027-01-01T00:00:00Z level=info event=\"page stored\" source=well\n");
}
END_TEST

START_TEST(an_exit_code_is_told)
{
	const struct child_end *end = run("exit7");

	ck_assert_int_eq(end->exit, 7);
	ck_assert_int_eq(end->signal, 0);
}
END_TEST

START_TEST(a_death_by_signal_is_told)
{
	const struct child_end *end = run("dies");

	ck_assert_int_eq(end->exit, -1);
	ck_assert_int_eq(end->signal, SIGKILL);
	ck_assert(!end->killed); /* not by us */
	ck_assert_int_eq(end->why, CHILD_LEFT);
	ck_assert_uint_eq(seen.n_progress, 1);
}
END_TEST

START_TEST(a_child_that_is_asked_to_stop_stops_by_itself)
{
	seen.stop_when_ready = true;
	const struct child_end *end = run("waits");

	ck_assert_int_eq(end->exit, 130);
	ck_assert_int_eq(end->why, CHILD_ASKED);
	ck_assert(!end->killed);
}
END_TEST

START_TEST(a_child_that_will_not_stop_is_killed)
{
	seen.stop_when_ready = true;
	const struct child_end *end = run("ignores");

	ck_assert_int_eq(end->signal, SIGKILL);
	ck_assert_int_eq(end->why, CHILD_ASKED);
	ck_assert(end->killed);
}
END_TEST

START_TEST(silence_ends_a_child)
{
	const struct child_end *end = run_limited("quiet", (struct child_limits){ .silence_ms = 30 });

	ck_assert_int_eq(end->why, CHILD_SILENCE);
	ck_assert_int_eq(end->signal, SIGTERM);
}
END_TEST

START_TEST(time_ends_a_child)
{
	const struct child_end *end =
		run_limited("quiet", (struct child_limits){ .time_ms = 30, .silence_ms = 60000 });

	ck_assert_int_eq(end->why, CHILD_TIME);
	ck_assert_int_ge(end->duration_ms, 30);
}
END_TEST

START_TEST(memory_ends_a_child)
{
	const int64_t limit = 96 << 20;
	const struct child_end *end = run_limited("grows", (struct child_limits){ .memory = limit });

	ck_assert_int_eq(end->why, CHILD_MEMORY);
	ck_assert_int_gt(end->rss_max, limit);
}
END_TEST

START_TEST(no_limit_of_a_child_that_met_none_is_named)
{
	const struct child_end *end = run_limited(
		"well",
		(struct child_limits){ .time_ms = 600000, .silence_ms = 600000, .memory = INT64_C(1) << 40 });

	ck_assert_int_eq(end->exit, 0);
	ck_assert_int_eq(end->why, CHILD_LEFT);
	ck_assert_ptr_null(child_stop_word(end->why));
}
END_TEST

START_TEST(a_flood_is_read_to_its_end)
{
	const struct child_end *end = run("floods");

	ck_assert_int_eq(end->exit, 4);
	ck_assert_uint_eq(seen.n_lines, 5001);
	ck_assert_ptr_nonnull(
		strstr(buf_cstr(&seen.errors), "something is odd 4999\nerror: the last word\n"));
}
END_TEST

START_TEST(a_line_without_end_is_cut_and_the_next_one_is_whole)
{
	const struct child_end *end = run("longline");

	ck_assert_int_eq(end->exit, 0);
	ck_assert_uint_eq(seen.n_lines, 1);
	ck_assert_uint_eq(seen.n_cut, 1);
	ck_assert_uint_eq(seen.longest, LINE_CEILING);
	ck_assert_uint_eq(seen.n_progress, 1);
}
END_TEST

START_TEST(a_grandchild_that_keeps_the_pipes_does_not_keep_us)
{
	const struct child_end *end = run("heir");

	ck_assert_int_eq(end->exit, 0);
	ck_assert_uint_eq(seen.n_progress, 1);
}
END_TEST

START_TEST(a_program_that_is_not_there_is_told)
{
	const char *argv[] = { "/nowhere/harvester", "run", "x", NULL };
	struct child_start s = {
		.argv = argv, .grace_ms = 1, .sample_ms = 1, .events = &events, .ctx = &seen
	};

	ck_assert_int_eq(child_start(&loop, &s, &seen.child, &err), HV_E_IO);
	ck_assert_str_eq(err.text, "cannot start /nowhere/harvester: no such file or directory");
	ck_assert_int_eq(uv_run(&loop, UV_RUN_DEFAULT), 0);
	ck_assert_uint_eq(seen.n_ended, 0);
}
END_TEST

START_TEST(resident_size_is_read_from_the_kernel_s_text)
{
	int64_t now = 0, most = 0;

	ck_assert(
		child_status_parse(STR("Name:\tx\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n"), &now, &most));
	ck_assert_int_eq(now, 1 << 20);
	ck_assert_int_eq(most, 2 << 20);
	ck_assert(!child_status_parse(STR("Name:\tx\nState:\tZ (zombie)\n"), &now, &most));
	ck_assert(!child_status_parse(STR("VmRSS:\t99999999999999999999 kB\nVmHWM:"), &now, &most));
}
END_TEST

int main(int argc, char **argv)
{
	fake_run(argc, argv);
	Suite *s = suite_create("child");
	TCase *t = tcase_create("child");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, progress_lines_and_output_are_told_apart);
	tcase_add_test(t, an_exit_code_is_told);
	tcase_add_test(t, a_death_by_signal_is_told);
	tcase_add_test(t, a_child_that_is_asked_to_stop_stops_by_itself);
	tcase_add_test(t, a_child_that_will_not_stop_is_killed);
	tcase_add_test(t, silence_ends_a_child);
	tcase_add_test(t, time_ends_a_child);
	tcase_add_test(t, memory_ends_a_child);
	tcase_add_test(t, no_limit_of_a_child_that_met_none_is_named);
	tcase_add_test(t, a_flood_is_read_to_its_end);
	tcase_add_test(t, a_line_without_end_is_cut_and_the_next_one_is_whole);
	tcase_add_test(t, a_grandchild_that_keeps_the_pipes_does_not_keep_us);
	tcase_add_test(t, a_program_that_is_not_there_is_told);
	tcase_add_test(t, resident_size_is_read_from_the_kernel_s_text);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
