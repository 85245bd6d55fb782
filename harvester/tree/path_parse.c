/*
 * tree/path_parse.c - a path's text to its compiled form: steps, name tests, starts; path_parse_expr.c has
 * the conditions. The documented subset of XPath 1.0, all else refused.
 *
 * Recursive descent over the tokens of path_lex.c; every refusal names the column and, where there is one,
 * the way to say it here. docs/paths.md is this language for its users. Tests: tests/unit/tree/test_path.c,
 * tests/fuzz/fuzz_path.c.
 */
#include "harvester/tree/path.h"

#include "harvester/base/text.h"
#include "harvester/tree/path_parse.h"

void path_advance(struct parser *p)
{
	p->tok = token_at(p->text, p->end, &p->end);
}

/* The token behind the current one. */
enum token_kind path_peek(const struct parser *p)
{
	size_t end;

	return token_at(p->text, p->end, &end).kind;
}

/* Columns are characters, counted from 1. */
HV_PRINTF(3, 4) void path_refuse(struct parser *p, size_t at, const char *fmt, ...)
{
	char text[768];
	va_list ap;

	if (p->code)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->err_at = at;
	p->code = hv_fail(p->err, HV_E_CONFIG, "column %zu: %s", text_length(str_cut(p->text, at)) + 1, text);
}

void *path_take(struct parser *p, size_t n, size_t size)
{
	void *v = p->code ? NULL : arena_array(p->arena, n, size);

	if (!v && !p->code)
		p->code = hv_nomem(p->err, "path");
	return v;
}

static const char *found(const struct parser *p, char *room, size_t size)
{
	if (p->tok.kind == TOK_END)
		return "the path ends";
	(void)snprintf(room, size, "found '%.*s'", STR_ARG(str_cut(p->tok.text, 40)));
	return room;
}

void path_refuse_found(struct parser *p, const char *expected)
{
	char room[64];

	if (p->tok.kind == TOK_UNCLOSED)
		path_refuse(p, p->tok.at, "the quote is not closed");
	else
		path_refuse(p, p->tok.at, "expected %s, but %s", expected, found(p, room, sizeof(room)));
}

/* " (did you mean 'x'?)", or nothing. */
const char *path_did_you_mean(struct str word, const char *const *names, size_t n, char *room, size_t size)
{
	const char *near = n ? text_nearest(word, names, n) : NULL;

	room[0] = '\0';
	if (near)
		(void)snprintf(room, size, " (did you mean '%s'?)", near);
	return room;
}

/* The nearest of texts that are not NUL-terminated. */
static const char *nearest_str(struct parser *p, struct str word,
			       const struct str *(*get)(const struct path_scope *, size_t), size_t n,
			       char *room, size_t size)
{
	const char **names = path_take(p, n + 1, sizeof(*names));

	room[0] = '\0';
	for (size_t i = 0; names && i < n; i++) {
		const struct str *s = get(p->scope, i);

		names[i] = arena_strndup(p->arena, s->p, s->n);
		if (!names[i])
			return room;
	}
	return names ? path_did_you_mean(word, names, n, room, size) : room;
}

static const struct str *prefix_at(const struct path_scope *s, size_t i)
{
	return &s->prefixes[i].prefix;
}

static const struct str *variable_at(const struct path_scope *s, size_t i)
{
	return &s->variables[i];
}

static const struct name *intern(struct parser *p, struct str uri, struct str local)
{
	const struct name *name = p->code ? NULL : names_intern(p->scope->names, uri, local);

	if (!name && !p->code)
		p->code = hv_nomem(p->err, "table of names");
	return name;
}

/* What a prefix stands for. No prefix: no namespace, as in XPath. */
static const struct str *uris_of(struct parser *p, const struct token *t, size_t *ret_n)
{
	static const struct str none = { "", 0 };
	static const struct str xml = { TREE_XML_NAMESPACE, sizeof(TREE_XML_NAMESPACE) - 1 };
	char room[128];

	*ret_n = 1;
	if (t->prefix.n == 0)
		return &none;
	for (size_t i = 0; i < p->scope->n_prefixes; i++)
		if (str_eq(p->scope->prefixes[i].prefix, t->prefix)) {
			*ret_n = p->scope->prefixes[i].n_uris;
			return p->scope->prefixes[i].uris;
		}
	if (str_is(t->prefix, "xml"))
		return &xml;
	path_refuse(p, t->at, "the prefix '%.*s' is not declared%s", STR_ARG(t->prefix),
		    nearest_str(p, t->prefix, prefix_at, p->scope->n_prefixes, room, sizeof(room)));
	return NULL;
}

static void compile_names(struct parser *p, const struct token *t, struct step *s)
{
	size_t n;
	const struct str *uris = uris_of(p, t, &n);

	s->test = str_is(t->local, "*") ? TEST_NAMESPACES : TEST_NAMES;
	s->names = uris ? path_take(p, n, sizeof(*s->names)) : NULL;
	for (size_t i = 0; s->names && i < n; i++)
		s->names[i] = intern(p, uris[i], t->local);
	s->n_names = n;
}

static void refuse_axis(struct parser *p)
{
	static const struct {
		const char *axis, *instead;
	} axes[] = { { "child", "leave it out: a/b is a child" },
		     { "attribute", "write @name" },
		     { "descendant", "write .//name" },
		     { "descendant-or-self", "write .//name" },
		     { "self", "write '.', and name() inside [ ] for its name" },
		     { "parent", "write '..'" },
		     { "ancestor", "climb with '..', or start from a named node set: $name" },
		     { "ancestor-or-self", "climb with '..', or start from a named node set: $name" },
		     { "following-sibling", "go to the parent with '..' and down again with a condition" },
		     { "preceding-sibling", "go to the parent with '..' and down again with a condition" } };
	const char *instead = "only child, @, '..' and // are there";

	for (size_t i = 0; i < HV_LEN(axes); i++)
		if (str_is(p->tok.local, axes[i].axis))
			instead = axes[i].instead;
	path_refuse(p, p->tok.at, "the axis '%.*s::' is not in the path language; %s", STR_ARG(p->tok.local),
		    instead);
}

/* text(), node(): the current token is the name, the next is '('. */
static void parse_node_type(struct parser *p, struct step *s)
{
	struct token t = p->tok;

	path_advance(p);
	path_advance(p);
	if (str_is(t.local, "text"))
		s->test = TEST_TEXT;
	else if (str_is(t.local, "node"))
		s->test = TEST_NODE;
	else if (str_is(t.local, "comment") || str_is(t.local, "processing-instruction"))
		path_refuse(p, t.at,
			    "%.*s() finds nothing: comments and processing instructions are not kept",
			    STR_ARG(t.local));
	else
		path_refuse(p, t.at, "%.*s() is no step of a path; functions stand inside [ ]",
			    STR_ARG(t.local));
	if (p->tok.kind != TOK_CLOSE)
		path_refuse_found(p, "')'");
	path_advance(p);
}

static void parse_test(struct parser *p, struct step *s)
{
	struct token t = p->tok;

	if (t.kind == TOK_STAR) {
		s->test = TEST_ANY_NAME;
		path_advance(p);
	} else if (t.kind == TOK_NAME && path_peek(p) == TOK_OPEN) {
		parse_node_type(p, s);
	} else if (t.kind == TOK_NAME) {
		compile_names(p, &t, s);
		path_advance(p);
	} else {
		path_refuse_found(p, s->axis == AXIS_ATTRIBUTE ? "the name of an attribute"
							       : "a step (a name, *, @name, '.', '..')");
	}
}

static struct expr *parse_predicate(struct parser *p, struct step *s)
{
	struct asks asks = { false, false }, *outer = p->asks;
	size_t open = p->tok.at;
	struct expr *x = NULL;

	p->asks = &asks;
	path_advance(p);
	if (path_deeper(p))
		x = path_as_condition(p, path_parse_or(p));
	if (!p->code && p->tok.kind == TOK_END)
		path_refuse(p, open, "this '[' is not closed");
	if (!p->code && p->tok.kind != TOK_CLOSE_BRACKET)
		path_refuse_found(p, "']' or an operator (and, or, =, !=, <, >)");
	path_advance(p);
	p->nesting--;
	p->asks = outer;
	s->uses_position |= asks.position || asks.last;
	s->uses_last |= asks.last;
	return p->code ? NULL : x;
}

static void parse_predicates(struct parser *p, struct step *s)
{
	struct expr *list[PATH_PREDICATES];
	size_t n = 0;

	while (!p->code && p->tok.kind == TOK_OPEN_BRACKET) {
		if (n == PATH_PREDICATES)
			path_refuse(p, p->tok.at, "more than %u conditions on one step; join them with 'and'",
				    PATH_PREDICATES);
		else
			list[n++] = parse_predicate(p, s);
	}
	if (n == 0)
		return;
	s->predicates = path_take(p, n, sizeof(*s->predicates));
	if (s->predicates)
		memcpy(s->predicates, list, n * sizeof(list[0]));
	s->n_predicates = n;
}

static void refuse_condition_on_dots(struct parser *p)
{
	if (p->tok.kind == TOK_OPEN_BRACKET)
		path_refuse(p, p->tok.at,
			    "'.' and '..' take no condition in XPath; put it on a step with a name");
}

/* One step into *s. False when it was '.', which is no step at all. */
static bool parse_step(struct parser *p, struct step *s)
{
	if (p->tok.kind == TOK_DOT) {
		path_advance(p);
		refuse_condition_on_dots(p);
		return false;
	}
	if (p->tok.kind == TOK_DOTS) {
		s->axis = AXIS_PARENT;
		s->test = TEST_NODE;
		path_advance(p);
		refuse_condition_on_dots(p);
		return true;
	}
	if (p->tok.kind == TOK_AXIS)
		refuse_axis(p);
	if (p->tok.kind == TOK_AT) {
		s->axis = AXIS_ATTRIBUTE;
		path_advance(p);
	}
	if (!p->code)
		parse_test(p, s);
	parse_predicates(p, s);
	return true;
}

static struct step *push_step(struct parser *p, struct step *steps, size_t *n)
{
	if (*n == PATH_STEPS) {
		path_refuse(p, p->tok.at, "more than %u steps", PATH_STEPS);
		return NULL;
	}
	steps[*n] = (struct step){ .axis = AXIS_CHILD };
	return &steps[(*n)++];
}

/*
 * `//name` is descendant-or-self::node()/child::name: the same nodes as descendant::name unless positions are
 * asked for, which count among the children of each parent.
 */
static void join_descendants(struct step *steps, size_t *n)
{
	if (*n < 2)
		return;
	struct step *last = &steps[*n - 1], *before = last - 1;
	if (before->axis != AXIS_DESCENDANT_OR_SELF || last->axis != AXIS_CHILD || last->uses_position)
		return;
	*before = *last;
	before->axis = AXIS_DESCENDANT;
	(*n)--;
}

bool path_begins_step(enum token_kind k)
{
	return k == TOK_DOT || k == TOK_DOTS || k == TOK_AT || k == TOK_NAME || k == TOK_STAR ||
	       k == TOK_AXIS;
}

/* Steps up to what is none; the current token begins the first step or is the '//' before it. */
static void parse_steps(struct parser *p, struct location *l)
{
	struct step steps[PATH_STEPS];
	size_t n = 0;

	for (bool more = true; more && !p->code;) {
		if (p->tok.kind == TOK_SLASHES) {
			struct step *s = push_step(p, steps, &n);

			path_advance(p);
			if (s)
				*s = (struct step){ .axis = AXIS_DESCENDANT_OR_SELF, .test = TEST_NODE };
		}
		struct step *s = p->code ? NULL : push_step(p, steps, &n);
		if (!s)
			return;
		if (parse_step(p, s))
			join_descendants(steps, &n);
		else
			n--;
		more = p->tok.kind == TOK_SLASH || p->tok.kind == TOK_SLASHES;
		if (p->tok.kind == TOK_SLASH)
			path_advance(p);
	}
	l->steps = path_take(p, n + 1, sizeof(*l->steps));
	if (l->steps && n)
		memcpy(l->steps, steps, n * sizeof(steps[0]));
	l->n_steps = n;
}

/*
 * Where repeats begin to multiply: going down to descendants from nodes that may lie inside one another, and
 * on from parents, which are one for many children.
 */
static void set_barriers(struct location *l)
{
	bool nested = false, climbing = l->start == START_CONTEXT;

	l->no_repeats = l->start != START_VARIABLE;
	for (size_t i = 0; i < l->n_steps; i++) {
		struct step *s = &l->steps[i];
		bool parent = s->axis == AXIS_PARENT;
		bool down = s->axis == AXIS_DESCENDANT || s->axis == AXIS_DESCENDANT_OR_SELF;
		bool behind_parent = i > 0 && l->steps[i - 1].axis == AXIS_PARENT;

		climbing &= parent; /* from one node: there is one parent */
		s->barrier = i > 0 && ((down && nested) || behind_parent);
		l->no_repeats &= (!parent || climbing) && !(down && nested);
		nested |= down || (parent && !climbing);
	}
}

static void parse_variable(struct parser *p, struct location *l)
{
	char room[128];
	size_t i = 0;

	while (i < p->scope->n_variables && !str_eq(p->scope->variables[i], p->tok.local))
		i++;
	if (i == p->scope->n_variables)
		path_refuse(
			p, p->tok.at, "there is no node set named '$%.*s'%s", STR_ARG(p->tok.local),
			nearest_str(p, p->tok.local, variable_at, p->scope->n_variables, room, sizeof(room)));
	l->start = START_VARIABLE;
	l->variable = i;
	path_advance(p);
	parse_predicates(p, &l->filter);
}

static void parse_start(struct parser *p, struct location *l)
{
	if (p->tok.kind == TOK_VARIABLE) {
		parse_variable(p, l);
		if (p->tok.kind == TOK_SLASH) {
			path_advance(p);
			parse_steps(p, l);
		} else if (p->tok.kind == TOK_SLASHES) {
			parse_steps(p, l);
		}
		return;
	}
	if (p->tok.kind == TOK_SLASH) {
		l->start = START_ROOT;
		path_advance(p);
		if (path_begins_step(p->tok.kind))
			parse_steps(p, l);
		return;
	}
	if (p->tok.kind == TOK_SLASHES)
		l->start = START_ROOT;
	parse_steps(p, l);
}

static void refuse_function_as_path(struct parser *p)
{
	if (p->tok.kind == TOK_OPEN)
		path_refuse(
			p, p->tok.at,
			"a path does not begin with '('; write alternatives with |, and choose the first one "
			"outside of the path");
	else if (p->tok.kind == TOK_LITERAL || p->tok.kind == TOK_NUMBER)
		path_refuse(p, p->tok.at, "a text or a number is no path");
}

static struct location *parse_location(struct parser *p)
{
	struct location *l = path_take(p, 1, sizeof(*l));

	if (!l)
		return NULL;
	refuse_function_as_path(p);
	if (!p->code)
		parse_start(p, l);
	if (p->code)
		return NULL;
	set_barriers(l);
	return l;
}

struct location *path_parse_union(struct parser *p)
{
	struct location *first = parse_location(p);

	for (struct location *l = first; l && p->tok.kind == TOK_PIPE;) {
		path_advance(p);
		l->next = parse_location(p);
		l = l->next;
	}
	return p->code ? NULL : first;
}

/* For name(): each namespace with the prefix that the paths use. */
static void note_prefixes(struct parser *p)
{
	size_t n = 1;

	for (size_t i = 0; i < p->scope->n_prefixes; i++)
		n += p->scope->prefixes[i].n_uris;
	struct prefix_of *list = path_take(p, n, sizeof(*list));
	for (size_t i = 0; list && i < p->scope->n_prefixes; i++)
		for (size_t j = 0; j < p->scope->prefixes[i].n_uris; j++) {
			const struct name *all = intern(p, p->scope->prefixes[i].uris[j], STR("*"));
			struct str prefix = arena_str(p->arena, p->scope->prefixes[i].prefix);

			if (!all || !prefix.p) {
				p->code = p->code ? p->code : hv_nomem(p->err, "path");
				return;
			}
			list[p->path->n_prefixes++] = (struct prefix_of){ all->uri.p, prefix };
		}
	const struct name *xml = intern(p, STR(TREE_XML_NAMESPACE), STR("*"));
	if (xml && list)
		list[p->path->n_prefixes++] = (struct prefix_of){ xml->uri.p, STR("xml") };
	p->path->prefixes = list;
}

static void refuse_rest(struct parser *p)
{
	enum token_kind k = p->tok.kind;

	if (k == TOK_CLOSE_BRACKET || k == TOK_CLOSE)
		path_refuse(p, p->tok.at, "'%.*s' closes nothing", STR_ARG(p->tok.text));
	else if (k >= TOK_EQ && k <= TOK_GE)
		path_refuse(p, p->tok.at, "comparisons stand inside [ ]; a path gives nodes");
	else
		path_refuse_arithmetic(p);
	path_refuse_found(p, "'/', '[', '|' or the end");
}

static void parse_whole(struct parser *p)
{
	size_t bad;

	if (p->text.n > PATH_TEXT_MAX)
		path_refuse(p, 0, "a path of more than %u bytes", PATH_TEXT_MAX);
	else if (!text_valid(p->text, &bad))
		path_refuse(p, bad, "not UTF-8");
	if (p->code)
		return;
	path_advance(p);
	if (p->tok.kind == TOK_END)
		path_refuse(p, 0, "an empty path; '.' is the node itself");
	p->path->locations = path_parse_union(p);
	if (!p->code && p->tok.kind != TOK_END)
		refuse_rest(p);
	if (!p->code && p->wants_names)
		note_prefixes(p);
}

int path_compile(struct arena *a, const struct path_scope *scope, struct str text, struct path **ret,
		 size_t *reterr_at, struct hv_err *err)
{
	struct parser p = { .arena = a, .scope = scope, .err = err };

	p.path = path_take(&p, 1, sizeof(*p.path));
	if (!p.path)
		return p.code;
	p.path->text = p.text = arena_str(a, text); /* tokens, and so literals, point into the copy */
	if (!p.text.p)
		return hv_nomem(err, "path");
	parse_whole(&p);
	if (p.code) {
		if (reterr_at)
			*reterr_at = p.err_at;
		return p.code;
	}
	*ret = p.path;
	return 0;
}
