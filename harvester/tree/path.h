/*
 * tree/path.h - the path language: a documented subset of XPath 1.0 location paths.
 *
 * Steps: child, `//`, `@`, `.`, `..`, `*`, `prefix:*`, `text()`, `node()`; unions `|`; predicates by
 * position, existence, equality (= and !=), relations of numbers, `and` `or` `not()` `contains()`
 * `starts-with()` `normalize-space()` `lang()` `last()` `position()` `count()` `string-length()` `name()`
 * `local-name()`; literals and numbers. A path may start with `$name`: a node set given by the caller.
 * Everything outside the subset is refused at compile time with the column and, where there is one, the way
 * to say it here. libxml2's XPath is the oracle: tests/unit/io/test_path_oracle.c compares both on random
 * documents.
 */
#ifndef HARVESTER_TREE_PATH_H
#define HARVESTER_TREE_PATH_H

#include "harvester/tree/tree.h"

/* A prefix of a mapping and all namespace URIs it stands for; "" = no namespace (files without one). */
struct path_prefix {
	struct str prefix;
	const struct str *uris;
	size_t n_uris;
};

struct path_scope {
	struct names *names;
	const struct path_prefix *prefixes;
	size_t n_prefixes;
	const struct str *variables; /* names that may stand after `$`, without it */
	size_t n_variables;
};

struct node_set {
	struct node **v; /* in document order, without repeats */
	size_t n;
};

struct path;

/*
 * Compile into the arena, which must outlive the path. On failure HV_E_CONFIG with one clear sentence, and in
 * *reterr_at the byte offset in text where the trouble is (the caller knows file and line).
 */
int path_compile(struct arena *a, const struct path_scope *scope, struct str text, struct path **ret,
		 size_t *reterr_at, struct hv_err *err) HV_CHECK;

/*
 * Evaluate from a context node. variables[i] belongs to scope->variables[i]. The result lives in the arena.
 * HV_E_NOMEM when the arena is full, HV_E_LIMIT when the work is beyond reason (2^24 node visits).
 */
int path_eval(const struct path *p, struct node *context, const struct node_set *variables, struct arena *a,
	      struct node_set *ret, struct hv_err *err) HV_CHECK;

/* The text it was compiled from. */
struct str path_text(const struct path *p);

/* Whether the path starts with a variable, and which (index into scope->variables), else -1. */
int path_variable(const struct path *p);

#endif
