/*
 * tests/unit/config/test_yaml.c - the tree has the right shape and places; what is refused is refused with
 * its line and column, in words that say what to do.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/told.h"

static struct arena *arena;
static struct problems problems;

static void setup(void)
{
	arena = arena_new((size_t)64 << 20);
	problems_init(&problems, arena);
}

static void teardown(void)
{
	arena_free(arena);
}

static struct yaml *parse(const char *text)
{
	return yaml_parse(arena, "f.yaml", str_of(text), &problems);
}

struct refusal {
	const char *text;
	bool readable; /* a tree all the same */
	const char *told;
};

static const struct refusal refusals[] = {
	{ "a: 1\na: 2\n\"a\": 3\n", true,
	  "f.yaml:2:1: key 'a' stands twice in one map; the first is in line 1\n"
	  "f.yaml:3:1: key 'a' stands twice in one map; the first is in line 1\n" },
	{ "a: {b: 1, b: 2}\n", true,
	  "f.yaml:1:11: key 'b' stands twice in one map; the first is in line 1\n" },
	{ "a: &x 1\nb: *x\n", true,
	  "f.yaml:1:4: anchors are not used here; remove '&x' and write the value where it is needed\n"
	  "f.yaml:2:4: aliases are not used here; write the value instead of '*x'\n" },
	{ "a: &x [1]\nb: &y {c: 1}\n", true,
	  "f.yaml:1:4: anchors are not used here; remove '&x' and write the value where it is needed\n"
	  "f.yaml:2:4: anchors are not used here; remove '&y' and write the value where it is needed\n" },
	{ "c: !!str 3\nd: !own 4\ne: !!map {}\n", true,
	  "f.yaml:1:4: tags are not used here; remove '!!str'\n"
	  "f.yaml:2:4: tags are not used here; remove '!own'\n"
	  "f.yaml:3:4: tags are not used here; remove '!!map'\n" },
	{ "a: 1\n---\nb: 2\n", true,
	  "f.yaml:2:1: a second document begins here; one file holds one document\n" },
	{ "a: 1\n...\nb: 2\n", false,
	  "f.yaml:3:1: the document ended before this line: check the indentation\n" },
	{ "? [a, b]\n: c\n? {d: 1}\n: 2\n", true,
	  "f.yaml:1:3: a key must be a text, not a list\nf.yaml:3:3: a key must be a text, not a map\n" },
	{ "?\n: 3\n", true, "f.yaml:1:2: a key is missing before ':'\n" },
	{ "é: \xe9\n", false, "f.yaml:1:4: byte 0xE9 is not UTF-8; save the file in the encoding UTF-8\n" },
	{ "a: 1\nb: \xc3\xa9\xed\xa0\x80\n", false,
	  "f.yaml:2:5: byte 0xED is not UTF-8; save the file in the encoding UTF-8\n" },
	{ "\xff\xfe"
	  "a",
	  false, "f.yaml:1:1: byte 0xFF is not UTF-8; save the file in the encoding UTF-8\n" },
	{ "a: \"\\0\"\n", true, "f.yaml:1:4: the character U+0000 is not allowed in a text\n" },
	{ "a: x\001\n", false, "f.yaml:1:5: the character U+0001 is not allowed in YAML\n" },
	{ "a: 1\n\tb: 2\n", false, "f.yaml:2:1: a tab cannot indent; use blanks\n" },
	{ "a:\n\tb: 2\n", false, "f.yaml:2:1: a tab cannot indent; use blanks\n" },
	{ "a: [1, 2\nb: 3\n", false,
	  "f.yaml:2:2: ',' or ']' is missing in the list that begins in line 1\n" },
	{ "a: {x: 1\nb: 3", false, "f.yaml:2:2: ',' or '}' is missing in the map that begins in line 1\n" },
	{ "k: 1\na: \"x\nb: 1\n", false, "f.yaml:2:4: the quotes opened in line 2 are never closed\n" },
	{ "a: b: c\n", false,
	  "f.yaml:1:5: ':' cannot stand here: check the indentation, or put the text in quotes\n" },
	{ "title: Musée: le retour\n", false,
	  "f.yaml:1:13: ':' cannot stand here: check the indentation, or put the text in quotes\n" },
	{ "a: 1\nb\nc: 2\n", false, "f.yaml:2:1: ':' is missing after the key in line 2\n" },
	{ "a:\n  b: 1\n c: 2\n", false,
	  "f.yaml:3:2: no key of the map that begins in line 1 can stand here; check the indentation and the "
	  "quotes before it\n" },
	{ "a: 'l'eau'\n", false,
	  "f.yaml:1:7: no key of the map that begins in line 1 can stand here; check the indentation and the "
	  "quotes before it\n" },
	{ "- a\nb: 1\n", false,
	  "f.yaml:2:1: no item of the list that begins in line 1: check the indentation and the '-'\n" },
	{ "a: - b\n", false,
	  "f.yaml:1:4: '-' cannot stand here: begin the list on a line of its own, or put the text in "
	  "quotes\n" },
	{ "a: @x\n", false, "f.yaml:1:4: '@' cannot begin a value; put the text in quotes\n" },
	{ "a: \"\\q\"\n", false,
	  "f.yaml:1:5: unknown escape after '\\' in double quotes; use single quotes when the backslash is "
	  "meant\n" },
	{ "a: !foo!bar x\n", false,
	  "f.yaml:1:4: no valid YAML: found undefined tag handle, while parsing a node that begins in line "
	  "1\n" },
};

START_TEST(what_is_refused_is_told_with_its_place)
{
	const struct refusal *r = &refusals[_i];
	const struct yaml *root = parse(r->text);

	ck_assert_str_eq(told(&problems), r->told);
	ck_assert_int_eq(root != NULL, r->readable);
}
END_TEST

START_TEST(the_tree_knows_the_place_of_everything_in_characters)
{
	const struct yaml *y = parse("été: \"x\"\nm:\n  - a\n  - {k: v, 'é é': w}\n");

	ck_assert_str_eq(told(&problems), "");
	ck_assert_int_eq(y->kind, YAML_MAP);
	ck_assert_uint_eq(y->n, 2);
	ck_assert_uint_eq(y->items[0].column, 6);
	ck_assert(!y->items[0].plain);
	const struct yaml *list = yaml_get(y, "m");
	ck_assert_int_eq(list->kind, YAML_LIST);
	ck_assert_uint_eq(list->line, 3);
	ck_assert(list->items[0].plain);
	const struct yaml *w = yaml_get(&list->items[1], "é é");
	ck_assert(str_is(w->text, "w"));
	ck_assert_uint_eq(w->line, 4);
	ck_assert_uint_eq(w->column, 19);
	ck_assert_uint_eq(yaml_key(&list->items[1], "é é")->column, 12);
	ck_assert_str_eq(w->file, "f.yaml");
}
END_TEST

START_TEST(of_equal_keys_the_first_stays_and_order_is_kept)
{
	const struct yaml *y = parse("z: 1\na: 2\nz: 3\nb: 4\n");

	ck_assert_uint_eq(y->n, 3);
	ck_assert(str_is(yaml_get(y, "z")->text, "1"));
	ck_assert(str_is(y->keys[0].text, "z") && str_is(y->keys[1].text, "a") &&
		  str_is(y->keys[2].text, "b"));
	ck_assert_uint_eq(problems.errors, 1);
}
END_TEST

START_TEST(scalars_stay_text_and_only_unquoted_nothing_is_nothing)
{
	const struct yaml *y = parse("a: no\nb: 010\nc: ~\nd: '~'\ne: null\nf:\ng: ''\nh: 1_0\n");

	ck_assert(str_is(yaml_get(y, "a")->text, "no"));
	ck_assert(str_is(yaml_get(y, "b")->text, "010"));
	ck_assert(yaml_is_nothing(yaml_get(y, "c")) && !yaml_is_nothing(yaml_get(y, "d")));
	ck_assert(yaml_is_nothing(yaml_get(y, "e")) && yaml_is_nothing(yaml_get(y, "f")));
	ck_assert(!yaml_is_nothing(yaml_get(y, "g")));
	ck_assert_ptr_null(yaml_get(y, "x"));
	ck_assert_ptr_null(yaml_get(yaml_get(y, "a"), "x"));
	ck_assert_ptr_null(yaml_get(NULL, "x"));
}
END_TEST

START_TEST(an_empty_file_is_an_empty_map)
{
	static const char *const empty[] = { "", "# nothing\n", "---\n", "\n\n", "\xEF\xBB\xBF" };

	for (size_t i = 0; i < HV_LEN(empty); i++) {
		const struct yaml *y = parse(empty[i]);

		ck_assert_ptr_nonnull(y);
		ck_assert_int_eq(y->kind, YAML_MAP);
		ck_assert_uint_eq(y->n, 0);
	}
	ck_assert_uint_eq(problems.n, 0);
}
END_TEST

static const char *repeat(const char *what, size_t n)
{
	struct buf b = BUF_INIT((size_t)4 << 20);

	for (size_t i = 0; i < n; i++)
		buf_puts(&b, what);
	const char *s = arena_strdup(arena, buf_cstr(&b));
	buf_release(&b);
	return s;
}

START_TEST(depth_is_capped_before_the_parser_becomes_slow)
{
	ck_assert_ptr_null(parse(repeat("[", 1000000)));
	ck_assert_str_eq(told(&problems), "f.yaml:1:65: more than 64 levels deep\n");
	problems_init(&problems, arena);
	ck_assert_ptr_nonnull(parse(arena_printf(arena, "%s%s", repeat("[", 64), repeat("]", 64))));
	ck_assert_uint_eq(problems.n, 0);
}
END_TEST

START_TEST(the_number_of_values_is_capped)
{
	ck_assert_ptr_null(parse(repeat("- 1\n", 100001)));
	ck_assert_str_eq(told(&problems), "f.yaml:100000:3: more than 100000 values in one file\n");
	problems_init(&problems, arena);
	ck_assert_ptr_nonnull(parse(repeat("- 1\n", 99999)));
	ck_assert_uint_eq(problems.n, 0);
}
END_TEST

START_TEST(the_number_of_bytes_is_capped)
{
	ck_assert_ptr_null(parse(repeat("#########\n", 104858)));
	ck_assert_str_eq(told(&problems), "f.yaml: 1048580 bytes long; at most 1 MiB is read\n");
}
END_TEST

START_TEST(many_equal_keys_are_told_without_trying_all_pairs)
{
	ck_assert_ptr_nonnull(parse(repeat("k: 1\n", 49000)));
	ck_assert_uint_eq(problems.n, 1000);
	ck_assert_uint_eq(problems.errors, 48999);
}
END_TEST

START_TEST(a_problem_is_one_line_whatever_a_name_holds)
{
	struct yaml at = { .file = "f", .line = 1, .column = 2 };
	struct hv_err err;

	problem_at(&problems, &at, "key '%s'", "a\nb\tc");
	warning_at(&problems, &at, "w");
	problem_file(&problems, "g", 0, 0, "%s", repeat("é", 400));
	ck_assert_str_eq(problem_text(&problems.v[0], arena), "f:1:2: key 'a b c'");
	ck_assert_str_eq(problem_text(&problems.v[1], arena), "f:1:2: warning: w");
	ck_assert_uint_eq(strlen(problems.v[2].text), 598);
	ck_assert_uint_eq(problems.errors, 2);
	ck_assert_int_eq(problems_err(&problems, &err), HV_E_CONFIG);
	ck_assert_str_eq(err.text, "f:1:2: key 'a b c' (and 1 more)");
}
END_TEST

START_TEST(a_problem_without_a_node_is_told_all_the_same)
{
	problem_at(&problems, NULL, "x");
	warning_at(&problems, NULL, "y");
	ck_assert_str_eq(told(&problems), "configuration: x\nconfiguration: warning: y\n");
}
END_TEST

START_TEST(warnings_alone_are_no_error)
{
	struct yaml at = { .file = "f", .line = 1, .column = 2 };

	warning_at(&problems, &at, "w");
	ck_assert_int_eq(problems_err(&problems, NULL), 0);
}
END_TEST

START_TEST(files_that_cannot_be_read_are_problems)
{
	char dir[] = "/tmp/hv-yaml-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(dir));
	const char *missing = arena_printf(arena, "%s/none.yaml", dir);
	const char *fifo = arena_printf(arena, "%s/fifo", dir);
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	ck_assert_ptr_null(yaml_load(arena, missing, &problems));
	ck_assert_ptr_null(yaml_load(arena, dir, &problems));
	ck_assert_ptr_null(yaml_load(arena, fifo, &problems));
	ck_assert_str_eq(
		told(&problems),
		arena_printf(arena,
			     "%s: cannot be read: No such file or directory\n%s: cannot be read: Is a "
			     "directory\n%s: cannot be read: not a regular file\n",
			     missing, dir, fifo));
	ck_assert_int_eq(unlink(fifo) | rmdir(dir), 0);
}
END_TEST

START_TEST(memory_that_runs_out_is_a_problem_and_no_crash)
{
	for (size_t n = 0; n < 40; n++) {
		struct arena *small = arena_new((size_t)1 << 20);
		struct problems p;

		problems_init(&p, small);
		arena_fail_at(small, n);
		const struct yaml *y = yaml_parse(small, "f", STR("a: {b: [1, 2], c: d}\ne: f\ne: g\n"), &p);
		ck_assert(y || p.errors > 0);
		arena_free(small);
	}
}
END_TEST

static void add(TCase *t)
{
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, what_is_refused_is_told_with_its_place, 0, HV_LEN(refusals));
	tcase_add_test(t, the_tree_knows_the_place_of_everything_in_characters);
	tcase_add_test(t, of_equal_keys_the_first_stays_and_order_is_kept);
	tcase_add_test(t, scalars_stay_text_and_only_unquoted_nothing_is_nothing);
	tcase_add_test(t, an_empty_file_is_an_empty_map);
	tcase_add_test(t, depth_is_capped_before_the_parser_becomes_slow);
	tcase_add_test(t, the_number_of_values_is_capped);
	tcase_add_test(t, the_number_of_bytes_is_capped);
	tcase_add_test(t, many_equal_keys_are_told_without_trying_all_pairs);
	tcase_add_test(t, a_problem_is_one_line_whatever_a_name_holds);
	tcase_add_test(t, a_problem_without_a_node_is_told_all_the_same);
	tcase_add_test(t, warnings_alone_are_no_error);
	tcase_add_test(t, files_that_cannot_be_read_are_problems);
	tcase_add_test(t, memory_that_runs_out_is_a_problem_and_no_crash);
}

int main(void)
{
	return run_tests("yaml", add);
}
