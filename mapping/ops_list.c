/*
 * mapping/ops_list.c - operators over the list as a whole, and those that look beside it: tables, additions.
 */
#include "mapping/ops.h"

#include "harvester/base/text.h"
#include "mapping/eval.h"

int op_first(const struct op_call *c, struct vlist *v)
{
	(void)c;
	if (v->n > 1)
		v->n = 1;
	return 0;
}

int op_last(const struct op_call *c, struct vlist *v)
{
	(void)c;
	if (v->n > 1) {
		v->v[0] = v->v[v->n - 1];
		v->n = 1;
	}
	return 0;
}

int op_one(const struct op_call *c, struct vlist *v)
{
	if (v->n <= 1)
		return 0;
	c->eval->failed = true;
	return eval_note(c->eval, "too_many", v->v[1], "%zu valeurs là où une seule est attendue", v->n);
}

int op_unique(const struct op_call *c, struct vlist *v)
{
	size_t n = 0;

	(void)c;
	for (size_t i = 0; i < v->n; i++) {
		bool seen = false;

		for (size_t k = 0; k < n && !seen; k++)
			seen = str_eq(v->v[k], v->v[i]);
		if (!seen)
			v->v[n++] = v->v[i];
	}
	v->n = n;
	return 0;
}

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

int op_sort(const struct op_call *c, struct vlist *v)
{
	(void)c;
	if (v->n > 1)
		qsort(v->v, v->n, sizeof(*v->v), by_bytes);
	return 0;
}

int op_drop_empty(const struct op_call *c, struct vlist *v)
{
	size_t n = 0;

	(void)c;
	for (size_t i = 0; i < v->n; i++)
		if (str_trim(v->v[i]).n)
			v->v[n++] = v->v[i];
	v->n = n;
	return 0;
}

int op_take(const struct op_call *c, struct vlist *v)
{
	if (v->n > c->step->args[0].number)
		v->n = (size_t)c->step->args[0].number;
	return 0;
}

/* Is a text one of some, capitals and accents aside? */
static bool is_among(struct arena *a, struct str s, struct values texts)
{
	struct str key = text_fold(a, s);

	for (size_t i = 0; i < texts.n; i++)
		if (str_eq(key, text_fold(a, texts.v[i])))
			return true;
	return false;
}

int op_filter(const struct op_call *c, struct vlist *v)
{
	const struct map_table *t = c->step->args[1].table;
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct str word = v->v[i];
		int r = t ? eval_lookup(c->eval, t, v->v[i], &word) : HV_ROW;

		if (r < 0)
			return r;
		if (r == HV_ROW && is_among(c->a, word, c->step->args[0].texts))
			v->v[n++] = v->v[i];
	}
	v->n = n;
	return 0;
}

int op_without(const struct op_call *c, struct vlist *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++)
		if (!is_among(c->a, v->v[i], c->step->args[0].texts))
			v->v[n++] = v->v[i];
	v->n = n;
	return 0;
}

int op_lookup(const struct op_call *c, struct vlist *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct str word;
		int r = eval_lookup(c->eval, c->step->args[0].table, v->v[i], &word);

		if (r < 0)
			return r;
		if (r == HV_ROW && word.n)
			v->v[n++] = word;
	}
	v->n = n;
	return 0;
}

/* What is added: looked up and joined, or empty. */
static int addition(const struct op_call *c, struct str *ret)
{
	const struct op_value *g = c->step->args;
	struct str separator = g[3].given ? g[3].text : STR(", ");
	struct vlist found = { 0 };
	int r = eval_values(c->eval, g[0].path, c->context, g[2].table ? NULL : &c->eval->m->languages,
			    &found);

	if (r == 0 && g[2].table)
		r = eval_lookup_all(c->eval, g[2].table, &found);
	if (r < 0)
		return r;
	(void)op_unique(c, &found);
	*ret = STR("");
	for (size_t i = 0; i < found.n; i++) {
		struct str between = i ? separator : STR("");
		char *s = arena_printf(c->a, "%.*s%.*s%.*s", STR_ARG(*ret), STR_ARG(between),
				       STR_ARG(found.v[i]));

		if (!s)
			return HV_E_NOMEM;
		*ret = str_of(s);
	}
	return 0;
}

int op_append(const struct op_call *c, struct vlist *v)
{
	struct str text = c->step->args[1].text, add;
	int r = v->n ? addition(c, &add) : 0;

	if (r < 0 || v->n == 0 || add.n == 0)
		return r;
	ptrdiff_t hole = str_find(text, STR("{}"));
	size_t at = hole < 0 ? text.n : (size_t)hole;
	struct str before = str_cut(text, at), after = str_from(text, at + 2);
	for (size_t i = 0; i < v->n; i++) {
		char *s = arena_printf(c->a, "%.*s%.*s%.*s%.*s", STR_ARG(v->v[i]), STR_ARG(before),
				       STR_ARG(add), STR_ARG(after));

		if (!s)
			return HV_E_NOMEM;
		v->v[i] = str_of(s);
	}
	return 0;
}
