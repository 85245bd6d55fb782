/*
 * test_registry.c - every row of the registry keeps its own house in order: names, tables, functions.
 */
#include <check.h>

#include "connectors/oai/oai.h"
#include "connectors/registry.h"

START_TEST(every_connector_is_found_by_its_name)
{
	for (size_t i = 0; i < n_connectors; i++)
		ck_assert_ptr_eq(connector_find(connectors[i]->name), connectors[i]);
	ck_assert_ptr_null(connector_find("oia"));
	ck_assert_ptr_null(connector_find(""));
	ck_assert_ptr_null(connector_find(NULL));
}
END_TEST

START_TEST(every_connector_has_what_the_contract_demands)
{
	for (size_t i = 0; i < n_connectors; i++) {
		const struct connector_ops *o = connectors[i];

		ck_assert(o->summary && *o->summary);
		ck_assert(o->open && o->listing && o->page && o->next && o->checkpoint && o->cursor &&
			  o->close);
		o->close(NULL);
		for (size_t k = 0; k < o->n_fields; k++) {
			const struct cfg_field *f = &o->fields[k];

			ck_assert_uint_lt(f->offset, o->section_size);
			ck_assert_msg(f->help && *f->help, "%s.%s has no help", o->name, f->name);
			ck_assert_msg(f->fallback || f->optional || f->example, "%s.%s shows no form",
				      o->name, f->name);
		}
	}
}
END_TEST

static const struct {
	const char *yaml;
	const char *problem; /* NULL: none */
} rows[] = {
	{ "base_url: https://x.example/oai\n", NULL },
	{ "base_url: https://x.example/oai\nprefix: oai_dc\nsets: [a, \"b:c\"]\noverlap: 2d\ndeletions: "
	  "none\n"
	  "from: 2015-01-01\n",
	  NULL },
	{ "prefix: lido\n", "base_url" },
	{ "base_url: https://x.example/oai?verb=Identify\n", "holds a verb" },
	{ "base_url: https://x.example/oai\nprefix: \"li do\"\n", "'li do' is no metadataPrefix" },
	{ "base_url: https://x.example/oai\nsets: [a, a]\n", "set 'a' is named twice" },
	{ "base_url: https://x.example/oai\nsets: [\"\"]\n", "sets" },
	{ "base_url: https://x.example/oai\noverlap: often\n", "'often' is neither auto nor a duration" },
	{ "base_url: https://x.example/oai\nfrom: 01/02/2015\n", "'01/02/2015' is neither none nor a date" },
	{ "base_url: https://x.example/oai\nprefx: lido\n", "prefix" },
};

START_TEST(the_section_of_oai_is_checked)
{
	hv_auto(arena_freep) struct arena *a = arena_new(1 << 20);
	struct cfg_source source = { .name = "x" };
	struct oai_section section = { 0 };
	struct hv_err err = { 0 };
	struct problems p;

	problems_init(&p, a);
	source.section = yaml_parse(a, "x.yaml", str_of(rows[_i].yaml), &p);
	cfg_read(a, source.section, oai_connector.fields, oai_connector.n_fields, &section, &p);
	oai_connector.check(&source, &section, &p);
	if (!rows[_i].problem) {
		ck_assert_msg(problems_err(&p, &err) == 0, "%s", err.text);
		return;
	}
	ck_assert_int_eq(problems_err(&p, &err), HV_E_CONFIG);
	ck_assert_msg(strstr(err.text, rows[_i].problem) != NULL, "%s", err.text);
	ck_assert_msg(strncmp(err.text, "x.yaml:", 7) == 0, "%s", err.text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("connector registry");
	TCase *c = tcase_create("registry");

	tcase_add_test(c, every_connector_is_found_by_its_name);
	tcase_add_test(c, every_connector_has_what_the_contract_demands);
	tcase_add_loop_test(c, the_section_of_oai_is_checked, 0, (int)HV_LEN(rows));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);

	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);

	srunner_free(r);
	return failed ? 1 : 0;
}
