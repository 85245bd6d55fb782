/*
 * What the compiler says of a mapping file that is wrong: line, column, what, what to do.
 */
#include "tests/unit/mapping/given.h"

#define HEAD "mapping: m\nfor: xml\nroot: r\n"

static const struct {
	const char *name, *yaml, *told;
} wrong[] = {
	{ "unknown key", HEAD "feilds: {}\n",
	  "4:1: unknown key 'feilds'; did you mean 'fields'?\n1:1: fields: is missing: the Joconde fields to "
	  "fill\n" },
	{ "no root", "mapping: m\nfor: xml\nfields: {}\n",
	  "1:1: root is missing: the element where every path starts, e.g. root: lido:lido\n" },
	{ "other form", "mapping: m\nfor: csv\nroot: r\nfields: {}\n", "2:6: the form of records is xml\n" },
	{ "unknown field", HEAD "fields:\n  TITRE: {from: a}\n",
	  "5:3: unknown field 'TITRE'; did you mean 'TITR'?\n" },
	{ "REF", HEAD "fields:\n  REF: {from: a}\n",
	  "5:3: REF cannot be filled by a mapping: it is settled when a notice is made\n" },
	{ "derived field", HEAD "fields:\n  NOMOFF: {from: a}\n",
	  "5:3: NOMOFF cannot be filled by a mapping: it is derived from other fields\n" },
	{ "unknown key of a field", HEAD "fields:\n  DENO: {from: a, requierd: true}\n",
	  "5:19: unknown key of a field 'requierd'; did you mean 'required'?\n" },
	{ "nothing to read", HEAD "fields:\n  DENO: {do: unique}\n",
	  "5:3: exactly one of from, first_of, value is needed\n" },
	{ "two origins", HEAD "fields:\n  DENO: {from: a, value: b}\n",
	  "5:3: exactly one of from, first_of, value is needed\n" },
	{ "unknown operator", HEAD "fields:\n  DENO: {from: a, do: [uniqe]}\n",
	  "5:24: unknown operator 'uniqe'; did you mean 'unique'?\n" },
	{ "missing argument", HEAD "fields:\n  DENO: {from: a, do: [replace: {from: x}]}\n",
	  "5:24: 'replace' needs to: what stands there instead; e.g. replace: {from: \" / \", to: \" ; "
	  "\"}\n" },
	{ "unknown argument", HEAD "fields:\n  DENO: {from: a, do: [replace: {from: x, too: y, to: z}]}\n",
	  "5:43: unknown argument 'too'; did you mean 'to'?\n" },
	{ "argument of none", HEAD "fields:\n  DENO: {from: a, do: [unique: 3]}\n",
	  "5:32: 'unique' takes no arguments\n" },
	{ "number", HEAD "fields:\n  DENO: {from: a, do: [take: zero]}\n",
	  "5:30: n of 'take' is a whole number from 1: how many, from the first\n" },
	{ "empty separator", HEAD "fields:\n  DENO: {from: a, do: [split: \"\"]}\n",
	  "5:24: on of 'split' is empty\n" },
	{ "word", HEAD "fields:\n  AUTR: {from: a, do: [person: {style: NOM Prenom}]}\n",
	  "5:40: unknown style 'NOM Prenom'; did you mean 'NOM Prénom'?\n" },
	{ "unknown table",
	  HEAD "tables: {roles: {map: {a: b}}}\nfields:\n  DENO: {from: a, do: [lookup: rolse]}\n",
	  "6:32: unknown table 'rolse'; did you mean 'roles'?\n4:10: warning: table 'roles' is not used\n" },
	{ "table without content", HEAD "tables:\n  roles: {unknown: drop}\nfields: {}\n",
	  "5:3: table 'roles' needs either file: or map:\n5:3: warning: table 'roles' is not used\n" },
	{ "table file missing",
	  HEAD "tables:\n  roles: {file: tables/rols.csv}\nfields:\n  DENO: {from: a, do: [lookup: roles]}\n",
	  "5:17: table file 'tables/rols.csv' is neither in the configuration nor shipped\n" },
	{ "table outside",
	  HEAD "tables:\n  roles: {file: ../secret.csv}\nfields:\n  DENO: {from: a, do: [lookup: roles]}\n",
	  "5:17: a table is named inside the folder tables, e.g. tables/roles.csv\n" },
	{ "word for unknown",
	  HEAD "tables:\n  t: {map: {a: b}, unknown: forget}\nfields:\n  DENO: {from: a, do: [lookup: t]}\n",
	  "5:29: what to do with an unknown term: keep, drop, flag, reject, ignore or {default: TEXT}\n" },
	{ "condition without path", HEAD "fields:\n  DENO: {from: a, where: {is: b}}\n",
	  "5:26: a condition is {from: PATH, is: TEXT}, with lookup: TABLE if terms vary\n" },
	{ "when_empty", HEAD "fields:\n  DENO: {from: a, when_empty: wipe}\n",
	  "5:31: when_empty: silent, or erase\n" },
	{ "required", HEAD "fields:\n  DENO: {from: a, required: yes}\n",
	  "5:29: required: true, or {reason: what is missing, in French}\n" },
	{ "several values in a text field", HEAD "fields:\n  TITR: {from: a}\n",
	  "5:3: warning: TITR holds one text: more than one value will fail the field; add join: \" ; \", or "
	  "first or "
	  "one at the end of do\n" },
	{ "first before each ends", HEAD "fields:\n  TITR: {each: a, from: b, do: [first]}\n",
	  "5:3: warning: TITR holds one text: more than one value will fail the field; add join: \" ; \", or "
	  "first or "
	  "one at the end of do\n" },
	{ "test without expectation", HEAD "fields: {}\ntests:\n  - {given: x.xml}\n",
	  "6:5: a test is {given: tests/x.xml, expect: {…}} or {given: …, expect_rejected: CODE}\n" },
	{ "test outside", HEAD "fields: {}\ntests:\n  - {given: ../x.xml, expect_rejected: no_root}\n",
	  "6:13: given: a file beside the mapping, e.g. tests/x.xml\n" },
	{ "no map", "- a\n", "1:1: a mapping file is a map: mapping: …, for: xml, root: …, fields: …\n" },
};

START_TEST(a_mistake_is_told_with_line_column_and_remedy)
{
	struct given g;

	given_begin(&g, 1u << 20);
	given_compile(&g, NULL, wrong[_i].yaml);
	const char *told = given_told(&g);
	if (strcmp(told, wrong[_i].told) != 0)
		ck_abort_msg("%s:\n%sexpected:\n%s", wrong[_i].name, told, wrong[_i].told);
	ck_assert_int_eq(g.m == NULL, g.problems.errors > 0);
	given_end(&g);
}
END_TEST

/* Where the trouble of a path is: its offset inside the scalar added to the scalar's place. */
static const struct {
	const char *yaml;
	unsigned line, column;
} places[] = {
	{ HEAD "fields:\n  DENO: {from: lido:x}\n", 5, 16 },
	{ HEAD "fields:\n  DENO: {from: \"a/lido:x\"}\n", 5, 19 },
	{ HEAD "fields:\n  DENO:\n    from: a/b/lido:x\n", 6, 15 },
	{ HEAD "fields:\n  DENO:\n    from: [a, 'b/éé/lido:x']\n", 6, 21 },
	{ "mapping: m\nfor: xml\nroot: lido:x\nfields: {}\n", 3, 7 },
	{ HEAD "fields:\n  DENO: {from: $nobody/a}\n", 5, 16 },
	{ HEAD "fields:\n  AUTR: {from: a, do: [append: {from: 'x/lido:y', format: ' ({})'}]}\n", 5, 42 },
};

START_TEST(a_wrong_path_is_told_at_its_very_column)
{
	struct given g;

	given_begin(&g, 1u << 20);
	given_compile(&g, NULL, places[_i].yaml);
	ck_assert_uint_ge(g.problems.errors, 1);
	ck_assert_msg(g.problems.v[0].line == places[_i].line && g.problems.v[0].column == places[_i].column,
		      "%s: %s", places[_i].yaml, given_told(&g));
	given_end(&g);
}
END_TEST

START_TEST(a_node_set_knows_only_those_before_it)
{
	struct given g;

	given_begin(&g, 1u << 20);
	given_compile(&g, NULL, HEAD "nodes:\n  a: {from: $b/x}\n  b: {from: x}\nfields: {}\n");
	ck_assert_uint_eq(g.problems.errors, 1);
	ck_assert_uint_eq(g.problems.v[0].line, 5);
	given_end(&g);
}
END_TEST

START_TEST(a_mapping_that_is_not_there_is_a_problem_not_a_crash)
{
	struct given g;
	const struct config nowhere = { .dir = "/nonexistent", .shipped = "/nonexistent" };

	given_begin(&g, 1u << 20);
	ck_assert_int_eq(mapping_load(&nowhere, "lido", &g.problems, &g.m, &g.err), 0);
	ck_assert_ptr_null(g.m);
	ck_assert_str_eq(given_told(&g),
			 "0:0: mapping 'lido' is neither in the folder mappings of the configuration nor "
			 "shipped\n");
	given_end(&g);
}
END_TEST

START_TEST(all_problems_are_told_in_one_go)
{
	struct given g;

	given_begin(&g, 1u << 20);
	given_compile(&g, NULL,
		      HEAD "titel: x\nfields:\n  TIRT: {from: a}\n  DENO: {from: a, do: [sqeeze]}\n");
	ck_assert_uint_eq(g.problems.errors, 3);
	given_end(&g);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, a_mistake_is_told_with_line_column_and_remedy, 0, (int)HV_LEN(wrong));
	tcase_add_loop_test(t, a_wrong_path_is_told_at_its_very_column, 0, (int)HV_LEN(places));
	tcase_add_test(t, a_node_set_knows_only_those_before_it);
	tcase_add_test(t, a_mapping_that_is_not_there_is_a_problem_not_a_crash);
	tcase_add_test(t, all_problems_are_told_in_one_go);
}

int main(void)
{
	return given_run("mapping compile", add);
}
