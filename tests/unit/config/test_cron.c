/*
 * tests/unit/config/test_cron.c - what is a timetable, and when it comes next; both nights when clocks are
 * changed, 29 February, and days that never come.
 */
#include "config/cron.h"

#include "tests/unit/config/told.h"

struct bad {
	const char *text, *fault;
};

static const struct bad bads[] = {
	{ "", "a timetable has five fields (minute hour day month weekday), not 0" },
	{ "1 2 3 4", "a timetable has five fields (minute hour day month weekday), not 4" },
	{ "0 1 2 3 4 5", "a timetable has five fields (minute hour day month weekday), not 6" },
	{ "@yearly", "a timetable has five fields (minute hour day month weekday), not 1" },
	{ "60 * * * *", "'60' is no minute (0 to 59)" },
	{ "* 24 * * *", "'24' is no hour (0 to 23)" },
	{ "* * 0 * *", "'0' is no day of month (1 to 31)" },
	{ "* * 32 * *", "'32' is no day of month (1 to 31)" },
	{ "* * * 13 *", "'13' is no month (1 to 12)" },
	{ "* * * janv *", "'janv' is no month (1 to 12)" },
	{ "* * * * 8", "'8' is no day of week (0 to 7)" },
	{ "* * * * lun", "'lun' is no day of week (0 to 7)" },
	{ "* * L * *", "'L' is no day of month (1 to 31)" },
	{ "5-1 * * * *", "'5-1' is no minute: the range runs backwards" },
	{ "* * * * fri-mon", "'fri-mon' is no day of week: the range runs backwards" },
	{ "*/0 * * * *", "'*/0' is no minute: the step after '/' is out of range" },
	{ "*/x * * * *", "'*/x' is no minute: the step after '/' is out of range" },
	{ "*/60 * * * *", "'*/60' is no minute: the step after '/' is out of range" },
	{ "1,,2 * * * *", "'' is no minute (0 to 59)" },
	{ "1, * * * *", "'' is no minute (0 to 59)" },
	{ "-1 * * * *", "'-1' is no minute (0 to 59)" },
	{ "1-2-3 * * * *", "'1-2-3' is no minute (0 to 59)" },
	{ "? * * * *", "'?' is no minute (0 to 59)" },
};

START_TEST(what_is_no_timetable_is_told)
{
	char fault[CRON_FAULT] = "";
	struct cron c;

	ck_assert(!cron_parse(str_of(bads[_i].text), &c, fault));
	ck_assert_str_eq(fault, bads[_i].fault);
}
END_TEST

static struct cron parsed(const char *text)
{
	char fault[CRON_FAULT] = "";
	struct cron c;

	ck_assert_msg(cron_parse(str_of(text), &c, fault), "'%s': %s", text, fault);
	return c;
}

START_TEST(fields_become_bits)
{
	struct cron c = parsed("0,30 8-18/2 1,15 jan,MAR-may mon-fri");

	ck_assert_uint_eq(c.minutes, UINT64_C(1) | UINT64_C(1) << 30);
	ck_assert_uint_eq(c.hours, 1u << 8 | 1u << 10 | 1u << 12 | 1u << 14 | 1u << 16 | 1u << 18);
	ck_assert_uint_eq(c.days, 1u << 1 | 1u << 15);
	ck_assert_uint_eq(c.months, 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5);
	ck_assert_uint_eq(c.weekdays, 0x3E);
	ck_assert(!c.any_day && !c.any_weekday);
}
END_TEST

START_TEST(sunday_has_two_numbers_and_is_one_day)
{
	ck_assert_uint_eq(parsed("0 0 * * 7").weekdays, 1);
	ck_assert_uint_eq(parsed("0 0 * * 5-7").weekdays, 1 | 1 << 5 | 1 << 6);
	ck_assert_uint_eq(parsed("0 0 * * *").weekdays, 0x7F);
	ck_assert_uint_eq(parsed("0 0 * * */2").weekdays, 1 | 1 << 2 | 1 << 4 | 1 << 6);
}
END_TEST

START_TEST(a_step_after_a_number_runs_to_the_end)
{
	ck_assert_uint_eq(parsed("0 20/2 * * *").hours, 1u << 20 | 1u << 22);
}
END_TEST

/* Times in UTC; Paris is one hour ahead in winter, two in summer. In 2027 summer time lasts from 28 March to
 * 31 October. */
struct next_case {
	const char *cron, *after, *next; /* NULL: never */
};

static const struct next_case nexts[] = {
	/* plain days */
	{ "15 1 * * *", "2027-01-10T00:00:00Z", "2027-01-10T00:15:00Z" },
	{ "15 1 * * *", "2027-01-10T00:15:00Z", "2027-01-11T00:15:00Z" },
	{ "15 1 * * *", "2027-01-10T00:14:59Z", "2027-01-10T00:15:00Z" },
	{ "15 1 * * *", "2027-07-10T00:00:00Z", "2027-07-10T23:15:00Z" },
	{ "* * * * *", "2027-01-10T12:00:30Z", "2027-01-10T12:01:00Z" },
	{ "0 0 1 1 *", "2027-01-10T00:00:00Z", "2027-12-31T23:00:00Z" },
	{ "59 23 31 12 *", "2027-12-31T22:58:00Z", "2027-12-31T22:59:00Z" },
	{ "59 23 31 12 *", "2027-12-31T22:59:00Z", "2028-12-31T22:59:00Z" },
	/* nicknames, weekdays */
	{ "@hourly", "2027-01-10T12:00:00Z", "2027-01-10T13:00:00Z" },
	{ "@daily", "2027-01-10T12:00:00Z", "2027-01-10T23:00:00Z" },
	{ "@weekly", "2027-01-10T12:00:00Z", "2027-01-16T23:00:00Z" }, /* 10 and 17 January are Sundays */
	{ "@monthly", "2027-01-10T12:00:00Z", "2027-01-31T23:00:00Z" },
	{ "0 6 * * mon-fri", "2027-01-08T05:00:00Z", "2027-01-11T05:00:00Z" },
	{ "0 6 13 * fri", "2027-01-09T00:00:00Z", "2027-01-13T05:00:00Z" }, /* either day suffices */
	{ "0 6 13 * fri", "2027-01-13T06:00:00Z", "2027-01-15T05:00:00Z" },
	{ "0 6 */31 * mon", "2027-01-09T00:00:00Z", "2027-02-01T05:00:00Z" }, /* begins with *: both needed */
	/* spring: 28 March 2027, 02:00 to 03:00 left out at 01:00 UTC */
	{ "59 1 * * *", "2027-03-28T00:00:00Z", "2027-03-28T00:59:00Z" },
	{ "30 2 * * *", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z" },
	{ "30 2 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z" },
	{ "0 2 * * *", "2027-03-28T00:59:59Z", "2027-03-28T01:00:00Z" },
	{ "0 3 * * *", "2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z" },
	{ "15,45 2 * * *", "2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z" },
	{ "15,45 2 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:15:00Z" },
	{ "0 2,3 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z" },
	{ "*/30 * * * *", "2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z" },
	{ "*/30 * * * *", "2027-03-28T01:00:00Z", "2027-03-28T01:30:00Z" },
	{ "30 2 28 3 *", "2027-03-01T00:00:00Z", "2027-03-28T01:00:00Z" },
	/* autumn: 31 October 2027, 02:00 to 03:00 comes twice, from 00:00 and from 01:00 UTC */
	{ "30 2 * * *", "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z" },
	{ "30 2 * * *", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z" },
	{ "30 2 * * *", "2027-10-31T01:10:00Z", "2027-11-01T01:30:00Z" },
	{ "0 3 * * *", "2027-10-31T00:00:00Z", "2027-10-31T02:00:00Z" },
	{ "59 2 * * *", "2027-10-31T00:58:00Z", "2027-10-31T00:59:00Z" },
	{ "0 2 * * *", "2027-10-30T23:59:00Z", "2027-10-31T00:00:00Z" },
	{ "*/30 * * * *", "2027-10-31T00:30:00Z", "2027-10-31T02:00:00Z" },
	/* the dates of the change themselves */
	{ "0 12 * * *", "2027-03-27T12:00:00Z", "2027-03-28T10:00:00Z" },
	{ "0 12 * * *", "2027-10-30T12:00:00Z", "2027-10-31T11:00:00Z" },
	{ "30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z" },
	{ "30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z" },
	/* rare and impossible days */
	{ "0 0 29 2 *", "2027-01-10T00:00:00Z", "2028-02-28T23:00:00Z" },
	{ "0 0 29 2 *", "2097-01-10T00:00:00Z", "2104-02-28T23:00:00Z" },
	{ "0 0 */28 2 1", "2027-03-01T00:00:00Z",
	  "2038-01-31T23:00:00Z" }, /* 1 or 29 February, on a Monday */
	{ "0 0 31 * *", "2027-04-01T00:00:00Z", "2027-05-30T22:00:00Z" },
	{ "0 0 30 2 *", "2027-01-10T00:00:00Z", NULL },
	{ "0 0 31 4,6,9,11 *", "2027-01-10T00:00:00Z", NULL },
	/* before 1970 */
	{ "0 0 * * *", "1969-06-30T12:00:00Z", "1969-06-30T22:00:00Z" },
};

START_TEST(the_next_time_is_the_first_one_after)
{
	const struct next_case *c = &nexts[_i];
	struct cron cron = parsed(c->cron);
	char shown[CLOCK_TEXT];
	int64_t after, next;
	bool day;

	ck_assert(clock_parse(str_of(c->after), &after, &day));
	bool comes = cron_next(&cron, after, &next);
	ck_assert_msg(comes == (c->next != NULL), "'%s' after %s", c->cron, c->after);
	if (comes)
		ck_assert_msg(strcmp(clock_utc(next, shown), c->next) == 0, "'%s' after %s: %s, not %s",
			      c->cron, c->after, shown, c->next);
}
END_TEST

/* How often a timetable comes in 2027. */
static unsigned times_in_a_year(const char *text)
{
	struct cron cron = parsed(text);
	int64_t at, end;
	unsigned n = 0;
	bool day;

	ck_assert(clock_parse(STR("2026-12-31T22:59:59Z"), &at, &day));
	ck_assert(clock_parse(STR("2027-12-31T22:59:59Z"), &end, &day));
	for (int64_t next; cron_next(&cron, at, &next) && next <= end; n++) {
		ck_assert_int_gt(next, at);
		at = next;
	}
	return n;
}

START_TEST(a_nightly_run_comes_365_times_a_year_at_any_hour)
{
	for (unsigned hour = 0; hour < 24; hour++) {
		char text[32];

		(void)snprintf(text, sizeof(text), "30 %u * * *", hour);
		ck_assert_uint_eq(times_in_a_year(text), 365);
	}
	ck_assert_uint_eq(times_in_a_year("0 * * * *"),
			  365 * 24 - 1); /* 02:00 and 03:00 fall together once */
}
END_TEST

START_TEST(the_clocks_in_france_change_at_one_oclock_utc)
{
	static const struct {
		const char *at;
		int hours;
	} cases[] = { { "2027-03-28T00:59:59Z", 1 }, { "2027-03-28T01:00:00Z", 2 },
		      { "2027-10-31T00:59:59Z", 2 }, { "2027-10-31T01:00:00Z", 1 },
		      { "2026-12-31T23:30:00Z", 1 }, { "2027-07-14T12:00:00Z", 2 } };

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		int64_t at;
		bool day;

		ck_assert(clock_parse(str_of(cases[i].at), &at, &day));
		ck_assert_int_eq(clock_paris_offset(at), cases[i].hours * INT64_C(3600000000));
	}
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, what_is_no_timetable_is_told, 0, HV_LEN(bads));
	tcase_add_test(t, fields_become_bits);
	tcase_add_test(t, sunday_has_two_numbers_and_is_one_day);
	tcase_add_test(t, a_step_after_a_number_runs_to_the_end);
	tcase_add_loop_test(t, the_next_time_is_the_first_one_after, 0, HV_LEN(nexts));
	tcase_add_test(t, a_nightly_run_comes_365_times_a_year_at_any_hour);
	tcase_add_test(t, the_clocks_in_france_change_at_one_oclock_utc);
}

int main(void)
{
	return run_tests("cron", add);
}
