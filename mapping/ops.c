/*
 * mapping/ops.c - the registry of operators, as data. Everything that is said about them is made from here.
 */
#include "mapping/ops.h"

#include "harvester/base/buf.h"

static const struct op_arg trim_args[] = { { "of", ARG_TEXT, true, NULL,
					     "characters to take off both ends" } };
static const struct op_arg text_args[] = { { "text", ARG_TEXT, true, NULL, "the text" } };
static const struct op_arg format_args[] = { { "text", ARG_TEXT, true, NULL, "text; {} is the value" } };
static const struct op_arg replace_args[] = {
	{ "from", ARG_TEXT, true, NULL, "text to look for, letter by letter" },
	{ "to", ARG_TEXT, true, NULL, "what stands there instead" },
};
static const struct op_arg split_args[] = { { "on", ARG_TEXT, true, NULL, "the separator" } };
static const struct op_arg cut_args[] = { { "max", ARG_NUMBER, true, NULL, "characters, at most" } };
static const struct op_arg take_args[] = { { "n", ARG_NUMBER, true, NULL, "how many, from the first" } };
static const struct op_arg filter_args[] = {
	{ "is", ARG_TEXTS, true, NULL, "words that stay" },
	{ "lookup", ARG_TABLE, false, NULL, "a table: compare its words instead of the values" },
};
static const struct op_arg without_args[] = { { "texts", ARG_TEXTS, true, NULL, "values that go" } };
static const struct op_arg lookup_args[] = { { "table", ARG_TABLE, true, NULL, "the table" } };
static const struct op_arg append_args[] = {
	{ "from", ARG_PATH, true, NULL, "where the addition is, from the node of `each`" },
	{ "format", ARG_TEXT, true, NULL, "how it is written; {} is the addition" },
	{ "lookup", ARG_TABLE, false, NULL, "a table that translates the addition" },
	{ "separator", ARG_TEXT, false, NULL, "between several additions; \", \" when not said" },
};
static const char *const person_styles[] = { "NOM Prénom", "Nom Prénom", NULL };
static const struct op_arg person_args[] = {
	{ "style", ARG_WORD, false, person_styles, "how the name is written" },
	{ "type", ARG_PATH, false, NULL, "where the record says what the actor is, from the node of `each`" },
	{ "types", ARG_TABLE, false, NULL, "a table that makes `person` or `body` of it" },
};
static const char *const else_words[] = { "fail", "drop", "keep", NULL };
static const struct op_arg year_args[] = {
	{ "else", ARG_WORD, false, else_words,
	  "a value that is no year fails the field, is dropped with a note, or kept as it is" },
};
static const struct op_arg dimension_args[] = {
	{ "types", ARG_TABLE, true, NULL, "a table that makes H., l., L. … of the words for measures" },
	{ "units", ARG_TABLE, false, NULL, "a table that makes cm, mm, g … of the words for units" },
	{ "type", ARG_PATH, false, NULL, "where the kind of measure is, from the node of `each`" },
	{ "unit", ARG_PATH, false, NULL, "where the unit is" },
};

#define ARGS(table) (table), HV_LEN(table)
#define NO_ARGS NULL, 0

const struct op ops[] = {
	{ "after", 1, false, false, op_after, ARGS(text_args),
	  "What stands behind the first occurrence of a text; a value without it stays.", "after: \": \"",
	  "Titre : Le Pont| N° : 12", "Le Pont|12" },
	{ "append", 1, false, false, op_append, ARGS(append_args),
	  "Adds something found beside the value. Terms of one thing in several languages are written once; "
	  "nothing found, or a term that the table drops, adds nothing.",
	  "append: {from: \"@role\", lookup: words, format: \" ({})\"}", "MERCIER Jeanne",
	  "MERCIER Jeanne (peintre)" },
	{ "before", 1, false, false, op_before, ARGS(text_args),
	  "What stands before the first occurrence of a text; a value without it stays.", "before: \" (\"",
	  "Le Pont (titre factice)", "Le Pont" },
	{ "cut", 1, false, false, op_cut, ARGS(cut_args), "Shortens to a number of characters.", "cut: 4",
	  "été 1853", "été" },
	{ "dimension", 2, false, false, op_dimension, ARGS(dimension_args),
	  "Measures as Joconde writes them: abbreviation, number, and the unit when it is not the centimetre "
	  "(the "
	  "gram for weights). With `type` the value is one measure; without, a text that labels each of its "
	  "measures. Anything else stays as written.",
	  "dimension: {types: measures, units: units}", "Höhe: 30 cm Breite: 20,5 cm|Höhe: 95 mm|30 x 20 cm",
	  "H. 30|l. 20.5|H. 95 mm|30 x 20 cm" },
	{ "drop_empty", 1, false, false, op_drop_empty, NO_ARGS,
	  "Drops values in which nothing stands (other operators can leave such).",
	  "[{replace: {from: \"?\", to: \"\"}}, drop_empty]", "?|bois", "bois" },
	{ "filter", 1, false, false, op_filter, ARGS(filter_args),
	  "Keeps the values that are one of some words, directly or through a table. Capitals and accents do "
	  "not "
	  "count.",
	  "filter: {lookup: words, is: [peintre]}", "painter|sculptor", "painter" },
	{ "first", 1, false, true, op_first, NO_ARGS, "The first value of each context.", "first", "a|b",
	  "a" },
	{ "format", 1, false, false, op_format, ARGS(format_args), "Writes the value into a text.",
	  "format: \"N° {}\"", "12|13", "N° 12|N° 13" },
	{ "last", 1, false, true, op_last, NO_ARGS, "The last value of each context.", "last", "a|b", "b" },
	{ "lookup", 1, false, false, op_lookup, ARGS(lookup_args),
	  "Translates by a table. What happens to an unknown term is said where the table is named.",
	  "lookup: words", "Painter|SCULPTOR", "peintre|sculpteur" },
	{ "lower", 1, false, false, op_lower, NO_ARGS, "Small letters.", "lower", "ÉTÉ", "été" },
	{ "one", 1, false, true, op_one, NO_ARGS,
	  "Demands at most one value: more of them fail the field (note too_many).", "[unique, one]", "a|a",
	  "a" },
	{ "person", 2, false, false, op_person, ARGS(person_args),
	  "A person's name, family name first and in capitals. \"Family, Given\" is turned round; \"Given "
	  "Family\" "
	  "only when `type` says that it is a person. Bodies, sovereigns, single words, names in this form "
	  "already and names whose family part is not certain stay.",
	  "person", "Mercier, Jeanne|MERCIER Jeanne|Manufacture de Sèvres",
	  "MERCIER Jeanne|MERCIER Jeanne|Manufacture de Sèvres" },
	{ "prefix", 1, false, false, op_prefix, ARGS(text_args), "Puts a text before each value.",
	  "prefix: \"D \"", "1", "D 1" },
	{ "replace", 1, false, false, op_replace, ARGS(replace_args), "Replaces every occurrence of a text.",
	  "replace: {from: \" / \", to: \" ; \"}", "a / b / c", "a ; b ; c" },
	{ "sort", 1, true, false, op_sort, NO_ARGS, "Sorts by bytes.", "sort", "b|a", "a|b" },
	{ "split", 1, false, false, op_split, ARGS(split_args),
	  "Cuts each value at a separator; pieces are trimmed, empty ones dropped.", "split: \";\"",
	  "bois; huile ;;toile", "bois|huile|toile" },
	{ "squeeze", 1, false, false, op_squeeze, NO_ARGS,
	  "One blank for each run of white space, none at the ends. Values come squeezed from the record; "
	  "needed "
	  "only behind operators that leave blanks.",
	  "[{replace: {from: \"-\", to: \" \"}}, squeeze]", "a -- b", "a b" },
	{ "suffix", 1, false, false, op_suffix, ARGS(text_args), "Puts a text behind each value.",
	  "suffix: \" (?)\"", "bois", "bois (?)" },
	{ "take", 1, false, false, op_take, ARGS(take_args), "The first n values of each context.", "take: 2",
	  "a|b|c", "a|b" },
	{ "trim", 1, false, false, op_trim, ARGS(trim_args),
	  "Takes blanks and the characters given off both ends.", "trim: \";.\"", ";1942.| ok ;", "1942|ok" },
	{ "unique", 1, true, false, op_unique, NO_ARGS,
	  "Each value once, the first stays. With `each` it looks at the values of all nodes together.",
	  "unique", "b|a|b", "b|a" },
	{ "upper", 1, false, false, op_upper, NO_ARGS, "Capitals, with their accents.", "upper", "été",
	  "ÉTÉ" },
	{ "without", 1, false, false, op_without, ARGS(without_args),
	  "Drops some values. Capitals and accents do not count.", "without: [inconnu, \"s.n.\"]",
	  "Inconnu|bois", "bois" },
	{ "year", 2, false, false, op_year, ARGS(year_args),
	  "Years as MILL writes them, each value by itself: `1853`, `1853 vers`, `1863 avant`, `1863 après`, "
	  "`1850 entre` and `1860 et`. Reads ISO dates, years and ranges, and vers, avant, après in French, "
	  "English, German, Dutch.",
	  "year", "1853-05-01|um 1880|avant 1863|1850-1860", "1853|1880 vers|1863 avant|1850 entre|1860 et" },
	{ "year_range", 2, false, false, op_year_range, ARGS(year_args),
	  "As `year`, but all values of a context are one time: its earliest and its latest year. One value "
	  "that is "
	  "no year, or two that do not agree in vers, avant, après, leave no time at all.",
	  "year_range", "1850-01-01|1860-12-31", "1850 entre|1860 et" },
};

const size_t n_ops = HV_LEN(ops);

const struct op *op_find(struct str name)
{
	for (size_t i = 0; i < n_ops; i++)
		if (str_is(name, ops[i].name))
			return &ops[i];
	return NULL;
}

int vlist_add(struct arena *a, struct vlist *l, struct str s)
{
	if (l->n == MAX_VALUES)
		return HV_E_LIMIT;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 8;
		struct str *v = arena_array(a, cap, sizeof(*v));

		if (!v)
			return HV_E_NOMEM;
		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = s;
	return 0;
}

static const char *arg_type_name(enum arg_type t)
{
	static const char *const names[] = { "text", "texts", "number", "word", "table", "path" };

	return names[t];
}

static void code_list(struct buf *out, const char *values)
{
	struct str rest = str_of(values), one;

	for (bool more = false; str_next_item(&rest, '|', &one); more = true)
		buf_printf(out, "%s`%.*s`", more ? ", " : "", STR_ARG(one));
}

void ops_reference(struct buf *out)
{
	for (size_t i = 0; i < n_ops; i++) {
		const struct op *o = &ops[i];

		buf_printf(out, "### %s\n\n%s\n\n", o->name, o->help);
		for (size_t k = 0; k < o->n_args; k++) {
			const struct op_arg *g = &o->args[k];

			buf_printf(out, "- `%s` (%s%s): %s", g->name, arg_type_name(g->type),
				   g->required ? ", needed" : "", g->help);
			for (size_t w = 0; g->words && g->words[w]; w++)
				buf_printf(out, "%s`%s`%s", w ? ", " : ": ", g->words[w],
					   w ? "" : " (when not said)");
			buf_puts(out, "\n");
		}
		bool listed = o->example[0] == '[' || !strchr(o->example, ':');
		buf_printf(out, "%s`do: %s%s%s` makes ", o->n_args ? "\n" : "", listed ? "" : "[", o->example,
			   listed ? "" : "]");
		code_list(out, o->before);
		buf_puts(out, " into ");
		code_list(out, o->after);
		buf_puts(out, ".\n\n");
	}
}
