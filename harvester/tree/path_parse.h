/*
 * tree/path_parse.h - the parser's state, shared by path_parse.c (steps) and path_parse_expr.c (conditions).
 *
 * After the first refusal nothing is done any more: `code` is looked at instead of every call's result.
 * Included by nobody else.
 */
#ifndef HARVESTER_TREE_PATH_PARSE_H
#define HARVESTER_TREE_PATH_PARSE_H

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

void path_advance(struct parser *p);
enum token_kind path_peek(const struct parser *p); /* the token behind the current one */

/* Zeroed memory for n things, or NULL when anything has gone wrong. */
void *path_take(struct parser *p, size_t n, size_t size);

/* Refuse what stands at byte `at`; only the first refusal counts. */
void path_refuse(struct parser *p, size_t at, const char *fmt, ...) HV_PRINTF(3, 4);
void path_refuse_found(struct parser *p, const char *expected); /* "expected …, but found 'x'" */
void path_refuse_arithmetic(struct parser *p);                  /* when the current token calculates */

/* " (did you mean 'x'?)" in room, or "". */
const char *path_did_you_mean(struct str word, const char *const *names, size_t n, char *room, size_t size);

/* One bracket deeper; false when that is too deep. */
bool path_deeper(struct parser *p);

struct expr *path_parse_or(struct parser *p);
struct location *path_parse_union(struct parser *p);

/* What a predicate means by its expression: a number is a position. */
struct expr *path_as_condition(struct parser *p, struct expr *x);

/* Does a step begin with this token? */
bool path_begins_step(enum token_kind k);

#endif
