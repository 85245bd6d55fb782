/*
 * test_http_retry.c - io/http_retry: Retry-After in its forms, and the waits between tries.
 */
#include <check.h>

#include "harvester/io/http_internal.h"

#define NOW INT64_C(1803981600) /* 2027-03-02T10:00:00Z */

START_TEST(seconds_are_read_and_absurd_ones_stay_absurd)
{
	ck_assert_int_eq(http_retry_after("2", NULL, NOW), 2000);
	ck_assert_int_eq(http_retry_after(" 120 ", NULL, NOW), 120000);
	ck_assert_int_eq(http_retry_after("0", NULL, NOW), 0);
	ck_assert(http_retry_after("99999999999999999999999", NULL, NOW) == INT64_MAX);
	ck_assert(http_retry_after("18446744073709551615", NULL, NOW) == INT64_MAX);
}
END_TEST

START_TEST(a_date_is_a_difference_to_the_servers_own_clock_or_to_ours)
{
	static const char when[] = "Tue, 02 Mar 2027 10:00:30 GMT";

	ck_assert_int_eq(http_retry_after(when, NULL, NOW), 30000);
	ck_assert_int_eq(http_retry_after(when, "Tue, 02 Mar 2027 10:00:20 GMT", 5), 10000);
	ck_assert_int_eq(http_retry_after(when, "nonsense", NOW), 30000);
	ck_assert_int_eq(http_retry_after("Tuesday, 02-Mar-27 10:00:30 GMT", NULL, NOW), 30000);
	ck_assert_int_eq(http_retry_after("Tue Mar  2 10:00:30 2027", NULL, NOW), 30000);
}
END_TEST

START_TEST(a_date_that_is_past_means_now)
{
	ck_assert_int_eq(http_retry_after("Tue, 02 Mar 2027 09:00:00 GMT", NULL, NOW), 0);
}
END_TEST

START_TEST(other_words_are_not_understood)
{
	static const char *const words[] = {
		"", " ", "-5", "2.5", "+3", "soon", "5 minutes", "a few minutes"
	};

	for (size_t i = 0; i < HV_LEN(words); i++)
		ck_assert_msg(http_retry_after(words[i], NULL, NOW) == -1, "'%s'", words[i]);
}
END_TEST

START_TEST(waits_grow_stay_under_their_ceiling_and_differ)
{
	struct http_backoff b = { .base_ms = 100, .max_ms = 1000, .random = 42 };
	int64_t largest[8] = { 0 };

	for (int round = 0; round < 1000; round++)
		for (unsigned i = 0; i < 8; i++) {
			int64_t w = http_backoff_wait(&b, i);

			ck_assert_int_ge(w, 0);
			ck_assert_int_le(w, i < 4 ? 100 << i : 1000);
			if (w > largest[i])
				largest[i] = w;
		}
	ck_assert_int_gt(largest[0], 90);
	ck_assert_int_gt(largest[3], 700);
	ck_assert_int_gt(largest[7], 900);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_waits_and_no_number_of_tries_overflows)
{
	struct http_backoff a = { .base_ms = 1000, .max_ms = INT64_MAX, .random = 7 }, b = a;

	for (unsigned i = 0; i < 200; i++) {
		int64_t w = http_backoff_wait(&a, i);

		ck_assert(w == http_backoff_wait(&b, i));
		ck_assert(w >= 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http_retry");
	TCase *t = tcase_create("http_retry");

	tcase_add_test(t, seconds_are_read_and_absurd_ones_stay_absurd);
	tcase_add_test(t, a_date_is_a_difference_to_the_servers_own_clock_or_to_ours);
	tcase_add_test(t, a_date_that_is_past_means_now);
	tcase_add_test(t, other_words_are_not_understood);
	tcase_add_test(t, waits_grow_stay_under_their_ceiling_and_differ);
	tcase_add_test(t, the_same_seed_gives_the_same_waits_and_no_number_of_tries_overflows);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
