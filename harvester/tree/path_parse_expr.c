/*
 * tree/path_parse_expr.c - the conditions inside of predicates: operators, functions, constants. See
 * path_parse.c. Tests: tests/unit/tree/test_path.c, tests/fuzz/fuzz_path.c.
 */
#include "harvester/tree/path_parse.h"

static struct expr *new_expr(struct parser *p, enum expr_kind kind, enum expr_type type)
{
	struct expr *x = path_take(p, 1, sizeof(*x));

	if (x) {
		x->kind = kind;
		x->type = type;
	}
	return x;
}

bool path_deeper(struct parser *p)
{
	if (++p->nesting > PATH_NESTING)
		path_refuse(p, p->tok.at, "more than %u brackets inside one another", PATH_NESTING);
	return !p->code;
}

/* A number in brackets is a position (XPath §2.4). */
struct expr *path_as_condition(struct parser *p, struct expr *x)
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
			path_refuse(p, p->tok.at, "%s() is not in the path language; %s", absent[i].name,
				    absent[i].instead);
	path_refuse(p, p->tok.at, "there is no function '%.*s()'%s", STR_ARG(p->tok.text),
		    path_did_you_mean(word, names, HV_LEN(names), room, sizeof(room)));
	return NULL;
}

static unsigned parse_arguments(struct parser *p, const struct function *f, struct expr *x)
{
	unsigned n = 0;

	if (p->tok.kind == TOK_CLOSE)
		return 0;
	for (;;) {
		size_t at = p->tok.at;
		struct expr *argument = path_parse_or(p);

		if (argument && f->takes_nodes && argument->type != TYPE_NODES)
			path_refuse(p, at, "%s() takes a path", f->name);
		if (n == 0)
			x->a = argument;
		else
			x->b = argument;
		n++;
		if (p->code || p->tok.kind != TOK_COMMA)
			return n;
		path_advance(p);
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
	path_advance(p);
	path_advance(p);
	unsigned n = path_deeper(p) ? parse_arguments(p, f, x) : 0;
	p->nesting--;
	if (!p->code && (n < f->least || n > f->most))
		path_refuse(p, at, "%s() takes %s", f->name,
			    f->most == 0    ? "nothing"
			    : f->least == 0 ? "one argument or none"
			    : f->most == 1  ? "one argument"
					    : "two arguments");
	if (!p->code && p->tok.kind != TOK_CLOSE)
		path_refuse_found(p, "')' or ','");
	path_advance(p);
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

	path_advance(p);
	if (path_deeper(p))
		x = path_parse_or(p);
	p->nesting--;
	if (!p->code && p->tok.kind == TOK_END)
		path_refuse(p, open, "this '(' is not closed");
	if (!p->code && p->tok.kind != TOK_CLOSE)
		path_refuse_found(p, "')'");
	path_advance(p);
	return x;
}

static bool is_call(const struct parser *p)
{
	return p->tok.kind == TOK_NAME && path_peek(p) == TOK_OPEN && !str_is(p->tok.local, "text") &&
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
	path_advance(p);
	return x;
}

static struct expr *parse_path_operand(struct parser *p)
{
	struct expr *x = new_expr(p, EXPR_PATH, TYPE_NODES);

	if (x)
		x->path = path_parse_union(p);
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
		path_refuse(p, p->tok.at, "arithmetic ('%.*s') is not in the path language",
			    STR_ARG(p->tok.text));
	else if (is_call(p))
		x = parse_call(p);
	else if (path_begins_step(k) || k == TOK_SLASH || k == TOK_SLASHES || k == TOK_VARIABLE)
		return parse_path_operand(p);
	else
		path_refuse_found(p, "a condition");
	if (p->code)
		return NULL;
	if (p->tok.kind == TOK_OPEN_BRACKET || p->tok.kind == TOK_SLASH || p->tok.kind == TOK_SLASHES ||
	    p->tok.kind == TOK_PIPE)
		path_refuse(p, p->tok.at, "'%.*s' can only follow a step of a path", STR_ARG(p->tok.text));
	return p->code ? NULL : x;
}

static bool is_word(const struct parser *p, const char *word)
{
	return p->tok.kind == TOK_NAME && !p->tok.prefix.n && str_is(p->tok.local, word);
}

/* Behind an operand, where XPath would calculate. */
void path_refuse_arithmetic(struct parser *p)
{
	if (p->tok.kind == TOK_PLUS || p->tok.kind == TOK_MINUS || p->tok.kind == TOK_STAR ||
	    is_word(p, "div") || is_word(p, "mod"))
		path_refuse(p, p->tok.at, "arithmetic ('%.*s') is not in the path language",
			    STR_ARG(p->tok.text));
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
		path_refuse_arithmetic(p);
	while (!p->code && p->tok.kind >= least && p->tok.kind <= most) {
		enum compare c = sign[p->tok.kind - TOK_EQ];

		path_advance(p);
		struct expr *b = equality ? parse_comparison(p, TOK_LT, TOK_GE) : parse_operand(p);
		x = join(p, EXPR_COMPARE, x, b);
		if (x)
			x->compare = c;
		if (!p->code)
			path_refuse_arithmetic(p);
	}
	return p->code ? NULL : x;
}

static struct expr *parse_and(struct parser *p)
{
	struct expr *x = parse_comparison(p, TOK_EQ, TOK_NE);

	while (!p->code && is_word(p, "and")) {
		path_advance(p);
		x = join(p, EXPR_AND, x, parse_comparison(p, TOK_EQ, TOK_NE));
	}
	return p->code ? NULL : x;
}

struct expr *path_parse_or(struct parser *p)
{
	struct expr *x = parse_and(p);

	while (!p->code && is_word(p, "or")) {
		path_advance(p);
		x = join(p, EXPR_OR, x, parse_and(p));
	}
	return p->code ? NULL : x;
}
