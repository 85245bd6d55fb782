/*
 * mapping/result.c - what a record leaves behind beside values: notes, steps, look-ups of unknown terms,
 * reasons for a rejection.
 */
#include "mapping/eval.h"

#include "harvester/base/text.h"

/* Room for one more element of a list that grows in the arena. */
static void *grown(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	size_t bigger = *cap ? *cap * 2 : 16;
	void *p = arena_array(a, bigger, size);

	if (p && n)
		memcpy(p, v, n * size);
	if (p)
		*cap = bigger;
	return p;
}

int eval_note(struct eval *e, const char *code, struct str value, const char *fmt, ...)
{
	struct mapping_result *r = e->r;
	char text[300];
	va_list ap;

	value = text_cut(value, MAX_NOTE_VALUE);
	for (size_t i = 0; i < r->n_notes; i++)
		if (strcmp(r->notes[i].code, code) == 0 && r->notes[i].field == e->field &&
		    r->notes[i].line == e->line && str_eq(r->notes[i].value, value))
			return 0;
	if (r->n_notes == MAX_NOTES)
		return 0;
	struct mapping_note *v = grown(e->a, r->notes, r->n_notes, &e->notes_cap, sizeof(*v));
	if (!v)
		return HV_E_NOMEM;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hv_whole_end(text);
	r->notes = v;
	v[r->n_notes] =
		(struct mapping_note){ code, e->field, e->line, value, arena_str(e->a, str_of(text)) };
	return v[r->n_notes++].text.p ? 0 : HV_E_NOMEM;
}

int eval_not_understood(struct eval *e, struct str value, const char *what)
{
	e->failed = true;
	return eval_note(e, "not_understood", value, "%s", what);
}

void eval_reject(struct eval *e, const char *code, struct str reason)
{
	if (e->r->rejected)
		return;
	e->r->rejected = code;
	e->r->rejected_field = e->field;
	e->r->reason = reason;
}

int eval_step(struct eval *e, unsigned line, struct str what, struct vlist v)
{
	struct mapping_result *r = e->r;

	if (!e->explain)
		return 0;
	struct mapping_step *s = grown(e->a, r->steps, r->n_steps, &e->steps_cap, sizeof(*s));
	struct str *copy = arena_array(e->a, v.n + 1, sizeof(*copy));
	if (!s || !copy)
		return HV_E_NOMEM;
	if (v.n)
		memcpy(copy, v.v, v.n * sizeof(*copy));
	r->steps = s;
	s[r->n_steps++] = (struct mapping_step){ e->field, line, what, { copy, v.n } };
	return 0;
}

static int reject_unknown(struct eval *e, const struct map_table *t, struct str term)
{
	char *s = arena_printf(
		e->a,
		"Terme « %.*s » inconnu de la table « %s » ; à ajouter à la table, ou à corriger dans "
		"la base source.",
		STR_ARG(text_cut(term, MAX_NOTE_VALUE)), t->name);

	if (!s)
		return HV_E_NOMEM;
	eval_reject(e, "unknown_term", str_of(s));
	return HV_END;
}

/* A term no table knows: the table says what becomes of it. Only `keep` says nothing, since nothing is lost.
 */
static int unknown_term(struct eval *e, const struct map_table *t, struct str term, struct str *ret)
{
	if (t->unknown == UNKNOWN_REJECT)
		return reject_unknown(e, t, term);
	*ret = t->unknown == UNKNOWN_DEFAULT ? t->fallback : term;
	if (t->unknown != UNKNOWN_KEEP && t->unknown != UNKNOWN_IGNORE) {
		int r = eval_note(e, "unknown_term", term, "terme inconnu de la table « %s »", t->name);

		if (r < 0)
			return r;
	}
	return t->unknown == UNKNOWN_DROP || t->unknown == UNKNOWN_IGNORE ? HV_END : HV_ROW;
}

int eval_lookup(struct eval *e, const struct map_table *t, struct str term, struct str *ret)
{
	const struct map_row *row = table_find(t, e->a, term);

	if (!row)
		return arena_failed(e->a) ? HV_E_NOMEM : unknown_term(e, t, term, ret);
	*ret = row->to;
	return HV_ROW;
}

int eval_lookup_all(struct eval *e, const struct map_table *t, struct vlist *terms)
{
	struct vlist out = { 0 };
	bool known = false;
	int r = 0;

	for (size_t i = 0; r == 0 && i < terms->n; i++) {
		const struct map_row *row = table_find(t, e->a, terms->v[i]);

		known = known || row;
		for (size_t k = 0; row && k < out.n; k++)
			if (str_eq(out.v[k], row->to))
				row = NULL;
		if (row && row->to.n)
			r = vlist_add(e->a, &out, row->to);
	}
	for (size_t i = 0; r == 0 && !known && i < terms->n; i++) {
		struct str word;

		r = eval_lookup(e, t, terms->v[i], &word);
		if (r == HV_ROW)
			r = vlist_add(e->a, &out, word);
	}
	*terms = out;
	return r;
}

int node_set_merge(struct arena *a, struct node_set *to, const struct node_set *from)
{
	struct node_set out = { 0 };
	size_t i = 0, k = 0;

	if (to->n == 0 || from->n == 0) {
		*to = to->n ? *to : *from;
		return 0;
	}
	out.v = arena_array(a, to->n + from->n, sizeof(struct node *));
	if (!out.v)
		return HV_E_NOMEM;
	while (i < to->n || k < from->n) {
		bool left = k == from->n || (i < to->n && to->v[i]->order <= from->v[k]->order);
		struct node *n = left ? to->v[i++] : from->v[k++];

		if (out.n == 0 || out.v[out.n - 1] != n)
			out.v[out.n++] = n;
	}
	*to = out;
	return 0;
}
