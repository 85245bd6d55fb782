/*
 * tree/path_lex.c - see path_lex.h.
 */
#include "harvester/tree/path_lex.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters of any script begin and continue names: which of them XML allows does not matter for finding. */
static bool begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_name(char c)
{
	return begins_name(c) || is_digit(c) || c == '-' || c == '.';
}

static char byte(struct str s, size_t at)
{
	return at < s.n ? s.p[at] : '\0';
}

static struct str take_name(struct str s, size_t *at)
{
	size_t from = *at;

	while (*at < s.n && continues_name(s.p[*at]))
		(*at)++;
	return (struct str){ s.p + from, *at - from };
}

/* QName, prefix:*, or the name of an axis; no blanks around the colon. */
static void lex_name(struct str s, size_t *at, struct token *t)
{
	t->kind = TOK_NAME;
	t->prefix = STR("");
	t->local = take_name(s, at);
	size_t colon = *at;
	while (byte(s, colon) == ' ')
		colon++;
	if (byte(s, colon) == ':' && byte(s, colon + 1) == ':') {
		t->kind = TOK_AXIS;
		*at = colon + 2;
	} else if (byte(s, *at) == ':' && byte(s, *at + 1) == '*') {
		t->prefix = t->local;
		t->local = STR("*");
		*at += 2;
	} else if (byte(s, *at) == ':' && begins_name(byte(s, *at + 1))) {
		t->prefix = t->local;
		(*at)++;
		t->local = take_name(s, at);
	}
}

static void lex_number(struct str s, size_t *at, struct token *t)
{
	t->kind = TOK_NUMBER;
	while (is_digit(byte(s, *at)))
		(*at)++;
	if (byte(s, *at) == '.')
		(*at)++;
	while (is_digit(byte(s, *at)))
		(*at)++;
}

static void lex_literal(struct str s, size_t *at, struct token *t)
{
	char quote = s.p[*at];
	size_t from = ++*at;

	while (*at < s.n && s.p[*at] != quote)
		(*at)++;
	t->kind = *at < s.n ? TOK_LITERAL : TOK_UNCLOSED;
	t->local = (struct str){ s.p + from, *at - from };
	if (*at < s.n)
		(*at)++;
}

static void lex_variable(struct str s, size_t *at, struct token *t)
{
	(*at)++;
	t->kind = begins_name(byte(s, *at)) ? TOK_VARIABLE : TOK_ODD;
	if (t->kind == TOK_VARIABLE)
		t->local = take_name(s, at);
}

/* Signs of one or two characters; longer ones first. */
static void lex_sign(struct str s, size_t *at, struct token *t)
{
	static const struct {
		const char *sign;
		enum token_kind kind;
	} signs[] = { { "//", TOK_SLASHES }, { "/", TOK_SLASH },        { "..", TOK_DOTS },
		      { ".", TOK_DOT },      { "!=", TOK_NE },          { "<=", TOK_LE },
		      { ">=", TOK_GE },      { "<", TOK_LT },           { ">", TOK_GT },
		      { "=", TOK_EQ },       { "[", TOK_OPEN_BRACKET }, { "]", TOK_CLOSE_BRACKET },
		      { "(", TOK_OPEN },     { ")", TOK_CLOSE },        { "@", TOK_AT },
		      { ",", TOK_COMMA },    { "|", TOK_PIPE },         { "*", TOK_STAR },
		      { "+", TOK_PLUS },     { "-", TOK_MINUS } };

	for (size_t i = 0; i < HV_LEN(signs); i++)
		if (str_starts(str_from(s, *at), str_of(signs[i].sign))) {
			t->kind = signs[i].kind;
			*at += strlen(signs[i].sign);
			return;
		}
	t->kind = TOK_ODD;
	(*at)++;
}

struct token token_at(struct str s, size_t at, size_t *ret_end)
{
	struct token t = { 0 };

	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r'))
		at++;
	t.at = at;
	char c = byte(s, at);
	if (at >= s.n)
		t.kind = TOK_END;
	else if (begins_name(c))
		lex_name(s, &at, &t);
	else if (is_digit(c) || (c == '.' && is_digit(byte(s, at + 1))))
		lex_number(s, &at, &t);
	else if (c == '"' || c == '\'')
		lex_literal(s, &at, &t);
	else if (c == '$')
		lex_variable(s, &at, &t);
	else
		lex_sign(s, &at, &t);
	t.text = (struct str){ s.p + t.at, at - t.at };
	*ret_end = at;
	return t;
}
