/*
 * tests/integration/test_serve.c - `harvester serve --once` on a real PostgreSQL: what the runs of the past
 * mean for today. The runs themselves are played (fake_run.h): this program is the one that serve starts.
 */
#include <check.h>
#include <sys/stat.h>

#include "harvester/base/arena.h"
#include "harvester/cli/exit.h"
#include "harvester/cli/verb.h"
#include "tests/support/fake_run.h"
#include "tests/support/pgtest.h"

/* Sunday noon; the nightly time was 00:15 UTC, the monthly one on the first. */
#define NOW "2027-01-10T12:00:00Z"

static struct pgtest pg;
static struct app app;
static char folder[64];
static char *text; /* the log */
static size_t text_n;
static struct hv_err err;

static bool never(void *ctx)
{
	(void)ctx;
	return false;
}

static void set_up(void)
{
	bool day;
	char sources[80];

	pgtest_folder(folder, sizeof(folder));
	(void)snprintf(sources, sizeof(sources), "%s/sources", folder);
	ck_assert_int_eq(mkdir(sources, 0700), 0);
	app = (struct app){ .cancelled = never, .clock = { .fixed = true } };
	ck_assert(clock_parse(str_of(NOW), &app.clock.fixed_us, &day));
	app.log = (struct hv_log){ .out = open_memstream(&text, &text_n),
				   .level = HV_LOG_INFO,
				   .clock = app.clock };
	app.store = pgtest_store(&pg, &app.clock);
	app.args = (struct args){ .names = { "once" }, .n_opts = 1 };
	err = (struct hv_err){ 0 };
}

static void tear_down(void)
{
	config_free(app.config);
	store_close(app.store);
	(void)fclose(app.log.out);
	free(text);
	pgtest_remove(folder);
}

static void source(const char *name, const char *lines)
{
	char path[200];

	(void)snprintf(path, sizeof(path), "%s/sources/%s.yaml", folder, name);
	FILE *f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	(void)fprintf(
		f,
		"source: %s\nconnector: oai\nmapping: lido\nmuseums: [M9871]\nnew_refs: {prefix: VB}\n%s\n",
		name, lines);
	ck_assert_int_eq(fclose(f), 0);
}

static int serve(void)
{
	ck_assert_msg(config_load(folder, &app.config, &err) == 0, "%s", err.text);
	int r = cmd_serve(&app, &err);
	ck_assert_msg(r >= 0, "%s", err.text);
	return r;
}

static void ran(const char *started, const char *state, const char *listing)
{
	char sql[400];

	(void)snprintf(
		sql, sizeof(sql),
		"insert into run (source, kind, listing, state, started) values ('well', 'harvest', '%s', "
		"'%s', '%s') returning id",
		listing, state, started);
	ck_assert_str_ne(pgtest_ask(&pg, sql), "");
}

static bool said(const char *what)
{
	return strstr(text, what) != NULL;
}

static const struct {
	const char *started, *state;
	bool due;
} pasts[] = {
	{ NULL, NULL, true }, /* nobody else would ever begin it */
	{ "2027-01-10T00:15:04Z", "done", false },
	{ "2027-01-09T00:15:04Z", "done", true },
	{ "2027-01-09T23:00:00Z", "done", true }, /* by hand in the evening: the night still counts */
	{ "2027-01-10T09:00:00Z", "done", false },
	{ "2027-01-10T00:15:04Z", "failed", true },
	{ "2027-01-10T00:15:04Z", "collecting", true }, /* killed */
	{ "2027-01-10T00:15:04Z", "applying", true },
	{ "2027-01-10T00:15:04Z", "waiting", false }, /* its quota is spent */
	{ "2027-01-10T00:15:04Z", "held", false },    /* a person decides */
	{ "2027-01-10T00:15:04Z", "cancelled", false },
};

START_TEST(the_last_run_says_whether_one_is_due)
{
	source("well", "schedule: '15 1 * * *'");
	if (pasts[_i].state)
		ran(pasts[_i].started, pasts[_i].state, "window");
	ck_assert_int_eq(serve(), EXIT_OK);
	ck_assert_msg(said("event=\"run ended\" source=well") == pasts[_i].due, "%s %s:\n%s",
		      pasts[_i].started, pasts[_i].state, text);
}
END_TEST

/* More runs than serve looks at, all windows. */
static void many_windows(void)
{
	(void)pgtest_ask(&pg,
			 "insert into run (source, kind, listing, state, started) select 'well', 'harvest', "
			 "'window', 'done', '2027-01-10T00:15:00Z' from generate_series(1, 120)");
}

static void applied_full(const char *started)
{
	ran(started, "done", "full");
	(void)pgtest_ask(&pg, "insert into source (name, full_run) select 'well', max(id) from run");
}

START_TEST(a_complete_listing_of_long_ago_is_remembered)
{
	source("well", "schedule: '15 1 * * *'\nfull: '15 2 1 * *'");
	applied_full("2027-01-01T01:15:00Z");
	many_windows();
	ck_assert_int_eq(serve(), EXIT_OK);
	ck_assert(!said("run started"));
}
END_TEST

START_TEST(a_complete_listing_that_was_missed_is_made_up_for)
{
	source("well", "schedule: '15 1 * * *'\nfull: '15 2 1 * *'");
	applied_full("2026-12-01T01:15:00Z");
	many_windows();
	ck_assert_int_eq(serve(), EXIT_OK);
	ck_assert(said("event=\"run started\" source=well listing=full"));
}
END_TEST

START_TEST(other_kinds_of_runs_are_no_harvest)
{
	source("well", "schedule: '15 1 * * *'");
	ran("2027-01-09T00:15:00Z", "done", "window");
	ck_assert_str_ne(pgtest_ask(&pg,
				    "insert into run (source, kind, listing, state, started) values ('well', "
				    "'import', 'none', 'done', '2027-01-10T10:00:00Z') returning id"),
			 "");
	ck_assert_int_eq(serve(), EXIT_OK);
	ck_assert(said("event=\"run ended\" source=well"));
}
END_TEST

START_TEST(once_ends_with_the_exit_code_of_the_first_failure)
{
	source("exit4", "schedule: '15 1 * * *'");
	ck_assert_int_eq(serve(), EXIT_REMOTE);
}
END_TEST

START_TEST(a_child_inherits_neither_the_connection_nor_the_lock_of_the_server)
{
	source("descriptors", "schedule: '15 1 * * *'");
	ck_assert_int_eq(serve(), EXIT_OK);
	ck_assert(said("event=\"run ended\" source=descriptors"));
	ck_assert_msg(!said("inherited socket:") && !said(".lock"), "%s", text);
}
END_TEST

START_TEST(once_ends_with_failed_when_a_run_dies)
{
	source("dies", "schedule: '15 1 * * *'");
	ck_assert_int_eq(serve(), EXIT_FAILED);
	ck_assert(said("signal=SIGKILL"));
}
END_TEST

int main(int argc, char **argv)
{
	fake_run(argc, argv);
	pgtest_begin(&pg);
	Suite *s = suite_create("serve");
	TCase *t = tcase_create("serve");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, the_last_run_says_whether_one_is_due, 0, (int)HV_LEN(pasts));
	tcase_add_test(t, a_complete_listing_of_long_ago_is_remembered);
	tcase_add_test(t, a_complete_listing_that_was_missed_is_made_up_for);
	tcase_add_test(t, other_kinds_of_runs_are_no_harvest);
	tcase_add_test(t, once_ends_with_the_exit_code_of_the_first_failure);
	tcase_add_test(t, a_child_inherits_neither_the_connection_nor_the_lock_of_the_server);
	tcase_add_test(t, once_ends_with_failed_when_a_run_dies);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return pgtest_end(&pg, failed);
}
