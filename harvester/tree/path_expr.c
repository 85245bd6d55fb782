/*
 * tree/path_expr.c - the conditions inside predicates, with XPath 1.0's conversions (§3.4, §4).
 *
 * Comparisons with node sets are existential and stop at the first node that answers; string values of
 * elements are compared piece by piece, without being joined. Refuses to know where names came from.
 * Tests: tests/unit/tree/test_path.c, tests/unit/io/test_path_oracle.c.
 */
#include "harvester/tree/path_internal.h"

#include <math.h>

#include "harvester/base/text.h"

#define BYTES_PER_VISIT 32u /* looking at so much text costs as much as a node */

static bool to_boolean(struct eval *e, const struct expr *x, const struct focus *f);
static double to_number(struct eval *e, const struct expr *x, const struct focus *f);
static struct str to_string(struct eval *e, const struct expr *x, const struct focus *f);

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static double power_of_ten(unsigned n)
{
	double p = 1;

	while (n--)
		p *= 10;
	return p;
}

/* §4.4 number(): blanks, an optional minus, digits with an optional point; nothing else. */
double path_number(struct str s)
{
	uint64_t digits = 0;
	unsigned fraction = 0, dropped = 0;
	bool negative, point = false, any = false;

	s = str_trim(s);
	negative = s.n && s.p[0] == '-';
	if (negative)
		s = str_from(s, 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (s.p[i] < '0' || s.p[i] > '9')
			return NAN;
		any = true;
		if (digits < UINT64_MAX / 10 - 1) {
			digits = digits * 10 + (uint64_t)(s.p[i] - '0');
			fraction += point;
		} else {
			dropped += !point; /* beyond a double's precision */
		}
	}
	if (!any)
		return NAN;
	double v = (double)digits / power_of_ten(fraction);
	v *= dropped > 400 ? INFINITY : power_of_ten(dropped);
	return negative ? -v : v;
}

static struct str string_of(struct eval *e, const struct node *n)
{
	struct str s = node_string(e->arena, n);

	if (!s.p)
		(void)eval_no_memory(e);
	(void)eval_charge(e, s.n / BYTES_PER_VISIT);
	return s;
}

/* The string value of a node against a text, without joining the pieces. */
static bool text_is(struct eval *e, const struct node *n, struct str want)
{
	if (n->kind == NODE_TEXT || n->kind == NODE_ATTRIBUTE)
		return str_eq(n->text, want);
	for (struct node *d = n->first; d; d = node_following(n, d)) {
		if (eval_charge(e, 1))
			return false;
		if (d->kind != NODE_TEXT)
			continue;
		if (!str_starts(want, d->text))
			return false;
		want = str_from(want, d->text.n);
	}
	return want.n == 0;
}

static bool compare_numbers(enum compare c, double a, double b)
{
	switch (c) {
	case CMP_EQ:
		return a == b;
	case CMP_NE:
		return a != b;
	case CMP_LT:
		return a < b;
	case CMP_LE:
		return a <= b;
	case CMP_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static bool compare_strings(enum compare c, struct str a, struct str b)
{
	if (c == CMP_EQ || c == CMP_NE)
		return str_eq(a, b) == (c == CMP_EQ);
	return compare_numbers(c, path_number(a), path_number(b));
}

static enum compare mirror(enum compare c)
{
	static const enum compare other[] = { CMP_EQ, CMP_NE, CMP_GT, CMP_GE, CMP_LT, CMP_LE };

	return other[c];
}

/* Is there a node? */
struct any_sink {
	struct sink sink;
	bool found;
};

static bool any_take(struct eval *e HV_UNUSED, struct node *n HV_UNUSED, struct sink *k)
{
	((struct any_sink *)k)->found = true;
	return true;
}

static bool exists(struct eval *e, const struct expr *x, const struct focus *f)
{
	struct any_sink k = { { any_take }, false };

	(void)eval_locations(e, x->path, f->node, &k.sink);
	return k.found;
}

/* The first node in document order, whatever order they come in. */
struct first_sink {
	struct sink sink;
	struct node *first;
};

static bool first_take(struct eval *e HV_UNUSED, struct node *n, struct sink *k)
{
	struct first_sink *s = (struct first_sink *)k;

	if (!s->first || n->order < s->first->order)
		s->first = n;
	return false;
}

static struct node *first_node(struct eval *e, const struct expr *x, const struct focus *f)
{
	struct first_sink k = { { first_take }, NULL };

	(void)eval_locations(e, x->path, f->node, &k.sink);
	return k.first;
}

/* Is there a node whose string value compares so with a text or a number? */
struct compare_sink {
	struct sink sink;
	enum compare compare;
	bool by_number;
	struct str text;
	double number;
	bool found;
};

static bool compare_take(struct eval *e, struct node *n, struct sink *k)
{
	struct compare_sink *s = (struct compare_sink *)k;

	if (s->by_number)
		s->found = compare_numbers(s->compare, path_number(string_of(e, n)), s->number);
	else
		s->found = text_is(e, n, s->text) == (s->compare == CMP_EQ);
	return s->found || e->code;
}

static bool compare_nodes(struct eval *e, enum compare c, const struct expr *nodes, const struct expr *other,
			  const struct focus *f)
{
	struct compare_sink k = { .sink = { compare_take }, .compare = c };

	if (other->type == TYPE_BOOLEAN)
		return compare_numbers(c, exists(e, nodes, f), to_boolean(e, other, f));
	k.by_number = other->type == TYPE_NUMBER || (c != CMP_EQ && c != CMP_NE);
	if (k.by_number)
		k.number = to_number(e, other, f);
	else
		k.text = to_string(e, other, f);
	if (e->code)
		return false;
	(void)eval_locations(e, nodes->path, f->node, &k.sink);
	return k.found;
}

/* For each node of the left set the right one is asked anew: nothing is kept, and the first pair ends it. */
struct pair_sink {
	struct sink sink;
	const struct expr *x;
	const struct focus *f;
	bool found;
};

static bool pair_take(struct eval *e, struct node *n, struct sink *k)
{
	struct pair_sink *s = (struct pair_sink *)k;
	struct compare_sink right = { .sink = { compare_take }, .compare = mirror(s->x->compare) };

	right.by_number = s->x->compare != CMP_EQ && s->x->compare != CMP_NE;
	right.text = string_of(e, n);
	if (right.by_number)
		right.number = path_number(right.text);
	if (!e->code)
		(void)eval_locations(e, s->x->b->path, s->f->node, &right.sink);
	s->found = right.found;
	return s->found || e->code;
}

static bool compare_two_sets(struct eval *e, const struct expr *x, const struct focus *f)
{
	struct pair_sink k = { { pair_take }, x, f, false };

	(void)eval_locations(e, x->a->path, f->node, &k.sink);
	return k.found;
}

static bool compare(struct eval *e, const struct expr *x, const struct focus *f)
{
	if (x->a->type == TYPE_NODES && x->b->type == TYPE_NODES)
		return compare_two_sets(e, x, f);
	if (x->a->type == TYPE_NODES)
		return compare_nodes(e, x->compare, x->a, x->b, f);
	if (x->b->type == TYPE_NODES)
		return compare_nodes(e, mirror(x->compare), x->b, x->a, f);
	bool equality = x->compare == CMP_EQ || x->compare == CMP_NE;
	if (equality && (x->a->type == TYPE_BOOLEAN || x->b->type == TYPE_BOOLEAN))
		return compare_numbers(x->compare, to_boolean(e, x->a, f), to_boolean(e, x->b, f));
	if (equality && x->a->type == TYPE_STRING && x->b->type == TYPE_STRING)
		return compare_strings(x->compare, to_string(e, x->a, f), to_string(e, x->b, f));
	return compare_numbers(x->compare, to_number(e, x->a, f), to_number(e, x->b, f));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* §4.3: equal without regard to case, or equal up to a '-' of the node's language. */
static bool lang_holds(struct str want, const struct node *n)
{
	struct str have = node_xml_lang(n);

	if (!have.p || have.n < want.n)
		return false;
	for (size_t i = 0; i < want.n; i++)
		if (lower(want.p[i]) != lower(have.p[i]))
			return false;
	return have.n == want.n || have.p[want.n] == '-';
}

static bool to_boolean(struct eval *e, const struct expr *x, const struct focus *f)
{
	double v;

	if (e->code)
		return false;
	switch (x->kind) {
	case EXPR_OR:
		return to_boolean(e, x->a, f) || to_boolean(e, x->b, f);
	case EXPR_AND:
		return to_boolean(e, x->a, f) && to_boolean(e, x->b, f);
	case EXPR_NOT:
		return !to_boolean(e, x->a, f);
	case EXPR_COMPARE:
		return compare(e, x, f);
	case EXPR_CONTAINS:
		return str_find(to_string(e, x->a, f), to_string(e, x->b, f)) >= 0;
	case EXPR_STARTS_WITH:
		return str_starts(to_string(e, x->a, f), to_string(e, x->b, f));
	case EXPR_LANG:
		return lang_holds(to_string(e, x->a, f), f->node);
	case EXPR_PATH:
		return exists(e, x, f);
	default:
		break;
	}
	if (x->type == TYPE_STRING)
		return to_string(e, x, f).n > 0;
	v = to_number(e, x, f);
	return v < 0 || v > 0;
}

/* The argument's text; without an argument that of the context node. */
static struct str argument_text(struct eval *e, const struct expr *x, const struct focus *f)
{
	return x->a ? to_string(e, x->a, f) : string_of(e, f->node);
}

struct count_sink {
	struct sink sink;
	size_t n;
};

static bool count_take(struct eval *e HV_UNUSED, struct node *n HV_UNUSED, struct sink *k)
{
	((struct count_sink *)k)->n++;
	return false;
}

static double count_nodes(struct eval *e, const struct expr *x, const struct focus *f)
{
	struct count_sink k = { { count_take }, 0 };
	struct collect c;

	if (x->path->no_repeats && !x->path->next) {
		(void)eval_locations(e, x->path, f->node, &k.sink);
		return (double)k.n;
	}
	collect_begin(&c);
	(void)eval_locations(e, x->path, f->node, &c.sink);
	collect_normalize(&c);
	return (double)c.n;
}

static double to_number(struct eval *e, const struct expr *x, const struct focus *f)
{
	if (e->code)
		return NAN;
	switch (x->kind) {
	case EXPR_NUMBER:
		return x->number;
	case EXPR_POSITION:
		return (double)f->position;
	case EXPR_LAST:
		return (double)f->last;
	case EXPR_COUNT:
		return count_nodes(e, x->a, f);
	case EXPR_STRING_LENGTH:
		return (double)text_length(argument_text(e, x, f));
	default:
		break;
	}
	if (x->type == TYPE_BOOLEAN)
		return to_boolean(e, x, f);
	return path_number(to_string(e, x, f));
}

/* §4.2 normalize-space(): only the four blanks of XML; a no-break space is text. */
static struct str normalize_space(struct eval *e, struct str s)
{
	bool plain = true;

	s = str_trim(s);
	for (size_t i = 0; i < s.n && plain; i++)
		plain = !is_space(s.p[i]) || (s.p[i] == ' ' && !is_space(s.p[i + 1]));
	if (plain)
		return s;
	char *out = arena_alloc(e->arena, s.n);
	size_t n = 0;
	if (!out) {
		(void)eval_no_memory(e);
		return STR("");
	}
	for (size_t i = 0; i < s.n; i++) {
		if (!is_space(s.p[i]))
			out[n++] = s.p[i];
		else if (!is_space(s.p[i + 1])) /* trimmed: the last character is none */
			out[n++] = ' ';
	}
	return (struct str){ out, n };
}

static struct str name_of(struct eval *e, const struct expr *x, const struct focus *f)
{
	const struct node *n = x->a ? first_node(e, x->a, f) : f->node;

	if (!n || !n->name)
		return STR("");
	if (x->kind == EXPR_NAME)
		for (size_t i = 0; i < e->path->n_prefixes; i++) {
			const struct prefix_of *p = &e->path->prefixes[i];

			if (p->uri != n->name->uri.p)
				continue;
			char *s = arena_printf(e->arena, "%.*s:%.*s", STR_ARG(p->prefix),
					       STR_ARG(n->name->local));
			if (!s)
				(void)eval_no_memory(e);
			return str_of(s ? s : "");
		}
	return n->name->local;
}

/* §4.2 string() of a number: no exponent, no zeros at the end. */
static struct str number_text(struct eval *e, double v)
{
	if (isnan(v))
		return STR("NaN");
	if (isinf(v))
		return v < 0 ? STR("-Infinity") : STR("Infinity");
	bool whole = fabs(v) < 1e15 && v == (double)(int64_t)v;
	char *s = arena_printf(e->arena, whole ? "%.0f" : "%.15f", whole && v == 0 ? 0.0 : v);
	if (!s) {
		(void)eval_no_memory(e);
		return STR("");
	}
	size_t n = strlen(s);
	if (!whole)
		while (n && (s[n - 1] == '0' || s[n - 1] == '.'))
			if (s[--n] == '.')
				break;
	return (struct str){ s, n };
}

static struct str to_string(struct eval *e, const struct expr *x, const struct focus *f)
{
	if (e->code)
		return STR("");
	switch (x->kind) {
	case EXPR_LITERAL:
		return x->literal;
	case EXPR_NORMALIZE_SPACE:
		return normalize_space(e, argument_text(e, x, f));
	case EXPR_NAME:
	case EXPR_LOCAL_NAME:
		return name_of(e, x, f);
	case EXPR_PATH: {
		const struct node *n = first_node(e, x, f);

		return n && !e->code ? string_of(e, n) : STR("");
	}
	default:
		break;
	}
	if (x->type == TYPE_BOOLEAN)
		return to_boolean(e, x, f) ? STR("true") : STR("false");
	return number_text(e, to_number(e, x, f));
}

bool expr_holds(struct eval *e, const struct expr *x, const struct focus *f)
{
	return to_boolean(e, x, f) && !e->code;
}
