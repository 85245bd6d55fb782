/*
 * test_conformance_example.c - the example connector keeps the contract; and its file, line by line.
 *
 * The adaptor writes a file of records; nothing here can stall, be endless or answer at too great length.
 */
#include <check.h>
#include <unistd.h>

#include "connectors/example/example.h"
#include "connectors/example/lines.h"
#include "tests/support/conformance.h"

struct source {
	struct cfg_source config;
	struct example_section section;
	char path[64];
};

static void write_records(const char *path, const struct conformance_wish *w)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	for (size_t i = 1; i <= w->records; i++) {
		bool deleted = w->deleted_every && i % w->deleted_every == 0;

		fprintf(f, "essai:%zu\t2027-01-%02zu\t%s\t%s%s", i, i % 28 + 1, deleted ? "deleted" : "live",
			deleted ? "" : "<objet><titre>Vue d'une ville</titre></objet>",
			i < w->records ? "\n" : ""); /* the last line has no line feed */
	}
	ck_assert_int_eq(fclose(f), 0);
}

static void *start(const struct conformance_wish *w, struct connector_env *env)
{
	if (w->fault != CONFORMANCE_WELL)
		return NULL;
	struct source *s = calloc(1, sizeof(*s));

	ck_assert_ptr_nonnull(s);
	(void)snprintf(s->path, sizeof(s->path), "/tmp/harvester-example-XXXXXX");
	int fd = mkstemp(s->path);

	ck_assert_int_ge(fd, 0);
	(void)close(fd);
	write_records(s->path, w);
	s->section = (struct example_section){ .path = s->path, .page_size = (int64_t)w->page_size };
	env->source = &s->config;
	env->section = &s->section;
	return s;
}

static void stop(void *source)
{
	struct source *s = source;

	(void)unlink(s->path);
	free(s);
}

static const struct {
	const char *line, *id, *fault;
	bool deleted;
} lines[] = {
	{ "a\t2027\t\t<a/>", "a", NULL, false },
	{ " a b \t2027\tlive\t <a/> \r", "a b", NULL, false },
	{ "a\t2027\tdeleted", "a", NULL, true },
	{ "a\t2027\tdeleted\t<a/>", "a", NULL, true },
	{ "\t2027\t\t<a/>", "", "no_identifier", false },
	{ "", "", "no_identifier", false },
	{ "a\t2027\tlive\t", "a", "no_metadata", false },
	{ "a", "a", "no_metadata", false },
	{ "a\t\xe9\tlive\t<a/>", "", "bad_text", false },
};

START_TEST(a_line_is_a_record_or_a_fault)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 16);
	struct record r;

	example_line(str_of(lines[_i].line), 3, a, &r);
	ck_assert(str_is(r.external_id, lines[_i].id));
	ck_assert_int_eq(r.deleted, lines[_i].deleted);
	if (!lines[_i].fault) {
		ck_assert_ptr_null(r.fault);
		ck_assert(lines[_i].deleted ? r.body.n == 0 : str_is(r.body, "<a/>"));
		return;
	}
	ck_assert_str_eq(r.fault, lines[_i].fault);
	ck_assert(str_starts(r.fault_reason, STR("Ligne 3 du fichier : ")));
}
END_TEST

START_TEST(a_line_longer_than_any_record_is_named_and_refused)
{
	char path[] = "/tmp/harvester-example-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	struct cfg_source config = { 0 };
	struct example_section section = { .path = path, .page_size = 10 };
	struct connector_env env = { .source = &config, .section = &section, .max_record = 100 };
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 16);
	struct connector_page page;
	struct connector *c;
	struct record r;

	fputs("long:1\t2027\tlive\t<a>", f);
	for (unsigned i = 0; i < 200000; i++)
		fputs("é", f);
	fputs("</a>\ncourt:2\t2027\tlive\t<a/>\n", f);
	fclose(f);
	ck_assert_int_eq(example_connector.open(&env, &c, NULL), 0);
	ck_assert_int_eq(example_connector.page(c, &page, NULL), HV_ROW);
	ck_assert_int_eq(example_connector.next(c, a, &r, NULL), HV_ROW);
	ck_assert(str_is(r.external_id, "long:1"));
	ck_assert_str_eq(r.fault, "too_large");
	ck_assert_int_eq(example_connector.next(c, a, &r, NULL), HV_ROW);
	ck_assert(str_is(r.external_id, "court:2") && str_is(r.body, "<a/>"));
	example_connector.close(c);
	(void)unlink(path);
}
END_TEST

START_TEST(a_file_that_is_missing_is_named)
{
	struct cfg_source config = { 0 };
	struct example_section section = { .path = "/nonexistent/records.tsv", .page_size = 10 };
	struct connector_env env = { .source = &config, .section = &section };
	struct hv_err err = { 0 };
	struct connector *c = NULL;

	ck_assert_int_eq(example_connector.open(&env, &c, &err), HV_E_IO);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/records.tsv"));
	ck_assert_ptr_null(c);
}
END_TEST

int main(void)
{
	static const struct conformance_adaptor adaptor = { &example_connector, start, stop };
	Suite *s = suite_create("example lines");
	TCase *c = tcase_create("lines");

	tcase_add_loop_test(c, a_line_is_a_record_or_a_fault, 0, (int)HV_LEN(lines));
	tcase_add_test(c, a_line_longer_than_any_record_is_named_and_refused);
	tcase_add_test(c, a_file_that_is_missing_is_named);
	suite_add_tcase(s, c);
	return conformance_run(&adaptor, s);
}
