/*
 * test_lines.c - scheduler/lines: bytes into lines, lines into progress.
 */
#include "scheduler/lines.h"

#include <check.h>

#include "harvester/base/buf.h"

static struct lines lines;
static struct buf seen; /* each line in brackets, '!' before a cut one */
static size_t longest;

static void set_up(void)
{
	lines.n = 0;
	lines.cut = false;
	seen = BUF_INIT(1u << 16);
	longest = 0;
}

static void tear_down(void)
{
	buf_release(&seen);
}

static void each(void *ctx, struct str s, bool cut)
{
	ck_assert_ptr_eq(ctx, &seen);
	longest = s.n > longest ? s.n : longest;
	buf_puts(&seen, cut ? "!" : "");
	buf_printf(&seen, "[%.*s]", STR_ARG(str_cut(s, 20)));
}

static void feed(const char *p)
{
	lines_feed(&lines, p, strlen(p), each, &seen);
}

START_TEST(lines_come_whole_however_they_were_cut)
{
	static const char text[] = "one\ntwo\r\n\nlast";

	for (size_t step = 1; step < sizeof(text); step++) {
		buf_clear(&seen);
		for (size_t i = 0; i < sizeof(text) - 1; i += step)
			lines_feed(&lines, text + i, i + step < sizeof(text) ? step : sizeof(text) - 1 - i,
				   each, &seen);
		ck_assert_str_eq(buf_cstr(&seen), "[one][two][]");
		lines_end(&lines, each, &seen);
		ck_assert_str_eq(buf_cstr(&seen), "[one][two][][last]");
	}
}
END_TEST

START_TEST(an_output_that_ends_with_a_line_feed_has_no_further_line)
{
	feed("one\n");
	lines_end(&lines, each, &seen);
	ck_assert_str_eq(buf_cstr(&seen), "[one]");
}
END_TEST

START_TEST(a_line_over_the_ceiling_is_cut_once)
{
	char block[LINE_CEILING];

	memset(block, 'x', sizeof(block));
	lines_feed(&lines, block, sizeof(block), each, &seen);
	feed("\n"); /* just as long as there is room for */
	lines_feed(&lines, block, sizeof(block), each, &seen);
	lines_feed(&lines, block, sizeof(block), each, &seen);
	feed("y\nnext\n");
	ck_assert_str_eq(buf_cstr(&seen), "[xxxxxxxxxxxxxxxxxxxx]![xxxxxxxxxxxxxxxxxxxx][next]");
	ck_assert_uint_eq(longest, LINE_CEILING);
}
END_TEST

START_TEST(a_progress_line_is_understood)
{
	struct progress p;

	ck_assert(progress_parse(STR("progress state=collecting done=1200 expected=2000"), &p));
	ck_assert_str_eq(p.state, "collecting");
	ck_assert_int_eq(p.done, 1200);
	ck_assert_int_eq(p.expected, 2000);
	ck_assert_int_eq(p.run, 0);
	ck_assert(progress_parse(STR("progress run=12 state=judging  done=0 expected=-1 colour=blue"), &p));
	ck_assert_int_eq(p.run, 12);
	ck_assert_int_eq(p.expected, -1);
	ck_assert(progress_parse(STR("progress state=judging done=9223372036854775807"), &p));
	ck_assert_int_eq(p.done, INT64_MAX);
}
END_TEST

static const char *const others[] = { "",
				      "progress",
				      "progress ",
				      "progress is being made",
				      "progress state=collecting",
				      "progress done=1",
				      "progress state= done=1",
				      "progress state=Collecting done=1",
				      "progress state=a-state-that-is-no-word done=1",
				      "progress state=aaaaaaaaaaaaaaaaaaaaaaaa done=1",
				      "progress state=judging done=-1",
				      "progress state=judging done=9223372036854775808",
				      "progress state=judging done=1 expected=-2",
				      "progress state=judging done=1 run=x",
				      " progress state=judging done=1",
				      "progress state=judging,done=1" };

START_TEST(what_is_no_progress_line_is_not_taken_for_one)
{
	struct progress p = { .done = 42 };

	ck_assert_msg(!progress_parse(str_of(others[_i]), &p), "%s", others[_i]);
	ck_assert_int_eq(p.done, 42);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lines");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, lines_come_whole_however_they_were_cut);
	tcase_add_test(t, an_output_that_ends_with_a_line_feed_has_no_further_line);
	tcase_add_test(t, a_line_over_the_ceiling_is_cut_once);
	tcase_add_test(t, a_progress_line_is_understood);
	tcase_add_loop_test(t, what_is_no_progress_line_is_not_taken_for_one, 0, (int)HV_LEN(others));
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
