/*
 * tree/path_parse.c - a path's text to its compiled form: the documented subset of XPath 1.0, all else
 * refused.
 *
 * Recursive descent over the tokens of path_lex.c; every refusal names the column and, where there is one,
 * the way to say it here. docs/paths.md is this language for its users. Tests: tests/unit/tree/test_path.c,
 * tests/fuzz/fuzz_path.c.
 */
#include "harvester/tree/path.h"

#include "harvester/base/text.h"
#include "harvester/tree/path_internal.h"
#include "harvester/tree/path_lex.h"

/* What the conditions of one step ask for. */
struct asks {
	bool position, last;
};

struct parser {
	struct arena *arena;
	const struct path_scope *scope;
	struct path *path;
	struct str text;
	struct token tok;  /* the current token */
	size_t end;        /* where the next one starts */
	struct asks *asks; /* of the innermost predicate; NULL outside of any */
	unsigned nesting;
	bool wants_names; /* name() is used */
	int code;
	size_t err_at;
	struct hv_err *err;
};

static struct expr *parse_or(struct parser *p);
static struct location *parse_union(struct parser *p);

static void advance(struct parser *p)
{
	p->tok = token_at(p->text, p->end, &p->end);
}

/* The token behind the current one. */
static enum token_kind peek(const struct parser *p)
{
	size_t end;

	return token_at(p->text, p->end, &end).kind;
}

/* Columns are characters, counted from 1. */
static HV_PRINTF(3, 4) void refuse(struct parser *p, size_t at, const char *fmt, ...)
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

static void *take(struct parser *p, size_t n, size_t size)
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

static void refuse_found(struct parser *p, const char *expected)
{
	char room[64];

	if (p->tok.kind == TOK_UNCLOSED)
		refuse(p, p->tok.at, "the quote is not closed");
	else
		refuse(p, p->tok.at, "expected %s, but %s", expected, found(p, room, sizeof(room)));
}

/* " (did you mean 'x'?)", or nothing. */
static const char *did_you_mean(struct str word, const char *const *names, size_t n, char *room, size_t size)
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
	const char **names = take(p, n + 1, sizeof(*names));

	room[0] = '\0';
	for (size_t i = 0; names && i < n; i++) {
		const struct str *s = get(p->scope, i);

		names[i] = arena_strndup(p->arena, s->p, s->n);
		if (!names[i])
			return room;
	}
	return names ? did_you_mean(word, names, n, room, size) : room;
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
	refuse(p, t->at, "the prefix '%.*s' is not declared%s", STR_ARG(t->prefix),
	       nearest_str(p, t->prefix, prefix_at, p->scope->n_prefixes, room, sizeof(room)));
	return NULL;
}

static void compile_names(struct parser *p, const struct token *t, struct step *s)
{
	size_t n;
	const struct str *uris = uris_of(p, t, &n);

	s->test = str_is(t->local, "*") ? TEST_NAMESPACES : TEST_NAMES;
	s->names = uris ? take(p, n, sizeof(*s->names)) : NULL;
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
	refuse(p, p->tok.at, "the axis '%.*s::' is not in the path language; %s", STR_ARG(p->tok.local),
	       instead);
}

/* text(), node(): the current token is the name, the next is '('. */
static void parse_node_type(struct parser *p, struct step *s)
{
	struct token t = p->tok;

	advance(p);
	advance(p);
	if (str_is(t.local, "text"))
		s->test = TEST_TEXT;
	else if (str_is(t.local, "node"))
		s->test = TEST_NODE;
	else if (str_is(t.local, "comment") || str_is(t.local, "processing-instruction"))
		refuse(p, t.at, "%.*s() finds nothing: comments and processing instructions are not kept",
		       STR_ARG(t.local));
	else
		refuse(p, t.at, "%.*s() is no step of a path; functions stand inside [ ]", STR_ARG(t.local));
	if (p->tok.kind != TOK_CLOSE)
		refuse_found(p, "')'");
	advance(p);
}

static void parse_test(struct parser *p, struct step *s)
{
	struct token t = p->tok;

	if (t.kind == TOK_STAR) {
		s->test = TEST_ANY_NAME;
		advance(p);
	} else if (t.kind == TOK_NAME && peek(p) == TOK_OPEN) {
		parse_node_type(p, s);
	} else if (t.kind == TOK_NAME) {
		compile_names(p, &t, s);
		advance(p);
	} else {
		refuse_found(p, s->axis == AXIS_ATTRIBUTE ? "the name of an attribute"
							  : "a step (a name, *, @name, '.', '..')");
	}
}

static struct expr *new_expr(struct parser *p, enum expr_kind kind, enum expr_type type)
{
	struct expr *x = take(p, 1, sizeof(*x));

	if (x) {
		x->kind = kind;
		x->type = type;
	}
	return x;
}

static bool deeper(struct parser *p)
{
	if (++p->nesting > PATH_NESTING)
		refuse(p, p->tok.at, "more than %u brackets inside one another", PATH_NESTING);
	return !p->code;
}

/* A number in brackets is a position (XPath §2.4). */
static struct expr *as_condition(struct parser *p, struct expr *x)
{
	if (!x || x->type != TYPE_NUMBER)
		return x;
	struct expr *is = new_expr(p, EXPR_COMPARE, TYPE_BOOLEAN);
	if (!is)
		return NULL;
	is->a = new_expr(p, EXPR_POSITION, TYPE_NUMBER);
	is->b = x;
	p->asks->position = true;
	return is;
}

static struct expr *parse_predicate(struct parser *p, struct step *s)
{
	struct asks asks = { false, false }, *outer = p->asks;
	size_t open = p->tok.at;
	struct expr *x = NULL;

	p->asks = &asks;
	advance(p);
	if (deeper(p))
		x = as_condition(p, parse_or(p));
	if (!p->code && p->tok.kind == TOK_END)
		refuse(p, open, "this '[' is not closed");
	if (!p->code && p->tok.kind != TOK_CLOSE_BRACKET)
		refuse_found(p, "']' or an operator (and, or, =, !=, <, >)");
	advance(p);
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
			refuse(p, p->tok.at, "more than %u conditions on one step; join them with 'and'",
			       PATH_PREDICATES);
		else
			list[n++] = parse_predicate(p, s);
	}
	if (n == 0)
		return;
	s->predicates = take(p, n, sizeof(*s->predicates));
	if (s->predicates)
		memcpy(s->predicates, list, n * sizeof(list[0]));
	s->n_predicates = n;
}

static void refuse_condition_on_dots(struct parser *p)
{
	if (p->tok.kind == TOK_OPEN_BRACKET)
		refuse(p, p->tok.at, "'.' and '..' take no condition in XPath; put it on a step with a name");
}

/* One step into *s. False when it was '.', which is no step at all. */
static bool parse_step(struct parser *p, struct step *s)
{
	if (p->tok.kind == TOK_DOT) {
		advance(p);
		refuse_condition_on_dots(p);
		return false;
	}
	if (p->tok.kind == TOK_DOTS) {
		s->axis = AXIS_PARENT;
		s->test = TEST_NODE;
		advance(p);
		refuse_condition_on_dots(p);
		return true;
	}
	if (p->tok.kind == TOK_AXIS)
		refuse_axis(p);
	if (p->tok.kind == TOK_AT) {
		s->axis = AXIS_ATTRIBUTE;
		advance(p);
	}
	if (!p->code)
		parse_test(p, s);
	parse_predicates(p, s);
	return true;
}

static struct step *push_step(struct parser *p, struct step *steps, size_t *n)
{
	if (*n == PATH_STEPS) {
		refuse(p, p->tok.at, "more than %u steps", PATH_STEPS);
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

static bool begins_step(enum token_kind k)
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

			advance(p);
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
			advance(p);
	}
	l->steps = take(p, n + 1, sizeof(*l->steps));
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
	bool nested = false;

	for (size_t i = 0; i < l->n_steps; i++) {
		struct step *s = &l->steps[i];
		bool down = s->axis == AXIS_DESCENDANT || s->axis == AXIS_DESCENDANT_OR_SELF;
		bool behind_parent = i > 0 && l->steps[i - 1].axis == AXIS_PARENT;

		s->barrier = i > 0 && ((down && nested) || behind_parent);
		nested |= down || s->axis == AXIS_PARENT;
	}
}

static void parse_variable(struct parser *p, struct location *l)
{
	char room[128];
	size_t i = 0;

	while (i < p->scope->n_variables && !str_eq(p->scope->variables[i], p->tok.local))
		i++;
	if (i == p->scope->n_variables)
		refuse(p, p->tok.at, "there is no node set named '$%.*s'%s", STR_ARG(p->tok.local),
		       nearest_str(p, p->tok.local, variable_at, p->scope->n_variables, room, sizeof(room)));
	l->start = START_VARIABLE;
	l->variable = i;
	advance(p);
	parse_predicates(p, &l->filter);
}

static void parse_start(struct parser *p, struct location *l)
{
	if (p->tok.kind == TOK_VARIABLE) {
		parse_variable(p, l);
		if (p->tok.kind == TOK_SLASH) {
			advance(p);
			parse_steps(p, l);
		} else if (p->tok.kind == TOK_SLASHES) {
			parse_steps(p, l);
		}
		return;
	}
	if (p->tok.kind == TOK_SLASH) {
		l->start = START_ROOT;
		advance(p);
		if (begins_step(p->tok.kind))
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
		refuse(p, p->tok.at,
		       "a path does not begin with '('; write alternatives with |, and choose the first one "
		       "outside of the path");
	else if (p->tok.kind == TOK_LITERAL || p->tok.kind == TOK_NUMBER)
		refuse(p, p->tok.at, "a text or a number is no path");
}

static struct location *parse_location(struct parser *p)
{
	struct location *l = take(p, 1, sizeof(*l));

	if (!l)
		return NULL;
	refuse_function_as_path(p);
	if (!p->code)
		parse_start(p, l);
	if (!p->code)
		set_barriers(l);
	return p->code ? NULL : l;
}

static struct location *parse_union(struct parser *p)
{
	struct location *first = parse_location(p);

	for (struct location *l = first; l && p->tok.kind == TOK_PIPE;) {
		advance(p);
		l->next = parse_location(p);
		l = l->next;
	}
	return p->code ? NULL : first;
}

/* Functions: what they take and give. */
struct function {
	const char *name;
	enum expr_kind kind;
	enum expr_type type;
	unsigned least, most; /* arguments */
	bool takes_nodes;
};

static const struct function functions[] = {
	{ "not", EXPR_NOT, TYPE_BOOLEAN, 1, 1, false },
	{ "contains", EXPR_CONTAINS, TYPE_BOOLEAN, 2, 2, false },
	{ "starts-with", EXPR_STARTS_WITH, TYPE_BOOLEAN, 2, 2, false },
	{ "normalize-space", EXPR_NORMALIZE_SPACE, TYPE_STRING, 0, 1, false },
	{ "lang", EXPR_LANG, TYPE_BOOLEAN, 1, 1, false },
	{ "last", EXPR_LAST, TYPE_NUMBER, 0, 0, false },
	{ "position", EXPR_POSITION, TYPE_NUMBER, 0, 0, false },
	{ "count", EXPR_COUNT, TYPE_NUMBER, 1, 1, true },
	{ "string-length", EXPR_STRING_LENGTH, TYPE_NUMBER, 0, 1, false },
	{ "name", EXPR_NAME, TYPE_STRING, 0, 1, true },
	{ "local-name", EXPR_LOCAL_NAME, TYPE_STRING, 0, 1, true },
};

static const struct function *find_function(struct parser *p)
{
	static const struct {
		const char *name, *instead;
	} absent[] = {
		{ "string", "a node stands for its text already" },
		{ "boolean", "a path inside [ ] already asks whether there is a node" },
		{ "number", "compare with a number instead" },
		{ "true", "leave it out" },
		{ "false", "write not(.)" },
		{ "id", "compare an attribute instead" },
		{ "namespace-uri", "compare names with a prefix instead" },
		{ "concat", "values are changed by the mapping's operators" },
		{ "substring", "values are changed by the mapping's operators" },
		{ "substring-before", "values are changed by the mapping's operators" },
		{ "substring-after", "values are changed by the mapping's operators" },
		{ "translate", "values are changed by the mapping's operators" },
	};
	const char *names[HV_LEN(functions)];
	struct str word = p->tok.local;
	char room[128];

	for (size_t i = 0; i < HV_LEN(functions); i++) {
		names[i] = functions[i].name;
		if (!p->tok.prefix.n && str_is(word, names[i]))
			return &functions[i];
	}
	for (size_t i = 0; i < HV_LEN(absent); i++)
		if (str_is(word, absent[i].name))
			refuse(p, p->tok.at, "%s() is not in the path language; %s", absent[i].name,
			       absent[i].instead);
	refuse(p, p->tok.at, "there is no function '%.*s()'%s", STR_ARG(p->tok.text),
	       did_you_mean(word, names, HV_LEN(names), room, sizeof(room)));
	return NULL;
}

static unsigned parse_arguments(struct parser *p, const struct function *f, struct expr *x)
{
	unsigned n = 0;

	if (p->tok.kind == TOK_CLOSE)
		return 0;
	for (;;) {
		size_t at = p->tok.at;
		struct expr *argument = parse_or(p);

		if (argument && f->takes_nodes && argument->type != TYPE_NODES)
			refuse(p, at, "%s() takes a path", f->name);
		if (n == 0)
			x->a = argument;
		else
			x->b = argument;
		n++;
		if (p->code || p->tok.kind != TOK_COMMA)
			return n;
		advance(p);
		if (n == 2)
			return n + 1;
	}
}

static struct expr *parse_call(struct parser *p)
{
	size_t at = p->tok.at;
	const struct function *f = find_function(p);
	struct expr *x = f ? new_expr(p, f->kind, f->type) : NULL;

	if (!x)
		return NULL;
	advance(p);
	advance(p);
	unsigned n = deeper(p) ? parse_arguments(p, f, x) : 0;
	p->nesting--;
	if (!p->code && (n < f->least || n > f->most))
		refuse(p, at, "%s() takes %s", f->name,
		       f->most == 0    ? "nothing"
		       : f->least == 0 ? "one argument or none"
		       : f->most == 1  ? "one argument"
				       : "two arguments");
	if (!p->code && p->tok.kind != TOK_CLOSE)
		refuse_found(p, "')' or ','");
	advance(p);
	if (p->asks) {
		p->asks->position |= f->kind == EXPR_POSITION;
		p->asks->last |= f->kind == EXPR_LAST;
	}
	p->wants_names |= f->kind == EXPR_NAME;
	return p->code ? NULL : x;
}

static struct expr *parse_group(struct parser *p)
{
	size_t open = p->tok.at;
	struct expr *x = NULL;

	advance(p);
	if (deeper(p))
		x = parse_or(p);
	p->nesting--;
	if (!p->code && p->tok.kind == TOK_END)
		refuse(p, open, "this '(' is not closed");
	if (!p->code && p->tok.kind != TOK_CLOSE)
		refuse_found(p, "')'");
	advance(p);
	return x;
}

static bool is_call(const struct parser *p)
{
	return p->tok.kind == TOK_NAME && peek(p) == TOK_OPEN && !str_is(p->tok.local, "text") &&
	       !str_is(p->tok.local, "node") && !str_is(p->tok.local, "comment") &&
	       !str_is(p->tok.local, "processing-instruction");
}

static struct expr *parse_constant(struct parser *p)
{
	bool text = p->tok.kind == TOK_LITERAL;
	struct expr *x = new_expr(p, text ? EXPR_LITERAL : EXPR_NUMBER, text ? TYPE_STRING : TYPE_NUMBER);

	if (!x)
		return NULL;
	if (text)
		x->literal = p->tok.local;
	else
		x->number = path_number(p->tok.text);
	advance(p);
	return x;
}

static struct expr *parse_path_operand(struct parser *p)
{
	struct expr *x = new_expr(p, EXPR_PATH, TYPE_NODES);

	if (x)
		x->path = parse_union(p);
	return p->code ? NULL : x;
}

static struct expr *parse_operand(struct parser *p)
{
	enum token_kind k = p->tok.kind;
	struct expr *x = NULL;

	if (k == TOK_LITERAL || k == TOK_NUMBER)
		x = parse_constant(p);
	else if (k == TOK_OPEN)
		x = parse_group(p);
	else if (k == TOK_MINUS || k == TOK_PLUS)
		refuse(p, p->tok.at, "arithmetic ('%.*s') is not in the path language", STR_ARG(p->tok.text));
	else if (is_call(p))
		x = parse_call(p);
	else if (begins_step(k) || k == TOK_SLASH || k == TOK_SLASHES || k == TOK_VARIABLE)
		return parse_path_operand(p);
	else
		refuse_found(p, "a condition");
	if (p->code)
		return NULL;
	if (p->tok.kind == TOK_OPEN_BRACKET || p->tok.kind == TOK_SLASH || p->tok.kind == TOK_SLASHES ||
	    p->tok.kind == TOK_PIPE)
		refuse(p, p->tok.at, "'%.*s' can only follow a step of a path", STR_ARG(p->tok.text));
	return p->code ? NULL : x;
}

static bool is_word(const struct parser *p, const char *word)
{
	return p->tok.kind == TOK_NAME && !p->tok.prefix.n && str_is(p->tok.local, word);
}

/* Behind an operand, where XPath would calculate. */
static void refuse_arithmetic(struct parser *p)
{
	if (p->tok.kind == TOK_PLUS || p->tok.kind == TOK_MINUS || p->tok.kind == TOK_STAR ||
	    is_word(p, "div") || is_word(p, "mod"))
		refuse(p, p->tok.at, "arithmetic ('%.*s') is not in the path language", STR_ARG(p->tok.text));
}

static struct expr *join(struct parser *p, enum expr_kind kind, struct expr *a, struct expr *b)
{
	struct expr *x = a && b ? new_expr(p, kind, TYPE_BOOLEAN) : NULL;

	if (x) {
		x->a = a;
		x->b = b;
	}
	return x;
}

/* `least` to `most`: = and != bind less than < <= > >=. */
static struct expr *parse_comparison(struct parser *p, enum token_kind least, enum token_kind most)
{
	static const enum compare sign[] = { CMP_EQ, CMP_NE, CMP_LT, CMP_LE, CMP_GT, CMP_GE };
	bool equality = least == TOK_EQ;
	struct expr *x = equality ? parse_comparison(p, TOK_LT, TOK_GE) : parse_operand(p);

	if (!p->code)
		refuse_arithmetic(p);
	while (!p->code && p->tok.kind >= least && p->tok.kind <= most) {
		enum compare c = sign[p->tok.kind - TOK_EQ];

		advance(p);
		struct expr *b = equality ? parse_comparison(p, TOK_LT, TOK_GE) : parse_operand(p);
		x = join(p, EXPR_COMPARE, x, b);
		if (x)
			x->compare = c;
		if (!p->code)
			refuse_arithmetic(p);
	}
	return p->code ? NULL : x;
}

static struct expr *parse_and(struct parser *p)
{
	struct expr *x = parse_comparison(p, TOK_EQ, TOK_NE);

	while (!p->code && is_word(p, "and")) {
		advance(p);
		x = join(p, EXPR_AND, x, parse_comparison(p, TOK_EQ, TOK_NE));
	}
	return p->code ? NULL : x;
}

static struct expr *parse_or(struct parser *p)
{
	struct expr *x = parse_and(p);

	while (!p->code && is_word(p, "or")) {
		advance(p);
		x = join(p, EXPR_OR, x, parse_and(p));
	}
	return p->code ? NULL : x;
}

/* For name(): each namespace with the prefix that the paths use. */
static void note_prefixes(struct parser *p)
{
	size_t n = 1;

	for (size_t i = 0; i < p->scope->n_prefixes; i++)
		n += p->scope->prefixes[i].n_uris;
	struct prefix_of *list = take(p, n, sizeof(*list));
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
		refuse(p, p->tok.at, "'%.*s' closes nothing", STR_ARG(p->tok.text));
	else if (k >= TOK_EQ && k <= TOK_GE)
		refuse(p, p->tok.at, "comparisons stand inside [ ]; a path gives nodes");
	else
		refuse_arithmetic(p);
	refuse_found(p, "'/', '[', '|' or the end");
}

static void parse_whole(struct parser *p)
{
	size_t bad;

	if (p->text.n > PATH_TEXT_MAX)
		refuse(p, 0, "a path of more than %u bytes", PATH_TEXT_MAX);
	else if (!text_valid(p->text, &bad))
		refuse(p, bad, "not UTF-8");
	if (p->code)
		return;
	advance(p);
	if (p->tok.kind == TOK_END)
		refuse(p, 0, "an empty path; '.' is the node itself");
	p->path->locations = parse_union(p);
	if (!p->code && p->tok.kind != TOK_END)
		refuse_rest(p);
	if (!p->code && p->wants_names)
		note_prefixes(p);
}

int path_compile(struct arena *a, const struct path_scope *scope, struct str text, struct path **ret,
		 size_t *reterr_at, struct hv_err *err)
{
	struct parser p = { .arena = a, .scope = scope, .err = err };

	p.path = take(&p, 1, sizeof(*p.path));
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
