/*
 * Records through a mapping: contexts, conditions, languages, preferences, look-ups, failures, rejections.
 */
#include "harvester/base/text.h"
#include "tests/unit/mapping/given.h"

/* A mapping, a record, one field: what comes of it. */
static const struct {
	const char *name, *top, *fields, *record, *code, *value, *notes;
} cases[] = {
	{ "a path, all values", "", "  TECH: {from: a}\n", "<r><a>x</a><a> y\n z </a><a/></r>", "TECH",
	  "[\"x\",\"y z\"]", "" },
	{ "paths follow one another", "", "  TECH: {from: [b, a]}\n", "<r><a>x</a><b>y</b></r>", "TECH",
	  "[\"y\",\"x\"]", "" },
	{ "the first that yields", "", "  TECH: {first_of: [c, [b, a]]}\n", "<r><a>x</a><b>y</b><c> </c></r>",
	  "TECH", "[\"y\",\"x\"]", "" },
	{ "a rule inside", "", "  TECH: {from: [{each: e, from: [a], do: [first]}, b]}\n",
	  "<r><e><a>1</a><a>2</a></e><e><a>3</a></e><b>4</b></r>", "TECH", "[\"1\",\"3\",\"4\"]", "" },
	{ "first per context, unique over all", "", "  TECH: {each: e, from: a, do: [first, unique]}\n",
	  "<r><e><a>1</a><a>2</a></e><e><a>1</a></e></r>", "TECH", "[\"1\"]", "" },
	{ "a constant", "", "  TECH: {value: bois}\n", "<r/>", "TECH", "[\"bois\"]", "" },
	{ "a constant on a condition", "", "  TECH: {value: bois, where: {from: a, is: oui}}\n",
	  "<r><a>non</a></r>", "TECH", "silent", "" },
	{ "where on the nodes of from", "", "  TECH: {from: a, where: {from: \"@t\", is: [un, Deux]}}\n",
	  "<r><a t='un'>1</a><a t='DEUX'>2</a><a t='trois'>3</a><a>4</a></r>", "TECH", "[\"1\",\"2\"]", "" },
	{ "where keeps the missing", "", "  TECH: {from: a, where: {from: \"@t\", is: un, missing: keep}}\n",
	  "<r><a t='un'>1</a><a t='x'>3</a><a t=' '>4</a><a>5</a></r>", "TECH", "[\"1\",\"4\",\"5\"]", "" },
	{ "not keeps the missing", "", "  TECH: {from: a, where: {from: \"@t\", not: un}}\n",
	  "<r><a t='Un'>1</a><a t='x'>3</a><a>5</a></r>", "TECH", "[\"3\",\"5\"]", "" },
	{ "equals counts letters", "", "  TECH: {from: a, where: {from: \"@t\", equals: un}}\n",
	  "<r><a t='Un'>1</a><a t='un'>2</a></r>", "TECH", "[\"2\"]", "" },
	{ "existence", "", "  TECH: {from: a, where: {from: \"@t\"}}\n", "<r><a>1</a><a t='x'>2</a></r>",
	  "TECH", "[\"2\"]", "" },
	{ "all conditions", "",
	  "  TECH: {each: a, from: ., where: [{from: \"@t\", is: x}, {from: \"@u\", is: y}]}\n",
	  "<r><a t='x'>1</a><a t='x' u='y'>2</a></r>", "TECH", "[\"2\"]", "" },
	{ "where by table", "tables: {k: {map: {inventory: inv, Inventar: inv}}}\n",
	  "  TECH: {from: a, where: {from: \"@t\", lookup: k, is: inv}}\n",
	  "<r><a t='Inventory'>1</a><a t='photo'>2</a></r>", "TECH", "[\"1\"]", "unknown_term TECH photo\n" },
	{ "one known term is enough", "tables: {k: {map: {inventory: inv}}}\n",
	  "  TECH: {from: a, where: {from: t, lookup: k, is: inv}}\n",
	  "<r><a><t>Bestand</t><t>inventory</t>1</a></r>", "TECH", "[\"Bestandinventory1\"]", "" },
	{ "prefer", "", "  TECH: {from: a, prefer: [{from: \"@p\", is: best}, {from: \"@p\", not: worst}]}\n",
	  "<r><a p='worst'>1</a><a>2</a><a p='best'>3</a></r>", "TECH", "[\"3\"]", "" },
	{ "prefer the unmarked", "",
	  "  TECH: {from: a, prefer: [{from: \"@p\", is: best}, {from: \"@p\", not: worst}]}\n",
	  "<r><a p='worst'>1</a><a>2</a></r>", "TECH", "[\"2\"]", "" },
	{ "prefer nothing", "", "  TECH: {from: a, prefer: [{from: \"@p\", is: best}]}\n",
	  "<r><a p='worst'>1</a><a>2</a></r>", "TECH", "[\"1\",\"2\"]", "" },
	{ "French first", "languages: [fr, '*']\n", "  TECH: {from: a}\n",
	  "<r xml:lang='de'><a>Holz</a><a xml:lang='fr-FR'>bois</a><a xml:lang='en'>wood</a></r>", "TECH",
	  "[\"bois\"]", "" },
	{ "else the first language", "languages: [fr, '*']\n", "  TECH: {from: a}\n",
	  "<r><a xml:lang='de'>Holz</a><a xml:lang='en'>wood</a><a xml:lang='deu'>Eiche</a></r>", "TECH",
	  "[\"Holz\",\"Eiche\"]", "" },
	{ "no language is before any", "languages: [fr, '*']\n", "  TECH: {from: a}\n",
	  "<r><a xml:lang='de'>Holz</a><a>bois</a></r>", "TECH", "[\"bois\"]", "" },
	{ "the record's language", "languages: [fr, record, '*']\nrecord_language: \"m/@xml:lang\"\n",
	  "  TECH: {from: a}\n",
	  "<r><a xml:lang='en'>wood</a><m xml:lang='de'/><a xml:lang='de'>Holz</a></r>", "TECH", "[\"Holz\"]",
	  "" },
	{ "an empty text has no say", "languages: [fr, '*']\n", "  TECH: {from: a}\n",
	  "<r><a xml:lang='fr'> </a><a xml:lang='de'>Holz</a></r>", "TECH", "[\"Holz\"]", "" },
	{ "languages of one field", "languages: [fr, '*']\n", "  TECH: {from: a, languages: []}\n",
	  "<r><a xml:lang='fr'>bois</a><a xml:lang='de'>Holz</a></r>", "TECH", "[\"bois\",\"Holz\"]", "" },
	{ "a closed list of languages", "languages: [fr]\n", "  TECH: {from: a}\n",
	  "<r><a xml:lang='de'>Holz</a></r>", "TECH", "silent", "" },
	{ "language before preference", "languages: [fr, '*']\n",
	  "  TECH: {from: a, prefer: [{from: \"@p\", is: best}]}\n",
	  "<r><a xml:lang='de' p='best'>Holz</a><a xml:lang='fr'>bois</a></r>", "TECH", "[\"bois\"]", "" },
	{ "node sets", "nodes:\n  x: {from: e, where: {from: \"@k\", is: un}}\n  y: {from: \"$x/f\"}\n",
	  "  TECH: {from: \"$y/a\"}\n", "<r><e k='un'><f><a>1</a></f></e><e><f><a>2</a></f></e></r>", "TECH",
	  "[\"1\"]", "" },
	{ "node sets of several paths, in order", "nodes:\n  x: {from: [f, e]}\n",
	  "  TECH: {from: \"$x/a\"}\n", "<r><e><a>1</a></e><f><a>2</a></f></r>", "TECH", "[\"1\",\"2\"]",
	  "" },
	{ "drop", "tables: {t: {map: {a: b}, unknown: drop}}\n", "  TECH: {from: a, do: [lookup: t]}\n",
	  "<r><a>A</a><a>z</a></r>", "TECH", "[\"b\"]", "unknown_term TECH z\n" },
	{ "ignore", "tables: {t: {map: {a: b}, unknown: ignore}}\n", "  TECH: {from: a, do: [lookup: t]}\n",
	  "<r><a>a</a><a>z</a></r>", "TECH", "[\"b\"]", "" },
	{ "keep", "tables: {t: {map: {a: b}, unknown: keep}}\n", "  TECH: {from: a, do: [lookup: t]}\n",
	  "<r><a>z</a></r>", "TECH", "[\"z\"]", "" },
	{ "default", "tables: {t: {map: {a: b}, unknown: {default: autre}}}\n",
	  "  TECH: {from: a, do: [lookup: t]}\n", "<r><a>z</a></r>", "TECH", "[\"autre\"]",
	  "unknown_term TECH z\n" },
	{ "reject", "tables: {t: {map: {a: b}, unknown: reject}}\n", "  TECH: {from: a, do: [lookup: t]}\n",
	  "<r><a>z</a></r>", "TECH", "unknown_term", "" },
	{ "known, and says nothing", "tables: {t: {map: {a: ''}}}\n", "  TECH: {from: a, do: [lookup: t]}\n",
	  "<r><a>a</a></r>", "TECH", "silent", "" },
	{ "join", "", "  TITR: {from: a, join: ' ; '}\n", "<r><a>1</a><a>2</a></r>", "TITR", "[\"1 ; 2\"]",
	  "" },
	{ "too many for a text", "", "  TITR: {from: a}\n", "<r><a>1</a><a>2</a></r>", "TITR", "failed",
	  "too_many TITR 2\n" },
	{ "erase", "", "  TECH: {from: a, when_empty: erase}\n", "<r/>", "TECH", "[]", "" },
	{ "required", "", "  INV: {from: a, do: [one], required: true}\n", "<r/>", "INV", "inventory_missing",
	  "" },
	{ "required, of another field", "", "  TECH: {from: a, required: true}\n", "<r/>", "TECH",
	  "required_missing", "" },
	{ "required and unclear", "", "  INV: {from: a, do: [one], required: true}\n",
	  "<r><a>1</a><a>2</a></r>", "INV", "inventory_unclear", "too_many INV 2\n" },
	{ "wrapped root", "", "  TECH: {from: a}\n", "<w><x/><r><a>1</a></r></w>", "TECH", "[\"1\"]", "" },
	{ "no root", "", "  TECH: {from: a}\n", "<w/>", "TECH", "no_root", "" },
	{ "several roots", "", "  TECH: {from: a}\n", "<w><r/><r/></w>", "TECH", "several_roots", "" },
	{ "not XML", "", "  TECH: {from: a}\n", "<r><a></r>", "TECH", "not_xml", "" },
	{ "nothing at all", "", "  TECH: {from: a}\n", "", "TECH", "not_xml", "" },
	{ "a DOCTYPE", "", "  TECH: {from: a}\n", "<!DOCTYPE r><r/>", "TECH", "doctype", "" },
	{ "C1 controls are Windows-1252", "", "  TECH: {from: a}\n",
	  "<r><a>l\xC2\x92\xC5\x93uvre de c&#x9C;ur</a><a>a&#x81;b</a></r>", "TECH",
	  "[\"l’œuvre de cœur\",\"ab\"]", "c1_controls TECH l’œuvre de cœur\nc1_controls TECH ab\n" },
	{ "NFC", "", "  TECH: {from: a}\n", "<r><a>e\xCC\x81t\xC3\xA9</a></r>", "TECH", "[\"été\"]", "" },
};

START_TEST(a_record_gives_what_its_mapping_says)
{
	struct given g;

	given_fields(&g, cases[_i].top, cases[_i].fields);
	given_record(&g, cases[_i].record);
	ck_assert_msg(strcmp(given_field(&g, cases[_i].code), cases[_i].value) == 0, "%s: %s", cases[_i].name,
		      given_field(&g, cases[_i].code));
	ck_assert_msg(strcmp(given_notes(&g), cases[_i].notes) == 0, "%s: %s", cases[_i].name,
		      given_notes(&g));
	given_end(&g);
}
END_TEST

START_TEST(a_failed_field_leaves_the_others_alone)
{
	struct given g;

	given_fields(&g, "", "  MILL: {from: d, do: [year]}\n  TECH: {from: a}\n");
	given_record(&g, "<r><d>jadis</d><a>bois</a></r>");
	ck_assert_str_eq(given_field(&g, "MILL"), "failed");
	ck_assert_str_eq(given_field(&g, "TECH"), "[\"bois\"]");
	ck_assert_uint_eq(g.r.fields_failed, 1);
	given_end(&g);
}
END_TEST

START_TEST(a_missing_inventory_number_is_told_in_french_with_what_was_found)
{
	struct given g;

	given_fields(&g, "",
		     "  INV:\n    from: n\n    where: {from: \"@t\", is: inventaire}\n    do: [one]\n"
		     "    required: {reason: \"aucun élément n de type « inventaire »\"}\n");
	given_record(&g, "<r><n t='cliché'>N 12</n></r>");
	ck_assert_str_eq(g.r.rejected, "inventory_missing");
	ck_assert_int_eq(g.r.rejected_field, field_find(STR("INV")));
	ck_assert(str_is(g.r.reason,
			 "Numéro d'inventaire (INV) absent : aucun élément n de type « inventaire », "
			 "seulement d'autres valeurs : « N 12 » ; à compléter dans la base source."));
	given_record(&g, "<r/>");
	ck_assert(str_is(g.r.reason,
			 "Numéro d'inventaire (INV) absent : aucun élément n de type « inventaire » ; à "
			 "compléter dans la base source."));
	given_end(&g);
}
END_TEST

/* A reason goes into the database, which refuses what is not UTF-8: one record would end the whole run. */
START_TEST(a_reason_is_utf8_wherever_it_had_to_be_cut)
{
	struct given g;
	char accents[1501] = "";

	for (size_t i = 0; i + 2 < sizeof(accents); i += 2)
		memcpy(accents + i, "é", 2);
	char fields_yaml[2000];
	(void)snprintf(fields_yaml, sizeof(fields_yaml),
		       "  INV: {from: n, where: {from: \"@t\", is: x}, required: {reason: \"%s\"}}\n",
		       accents);
	given_fields(&g, "", fields_yaml);
	for (size_t odd = 0; odd < 2; odd++) {
		given_record(&g, arena_printf(g.told, "<r><n>%.*s%s</n></r>", (int)odd, "N", accents));
		ck_assert_str_eq(g.r.rejected, "inventory_missing");
		ck_assert(text_valid(g.r.reason, NULL));
		given_record(&g, arena_printf(g.told, "<r><%.*s%s></r>", (int)odd, "N", accents));
		ck_assert_str_eq(g.r.rejected, "not_xml");
		ck_assert(text_valid(g.r.reason, NULL));
	}
	given_end(&g);
}
END_TEST

START_TEST(every_step_of_a_value_is_explained_with_its_line)
{
	struct given g;
	hv_auto(buf_release) struct buf b = BUF_INIT(10000);

	given_fields(
		&g, "",
		"  AUTR:\n    each: e\n    from: n\n    do:\n      - person\n      - suffix: \" (?)\"\n");
	given_record(&g, "<r><e><n>Mercier, Jeanne</n></e></r>");
	for (size_t i = 0; i < g.r.n_steps; i++) {
		buf_printf(&b, "%u %.*s ", g.r.steps[i].line, STR_ARG(g.r.steps[i].what));
		values_write(&b, g.r.steps[i].after);
		buf_putc(&b, '\n');
	}
	ck_assert_str_eq(buf_cstr(&b),
			 "5 each r/e []\n7 from n [\"Mercier, Jeanne\"]\n9 person [\"MERCIER Jeanne\"]\n"
			 "10 suffix [\"MERCIER Jeanne (?)\"]\n");
	given_end(&g);
}
END_TEST

static void count_path(void *ctx, const char *path, unsigned line)
{
	(void)path;
	*(unsigned *)ctx += line;
}

START_TEST(paths_that_never_matched_are_told_at_the_end)
{
	struct given g;
	unsigned lines = 0;

	given_fields(&g, "", "  TECH: {from: a}\n  DENO: {from: b}\n");
	given_record(&g, "<r><a>1</a></r>");
	given_record(&g, "<r><a>2</a></r>");
	ck_assert_uint_eq(mapping_unmatched(g.m, count_path, &lines), 1);
	ck_assert_uint_eq(lines, 6);
	given_record(&g, "<r><b>2</b></r>");
	ck_assert_uint_eq(mapping_unmatched(g.m, NULL, NULL), 0);
	given_end(&g);
}
END_TEST

START_TEST(a_record_that_does_not_fit_is_refused_not_half_mapped)
{
	struct given g;

	given_fields(&g, "", "  TECH: {from: a, do: [upper, {suffix: \" bois\"}]}\n");
	for (size_t n = 0;; n++) {
		arena_reset(g.record);
		arena_fail_at(g.record, n);
		ck_assert_int_eq(
			mapping_apply(g.m, STR("<r><a>été</a><a>mai</a></r>"), NULL, g.record, &g.r, &g.err),
			0);
		if (!g.r.rejected)
			break;
		ck_assert_str_eq(g.r.rejected, "too_large");
		ck_assert_uint_gt(g.r.reason.n, 0);
		ck_assert_uint_lt(n, 1000);
	}
	ck_assert_str_eq(given_field(&g, "TECH"), "[\"ÉTÉ bois\",\"MAI bois\"]");
	given_end(&g);
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, a_record_gives_what_its_mapping_says, 0, (int)HV_LEN(cases));
	tcase_add_test(t, a_failed_field_leaves_the_others_alone);
	tcase_add_test(t, a_missing_inventory_number_is_told_in_french_with_what_was_found);
	tcase_add_test(t, a_reason_is_utf8_wherever_it_had_to_be_cut);
	tcase_add_test(t, every_step_of_a_value_is_explained_with_its_line);
	tcase_add_test(t, paths_that_never_matched_are_told_at_the_end);
	tcase_add_test(t, a_record_that_does_not_fit_is_refused_not_half_mapped);
}

int main(void)
{
	return given_run("mapping eval", add);
}
