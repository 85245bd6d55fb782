/*
 * publish/dump: one notice as a line of CSV and of JSON.
 */
#include "harvester/publish/dump.h"

#include <check.h>

static struct arena *arena;
static uint64_t semicolons;

static void begin(void)
{
	arena = arena_new(1u << 20);
	semicolons = 0;
}

static void finish(void)
{
	arena_free(arena);
}

static const char *csv(const char *doc)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);
	struct notice n;

	ck_assert_int_eq(notice_read(arena, str_of(doc), &n, NULL), 0);
	dump_csv_line(&b, &n, &semicolons);
	return arena_strdup(arena, buf_cstr(&b));
}

static const char *jsonl(const char *doc)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);
	struct notice n;

	ck_assert_int_eq(notice_read(arena, str_of(doc), &n, NULL), 0);
	dump_jsonl_line(&b, &n);
	return arena_strdup(arena, buf_cstr(&b));
}

/* The cell under a column's name; the test documents hold no `|` outside the cell asked for. */
static const char *cell(const char *line, int position)
{
	for (int i = 1; i < position; i++)
		line = strchr(line, '|') + 1;
	return arena_strndup(arena, line, strcspn(line, "|\n"));
}

START_TEST(the_header_has_the_67_names_of_the_open_data_set)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 16);
	int bars = 0;

	dump_csv_header(&b);
	for (size_t i = 0; i < b.n; i++)
		bars += b.p[i] == '|';
	ck_assert_int_eq(bars, 66);
	ck_assert(str_starts(buf_view(&b), STR("Reference|Ancien_depot|Appellation|")));
	ck_assert(str_find(buf_view(&b), STR("|Manquant commentaires|")) > 0);
	ck_assert(str_find(buf_view(&b),
			   STR("|coordonnees|Artiste_sous_droits|Date_entree_dans_le_domaine_public\n")) > 0);
}
END_TEST

START_TEST(values_of_a_list_are_joined_by_semicolons_without_blanks)
{
	ck_assert_str_eq(cell(csv("{\"AUTR\":[\"MERCIER Jeanne\",\"anonyme\"]}"), 6),
			 "MERCIER Jeanne;anonyme");
}
END_TEST

START_TEST(text_fields_keep_their_semicolons_and_blanks)
{
	ck_assert_str_eq(cell(csv("{\"TITR\":[\" L'eau ; le feu\"]}"), 62), " L'eau ; le feu");
	ck_assert_uint_eq(semicolons, 0);
}
END_TEST

START_TEST(a_semicolon_inside_a_value_of_a_list_becomes_a_comma_and_is_counted)
{
	ck_assert_str_eq(cell(csv("{\"TECH\":[\"toile ; châssis\",\"huile\"]}"), 61),
			 "toile , châssis;huile");
	ck_assert_uint_eq(semicolons, 1);
	ck_assert_str_eq(jsonl("{\"TECH\":[\"toile ; châssis\"]}"), "{\"TECH\":[\"toile ; châssis\"]}\n");
}
END_TEST

static const struct {
	const char *doc, *cell;
} quoted[] = {
	{ "{\"DESC\":[\"a|b\"]}", "\"a|b\"" },
	{ "{\"DESC\":[\"dit \\\"le Grand\\\"\"]}", "\"dit \"\"le Grand\"\"\"" },
	{ "{\"DESC\":[\"a\\nb\"]}", "\"a\nb\"" },
	{ "{\"DESC\":[\"a\\rb\"]}", "\"a\rb\"" },
	{ "{\"DESC\":[\"=1+1\"]}", "=1+1" },
	{ "{\"DESC\":[\"a\\\\b\"]}", "a\\b" },
	{ "{\"INSC\":[\"x;\\\"y\\\"\",\"z\"]}", "\"x,\"\"y\"\";z\"" },
};

START_TEST(only_bars_quotes_and_line_ends_are_quoted)
{
	const char *line = csv(quoted[_i].doc);

	ck_assert_msg(strstr(line, quoted[_i].cell), "%s", line);
	ck_assert_uint_eq(strlen(line), strlen(quoted[_i].cell) + 67);
}
END_TEST

START_TEST(json_lines_hold_lists_and_texts_and_leave_out_what_is_absent)
{
	ck_assert_str_eq(
		jsonl("{\"DOMN\":[\"peinture\"],\"TITR\":[\"a\\n\\\"b\\\"\"],\"REF\":[\"M9871000412\"]}"),
		"{\"REF\":\"M9871000412\",\"DOMN\":[\"peinture\"],\"TITR\":\"a\\n\\\"b\\\"\"}\n");
}
END_TEST

START_TEST(fields_outside_the_open_data_set_are_in_neither_file)
{
	ck_assert_str_eq(jsonl("{\"HIST\":[\"secret\"],\"PHOT\":[\"x\"]}"), "{}\n");
	ck_assert_ptr_null(strstr(csv("{\"HIST\":[\"secret\"]}"), "secret"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/dump");
	TCase *t = tcase_create("lines");

	tcase_add_checked_fixture(t, begin, finish);
	tcase_add_test(t, the_header_has_the_67_names_of_the_open_data_set);
	tcase_add_test(t, values_of_a_list_are_joined_by_semicolons_without_blanks);
	tcase_add_test(t, text_fields_keep_their_semicolons_and_blanks);
	tcase_add_test(t, a_semicolon_inside_a_value_of_a_list_becomes_a_comma_and_is_counted);
	tcase_add_loop_test(t, only_bars_quotes_and_line_ends_are_quoted, 0, (int)HV_LEN(quoted));
	tcase_add_test(t, json_lines_hold_lists_and_texts_and_leave_out_what_is_absent);
	tcase_add_test(t, fields_outside_the_open_data_set_are_in_neither_file);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
