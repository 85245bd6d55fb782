/*
 * publish/html: escaping, cutting, French numbers, marked changes.
 */
#include "harvester/publish/html.h"

#include <check.h>

static struct arena *arena;
static struct buf b;

static void begin(void)
{
	arena = arena_new(16u << 20);
	b = BUF_INIT(1u << 20);
}

static void finish(void)
{
	buf_release(&b);
	arena_free(arena);
}

START_TEST(markup_in_a_value_is_text)
{
	html_cut(&b, STR("<b>\"x\" & 'y'</b>"), 100);
	ck_assert_str_eq(buf_cstr(&b), "&lt;b&gt;&quot;x&quot; &amp; 'y'&lt;/b&gt;");
}
END_TEST

START_TEST(a_long_value_is_cut_between_characters)
{
	html_cut(&b, STR("éàü<>"), 4);
	ck_assert_str_eq(buf_cstr(&b), "éàü&lt;…");
	buf_clear(&b);
	html_cut(&b, STR("éàü"), 3);
	ck_assert_str_eq(buf_cstr(&b), "éàü");
}
END_TEST

static const struct {
	int64_t n;
	const char *text;
} numbers[] = { { 0, "0" },
		{ 999, "999" },
		{ 1000, "1\u202f000" },
		{ 258152, "258\u202f152" },
		{ 1234567, "1\u202f234\u202f567" },
		{ -1234, "-1\u202f234" } };

START_TEST(thousands_are_parted_as_in_french)
{
	html_number(&b, numbers[_i].n);
	ck_assert_str_eq(buf_cstr(&b), numbers[_i].text);
}
END_TEST

START_TEST(nought_and_one_are_singular)
{
	html_count(&b, 0, "autre", "autres");
	html_count(&b, 1, "autre", "autres");
	html_count(&b, 2, "autre", "autres");
	ck_assert_str_eq(buf_cstr(&b), "0 autre1 autre2 autres");
}
END_TEST

static const char *change(struct str before, struct str after)
{
	struct hv_err err = { 0 };

	ck_assert_int_eq(html_change(&b, arena, (struct values){ &before, before.n > 0 },
				     (struct values){ &after, after.n > 0 }, &err),
			 0);
	return buf_cstr(&b);
}

START_TEST(a_mark_is_said_and_not_only_coloured)
{
	ck_assert_str_eq(change(STR("vers 1853"), STR("vers <1854>")),
			 "<div class=\"deux\"><p><span class=\"mot\">Avant</span> vers <del><span "
			 "class=\"cache\">supprimé : </span>1853<span class=\"cache\"> (fin)</span></del></p>"
			 "<p><span class=\"mot\">Après</span> vers <ins><span class=\"cache\">ajouté : "
			 "</span>&lt;1854&gt;<span class=\"cache\"> (fin)</span></ins></p></div>");
}
END_TEST

START_TEST(a_field_that_was_or_becomes_empty_says_so)
{
	ck_assert_ptr_nonnull(
		strstr(change(STR_NONE, STR("x")), "Avant</span> <span class=\"vide\">(vide)</span>"));
}
END_TEST

START_TEST(long_stretches_without_change_are_shortened_at_both_ends)
{
	static char before[20000], after[20000];

	memset(before, 0, sizeof(before));
	for (size_t i = 0; i + 8 < sizeof(before); i += 7)
		memcpy(before + i, "passage", 7);
	for (size_t i = 5; i + 8 < sizeof(before); i += 6)
		before[i] = ' ';
	memcpy(after, before, sizeof(before));
	memcpy(before + 10001, "ANCIEN", 6);
	memcpy(after + 10001, "NOUVEAU", 7);
	const char *html = change(str_of(before), str_of(after));
	ck_assert_ptr_nonnull(strstr(html, "ANCIEN"));
	ck_assert_ptr_nonnull(strstr(html, "NOUVEAU"));
	ck_assert_ptr_nonnull(strstr(html, " … "));
	ck_assert_uint_lt(strlen(html), 2500);
}
END_TEST

START_TEST(a_value_kept_whole_beside_an_addition_is_not_hidden)
{
	static char before[1000], after[1100];

	memset(before, 'x', sizeof(before) - 1);
	(void)snprintf(after, sizeof(after), "%s ajout", before);
	ck_assert_ptr_nonnull(strstr(change(str_of(before), str_of(after)), "Avant</span> xxxxxxxx"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/html");
	TCase *t = tcase_create("html");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_test(t, markup_in_a_value_is_text);
	tcase_add_test(t, a_long_value_is_cut_between_characters);
	tcase_add_loop_test(t, thousands_are_parted_as_in_french, 0, (int)HV_LEN(numbers));
	tcase_add_test(t, nought_and_one_are_singular);
	tcase_add_test(t, a_mark_is_said_and_not_only_coloured);
	tcase_add_test(t, a_field_that_was_or_becomes_empty_says_so);
	tcase_add_test(t, long_stretches_without_change_are_shortened_at_both_ends);
	tcase_add_test(t, a_value_kept_whole_beside_an_addition_is_not_hidden);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
