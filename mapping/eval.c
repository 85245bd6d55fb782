/*
 * mapping/eval.c - a rule over a record: nodes, conditions, languages, values, steps.
 */
#include "mapping/eval.h"

#include "harvester/base/text.h"

static int find_nodes(struct eval *e, struct map_path *p, struct node *context, struct node_set *ret)
{
	int r = path_eval(p->path, context, e->sets, e->a, ret, e->err);

	if (r >= 0 && ret->n)
		p->hits++;
	return r < 0 ? r : 0;
}

/* Nodes with their texts, computed once; lists shrink in place. */
struct found {
	struct node **v;
	struct str *s;
	size_t n;
};

/*
 * The text of a node as values keep it: NFC, squeezed. Empty texts answer n = 0. C1 controls are letters of
 * another encoding: dropping them would make other words ("cur" of "cœur"), so they are read and told.
 */
static int node_value(struct eval *e, const struct node *n, struct str *ret)
{
	struct str s = node_string(e->a, n), given;

	if (s.p && (s = str_trim(s)).n) {
		given = s;
		s = text_c1(e->a, s);
		bool mended = s.p != given.p;
		s = text_squeeze(e->a, text_nfc(e->a, s));
		if (s.p && mended &&
		    eval_note(e, "c1_controls", s, "caractères de contrôle lus comme du Windows-1252") < 0)
			return HV_E_NOMEM;
	}
	*ret = s;
	return s.p || !arena_failed(e->a) ? 0 : HV_E_NOMEM;
}

/* Nodes with an empty text have no say in languages and preferences: they are left out here. */
static int found_from(struct eval *e, const struct node_set *set, struct found *ret)
{
	*ret = (struct found){ set->v, NULL, 0 };
	if (set->n == 0)
		return 0;
	ret->s = arena_array(e->a, set->n, sizeof(*ret->s));
	if (!ret->s)
		return HV_E_NOMEM;
	for (size_t i = 0; i < set->n; i++) {
		struct str s;
		int r = node_value(e, set->v[i], &s);

		if (r < 0)
			return r;
		ret->v[ret->n] = set->v[i];
		ret->s[ret->n] = s;
		ret->n += s.n > 0;
	}
	return 0;
}

static void found_keep(struct found *f, const bool *keep)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (keep[i]) {
			f->v[n] = f->v[i];
			if (f->s)
				f->s[n] = f->s[i];
			n++;
		}
	f->n = n;
}

static int found_add(struct eval *e, const struct found *f, struct vlist *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < f->n; i++)
		r = vlist_add(e->a, out, f->s[i]);
	return r;
}

/* Keep the nodes of the best language. */
static int choose_language(struct eval *e, const struct map_languages *l, struct found *f)
{
	if (!l || l->order.n == 0 || f->n == 0)
		return 0;
	if (f->n == 1 && str_is(l->order.v[l->order.n - 1], "*"))
		return 0;
	struct str *langs = arena_array(e->a, f->n, sizeof(*langs));
	bool *keep = arena_array(e->a, f->n, sizeof(*keep));
	if (!langs || !keep)
		return HV_E_NOMEM;
	for (size_t i = 0; i < f->n; i++)
		langs[i] = language_norm(e->a, node_lang(f->v[i]));
	language_choose(l, e->record_language, langs, f->n, keep);
	found_keep(f, keep);
	return 0;
}

static int remember_dropped(struct eval *e, const struct node *n)
{
	struct str s;
	int r = node_value(e, n, &s);

	if (r == 0 && s.n && e->dropped->n < 300)
		buf_printf(e->dropped, "%s« %.*s »", e->dropped->n ? ", " : "", STR_ARG(text_cut(s, 60)));
	return r;
}

static int keep_where(struct eval *e, const struct map_cond *conds, size_t n_conds, struct found *f)
{
	bool *keep = n_conds && f->n ? arena_array(e->a, f->n, sizeof(*keep)) : NULL;

	if (n_conds == 0 || f->n == 0)
		return 0;
	if (!keep)
		return HV_E_NOMEM;
	for (size_t i = 0; i < f->n; i++) {
		int r = eval_where(e, conds, n_conds, f->v[i], &keep[i]);

		if (r == 0 && !keep[i] && e->want_dropped)
			r = remember_dropped(e, f->v[i]);
		if (r < 0)
			return r;
	}
	found_keep(f, keep);
	return 0;
}

/* The first condition that any node meets decides who stays; none met: all stay. */
static int keep_preferred(struct eval *e, const struct map_rule *rule, struct found *f)
{
	bool *keep = rule->n_prefer && f->n > 1 ? arena_array(e->a, f->n, sizeof(*keep)) : NULL;

	if (rule->n_prefer == 0 || f->n <= 1)
		return 0;
	if (!keep)
		return HV_E_NOMEM;
	for (size_t k = 0; k < rule->n_prefer; k++) {
		bool any = false;

		for (size_t i = 0; i < f->n; i++) {
			int r = eval_where(e, &rule->prefer[k], 1, f->v[i], &keep[i]);

			if (r < 0)
				return r;
			any = any || keep[i];
		}
		if (any) {
			found_keep(f, keep);
			return 0;
		}
	}
	return 0;
}

int eval_values(struct eval *e, struct map_path *p, struct node *context,
		const struct map_languages *languages, struct vlist *out)
{
	struct node_set set = { 0 };
	struct found f;
	int r = find_nodes(e, p, context, &set);

	if (r == 0)
		r = found_from(e, &set, &f);
	if (r == 0)
		r = choose_language(e, languages, &f);
	return r < 0 ? r : found_add(e, &f, out);
}

/* Is one of the values among some texts? Folded texts are compared with folded values. */
static bool any_in(struct eval *e, const struct vlist *v, struct values texts, bool folded)
{
	for (size_t i = 0; i < v->n; i++) {
		struct str key = folded ? text_fold(e->a, v->v[i]) : v->v[i];

		for (size_t k = 0; k < texts.n; k++)
			if (str_eq(key, texts.v[k]))
				return true;
	}
	return false;
}

static int meets(struct eval *e, const struct map_cond *c, struct node *node, bool *ret)
{
	struct vlist v = { 0 };
	int r = eval_values(e, c->from, node, NULL, &v);

	e->line = c->line;
	if (r == 0 && v.n == 0) {
		*ret = c->missing;
		return 0;
	}
	if (r == 0 && c->lookup)
		r = eval_lookup_all(e, c->lookup, &v);
	if (r < 0)
		return r;
	*ret = (!c->has_is || any_in(e, &v, c->is, true)) &&
	       (!c->has_equals || any_in(e, &v, c->equals, false)) &&
	       (!c->has_no || !any_in(e, &v, c->no, true));
	return 0;
}

int eval_where(struct eval *e, const struct map_cond *conds, size_t n, struct node *node, bool *ret)
{
	*ret = true;
	for (size_t i = 0; i < n && *ret; i++) {
		int r = meets(e, &conds[i], node, ret);

		if (r < 0)
			return r;
	}
	return 0;
}

int eval_node_sets(struct eval *e)
{
	e->field = MAPPING_NO_FIELD;
	for (size_t i = 0; i < e->m->n_nodes; i++) {
		const struct map_nodes *s = &e->m->nodes[i];
		struct node_set all = { 0 };

		e->line = s->line;
		for (size_t k = 0; k < s->n_from; k++) {
			struct node_set one = { 0 };
			int r = find_nodes(e, s->from[k], e->root, &one);
			struct found f = { one.v, NULL, one.n };

			if (r == 0)
				r = keep_where(e, s->where, s->n_where, &f);
			one.n = f.n;
			if (r == 0)
				r = node_set_merge(e->a, &all, &one);
			if (r < 0)
				return r;
		}
		e->sets[i] = all;
	}
	return 0;
}

static int run_steps(struct eval *e, const struct map_rule *rule, size_t from, size_t to,
		     struct node *context, struct vlist *v)
{
	for (size_t i = from; i < to; i++) {
		const struct map_step *s = &rule->steps[i];
		struct op_call call = { e->a, s, e, context };
		int r;

		e->line = s->line;
		r = s->op->run(&call, v);
		if (r == 0)
			r = eval_step(e, s->line, str_of(s->op->name), *v);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Without `each` conditions and preferences are about the very nodes of the path. */
static int part_values(struct eval *e, const struct map_rule *rule, const struct map_part *part,
		       struct node *context, struct vlist *out)
{
	struct node_set set = { 0 };
	struct found f = { 0 };
	size_t before = out->n;
	int r;

	if (part->rule)
		return eval_rule(e, part->rule, context, out);
	r = find_nodes(e, part->path, context, &set);
	if (r == 0)
		r = found_from(e, &set, &f);
	if (r == 0 && rule->n_each == 0)
		r = keep_where(e, rule->where, rule->n_where, &f);
	if (r == 0)
		r = choose_language(e, rule->languages, &f);
	if (r == 0)
		r = keep_preferred(e, rule, &f);
	if (r == 0)
		r = found_add(e, &f, out);
	if (r == 0 && e->explain) {
		struct vlist seen = { out->v ? out->v + before : NULL, out->n - before, 0 };
		char *what = arena_printf(e->a, "from %.*s", STR_ARG(part->path->text));

		r = what ? eval_step(e, part->path->line, str_of(what), seen) : HV_E_NOMEM;
	}
	return r;
}

static int context_values(struct eval *e, const struct map_rule *rule, struct node *context,
			  struct vlist *out)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->value.n; i++)
		r = vlist_add(e->a, out, rule->value.v[i]);
	for (size_t i = 0; r == 0 && i < rule->n_choices && out->n == 0; i++)
		for (size_t k = 0; r == 0 && k < rule->choices[i].n; k++)
			r = part_values(e, rule, &rule->choices[i].parts[k], context, out);
	return r < 0 ? r : run_steps(e, rule, 0, rule->whole, context, out);
}

/* One node of `each`: its values, behind those of the nodes before it. */
static int add_context(struct eval *e, const struct map_rule *rule, struct node *context, struct vlist *out)
{
	struct vlist part = { 0 };
	int r = 0;

	if (e->explain) {
		struct str where = node_where(e->a, context);
		char *what = arena_printf(e->a, "each %.*s", STR_ARG(where));

		r = what ? eval_step(e, rule->line, str_of(what), part) : HV_E_NOMEM;
	}
	if (r == 0)
		r = context_values(e, rule, context, &part);
	for (size_t i = 0; r == 0 && i < part.n; i++)
		r = vlist_add(e->a, out, part.v[i]);
	return r;
}

static int each_values(struct eval *e, const struct map_rule *rule, struct node *context, struct vlist *out)
{
	struct node_set all = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < rule->n_each; i++) {
		struct node_set one = { 0 };

		r = find_nodes(e, rule->each[i], context, &one);
		if (r == 0)
			r = node_set_merge(e->a, &all, &one);
	}
	struct found f = { all.v, NULL, all.n };
	if (r == 0)
		r = keep_where(e, rule->where, rule->n_where, &f);
	if (r == 0)
		r = choose_language(e, rule->languages, &f);
	for (size_t i = 0; r == 0 && i < f.n; i++)
		r = add_context(e, rule, f.v[i], out);
	return r;
}

int eval_rule(struct eval *e, const struct map_rule *rule, struct node *context, struct vlist *out)
{
	struct vlist mine = { 0 };
	bool keep = true;
	int r = 0;

	if (rule->n_each) {
		r = each_values(e, rule, context, &mine);
	} else {
		if (rule->has_value)
			r = eval_where(e, rule->where, rule->n_where, context, &keep);
		if (r == 0 && keep)
			r = context_values(e, rule, context, &mine);
	}
	if (r == 0)
		r = run_steps(e, rule, rule->whole, rule->n_steps, context, &mine);
	for (size_t i = 0; r == 0 && i < mine.n; i++)
		r = vlist_add(e->a, out, mine.v[i]);
	return r;
}
