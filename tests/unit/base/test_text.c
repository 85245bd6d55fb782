/*
 * test_text.c - base/text: UTF-8 checked strictly, values in NFC, keys that curators would call the same.
 */
#include <check.h>

#include "harvester/base/text.h"

static struct arena *a;

static void set_up(void)
{
	a = arena_new(8u << 20);
}

static void tear_down(void)
{
	arena_free(a);
}

/* Exactly as long as it is: one byte too far is seen by a sanitizer. */
static struct str exact(struct str s)
{
	char *p = malloc(s.n ? s.n : 1);

	ck_assert_ptr_nonnull(p);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

static void drop(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

static void ck_str(struct str got, const char *want)
{
	ck_assert_msg(got.p && str_is(got, want), "'%.*s' is not '%s'", STR_ARG(got), want);
}

START_TEST(utf8_is_checked_strictly_and_the_place_is_told)
{
	static const struct {
		const char *bytes;
		size_t at;
	} bad[] = {
		{ "ab\x80", 2 },           { "\xC3", 0 },
		{ "a\xC3(", 1 },           { "\xC0\xAF", 0 },
		{ "\xC1\xBF", 0 },         { "\xE0\x80\x80", 0 },
		{ "\xE0\x9F\xBF", 0 },     { "\xED\xA0\x80", 0 },
		{ "\xED\xBF\xBF", 0 },     { "\xF0\x80\x80\x80", 0 },
		{ "\xF0\x8F\xBF\xBF", 0 }, { "\xF4\x90\x80\x80", 0 },
		{ "\xF5\x80\x80\x80", 0 }, { "\xC3\xA9\xFE", 2 },
		{ "\xE2\x82", 0 },         { "x\xF0\x9F\x98", 1 },
	};
	size_t at;

	for (size_t i = 0; i < HV_LEN(bad); i++) {
		struct str s = exact(str_of(bad[i].bytes));
		ck_assert_msg(!text_valid(s, &at), "case %zu", i);
		ck_assert_uint_eq(at, bad[i].at);
		ck_assert(!text_valid(s, NULL));
		drop(s);
	}
	ck_assert(text_valid(STR_NONE, &at));
	ck_assert(text_valid(
		STR("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
		    "\xF4\x8F\xBF\xBF\0"),
		&at));
}
END_TEST

START_TEST(characters_are_walked_and_written_back)
{
	static const uint32_t want[] = { 'a', 0xE9, 0x20AC, 0x1F600, 0xFFFD, 'b' };
	struct str s = STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFF"
			   "b");
	size_t at = 0, n = 0;

	while (at < s.n) {
		size_t from = at;
		char back[4];
		uint32_t c = text_next(s, &at);

		ck_assert_uint_lt(n, HV_LEN(want));
		ck_assert_uint_eq(c, want[n++]);
		if (c == 0xFFFD)
			continue;
		ck_assert_uint_eq(text_encode(c, back), at - from);
		ck_assert_mem_eq(back, s.p + from, at - from);
	}
	ck_assert_uint_eq(n, HV_LEN(want));
	ck_assert_uint_eq(text_length(STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")), 4);
}
END_TEST

START_TEST(values_are_composed_and_unreadable_controls_go)
{
	struct str plain = STR("Mus\xC3\xA9"
			       "e\tdes\nbeaux-arts");

	ck_assert_ptr_eq(text_nfc(a, plain).p, plain.p);
	ck_str(text_nfc(a, STR("e\xCC\x81t\xC3\xA9")), "\xC3\xA9t\xC3\xA9");
	ck_str(text_nfc(a, STR("a\x01"
			       "b\0c\x7F"
			       "d\xC2\x85"
			       "e\r\n")),
	       "abcde\n");
	ck_str(text_nfc(a, STR("e\x02\xCC\x81")), "\xC3\xA9");
	ck_str(text_nfc(a, STR("\xE2\x84\xAB")), "\xC3\x85"); /* the sign of the angstrom is the letter */
	ck_str(text_nfc(a, STR("")), "");
	ck_str(text_nfc(a, STR("\x01")), "");
}
END_TEST

START_TEST(white_space_is_squeezed)
{
	struct str plain = STR("un deux");

	ck_assert_ptr_eq(text_squeeze(a, plain).p, plain.p);
	ck_str(text_squeeze(a, STR("  un \t\n deux\xC2\xA0\xE2\x80\xAFtrois ")), "un deux trois");
	ck_str(text_squeeze(a, STR("\xEF\xBB\xBFx")), "x");
	ck_str(text_squeeze(a, STR(" \n ")), "");
	ck_str(text_squeeze(a, STR("")), "");
}
END_TEST

START_TEST(keys_of_the_same_word_are_the_same)
{
	static const char *const cases[][2] = {
		{ "\xC3\x89TIENNE", "etienne" },
		{ "e\xCC\x81tienne", "etienne" },
		{ "  L\xE2\x80\x99\xC5\x92uvre \xC2\xA0 ", "l'oeuvre" },
		{ "l'oeuvre", "l'oeuvre" },
		{ "\xC3\x86gide \xC3\xA6", "aegide ae" },
		{ "Stra\xC3\x9F"
		  "e",
		  "strasse" },
		{ "XIX\xE1\xB5\x89", "xixe" }, /* modifier letter small e */
		{ "1850\xE2\x80\x93"
		  "1860",
		  "1850-1860" },
		{ "\xC2\xAB nom \xC2\xBB", "\" nom \"" },
		{ "\xEF\xAC\x81n", "fin" }, /* ligature fi */
		{ "\xC7\xBD", "ae" },       /* ae with an acute accent */
		{ "\xC2\xA8"
		  "a",
		  "a" },              /* a diaeresis of its own is a blank and a mark */
		{ "\xC5\x89", "'n" }, /* n preceded by an apostrophe */
		{ "", "" },
	};

	for (size_t i = 0; i < HV_LEN(cases); i++) {
		struct str key = text_fold(a, str_of(cases[i][0]));

		ck_str(key, cases[i][1]);
		ck_str(text_fold(a, key), cases[i][1]); /* a key is its own key */
	}
}
END_TEST

START_TEST(the_key_of_a_key_is_itself_for_every_character)
{
	for (uint32_t c = 1; c < 0x30000; c++) {
		char utf8[4];

		if (c >= 0xD800 && c < 0xE000)
			continue;
		arena_reset(a);
		struct str key = text_fold(a, (struct str){ utf8, text_encode(c, utf8) });
		struct str again = text_fold(a, key);
		ck_assert_msg(str_eq(key, again), "U+%04X: '%.*s' and '%.*s'", c, STR_ARG(key),
			      STR_ARG(again));
		ck_assert(text_valid(key, NULL));
	}
}
END_TEST

START_TEST(capitals_keep_their_accents)
{
	ck_str(text_upper(a, STR("g\xC3\xA9ricault \xC5\x93uvre \xC3\xA7\xC3\xBF 12")),
	       "G\xC3\x89RICAULT \xC5\x92UVRE \xC3\x87\xC5\xB8 12");
	ck_str(text_lower(a, STR("G\xC3\x89RICAULT \xC5\x92UVRE")), "g\xC3\xA9ricault \xC5\x93uvre");
	ck_str(text_upper(a, STR("")), "");
}
END_TEST

START_TEST(bytes_that_are_no_utf8_never_lead_out_of_memory_given)
{
	char bad[200];

	memset(bad, '\xFF', sizeof(bad));
	for (size_t n = 0; n <= sizeof(bad); n++) {
		struct str s = exact((struct str){ bad, n });

		arena_reset(a);
		ck_assert_ptr_nonnull(text_upper(a, s).p);
		ck_assert_ptr_nonnull(text_lower(a, s).p);
		ck_assert_ptr_nonnull(text_fold(a, s).p);
		ck_assert_ptr_nonnull(text_squeeze(a, s).p);
		ck_assert_ptr_nonnull(text_nfc(a, s).p);
		drop(s);
	}
}
END_TEST

START_TEST(a_full_arena_is_told_by_nothing)
{
	static const char text[] = " \xC3\x89tienne  e\xCC\x81 ";
	struct str (*const fns[])(struct arena *, struct str) = { text_nfc, text_squeeze, text_fold,
								  text_upper, text_lower };

	for (size_t i = 0; i < HV_LEN(fns); i++)
		for (size_t n = 0;; n++) {
			arena_reset(a);
			arena_fail_at(a, n);
			struct str s = fns[i](a, STR(text));
			if (!arena_failed(a))
				break;
			ck_assert_msg(!s.p, "function %zu, allocation %zu", i, n);
			ck_assert_uint_lt(n, 10);
		}
	arena_fail_at(a, SIZE_MAX);
}
END_TEST

START_TEST(kinds_of_characters)
{
	ck_assert(text_is_letter(0xE9) && text_is_letter('a') && !text_is_letter('1') &&
		  !text_is_letter(0x2019));
	ck_assert(text_is_upper(0xC9) && !text_is_upper(0xE9) && !text_is_upper('-'));
	ck_assert(text_is_space(' ') && text_is_space(0xA0) && text_is_space(0x202F) && !text_is_space('x'));
	ck_assert(!text_is_letter(0x110000) && !text_is_letter(UINT32_MAX));
}
END_TEST

START_TEST(distance_counts_edits_up_to_its_ceiling)
{
	ck_assert_uint_eq(text_distance(STR("base_url"), STR("base_url"), 3), 0);
	ck_assert_uint_eq(text_distance(STR("baseurl"), STR("BASE_URL"), 3), 1);
	ck_assert_uint_eq(text_distance(STR("rnu"), STR("run"), 3), 1);
	ck_assert_uint_eq(text_distance(STR("abc"), STR("xyz"), 2), 3);
	ck_assert_uint_eq(text_distance(STR(""), STR("ab"), 5), 2);
	ck_assert_uint_eq(text_distance(STR("ab"), STR_NONE, 5), 2);
	char long_[300];
	memset(long_, 'x', sizeof(long_));
	ck_assert_uint_eq(text_distance((struct str){ long_, 300 }, (struct str){ long_, 299 }, 4), 5);
	ck_assert_uint_eq(text_distance((struct str){ long_, 300 }, (struct str){ long_, 300 }, 4), 0);
}
END_TEST

START_TEST(c1_controls_are_the_characters_that_were_meant)
{
	struct str plain = STR("« été » œ\xC2\xA0");

	ck_assert_ptr_eq(text_c1(a, plain).p, plain.p);
	ck_str(text_c1(a, STR("l\xC2\x92\xC2\x9Cuf \xC2\x80\xC2\x8A\xC2\x9F")), "l’œuf €ŠŸ");
	ck_str(text_c1(a, STR("a\xC2\x81")), "a");
	ck_str(text_c1(a, STR("\xC2\x80\xC2\x80\xC2\x80\xC2\x80\xC2\x80\xC2\x80")), "€€€€€€");
}
END_TEST

/* Four million of them in one value took minutes. */
START_TEST(a_letter_under_more_marks_than_any_writing_has_is_left_alone)
{
	char many[1 + 4 * 16 + 1] = "a", more[sizeof(many) + 4];

	for (size_t i = 0; i < 15; i++) /* acute above, dot below: the dot comes first in NFC */
		memcpy(many + 1 + 4 * i, "\xCC\x81\xCC\xA3", 5);
	(void)snprintf(more, sizeof(more), "%s\xCC\x81", many);
	ck_assert(!str_is(text_nfc(a, str_of(many)), many));
	ck_str(text_nfc(a, str_of(more)), more);
}
END_TEST

START_TEST(a_cut_never_leaves_half_a_character)
{
	static const char *const text = "aé€\xF0\x9F\x98\x80"; /* 1 + 2 + 3 + 4 bytes */
	static const size_t left[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10 };

	for (size_t n = 0; n < HV_LEN(left); n++)
		ck_assert_uint_eq(text_cut(str_of(text), n).n, left[n]);
	ck_assert_uint_eq(text_cut(STR_NONE, 5).n, 0);
}
END_TEST

START_TEST(the_nearest_name_is_suggested_and_none_from_afar)
{
	static const char *const names[] = { "retries", "rate", "base_url", "set" };

	ck_assert_str_eq(text_nearest(STR("retrys"), names, HV_LEN(names)), "retries");
	ck_assert_str_eq(text_nearest(STR("Baseurl"), names, HV_LEN(names)), "base_url");
	ck_assert_ptr_null(text_nearest(STR("colour"), names, HV_LEN(names)));
	ck_assert_ptr_null(text_nearest(STR("x"), names, HV_LEN(names)));
	ck_assert_ptr_null(text_nearest(STR("rate"), names, 0));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");
	TCase *t = tcase_create("text");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, utf8_is_checked_strictly_and_the_place_is_told);
	tcase_add_test(t, characters_are_walked_and_written_back);
	tcase_add_test(t, values_are_composed_and_unreadable_controls_go);
	tcase_add_test(t, white_space_is_squeezed);
	tcase_add_test(t, keys_of_the_same_word_are_the_same);
	tcase_add_test(t, the_key_of_a_key_is_itself_for_every_character);
	tcase_add_test(t, capitals_keep_their_accents);
	tcase_add_test(t, bytes_that_are_no_utf8_never_lead_out_of_memory_given);
	tcase_add_test(t, a_full_arena_is_told_by_nothing);
	tcase_add_test(t, kinds_of_characters);
	tcase_add_test(t, distance_counts_edits_up_to_its_ceiling);
	tcase_add_test(t, c1_controls_are_the_characters_that_were_meant);
	tcase_add_test(t, a_letter_under_more_marks_than_any_writing_has_is_left_alone);
	tcase_add_test(t, a_cut_never_leaves_half_a_character);
	tcase_add_test(t, the_nearest_name_is_suggested_and_none_from_afar);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
