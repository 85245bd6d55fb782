/*
 * test_timetable.c - scheduler/timetable: what is due when. Times are written as UTC and compared as UTC;
 * France is two hours ahead in summer, one in winter.
 */
#include <check.h>

#include "harvester/base/clock.h"
#include "scheduler/timetable.h"

#define MINUTES(n) ((n)*INT64_C(60000000))

static struct timetable *table;
static struct hv_err err;

static void set_up(void)
{
	table = timetable_new(4);
	err = (struct hv_err){ 0 };
}

static void tear_down(void)
{
	timetable_free(table);
}

static int64_t at(const char *utc)
{
	int64_t us;
	bool day;

	ck_assert_msg(clock_parse(str_of(utc), &us, &day), "%s", utc);
	return us;
}

static void is_at(int64_t us, const char *utc)
{
	char text[CLOCK_TEXT];

	ck_assert_str_eq(us == TIMETABLE_NEVER ? "never" : clock_utc(us, text), utc);
}

static struct timetable_entry *add(const char *name, const char *schedule, const char *full,
				   const struct scheduler_past *past, const char *now)
{
	struct timetable_source s = { .name = name, .schedule = schedule, .full = full, .past = past };

	ck_assert_msg(timetable_add(table, &s, at(now), &err) == 0, "%s", err.text);
	return timetable_find(table, name);
}

/* The name of what is due, "-" for nothing, with /full for a complete listing. */
static void due_is(const char *now, const char *expected)
{
	char text[80] = "-";
	int line;
	const struct timetable_entry *e = timetable_due(table, at(now), &line);

	if (e)
		(void)snprintf(text, sizeof(text), "%s%s", e->source, line == LINE_FULL ? "/full" : "");
	ck_assert_str_eq(text, expected);
}

static void next_is(const char *utc)
{
	is_at(timetable_next(table, NULL), utc);
}

START_TEST(a_source_is_due_at_its_time_and_not_before)
{
	struct timetable_entry *e = add("a", "15 1 * * *", NULL, NULL, "2027-01-10T12:00:00Z");

	next_is("2027-01-11T00:15:00Z");
	due_is("2027-01-11T00:14:59Z", "-");
	due_is("2027-01-11T00:15:00Z", "a");
	timetable_started(e, LINE_SCHEDULE, at("2027-01-11T00:15:00Z"));
	due_is("2027-01-12T12:00:00Z", "-"); /* it runs */
	next_is("never");
	is_at(timetable_ended(e, TIMETABLE_WELL, at("2027-01-11T01:00:00Z")), "never");
	next_is("2027-01-12T00:15:00Z");
}
END_TEST

START_TEST(an_empty_timetable_is_never_due)
{
	int line;

	ck_assert_ptr_null(timetable_due(table, INT64_MAX - 1, &line));
	next_is("never");
}
END_TEST

START_TEST(a_time_that_no_year_has_never_comes)
{
	(void)add("a", "0 0 30 2 *", NULL, NULL, "2027-01-10T12:00:00Z");
	next_is("never");
	due_is("2060-01-01T00:00:00Z", "-");
}
END_TEST

START_TEST(what_waits_longest_goes_first)
{
	(void)add("b", "30 1 * * *", NULL, NULL, "2027-01-10T12:00:00Z");
	struct timetable_entry *a = add("a", "0 2 * * *", NULL, NULL, "2027-01-10T12:00:00Z");
	struct timetable_entry *c = add("c", "15 1 * * *", NULL, NULL, "2027-01-10T12:00:00Z");

	due_is("2027-01-11T03:00:00Z", "c");
	timetable_started(c, LINE_SCHEDULE, at("2027-01-11T03:00:00Z"));
	due_is("2027-01-11T03:00:00Z", "b");
	timetable_started(timetable_find(table, "b"), LINE_SCHEDULE, at("2027-01-11T03:00:00Z"));
	due_is("2027-01-11T03:00:00Z", "a");
	timetable_started(a, LINE_SCHEDULE, at("2027-01-11T03:00:00Z"));
	due_is("2027-01-11T03:00:00Z", "-");
}
END_TEST

START_TEST(times_missed_while_nobody_was_there_count_once)
{
	struct scheduler_past past[LINES] = { { .started = at("2027-01-03T00:15:00Z") },
					      { .started = SCHEDULER_NEVER } };
	struct timetable_entry *e = add("a", "15 1 * * *", NULL, past, "2027-01-10T12:00:00Z");

	due_is("2027-01-10T12:00:00Z", "a");
	timetable_started(e, LINE_SCHEDULE, at("2027-01-10T12:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-01-10T12:30:00Z"));
	due_is("2027-01-10T12:30:00Z", "-");
	next_is("2027-01-11T00:15:00Z");
}
END_TEST

START_TEST(a_source_that_ran_at_its_time_waits_for_the_next)
{
	struct scheduler_past past[LINES] = { { .started = at("2027-01-10T00:15:03Z") },
					      { .started = SCHEDULER_NEVER } };

	(void)add("a", "15 1 * * *", NULL, past, "2027-01-10T12:00:00Z");
	next_is("2027-01-11T00:15:00Z");
}
END_TEST

START_TEST(a_source_that_never_ran_waits_for_its_time)
{
	struct scheduler_past past[LINES] = { { .started = SCHEDULER_NEVER },
					      { .started = SCHEDULER_NEVER } };

	(void)add("a", "15 1 * * *", "15 2 1 * *", past, "2027-01-10T12:00:00Z");
	next_is("2027-01-11T00:15:00Z");
}
END_TEST

START_TEST(work_that_was_left_over_is_due_at_once)
{
	struct scheduler_past past[LINES] = { { .started = at("2027-01-10T00:15:03Z"), .again = true },
					      { .started = SCHEDULER_NEVER } };
	struct timetable_entry *e = add("a", "15 1 * * *", NULL, past, "2027-01-10T12:00:00Z");

	due_is("2027-01-10T12:00:00Z", "a");
	timetable_started(e, LINE_SCHEDULE, at("2027-01-10T12:00:00Z"));
	is_at(timetable_ended(e, TIMETABLE_AGAIN, at("2027-01-10T12:00:00Z")), "2027-01-10T12:05:00Z");
}
END_TEST

START_TEST(a_run_dated_in_the_future_does_not_stop_a_source)
{
	struct scheduler_past past[LINES] = { { .started = at("2038-01-01T00:00:00Z") },
					      { .started = SCHEDULER_NEVER } };

	(void)add("a", "15 1 * * *", NULL, past, "2027-01-10T12:00:00Z");
	next_is("2027-01-11T00:15:00Z");
}
END_TEST

START_TEST(a_complete_listing_serves_both_lines)
{
	struct timetable_entry *e = add("a", "15 2 * * *", "15 2 1 * *", NULL, "2027-01-31T12:00:00Z");

	due_is("2027-02-01T01:15:00Z", "a/full");
	timetable_started(e, LINE_FULL, at("2027-02-01T01:15:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-02-01T03:00:00Z"));
	due_is("2027-02-01T03:00:00Z", "-");
	next_is("2027-02-02T01:15:00Z");
	due_is("2027-02-02T01:15:00Z", "a");
}
END_TEST

START_TEST(a_complete_listing_that_fell_due_meanwhile_comes_after)
{
	struct timetable_entry *e = add("a", "15 1 * * *", "15 2 1 * *", NULL, "2027-01-31T12:00:00Z");

	timetable_started(e, LINE_SCHEDULE, at("2027-02-01T00:15:00Z"));
	due_is("2027-02-01T01:30:00Z", "-");
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-02-01T02:00:00Z"));
	due_is("2027-02-01T02:00:00Z", "a/full");
}
END_TEST

START_TEST(times_that_pass_while_a_source_runs_are_skipped)
{
	struct timetable_entry *e = add("a", "@hourly", "0 12 * * *", NULL, "2027-01-10T09:30:00Z");

	timetable_started(e, LINE_SCHEDULE, at("2027-01-10T10:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-01-10T10:59:00Z"));
	due_is("2027-01-10T11:00:00Z", "a/full"); /* noon in France */
	timetable_started(e, LINE_FULL, at("2027-01-10T11:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-01-10T14:20:00Z"));
	due_is("2027-01-10T14:20:00Z", "-");
	next_is("2027-01-10T15:00:00Z");
}
END_TEST

START_TEST(failures_wait_longer_each_time_and_not_over_six_hours_or_a_day)
{
	static const int64_t minutes[] = { 5, 10, 20, 40, 80, 160, 320, 360 };
	struct timetable_entry *e = add("a", "0 1 1 * *", NULL, NULL, "2027-01-10T12:00:00Z");
	int64_t now = at("2027-02-01T00:00:00Z");

	for (size_t i = 0; i < HV_LEN(minutes); i++) {
		timetable_started(e, LINE_SCHEDULE, now);
		int64_t retry = timetable_ended(e, TIMETABLE_AGAIN, now);
		ck_assert_int_eq(retry - now, MINUTES(minutes[i]));
		ck_assert_int_eq(timetable_next(table, NULL), retry);
		now = retry;
	}
	timetable_started(e, LINE_SCHEDULE, now);
	is_at(now, "2027-02-01T16:35:00Z");
	is_at(timetable_ended(e, TIMETABLE_AGAIN, now), "2027-02-01T22:35:00Z");
	now = at("2027-02-01T22:35:00Z");
	timetable_started(e, LINE_SCHEDULE, now);
	is_at(timetable_ended(e, TIMETABLE_AGAIN, now), "never"); /* a day is over */
	next_is("2027-03-01T00:00:00Z");
}
END_TEST

START_TEST(the_next_scheduled_time_begins_afresh)
{
	struct timetable_entry *e = add("a", "@hourly", NULL, NULL, "2027-01-10T09:30:00Z");
	int64_t now = at("2027-01-10T10:00:00Z");

	for (int i = 0; i < 3; i++) {
		timetable_started(e, LINE_SCHEDULE, now);
		now = timetable_ended(e, TIMETABLE_AGAIN, now);
	}
	is_at(now, "2027-01-10T10:35:00Z");
	timetable_started(e, LINE_SCHEDULE, now);
	is_at(timetable_ended(e, TIMETABLE_AGAIN, now), "never"); /* 11:15 is after 11:00 */
	next_is("2027-01-10T11:00:00Z");
	timetable_started(e, LINE_SCHEDULE, at("2027-01-10T11:00:00Z"));
	is_at(timetable_ended(e, TIMETABLE_AGAIN, at("2027-01-10T11:00:00Z")), "2027-01-10T11:05:00Z");
}
END_TEST

START_TEST(a_success_ends_the_retries)
{
	struct timetable_entry *e = add("a", "0 1 * * *", NULL, NULL, "2027-01-10T12:00:00Z");
	int64_t now = at("2027-01-11T00:00:00Z");

	timetable_started(e, LINE_SCHEDULE, now);
	now = timetable_ended(e, TIMETABLE_AGAIN, now);
	timetable_started(e, LINE_SCHEDULE, now);
	is_at(timetable_ended(e, TIMETABLE_WELL, now), "never");
	next_is("2027-01-12T00:00:00Z");
}
END_TEST

START_TEST(what_only_a_person_mends_is_not_retried)
{
	struct timetable_entry *e = add("a", "0 1 * * *", NULL, NULL, "2027-01-10T12:00:00Z");

	timetable_started(e, LINE_SCHEDULE, at("2027-01-11T00:00:00Z"));
	is_at(timetable_ended(e, TIMETABLE_WAIT, at("2027-01-11T00:01:00Z")), "never");
	next_is("2027-01-12T00:00:00Z");
}
END_TEST

START_TEST(a_complete_listing_that_failed_is_retried_as_one_beside_the_nightly_run)
{
	struct timetable_entry *e = add("a", "@hourly", "30 3 1 * *", NULL, "2027-02-01T02:10:00Z");

	due_is("2027-02-01T02:30:00Z", "a/full");
	timetable_started(e, LINE_FULL, at("2027-02-01T02:30:00Z"));
	is_at(timetable_ended(e, TIMETABLE_AGAIN, at("2027-02-01T02:58:00Z")), "2027-02-01T03:03:00Z");
	due_is("2027-02-01T03:00:00Z", "a");
	timetable_started(e, LINE_SCHEDULE, at("2027-02-01T03:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-02-01T03:01:00Z"));
	due_is("2027-02-01T03:03:00Z", "a/full");
}
END_TEST

START_TEST(a_nightly_run_comes_once_on_the_night_that_has_an_hour_twice)
{
	struct timetable_entry *e = add("a", "30 2 * * *", NULL, NULL, "2026-10-24T12:00:00Z");

	next_is("2026-10-25T00:30:00Z"); /* summer's 02:30 */
	timetable_started(e, LINE_SCHEDULE, at("2026-10-25T00:30:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2026-10-25T00:40:00Z"));
	due_is("2026-10-25T01:30:00Z", "-"); /* winter's */
	next_is("2026-10-26T01:30:00Z");
}
END_TEST

START_TEST(a_nightly_run_comes_on_the_night_that_lacks_its_hour)
{
	struct timetable_entry *e = add("a", "30 2 * * *", NULL, NULL, "2027-03-27T12:00:00Z");

	next_is("2027-03-28T01:00:00Z"); /* 03:00 on the wall */
	timetable_started(e, LINE_SCHEDULE, at("2027-03-28T01:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2027-03-28T01:10:00Z"));
	next_is("2027-03-29T00:30:00Z");
}
END_TEST

static struct timetable *another(const char *schedule, const char *full, const char *now)
{
	struct timetable *t = timetable_new(1);
	struct timetable_source s = { .name = "a", .schedule = schedule, .full = full };

	ck_assert_msg(timetable_add(t, &s, at(now), &err) == 0, "%s", err.text);
	return t;
}

START_TEST(a_new_timetable_keeps_what_was_due_and_what_failed_where_the_line_is_the_same)
{
	hv_auto(timetable_freep) struct timetable *old =
		another("0 1 * * *", "0 5 1 * *", "2027-02-01T03:50:00Z");
	struct timetable_entry *was = timetable_find(old, "a"), *is;

	timetable_started(was, LINE_FULL, at("2027-02-01T04:00:00Z"));
	(void)timetable_ended(was, TIMETABLE_AGAIN, at("2027-02-01T04:01:00Z"));
	is = add("a", "0 6 * * *", "0 5 1 * *", NULL, "2027-02-01T04:03:00Z");
	timetable_carry(table, old);
	is_at(is->lines[LINE_FULL].retry, "2027-02-01T04:06:00Z");
	ck_assert_uint_eq(is->lines[LINE_FULL].failures, 1);
	is_at(is->lines[LINE_SCHEDULE].next, "2027-02-01T05:00:00Z"); /* the new line */
}
END_TEST

START_TEST(a_timetable_that_is_full_or_a_text_that_is_none_is_told)
{
	struct timetable_source bad = { .name = "x", .full = "61 * * * *" };

	ck_assert_int_eq(timetable_add(table, &bad, 0, &err), HV_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "source 'x': full"));
	ck_assert_uint_eq(timetable_size(table), 0);
	for (int i = 0; i < 4; i++)
		(void)add((const char *[]){ "a", "b", "c", "d" }[i], "@daily", NULL, NULL,
			  "2027-02-01T00:00:00Z");
	struct timetable_source one = { .name = "e", .schedule = "@daily" };
	ck_assert_int_eq(timetable_add(table, &one, 0, &err), HV_E_LIMIT);
}
END_TEST

START_TEST(a_clock_that_is_set_back_does_not_stop_a_source)
{
	struct timetable_entry *e = add("lyon", "0 3 * * *", NULL, NULL, "2036-11-20T12:00:00Z");

	/* The machine woke up in the wrong year; then somebody told it. */
	due_is("2036-11-20T12:00:30Z", "-");
	due_is("2026-11-20T12:00:00Z", "-");
	is_at(e->lines[LINE_SCHEDULE].next, "2026-11-21T02:00:00Z");
	due_is("2026-11-21T02:00:00Z", "lyon");
	timetable_started(e, LINE_SCHEDULE, at("2026-11-21T02:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_AGAIN, at("2036-11-21T02:10:00Z"));
	due_is("2036-11-21T02:10:00Z", "-");
	due_is("2026-11-21T02:11:00Z", "-");
	is_at(e->lines[LINE_SCHEDULE].next, "2026-11-22T02:00:00Z");
	due_is("2026-11-22T02:00:00Z", "lyon");
}
END_TEST

START_TEST(a_clock_that_is_a_little_behind_itself_repeats_nothing)
{
	struct timetable_entry *e = add("lyon", "0 3 * * *", NULL, NULL, "2026-11-20T12:00:00Z");

	due_is("2026-11-21T02:00:00Z", "lyon");
	timetable_started(e, LINE_SCHEDULE, at("2026-11-21T02:00:00Z"));
	(void)timetable_ended(e, TIMETABLE_WELL, at("2026-11-21T02:00:01Z"));
	due_is("2026-11-21T01:59:58Z", "-");
	due_is("2026-11-21T02:00:00Z", "-");
	is_at(e->lines[LINE_SCHEDULE].next, "2026-11-22T02:00:00Z");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("timetable");
	TCase *t = tcase_create("timetable");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_source_is_due_at_its_time_and_not_before);
	tcase_add_test(t, an_empty_timetable_is_never_due);
	tcase_add_test(t, a_time_that_no_year_has_never_comes);
	tcase_add_test(t, what_waits_longest_goes_first);
	tcase_add_test(t, times_missed_while_nobody_was_there_count_once);
	tcase_add_test(t, a_source_that_ran_at_its_time_waits_for_the_next);
	tcase_add_test(t, a_source_that_never_ran_waits_for_its_time);
	tcase_add_test(t, work_that_was_left_over_is_due_at_once);
	tcase_add_test(t, a_run_dated_in_the_future_does_not_stop_a_source);
	tcase_add_test(t, a_complete_listing_serves_both_lines);
	tcase_add_test(t, a_complete_listing_that_fell_due_meanwhile_comes_after);
	tcase_add_test(t, times_that_pass_while_a_source_runs_are_skipped);
	tcase_add_test(t, failures_wait_longer_each_time_and_not_over_six_hours_or_a_day);
	tcase_add_test(t, the_next_scheduled_time_begins_afresh);
	tcase_add_test(t, a_success_ends_the_retries);
	tcase_add_test(t, what_only_a_person_mends_is_not_retried);
	tcase_add_test(t, a_complete_listing_that_failed_is_retried_as_one_beside_the_nightly_run);
	tcase_add_test(t, a_nightly_run_comes_once_on_the_night_that_has_an_hour_twice);
	tcase_add_test(t, a_nightly_run_comes_on_the_night_that_lacks_its_hour);
	tcase_add_test(t, a_new_timetable_keeps_what_was_due_and_what_failed_where_the_line_is_the_same);
	tcase_add_test(t, a_timetable_that_is_full_or_a_text_that_is_none_is_told);
	tcase_add_test(t, a_clock_that_is_set_back_does_not_stop_a_source);
	tcase_add_test(t, a_clock_that_is_a_little_behind_itself_repeats_nothing);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
