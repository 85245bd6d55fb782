/*
 * Every operator does what its row in the registry shows, and the page of reference is made of these rows.
 */
#include "mapping/ops.h"
#include "tests/unit/mapping/given.h"

#define TABLES                                                                     \
	"tables:\n"                                                                \
	"  words: {map: {painter: peintre, sculptor: sculpteur}, unknown: flag}\n" \
	"  measures: {map: {Höhe: H., Breite: l., Gewicht: Pds.}}\n"              \
	"  units: {map: {cm: cm, mm: mm, g: g, kg: kg}}\n"

/* A record whose values are those of a text, between "|". */
static const char *record_of(struct given *g, const char *values)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct str rest = str_of(values), one;

	buf_puts(&b, "<r role=\"painter\" unit=\"mm\">");
	while (str_next_item(&rest, '|', &one)) {
		buf_puts(&b, "<v>");
		buf_html(&b, one);
		buf_puts(&b, "</v>");
	}
	buf_puts(&b, "</r>");
	return arena_strdup(g->told, buf_cstr(&b));
}

static const char *list_of(struct given *g, const char *values)
{
	hv_auto(buf_release) struct buf b = BUF_INIT(1 << 16);
	struct str rest = str_of(values), one, all[16];
	size_t n = 0;

	while (str_next_item(&rest, '|', &one))
		all[n++] = one;
	values_write(&b, (struct values){ all, n });
	return arena_strdup(g->told, buf_cstr(&b));
}

static void begin_op(struct given *g, const char *example)
{
	char field[400];

	(void)snprintf(field, sizeof(field), "  TECH:\n    from: v\n    do: %s%s%s\n",
		       strchr(example, ':') && example[0] != '[' ? "{" : "", example,
		       strchr(example, ':') && example[0] != '[' ? "}" : "");
	given_fields(g, TABLES, field);
}

START_TEST(an_operator_does_what_its_example_shows)
{
	struct given g;

	begin_op(&g, ops[_i].example);
	given_record(&g, record_of(&g, ops[_i].before));
	ck_assert_msg(strcmp(given_field(&g, "TECH"), list_of(&g, ops[_i].after)) == 0, "%s: %s",
		      ops[_i].name, given_field(&g, "TECH"));
	ck_assert_uint_gt(ops[_i].version, 0);
	given_end(&g);
}
END_TEST

static const struct {
	const char *op, *before, *after, *notes;
} odd[] = {
	{ "year", "19e siècle", "failed", "not_understood TECH 19e siècle\n" },
	{ "year: {else: drop}", "19e siècle|1853", "[\"1853\"]", "not_understood TECH 19e siècle\n" },
	{ "year: {else: keep}", "19e siècle", "[\"19e siècle\"]", "" },
	{ "year_range", "-0050|0100", "failed", "not_understood TECH -0050\n" },
	{ "year_range: {else: drop}", "-0050|0100", "silent", "not_understood TECH -0050\n" },
	{ "year_range: {else: drop}", "1850|1860?", "silent", "not_understood TECH 1860?\n" },
	{ "year_range: {else: keep}", "1850|1860?", "[\"1850\",\"1860?\"]", "" },
	{ "year_range", "avant 1850|après 1860", "failed", "not_understood TECH après 1860\n" },
	{ "year_range", "vers 1850|1860", "failed", "not_understood TECH 1860\n" },
	{ "year_range", "1850|vers 1850", "failed", "not_understood TECH vers 1850\n" },
	{ "year_range", "vers 1850|c. 1850", "[\"1850 vers\"]", "" },
	{ "year_range", "1850|1855-1860|1852", "[\"1850 entre\",\"1860 et\"]", "" },
	{ "one", "a|b", "failed", "too_many TECH b\n" },
	{ "lookup: words", "tailor", "[\"tailor\"]", "unknown_term TECH tailor\n" },
	{ "filter: {is: [BOIS]}", "bois|toile", "[\"bois\"]", "" },
	{ "append: {from: \"@none\", format: \" ({})\"}", "a", "[\"a\"]", "" },
	{ "append: {from: \"@role\", format: \" : {}\"}", "a|b", "[\"a : painter\",\"b : painter\"]", "" },
	{ "replace: {from: a, to: \"\"}", "banana", "[\"bnn\"]", "" },
	{ "replace: {from: \"?\", to: \"\"}", "?", "silent", "" },
	{ "split: \" ; \"", "a ; b", "[\"a\",\"b\"]", "" },
	{ "take: 5", "a", "[\"a\"]", "" },
	{ "before: x", "abc", "[\"abc\"]", "" },
	{ "dimension: {types: measures, units: units, type: \"@role\"}", "30 cm", "[\"painter 30\"]",
	  "unknown_term TECH painter\n" },
	{ "dimension: {types: measures}", "Gewicht: 80 g", "[\"Pds. 80\"]", "" },
	{ "dimension: {types: measures}", "Höhe: 30 cm (mit Rahmen) Breite: 20 cm",
	  "[\"H. 30 (mit Rahmen)\",\"l. 20\"]", "" },
	{ "dimension: {types: measures, units: units}", "Höhe: 30 x Breite: 20 mm",
	  "[\"Höhe: 30 x Breite: 20 mm\"]", "" },
	{ "dimension: {types: measures, units: units}", "Höhe 30 ; Breite 20 ; Gewicht 7 kg",
	  "[\"H. 30\",\"l. 20\",\"Pds. 7 kg\"]", "" },
	{ "dimension: {types: measures, units: units}", "Höhe: 1,440 mm", "[\"H. 1,440 mm\"]", "" },
	{ "dimension: {types: measures, units: units}", "Höhe: 0,440 mm", "[\"H. 0.440 mm\"]", "" },
	{ "dimension: {types: measures, units: units, type: \"@role\", unit: \"@unit\"}", "12 cm|12 mm|30",
	  "[\"painter 12 cm\",\"painter 12 mm\",\"painter 30 mm\"]", "unknown_term TECH painter\n" },
	{ "dimension: {types: measures, units: units, type: \"@none\", unit: \"@unit\"}", "30|H. 12",
	  "[\"30 mm\",\"H. 12 mm\"]", "" },
	{ "dimension: {types: measures}", "Höhe: 30-40 cm", "[\"Höhe: 30-40 cm\"]", "" },
	{ "dimension: {types: measures}", "Höhe 1.440.000 cm", "[\"Höhe 1.440.000 cm\"]", "" },
};

START_TEST(an_operator_meets_odd_values_without_guessing)
{
	struct given g;

	begin_op(&g, odd[_i].op);
	given_record(&g, record_of(&g, odd[_i].before));
	ck_assert_msg(strcmp(given_field(&g, "TECH"), odd[_i].after) == 0, "%s of %s: %s", odd[_i].op,
		      odd[_i].before, given_field(&g, "TECH"));
	ck_assert_str_eq(given_notes(&g), odd[_i].notes);
	given_end(&g);
}
END_TEST

START_TEST(every_operator_fits_the_tables_and_is_in_order)
{
	for (size_t i = 0; i < n_ops; i++) {
		ck_assert_uint_le(ops[i].n_args, MAX_OP_ARGS);
		ck_assert(ops[i].help && ops[i].example && ops[i].before && ops[i].after && ops[i].run);
		ck_assert_msg(i == 0 || strcmp(ops[i - 1].name, ops[i].name) < 0, "%s", ops[i].name);
		ck_assert_ptr_eq(op_find(str_of(ops[i].name)), &ops[i]);
	}
}
END_TEST

START_TEST(the_page_of_reference_is_the_registry)
{
	hv_auto(buf_release) struct buf want = BUF_INIT(1 << 20), got = BUF_INIT(1 << 20);
	hv_auto(hv_fclosep) FILE *f = fopen("docs/mapping.md", "rb");
	char *room = buf_room(&got, 1 << 19);

	ck_assert_ptr_nonnull(f);
	got.n += fread(room, 1, 1 << 19, f);
	ops_reference(&want);
	ck_assert_msg(str_find(buf_view(&got), buf_view(&want)) >= 0,
		      "docs/mapping.md is not what the registry says; the section should be:\n%s",
		      buf_cstr(&want));
}
END_TEST

static void add(TCase *t)
{
	tcase_add_loop_test(t, an_operator_does_what_its_example_shows, 0, (int)n_ops);
	tcase_add_loop_test(t, an_operator_meets_odd_values_without_guessing, 0, (int)HV_LEN(odd));
	tcase_add_test(t, every_operator_fits_the_tables_and_is_in_order);
	tcase_add_test(t, the_page_of_reference_is_the_registry);
}

int main(void)
{
	return given_run("mapping operators", add);
}
