/*
 * tests/support/suite.h - the main() of a test program whose tests stand in one array.
 *
 *	SUITE("claim", a_claim_is_written_sorted, …)
 */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <check.h>

#define SUITE(name, ...)                                      \
	int main(void)                                        \
	{                                                     \
		const TTest *const tests[] = { __VA_ARGS__ }; \
		Suite *s = suite_create(name);                \
		TCase *t = tcase_create(name);                \
                                                              \
		tcase_set_timeout(t, 60);                     \
		for (size_t i = 0; i < HV_LEN(tests); i++)    \
			tcase_add_test(t, tests[i]);          \
		suite_add_tcase(s, t);                        \
		SRunner *sr = srunner_create(s);              \
		srunner_run_all(sr, CK_NORMAL);               \
		int failed = srunner_ntests_failed(sr);       \
		srunner_free(sr);                             \
		return failed ? 1 : 0;                        \
	}

#endif
