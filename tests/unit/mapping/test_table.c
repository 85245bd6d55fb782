/*
 * Look-up tables: CSV with what people's spreadsheets do to it, and how a term is found.
 */
#include "tests/unit/mapping/given.h"

static bool load(struct given *g, struct map_table *t, const char *csv)
{
	*t = (struct map_table){ .name = "t" };
	return table_from_csv(g->told, t, "t.csv", str_of(csv), &g->problems);
}

static const char *find(struct given *g, const struct map_table *t, const char *term)
{
	const struct map_row *row = table_find(t, g->told, str_of(term));

	return row ? arena_strndup(g->told, row->to.p, row->to.n) : NULL;
}

START_TEST(a_term_is_found_as_written_then_folded)
{
	struct given g;
	struct map_table t;

	given_begin(&g, 1 << 16);
	ck_assert(load(&g, &t, "from,to\nL,L.\nl,l.\nHöhe,H.\n"));
	ck_assert_str_eq(find(&g, &t, "L"), "L.");
	ck_assert_str_eq(find(&g, &t, "l"), "l.");
	ck_assert_str_eq(find(&g, &t, "HÖHE"), "H.");
	ck_assert_str_eq(find(&g, &t, "hohe"), "H.");
	ck_assert_ptr_null(find(&g, &t, "Breite"));
	given_end(&g);
}
END_TEST

START_TEST(quotes_other_columns_bom_and_crlf_are_read)
{
	struct given g;
	struct map_table t;

	given_begin(&g, 1 << 16);
	ck_assert(load(&g, &t,
		       "\xEF\xBB\xBFnote,to,from\r\n\"a \"\"b\"\",\nc\",peintre,\"Maler, "
		       "Malerin\"\r\n\r\nx,,rien\r\n"));
	ck_assert_uint_eq(g.problems.n, 0);
	ck_assert_uint_eq(t.n, 2);
	ck_assert_str_eq(find(&g, &t, "maler, malerin"), "peintre");
	ck_assert_str_eq(find(&g, &t, "rien"), "");
	given_end(&g);
}
END_TEST

static const struct {
	const char *csv, *told;
} wrong[] = {
	{ "", "1:1: the first line names the columns: from,to (others may stand beside them)\n" },
	{ "a,b\n1,2\n", "1:1: the first line names the columns: from,to (others may stand beside them)\n" },
	{ "from,to\nx\n", "2:1: the line has 1 cells, and no `to`\n" },
	{ "from,to\nx,1\nx,2\n", "3:1: 'x' stands for '2' here and for '1' on line 2\n" },
	{ "from,to\nx,1\nx,1\n", "" },
	{ "from,to\n\"x,1\n", "2:1: not a line of CSV: a quote is not closed, or text follows it\n" },
	{ "from,to\n\"x\"y,1\n", "2:1: not a line of CSV: a quote is not closed, or text follows it\n" },
	{ "from,to\nx,1\n\xE9,2\n", "3:1: not UTF-8: save the table as UTF-8\n" },
};

START_TEST(a_broken_table_is_told_by_line)
{
	struct given g;
	struct map_table t;

	given_begin(&g, 1 << 16);
	(void)load(&g, &t, wrong[_i].csv);
	ck_assert_str_eq(given_told(&g), wrong[_i].told);
	given_end(&g);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_test(t, a_term_is_found_as_written_then_folded);
	tcase_add_test(t, quotes_other_columns_bom_and_crlf_are_read);
	tcase_add_loop_test(t, a_broken_table_is_told_by_line, 0, (int)HV_LEN(wrong));
}

int main(void)
{
	return given_run("mapping tables", add);
}
