/*
 * mapping/ops_museum.c - persons, years and measures as operators. The reading and writing of single texts is
 * in person.c, year.c and measure.c; here are the options, the tables and what is not understood.
 */
#include "mapping/ops.h"

#include "harvester/base/text.h"
#include "mapping/eval.h"
#include "mapping/forms.h"

/* What the record says an actor is, by table. */
static int actor_kind(const struct op_call *c, enum person_kind *ret)
{
	const struct op_value *g = c->step->args;
	struct vlist said = { 0 };
	int r = g[1].path ? eval_values(c->eval, g[1].path, c->context, NULL, &said) : 0;

	*ret = PERSON_UNKNOWN;
	if (r == 0 && g[2].table)
		r = eval_lookup_all(c->eval, g[2].table, &said);
	for (size_t i = 0; r == 0 && i < said.n; i++) {
		if (str_is(said.v[i], "body"))
			*ret = PERSON_BODY;
		else if (str_is(said.v[i], "person") && *ret != PERSON_BODY)
			*ret = PERSON_YES;
	}
	return r;
}

int op_person(const struct op_call *c, struct vlist *v)
{
	enum person_kind kind;
	int r = actor_kind(c, &kind);

	for (size_t i = 0; r == 0 && i < v->n; i++) {
		v->v[i] = person_form(c->a, v->v[i], kind, (enum person_style)c->step->args[0].word);
		if (!v->v[i].p)
			return HV_E_NOMEM;
	}
	return r;
}

enum { ELSE_FAIL, ELSE_DROP, ELSE_KEEP };

/* A value that is no year, by the step's option. */
static int no_year(const struct op_call *c, struct str value, struct vlist *out)
{
	switch (c->step->args[0].word) {
	case ELSE_KEEP:
		return vlist_add(c->a, out, value);
	case ELSE_DROP:
		return eval_note(c->eval, "not_understood", value, "date non comprise, laissée de côté");
	default:
		return eval_not_understood(c->eval, value, "date non comprise");
	}
}

static int add_years(const struct op_call *c, const struct years *y, struct vlist *out)
{
	struct str text[2];
	size_t n = years_form(c->a, y, text);
	int r = n ? 0 : HV_E_NOMEM;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = vlist_add(c->a, out, text[i]);
	return r;
}

int op_year(const struct op_call *c, struct vlist *v)
{
	struct vlist out = { 0 };
	struct years y;
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->n; i++)
		r = years_parse(c->a, v->v[i], &y) ? add_years(c, &y, &out) : no_year(c, v->v[i], &out);
	*v = out;
	return r;
}

/* Puts y into the time so far. A word (vers, avant, après) speaks of one year, not of a time with two ends.
 */
static bool extend(struct years *all, const struct years *y)
{
	if (all->to == 0) {
		*all = *y;
		return true;
	}
	if (all->word != y->word || (y->word != YEAR_EXACT && y->from != all->from))
		return false;
	if (y->from < all->from)
		all->from = y->from;
	if (y->to > all->to)
		all->to = y->to;
	return true;
}

/* Half of a time is another time: one value that is not understood leaves none of them. */
int op_year_range(const struct op_call *c, struct vlist *v)
{
	struct vlist out = { 0 };
	struct years all = { 0 }, y;
	bool understood = true;
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->n; i++) {
		if (years_parse(c->a, v->v[i], &y) && extend(&all, &y))
			continue;
		understood = false;
		if (c->step->args[0].word == ELSE_KEEP)
			return 0;
		r = no_year(c, v->v[i], &out);
	}
	if (r == 0 && understood && all.to)
		r = add_years(c, &all, &out);
	*v = out;
	return r;
}

enum { ARG_TYPES, ARG_UNITS, ARG_TYPE, ARG_UNIT, MOST_MEASURES = 12 };

/* The unit named by some terms, as the table writes it. */
static int unit_of(const struct op_call *c, struct vlist *terms, struct str *ret)
{
	const struct map_table *t = c->step->args[ARG_UNITS].table;
	int r = t ? eval_lookup_all(c->eval, t, terms) : 0;

	*ret = terms->n ? terms->v[0] : STR("");
	return r;
}

/* Joconde leaves out the centimetre, and the gram of weights. */
static bool is_silent_unit(struct str label, struct str unit)
{
	return str_is(unit, "cm") || (str_is(unit, "g") && str_is(label, "Pds."));
}

static int write_measure(const struct op_call *c, struct str label, struct str number, struct str unit,
			 struct str note, struct vlist *out)
{
	if (is_silent_unit(label, unit))
		unit = STR("");
	char *s = arena_printf(c->a, "%.*s%s%.*s%s%.*s%s%.*s%s", STR_ARG(label), label.n ? " " : "",
			       STR_ARG(number), unit.n ? " " : "", STR_ARG(unit), note.n ? " (" : "",
			       STR_ARG(note), note.n ? ")" : "");
	return s ? vlist_add(c->a, out, str_of(s)) : HV_E_NOMEM;
}

/* The unit that was read from a text, as the table writes it. */
static int read_unit(const struct op_call *c, const struct measure *m, struct str *ret)
{
	struct vlist terms = { 0 };
	int r = m->unit.n ? vlist_add(c->a, &terms, m->unit) : 0;

	return r < 0 ? r : unit_of(c, &terms, ret);
}

/*
 * Without a unit Joconde means the centimetre. "H. 12 x l. 15 mm" says its unit once, so its parts cannot be
 * written alone; weights have units of their own.
 */
static bool shares_unit(const struct measure *m, size_t n)
{
	bool bare = false, other = false;

	for (size_t i = 0; i < n; i++) {
		if (str_is(m[i].label, "Pds."))
			continue;
		bare = bare || m[i].unit.n == 0;
		other = other || (m[i].unit.n && !is_silent_unit(m[i].label, m[i].unit));
	}
	return bare && other;
}

/* A text that labels all of its measures, each by a word the table knows; else it stays. */
static int display_measures(const struct op_call *c, struct str text, struct vlist *out)
{
	const struct map_table *t = c->step->args[ARG_TYPES].table;
	struct measure m[MOST_MEASURES];
	size_t n = measures_parse(c->a, text, m, MOST_MEASURES);
	int r = 0;

	for (size_t i = 0; i < n; i++) {
		const struct map_row *row = table_find(t, c->a, m[i].label);

		if (!row || row->to.n == 0)
			n = 0;
		else
			m[i].label = row->to;
	}
	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_unit(c, &m[i], &m[i].unit);
	if (r == 0 && (n == 0 || shares_unit(m, n)))
		return vlist_add(c->a, out, text);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = write_measure(c, m[i].label, m[i].number, m[i].unit, m[i].note, out);
	return r;
}

/* A value whose kind or unit the record names beside it. When it has another unit itself, it stays. */
static int typed_measure(const struct op_call *c, struct str value, struct str label, struct str unit,
			 struct vlist *out)
{
	struct str own, none = STR("");
	struct measure m;

	if (!measure_number(c->a, value, &m))
		return write_measure(c, label, value, unit, none, out);
	int r = read_unit(c, &m, &own);
	if (r < 0)
		return r;
	if (unit.n && own.n && !str_eq(unit, own))
		return write_measure(c, label, value, none, none, out);
	return write_measure(c, label, m.number, unit.n ? unit : own, none, out);
}

int op_dimension(const struct op_call *c, struct vlist *v)
{
	const struct op_value *g = c->step->args;
	struct vlist types = { 0 }, units = { 0 }, out = { 0 };
	struct str unit = STR("");
	int r = v->n && g[ARG_TYPE].path ? eval_values(c->eval, g[ARG_TYPE].path, c->context, NULL, &types)
					 : 0;

	if (r == 0)
		r = eval_lookup_all(c->eval, g[ARG_TYPES].table, &types);
	if (r == 0 && v->n && g[ARG_UNIT].path)
		r = eval_values(c->eval, g[ARG_UNIT].path, c->context, NULL, &units);
	if (r == 0)
		r = unit_of(c, &units, &unit);
	for (size_t i = 0; r == 0 && i < v->n; i++)
		r = types.n || (unit.n && !is_silent_unit(STR(""), unit))
			    ? typed_measure(c, v->v[i], types.n ? types.v[0] : STR(""), unit, &out)
			    : display_measures(c, v->v[i], &out);
	*v = out;
	return r;
}
