/*
 * publish/words: which words of two texts differ.
 */
#include "harvester/publish/words.h"

#include <check.h>

#include "harvester/base/buf.h"

static struct arena *arena;

static void begin(void)
{
	arena = arena_new(16u << 20);
}

static void finish(void)
{
	arena_free(arena);
}

/* What changed stands in square brackets. */
static const char *marked(struct words w)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	for (size_t i = 0; i < w.n; i++) {
		if (!w.v[i].kept && (i == 0 || w.v[i - 1].kept))
			buf_putc(&b, '[');
		buf_str(&b, w.v[i].text);
		if (!w.v[i].kept && (i + 1 == w.n || w.v[i + 1].kept))
			buf_putc(&b, ']');
	}
	return arena_strdup(arena, buf_cstr(&b));
}

static const struct {
	const char *before, *after, *gone, *come;
} texts[] = {
	{ "le pont de pierre", "le pont de bois", "le pont de [pierre]", "le pont de [bois]" },
	{ "", "ajout", "", "[ajout]" },
	{ "tout", "", "[tout]", "" },
	{ "même", "même", "même", "même" },
	{ "a b c", "a c", "a [b ]c", "a c" },
	{ "vers 1853", "vers 1854 ?", "vers [1853]", "vers [1854 ?]" },
	{ "rive gauche haute", "rive droite basse", "rive [gauche haute]", "rive [droite basse]" },
	{ "un  deux", "un deux", "un[  ]deux", "un[ ]deux" },
	{ "un\u00a0deux", "un\u00a0trois", "un\u00a0[deux]", "un\u00a0[trois]" },
	{ "b a b", "a b a", "[b ]a b", "a b[ a]" },
};

START_TEST(the_words_that_differ_are_marked_on_both_sides)
{
	struct words x, y;

	ck_assert_int_eq(
		words_compare(arena, str_of(texts[_i].before), str_of(texts[_i].after), &x, &y, NULL), 0);
	ck_assert_str_eq(marked(x), texts[_i].gone);
	ck_assert_str_eq(marked(y), texts[_i].come);
}
END_TEST

START_TEST(values_of_a_list_are_compared_whole)
{
	const struct str a[] = { STR("huile sur toile"), STR("crayon") },
			 b[] = { STR("crayon"), STR("huile") };
	struct words x, y;

	ck_assert_int_eq(
		words_compare_lists(arena, (struct values){ a, 2 }, (struct values){ b, 2 }, &x, &y, NULL),
		0);
	ck_assert_str_eq(marked(x), "[huile sur toile]crayon");
	ck_assert_str_eq(marked(y), "crayon[huile]");
}
END_TEST

static struct str many(const char *word, const char *end)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	buf_puts(&b, "début ");
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%s%d ", word, i);
	buf_puts(&b, end);
	return arena_str(arena, buf_view(&b));
}

START_TEST(texts_too_long_to_compare_keep_their_common_ends)
{
	struct words x, y;

	ck_assert_int_eq(words_compare(arena, many("a", "fin"), many("b", "fin"), &x, &y, NULL), 0);
	ck_assert(x.v[0].kept && y.v[0].kept);
	ck_assert(!x.v[2].kept && !y.v[2].kept);
	ck_assert(x.v[x.n - 1].kept && y.v[y.n - 1].kept);
}
END_TEST

START_TEST(memory_that_is_out_is_an_error)
{
	hv_auto(arena_freep) struct arena *small = arena_new(256);
	struct hv_err err = { 0 };
	struct words x, y;

	ck_assert_int_eq(words_compare(small, many("a", ""), many("b", ""), &x, &y, &err), HV_E_NOMEM);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/words");
	TCase *t = tcase_create("words");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_loop_test(t, the_words_that_differ_are_marked_on_both_sides, 0, (int)HV_LEN(texts));
	tcase_add_test(t, values_of_a_list_are_compared_whole);
	tcase_add_test(t, texts_too_long_to_compare_keep_their_common_ends);
	tcase_add_test(t, memory_that_is_out_is_an_error);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
