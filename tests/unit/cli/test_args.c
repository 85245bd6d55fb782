/*
 * Tests of cli/args.c, and of the table of verbs.
 */
#include "harvester/cli/verb.h"

#include "tests/support/suite.h"

static const struct opt opts[] = { { "full", NULL, "all of it" },
				   { "limit", "N", "how many" },
				   { "why", "TEXT", "why" } };
static const struct verb verb = { .name = "try",
				  .needs = TAKES_WHY,
				  .min_words = 1,
				  .max_words = 2,
				  .words = "SOURCE…",
				  .opts = opts,
				  .n_opts = HV_LEN(opts) };
static struct app app;
static struct hv_err err;

static int parse(const char *line, ...)
{
	static char words[128][64]; /* app.args points into them */
	char *argv[128];
	int argc = 0;
	va_list ap;

	va_start(ap, line);
	for (; line; line = va_arg(ap, const char *)) {
		(void)snprintf(words[argc], sizeof(words[argc]), "%s", line);
		argv[argc] = words[argc];
		argc++;
	}
	va_end(ap);
	err = (struct hv_err){ 0 };
	return args_parse(&verb, argc, argv, &app, &err);
}

START_TEST(words_and_options_stand_in_any_order)
{
	ck_assert_int_eq(parse("--why", "parce que", "a", "--full", "--limit=7", "b", NULL), 0);
	ck_assert_uint_eq(app.args.n, 2);
	ck_assert_str_eq(app.args.words[0], "a");
	ck_assert_str_eq(app.args.words[1], "b");
	ck_assert(arg_has(&app.args, "full"));
	ck_assert(!arg_has(&app.args, "json"));
	ck_assert_str_eq(arg_value(&app.args, "why"), "parce que");
	ck_assert_str_eq(arg_value(&app.args, "limit"), "7");
	ck_assert_ptr_null(arg_value(&app.args, "config"));
}
END_TEST

START_TEST(the_last_of_an_option_given_twice_wins_and_every_verb_takes_the_common_ones)
{
	ck_assert_int_eq(parse("a", "--why=1", "--why", "2", "--json", "--config", "/x", NULL), 0);
	ck_assert_str_eq(arg_value(&app.args, "why"), "2");
	ck_assert(arg_has(&app.args, "json"));
	ck_assert_str_eq(arg_value(&app.args, "config"), "/x");
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	ck_assert_int_eq(parse("--why=x", "--", "--full", "--", NULL), 0);
	ck_assert_uint_eq(app.args.n, 2);
	ck_assert_str_eq(app.args.words[0], "--full");
	ck_assert_str_eq(app.args.words[1], "--");
	ck_assert(!arg_has(&app.args, "full"));
}
END_TEST

START_TEST(a_value_may_be_empty_hold_equals_signs_or_look_like_an_option)
{
	ck_assert_int_eq(parse("a", "--why=", NULL), 0);
	ck_assert_str_eq(arg_value(&app.args, "why"), "");
	ck_assert_int_eq(parse("a", "--why=b=c", NULL), 0);
	ck_assert_str_eq(arg_value(&app.args, "why"), "b=c");
	ck_assert_int_eq(parse("a", "--why", "--full", NULL), 0);
	ck_assert_str_eq(arg_value(&app.args, "why"), "--full");
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
	ck_assert_int_eq(parse("a", "--ful", NULL), HV_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "did you mean '--full'"));
	ck_assert_int_eq(parse("a", "--", NULL), HV_E_USAGE); /* no --why */
	ck_assert_ptr_nonnull(strstr(err.text, "--why"));
	ck_assert_int_eq(parse("a", "--why", NULL), HV_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "needs a value"));
	ck_assert_int_eq(parse("a", "--full=yes", "--why=x", NULL), HV_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "takes no value"));
	ck_assert_int_eq(parse("--why=x", NULL), HV_E_USAGE);
	ck_assert_int_eq(parse("a", "b", "c", "--why=x", NULL), HV_E_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "usage: harvester try SOURCE…"));
	ck_assert_int_eq(parse("a", "--=x", "--why=x", NULL), HV_E_USAGE);
	ck_assert_int_eq(parse("--help", NULL), 0); /* needs neither words nor a reason */
}
END_TEST

START_TEST(too_many_of_anything_are_refused)
{
	char *words[200], word[] = "a", full[] = "--full";

	for (size_t i = 0; i < HV_LEN(words); i++)
		words[i] = word;
	ck_assert_int_eq(args_parse(&verb, 200, words, &app, &err), HV_E_USAGE);
	for (size_t i = 0; i < HV_LEN(words); i++)
		words[i] = full;
	ck_assert_int_eq(args_parse(&verb, 200, words, &app, &err), HV_E_USAGE);
}
END_TEST

START_TEST(numbers_are_whole_and_within_their_bounds)
{
	static const char *const bad[] = { "",
					   "x",
					   "-1",
					   "1.5",
					   "11",
					   " 3",
					   "3 ",
					   "+3",
					   "18446744073709551615",
					   "99999999999999999999999" };
	int64_t v;

	ck_assert_int_eq(parse("a", "--why=x", NULL), 0);
	ck_assert_int_eq(arg_number(&app.args, "limit", 5, 1, 10, &v, &err), 0);
	ck_assert_int_eq(v, 5);
	ck_assert_int_eq(parse("a", "--why=x", "--limit", "10", NULL), 0);
	ck_assert_int_eq(arg_number(&app.args, "limit", 5, 1, 10, &v, &err), 0);
	ck_assert_int_eq(v, 10);
	for (size_t i = 0; i < HV_LEN(bad); i++) {
		ck_assert_int_eq(parse("a", "--why=x", "--limit", bad[i], NULL), 0);
		ck_assert_msg(arg_number(&app.args, "limit", 5, 1, 10, &v, &err) == HV_E_USAGE, "%s", bad[i]);
	}
}
END_TEST

START_TEST(every_verb_has_a_function_a_summary_and_options_of_its_own)
{
	for (size_t i = 0; i < n_verbs; i++) {
		ck_assert_ptr_nonnull(verbs[i].run);
		ck_assert_uint_gt(strlen(verbs[i].summary), 0);
		ck_assert_uint_le(verbs[i].min_words, verbs[i].max_words);
		ck_assert_uint_le(verbs[i].n_opts, MOST_OPTS);
		ck_assert_ptr_eq(verb_find(verbs[i].name), &verbs[i]);
		bool why = false;
		for (size_t k = 0; k < verbs[i].n_opts; k++) {
			why |= strcmp(verbs[i].opts[k].name, "why") == 0;
			for (size_t j = 0; j < k; j++)
				ck_assert_str_ne(verbs[i].opts[k].name, verbs[i].opts[j].name);
		}
		ck_assert(why || !(verbs[i].needs & TAKES_WHY)); /* what is required can be given */
	}
	ck_assert_ptr_null(verb_find("rnu"));
	ck_assert_ptr_null(verb_find(""));
}
END_TEST

SUITE("args", words_and_options_stand_in_any_order,
      the_last_of_an_option_given_twice_wins_and_every_verb_takes_the_common_ones, two_dashes_end_the_options,
      a_value_may_be_empty_hold_equals_signs_or_look_like_an_option, what_is_wrong_is_named,
      too_many_of_anything_are_refused, numbers_are_whole_and_within_their_bounds,
      every_verb_has_a_function_a_summary_and_options_of_its_own)
