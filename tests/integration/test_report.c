/*
 * publish/report: the page and the table a museum gets, from a real PostgreSQL. The golden files are to be
 * read.
 */
#include "harvester/publish/report.h"

#include <check.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catalogue.h"

static struct pgtest pg;
static struct store *s;
static char dir[64];
static struct hv_err err;
static struct report_paths paths;
static const struct hv_clock now = { .fixed = true, .fixed_us = INT64_C(1804492800000000) };

static void open_catalogue(void)
{
	s = pgtest_store(&pg, NULL);
	catalogue_load(&pg);
	pgtest_folder(dir, sizeof(dir));
	err = (struct hv_err){ 0 };
}

static void close_catalogue(void)
{
	pgtest_remove(dir);
	store_close(s);
}

static int report(int64_t run, const char *museum)
{
	struct report_options o = { .dir = dir,
				    .run = run,
				    .museum = museum,
				    .title = "Musée de Valombreuse, OAI-PMH",
				    .contact = "joconde@culture.example",
				    .clock = &now };

	return report_write(s, &o, &paths, &err);
}

static char *page_of(int64_t run, const char *museum)
{
	int r = report(run, museum);

	ck_assert_msg(r == 0, "%s", err.text);
	return catalogue_file(paths.page);
}

/* With UPDATE_GOLDEN=1 the file is written anew: look at the difference before you commit it. */
static void compare(const char *golden, const char *text)
{
	if (getenv("UPDATE_GOLDEN")) {
		hv_auto(hv_fclosep) FILE *f = fopen(golden, "wb");

		ck_assert_ptr_nonnull(f);
		(void)fputs(text, f);
		return;
	}
	hv_auto(hv_freep) char *want = catalogue_file(golden);
	ck_assert_str_eq(text, want);
}

START_TEST(a_night_with_changes_and_refusals_becomes_this_page_and_this_table)
{
	hv_auto(hv_freep) char *page = page_of(4, "M9871");
	hv_auto(hv_freep) char *table = catalogue_file(paths.table);

	compare("tests/fixtures/report/report-M9871-4.html", page);
	compare("tests/fixtures/report/report-M9871-4.csv", table);
	ck_assert_ptr_nonnull(strstr(paths.page, "/report-M9871-4.html"));
}
END_TEST

START_TEST(an_empty_night_says_in_one_sentence_that_nothing_changed)
{
	catalogue_sql(&pg, "delete from quarantine; delete from finding");
	hv_auto(hv_freep) char *page = page_of(5, "M9871");

	ck_assert_ptr_nonnull(strstr(page, "<p class=\"verdict\">Rien n’a changé.</p>"));
	ck_assert_ptr_null(strstr(page, "À corriger"));
	ck_assert_ptr_null(strstr(page, "Ce qui a changé"));
	ck_assert_ptr_null(strstr(page, "Remarques"));
	ck_assert_ptr_null(strstr(page, "Comment lire"));
}
END_TEST

START_TEST(the_first_run_of_a_source_has_no_column_for_a_former_one)
{
	hv_auto(hv_freep) char *page = page_of(1, "M9872");

	ck_assert_ptr_nonnull(strstr(page, "C’est le premier passage de cette source."));
	ck_assert_ptr_null(strstr(page, "Précédent"));
	ck_assert_ptr_nonnull(strstr(page, "1 notice créée."));
	ck_assert_ptr_null(strstr(page, "1923.4.12"));
}
END_TEST

START_TEST(a_page_is_accessible_and_needs_nothing_from_elsewhere)
{
	hv_auto(hv_freep) char *page = page_of(4, "M9871");
	const char *h1 = strstr(page, "<h1>");

	ck_assert_ptr_nonnull(strstr(page, "<html lang=\"fr\">"));
	ck_assert_ptr_nonnull(h1);
	ck_assert_ptr_null(strstr(h1 + 1, "<h1"));
	ck_assert_ptr_nonnull(strstr(page, "href=\"#contenu\">Aller au contenu</a>"));
	ck_assert_ptr_nonnull(strstr(page, "<main id=\"contenu\""));
	ck_assert_ptr_nonnull(strstr(page, "<del><span class=\"cache\">supprimé : </span>"));
	ck_assert_ptr_nonnull(strstr(page, "<ins><span class=\"cache\">ajouté : </span>"));
	ck_assert_ptr_null(strstr(page, "<script"));
	ck_assert_ptr_null(strstr(page, "<link"));
	ck_assert_ptr_null(strstr(page, "src="));
	ck_assert_ptr_null(strstr(page, "url("));
	/* As many captions as tables, every header cell with its scope. */
	size_t tables = 0, captions = 0;
	for (const char *p = page; (p = strstr(p, "<table>")); p++)
		tables++;
	for (const char *p = page; (p = strstr(p, "<caption>")); p++)
		captions++;
	ck_assert_uint_eq(tables, captions);
	for (const char *p = page; (p = strstr(p, "<th")); p++)
		ck_assert_msg(strncmp(p, "<th scope=", 10) == 0 || strncmp(p, "<thead", 6) == 0, "%.40s", p);
}
END_TEST

START_TEST(hostile_texts_stay_texts)
{
	catalogue_sql(
		&pg,
		"update notice set doc = jsonb_set(doc, '{TITR}', '[\"<script>alert(1)</script>\"]') where "
		"ref = 'M9871000412'; "
		"update quarantine set external_id = '\"><img onerror=x>' where code = 'museum_not_allowed'; "
		"update finding set subject = '</table><h1>' || subject");
	hv_auto(hv_freep) char *page = page_of(4, "M9871");

	ck_assert_ptr_null(strstr(page, "<script"));
	ck_assert_ptr_null(strstr(page, "<img"));
	ck_assert_ptr_null(strstr(page, "</table><h1>"));
	ck_assert_ptr_nonnull(strstr(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
}
END_TEST

START_TEST(long_lists_are_cut_on_the_page_and_whole_in_the_table)
{
	catalogue_sql(
		&pg,
		"insert into notice select 'X' || lpad(i::text, 10, '0'), 'M9871', '{\"INV\":[\"X\"]}', '', "
		"'live', "
		"'2027-03-01', '2027-03-01' from generate_series(1, 1250) i; "
		"insert into change select ref, 5, case when ref < 'X0000000301' then 'created' else "
		"'changed' end, "
		"'source', '{\"TITR\":[[\"a\"],[\"b\"]]}' from notice where ref like 'X%'; "
		"insert into quarantine (source, external_id, run, hash, fingerprint, code, reason) select "
		"'valombreuse-oai', 'q' || i, 5, '', 0, 'c' || i % 20, 'raison' from generate_series(1, 400) "
		"i");
	hv_auto(hv_freep) char *page = page_of(5, "M9871");
	hv_auto(hv_freep) char *table = catalogue_file(paths.table);
	size_t lines = 0;

	ck_assert_ptr_nonnull(
		strstr(page, "300 notices créées, 950 modifiées&nbsp;; 403 enregistrements sont à corriger"));
	ck_assert_ptr_nonnull(strstr(page, "… et 100 autres, à lire dans le tableau"));
	ck_assert_ptr_nonnull(strstr(page, "… et 750 autres, à lire dans le tableau"));
	ck_assert_uint_lt(strlen(page), 400000);
	for (const char *p = table; (p = strstr(p, "\r\n")); p++)
		lines++;
	ck_assert_uint_eq(lines, 1 + 1250 + 403);
}
END_TEST

START_TEST(every_word_of_a_refusal_is_told_in_french)
{
	static const char *const codes[] = {
		"inventory_missing",  "inventory_unclear", "required_missing",  "required_unclear",
		"unknown_term",       "doctype",           "not_xml",           "no_root",
		"several_roots",      "too_large",         "too_complex",       "identifier_too_long",
		"no_identifier",      "no_metadata",       "mandatory_missing", "mandatory_not_understood",
		"museum_not_allowed", "ref_taken",         "no_notice"
	};

	for (size_t i = 0; i < HV_LEN(codes); i++) {
		char sql[300];

		(void)snprintf(
			sql, sizeof(sql),
			"delete from quarantine; insert into quarantine (source, external_id, run, hash, "
			"fingerprint, code, reason) values ('valombreuse-oai', 'q', 4, '', 0, '%s', "
			"'raison')",
			codes[i]);
		catalogue_sql(&pg, sql);
		hv_auto(hv_freep) char *page = page_of(4, "M9871");
		ck_assert_msg(strstr(page, "raison") && !strstr(page, codes[i]), "%s", codes[i]);
	}
}
END_TEST

START_TEST(a_run_that_is_held_has_no_report)
{
	ck_assert_int_eq(report(3, "M9871"), HV_E_REFUSED);
	ck_assert_msg(strstr(err.text, "run 3 is held"), "%s", err.text);
	ck_assert_int_eq(report(99, "M9871"), HV_E_NOTFOUND);
	ck_assert_int_eq(report(4, "../M9871"), HV_E_USAGE);
}
END_TEST

START_TEST(twice_the_same_report_is_the_same_bytes)
{
	hv_auto(hv_freep) char *first = page_of(4, "M9871");
	hv_auto(hv_freep) char *again = page_of(4, "M9871");

	ck_assert_str_eq(first, again);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_told)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	hv_auto(hv_fclosep) FILE *f = fopen(path, "w");
	struct report_options o = { .dir = path, .run = 4, .museum = "M9871", .clock = &now };
	ck_assert_int_eq(report_write(s, &o, &paths, &err), HV_E_IO);
	ck_assert_msg(strstr(err.text, path), "%s", err.text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("publish/report");
	TCase *t = tcase_create("pages");

	pgtest_begin(&pg);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, open_catalogue, close_catalogue);
	tcase_add_test(t, a_night_with_changes_and_refusals_becomes_this_page_and_this_table);
	tcase_add_test(t, an_empty_night_says_in_one_sentence_that_nothing_changed);
	tcase_add_test(t, the_first_run_of_a_source_has_no_column_for_a_former_one);
	tcase_add_test(t, a_page_is_accessible_and_needs_nothing_from_elsewhere);
	tcase_add_test(t, hostile_texts_stay_texts);
	tcase_add_test(t, long_lists_are_cut_on_the_page_and_whole_in_the_table);
	tcase_add_test(t, every_word_of_a_refusal_is_told_in_french);
	tcase_add_test(t, a_run_that_is_held_has_no_report);
	tcase_add_test(t, twice_the_same_report_is_the_same_bytes);
	tcase_add_test(t, a_folder_that_cannot_be_written_is_told);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return pgtest_end(&pg, failed);
}
