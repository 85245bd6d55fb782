/*
 * tree/path_lex.h - a path's text cut into XPath 1.0 tokens (§3.7). Knows no grammar and reports nothing: an
 * odd character is a token of its own. Tests: tests/unit/tree/test_path.c.
 */
#ifndef HARVESTER_TREE_PATH_LEX_H
#define HARVESTER_TREE_PATH_LEX_H

#include "harvester/base/str.h"

enum token_kind {
	TOK_END,
	TOK_SLASH,
	TOK_SLASHES,
	TOK_OPEN_BRACKET,
	TOK_CLOSE_BRACKET,
	TOK_OPEN,
	TOK_CLOSE,
	TOK_AT,
	TOK_COMMA,
	TOK_PIPE,
	TOK_DOT,
	TOK_DOTS,
	TOK_STAR,
	TOK_EQ,
	TOK_NE,
	TOK_LT,
	TOK_LE,
	TOK_GT,
	TOK_GE,
	TOK_PLUS,
	TOK_MINUS,
	TOK_VARIABLE, /* local: the name without '$' */
	TOK_LITERAL,  /* text: without quotes */
	TOK_NUMBER,
	TOK_NAME,     /* prefix ("" when none) and local, which may be "*" behind a prefix */
	TOK_AXIS,     /* local: the name before '::' */
	TOK_UNCLOSED, /* a quote that never ends */
	TOK_ODD       /* a character of no token */
};

struct token {
	enum token_kind kind;
	size_t at; /* byte offset */
	struct str text;
	struct str prefix, local;
};

/* The token at or behind byte `at` (blanks are skipped); ends at token.at + token.text.n (+ quotes). */
struct token token_at(struct str text, size_t at, size_t *ret_end);

#endif
