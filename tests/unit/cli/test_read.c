/*
 * cli/read: what comes from sources reaches a terminal as text and nothing else.
 */
#include "harvester/cli/read.h"

#include <check.h>

#include "harvester/cli/out.h"

static struct arena *arena;

static void begin(void)
{
	arena = arena_new(1u << 20);
}

static void finish(void)
{
	arena_free(arena);
}

static const struct {
	const char *text;
	size_t most;
	const char *shown;
} texts[] = {
	{ "Le Pont de pierre", 0, "Le Pont de pierre" },
	{ "rouge \033[31m", 0, "rouge  [31m" },
	{ "deux\nlignes\tet plus", 0, "deux lignes et plus" },
	{ "C1 \xC2\x9B"
	  "31m",
	  0, "C1  31m" },
	{ "à \u202el’envers", 0, "à  l’envers" },
	{ "éàü", 3, "éàü" },
	{ "éàüö", 3, "éàü…" },
	{ "", 3, "" },
};

START_TEST(a_text_of_lines_shows_what_gives_a_terminal_orders)
{
	hv_auto(hv_freep) char *got = NULL;
	size_t n;
	FILE *out = open_memstream(&got, &n);

	out_text(out, STR("<a>\n\t\033[2J\xC2\x9B\u202e\r\xFF</a>"), true);
	out_text(out, STR("|a\n\tb"), false);
	(void)fclose(out);
	ck_assert_str_eq(got, "<a>\n\t<1B>[2J<9B><202E><0D>\uFFFD</a>|a<0A><09>b");
}
END_TEST

START_TEST(control_characters_become_blanks_and_long_texts_are_cut)
{
	struct str s = read_shown(arena, str_of(texts[_i].text), texts[_i].most);

	ck_assert_msg(str_is(s, texts[_i].shown), "%.*s", STR_ARG(s));
}
END_TEST

START_TEST(values_are_joined_for_people)
{
	const struct str v[] = { STR("don"), STR("Valombreuse") };

	ck_assert(str_is(read_joined(arena, (struct values){ v, 2 }, 0), "don ; Valombreuse"));
	ck_assert(str_is(read_joined(arena, (struct values){ v, 2 }, 8), "don ; Va…"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cli/read");
	TCase *t = tcase_create("texts");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_test(t, a_text_of_lines_shows_what_gives_a_terminal_orders);
	tcase_add_loop_test(t, control_characters_become_blanks_and_long_texts_are_cut, 0,
			    (int)HV_LEN(texts));
	tcase_add_test(t, values_are_joined_for_people);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
