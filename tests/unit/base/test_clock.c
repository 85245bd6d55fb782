/*
 * test_clock.c - base/clock: days, dates as they are sent, and the clocks on the wall in France.
 */
#include <check.h>

#include "harvester/base/clock.h"

#define S INT64_C(1000000)

static int64_t us_of(const char *text)
{
	int64_t us = 0;
	bool day;

	ck_assert_msg(clock_parse(str_of(text), &us, &day), "%s", text);
	return us;
}

START_TEST(days_and_dates_agree_over_eight_hundred_years)
{
	int64_t year = 1600;
	unsigned month = 1, day = 1;

	ck_assert_int_eq(clock_days(1970, 1, 1), 0);
	ck_assert_int_eq(clock_days(2000, 3, 1), 11017);
	for (int64_t d = clock_days(1600, 1, 1); d < clock_days(2400, 12, 31); d++) {
		int64_t y;
		unsigned m, dd;

		clock_civil(d, &y, &m, &dd);
		ck_assert(y == year && m == month && dd == day);
		ck_assert(clock_days(y, m, dd) == d);
		clock_civil(d + 1, &y, &m, &dd);
		bool next_day = y == year && m == month && dd == day + 1;
		bool next_month = dd == 1 && (m == month + 1 || (m == 1 && month == 12 && y == year + 1));
		ck_assert(next_day || next_month);
		year = y;
		month = m;
		day = dd;
	}
}
END_TEST

START_TEST(times_are_written_in_utc)
{
	char t[CLOCK_TEXT];

	ck_assert_str_eq(clock_utc(0, t), "1970-01-01T00:00:00Z");
	ck_assert_str_eq(clock_utc(-1, t), "1969-12-31T23:59:59Z");
	ck_assert_str_eq(clock_utc(INT64_C(1803981600) * S + 999999, t), "2027-03-02T10:00:00Z");
	ck_assert_str_eq(clock_date(INT64_C(1803981600) * S, t), "2027-03-02");
	ck_assert_str_eq(clock_date(-1, t), "1969-12-31");
	(void)clock_utc(INT64_MAX, t);
	(void)clock_utc(INT64_MIN, t);
	(void)clock_date(INT64_MIN, t);
}
END_TEST

START_TEST(dates_of_the_protocol_and_of_real_servers_are_read)
{
	static const char *const same[] = {
		"2027-03-02T10:00:00Z",     "2027-03-02T10:00:00.5Z",  "2027-03-02T12:00:00+02:00",
		"2027-03-02T08:30:00-0130", " 2027-03-02T10:00:00Z\n", "2027-03-02T10:00:00.123456789+00:00",
		"2027-03-01T20:00:00-14:00"
	};
	bool day = true;
	int64_t us;

	for (size_t i = 0; i < HV_LEN(same); i++) {
		ck_assert_msg(clock_parse(str_of(same[i]), &us, &day), "%s", same[i]);
		ck_assert(us == INT64_C(1803981600) * S);
		ck_assert(!day);
	}
	ck_assert(clock_parse(STR("2027-03-02"), &us, &day));
	ck_assert(day && us == clock_days(2027, 3, 2) * 86400 * S);
	ck_assert(us_of("2024-02-29") == us_of("2024-02-28") + 86400 * S);
	ck_assert(us_of("2016-12-31T23:59:60Z") == us_of("2017-01-01"));
	ck_assert(us_of("1969-12-31T23:59:59Z") == -S);
}
END_TEST

START_TEST(what_is_no_date_is_refused_and_changes_nothing)
{
	static const char *const bad[] = {
		"",
		"2027",
		"2027-03",
		"27-03-02",
		"2027-3-2",
		"2027/03/02",
		"2027-00-01",
		"2027-13-01",
		"2027-02-29",
		"1900-02-29",
		"2027-04-31",
		"2027-01-00",
		"2027-01-32",
		"2027-03-02T",
		"2027-03-02T10",
		"2027-03-02T10:00",
		"2027-03-02T10:00:00",
		"2027-03-02T10:00:00ZZ",
		"2027-03-02T24:00:00Z",
		"2027-03-02T10:60:00Z",
		"2027-03-02T10:00:61Z",
		"2027-03-02T10:00:00+",
		"2027-03-02T10:00:00+2",
		"2027-03-02T10:00:00+15:00",
		"2027-03-02T10:00:00+02:60",
		"2027-03-02T10:00:00.Z",
		"2027-03-02T10:00:00+02:00Z",
		"2027-03-02 10:00:00Z",
		"2027-03-02Z",
		"+027-03-02",
		"2027-03-02T-1:00:00Z",
		"20270302",
	};
	int64_t us = 77;
	bool day = true;

	for (size_t i = 0; i < HV_LEN(bad); i++) {
		ck_assert_msg(!clock_parse(str_of(bad[i]), &us, &day), "%s", bad[i]);
		ck_assert_msg(us == 77 && day, "%s", bad[i]);
	}
	ck_assert(!clock_parse(STR_NONE, &us, &day));
	ck_assert(!clock_parse(STR("2027-03-02T10:00:00Z\0"), &us, &day));
}
END_TEST

START_TEST(museums_read_their_own_time_in_french)
{
	static const struct {
		const char *utc, *paris;
	} cases[] = {
		{ "2027-03-02T10:00:00Z", "2 mars 2027 à 11:00" },
		{ "2027-03-28T00:59:59Z", "28 mars 2027 à 01:59" }, /* summer time begins */
		{ "2027-03-28T01:00:00Z", "28 mars 2027 à 03:00" },
		{ "2027-10-31T00:59:59Z", "31 octobre 2027 à 02:59" }, /* and ends, on a 31st */
		{ "2027-10-31T01:00:00Z", "31 octobre 2027 à 02:00" },
		{ "2026-10-25T01:00:00Z", "25 octobre 2026 à 02:00" },
		{ "2027-12-31T23:30:00Z", "1er janvier 2028 à 00:30" },
		{ "2027-07-31T22:00:00Z", "1er août 2027 à 00:00" },
		{ "2028-02-29T12:00:00Z", "29 février 2028 à 13:00" },
	};
	char t[64];

	for (size_t i = 0; i < HV_LEN(cases); i++)
		ck_assert_str_eq(clock_paris(us_of(cases[i].utc), t, sizeof(t)), cases[i].paris);
}
END_TEST

START_TEST(the_clock_can_be_set_for_tests_and_only_to_a_time)
{
	struct hv_clock c = { 0 };
	struct hv_err err = { 0 };

	ck_assert_int_eq(setenv("HARVESTER_NOW", "2027-03-02T10:00:00Z", 1), 0);
	ck_assert_int_eq(clock_init(&c, &err), 0);
	ck_assert(clock_now(&c) == INT64_C(1803981600) * S);
	ck_assert_int_eq(setenv("HARVESTER_NOW", "tomorrow", 1), 0);
	ck_assert_int_eq(clock_init(&c, &err), HV_E_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.text, "tomorrow"));
	ck_assert_int_eq(setenv("HARVESTER_NOW", "", 1), 0);
	ck_assert_int_eq(clock_init(&c, &err), 0);
	int64_t now = clock_now(&c);
	ck_assert(now > us_of("2020-01-01"));
	int64_t m = clock_monotonic();
	ck_assert(clock_monotonic() >= m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("clock");
	TCase *t = tcase_create("clock");

	tcase_add_test(t, days_and_dates_agree_over_eight_hundred_years);
	tcase_add_test(t, times_are_written_in_utc);
	tcase_add_test(t, dates_of_the_protocol_and_of_real_servers_are_read);
	tcase_add_test(t, what_is_no_date_is_refused_and_changes_nothing);
	tcase_add_test(t, museums_read_their_own_time_in_french);
	tcase_add_test(t, the_clock_can_be_set_for_tests_and_only_to_a_time);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
