/*
 * test_err.c - base/err: one line, cut but never overrun and never in the middle of a character.
 */
#include <check.h>

#include "harvester/base/err.h"
#include "harvester/base/text.h"

static struct hv_err err;

static void set_up(void)
{
	memset(&err, 0x7F, sizeof(err));
}

static void tear_down(void) {}

static void ck_whole(void)
{
	ck_assert_uint_lt(strlen(err.text), sizeof(err.text));
	ck_assert(text_valid(str_of(err.text), NULL));
}

START_TEST(a_failure_has_code_text_and_whether_to_try_again)
{
	ck_assert_int_eq(hv_fail(&err, HV_E_PARSE, "line %d", 3), HV_E_PARSE);
	ck_assert_int_eq(err.code, HV_E_PARSE);
	ck_assert_str_eq(err.text, "line 3");
	ck_assert(!err.retryable);
	ck_assert_int_eq(hv_fail_retry(&err, HV_E_REMOTE, "503"), HV_E_REMOTE);
	ck_assert(err.retryable);
	ck_assert_int_eq(hv_nomem(&err, "arena"), HV_E_NOMEM);
	ck_assert_str_eq(err.text, "out of memory: arena");
	ck_assert(!err.retryable);
}
END_TEST

START_TEST(where_comes_before_what_and_the_rest_stays)
{
	(void)hv_fail_retry(&err, HV_E_REMOTE, "timeout");
	ck_assert_int_eq(hv_wrap(&err, "record %d", 41), HV_E_REMOTE);
	ck_assert_int_eq(hv_wrap(&err, "source '%s'", "lyon"), HV_E_REMOTE);
	ck_assert_str_eq(err.text, "source 'lyon': record 41: timeout");
	ck_assert(err.retryable);
}
END_TEST

START_TEST(nobody_who_cares_is_allowed)
{
	ck_assert_int_eq(hv_fail(NULL, HV_E_IO, "x"), HV_E_IO);
	ck_assert_int_lt(hv_wrap(NULL, "x"), 0);
	ck_assert_int_eq(hv_nomem(NULL, "x"), HV_E_NOMEM);
}
END_TEST

START_TEST(long_texts_are_cut_between_characters)
{
	static const char *const chars[] = { "x", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80" };

	for (size_t c = 0; c < HV_LEN(chars); c++)
		for (size_t shift = 0; shift < 4; shift++) {
			char text[3000] = "aaaa";
			size_t k = strlen(chars[c]);

			for (size_t i = shift; i + k < sizeof(text) - 1; i += k)
				memcpy(text + i, chars[c], k);
			(void)hv_fail(&err, HV_E_IO, "%s", text);
			ck_whole();
			ck_assert_uint_gt(strlen(err.text), sizeof(err.text) - 6);
			(void)hv_wrap(&err, "%s", "where");
			ck_whole();
			(void)hv_wrap(&err, "%s", text); /* longer than the whole room */
			ck_whole();
			text[sizeof(err.text) - 2] = '\0'; /* just fits, its mark does not */
			(void)hv_fail(&err, HV_E_IO, "what");
			(void)hv_wrap(&err, "%s", text);
			ck_whole();
		}
}
END_TEST

START_TEST(every_code_has_a_word_of_its_own)
{
	for (int i = 0; i <= 13; i++) {
		ck_assert_str_ne(hv_code_name((enum hv_code) - i), "unknown");
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(hv_code_name((enum hv_code) - i), hv_code_name((enum hv_code) - k));
	}
	ck_assert_str_eq(hv_code_name(HV_E_CANCELLED), "cancelled");
	ck_assert_str_eq(hv_code_name((enum hv_code) - 99), "unknown");
	ck_assert_str_eq(hv_code_name((enum hv_code)5), "unknown");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("err");
	TCase *t = tcase_create("err");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_failure_has_code_text_and_whether_to_try_again);
	tcase_add_test(t, where_comes_before_what_and_the_rest_stays);
	tcase_add_test(t, nobody_who_cares_is_allowed);
	tcase_add_test(t, long_texts_are_cut_between_characters);
	tcase_add_test(t, every_code_has_a_word_of_its_own);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
