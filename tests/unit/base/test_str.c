/*
 * test_str.c - base/str: text as pointer and length.
 */
#include <check.h>

#include "harvester/base/str.h"

START_TEST(texts_are_equal_by_their_bytes_and_length)
{
	ck_assert(str_eq(STR_NONE, STR("")));
	ck_assert(str_eq(STR("a\0b"), STR("a\0b")));
	ck_assert(!str_eq(STR("a\0b"), STR("a\0c")));
	ck_assert(!str_eq(STR("a"), STR("ab")));
	ck_assert(str_is(STR("abc"), "abc"));
	ck_assert(str_is(STR_NONE, NULL));
}
END_TEST

START_TEST(order_is_by_bytes_shorter_first)
{
	ck_assert_int_lt(str_cmp(STR("a"), STR("ab")), 0);
	ck_assert_int_gt(str_cmp(STR("b"), STR("ab")), 0);
	ck_assert_int_lt(str_cmp(STR("z"), STR("\xC3\xA9")), 0);
	ck_assert_int_eq(str_cmp(STR(""), STR_NONE), 0);
}
END_TEST

START_TEST(beginnings_and_cuts_stay_inside)
{
	ck_assert(str_starts(STR("oai:x"), STR("oai:")));
	ck_assert(!str_starts(STR("oai"), STR("oai:")));
	ck_assert(str_starts(STR("x"), STR_NONE));
	ck_assert(str_is(str_from(STR("abc"), 1), "bc"));
	ck_assert_uint_eq(str_from(STR("abc"), 3).n, 0);
	ck_assert_uint_eq(str_from(STR("abc"), 99).n, 0);
	ck_assert(str_is(str_cut(STR("abc"), 2), "ab"));
	ck_assert(str_is(str_cut(STR("abc"), 9), "abc"));
}
END_TEST

START_TEST(a_needle_is_found_at_its_first_place)
{
	ck_assert_int_eq(str_find(STR("abcabc"), STR("ca")), 2);
	ck_assert_int_eq(str_find(STR("abc"), STR("")), 0);
	ck_assert_int_eq(str_find(STR_NONE, STR("")), 0);
	ck_assert_int_eq(str_find(STR_NONE, STR("a")), -1);
	ck_assert_int_eq(str_find(STR("ab"), STR("abc")), -1);
	ck_assert_int_eq(str_find(STR("a\0bc"), STR("\0b")), 1);
}
END_TEST

START_TEST(white_space_is_taken_off_both_ends_only)
{
	ck_assert(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
	ck_assert_uint_eq(str_trim(STR(" \n ")).n, 0);
	ck_assert_uint_eq(str_trim(STR_NONE).n, 0);
	ck_assert(str_is(str_trim(STR("\xC2\xA0x")), "\xC2\xA0x"));
}
END_TEST

START_TEST(items_come_one_by_one_trimmed_and_empty_ones_too)
{
	static const char *const want[] = { "a", "", "b c", "" };
	struct str rest = STR(" a ;; b c ;"), item;
	size_t n = 0;

	while (str_next_item(&rest, ';', &item)) {
		ck_assert_uint_lt(n, HV_LEN(want));
		ck_assert(str_is(item, want[n++]));
	}
	ck_assert_uint_eq(n, HV_LEN(want));
	rest = STR("");
	ck_assert(str_next_item(&rest, ';', &item));
	ck_assert_uint_eq(item.n, 0);
	ck_assert(!str_next_item(&rest, ';', &item));
	rest = STR_NONE;
	ck_assert(!str_next_item(&rest, ';', &item));
}
END_TEST

START_TEST(numbers_are_digits_that_fit)
{
	static const char *const bad[] = { "",
					   "-1",
					   "+1",
					   " 1",
					   "1 ",
					   "1.0",
					   "x",
					   "18446744073709551616",
					   "99999999999999999999",
					   "184467440737095516150" };
	uint64_t v = 77;

	for (size_t i = 0; i < HV_LEN(bad); i++)
		ck_assert_msg(!str_to_u64(str_of(bad[i]), &v), "%s", bad[i]);
	ck_assert_uint_eq(v, 77);
	ck_assert(str_to_u64(STR("18446744073709551615"), &v) && v == UINT64_MAX);
	ck_assert(str_to_u64(STR("0"), &v) && v == 0);
	ck_assert(str_to_u64(STR("007"), &v) && v == 7);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("str");
	TCase *t = tcase_create("str");

	tcase_add_test(t, texts_are_equal_by_their_bytes_and_length);
	tcase_add_test(t, order_is_by_bytes_shorter_first);
	tcase_add_test(t, beginnings_and_cuts_stay_inside);
	tcase_add_test(t, a_needle_is_found_at_its_first_place);
	tcase_add_test(t, white_space_is_taken_off_both_ends_only);
	tcase_add_test(t, items_come_one_by_one_trimmed_and_empty_ones_too);
	tcase_add_test(t, numbers_are_digits_that_fit);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
