/*
 * tree/path_eval.c - steps of a compiled path over the tree.
 *
 * Nodes flow through the steps one by one (depth first) into a sink, so that a question ("is there one?")
 * stops at the first answer and a plain path allocates nothing but its result. That order is document order
 * for the common shapes; where it cannot be, or nodes could come twice, the list is sorted at the end, and in
 * between (struct step, barrier) where repeats would multiply. Tests: tests/unit/tree/test_path.c, and
 * against libxml2 tests/unit/io/test_path_oracle.c.
 */
#include "harvester/tree/path.h"

#include "harvester/tree/path_internal.h"

bool eval_charge(struct eval *e, size_t work)
{
	if (e->code)
		return true;
	if (work <= PATH_WORK && e->work + (uint32_t)work <= PATH_WORK) {
		e->work += (uint32_t)work;
		return false;
	}
	e->code = hv_fail(e->err, HV_E_LIMIT, "path '%.*s' takes more than %u visits of nodes here",
			  STR_ARG(e->path->text), PATH_WORK);
	return true;
}

bool eval_no_memory(struct eval *e)
{
	if (!e->code)
		e->code = hv_nomem(e->err, "result of a path");
	return true;
}

static bool collect_take(struct eval *e, struct node *n, struct sink *k)
{
	struct collect *c = (struct collect *)k;

	if (c->n == c->cap) {
		struct node **v = arena_array(e->arena, c->cap * 2, sizeof(struct node *));

		if (!v)
			return eval_no_memory(e);
		memcpy(v, c->v, c->n * sizeof(struct node *));
		c->v = v;
		c->cap *= 2;
	}
	c->v[c->n++] = n;
	return false;
}

void collect_begin(struct collect *c)
{
	c->sink.take = collect_take;
	c->v = c->fixed;
	c->n = 0;
	c->cap = HV_LEN(c->fixed);
}

static int by_order(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return ((*x)->order > (*y)->order) - ((*x)->order < (*y)->order);
}

void collect_normalize(struct collect *c)
{
	size_t n = 1;

	while (n < c->n && c->v[n - 1]->order < c->v[n]->order)
		n++;
	if (n >= c->n)
		return;
	qsort(c->v, c->n, sizeof(struct node *), by_order);
	n = 1;
	for (size_t i = 1; i < c->n; i++)
		if (c->v[i] != c->v[n - 1])
			c->v[n++] = c->v[i];
	c->n = n;
}

static inline struct node *first_on(enum axis axis, struct node *n)
{
	switch (axis) {
	case AXIS_CHILD:
	case AXIS_DESCENDANT:
		return n->first;
	case AXIS_ATTRIBUTE:
		return n->attrs;
	case AXIS_PARENT:
		return n->parent;
	default:
		return n;
	}
}

static inline struct node *next_on(enum axis axis, const struct node *top, struct node *n)
{
	switch (axis) {
	case AXIS_CHILD:
	case AXIS_ATTRIBUTE:
		return n->next;
	case AXIS_PARENT:
		return NULL;
	default:
		return node_following(top, n);
	}
}

static inline bool passes(const struct step *s, const struct node *n)
{
	switch (s->test) {
	case TEST_NODE:
		return true;
	case TEST_TEXT:
		return n->kind == NODE_TEXT;
	case TEST_ANY_NAME:
		return n->name != NULL;
	case TEST_NAMES:
		for (size_t i = 0; i < s->n_names; i++)
			if (n->name == s->names[i])
				return true;
		return false;
	default:
		for (size_t i = 0; n->name && i < s->n_names; i++)
			if (n->name->uri.p == s->names[i]->uri.p)
				return true;
		return false;
	}
}

/* The candidates of one step from one node, in document order. */
struct walk {
	enum axis axis;
	bool named; /* along the document's chain of one name */
	const struct node *top;
};

/* Everything in the document lies below it: the document, or its only child. */
static inline const struct node *covers_document(const struct node *top)
{
	const struct node *document = top->parent ? top->parent : top;

	if (document->kind != NODE_DOCUMENT)
		return NULL;
	return top == document || (document->first == top && document->last == top) ? document : NULL;
}

/* From there a step to descendants of one name follows their chain; several chains are not merged. */
static inline bool find_chain(const struct step *s, const struct node *top, struct node **ret)
{
	const struct node *document;
	struct node *found = NULL;

	if (s->axis != AXIS_DESCENDANT || s->test != TEST_NAMES || !(document = covers_document(top)))
		return false;
	for (size_t i = 0; i < s->n_names; i++) {
		struct node *first = tree_first_named(document, s->names[i]);

		if (first && found && first != found)
			return false;
		found = first ? first : found;
	}
	*ret = found && found == top ? found->same : found; /* the top itself is no descendant */
	return true;
}

static inline struct node *walk_first(struct walk *w, const struct step *s, struct node *top)
{
	struct node *first = NULL;

	w->axis = s->axis;
	w->top = top;
	w->named = find_chain(s, top, &first);
	return w->named ? first : first_on(s->axis, top);
}

static inline struct node *walk_next(const struct walk *w, struct node *n)
{
	return w->named ? n->same : next_on(w->axis, w->top, n);
}

static bool flow(struct eval *e, const struct step *s, const struct step *end, struct node *n,
		 struct sink *k);

/* Steps that ask for last(): the candidates of one node are listed, then thinned out by each predicate. */
static bool flow_counted(struct eval *e, const struct step *s, const struct step *end, struct node *top,
			 struct sink *k)
{
	struct collect c;
	struct walk w;

	collect_begin(&c);
	for (struct node *n = walk_first(&w, s, top); n; n = walk_next(&w, n))
		if (eval_charge(e, 1) || (passes(s, n) && c.sink.take(e, n, &c.sink)))
			return true;
	for (size_t p = 0; p < s->n_predicates; p++) {
		size_t kept = 0;

		for (size_t i = 0; i < c.n; i++) {
			struct focus f = { c.v[i], i + 1, c.n };
			bool holds = expr_holds(e, s->predicates[p], &f);

			if (e->code)
				return true;
			if (holds)
				c.v[kept++] = c.v[i];
		}
		c.n = kept;
	}
	for (size_t i = 0; i < c.n; i++)
		if (flow(e, s + 1, end, c.v[i], k))
			return true;
	return false;
}

/* Does the node stand all predicates? seen: how many came as far as each. */
static bool stands(struct eval *e, const struct step *s, struct node *n, size_t *seen)
{
	for (size_t p = 0; p < s->n_predicates; p++) {
		struct focus f = { n, ++seen[p], 0 };

		if (!expr_holds(e, s->predicates[p], &f))
			return false;
	}
	return true;
}

static bool flow(struct eval *e, const struct step *s, const struct step *end, struct node *top,
		 struct sink *k)
{
	size_t seen[PATH_PREDICATES] = { 0 };
	struct walk w;

	if (s == end)
		return k->take(e, top, k);
	if (s->uses_last)
		return flow_counted(e, s, end, top, k);
	for (struct node *n = walk_first(&w, s, top); n; n = walk_next(&w, n)) {
		if (eval_charge(e, 1))
			return true;
		if (!passes(s, n) || !stands(e, s, n, seen))
			continue;
		if (e->code || flow(e, s + 1, end, n, k))
			return true;
	}
	return e->code != 0;
}

/* The nodes of a variable that stand the conditions written on it: positions are those in the whole set. */
static bool filter_variable(struct eval *e, const struct step *filter, const struct node_set *set,
			    struct collect *c)
{
	for (size_t i = 0; i < set->n; i++)
		if (eval_charge(e, 1) || c->sink.take(e, set->v[i], &c->sink))
			return true;
	for (size_t p = 0; p < filter->n_predicates; p++) {
		size_t kept = 0;

		for (size_t i = 0; i < c->n; i++) {
			struct focus f = { c->v[i], i + 1, c->n };

			if (expr_holds(e, filter->predicates[p], &f))
				c->v[kept++] = c->v[i];
			if (e->code)
				return true;
		}
		c->n = kept;
	}
	return false;
}

static bool start_nodes(struct eval *e, const struct location *l, struct node *context, struct collect *c)
{
	if (l->start == START_VARIABLE)
		return filter_variable(e, &l->filter, &e->variables[l->variable], c);
	if (l->start == START_ROOT)
		while (context->parent)
			context = context->parent;
	return c->sink.take(e, context, &c->sink);
}

static bool flow_all(struct eval *e, struct collect *from, const struct step *s, const struct step *end,
		     struct sink *k)
{
	for (size_t i = 0; i < from->n; i++)
		if (flow(e, s, end, from->v[i], k))
			return true;
	return false;
}

static bool eval_location(struct eval *e, const struct location *l, struct node *context, struct sink *k)
{
	struct collect lists[2], *now = &lists[0], *then = &lists[1];
	const struct step *s = l->steps, *end = s ? s + l->n_steps : NULL;

	collect_begin(now);
	if (start_nodes(e, l, context, now))
		return true;
	for (const struct step *b = s; b < end; b++) {
		if (!b->barrier)
			continue;
		collect_begin(then);
		if (flow_all(e, now, s, b, &then->sink))
			return true;
		collect_normalize(then);
		struct collect *swap = now;
		now = then;
		then = swap;
		s = b;
	}
	return flow_all(e, now, s, end, k);
}

bool eval_locations(struct eval *e, const struct location *l, struct node *context, struct sink *k)
{
	for (; l; l = l->next)
		if (eval_location(e, l, context, k))
			return true;
	return false;
}

int path_eval(const struct path *p, struct node *context, const struct node_set *variables, struct arena *a,
	      struct node_set *ret, struct hv_err *err)
{
	struct eval e = { .path = p, .variables = variables, .arena = a, .err = err };
	struct collect c;

	collect_begin(&c);
	(void)eval_locations(&e, p->locations, context, &c.sink);
	if (e.code)
		return e.code;
	collect_normalize(&c);
	if (c.n && c.v == c.fixed) {
		c.v = arena_array(a, c.n, sizeof(struct node *));
		if (!c.v)
			return hv_nomem(err, "result of a path");
		memcpy(c.v, c.fixed, c.n * sizeof(struct node *));
	}
	*ret = (struct node_set){ c.n ? c.v : NULL, c.n };
	return 0;
}

struct str path_text(const struct path *p)
{
	return p->text;
}

int path_variable(const struct path *p)
{
	const struct location *first = p->locations;

	for (const struct location *l = first; l; l = l->next)
		if (l->start != START_VARIABLE || l->variable != first->variable)
			return -1;
	return (int)first->variable;
}
