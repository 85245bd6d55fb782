/*
 * publish/report_table: cells that a French spreadsheet opens as they are meant.
 */
#include <check.h>

#include "harvester/publish/report.h"

static const struct {
	const char *value, *cell;
} cells[] = {
	{ "", "" },
	{ "huile, toile", "huile, toile" },
	{ "huile ; toile", "\"huile ; toile\"" },
	{ "dit \"le Grand\"", "\"dit \"\"le Grand\"\"\"" },
	{ "a\nb", "\"a\nb\"" },
	{ "=1+1", "'=1+1" },
	{ "+33 1", "'+33 1" },
	{ "-12", "'-12" },
	{ "@SUM(A1)", "'@SUM(A1)" },
	{ "\t=1", "'\t=1" },
	{ "\r=1", "\"'\r=1\"" },
	{ "=HYPERLINK(\"x\";\"y\")", "\"'=HYPERLINK(\"\"x\"\";\"\"y\"\")\"" },
	{ "a=b", "a=b" },
};

START_TEST(cells_are_quoted_and_formulas_are_made_harmless)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20);

	report_cell(&b, str_of(cells[_i].value));
	ck_assert_str_eq(buf_cstr(&b), cells[_i].cell);
}
END_TEST

START_TEST(a_cell_no_spreadsheet_could_hold_is_cut_between_characters)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1u << 20), value = BUF_INIT(1u << 20);

	buf_putc(&value, 'x');
	while (value.n < 40000)
		buf_puts(&value, "é");
	report_cell(&b, buf_view(&value));
	ck_assert_uint_eq(b.n, 31999 + strlen("…"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/report_table");
	TCase *t = tcase_create("cells");

	tcase_add_loop_test(t, cells_are_quoted_and_formulas_are_made_harmless, 0, (int)HV_LEN(cells));
	tcase_add_test(t, a_cell_no_spreadsheet_could_hold_is_cut_between_characters);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
